// SPDX-License-Identifier: Apache-2.0

/// The words of a name, such as those of a field, a slot or a column, cut so that names compare.
struct NameWords: Sendable, Hashable {
    /// In lower case and in the singular, without words that say nothing; empty for a name without words.
    let words: [String]

    /// Longer names are sentences; what is beyond is left out.
    private static let limit = 12

    init(_ name: String) {
        let all = Self.split(name, limit: Self.limit)
        let telling = all.filter { !Self.dull.contains($0) }
        words = telling.isEmpty ? all : telling
    }

    var isEmpty: Bool { words.isEmpty }

    func contains(_ candidates: String...) -> Bool { candidates.contains { words.contains($0) } }

    /// How far two names mean the same, 0 to 1: the share of their words that the other has, where a word that usually means the
    /// same counts four fifths.
    func likeness(_ other: NameWords) -> Double {
        if words.isEmpty || other.words.isEmpty { return 0 }
        var sum = 0.0
        for word in words { sum += Self.best(word, in: other.words) }
        for word in other.words { sum += Self.best(word, in: words) }
        // The last word says what it is, those before it which one: a folder's name is a name.
        let head = words.last == other.words.last ? 0.1 : 0
        return min(1, sum / Double(words.count + other.words.count) + head)
    }

    private static func best(_ word: String, in others: [String]) -> Double {
        if others.contains(word) { return 1 }
        guard let groups = groups[word] else { return 0 }
        return others.contains { Self.groups[$0].map { !$0.isDisjoint(with: groups) } ?? false } ? 0.8 : 0
    }

    /// Lower-case words in the singular; a capital after a small letter begins one.
    static func split(_ name: String, limit: Int = .max) -> [String] {
        var out: [String] = []
        var word = ""
        var previousIsLower = false
        func end() {
            if !word.isEmpty { out.append(singular(word)) }
            word = ""
        }
        for character in name {
            if out.count >= limit { return out }
            guard character.isLetter || character.isNumber else {
                // `e-mail` is one word, and an apostrophe ends none.
                if character == "'" || character == "’" || (character == "-" && (word == "e" || word == "wi")) {
                    continue
                }
                end()
                previousIsLower = false
                continue
            }
            if character.isUppercase && previousIsLower { end() }
            word += character.lowercased()
            previousIsLower = character.isLowercase
        }
        end()
        return out
    }

    private static func singular(_ word: String) -> String {
        guard word.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss"), !word.hasSuffix("us"), !word.hasSuffix("is")
        else { return word }
        return String(word.dropLast())
    }

    /// Words that name no value: parts of resource ids, and verbs of hints.
    private static let dull: Set<String> = [
        "edt", "edit", "txt", "tv", "et", "text", "field", "input", "new", "dialog", "view", "box", "layout",
        "container",
        "android", "id", "my", "your", "their", "the", "a", "an", "of", "for", "in", "on", "enter", "add", "type",
        "create",
        "value", "widget", "material", "toolbar", "src", "auto", "complete", "fragment", "optional", "here", "please",
        "top",
        "bar", "is", "with", "and", "or",
    ]

    /// Words that name the same thing on most forms.
    private static let synonyms: [[String]] = [
        ["name", "title", "heading", "subject", "label"],
        ["note", "comment", "memo", "remark", "annotation"],
        ["description", "detail", "summary", "about"],
        ["message", "body", "content", "editor", "document"],
        ["note", "content"], ["note", "description"], ["text", "message", "body", "content", "note"],
        ["phone", "telephone", "mobile", "tel", "cell", "number"],
        ["email", "mail"],
        ["amount", "price", "cost", "sum", "total"],
        ["amount", "quantity", "count", "number"],
        ["first", "given", "forename"], ["last", "family", "surname"],
        ["company", "organization", "organisation", "employer", "firm"],
        ["location", "place", "address", "where", "destination", "city"],
        ["time", "duration", "long"],
        ["direction", "instruction", "step", "method"],
        ["serving", "portion", "yield", "people"],
        ["source", "url", "link", "website", "web"],
        ["folder", "directory"], ["file", "filename", "document"],
        ["search", "find", "query", "filter", "look"],
        ["recipient", "to", "contact", "receiver", "person"],
        ["date", "day", "due", "when"],
        ["start", "begin"], ["end", "finish", "until"],
        ["extension", "ext", "ending", "suffix"],
        ["tag", "label", "category"],
        ["item", "product", "thing"],
    ]

    private static let groups: [String: Set<Int>] = {
        var out: [String: Set<Int>] = [:]
        for (place, group) in synonyms.enumerated() {
            for word in group { out[word, default: []].insert(place) }
        }
        return out
    }()
}
