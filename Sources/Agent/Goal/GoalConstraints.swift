// SPDX-License-Identifier: Apache-2.0

/// What must hold of the things that a goal is about.
enum GoalConstraints {
    /// The constraints of a goal, in the order of the text. Slots tell which texts tell things apart.
    static func read(_ source: GoalSource, slots: [GoalSlot]) -> [GoalConstraint] {
        var reader = Reader(source: source)
        reader.words()
        reader.moments()
        reader.slots(slots)
        return reader.found.sorted { $0.at < $1.at }.map(\.constraint)
    }

    private struct Reader {
        let source: GoalSource
        var found: [(at: Int, constraint: GoalConstraint)] = []
        private var covered: Set<Int> = []

        init(source: GoalSource) { self.source = source }

        mutating func add(
            _ at: Int,
            _ end: Int,
            _ property: String,
            _ relation: GoalConstraint.Relation,
            _ values: [TypedValue]
        ) {
            found.append(
                (
                    at,
                    GoalConstraint(
                        property: property,
                        relation: relation,
                        values: values,
                        text: source.text(at, max(end, at + 1))
                    )
                )
            )
        }

        // MARK: Words

        /// What the rules for words begin at.
        private static let words = WordSet(
            """
            high low medium highest lowest top normal completed finished done incomplete uncompleted unfinished outstanding unread favorite
            favourite starred overdue duplicate duplicates exactly identical last first newest latest recent oldest earliest longest largest
            biggest farthest furthest fastest shortest smallest slowest cheapest expensive less fewer shorter cheaper earlier smaller more
            longer greater larger later bigger under below over above at
            """
        )

        mutating func words() {
            let tokens = source.tokens
            for at in tokens.indices where Self.words.contains(tokens[at].lower) && !source.isQuoted[at] {
                let word = source.word(at)
                switch word {
                case "high", "low", "medium", "highest", "lowest", "top", "normal":
                    if source.word(at + 1) == "priority" {
                        let level = word == "highest" || word == "top" ? "high" : word == "lowest" ? "low" : word
                        add(at, at + 2, "priority", .equals, [.text(level.text)])
                    } else if word == "highest" || word == "lowest" {
                        add(at, at + 1, noun(at + 1), word == "highest" ? .largest : .smallest, [])
                    }
                case "completed", "finished", "done":
                    // `I have completed`, `completed tasks`, `are completed`; not the command
                    if at == source.sentenceStart(at), !GoalWords.isThing(source.word(at + 1)) { continue }
                    guard word == "completed" || GoalWords.isThing(source.word(at + 1)) else { continue }
                    let negated = source.word(at - 1) == "not"
                    add(negated ? at - 1 : at, at + 1, "completed", .equals, [.flag(!negated)])
                case "incomplete", "uncompleted", "unfinished", "outstanding":
                    add(at, at + 1, "completed", .equals, [.flag(false)])
                case "unread": add(at, at + 1, "read", .equals, [.flag(false)])
                case "favorite", "favourite", "starred":
                    if GoalWords.isPlural(source.word(at + 1)) { add(at, at + 1, "favorite", .equals, [.flag(true)]) }
                case "overdue": add(at, at + 1, "due", .before, [.day(source.now.day)])
                case "duplicate", "duplicates":
                    let first = source.word(at - 1) == "exact" ? at - 1 : at
                    add(first, at + 1, "duplicate", .equals, [.flag(true)])
                case "exactly":
                    let before = source.word(at - 1)
                    if source.word(at + 1) == "the", source.word(at + 2) == "same" {
                        add(at, at + 3, "duplicate", .equals, [.flag(true)])
                    } else if before == "match" || before == "matches" {
                        add(at - 1, at + 1, "duplicate", .equals, [.flag(true)])
                    }
                case "identical": add(at, at + 1, "duplicate", .equals, [.flag(true)])
                case "last", "first":
                    if ["created", "added", "modified", "edited", "saved", "taken", "changed", "made"].contains(
                        source.word(at - 1)
                    ) {
                        add(at, at + 1, "date", word == "last" ? .largest : .smallest, [])
                    }
                case "newest", "latest":
                    add(at, at + 1, "date", .largest, [])
                case "recent":
                    if source.word(at - 1) == "most" { add(at - 1, at + 1, "date", .largest, []) }
                case "oldest", "earliest": add(at, at + 1, "date", .smallest, [])
                case "longest", "largest", "biggest", "farthest", "furthest", "fastest":
                    add(at, at + 1, noun(at + 1), .largest, [])
                case "shortest", "smallest", "slowest": add(at, at + 1, noun(at + 1), .smallest, [])
                case "cheapest": add(at, at + 1, "price", .smallest, [])
                case "expensive":
                    if source.word(at - 1) == "most" { add(at - 1, at + 1, "price", .largest, []) }
                default: limit(at, word)
                }
            }
        }

        /// The noun behind a superlative: `longest distance`.
        private func noun(_ at: Int) -> String {
            let word = source.word(at)
            return GoalWords.fields.contains(word) ? word.text : ""
        }

        /// `less than 30 minutes`, `at least 5 km`, `under $20`, `more than 3`.
        private mutating func limit(_ at: Int, _ word: GoalWord) {
            let relation: GoalConstraint.Relation
            var next = at + 1
            switch word {
            case "less", "fewer", "shorter", "cheaper", "earlier", "smaller":
                guard source.word(next) == "than" else { return }
                (relation, next) = (.before, next + 1)
            case "more", "longer", "greater", "larger", "later", "bigger":
                guard source.word(next) == "than" else { return }
                (relation, next) = (.after, next + 1)
            case "under", "below": relation = .before
            case "over", "above": relation = .after
            case "at":
                guard ["least", "most"].contains(source.word(next)) else { return }
                (relation, next) = (source.word(next) == "least" ? .after : .before, next + 1)
            default: return
            }
            guard let value = source.value(next) else { return }
            covered.insert(value.first)
            add(at, value.end, property(at), relation, [value.span.value])
        }

        /// The field that a limit or a moment is about, if a word before names one.
        private func property(_ at: Int) -> String {
            for before in stride(from: at - 1, through: max(source.sentenceStart(at), at - 4), by: -1) {
                let word = source.word(before)
                if ["duration", "distance", "price", "amount", "due", "prep", "preparation", "size", "cost", "length"]
                    .contains(word)
                {
                    return word.text
                }
                if word == "time" {
                    return source.word(before - 1) == "preparation" || source.word(before - 1) == "prep"
                        ? "preparation time" : "time"
                }
                if word == "take" || word == "takes" || word == "lasts" || word == "last" { return "duration" }
            }
            return ""
        }

        // MARK: Days, times, amounts

        mutating func moments() {
            var behind = 0
            for (index, value) in source.values.enumerated()
            where value.first >= behind && !source.isQuoted[value.first] && !covered.contains(value.first) {
                behind = value.end
                let before = source.word(value.first - 1)
                switch value.span.value {
                case .days(let first, let last):
                    add(value.first, value.end, property(value.first), .between, [.day(first), .day(last)])
                case .times(let first, let last):
                    add(value.first, value.end, property(value.first), .between, [.time(first), .time(last)])
                case .day, .time, .moment:
                    add(value.first, value.end, property(value.first), relation(value.first), [value.span.value])
                case .duration, .number:
                    preparation(value, before)
                    between(index, value, before)
                default: continue
                }
            }
        }

        private func relation(_ at: Int) -> GoalConstraint.Relation {
            var before = at - 1
            while ["the", "this"].contains(source.word(before)) { before -= 1 }
            switch source.word(before) {
            case "before", "until", "till", "by": return .before
            case "after", "since", "from", "past": return .after
            default: return .on
            }
        }

        /// `that take 30 mins to prepare`, `with a preparation time of 30 mins`, `whose preparation takes 30 mins`.
        private mutating func preparation(_ value: GoalSource.Value, _ before: GoalWord) {
            let start = max(source.sentenceStart(value.first), value.first - 7)
            if ["take", "takes", "need", "needs", "taking", "requires", "require"].contains(before) {
                let then = source.word(value.end) == "to" ? source.spelling(value.end + 1) : ""
                let isPreparation = (start..<value.first).contains { source.word($0) == "preparation" }
                let property = !then.isEmpty ? then : isPreparation ? "preparation" : "duration"
                add(value.first, value.end, property, .equals, [value.span.value])
            } else if before == "of", value.first > 1,
                source.word(value.first - 2) == "time" || GoalWords.fields.contains(source.word(value.first - 2))
            {
                let field = source.spelling(value.first - 2)
                let modifier =
                    GoalWords.fieldModifiers.contains(source.word(value.first - 3))
                        || source.word(value.first - 3) == "preparation" ? source.spelling(value.first - 3) + " " : ""
                add(value.first, value.end, modifier + field, .equals, [value.span.value])
            }
        }

        /// `between 45 and 50 minutes`: the reader of values may see two numbers.
        private mutating func between(_ index: Int, _ value: GoalSource.Value, _ before: GoalWord) {
            guard before == "between" || ["to", "-"].contains(source.word(value.end)),
                ["and", "to"].contains(source.word(value.end)),
                let next = source.value(value.end + 1)
            else { return }
            var low = value.span.value
            if case .number(let number, .none) = low, case .duration(let high) = next.span.value {
                let unit = source.word(next.end - 1)
                let factor = unit.hasPrefix("h") ? 3600.0 : unit.hasPrefix("s") ? 1 : 60
                guard number >= 0, number < 1e7, high >= 0 else { return }
                low = .duration(Int(number * factor))
            }
            add(value.first, next.end, property(value.first - 1), .between, [low, next.span.value])
        }

        // MARK: What slots tell

        mutating func slots(_ slots: [GoalSlot]) {
            for slot in slots where slot.source == .phrase {
                guard let at = token(slot.range.lowerBound) else { continue }
                if slot.name == "keyword" {
                    var end = at
                    while end < source.tokens.count, source.tokens[end].start < slot.range.upperBound { end += 1 }
                    var property = ""
                    if source.word(end) == "in" {
                        var field = end + 1
                        while GoalWords.determiners.contains(source.word(field)) { field += 1 }
                        property = source.spelling(field)
                    } else if at > 1, GoalWords.fields.contains(source.word(at - 2)) {
                        property = source.spelling(at - 2)
                    }
                    found.append(
                        (
                            at,
                            GoalConstraint(
                                property: property,
                                relation: .contains,
                                values: [.text(slot.text)],
                                text: slot.text
                            )
                        )
                    )
                } else if GoalWords.things.contains(GoalWord(slot.name.utf8)),
                    !["app", "title", "item", "name"].contains(slot.name)
                {
                    found.append(
                        (
                            at,
                            GoalConstraint(
                                property: slot.name,
                                relation: .contains,
                                values: [.text(slot.text)],
                                text: slot.text
                            )
                        )
                    )
                }
            }
            // `the ones that are reimbursable`
            for at in source.tokens.indices
            where ["are", "is"].contains(source.word(at)) && source.word(at - 1) == "that" {
                guard source.isWord(at + 1), source.word(at + 1).hasSuffix("able"), !source.isQuoted[at] else {
                    continue
                }
                let word = source.spelling(at + 1)
                found.append(
                    (at + 1, GoalConstraint(property: "", relation: .contains, values: [.text(word)], text: word))
                )
            }
        }

        private func token(_ start: Int) -> Int? {
            var (low, high) = (0, source.tokens.count)
            while low < high {
                let middle = (low + high) / 2
                if source.tokens[middle].start < start { low = middle + 1 } else { high = middle }
            }
            return low < source.tokens.count ? low : nil
        }
    }
}
