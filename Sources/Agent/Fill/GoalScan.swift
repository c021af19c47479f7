// SPDX-License-Identifier: Apache-2.0

/// Finds values of well-known shapes in a goal, in one pass over its bytes each.
struct GoalScan {
    private let bytes: [UInt8]

    init(_ goal: String) { bytes = Array(goal.utf8) }

    private func byte(_ place: Int) -> UInt8 { bytes.indices.contains(place) ? bytes[place] : 0 }
    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    private func isDigit(_ place: Int) -> Bool { TextShape.isDigit(byte(place)) }
    private func isLetter(_ place: Int) -> Bool { (0x61...0x7A).contains(byte(place) | 0x20) }

    /// Letters of any script, digits and the underscore.
    private func isWord(_ place: Int) -> Bool {
        isDigit(place) || isLetter(place) || byte(place) == 0x5F || byte(place) >= 0x80
    }

    private func digits(from place: Int) -> Int {
        var end = place
        while isDigit(end) { end += 1 }
        return end
    }

    private func number(_ range: Range<Int>) -> Int { range.count > 9 ? .max : Int(text(range)) ?? 0 }

    /// Places where a run of digits begins.
    private var digitStarts: [Int] { bytes.indices.filter { isDigit($0) && !isDigit($0 - 1) } }

    /// Addresses of mail.
    func emails() -> [String] {
        func isLocal(_ place: Int) -> Bool { isDigit(place) || isLetter(place) || "._%+-".utf8.contains(byte(place)) }
        func isDomain(_ place: Int) -> Bool { isDigit(place) || isLetter(place) || byte(place) == 0x2D }
        var out: [String] = []
        var least = 0
        for at in bytes.indices where bytes[at] == 0x40 {
            var start = at
            while start > least, isLocal(start - 1) { start -= 1 }
            var end = at + 1
            while isDomain(end) { end += 1 }
            guard start < at, end > at + 1 else { continue }
            var dots = 0
            while byte(end) == 0x2E, isDomain(end + 1) {
                end += 1
                while isDomain(end) { end += 1 }
                dots += 1
            }
            guard dots > 0 else { continue }
            out.append(text(start..<end))
            least = end
        }
        return out
    }

    /// Runs of digits with the signs that telephone numbers have: at least seven digits, or three after the word `number`.
    func phones() -> [String] {
        var out: [String] = []
        var place = 0
        while place < bytes.count {
            guard isDigit(place) else {
                place += 1
                continue
            }
            var start = place
            if byte(start - 1) == 0x28 { start -= 1 }
            if byte(start - 1) == 0x2B { start -= 1 }
            var (end, last, count) = (place, place, 0)
            while isDigit(end) || " ().-\t".utf8.contains(byte(end)) {
                if isDigit(end) {
                    last = end
                    count += 1
                }
                end += 1
            }
            place = end
            let isDate = last + 1 - start == 10 && byte(start + 4) == 0x2D && byte(start + 7) == 0x2D
            if isDate || count < 3 { continue }
            let before = text(max(0, start - 24)..<start).lowercased()
            let isNumber = before.contains("number") || before.contains("phone") || before.contains("call ")
            if count >= 7 || isNumber { out.append(text(start..<(last + 1))) }
        }
        return out
    }

    /// The end of `am`, `p.m.` and the like after an optional space; nil where none stands there.
    private func halfDay(_ place: Int) -> Int? {
        var end = byte(place) == 0x20 ? place + 1 : place
        guard byte(end) | 0x20 == 0x61 || byte(end) | 0x20 == 0x70 else { return nil }
        end += byte(end + 1) == 0x2E ? 2 : 1
        guard byte(end) | 0x20 == 0x6D, !isWord(end + 1) else { return nil }
        return byte(end + 1) == 0x2E ? end + 2 : end + 1
    }

    /// Clock times as written: `7:45`, `7:45 am`, `7 pm`.
    func times() -> [String] {
        var out: [String] = []
        for start in digitStarts where !isWord(start - 1) {
            let end = digits(from: start)
            guard end - start <= 2 else { continue }
            let hour = number(start..<end)
            if byte(end) == 0x3A, isDigit(end + 1), isDigit(end + 2), byte(end + 1) < 0x36, hour < 24 {
                out.append(text(start..<(halfDay(end + 3) ?? end + 3)))
            } else if (1...12).contains(hour), byte(start - 1) != 0x3A, let after = halfDay(end) {
                out.append(text(start..<after))
            }
        }
        return out
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ].map { Array($0.utf8) }

    /// Days as written: `2023-10-15`, `October 15, 2023`, `October 15`.
    func dates() -> [String] {
        var out: [String] = []
        for start in digitStarts where !isWord(start - 1) {
            guard digits(from: start) == start + 4, byte(start + 4) == 0x2D, digits(from: start + 5) == start + 7,
                byte(start + 7) == 0x2D, digits(from: start + 8) == start + 10, !isWord(start + 10)
            else { continue }
            out.append(text(start..<(start + 10)))
        }
        for start in bytes.indices where (0x41...0x5A).contains(bytes[start]) && !isWord(start - 1) {
            guard let month = Self.months.first(where: { bytes[start...].starts(with: $0) }) else { continue }
            let day = start + month.count + 1
            var end = digits(from: day)
            guard byte(day - 1) == 0x20, (1...2).contains(end - day) else { continue }
            let year = byte(end) == 0x2C ? end + 2 : end + 1
            if byte(year - 1) == 0x20, digits(from: year) == year + 4 { end = year + 4 }
            if !isWord(end) { out.append(text(start..<end)) }
        }
        return out
    }

    /// Numbers with the word after them, in lower case: `5 minutes` is ("5", "minutes").
    func amounts() -> [(String, String)] {
        var out: [(String, String)] = []
        var place = 0
        while place < bytes.count {
            guard isDigit(place) else {
                place += 1
                continue
            }
            var end = digits(from: place)
            if byte(end) == 0x2E, isDigit(end + 1) { end = digits(from: end + 1) }
            var word = end
            while byte(word) == 0x20 || byte(word) == 0x0A || byte(word) == 0x09 { word += 1 }
            var after = word
            while isLetter(after) || byte(after) == 0x25 { after += 1 }
            out.append((text(place..<end), text(word..<after).lowercased()))
            place = end
        }
        return out
    }

    /// Words that look like names of files.
    func files() -> [String] {
        var out: [String] = []
        var least = 0
        for dot in bytes.indices where bytes[dot] == 0x2E && dot >= least {
            func isStem(_ place: Int) -> Bool { isWord(place) || byte(place) == 0x2D }
            var start = dot
            while start > least, isStem(start - 1) { start -= 1 }
            var end = dot + 1
            while isDigit(end) || isLetter(end) { end += 1 }
            guard start < dot, isLetter(dot + 1), (2...5).contains(end - dot - 1), !isWord(end) else { continue }
            out.append(text(start..<end))
            least = end
        }
        return out
    }

    /// What a goal asks to look for, in its own words.
    func searchSubject() -> String? {
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        func bare(_ word: Substring) -> String { word.lowercased().filter { $0.isLetter } }
        for (place, word) in words.enumerated() where ["search", "look", "find"].contains(bare(word)) {
            var next = place + 1
            if next < words.count, bare(words[next]) == "for" { next += 1 } else if bare(word) == "look" { continue }
            if next < words.count, bare(words[next]) == "the" { next += 1 }
            var out: [Substring] = []
            for word in words[min(next, words.count)...] {
                if ["in", "on", "and", "using", "with"].contains(word) || out.count == 8 { break }
                guard let end = word.firstIndex(where: { ",.;:!?".contains($0) }) else {
                    out.append(word)
                    continue
                }
                if end > word.startIndex { out.append(word[..<end]) }
                break
            }
            if !out.isEmpty { return out.joined(separator: " ") }
        }
        return nil
    }
}
