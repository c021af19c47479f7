// SPDX-License-Identifier: Apache-2.0

/// Finds typed values in text: numbers with their units, money, days, times, durations, ranges.
public enum ValueReader {
    /// The values in a text, from left to right. Spans overlap only where words can mean more than one thing.
    public static func spans(in text: String, now: DeviceMoment) -> [ValueSpan] { [] }

    /// What a text as a whole means: the value that takes all of it, or the text itself.
    public static func value(of text: String, now: DeviceMoment) -> TypedValue { .text(text) }
}
