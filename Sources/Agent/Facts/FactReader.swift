// SPDX-License-Identifier: Apache-2.0

import Screen

/// Reads the facts of a decision's candidates.
struct FactReader {
    private let decision: Decision
    private let ledger: FactLedger
    private let goal: Set<String>
    /// The goal's words in a row, to find labels in.
    private let folded: [UInt8]
    private let steps: [StepWords]
    private let last: StepWords?
    private let labels: [Label]
    /// In how many labels of the screen a word stands.
    private let counts: [String: Int]
    private let isAsked: Bool
    private let seesOpen: Bool
    private let seesRemove: Bool
    private let picker: PickerReader?
    /// What was tapped so far, up to the first comma.
    private let passed: Set<[UInt8]>
    /// What the goal orders first; whether a label has that verb.
    private let verb: String?
    private let seesVerb: Bool
    private let hasRead: Bool
    /// The names of apps that the goal has, folded.
    private let apps: Set<[UInt8]>

    /// What a candidate's element is called.
    private struct Label {
        var words: [String] = []
        var folded: [UInt8] = []
        /// What stands before the first comma, folded.
        var first: [UInt8] = []
        /// It stands in the goal.
        var isWhole = false
    }

    init(_ decision: Decision) {
        self.decision = decision
        ledger = FactLedger(decision.ledger)
        goal = Set(FactWords.telling(decision.goal))
        folded = LedgerText.fold(decision.goal)
        steps = decision.history.suffix(Self.stepLimit).map(StepWords.init)
        last = steps.last
        var known: [String: Label] = [:]
        var counts: [String: Int] = [:]
        for candidate in decision.candidates where known[candidate.label] == nil {
            let label = Self.label(candidate.label, in: folded)
            known[candidate.label] = label
            for word in Set(label.words) { counts[word, default: 0] += 1 }
        }
        labels = decision.candidates.map { known[$0.label] ?? Label() }
        self.counts = counts
        // The goal says so itself where the agent keeps it in mind.
        isAsked = decision.mind.map { $0.goal.best.question != nil } ?? true
        let ledger = ledger
        seesOpen = known.values.contains { ledger.tells(.open, $0.folded) }
        seesRemove = known.values.contains { $0.words.contains(where: FactWords.remove.contains) }
        picker = PickerReader(decision, steps: steps, row: ledger.rowTexts)
        passed = Set(steps.map(\.tapped).filter { !$0.isEmpty })
        hasRead = steps.contains(where: \.isReading)
        let goalFolded = folded
        apps = Set(decision.apps.apps.map { LedgerText.fold($0.label) }.filter { LedgerText.contains(goalFolded, $0) })
        let verb = FactWords.verb(of: decision.goal)
        self.verb = verb
        seesVerb = verb.map { verb in known.values.contains { $0.words.contains(verb) } } ?? false
    }

    /// Steps of before these tell nothing new.
    private static let stepLimit = 64
    /// A shorter label stands in many goals by chance.
    private static let wholeLimit = 3

    private static func label(_ text: String, in goal: [UInt8]) -> Label {
        guard !text.isEmpty else { return Label() }
        let folded = LedgerText.fold(text)
        let first = LedgerText.fold(text.prefix { $0 != "," && $0 != "…" })
        let isWhole = [folded, first].contains { $0.count > wholeLimit + 1 && LedgerText.contains(goal, $0) }
        return Label(words: FactWords.telling(text), folded: folded, first: first, isWhole: isWhole)
    }

    /// The facts of each candidate, in their order.
    func facts() -> [CandidateFacts] {
        zip(decision.candidates, labels).map { candidate, label in
            var facts = CandidateFacts()
            switch candidate.action {
            case .click(let id): tap(id, label, &facts)
            case .longPress:
                facts[.longPress] = 1
                names(label, &facts)
                if facts[.tapOpen] != nil, says(FactWords.remove) || says(FactWords.move) { facts[.pressOpen] = 1 }
            case .inputText(let id, _): type(id, candidate, label, &facts)
            case .clearText(let id): clear(id, &facts)
            case .scroll(_, let direction): scroll(direction, &facts)
            case .stroke: facts[.stroke] = 1
            case .keyboardEnter: facts[.enter] = 1
            case .navigateHome: facts[.home] = 1
            case .navigateBack: back(&facts)
            case .openApp: open(&facts)
            case .wait: facts[.wait] = 1
            case .answer:
                facts[.answer] = 1
                if ledger.wantsApp { facts[.answerAway] = 1 }
                if hasRead { facts[.answerRead] = 1 }
                if !isAsked || ledger.isKept && !ledger.isAsked {
                    facts[.answerUnasked] = 1
                } else if let best = decision.texts(for: candidate.action).first {
                    facts[.answerFit] = Self.fit(best)
                } else if decision.mind != nil {
                    facts[.answerNone] = 1
                }
            case .remember:
                facts[.remember] = 1
                if goal.contains("remember") { facts[.rememberWanted] = 1 }
            case .readList:
                facts[.readList] = 1
                if asks { facts[.readAsked] = 1 }
                if hasRead { facts[.readAgain] = 1 }
            case .complete: end(&facts)
            case .infeasible: facts[.giveUp] = 1
            }
            if last?.action == candidate.text[...] { facts[.same] = 1 }
            if steps.dropLast().contains(where: { $0.action == candidate.text[...] }) {
                facts[.before] = 1
                if ledger.isAllDone { facts[.beforeDone] = 1 } else if ledger.hasRows { facts[.beforeRows] = 1 }
            }
            if steps.contains(where: { $0.isVain && $0.action == candidate.text[...] }) { facts[.inVain] = 1 }
            return facts
        }
    }

    // MARK: - Elements

    private func tap(_ id: Int, _ label: Label, _ facts: inout CandidateFacts) {
        guard let target = decision.actions.targets.first(where: { $0.id == id }) else { return }
        switch target.role {
        case .toggle: facts[.tapSwitch] = 1
        case .checkbox, .radio: facts[.tapBox] = 1
        case .field: facts[.tapField] = 1
        default: facts[.tap] = 1
        }
        guard target.role != .field else { return }
        names(label, &facts)
        if let detail = decision.screen.element(id)?.detail, !detail.isEmpty {
            if facts[.tapAny] == nil, FactWords.telling(detail).contains(where: goal.contains) { facts[.detailAny] = 1 }
            if target.isOn == nil, ledger.namesOpenSwitch(LedgerText.fold(detail)) { facts[.detailSwitch] = 1 }
        }
        if let isOn = target.isOn, let wanted = ledger.wanted(label.folded) {
            facts[wanted == isOn ? .switchSettled : .switchWanted] = 1
        }
        if target.isOn == nil { button(label, &facts) }
        look(target, label, &facts)
        if passed.contains(label.first) { facts[.tapHere] = 1 }
        if let verb, label.words.contains(verb) { facts[.tapVerb] = 1 }
        if asks { facts[.tapAsked] = 1 }
        if let found = picker?.taps[id] { facts.merge(found) { _, new in new } }
    }

    /// What an element is, and where.
    private func look(_ target: ScreenActions.Target, _ label: Label, _ facts: inout CandidateFacts) {
        switch target.role {
        case .button: facts[.tapButton] = 1
        case .tab: facts[.tapTab] = 1
        case .item: facts[.tapItem] = 1
        default: break
        }
        if target.isSelected { facts[.tapSelected] = 1 }
        if label.words.contains(where: FactWords.move.contains) { facts[.tapMove] = 1 }
        if label.words.contains(where: FactWords.edit.contains) { facts[.tapEdit] = 1 }
        if label.words.contains(where: FactWords.sort.contains) { facts[.tapSort] = 1 }
        if apps.contains(label.folded) { facts[.tapApp] = 1 }
        let display = decision.screen.displaySize
        guard let element = decision.screen.element(target.id), display.width > 0, display.height > 0 else { return }
        if element.text.isEmpty { facts[.tapIcon] = 1 }
        let middle = element.bounds.center
        if middle.y < display.height / 10 { facts[.tapTop] = 1 }
        if middle.y > display.height * 4 / 5 { facts[.tapLow] = 1 }
        if middle.x > display.width * 2 / 3 { facts[.tapRight] = 1 }
    }

    /// What a label says of the goal's words and values.
    private func names(_ label: Label, _ facts: inout CandidateFacts) {
        let share = share(label)
        if share > 0 { (facts[.tapShare], facts[.tapAny]) = (share, 1) }
        if label.isWhole { facts[.tapWhole] = 1 }
        if ledger.tellsRow(label.folded) { facts[.tapRow] = 1 }
        if ledger.tells(.open, label.folded) {
            facts[.tapOpen] = 1
        } else if ledger.tells(.entered, label.folded) {
            facts[.tapEntered] = 1
        } else if ledger.tells(.done, label.folded) {
            facts[.tapDone] = 1
        }
    }

    private func share(_ label: Label) -> Float {
        var (found, all): (Float, Float) = (0, 0)
        for word in label.words {
            let weight = 1 / Float(counts[word] ?? 1)
            all += weight
            if goal.contains(word) { found += weight }
        }
        return all > 0 ? found / all : 0
    }

    /// Whether the goal asks something that is not answered.
    private var asks: Bool { ledger.isKept ? ledger.isAsked : isAsked && decision.mind != nil }

    /// Whether the goal has one of these words.
    private func says(_ words: Set<String>) -> Bool { !goal.isDisjoint(with: words) }

    private func button(_ label: Label, _ facts: inout CandidateFacts) {
        func isCalled(_ words: Set<String>) -> Bool { label.words.contains(where: words.contains) }
        if label.words.count <= 2, isCalled(FactWords.commit) {
            facts[.commit] = 1
            if ledger.hasOpen { facts[.commitOpen] = 1 } else if ledger.hasEntered { facts[.commitEntered] = 1 }
            if let isSettled = picker?.isSettled { facts[isSettled ? .commitPicked : .commitUnpicked] = 1 }
        }
        if isCalled(FactWords.remove) { facts[says(FactWords.remove) ? .removeWanted : .removeElse] = 1 }
        if isCalled(FactWords.create) {
            if says(FactWords.create) {
                facts[.createWanted] = 1
            } else if says(FactWords.remove) || ledger.isAsked || isAsked && decision.mind != nil {
                facts[.createAgainst] = 1
            }
            if ledger.isKept && !ledger.hasOpenWork { facts[.createDone] = 1 }
        }
        if isCalled(FactWords.leave) { facts[.leave] = 1 }
        if label.words.count <= 2, isCalled(FactWords.search) { facts[.search] = 1 }
        if label.words.contains("more") {
            facts[.more] = 1
            if says(FactWords.remove) && !seesRemove { facts[.moreRemove] = 1 }
            if verb != nil && !seesVerb { facts[.moreVerb] = 1 }
        }
    }

    private func type(_ id: Int, _ candidate: Candidate, _ label: Label, _ facts: inout CandidateFacts) {
        facts[.type] = 1
        guard let element = decision.screen.element(id) else { return }
        let profile = FieldProfile(element, on: decision.screen)
        let share = share(label)
        if share > 0 { (facts[.typeShare], facts[.typeAny]) = (share, 1) }
        if label.isWhole { facts[.typeWhole] = 1 }
        for (fact, side) in [(CandidateFact.typeOpen, FactLedger.Side.open), (.typeClosed, .closed)] {
            let likeness = ledger.likeness(profile, side)
            if likeness > 0 { facts[fact] = likeness }
        }
        let isOver = !profile.content.isEmpty
        if isOver { facts[.typeOver] = 1 }
        if element.isFocused { facts[.typeFocus] = 1 }
        if let best = decision.texts(for: candidate.action).first {
            facts[isOver ? .typeOverFit : .typeFit] = Self.fit(best)
            if best.text.utf8.count > 2, profile.content.contains(best.text) { facts[.typeStands] = 1 }
        }
        // The words behind the text, without whether one stood there.
        let name = candidate.text.dropFirst(4)
        let place = name.hasSuffix(" (has text)") ? name.dropLast(11) : name
        if steps.contains(where: { $0.isTyping && $0.action.contains(place) }) { facts[.typeAgain] = 1 }
    }

    private func clear(_ id: Int, _ facts: inout CandidateFacts) {
        facts[.clear] = 1
        guard let element = decision.screen.element(id) else { return }
        let content = LedgerText.fold(FieldProfile(element, on: decision.screen).content)
        let isWanted = [Ledger.State.open, .entered, .done].contains { ledger.tells($0, content) }
        facts[isWanted ? .clearWanted : .clearOther] = 1
    }

    private static func fit(_ option: TextOption) -> Float { Float(min(max(option.prior / 3, -1), 2)) }

    // MARK: - The way

    private func scroll(_ direction: ScrollDirection, _ facts: inout CandidateFacts) {
        guard direction == .down else {
            facts[.scrollOther] = 1
            return
        }
        facts[.scrollDown] = 1
        if seesOpen { facts[.scrollSeen] = 1 } else if ledger.hasOpenTexts { facts[.scrollUnseen] = 1 }
        if ledger.hasOpen { facts[.scrollOpen] = 1 }
        if asks { facts[.scrollAsked] = 1 }
        if last?.isTyping == true { facts[.scrollTyped] = 1 }
    }

    private func back(_ facts: inout CandidateFacts) {
        facts[.back] = 1
        if ledger.isAllDone { facts[.backDone] = 1 } else if ledger.hasOpenWork { facts[.backOpen] = 1 }
        if asks { facts[.backAsked] = 1 }
        if last?.isCommit == true { facts[ledger.hasRows ? .backRows : .backCommitted] = 1 }
    }

    private func open(_ facts: inout CandidateFacts) {
        facts[.openApp] = 1
        if steps.isEmpty { facts[.openFirst] = 1 }
        if ledger.wantsApp {
            facts[.openWanted] = 1
            if !ledger.hasOpenWork { facts[.openLast] = 1 }
        }
        let front = LedgerText.fold(AppCatalog.label(of: decision.screen.package))
        if LedgerText.contains(folded, front) { facts[.openOther] = 1 }
    }

    private func end(_ facts: inout CandidateFacts) {
        facts[.end] = 1
        if !decision.history.isEmpty { facts[.endSteps] = Float(min(decision.history.count, 4)) / 4 }
        if last?.isCommit == true { facts[.endCommitted] = 1 }
        if last?.isOpening == true { facts[.endOpened] = 1 }
        if let isKeyed = picker?.isKeyed { facts[isKeyed ? .endKeyed : .endUnkeyed] = 1 }
        if !asks, !steps.contains(where: \.isWork) { facts[.endIdle] = 1 }
        about(&facts)
        if ledger.hasRows { facts[.endRows] = 1 }
        if !ledger.isKept {
            facts[.endUnknown] = 1
        } else if ledger.isAsked {
            facts[.endAsked] = 1
        } else if ledger.isAllDone {
            facts[.endDone] = 1
        } else {
            facts[ledger.hasOpen ? .endOpen : .endEntered] = 1
        }
    }
}

extension FactReader {
    /// What the decision is about.
    private func about(_ facts: inout CandidateFacts) {
        if Popup.covers(decision.screen) { facts[.endDialog] = 1 }
        if decision.screen.elements.contains(where: \.isEditable) { facts[.endFields] = 1 }
        let scrolls = decision.candidates.contains { candidate in
            if case .scroll(_, .down) = candidate.action { true } else { false }
        }
        if scrolls { facts[.endScrolls] = 1 }
        if let last {
            if last.isTyping { facts[.endTyped] = 1 }
            if last.isVain { facts[.endVain] = 1 }
            if last.isReading { facts[.endRead] = 1 }
            for (words, fact) in [
                ("scroll ", CandidateFact.endScrolled), ("long press ", .endHeld), ("go back", .endBack),
                ("tap switch ", .endSwitched),
            ] where last.action.hasPrefix(words) { facts[fact] = 1 }
        }
        if says(FactWords.remove) { facts[.endRemove] = 1 }
        if says(FactWords.move) { facts[.endMove] = 1 }
        if says(FactWords.create) { facts[.endCreate] = 1 }
        if says(FactWords.edit) { facts[.endEdit] = 1 }
        if !decision.history.isEmpty { facts[.endLong] = Float(min(decision.history.count, 20)) / 10 }
    }
}

extension Decision {
    /// What can be said of each candidate without a model, in their order.
    public var facts: [CandidateFacts] { FactReader(self).facts() }
}
