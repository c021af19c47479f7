// SPDX-License-Identifier: Apache-2.0

/// What a field takes, or what a value is for, as far as a name tells.
enum TextKind: String, Sendable, Hashable {
    case email, phone, link, firstName, lastName, company, hour, minute, second, search, ending, recipient, body, place,
        date
    case time, amount, file, title

    /// The kind that a name tells of, the special ones before the general ones; nil where it tells of none.
    init?(_ name: NameWords) {
        let words = Set(name.words)
        func has(_ candidates: String...) -> Bool { candidates.contains { words.contains($0) } }
        let isName = has("name")
        if has("email", "mail") {
            self = .email
        } else if has("recipient", "receiver") || words == ["to"]
            || has("contact") && has("number", "name", "phone", "search")
        {
            self = has("search") ? .search : .recipient
        } else if has("phone", "mobile", "telephone", "tel") {
            self = .phone
        } else if isName && has("first", "given") || has("forename") {
            self = .firstName
        } else if isName && has("last", "family") || has("surname") {
            self = .lastName
        } else if has("company", "organization", "organisation", "employer", "firm") {
            self = .company
        } else if has("extension", "ext") {
            self = .ending
        } else if has("hour", "hr") {
            self = .hour
        } else if has("minute") || words == ["min"] {
            self = .minute
        } else if has("second") && !isName || words == ["sec"] {
            self = .second
        } else if has("search", "find", "query", "filter") {
            self = .search
        } else if has("url", "link", "website", "web") {
            self = .link
        } else if has("file", "filename") {
            self = .file
        } else if isName || has("title", "subject", "heading") {
            self = .title
        } else if has(
            "note",
            "message",
            "body",
            "content",
            "description",
            "text",
            "comment",
            "editor",
            "document",
            "memo",
            "detail"
        ) {
            self = .body
        } else if has("location", "place", "where", "address", "destination", "city") {
            self = .place
        } else if has("date", "day", "due", "birthday") {
            self = .date
        } else if has("time") {
            self = .time
        } else if has("amount", "price", "cost", "quantity", "sum", "total", "number", "product", "count") {
            self = .amount
        } else if has("label", "folder", "playlist", "tag", "item") {
            self = .title
        } else {
            return nil
        }
    }

    /// Whether only values of its own kind make sense in a field of it.
    var isStrict: Bool {
        switch self {
        case .email, .phone, .firstName, .lastName, .company, .hour, .minute, .second, .ending, .recipient, .amount:
            true
        default: false
        }
    }
}

/// What a text looks like.
struct TextShape: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    static let email = TextShape(rawValue: 1 << 0)
    static let phone = TextShape(rawValue: 1 << 1)
    static let link = TextShape(rawValue: 1 << 2)
    static let number = TextShape(rawValue: 1 << 3)
    static let date = TextShape(rawValue: 1 << 4)
    static let time = TextShape(rawValue: 1 << 5)
    static let duration = TextShape(rawValue: 1 << 6)
    static let file = TextShape(rawValue: 1 << 7)
    /// A few capitalised words, as names of people are.
    static let person = TextShape(rawValue: 1 << 8)
    static let lines = TextShape(rawValue: 1 << 9)
    static let long = TextShape(rawValue: 1 << 10)
    /// One word.
    static let word = TextShape(rawValue: 1 << 11)

    /// What a text looks like, with what its value is known to be.
    static func of(_ text: String, _ value: TypedValue?) -> TextShape {
        var out: TextShape = []
        let bytes = Array(text.utf8)
        if bytes.count > 60 { out.insert(.long) }
        if bytes.contains(10) { out.insert(.lines) }
        switch value {
        case .number: out.insert(.number)
        case .day, .days: out.insert(.date)
        case .time, .times: out.insert(.time)
        case .moment: out.formUnion([.date, .time])
        case .duration: out.insert(.duration)
        default: break
        }
        if bytes.count > 120 { return out }
        let digits = bytes.count { isDigit($0) }
        let spaces = bytes.count { $0 == 32 }
        if spaces == 0 && !bytes.isEmpty { out.insert(.word) }
        if spaces == 0, let at = bytes.firstIndex(of: 0x40), at > 0, bytes[at...].contains(0x2E) { out.insert(.email) }
        if text.hasPrefix("http://") || text.hasPrefix("https://") || text.hasPrefix("www.") { out.insert(.link) }
        if digits >= 7, bytes.allSatisfy({ isDigit($0) || " +-.()/".utf8.contains($0) }), !isISODate(bytes) {
            out.insert(.phone)
        }
        if digits > 0, PlainNumber.digits(text) != nil { out.insert(.number) }
        if isISODate(bytes) { out.insert(.date) }
        if isClock(bytes) { out.insert(.time) }
        if out.isDisjoint(with: [.email, .link, .number, .time, .date]), FileName.parts(text) != nil {
            out.insert(.file)
        }
        if isPerson(text) { out.insert(.person) }
        return out
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isISODate(_ bytes: [UInt8]) -> Bool {
        bytes.count == 10 && bytes[4] == 0x2D && bytes[7] == 0x2D
            && bytes.indices.allSatisfy { $0 == 4 || $0 == 7 || isDigit(bytes[$0]) }
    }

    /// `7:45`, `07:45 am`.
    private static func isClock(_ bytes: [UInt8]) -> Bool {
        guard (4...10).contains(bytes.count), let colon = bytes.firstIndex(of: 0x3A), (1...2).contains(colon),
            bytes.count >= colon + 3
        else { return false }
        return bytes[..<colon].allSatisfy(isDigit) && isDigit(bytes[colon + 1]) && isDigit(bytes[colon + 2])
    }

    private static func isPerson(_ text: String) -> Bool {
        let words = text.split(separator: " ")
        guard (2...4).contains(words.count) else { return false }
        return words.allSatisfy { word in
            word.first?.isUppercase == true && word.allSatisfy { $0.isLetter || "'’-.".contains($0) }
        }
    }
}

/// Names of files.
enum FileName {
    /// What stands before and after the last dot, where a text is the name of one file with an extension.
    static func parts(_ text: String) -> (stem: String, ending: String)? {
        guard text.utf8.count <= 120, let dot = text.lastIndex(of: "."), dot > text.startIndex else { return nil }
        let ending = text[text.index(after: dot)...]
        guard (2...5).contains(ending.utf8.count), ending.first?.isLetter == true,
            ending.utf8.allSatisfy({ $0 < 0x80 && ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || TextShape.isDigit($0)) }),
            text[..<dot].last?.isWhitespace == false, !text.contains(where: \.isNewline)
        else { return nil }
        return (String(text[..<dot]), String(ending))
    }
}

/// Numbers as fields take them.
enum PlainNumber {
    /// The number of a text that is one, without the sign or code of a currency before or after it and without commas between
    /// thousands; nil for other texts.
    static func digits(_ text: String) -> String? {
        guard text.utf8.count <= 32 else { return nil }
        var inner = Substring(text)
        func trim() {
            while let first = inner.first, first.isWhitespace { inner.removeFirst() }
            while let last = inner.last, last.isWhitespace { inner.removeLast() }
        }
        trim()
        if let first = inner.first, first.isCurrencySymbol { inner.removeFirst() }
        if let last = inner.last, last.isCurrencySymbol { inner.removeLast() }
        for code in ["USD", "EUR", "GBP", "CHF", "Rs"] {
            if inner.hasPrefix(code) { inner.removeFirst(code.count) }
            if inner.hasSuffix(code) { inner.removeLast(code.count) }
        }
        trim()
        var out = ""
        var (dots, sinceComma) = (0, 0)
        var hasComma = false
        for (place, character) in inner.enumerated() {
            switch character {
            case "0"..."9":
                out.append(character)
                sinceComma += 1
            case "-" where place == 0: out.append(character)
            case "." where dots == 0 && !out.isEmpty:
                if hasComma && sinceComma != 3 { return nil }
                dots += 1
                out.append(character)
            case "," where dots == 0 && !out.isEmpty && (hasComma ? sinceComma == 3 : sinceComma <= 3):
                hasComma = true
                sinceComma = 0
            default: return nil
            }
        }
        if hasComma && dots == 0 && sinceComma != 3 { return nil }
        guard let last = out.last, last != ".", last != "-" else { return nil }
        return out
    }
}
