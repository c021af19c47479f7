// SPDX-License-Identifier: Apache-2.0

/// One value that a goal states, and what it is for.
public struct GoalSlot: Sendable, Hashable {
    /// How the value was recognised.
    public enum Source: String, Sendable, Codable {
        /// It stands in quotes.
        case quoted
        /// It follows its key: `note: lunch`, `titled X`, `with message: X`.
        case keyed
        /// It is an item of a list.
        case item
        /// Its shape tells: a file name, a number, a telephone number, an address, a day, a time.
        case shape
        /// Capitalised words.
        case name
        /// What is left: the words between others.
        case phrase
    }

    /// The words that name it, in lower case: `title`, `phone label`, `file name`; empty where the goal names none.
    public var name: String
    public var value: TypedValue
    /// As it is written, without quotes.
    public var text: String
    /// Where it stands: offsets in the goal's UTF-8.
    public var range: Range<Int>
    public var source: Source

    public init(name: String, value: TypedValue, text: String, range: Range<Int>, source: Source) {
        (self.name, self.value, self.text, self.range, self.source) = (name, value, text, range, source)
    }
}

/// Rows that a text lists: lines of comma-separated values with a header, blocks of `key: value` lines, or the items of a list.
public struct TextTable: Sendable, Hashable {
    /// What the columns are called, in lower case and with spaces between words; a list of items has one column.
    public var columns: [String]
    /// Each has a cell for each column; an empty one where nothing is stated.
    public var rows: [[String]]

    public init(columns: [String], rows: [[String]]) { (self.columns, self.rows) = (columns, rows) }
}

/// What must hold of the things that a goal or a question is about.
public struct GoalConstraint: Sendable, Hashable {
    public enum Relation: String, Sendable, Codable, CaseIterable {
        case equals, contains, before, after, on, between
        /// The rows with the largest, or the smallest, value.
        case largest, smallest
    }

    /// The words that tell which property is meant, in lower case, such as `prep time` or `priority`; empty where the value's type
    /// tells alone.
    public var property: String
    public var relation: Relation
    /// One value; two for `between`; none for `largest` and `smallest`.
    public var values: [TypedValue]
    /// The value as it is written.
    public var text: String

    public init(property: String, relation: Relation, values: [TypedValue], text: String) {
        (self.property, self.relation, self.values, self.text) = (property, relation, values, text)
    }
}

/// How an answer is to be written.
public enum AnswerFormat: Sendable, Hashable {
    /// As it stands on the screen.
    case text
    /// Several with this between them.
    case list(separator: String)
    /// Rounded to so many places; nil leaves them as they come. The unit is one that the goal asks for, such as `minutes` or `meters`.
    case number(places: Int?, unit: String?)
    /// The two words for yes and no.
    case choice(yes: String, no: String)
    /// The goal's own pattern, with its words in the order asked for: `<month name> <day> <year> <hour in 24-hour format>:<minutes>`.
    case pattern(String)
}

/// What a question asks for.
public struct GoalQuestion: Sendable, Hashable {
    public enum Aggregate: String, Sendable, Codable, CaseIterable {
        case value, count, list, first, last, min, max, sum, product, difference, exists
    }

    /// The words for what is asked, in lower case: `titles`, `total distance`, `location`.
    public var asks: String
    /// What the words suggest, the likeliest first.
    public var aggregates: [Aggregate]
    public var format: AnswerFormat

    public init(asks: String, aggregates: [Aggregate], format: AnswerFormat) {
        (self.asks, self.aggregates, self.format) = (asks, aggregates, format)
    }
}

/// One way to read a goal.
public struct GoalReading: Sendable, Hashable {
    /// How likely it is; the scores of a goal's readings sum to 1.
    public var score: Double
    /// In the order of the text.
    public var slots: [GoalSlot]
    /// Rows and lists, in the order of the text.
    public var tables: [TextTable]
    public var constraints: [GoalConstraint]
    /// Nil where nothing is asked.
    public var question: GoalQuestion?
    /// What has to be worked out from what is seen in order to be entered somewhere, rather than answered: a product, a sum.
    public var computed: GoalQuestion?

    public init(
        score: Double = 1,
        slots: [GoalSlot] = [],
        tables: [TextTable] = [],
        constraints: [GoalConstraint] = [],
        question: GoalQuestion? = nil,
        computed: GoalQuestion? = nil
    ) {
        self.score = score
        self.slots = slots
        self.tables = tables
        self.constraints = constraints
        self.question = question
        self.computed = computed
    }
}

/// A goal that was read once, at the start of a run. Nothing on a screen changes it.
public struct GoalState: Sendable, Hashable {
    public let goal: String
    /// What the device's clock said when the goal was read.
    public let now: DeviceMoment
    /// At least one, the likeliest first.
    public let readings: [GoalReading]

    /// Reads a goal. Any text is read in time that grows with its length, and none is refused.
    public init(_ goal: String, now: DeviceMoment) {
        self.goal = goal
        self.now = now
        readings = GoalParser.readings(of: goal, now: now)
    }

    /// A goal with readings that are known already.
    ///
    /// - Parameter readings: the likeliest first; none at all is one that says nothing.
    public init(_ goal: String, now: DeviceMoment, readings: [GoalReading]) {
        self.goal = goal
        self.now = now
        self.readings = readings.isEmpty ? [GoalReading()] : readings
    }

    /// The likeliest reading.
    public var best: GoalReading { readings[0] }
}
