// SPDX-License-Identifier: Apache-2.0

/// What a goal states literally: values that some field will want.
public struct GoalFacts: Sendable, Hashable {
    public let goal: String
    /// What stands in quotes.
    public private(set) var quoted: [String] = []
    /// What follows `named`, `called`, `titled`, `name is`.
    public private(set) var named: [String] = []
    /// Capitalised names after words such as `for`, `to`, `with`, `contact`.
    public private(set) var names: [String] = []
    public private(set) var phones: [String] = []
    public private(set) var emails: [String] = []
    /// Clock times as written.
    public private(set) var times: [String] = []
    /// Calendar dates as written.
    public private(set) var dates: [String] = []
    /// Amounts with the word after them: `5 minutes` is ("5", "minutes").
    public private(set) var amounts: [(String, String)] = []
    /// Words that look like file names.
    public private(set) var files: [String] = []
    /// What follows `company`, `works at`.
    public private(set) var companies: [String] = []
    /// The new name in a goal that renames.
    public private(set) var renameTarget: String?
    /// What a goal asks to look for, in its own words.
    public private(set) var searchSubject: String?

    public static func == (left: GoalFacts, right: GoalFacts) -> Bool { left.goal == right.goal }
    public func hash(into hasher: inout Hasher) { hasher.combine(goal) }

    private struct Word {
        var text: String
        var lower: String
        /// White space, comma, full stop or the like follows.
        var ends: Bool
    }

    public init(_ goal: String) {
        self.goal = goal
        let scan = GoalScan(goal)
        quoted = Self.quotedParts(goal)
        emails = scan.emails()
        phones = scan.phones()
        times = scan.times()
        dates = scan.dates()
        amounts = scan.amounts()
        files = scan.files().filter { file in !emails.prefix(100).contains { $0.contains(file) } }
        searchSubject = scan.searchSubject()
        let words = Self.words(goal)
        let rename = words.firstIndex { $0.lower == "rename" || $0.lower == "change" } ?? words.count
        for place in words.indices { read(words, place, renames: rename < place) }
    }

    private mutating func read(_ words: [Word], _ place: Int, renames: Bool) {
        let word = words[place].lower
        switch word {
        case "named", "called", "titled", "labeled", "labelled", "entitled":
            add(Self.phrase(words, from: place + 1), to: &named)
        case "name", "title", "label":
            // "with the name X", "its name is X", "set the name to X": nothing else follows "name" as a value.
            guard place + 1 < words.count, !words[place].ends else { return }
            let skip = ["is", "to", "as", "of"].contains(words[place + 1].lower) ? 2 : 1
            if skip == 2 || Self.startsName(words, place + 1) {
                add(Self.phrase(words, from: place + skip), to: &named)
            }
        case "company", "organization", "employer":
            guard place + 1 < words.count, !words[place].ends else { return }
            let skip = ["is", "to", "as", "name"].contains(words[place + 1].lower) ? 2 : 1
            add(Self.phrase(words, from: place + skip), to: &companies)
        case "at" where place > 0 && words[place - 1].lower.hasPrefix("work"):
            add(Self.phrase(words, from: place + 1), to: &companies)
        case "to", "for", "with", "contact", "from", "of", "call", "add", "text", "delete", "remove", "find", "named:":
            if word == "to", renames { renameTarget = Self.phrase(words, from: place + 1) }
            if Self.startsName(words, place + 1) { add(Self.name(words, from: place + 1), to: &names) }
        default:
            return
        }
    }

    private func add(_ value: String?, to list: inout [String]) {
        guard let value, !value.isEmpty, list.count < 100, !list.contains(value) else { return }
        list.append(value)
    }

    private static let stops: Set<String> = [
        "and", "with", "in", "on", "to", "using", "from", "for", "whose", "that", "which", "then", "at", "by", "as",
        "via", "their", "his", "her",
        "its", "has", "have", "is", "under", "inside", "into", "but", "so", "where", "after", "before", "contact",
    ]

    private static func startsName(_ words: [Word], _ place: Int) -> Bool {
        guard place < words.count, let first = words[place].text.first else { return false }
        return first.isUppercase
    }

    /// Capitalised words in a row.
    private static func name(_ words: [Word], from start: Int) -> String? {
        var out: [String] = []
        for word in words[start...] {
            guard let first = word.text.first, first.isUppercase || (!out.isEmpty && first.isNumber) else { break }
            out.append(word.text)
            if word.ends || out.count == 5 { break }
        }
        return out.isEmpty ? nil : out.joined(separator: " ")
    }

    /// Words up to a stop word or punctuation; a capitalised start ends with the last capitalised word.
    private static func phrase(_ words: [Word], from start: Int) -> String? {
        var place = start
        while place < words.count, ["the", "a", "an", "as"].contains(words[place].text), place < start + 2 {
            place += 1
        }
        guard place < words.count else { return nil }
        let isName = startsName(words, place)
        var out: [String] = []
        for word in words[place...] {
            if !out.isEmpty && stops.contains(word.text) { break }
            if isName, let first = word.text.first, !first.isUppercase, !first.isNumber, !out.isEmpty { break }
            out.append(word.text)
            if word.ends || out.count == 6 { break }
        }
        return out.isEmpty ? nil : out.joined(separator: " ")
    }

    private static func words(_ goal: String) -> [Word] {
        goal.split(whereSeparator: \.isWhitespace).map { raw in
            var text = Substring(raw)
            while let first = text.first, "\"'“‘(".contains(first) { text.removeFirst() }
            var ends = false
            while let last = text.last, "\"'”’),.;:!?".contains(last) {
                text.removeLast()
                ends = true
            }
            if text.hasSuffix("'s") || text.hasSuffix("’s") {
                text.removeLast(2)
                ends = true
            }
            return Word(text: String(text), lower: text.lowercased(), ends: ends)
        }
    }

    /// Text in straight or curly quotes. A single quote opens only after a space and closes only before one or before
    /// punctuation, so that apostrophes are none.
    private static func quotedParts(_ goal: String) -> [String] {
        let closers: [Character: Character] = ["\"": "\"", "“": "”", "‘": "’", "'": "'", "«": "»"]
        let characters = Array(goal)
        var out: [String] = []
        var place = 0
        // Closing quotes that do not come any more.
        var gone: Set<Character> = []
        while place < characters.count {
            guard let closer = closers[characters[place]], !gone.contains(closer),
                place == 0 || !(characters[place - 1].isLetter || characters[place - 1].isNumber)
            else {
                place += 1
                continue
            }
            var end = place + 1
            while end < characters.count {
                let next = end + 1 < characters.count ? characters[end + 1] : " "
                if characters[end] == closer && (closer != "'" && closer != "’" || !(next.isLetter || next.isNumber)) {
                    break
                }
                end += 1
            }
            guard end < characters.count else {
                gone.insert(closer)
                place += 1
                continue
            }
            let part = String(characters[(place + 1)..<end])
            if !part.isEmpty { out.append(part) }
            place = end + 1
        }
        return out
    }
}
