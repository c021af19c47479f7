// SPDX-License-Identifier: Apache-2.0

/// Reads goals into slots, rows, constraints and questions.
public enum GoalParser {
    /// The ways to read a goal, at least one and at most four, the likeliest first.
    public static func readings(of goal: String, now: DeviceMoment) -> [GoalReading] { [GoalReading()] }

    /// The rows that a text lists, such as a note with lines of comma-separated values, a list with bullets, or blocks of `key: value`
    /// lines; nil where it lists none.
    public static func table(in text: String) -> TextTable? { nil }
}
