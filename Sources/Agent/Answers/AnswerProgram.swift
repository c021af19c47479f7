// SPDX-License-Identifier: Apache-2.0

/// A small program over notes, whose result is a text to answer with or to type.
///
/// It takes the rows of one table, keeps those that pass at most two filters, and makes one value of a column of theirs.
public struct AnswerProgram: Sendable, Hashable {
    /// Keeps rows.
    public struct Filter: Sendable, Hashable {
        /// The column that is looked at; nil for the row as a whole, its group included.
        public var column: Int?
        public var relation: GoalConstraint.Relation
        public var values: [TypedValue]

        public init(column: Int?, relation: GoalConstraint.Relation, values: [TypedValue]) {
            (self.column, self.relation, self.values) = (column, relation, values)
        }
    }

    /// The table, as an index into the tables that it was made for.
    public var table: Int
    public var filters: [Filter]
    /// The column whose cells are taken; nil to take the rows themselves.
    public var column: Int?
    public var aggregate: GoalQuestion.Aggregate
    public var format: AnswerFormat

    public init(
        table: Int,
        filters: [Filter],
        column: Int?,
        aggregate: GoalQuestion.Aggregate,
        format: AnswerFormat
    ) {
        (self.table, self.filters, self.column) = (table, filters, column)
        (self.aggregate, self.format) = (aggregate, format)
    }
}

/// What a program came to.
public struct AnswerCandidate: Sendable, Hashable {
    public var program: AnswerProgram
    /// The program as a person reads it: `sum of distance where category contains "running"`.
    public var words: String
    /// The text to answer with.
    public var value: String
    /// The rows that it was made of, as indices into the table's rows.
    public var evidence: [Int]
    /// How well it fits the goal by rule; higher is better.
    public var prior: Double

    public init(program: AnswerProgram, words: String, value: String, evidence: [Int], prior: Double) {
        (self.program, self.words, self.value) = (program, words, value)
        (self.evidence, self.prior) = (evidence, prior)
    }
}

/// Makes the programs that a question allows, and runs them.
public enum AnswerPrograms {
    /// At most so many candidates for a question.
    public static let limit = 64

    /// The candidates for a question, the best by rule first, no value twice with the same words.
    ///
    /// - Parameters:
    ///   - goal: the goal, which asks.
    ///   - tables: notes, and what the present screen shows.
    public static func candidates(_ goal: GoalState, tables: [NoteTable]) -> [AnswerCandidate] { [] }

    /// The result of a program, or nil where it has none, such as the sum of texts.
    public static func run(_ program: AnswerProgram, tables: [NoteTable], now: DeviceMoment) -> (
        value: String, evidence: [Int]
    )? { nil }
}
