// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Other ways to write a text, each with what it costs to have changed it.
enum TextTransforms {
    /// What goes with a field and its surroundings.
    struct Setting {
        var field: FieldProfile
        /// Whether the extension of a file has a field of its own.
        var hasEndingField: Bool
        /// Extensions that the screen offers to choose from, in lower case.
        var endings: Set<String>
        /// Whether hours are told with a.m. and p.m. beside them.
        var isHalfDay: Bool
    }

    /// Longer texts are taken as they are.
    private static let longest = 2000

    static func of(_ candidate: TextCandidate, _ setting: Setting, changesCase: Bool) -> [TextCandidate] {
        let text = candidate.text
        guard text.utf8.count <= longest, candidate.origin != .screen else { return [] }
        var out: [TextCandidate] = []
        func add(_ text: String?, _ how: String, _ cost: Double, _ kind: TextKind? = nil) {
            guard let text, !text.isEmpty, text != candidate.text else { return }
            out.append(candidate.made(text, how, cost: cost, kind: kind))
        }
        times(candidate, setting, add)
        numbers(candidate, setting, add)
        if let value = candidate.value {
            for (place, spelling) in ValueFormat.spellings(of: value).prefix(10).enumerated() {
                guard spelling != text, !spelling.isEmpty else { continue }
                var made = candidate.made(spelling, "written otherwise", cost: 0.8 + 0.1 * Double(place))
                // A duration with a colon is no time of day.
                made.shape = candidate.shape
                out.append(made)
            }
        }
        if let file = FileName.parts(text) {
            let isApart = setting.hasEndingField || setting.endings.contains(file.ending.lowercased())
            add(file.stem, "without extension", isApart ? -1 : 0.6, candidate.kind)
            if setting.field.kind == .ending {
                add("." + file.ending, "extension", 1.5, .ending)
                add(file.ending, "extension", 1.7, .ending)
            }
        }
        people(candidate, setting, add)
        // A place may be known without its country.
        if let comma = text.firstIndex(of: ","), text.utf8.count <= 80, !candidate.shape.contains(.number) {
            // A search finds more with less.
            let cost = setting.field.kind == .search ? -0.1 : setting.field.kind == .place ? 0.3 : 1.2
            add(trimmed(String(text[..<comma])), "before the comma", cost)
        }
        if !text.utf8.allSatisfy({ $0 < 0x80 }), text.utf8.count <= 120 {
            add(
                text.folding(options: .diacriticInsensitive, locale: nil),
                "without accents",
                setting.field.kind == .search ? 0.3 : 1.2
            )
            if let comma = text.firstIndex(of: ",") {
                add(
                    trimmed(String(text[..<comma])).folding(options: .diacriticInsensitive, locale: nil),
                    "before the comma, without accents",
                    setting.field.kind == .search ? 0.4 : 1.6
                )
            }
        }
        if candidate.shape.contains(.lines) {
            add(
                text.split(whereSeparator: \.isNewline).joined(separator: " "),
                "on one line",
                setting.field.takesLines ? 2 : 0.3
            )
        }
        let bare = trimmed(text)
        if bare != text { add(bare, "trimmed", 0.3) }
        if let last = bare.last, ".,;:!".contains(last), candidate.source.hasPrefix("slot") || candidate.origin == .note
        {
            add(String(bare.dropLast()), "without the last sign", 1)
        }
        if changesCase { cases(text, add) }
        return out
    }

    private static func trimmed(_ text: String) -> String {
        var inner = Substring(text)
        while let first = inner.first, first.isWhitespace { inner.removeFirst() }
        while let last = inner.last, last.isWhitespace { inner.removeLast() }
        return String(inner)
    }

    // MARK: - Numbers and times

    private static func numbers(
        _ candidate: TextCandidate,
        _ setting: Setting,
        _ add: (String?, String, Double, TextKind?) -> Void
    ) {
        let text = candidate.text
        if candidate.shape.contains(.number), let digits = PlainNumber.digits(text) {
            let wants = setting.field.kind == .amount
            add(digits, "digits", wants ? 0 : 0.4, candidate.kind)
            // 12.50 is 12.5 for a field that drops what says nothing.
            if digits.contains(".") {
                var short = Substring(digits)
                while short.last == "0" { short.removeLast() }
                if short.last == "." { short.removeLast() }
                add(String(short), "digits", wants ? 0.3 : 1, candidate.kind)
            }
        }
        if candidate.shape.contains(.phone) {
            add(text.filter { $0.isASCII && $0.isNumber || $0 == "+" }, "digits", 0.4, candidate.kind)
            add(text.filter { $0.isASCII && $0.isNumber }, "digits", 0.5, candidate.kind)
        }
    }

    private static func times(
        _ candidate: TextCandidate,
        _ setting: Setting,
        _ add: (String?, String, Double, TextKind?) -> Void
    ) {
        guard let wants = setting.field.kind, [.hour, .minute, .second].contains(wants) else {
            duration(candidate, add)
            return
        }
        func parts(_ hour: Int?, _ minute: Int?, _ second: Int?) {
            let isHalf = setting.isHalfDay
            add(hour.map { String(isHalf ? ($0 + 11) % 12 + 1 : $0) }, "hour", 0, .hour)
            add(hour.map { CalendarDay.padded($0, 2) }, "hour", 0.4, .hour)
            add(minute.map { CalendarDay.padded($0, 2) }, "minute", 0, .minute)
            add(minute.map(String.init), "minute", 0.2, .minute)
            add(second.map(String.init), "second", 0, .second)
        }
        switch candidate.value {
        case .time(let time), .moment(_, let time), .times(let time, _): parts(time.hour, time.minute, time.second)
        case .duration(let seconds): parts(seconds / 3600, seconds / 60 % 60, seconds % 60)
        default:
            guard candidate.shape.contains(.time) || candidate.kind == .time else { return }
            // As it is written: a picker of twelve hours has its own half of the day.
            let numbers = candidate.text.split { !$0.isASCII || !$0.isNumber }.prefix(3).map(String.init)
            add(numbers.first, "hour", 0, .hour)
            add(numbers.count > 1 ? numbers[1] : "00", "minute", 0, .minute)
            add(numbers.count > 2 ? numbers[2] : nil, "second", 0, .second)
        }
    }

    /// Minutes as hours, and the other way.
    private static func duration(_ candidate: TextCandidate, _ add: (String?, String, Double, TextKind?) -> Void) {
        guard case .duration(let seconds) = candidate.value, seconds >= 60, seconds % 60 == 0 else { return }
        let minutes = seconds / 60
        add(String(minutes), "minutes", 0.8, .minute)
        if minutes % 60 == 0 { add(String(minutes / 60), "hours", 1, .hour) }
        add("\(minutes / 60):\(CalendarDay.padded(minutes % 60, 2))", "hours", 2.2, nil)
    }

    // MARK: - Words

    private static func people(
        _ candidate: TextCandidate,
        _ setting: Setting,
        _ add: (String?, String, Double, TextKind?) -> Void
    ) {
        guard candidate.isPerson, candidate.text.utf8.count <= 80 else { return }
        let words = candidate.text.split(separator: " ")
        let wants = setting.field.kind == .firstName || setting.field.kind == .lastName
        guard words.count > 1 else { return }
        let cost = wants ? 0 : 1.5
        add(String(words[0]), "first name", cost, .firstName)
        add(words.dropFirst().joined(separator: " "), "last name", cost, .lastName)
        if words.count > 2 {
            add(words.dropLast().joined(separator: " "), "first names", cost + 0.5, .firstName)
            add(words.last.map(String.init), "last word", cost + 0.5, .lastName)
        }
    }

    private static func cases(_ text: String, _ add: (String?, String, Double, TextKind?) -> Void) {
        guard text.utf8.count <= 200, text.contains(where: \.isLetter) else { return }
        let lower = text.lowercased()
        add(lower, "lower case", 2, nil)
        add(text.uppercased(), "upper case", 2.4, nil)
        add(lower.prefix(1).uppercased() + lower.dropFirst(), "sentence case", 2.2, nil)
        var title = ""
        var begins = true
        for character in lower {
            title += begins ? character.uppercased() : String(character)
            begins = !(character.isLetter || character.isNumber || character == "'" || character == "’")
        }
        add(title, "title case", 2.2, nil)
    }
}
