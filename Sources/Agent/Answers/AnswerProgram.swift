// SPDX-License-Identifier: Apache-2.0

/// A small program over notes, whose result is a text to answer with or to type.
///
/// It takes the rows of one table, keeps those that pass at most two filters, and makes one value of a column of theirs.
public struct AnswerProgram: Sendable, Hashable {
    /// Keeps rows.
    public struct Filter: Sendable, Hashable {
        /// The column that is looked at; nil for the row as a whole, its group and its tick included. One past the last column is the
        /// group, and two past it what the bar above the list says.
        public var column: Int?
        public var relation: GoalConstraint.Relation
        /// What is wanted. Several are wanted in turn: a row that fits one of them is kept; `between` has its two ends. No value with
        /// `largest` and `smallest`; on a column of words `largest` keeps the rows of the word that stands most often.
        public var values: [TypedValue]

        public init(column: Int?, relation: GoalConstraint.Relation, values: [TypedValue]) {
            (self.column, self.relation, self.values) = (column, relation, values)
        }
    }

    /// What a cell is taken for, where it holds more than one thing.
    public enum Part: Sendable, Hashable {
        /// All of it.
        case whole
        /// What stands between bullets or bars, counted from 0.
        case piece(Int)
        /// What follows a colon.
        case afterKey
        /// A value of a kind, counted from 0 among those of the cell, or of its line that a filter is about.
        case value(ValueKind, at: Int)
    }

    /// What becomes of the places that a format does not want.
    public enum Rounding: Sendable, Hashable {
        case nearest
        /// Cut off, as clocks do: 1:05:30 is 65 minutes.
        case down
    }

    /// The table, as an index into the tables that it was made for; their number for all of them, one after the other.
    public var table: Int
    public var filters: [Filter]
    /// The column whose cells are taken; nil to take the rows themselves.
    public var column: Int?
    public var part: Part
    public var aggregate: GoalQuestion.Aggregate
    public var format: AnswerFormat
    public var rounding: Rounding

    public init(
        table: Int,
        filters: [Filter],
        column: Int?,
        part: Part = .whole,
        aggregate: GoalQuestion.Aggregate,
        format: AnswerFormat,
        rounding: Rounding = .nearest
    ) {
        (self.table, self.filters, self.column, self.part) = (table, filters, column, part)
        (self.aggregate, self.format, self.rounding) = (aggregate, format, rounding)
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
///
/// The values of filters come from the goal and the clock alone: what a screen says is only ever looked at and taken, never obeyed.
public enum AnswerPrograms {
    /// At most so many candidates for a question.
    public static let limit = 64
}
