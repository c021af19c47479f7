// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How a text that was typed or tapped follows from the value that a goal states: the given name of a person, the name of a file
/// without its ending, the hour of a time.
public enum TextTransform: String, Sendable, Codable, CaseIterable {
    /// The value as it stands.
    case same
    case lower, upper
    /// Its first letter in upper case.
    case capital
    /// Without accents: what a keyboard without them types.
    case plain
    /// Its first word, all words but the first, its last word.
    case first, rest, last
    /// A file's name without its ending, and the ending with its full stop.
    case stem, ending
    /// Its digits alone, so that telephone numbers compare however they are written.
    case digits
    /// The hour and the minute of a time such as `7:05 PM`: without and with a leading zero, and on a clock of twelve hours.
    case hour, hour2, hour12, minute
    /// `AM` or `PM` of a time.
    case half

    /// What becomes of a value; nil where the value has no such part.
    public func apply(_ value: String) -> String? {
        switch self {
        case .same: return value
        case .lower: return value.lowercased()
        case .upper: return value.uppercased()
        case .capital: return value.isEmpty ? nil : value.prefix(1).uppercased() + value.dropFirst()
        case .plain: return value.folding(options: .diacriticInsensitive, locale: nil)
        case .first: return Self.words(value).first.map(String.init)
        case .last: return Self.words(value).last.map(String.init)
        case .rest:
            let words = Self.words(value)
            return words.count < 2 ? nil : words.dropFirst().joined(separator: " ")
        case .stem: return Self.dot(value).map { String(value[..<$0]) }
        case .ending: return Self.dot(value).map { String(value[$0...]) }
        case .digits:
            let digits = value.filter { $0.isASCII && $0.isNumber }
            return digits.isEmpty ? nil : digits
        case .hour: return Self.clock(value).map { String($0.hour) }
        case .hour2: return Self.clock(value).map { CalendarDay.padded($0.hour, 2) }
        case .hour12: return Self.clock(value).map { String(($0.hour + 11) % 12 + 1) }
        case .minute: return Self.clock(value).map { CalendarDay.padded($0.minute, 2) }
        case .half: return Self.clock(value).map { $0.hour < 12 ? "AM" : "PM" }
        }
    }

    /// The first way in which a text follows from a value, or nil.
    ///
    /// Two texts with the same digits are the same number only where neither has a letter and there are three digits at least.
    static func from(_ value: String, to text: String) -> TextTransform? {
        guard !text.isEmpty else { return nil }
        return allCases.first { way in
            if way != .digits { return way.apply(value) == text }
            return isNumber(value) && isNumber(text) && way.apply(value) == way.apply(text)
        }
    }

    /// Whether a text is a number as people write telephone numbers.
    static func isNumber(_ text: String) -> Bool {
        var digits = 0
        for character in text.unicodeScalars {
            if ("0"..."9").contains(character) {
                digits += 1
            } else if character.properties.isAlphabetic {
                return false
            }
        }
        return digits >= 3
    }

    private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

    /// The full stop before a file's ending of one to five letters and digits.
    private static func dot(_ text: String) -> String.Index? {
        guard let dot = text.lastIndex(of: "."), dot != text.startIndex else { return nil }
        let ending = text[text.index(after: dot)...]
        let isEnding =
            (1...5).contains(ending.utf8.count) && ending.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return isEnding && ending.contains(where: \.isLetter) ? dot : nil
    }

    /// Reads `19:05`, `7:05 PM`, `7 pm` and `19h`.
    static func clock(_ text: String) -> (hour: Int, minute: Int)? {
        var rest = Substring(text.trimmingWhite.lowercased())
        func number() -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard (1...2).contains(digits.utf8.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            return Int(digits)
        }
        guard var hour = number() else { return nil }
        var minute = 0
        var isTime = false
        if rest.first == ":" {
            rest = rest.dropFirst()
            guard let found = number() else { return nil }
            (minute, isTime) = (found, true)
        } else if rest == "h" {
            return hour < 24 ? (hour, 0) : nil
        }
        let half = rest.filter { !$0.isWhitespace && $0 != "." }
        if half == "am" || half == "pm" {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (half == "pm" ? 12 : 0)
        } else if !half.isEmpty || !isTime {
            return nil
        }
        return hour < 24 && minute < 60 ? (hour, minute) : nil
    }
}

extension StringProtocol {
    /// The text without white space around it.
    var trimmingWhite: String {
        var part = self[...]
        while let last = part.last, last.isWhitespace { part.removeLast() }
        return String(part.drop(while: \.isWhitespace))
    }
}
