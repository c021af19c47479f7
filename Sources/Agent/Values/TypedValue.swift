// SPDX-License-Identifier: Apache-2.0

/// What a quantity is measured in. Values are kept in the unit named here: kilometres become metres.
public enum ValueUnit: Sendable, Hashable, Codable {
    /// A bare number.
    case none
    case metres
    case grams
    case litres
    case bytes
    case percent
    /// Money, with the sign or the code that was written, such as `$` or `EUR`.
    case money(String)
    /// Any other word after the number, in lower case: `cups`, `servings`.
    case other(String)
}

/// A value with its type: what slots of a goal, cells of a note and answers are made of.
public enum TypedValue: Sendable, Hashable, Codable {
    case text(String)
    case number(Double, ValueUnit)
    case day(CalendarDay)
    case time(ClockTime)
    case moment(CalendarDay, ClockTime)
    /// Seconds.
    case duration(Int)
    /// First and last day, both within.
    case days(CalendarDay, CalendarDay)
    /// From a time of day to a later one.
    case times(ClockTime, ClockTime)
    /// On or off, true or false, done or not.
    case flag(Bool)
}

/// A value that was found in a text.
public struct ValueSpan: Sendable, Hashable {
    public var value: TypedValue
    /// Offsets in the text's UTF-8.
    public var range: Range<Int>
    /// As it is written.
    public var text: String
    /// 0 to 1: how sure it is that these words mean this value, where they could mean another.
    public var certainty: Double

    public init(value: TypedValue, range: Range<Int>, text: String, certainty: Double = 1) {
        (self.value, self.range, self.text, self.certainty) = (value, range, text, certainty)
    }
}
