// SPDX-License-Identifier: Apache-2.0

/// Values that their shape tells: addresses, telephone numbers, files, coordinates, days, times, amounts.
extension GoalReader {
    mutating func shapes() {
        var at = 0
        while at < tokens.count {
            if taken[at] || source.isQuoted[at] {
                at += 1
                continue
            }
            at = max(shape(at) ?? at + 1, at + 1)
        }
    }

    private mutating func shape(_ at: Int) -> Int? {
        let token = tokens[at]
        if token.kind == .mark { return token.mark == 0x28 ? phone(at) : nil }
        if token.kind == .number || token.lower.hasPrefix("+") {
            if let end = coordinates(at) { return end }
            if let end = streetEnd(at) {
                add("address", at, end, .shape)
                return end
            }
            if let end = phone(at) { return end }
        }
        if isCode(token) {
            add(contextName(at, at + 1) ?? "code", at, at + 1, .shape)
            return at + 1
        }
        if let kind = kind(at) {
            let name = kind == "file" ? fileName(at) : contextName(at, at + 1) ?? kind
            add(name, at, at + 1, .shape)
            return at + 1
        }
        if GoalWords.frequencies.contains(token.lower) {
            add("repeat", at, at + 1, .shape)
            return at + 1
        }
        if token.lower == "every", at + 1 < tokens.count, isFree(at, at + 2),
            ["day", "week", "month", "year", "weekday", "weekend", "morning", "evening", "night", "hour"].contains(
                source.word(at + 1)
            )
                || GoalWords.weekdays.contains(source.word(at + 1))
        {
            add("repeat", at, at + 2, .shape, take: false)
            return at + 2
        }
        if token.isIdentifier, !token.isCapital, source.value(at) == nil,
            source.bytes[token.start..<token.end].contains(where: { $0 == 0x5F || $0 == 0x2F })
        {
            add(contextName(at, at + 1) ?? "", at, at + 1, .shape)
            return at + 1
        }
        return nil
    }

    /// `e-mail`, `url` or `file` for a token that looks like one.
    func kind(_ at: Int) -> String? {
        // Each of them has a point or a slash.
        guard source.bytes[tokens[at].start..<tokens[at].end].contains(where: { $0 == 0x2E || $0 == 0x2F }) else {
            return nil
        }
        return Self.kind(of: source.spelling(at))
    }

    private static func kind(of word: String) -> String? {
        let bytes = Array(word.utf8)
        guard bytes.count > 3, let point = bytes.lastIndex(of: 0x2E), point > 0, point + 1 < bytes.count else {
            return word.hasPrefix("http") && word.contains("://") ? "url" : nil
        }
        if let sign = bytes.firstIndex(of: 0x40) { return sign > 0 && point > sign ? "email" : nil }
        if word.contains("://") || word.hasPrefix("www.") { return "url" }
        let ending = String(decoding: bytes[(point + 1)...], as: UTF8.self)
        if let slash = word.firstIndex(of: "/") {
            let host = word[..<slash]
            if let dot = host.lastIndex(of: "."),
                GoalWords.webEndings.contains(GoalWord(host[host.index(after: dot)...].utf8))
            {
                return "url"
            }
        }
        let last = GoalWord(ending.utf8)
        if GoalWords.abbreviations.contains(GoalWord(bytes)) || GoalWords.abbreviations.contains(last) { return nil }
        guard last.count <= 5, GoalTokenizer.isLetter(bytes[point + 1]) || ["7z", "3gp"].contains(last),
            ending.utf8.allSatisfy({ GoalTokenizer.isAlphanumeric($0) }), last.count > 1 || point > 1
        else { return nil }
        if GoalWords.webEndings.contains(last), !word.contains("_") { return "url" }
        // `7.30pm` and `3.5kg` are no files; `1.jpg` is one.
        if GoalTokenizer.isDigit(bytes[0]),
            [
                "am", "pm", "kg", "km", "cm", "mm", "gb", "mb", "kb", "ml", "mi", "lb", "lbs", "oz", "h", "g", "m", "l",
                "s", "k",
            ].contains(last)
        {
            return nil
        }
        return "file"
    }

    /// `221B Baker Street`
    private func streetEnd(_ at: Int) -> Int? {
        guard source.isCapital(at + 1), at + 2 < tokens.count, source.value(at)?.isMoment != true else { return nil }
        let end = capitalEnd(at + 1, min(source.sentenceEnd(at), at + 5))
        let last = source.word(end - 1)
        return [
            "street", "road", "lane", "avenue", "drive", "court", "boulevard", "square", "way", "place", "st", "ave",
            "rd", "terrace",
        ].contains(last) ? end : nil
    }

    /// Letters and digits mixed, as in the number of a parcel.
    private func isCode(_ token: GoalToken) -> Bool {
        guard token.end - token.start >= 6, token.end - token.start < 40 else { return false }
        var (digits, letters) = (0, 0)
        for offset in token.start..<token.end {
            let byte = source.bytes[offset]
            if GoalTokenizer.isDigit(byte) {
                digits += 1
            } else if GoalTokenizer.isAlphanumeric(byte), byte < 0x60 {
                letters += 1
            } else {
                return false
            }
        }
        return digits > 1 && letters > 1
    }

    private func fileName(_ at: Int) -> String {
        let before = source.word(at - 1)
        if ["file", "note", "video", "picture", "image", "photo", "document", "song", "recording"].contains(before) {
            return before.text
        }
        if before == "to" || before == "as", hasWord(["rename", "save", "name"], windowStart(at), at) {
            return "new name"
        }
        return "file"
    }

    /// What a noun beside a value calls it.
    func contextName(_ first: Int, _ end: Int) -> String? {
        let next = source.word(end)
        if GoalWords.isThing(next), !source.isCapital(end), end < tokens.count,
            tokens[end].sentence == tokens[first].sentence, !["text", "message", "call"].contains(next)
        {
            return GoalWords.singular(next).text
        }
        if next == "directory" || next == "storage" || next == "screen" {
            return next == "directory" ? "folder" : next.text
        }
        let before = source.word(first - 1)
        guard first > source.sentenceStart(first) else { return nil }
        if before == "directory" { return "folder" }
        if GoalWords.things.contains(before), !source.isCapital(first - 1) { return before.text }
        if GoalWords.fields.contains(before) { return fieldName(endingAt: first - 1, from: windowStart(first)) }
        return nil
    }

    // MARK: - Telephone numbers

    private mutating func phone(_ at: Int) -> Int? {
        guard let end = phoneEnd(at) else { return nil }
        let before = source.word(at - 1)
        let name =
            before == "to" || GoalWords.personVerbs.contains(before) && before != "send" && before != "phone"
            ? "recipient" : contextName(at, end) ?? "number"
        add(name == "phone number" ? name : name == "contact" ? "number" : name, at, end, .shape)
        return end
    }

    /// Behind a telephone number that begins at a token: seven to fifteen digits, in groups or not.
    func phoneEnd(_ first: Int) -> Int? {
        guard first < tokens.count else { return nil }
        if let value = source.value(first), value.isMoment { return nil }
        if case .number(_, .money)? = source.value(first)?.span.value { return nil }
        var digits = 0
        var groups = 0
        var at = first
        var end = first
        var signed = false
        while at < tokens.count, at - first < 9 {
            let token = tokens[at]
            if token.kind == .mark {
                guard token.mark == 0x28 || token.mark == 0x29 && digits > 0 || token.mark == 0x2D && digits > 0 else {
                    break
                }
                at += 1
                continue
            }
            guard token.kind == .number, groups == 0 || token.breaks == 0 else { break }
            var count = 0
            var valid = true
            for offset in token.start..<token.end {
                let byte = source.bytes[offset]
                if GoalTokenizer.isDigit(byte) {
                    count += 1
                } else if byte == 0x2B, offset == token.start {
                    signed = true
                } else if byte != 0x2D && byte != 0x2E && byte != 0x2F {
                    valid = false
                }
                // A point is a separator between groups, not a decimal point.
                if byte == 0x2E {
                    valid = valid && source.bytes[token.start..<token.end].filter { $0 == 0x2E }.count > 1
                }
            }
            guard valid, digits + count <= 15, groups == 0 || count > 1,
                groups == 0 || !signed || source.bytes[token.start] != 0x2B
            else { break }
            // Another number after a whole one is none of its groups.
            if groups > 0, digits >= 10, count >= 7 { break }
            digits += count
            groups += 1
            at += 1
            end = at
        }
        guard digits >= 7, end > first else { return signed && digits >= 6 ? end : nil }
        if groups > 1 || signed { return end }
        let text = source.bytes[tokens[first].start..<tokens[first].end]
        if text.contains(0x2D) { return digits <= 12 ? end : nil }
        if text.first == 0x30 { return end }
        let before = source.word(first - 1)
        return ["number", "phone", "call", "text", "sms", "to", "mobile", "dial", "is", "at"].contains(before)
            ? end : nil
    }

    /// `47.0688832, 9.5061564`: both together, and each.
    private mutating func coordinates(_ at: Int) -> Int? {
        guard at + 2 < tokens.count, source.mark(at + 1) == 0x2C, tokens[at + 2].kind == .number, decimals(at) > 2,
            decimals(at + 2) > 2,
            isFree(at, at + 3)
        else { return nil }
        add("coordinates", at, at + 3, .shape)
        add("latitude", at, at + 1, .shape)
        add("longitude", at + 2, at + 3, .shape)
        return at + 3
    }

    private func decimals(_ at: Int) -> Int {
        let token = tokens[at]
        guard token.kind == .number, let point = source.bytes[token.start..<token.end].firstIndex(of: 0x2E) else {
            return 0
        }
        return token.end - point - 1
    }

    // MARK: - Values

    /// Days, times, durations, amounts.
    mutating func values() {
        var covered = 0
        for value in source.values {
            // The minutes of `in 20 minutes` are wanted where a timer is set.
            if value.first < covered, value.end == covered, case .duration = value.span.value,
                source.word(value.first - 1) == "in"
            {
                let range = tokens[value.first].start..<tokens[value.end - 1].end
                slots.append(
                    GoalSlot(
                        name: "duration",
                        value: value.span.value,
                        text: source.text(range),
                        range: range,
                        source: .shape
                    )
                )
            }
            guard value.first >= covered, isFree(value.first, value.end), !isPartOfCode(value) else { continue }
            // A range that begins later says more than its first end.
            covered = value.end
            let chosen: ValueSpan
            if let other = value.other, other.certainty > 0.2,
                turns(.value, at: value.first, chance: min(other.certainty, 0.45))
            {
                chosen = other
            } else {
                chosen = value.span
            }
            let range = tokens[value.first].start..<tokens[value.end - 1].end
            slots.append(
                GoalSlot(
                    name: valueName(value),
                    value: chosen.value,
                    text: source.text(range),
                    range: range,
                    source: .shape
                )
            )
            if case .duration = chosen.value { addParts(value) }
            for token in value.first..<value.end { taken[token] = true }
        }
    }

    /// The `455` of `LH 455`.
    private func isPartOfCode(_ value: GoalSource.Value) -> Bool {
        guard case .number(_, .none) = value.span.value, value.end == value.first + 1, value.first > 0 else {
            return false
        }
        let before = tokens[value.first - 1]
        guard before.isCapital, before.kind == .word, !taken[value.first - 1], before.end - before.start < 5 else {
            return false
        }
        return source.bytes[before.start..<before.end].allSatisfy { $0 < 0x60 }
    }

    private func valueName(_ value: GoalSource.Value) -> String {
        let start = windowStart(value.first)
        let before = source.word(value.first - 1)
        if value.first > start, GoalWords.fields.contains(before), !["note", "text", "message"].contains(before) {
            return fieldName(endingAt: value.first - 1, from: start) ?? before.text
        }
        switch value.span.value {
        case .day, .moment: return before == "due" || before == "by" ? "due date" : "date"
        case .days: return "dates"
        case .time, .times: return "time"
        case .duration: return "duration"
        case .number(_, .money): return "amount"
        case .number:
            let next = source.word(value.end)
            if GoalWords.isThing(next) || GoalWords.fields.contains(next) { return next.text }
            return ""
        default: return ""
        }
    }

    /// The numbers of `5 hours, 3 minutes and 2 seconds`, each by its unit.
    private mutating func addParts(_ value: GoalSource.Value) {
        let numbers = (value.first..<value.end).filter {
            tokens[$0].kind == .number && source.isWord($0 + 1) && $0 + 1 < value.end
        }
        for at in numbers where tokens[at].start < tokens[at].end {
            let range = tokens[at].start..<tokens[at].end
            let text = source.text(range)
            guard let number = Double(text) else { continue }
            let unit = Self.unitName(source.word(at + 1)) ?? source.spelling(at + 1)
            slots.append(GoalSlot(name: unit, value: .number(number, .none), text: text, range: range, source: .shape))
        }
    }

    private static func unitName(_ word: GoalWord) -> String? {
        switch word {
        case "hour", "hr", "hrs", "h": "hours"
        case "minute", "min", "mins", "m": "minutes"
        case "second", "sec", "secs", "s": "seconds"
        case "day": "days"
        default: nil
        }
    }
}
