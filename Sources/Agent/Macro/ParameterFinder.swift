// SPDX-License-Identifier: Apache-2.0

/// Finds where in a goal the texts stand that a run typed and tapped, and makes parameters of those places.
struct ParameterFinder {
    /// A value as the goal states it.
    private struct Unit {
        var range: Range<Int>
        var text: String
        /// What the goal calls it, or the empty string.
        var slot: String
    }

    private struct Chosen {
        var range: Range<Int>
        var text: String
        var name: String
        var slot: String?
    }

    private let goal: [UInt8]
    private var units: [Unit] = []
    private var chosen: [Chosen] = []
    /// How often each text was asked for.
    private var uses: [String: Int] = [:]
    private var names: Set<String> = []
    /// Numbers that were tapped more than once.
    private var repeated: Set<String> = []

    /// Units and places beyond these many are not looked at.
    private static let unitLimit = 400
    private static let placeLimit = 64
    private static let parameterLimit = 64

    /// - Parameter now: when the goal was given; without it, slots are not read.
    init(_ goal: String, now: DeviceMoment?) {
        self.goal = Array(goal.utf8)
        let slots = now.map { GoalState(goal, now: $0).best.slots } ?? []
        units = slots.filter { !$0.range.isEmpty && $0.range.upperBound <= goal.utf8.count }.map {
            Unit(range: $0.range, text: $0.text, slot: $0.name)
        }
        readTables(goal, now)
        let facts = GoalFacts(goal)
        let found =
            facts.quoted + facts.named + facts.names + facts.phones + facts.emails + facts.files + facts.times
            + facts.dates
            + facts.companies + [facts.renameTarget].compactMap { $0 } + facts.amounts.map(\.0)
        for text in found.prefix(Self.unitLimit) {
            for range in places(of: text) where !units.contains(where: { $0.range == range }) {
                units.append(Unit(range: range, text: text, slot: ""))
            }
        }
    }

    /// Cells of the goal's rows, named after their columns; cells with the same text stand in the order of the rows.
    private mutating func readTables(_ goal: String, _ now: DeviceMoment?) {
        guard let now else { return }
        for table in GoalState(goal, now: now).best.tables {
            for (cell, column) in table.rows.flatMap({ zip($0, table.columns) }) where units.count < Self.unitLimit {
                guard
                    let range = places(of: cell).first(where: { range in !units.contains { $0.range.overlaps(range) } })
                else { continue }
                units.append(Unit(range: range, text: cell, slot: column))
            }
        }
    }

    /// Takes the labels of everything that is tapped, before the first reference.
    mutating func count(taps labels: [String]) {
        var seen: Set<String> = []
        repeated = Set(labels.filter { Self.isBareNumber($0) && !seen.insert($0).inserted })
    }

    private static func isBareNumber(_ text: String) -> Bool { text.utf8.allSatisfy { (48...57).contains($0) } }

    /// The parameter that a text is or follows from; nil where the goal does not state it.
    ///
    /// - Parameters:
    ///   - isTyped: whether it was typed. What was only tapped is a value only where it looks like one, since words such as "Save"
    ///     stand in goals and on buttons alike.
    ///   - hint: what the field is called.
    mutating func reference(to text: String, isTyped: Bool, hint: String = "") -> MacroText.Piece? {
        guard !text.trimmingWhite.isEmpty, chosen.count < Self.parameterLimit else { return nil }
        let places = places(of: text)
        let isUnit = units.contains { $0.text == text }
        guard isTyped || isUnit || isValueLike(text, places) else { return nil }
        // Of keys with one digit nobody knows which number they belong to, nor of a number that the goal says twice, or that was
        // tapped twice, whether it is the day or the hour.
        if !isTyped && text.utf8.count < 2 { return nil }
        if !isTyped && Self.isBareNumber(text) && (places.count != 1 || repeated.contains(text)) { return nil }
        // A lone letter or digit stands in a goal by chance.
        if !isUnit && text.utf8.count < 2 && places.count != 1 { return nil }
        let use = uses[text, default: 0]
        uses[text] = use + 1
        // The second time a text is needed it is the second value with this text, where the goal has two.
        let own = places.filter { range in isFree(range) || chosen.contains { $0.range == range } }
        let inside = own.filter { range in !units.contains { $0.range != range && $0.range.contains(range) } || isUnit }
        if let range = inside.isEmpty ? nil : inside[min(use, inside.count - 1)] {
            return .parameter(name(of: range, text, hint: hint), .same)
        }
        for known in chosen {
            if let way = TextTransform.from(known.text, to: text) { return .parameter(known.name, way) }
        }
        for unit in units where isFree(unit.range) {
            guard let way = TextTransform.from(unit.text, to: text) else { continue }
            return .parameter(name(of: unit.range, unit.text, hint: hint), way)
        }
        guard let range = own.isEmpty ? nil : own[min(use, own.count - 1)] else { return nil }
        return .parameter(name(of: range, text, hint: hint), .same)
    }

    /// Makes parameters of the values that stand within a text, such as the file in `Delete notes.txt?`.
    mutating func open(valuesIn text: String) {
        let bytes = Array(text.utf8)
        for unit in units.sorted(by: { $0.text.utf8.count > $1.text.utf8.count })
        where unit.text.utf8.count >= 4 && isFree(unit.range) && chosen.count < Self.parameterLimit {
            guard !chosen.contains(where: { $0.text == unit.text }), unit.text.utf8.count < bytes.count,
                !Self.places(of: Array(unit.text.utf8), in: bytes).isEmpty
            else { continue }
            _ = name(of: unit.range, unit.text, hint: "")
        }
    }

    /// The goal with its parameters. Where the goal says a value once more, it has to be the same again.
    func template() -> (text: MacroText, parameters: [Macro.Parameter]) {
        var all = chosen
        for value in chosen where value.text.utf8.count >= 3 {
            for range in places(of: value.text) where !all.contains(where: { $0.range.overlaps(range) }) {
                all.append(Chosen(range: range, text: value.text, name: value.name))
            }
        }
        all.sort { $0.range.lowerBound < $1.range.lowerBound }
        var pieces: [MacroText.Piece] = []
        var place = 0
        for value in all {
            pieces.append(.literal(String(decoding: goal[place..<value.range.lowerBound], as: UTF8.self)))
            pieces.append(.parameter(value.name, .same))
            place = value.range.upperBound
        }
        pieces.append(.literal(String(decoding: goal[place...], as: UTF8.self)))
        var seen: Set<String> = []
        let parameters = all.compactMap { value -> Macro.Parameter? in
            guard seen.insert(value.name).inserted else { return nil }
            let first = chosen.first { $0.name == value.name }
            return Macro.Parameter(name: value.name, value: value.text, slot: first?.slot)
        }
        return (MacroText(pieces), parameters)
    }

    /// A text of the screen with parameters in the places of values of three letters or more.
    func open(_ text: String) -> MacroText {
        if let exact = chosen.first(where: { $0.text == text }) { return MacroText([.parameter(exact.name, .same)]) }
        if let number = chosen.first(where: { TextTransform.from($0.text, to: text) == .digits }) {
            return MacroText([.parameter(number.name, .digits)])
        }
        let bytes = Array(text.utf8)
        var found: [(range: Range<Int>, name: String)] = []
        for value in chosen.sorted(by: { $0.text.utf8.count > $1.text.utf8.count }) where value.text.utf8.count >= 3 {
            for range in Self.places(of: Array(value.text.utf8), in: bytes)
            where !found.contains(where: { $0.range.overlaps(range) }) {
                found.append((range, value.name))
            }
        }
        var pieces: [MacroText.Piece] = []
        var place = 0
        for (range, name) in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            pieces += [
                .literal(String(decoding: bytes[place..<range.lowerBound], as: UTF8.self)), .parameter(name, .same),
            ]
            place = range.upperBound
        }
        return MacroText(pieces + [.literal(String(decoding: bytes[place...], as: UTF8.self))])
    }

    /// An app's name as the goal writes it, where it follows "open", so that it is what the goal is about; nil otherwise.
    func opened(_ app: String) -> String? {
        [app, app.lowercased()].first { name in
            places(of: name).contains { range in
                let before = String(decoding: goal[..<range.lowerBound], as: UTF8.self).lowercased()
                let words = before.split(whereSeparator: \.isWhitespace).suffix(2)
                let verb = words.last == "the" ? words.first : words.last
                return ["open", "launch", "start"].contains(verb.map(String.init) ?? "")
            }
        }
    }

    // MARK: - Places

    private func isFree(_ range: Range<Int>) -> Bool { !chosen.contains { $0.range.overlaps(range) } }

    /// A text with a capital letter or a digit that is not merely the first word of a sentence.
    private func isValueLike(_ text: String, _ places: [Range<Int>]) -> Bool {
        guard places.contains(where: { !isStart($0.lowerBound) }), text.utf8.count >= 3 else { return false }
        return text.contains { $0.isUppercase } || text.contains { $0.isNumber }
    }

    /// Whether a sentence begins at a place.
    private func isStart(_ place: Int) -> Bool {
        guard let before = goal[..<place].last(where: { $0 != 32 }) else { return true }
        return before == 10 || ".!?:".utf8.contains(before)
    }

    /// The name of the parameter at a place; a new one where there is none yet.
    private mutating func name(of range: Range<Int>, _ text: String, hint: String) -> String {
        if let known = chosen.first(where: { $0.range == range }) { return known.name }
        let slot = units.first { $0.range == range && !$0.slot.isEmpty }?.slot
        let near = word(before: range)
        let words = (slot ?? (near.isEmpty ? hint : near)).lowercased().split {
            !$0.isASCII || !($0.isLetter || $0.isNumber)
        }
        var base = String(words.prefix(3).joined(separator: "-").prefix(30))
        while base.hasSuffix("-") { base.removeLast() }
        if base.isEmpty { base = "value" }
        var name = base
        var number = 2
        while !names.insert(name).inserted {
            name = "\(base)-\(number)"
            number += 1
        }
        chosen.append(Chosen(range: range, text: text, name: name, slot: slot))
        return name
    }

    /// The nearest word before a place that says what stands there: `file` in `the file named`.
    private func word(before range: Range<Int>) -> String {
        let dull: Set<Substring> = [
            "the", "a", "an", "of", "for", "to", "in", "on", "at", "by", "with", "and", "or", "from", "named", "called",
            "titled",
            "is", "as", "following", "their", "its", "it", "that", "this", "my",
        ]
        let line = goal[max(0, range.lowerBound - 60)..<range.lowerBound].split(
            separator: 10,
            omittingEmptySubsequences: false
        )
        let before = String(decoding: line.last ?? [], as: UTF8.self)
        // In a list or a row the word before is another value.
        if let sign = before.last(where: { !" \"'$".contains($0) }), "|,;".contains(sign) { return "" }
        let words = before.split { !($0.isLetter || $0.isNumber) }.suffix(3)
        return words.last { !dull.contains($0) && $0.allSatisfy(\.isLowercase) }.map(String.init) ?? ""
    }

    private func places(of text: String) -> [Range<Int>] { Self.places(of: Array(text.utf8), in: goal) }

    /// Where a text stands as whole words, without overlaps, from left to right.
    private static func places(of wanted: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
        guard let first = wanted.first, let last = wanted.last, wanted.count <= bytes.count else { return [] }
        /// 0 for what parts words, else the kind of word that a byte belongs to.
        func kind(_ byte: UInt8) -> Int {
            switch byte {
            case 48...57: 1
            case 65...90, 97...122, 128...: 2
            default: 0
            }
        }
        var out: [Range<Int>] = []
        var place = 0
        while place <= bytes.count - wanted.count && out.count < placeLimit {
            let end = place + wanted.count
            let begins = place == 0 || kind(first) == 0 || kind(bytes[place - 1]) != kind(first)
            let ends = end == bytes.count || kind(last) == 0 || kind(bytes[end]) != kind(last)
            if bytes[place] == first && begins && ends && bytes[place..<end].elementsEqual(wanted) {
                out.append(place..<end)
                place = end
            } else {
                place += 1
            }
        }
        return out
    }
}
