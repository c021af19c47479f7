// SPDX-License-Identifier: Apache-2.0

import Screen

/// A text that was found for a placeholder, and the rule that found it.
public struct Fill: Sendable, Hashable, Codable {
    public var text: String
    /// A stable name such as `field.phone`, or `model` where no rule found it.
    public var rule: String

    public init(_ text: String, rule: String) {
        self.text = text
        self.rule = rule
    }
}

/// Finds the text of a chosen placeholder by rules: most goals state the values literally.
public struct Filler: Sendable {
    public let facts: GoalFacts
    /// What was typed before in this run; it is not typed twice while something else is left.
    public let typed: [String]

    public init(goal: String, typed: [String] = []) {
        facts = GoalFacts(goal)
        self.typed = typed
    }

    /// The fill for an action, or nil where no rule applies.
    public func fill(_ action: Action, screen: ScreenState, apps: AppCatalog) -> Fill? {
        switch action {
        case .inputText(let id, nil): field(id, on: screen)
        case .openApp(nil): app(apps, current: screen.package)
        case .answer(nil): answer(screen)
        default: nil
        }
    }

    /// Texts that constrained decoding may choose from where the rules found none: pieces of the goal for a field,
    /// labels for an app, texts of the screen for an answer.
    public func options(_ action: Action, screen: ScreenState, apps: AppCatalog) -> [String] {
        switch action {
        case .inputText: goalSpans()
        case .openApp: apps.apps.map(\.label)
        case .answer:
            unique(screen.elements.flatMap { [$0.text, $0.contentDescription] }.map { PromptBuilder.oneLine($0) })
                .filter { !$0.isEmpty && $0.count <= 120 } + ["yes", "no"]
        default: []
        }
    }

    // MARK: - Fields

    private func field(_ id: Int, on screen: ScreenState) -> Fill? {
        guard let element = screen.element(id) else { return nil }
        let label = (element.label + " " + element.hint + " " + element.resourceWords).lowercased()
        // What already stands in another field has found its place.
        let placed = screen.elements.filter { $0.isEditable && $0.id != id }.map(\.detail)
        func first(_ values: [String], _ rule: String) -> Fill? {
            let left = values.filter { !$0.isEmpty && !placed.contains($0) }
            guard let value = left.first(where: { !typed.contains($0) }) ?? left.first else { return nil }
            return Fill(value, rule: rule)
        }
        func has(_ words: String...) -> Bool { words.contains { label.contains($0) } }

        let people = facts.named.filter { $0.first?.isUppercase == true } + facts.names + facts.quoted
        if has("email", "e-mail") { return first(facts.emails, "field.email") }
        if has("phone", "mobile", "telephone") || (has("number") && !facts.phones.isEmpty) {
            return first(facts.phones, "field.phone")
        }
        if has("first name", "given name") { return person(people, "field.firstName") { $0.first.map(String.init) } }
        if has("last name", "surname", "family name") {
            return person(people, "field.lastName") { $0.count > 1 ? $0.dropFirst().joined(separator: " ") : nil }
        }
        if has("company", "organization", "employer") { return first(facts.companies, "field.company") }
        if let unit = unitFill(label) { return unit }
        if has("search", "find", "query") {
            return first(facts.quoted + facts.named + facts.files + facts.names, "field.search") ?? searchSubject()
        }
        if has("rename") || facts.renameTarget != nil && has("name", "title") {
            if let target = facts.renameTarget { return first([quotedForm(target)], "field.rename") }
        }
        if has("message", "note", "body", "content", "description", "text"), facts.quoted.count > 1,
            !has("name", "title")
        {
            return first(Array(facts.quoted.reversed()), "field.message")
        }
        if has("date"), let date = first(facts.dates, "field.date") { return date }
        if has("time"), let time = first(facts.times, "field.time") { return time }
        if has("amount", "price", "cost", "quantity"), let amount = first(facts.amounts.map(\.0), "field.amount") {
            return amount
        }
        let names = facts.quoted + facts.named + facts.files + facts.names
        if let name = first(names, "field.name") { return name }
        return first(facts.times + facts.phones + facts.emails + facts.amounts.map(\.0), "field.value")
    }

    private func person(_ people: [String], _ rule: String, _ part: ([Substring]) -> String?) -> Fill? {
        for name in people {
            if let text = part(name.split(separator: " ")), !text.isEmpty { return Fill(text, rule: rule) }
        }
        return nil
    }

    /// Hours, minutes and seconds from amounts with a unit, or from a clock time.
    private func unitFill(_ label: String) -> Fill? {
        for (word, stems) in [
            ("hour", ["hour", "hr"]), ("minute", ["minute", "min"]), ("second", ["second", "sec"]),
        ] {
            guard label.contains(word) else { continue }
            if let amount = facts.amounts.first(where: { pair in stems.contains { pair.1.hasPrefix($0) } }) {
                return Fill(amount.0, rule: "field.\(word)")
            }
            guard let time = facts.times.first else { return nil }
            let parts = time.split { !$0.isNumber }
            if word == "hour", let hour = parts.first { return Fill(String(hour), rule: "field.hour") }
            if word == "minute" { return Fill(parts.count > 1 ? String(parts[1]) : "00", rule: "field.minute") }
        }
        return nil
    }

    private func searchSubject() -> Fill? { facts.searchSubject.map { Fill($0, rule: "field.search") } }

    /// The quoted text that a phrase is the beginning of, or the phrase.
    private func quotedForm(_ phrase: String) -> String {
        facts.quoted.last { $0.hasPrefix(phrase) || phrase.hasPrefix($0) } ?? phrase
    }

    // MARK: - Apps

    /// The app that the goal names (the longest name first), else the one that its subject belongs to. The app in
    /// front is taken only where nothing else fits.
    private func app(_ apps: AppCatalog, current: String) -> Fill? {
        let words = " " + Self.words(facts.goal).joined(separator: " ") + " "
        func isIn(_ name: String) -> Bool { words.contains(" " + Self.words(name).joined(separator: " ") + " ") }
        var found: [(app: AppCatalog.App, length: Int, rule: String)] = []
        for app in apps.apps {
            for name in apps.names(of: app) where isIn(name) {
                // "file" names Files too only as a topic; a label must be there in full.
                let isExplicit =
                    isIn(name + " app") || isIn("open " + name) || isIn("in " + name) || isIn("using " + name)
                found.append((app, name.count + (isExplicit ? 100 : 0), "app.named"))
            }
        }
        for (place, topic) in AppNames.topics.enumerated() {
            guard topic.words.contains(where: isIn) else { continue }
            for package in topic.packages {
                guard let app = apps.apps.first(where: { $0.package == package }) else { continue }
                found.append((app, -place, "app.topic"))
                break
            }
        }
        let ranked = found.sorted { $0.length != $1.length ? $0.length > $1.length : $0.app.label < $1.app.label }
        let best = ranked.first { $0.app.package != current } ?? ranked.first
        return best.map { Fill($0.app.label, rule: $0.rule) }
    }

    /// Lower-case words; hyphens stay inside a word, other signs end it.
    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init)
    }

    // MARK: - Answers

    /// The value on the screen that the question asks for, by what kind of value that is.
    private func answer(_ screen: ScreenState) -> Fill? {
        let question = facts.goal.lowercased()
        let texts = unique(
            screen.elements.flatMap { [$0.text, $0.contentDescription] }.map { PromptBuilder.oneLine($0) }
        )
        .filter { !$0.isEmpty }
        func firstMatch(_ pattern: Regex<Substring>, _ rule: String) -> Fill? {
            for text in texts {
                if let found = text.firstMatch(of: pattern) { return Fill(String(found.output), rule: rule) }
            }
            return nil
        }
        if question.contains("email") || question.contains("e-mail") {
            return firstMatch(#/[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+/#, "answer.email")
        }
        if question.contains("phone") || question.contains("number of") == false && question.contains("number") {
            if let found = firstMatch(#/\+?\(?\d[\d\s().\-]{5,}\d/#, "answer.phone") { return found }
        }
        if question.contains("what time") || question.hasPrefix("when") {
            if let found = firstMatch(#/\d{1,2}:\d{2}(?:\s?[AaPp][Mm])?/#, "answer.time") { return found }
        }
        if question.hasPrefix("is ") || question.hasPrefix("are "), let state = stateAnswer(screen, question) {
            return state
        }
        return nil
    }

    /// "Is Bluetooth on?" from the switch that the question names.
    private func stateAnswer(_ screen: ScreenState, _ question: String) -> Fill? {
        let asksOff = question.contains(" off") || question.contains("disabled")
        for element in screen.elements where element.isCheckable && !element.label.isEmpty {
            guard question.contains(element.label.lowercased()) else { continue }
            return Fill(element.isChecked != asksOff ? "yes" : "no", rule: "answer.state")
        }
        return nil
    }

    private func unique(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }

    /// Pieces of the goal of up to eight words, longer ones last.
    private func goalSpans() -> [String] {
        let words = facts.goal.split(whereSeparator: \.isWhitespace).prefix(60)
        var out: [String] = []
        for length in 1...8 where length <= words.count {
            for start in 0...(words.count - length) {
                var text = words[(words.startIndex + start)..<(words.startIndex + start + length)].joined(
                    separator: " "
                )[...]
                while let last = text.last, "\"',.;:!?".contains(last) { text.removeLast() }
                while let first = text.first, "\"'".contains(first) { text.removeFirst() }
                if !text.isEmpty { out.append(String(text)) }
            }
        }
        return unique(out)
    }
}
