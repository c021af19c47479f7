// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Screen

/// Makes instructions for what a screen allows.
///
/// Only what can be told from the words alone: an element that shares its label with another is named with the place it stands in, by its
/// role, or not at all.
struct InstructionMaker {
    let decision: Decision
    /// Apps that are never named.
    let avoided: Set<String>
    var random: SeededRandom
    private var screen: ScreenState { decision.screen }
    private var candidates: [Candidate] { decision.candidates }

    init(_ decision: Decision, avoided: Set<String>, random: SeededRandom) {
        (self.decision, self.avoided, self.random) = (decision, avoided, random)
    }

    /// Some instructions, each of another sort; a sort that every screen has comes seldom.
    mutating func draw(_ count: Int) -> [Instruction] {
        var bySort: [Instruction.Sort: [Instruction]] = [:]
        for one in all() { bySort[one.sort, default: []].append(one) }
        let sorts = Instruction.Sort.allCases.filter { bySort[$0] != nil }
        var drawn: [Instruction.Sort] = []
        for sort in sorts.flatMap({ Array(repeating: $0, count: $0.weight) }).shuffled(using: &random)
        where !drawn.contains(sort) { drawn.append(sort) }
        return drawn.prefix(count).compactMap { bySort[$0]?.randomElement(using: &random) }
    }

    /// One instruction for each thing that can be told.
    mutating func all() -> [Instruction] {
        var out: [Instruction] = []
        for target in decision.actions.targets { out += instructions(target) }
        out += notes() + everywhere()
        return out
    }

    // MARK: - Elements

    private func place(_ action: Action) -> Int? { candidates.firstIndex { $0.action == action } }

    private mutating func instructions(_ target: ScreenActions.Target) -> [Instruction] {
        guard !avoided.contains(target.label),
            let name = InstructionName(target, on: screen, among: decision.actions.targets)
        else { return [] }
        var out: [Instruction] = []
        if target.canType { out += field(target, name) }
        if target.canClick && !target.canType { out += click(target, name) }
        if let place = place(.longPress(target.id)), name.isUnique {
            out.append(one(.longPress, InstructionWords.longPress, name.text, [place]))
        }
        if target.role == .slider { out += slides(target, name) }
        if target.canStroke {
            let direction = StrokeDirection.allCases.randomElement(using: &random) ?? .up
            if let place = place(.stroke(target.id, direction)) {
                out.append(one(.draw, InstructionWords.draw(direction), name.text, [place]))
            }
        }
        return out
    }

    private mutating func click(_ target: ScreenActions.Target, _ name: InstructionName) -> [Instruction] {
        guard let place = place(.click(target.id)) else { return [] }
        // A row and the switch in it may have one label and do two things.
        var twins = Set(
            decision.actions.targets.filter { $0.id != target.id && $0.canClick && InstructionName.same($0, target) }
                .compactMap { self.place(.click($0.id)) }
        )
        // What has the name of an app may be opened as one.
        if decision.apps.app(named: target.label) != nil, let open = self.place(.openApp(nil)) { twins.insert(open) }
        guard let isOn = target.isOn else {
            let sort: Instruction.Sort = target.role == .tab ? .tab : .tap
            guard name.isUnique || sort == .tab && name.isUniqueInKind else { return [] }
            let words = sort == .tab ? InstructionWords.tab : InstructionWords.tap(target.role)
            let below = InstructionName.above(target, on: screen, among: decision.actions.targets)
            if let below, sort == .tap, Int.random(in: 0..<6, using: &random) == 0 {
                return [one(sort, InstructionWords.below, below, [place], neutral: twins)]
            }
            return [one(sort, words, name.text, [place], neutral: twins)]
        }
        guard name.isUniqueInKind else { return [] }
        if target.role == .radio {
            if isOn { return done(InstructionWords.option, name.text, besides: [place]) }
            return [one(.option, InstructionWords.option, name.text, [place], neutral: twins)]
        }
        let isBox = target.role == .checkbox
        let sort: Instruction.Sort = isBox ? .tick : .toggle
        let words = isBox ? InstructionWords.tick(on: !isOn) : InstructionWords.toggle(on: !isOn)
        let already = isBox ? InstructionWords.tick(on: isOn) : InstructionWords.toggle(on: isOn)
        return [one(sort, words, name.text, [place], neutral: twins)] + done(already, name.text)
    }

    private mutating func field(_ target: ScreenActions.Target, _ name: InstructionName) -> [Instruction] {
        guard name.isUniqueInKind else { return [] }
        let tap = place(.click(target.id))
        let type = place(.inputText(target.id, text: nil))
        var out: [Instruction] = []
        if let tap {
            let neutral = type.map { Set([$0]) } ?? []
            out.append(one(.focus, InstructionWords.focus, name.text, [tap], neutral: neutral))
        }
        if target.detail.isEmpty, let type {
            let text = InstructionWords.text(for: target.label, using: &random)
            let words = InstructionWords.type.map { $0.replacing("#", with: text) }
            var typed = one(.type, words, name.text, [type], neutral: tap.map { [$0] } ?? [])
            typed.text = text
            out.append(typed)
        } else if let clear = place(.clearText(target.id)) {
            out.append(one(.clear, InstructionWords.clear, name.text, [clear]))
            out += question(InstructionWords.fieldQuestion, name.text, answer: target.detail)
        }
        return out
    }

    private mutating func slides(_ target: ScreenActions.Target, _ name: InstructionName) -> [Instruction] {
        guard name.isUniqueInKind else { return [] }
        let isUp = Bool.random(using: &random)
        guard let place = place(.scroll(target.id, isUp ? .right : .left)) else { return [] }
        return [one(.slide, InstructionWords.slide(up: isUp), name.text, [place])]
    }

    // MARK: - Notes and what is always possible

    private mutating func notes() -> [Instruction] {
        var out: [Instruction] = []
        let lists = candidates.indices.filter { if case .readList = candidates[$0].action { true } else { false } }
        if lists.count == 1 { out.append(one(.readList, InstructionWords.readList, "", lists)) }
        for place in candidates.indices {
            guard case .remember(let id) = candidates[place].action, let element = screen.element(id) else { continue }
            let label = InstructionName.clean(element.label)
            let same = candidates.count { $0.text == candidates[place].text }
            guard let label, same == 1, !element.isEditable else { continue }
            out.append(one(.remember, InstructionWords.remember, label, [place]))
        }
        return out
    }

    private mutating func everywhere() -> [Instruction] {
        var out: [Instruction] = []
        out += scrolls()
        if let enter = place(.keyboardEnter) { out.append(one(.enter, InstructionWords.enter, "", [enter])) }
        // From a launcher there is no way back.
        if let back = place(.navigateBack), !Instruction.isHome(screen) {
            let up = candidates.indices.filter { ["navigate up", "back"].contains(candidates[$0].label.lowercased()) }
            out.append(one(.back, InstructionWords.back, "", [back], neutral: Set(up)))
        }
        if let home = place(.navigateHome) {
            if Instruction.isHome(screen) {
                out += done(InstructionWords.home, "")
            } else {
                out.append(one(.home, InstructionWords.home, "", [home]))
            }
        }
        if let wait = place(.wait) { out.append(one(.wait, InstructionWords.wait, "", [wait])) }
        out += opening()
        out += questions()
        return out
    }

    /// The largest area's scrolls, which a candidate names without a place.
    private mutating func scrolls() -> [Instruction] {
        let main = candidates.indices.filter { place in
            guard case .scroll(_, let direction) = candidates[place].action else { return false }
            return candidates[place].text == "scroll \(direction.rawValue)"
        }
        guard let place = main.randomElement(using: &random), case .scroll(_, let way) = candidates[place].action else {
            return []
        }
        let others = candidates.indices.filter { other in
            if case .scroll(_, way) = candidates[other].action { other != place } else { false }
        }
        return [one(.scroll, InstructionWords.scroll(way), "", [place], neutral: Set(others))]
    }

    private mutating func opening() -> [Instruction] {
        let apps = decision.apps.apps.filter { !avoided.contains($0.label) }
        guard let open = place(.openApp(nil)), let app = apps.randomElement(using: &random) else { return [] }
        var out: [Instruction] = []
        if app.package != screen.package {
            // A launcher's icon does the same; elsewhere a thing of that name may be meant, or another.
            let named = candidates.indices.filter { place in
                if case .click = candidates[place].action { candidates[place].label == app.label } else { false }
            }
            let icons = Instruction.isHome(screen) ? named : []
            var opening = one(.openApp, InstructionWords.open, app.label, [open] + icons, neutral: Set(named))
            opening.text = app.label
            out.append(opening)
        }
        let front = AppCatalog.label(of: screen.package)
        if apps.contains(where: { $0.label == front }) { out += done(InstructionWords.open, front, besides: [open]) }
        return out
    }

    /// Questions about a line that stands under a label.
    private mutating func questions() -> [Instruction] {
        var out: [Instruction] = []
        for target in decision.actions.targets where !target.canType && !target.detail.isEmpty {
            guard let name = InstructionName(target, on: screen, among: decision.actions.targets), name.isUnique else {
                continue
            }
            out += question(InstructionWords.question, name.text, answer: target.detail)
        }
        return out
    }

    private mutating func question(_ words: [String], _ name: String, answer: String) -> [Instruction] {
        guard let place = place(.answer(nil)), answer.count <= 60 else { return [] }
        var asked = one(.answer, words, name, [place])
        asked.text = answer
        asked.needsText = true
        return [asked]
    }

    /// What is so already: nothing is left to do. `besides` is what would do it once more.
    private mutating func done(_ words: [String], _ name: String, besides: Set<Int> = []) -> [Instruction] {
        guard let place = place(.complete) else { return [] }
        return [one(.done, words, name, [place], neutral: besides)]
    }

    private mutating func one(
        _ sort: Instruction.Sort,
        _ words: [String],
        _ name: String,
        _ right: [Int],
        neutral: Set<Int> = []
    ) -> Instruction {
        Instruction(
            sort: sort,
            goal: InstructionWords.goal(words, name: name, using: &random),
            right: right,
            neutral: neutral.subtracting(right)
        )
    }
}
