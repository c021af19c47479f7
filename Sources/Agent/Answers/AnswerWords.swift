// SPDX-License-Identifier: Apache-2.0

/// What the words of a question and the names of columns have in common.
enum AnswerWords {
    /// Words for the same thing share a bit.
    struct Concept: OptionSet, Hashable {
        let rawValue: UInt32

        static let title = Concept(rawValue: 1)
        static let day = Concept(rawValue: 2)
        static let time = Concept(rawValue: 4)
        static let place = Concept(rawValue: 8)
        static let category = Concept(rawValue: 16)
        static let duration = Concept(rawValue: 32)
        static let distance = Concept(rawValue: 64)
        static let money = Concept(rawValue: 128)
        static let body = Concept(rawValue: 256)
        static let number = Concept(rawValue: 512)
        static let person = Concept(rawValue: 1024)
        static let box = Concept(rawValue: 2048)
        static let size = Concept(rawValue: 4096)
    }

    private static let concepts: [String: Concept] = {
        var all: [String: Concept] = [:]
        func add(_ words: String, _ concept: Concept) {
            for word in words.split(separator: " ") { all[String(word), default: []].insert(concept) }
        }
        add("title name subject heading event appointment meeting task todo song track file recipe item", .title)
        add("day date due when deadline", .day)
        add("time hour start begin when clock", .time)
        add("place location where address venue room", .place)
        add("category type kind activity group", .category)
        add("duration long length time minute hour second lasted take took elapsed", .duration)
        add("distance far length meter metre kilometer kilometre km mile covered", .distance)
        add("amount price cost total spent paid expense money sum", .money)
        add("description detail body content remark text note", .body)
        add("number quantity count amount many much", .number)
        add("person people who attendee sender from contact", .person)
        add("todo task checkbox box complete completed done incomplete", .box)
        add("size byte", .size)
        return all
    }()

    /// Words that name no property.
    private static let empty: Set<String> = [
        "list", "view", "label", "value", "row", "cell", "the", "a", "an", "of", "my", "in", "for", "to", "do", "did",
        "i", "have",
        "is", "are", "was", "were", "and", "or", "all", "what", "which", "any", "that", "this", "only", "total", "many",
        "much",
        "how", "number", "long", "far", "when", "where", "who", "there", "be", "on", "at", "with", "single", "your",
        "answer", "express",
        "format", "just", "please", "need", "from", "into", "app", "tell", "give", "reply", "respond", "present",
        "covered", "if", "not",
        "either", "match", "exactly", "could", "you", "me", "it", "its", "by", "as", "up", "look", "want", "know",
        "has", "had",
    ]

    /// A text's words in lower case, without the ending of a plural; `to-do` is `todo`.
    static func words(_ text: String) -> [String] {
        text.lowercased().replacing("to-do", with: "todo").split { !$0.isLetter && !$0.isNumber }.prefix(40).map {
            word in
            stem(String(word))
        }
    }

    private static func stem(_ word: String) -> String {
        guard word.utf8.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss") else { return word }
        if word.hasSuffix("ies"), word.utf8.count > 4 { return word.dropLast(3) + "y" }
        return String(word.dropLast())
    }

    static func concepts(of words: [String]) -> Concept {
        words.reduce(into: []) { if let concept = concepts[$1] { $0.formUnion(concept) } }
    }

    /// The words that say what is asked, which a row may hold: `flour` of `quantity of flour`.
    static func content(of words: [String]) -> [String] {
        words.filter {
            !empty.contains($0) && $0.utf8.count > 2
                && (concepts[$0] ?? []).isDisjoint(with: [.day, .time, .number, .duration, .money])
        }
    }

    /// What pages call the properties that words are about.
    static func labels(of words: [String]) -> [String] {
        let concept = concepts(of: words)
        let all: [(Concept, [String])] = [
            (.distance, ["distance"]), (.duration, ["duration", "time", "length"]), (.day, ["date", "due", "day"]),
            (.time, ["time", "start"]),
            (.place, ["location", "place", "address"]), (.money, ["amount", "price", "cost", "total"]),
            (.category, ["category", "type"]),
            (.title, ["title", "name"]), (.body, ["description", "note"]), (.size, ["size"]),
        ]
        return Array(all.filter { concept.contains($0.0) }.flatMap(\.1).prefix(6))
    }

    /// 0 to 1.2: how well a column's name fits words.
    static func fit(_ asked: [String], _ name: [String]) -> Double {
        guard !asked.isEmpty, !name.isEmpty else { return 0 }
        var exact = false
        for word in asked where !empty.contains(word) && name.contains(word) { exact = true }
        // `event title` is a title: the last word says what it is, those before whose.
        let last = name.last.map { concepts(of: [$0]) } ?? []
        let all = concepts(of: name)
        let wanted = concepts(of: asked)
        let concept = last.isDisjoint(with: wanted) ? (all.isDisjoint(with: wanted) ? 0 : 0.5) : 0.9
        return max(concept, exact ? 1 : 0) + (exact && concept > 0 ? 0.2 : 0)
    }

    /// The kinds of value that are asked for, by the words and the unit.
    static func kinds(_ asked: [String], _ unit: String?) -> Set<ValueKind> {
        var kinds: Set<ValueKind> = []
        if let unit {
            switch ValueFormat.measure(unit) {
            case .length: kinds.insert(.length)
            case .mass: kinds.insert(.mass)
            case .volume: kinds.insert(.volume)
            case .bytes: kinds.insert(.bytes)
            case .percent: kinds.insert(.percent)
            case .money: kinds.insert(.money)
            case .clock: kinds.insert(.duration)
            default: break
            }
        }
        let concept = concepts(of: asked)
        if concept.contains(.distance) { kinds.insert(.length) }
        if concept.contains(.duration) { kinds.insert(.duration) }
        if concept.contains(.day) { kinds.insert(.day) }
        if concept.contains(.time) { kinds.insert(.time) }
        if concept.contains(.money) { kinds.formUnion([.money, .quantity]) }
        if concept.contains(.number) { kinds.insert(.quantity) }
        if concept.contains(.size) { kinds.insert(.bytes) }
        return kinds
    }

    // MARK: Programs in words

    /// A program as a person reads it: `sum of distance where category contains "running"`.
    static func words(_ program: AnswerProgram, _ table: AnswerTable, isAlone: Bool) -> String {
        var words = subject(program, table)
        for (index, filter) in program.filters.enumerated() {
            words += (index == 0 ? " where " : " and ") + self.words(filter, table)
        }
        switch program.format {
        case .number(let places, let unit?): words += places == 0 ? ", in whole \(unit)" : ", in \(unit)"
        case .pattern(let pattern):
            let lines = pattern.split(separator: "\n", omittingEmptySubsequences: false)
            words +=
                " as \(lines.last ?? "")" + (lines.count > 1 && lines[0].isEmpty == false ? " under \(lines[0])" : "")
        case .list(let separator) where program.aggregate == .list && separator.contains("\n"):
            words += separator == "\n" ? ", a line each" : ", with an empty line between"
        default: break
        }
        if program.rounding == .down { words += ", rounded down" }
        if !isAlone, let title = table.title(0), !title.isEmpty { words += ", of \(title)" }
        return words
    }

    private static func subject(_ program: AnswerProgram, _ table: AnswerTable) -> String {
        let column = program.column.map { table.name($0) }
        let of: String
        switch (program.part, column) {
        case (_, nil): of = "rows"
        case (.whole, let name?): of = name
        case (.piece(let index), let name?): of = "\(ordinal(index)) part of \(name)"
        case (.afterKey, let name?): of = "\(name) after the colon"
        case (.value(let kind, let index), let name?):
            let value = index == 0 ? kind.name : "\(ordinal(index)) \(kind.name)"
            of = name == kind.name && index == 0 ? name : "\(value) in \(name)"
        }
        switch program.aggregate {
        case .value: return column == nil ? "row" : of
        case .exists: return "whether there is a row"
        case .first, .last: return "\(program.aggregate.rawValue) \(column == nil ? "row" : of)"
        case .min: return "smallest \(of)"
        case .max: return "largest \(of)"
        default: return "\(program.aggregate.rawValue) of \(of)"
        }
    }

    private static func ordinal(_ index: Int) -> String {
        index < 5 ? ["first", "second", "third", "fourth", "fifth"][index] : "\(index + 1)th"
    }

    private static func words(_ filter: AnswerProgram.Filter, _ table: AnswerTable) -> String {
        let name = filter.column.map { table.name($0) } ?? "row"
        let values = filter.values.map(words)
        if case .flag(let flag)? = filter.values.first {
            if filter.values.count > 1 { return "\(name) has a tick box" }
            return "\(name) is \(flag ? "" : "not ")ticked"
        }
        switch filter.relation {
        case .largest, .smallest: return "\(name) is \(filter.relation.rawValue)"
        case .between where values.count == 2: return "\(name) is between \(values[0]) and \(values[1])"
        case .contains: return "\(name) contains \(values.joined(separator: " or "))"
        case .before, .after: return "\(name) is \(filter.relation.rawValue) \(values.joined(separator: " or "))"
        case .on: return "\(name) is on \(values.joined(separator: " or "))"
        default: return "\(name) is \(values.joined(separator: " or "))"
        }
    }

    private static func words(_ value: TypedValue) -> String {
        switch value {
        case .text(let text): "\"\(text)\""
        case .days(let first, let last): "\(first.iso) to \(last.iso)"
        case .times(let first, let last): "\(first.text) to \(last.text)"
        case .number(let number, .other(let unit)): "\(ValueFormat.text(of: number)) \(unit)"
        case .number(let number, .metres): "\(ValueFormat.text(of: number)) m"
        default: ValueFormat.spellings(of: value).first ?? ""
        }
    }
}
