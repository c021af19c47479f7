// SPDX-License-Identifier: Apache-2.0

/// Parses a command line by recursive descent, straight from its characters.
struct ShellParser {
    let source: [Unicode.Scalar]
    var position = 0
    var depth = 0

    /// - Throws: `ShellSyntaxError` for what is no command line.
    static func parse(_ text: String) throws(ShellSyntaxError) -> ShellNode {
        guard text.utf8.count <= ShellLimit.source else { throw ShellSyntaxError(message: "command line too long") }
        var parser = ShellParser(Array(text.unicodeScalars))
        let node = try parser.list(until: [])
        if !parser.atEnd { throw parser.unexpected() }
        return node
    }

    init(_ source: [Unicode.Scalar], depth: Int = 0) {
        self.source = source
        self.depth = depth
    }

    // MARK: Lists

    mutating func list(until stops: Set<String>) throws(ShellSyntaxError) -> ShellNode {
        try enter()
        defer { depth -= 1 }
        var nodes: [ShellNode] = []
        while true {
            skipLines()
            if atEnd || peek() == ")" || (peek() == ";" && peek(1) == ";") { break }
            if let word = reserved(), stops.contains(word) { break }
            nodes.append(try andOr())
            skipBlanks()
            if peek() == ";" && peek(1) == ";" { break }
            if peek() == ";" || peek() == "\n" || (peek() == "&" && peek(1) != "&") {
                position += 1
            } else if !atEnd && peek() != ")" {
                if let word = reserved(), stops.contains(word) { break }
                throw unexpected()
            }
        }
        if nodes.count == 1, let node = nodes.first { return node }
        return .sequence(nodes)
    }

    mutating func andOr() throws(ShellSyntaxError) -> ShellNode {
        var left = try pipeline()
        while true {
            skipBlanks()
            if take("&&") {
                skipLines()
                left = .and(left, try pipeline())
            } else if take("||") {
                skipLines()
                left = .or(left, try pipeline())
            } else {
                return left
            }
        }
    }

    mutating func pipeline() throws(ShellSyntaxError) -> ShellNode {
        skipBlanks()
        var negated = false
        while reserved() == "!" {
            skip("!")
            negated.toggle()
            skipBlanks()
        }
        var stages = [try command()]
        while true {
            skipBlanks()
            guard peek() == "|", peek(1) != "|" else { break }
            position += 1
            skipLines()
            stages.append(try command())
        }
        if stages.count == 1, !negated, let only = stages.first { return only }
        return .pipeline(stages, negated: negated)
    }

    mutating func command() throws(ShellSyntaxError) -> ShellNode {
        skipBlanks()
        if peek() == "(" {
            position += 1
            let body = try list(until: [])
            try expect(")")
            return .group(body, isolated: true, try redirects())
        }
        switch reserved() {
        case "{":
            skip("{")
            let body = try list(until: ["}"])
            try expectWord("}")
            return .group(body, isolated: false, try redirects())
        case "if": return try wrapped(ifCommand())
        case "for": return try wrapped(forCommand())
        case "while", "until":
            let wanted = reserved() == "while"
            skip(wanted ? "while" : "until")
            let condition = try list(until: ["do"])
            return try wrapped(.loop(condition, wanted: wanted, try doGroup()))
        case "case": return try wrapped(caseCommand())
        case "then", "else", "elif", "fi", "do", "done", "esac", "}", "in": throw unexpected()
        default: return .simple(try simple())
        }
    }

    mutating func wrapped(_ node: ShellNode) throws(ShellSyntaxError) -> ShellNode {
        let redirects = try redirects()
        return redirects.isEmpty ? node : .group(node, isolated: false, redirects)
    }

    mutating func ifCommand() throws(ShellSyntaxError) -> ShellNode {
        skip("if")
        var branches: [(condition: ShellNode, body: ShellNode)] = []
        while true {
            let condition = try list(until: ["then"])
            try expectWord("then")
            branches.append((condition, try list(until: ["elif", "else", "fi"])))
            switch reserved() {
            case "elif": skip("elif")
            case "else":
                skip("else")
                let otherwise = try list(until: ["fi"])
                try expectWord("fi")
                return .choice(branches, otherwise: otherwise)
            default:
                try expectWord("fi")
                return .choice(branches, otherwise: nil)
            }
        }
    }

    mutating func forCommand() throws(ShellSyntaxError) -> ShellNode {
        skip("for")
        skipBlanks()
        guard let name = try word()?.bare, Self.isName(name) else { throw unexpected() }
        skipLines()
        var words: [ShellWord]?
        if reserved() == "in" {
            skip("in")
            var list: [ShellWord] = []
            skipBlanks()
            while let next = try word() {
                list.append(next)
                skipBlanks()
            }
            words = list
        }
        skipBlanks()
        if peek() == ";" { position += 1 }
        return .forEach(name, words, try doGroup())
    }

    mutating func doGroup() throws(ShellSyntaxError) -> ShellNode {
        skipLines()
        try expectWord("do")
        let body = try list(until: ["done"])
        try expectWord("done")
        return body
    }

    mutating func caseCommand() throws(ShellSyntaxError) -> ShellNode {
        skip("case")
        skipBlanks()
        guard let subject = try word() else { throw unexpected() }
        skipLines()
        try expectWord("in")
        var branches: [(patterns: [ShellWord], body: ShellNode)] = []
        while true {
            skipLines()
            if reserved() == "esac" { break }
            if peek() == "(" { position += 1 }
            var patterns: [ShellWord] = []
            repeat {
                skipBlanks()
                guard let pattern = try word() else { throw unexpected() }
                patterns.append(pattern)
                skipBlanks()
            } while take("|")
            try expect(")")
            branches.append((patterns, try list(until: ["esac"])))
            skipLines()
            if !take(";;") { break }
        }
        try expectWord("esac")
        return .match(subject, branches)
    }

    // MARK: Simple commands

    mutating func simple() throws(ShellSyntaxError) -> ShellCommand {
        var command = ShellCommand()
        while true {
            skipBlanks()
            if let redirect = try redirect() {
                command.redirects.append(redirect)
                continue
            }
            let start = position
            guard let word = try word() else { break }
            if command.words.isEmpty, let (name, value) = Self.assignment(word) {
                command.assignments.append((name, value))
            } else {
                command.words.append(word)
            }
            if position == start { break }
        }
        if command.words.isEmpty && command.assignments.isEmpty && command.redirects.isEmpty { throw unexpected() }
        return command
    }

    mutating func redirects() throws(ShellSyntaxError) -> [ShellRedirect] {
        var found: [ShellRedirect] = []
        skipBlanks()
        while let redirect = try redirect() {
            found.append(redirect)
            skipBlanks()
        }
        return found
    }

    mutating func redirect() throws(ShellSyntaxError) -> ShellRedirect? {
        var end = position
        while end < source.count, ("0"..."9").contains(source[end]), end - position < 2 { end += 1 }
        guard end < source.count else { return nil }
        let number = end > position ? Int(String(String.UnicodeScalarView(source[position..<end]))) : nil
        if number == nil, take("&>") {
            return try target(ShellRedirect(descriptor: 1, kind: .write, target: .init(), both: true))
        }
        guard source[end] == "<" || source[end] == ">" else { return nil }
        position = end
        if take(">>") { return try target(ShellRedirect(descriptor: number ?? 1, kind: .append, target: .init())) }
        if take(">&") { return try target(ShellRedirect(descriptor: number ?? 1, kind: .duplicate, target: .init())) }
        if take(">|") || take(">") {
            return try target(ShellRedirect(descriptor: number ?? 1, kind: .write, target: .init()))
        }
        if take("<&") { return try target(ShellRedirect(descriptor: number ?? 0, kind: .duplicate, target: .init())) }
        if peek(1) == "<" { throw unexpected() }
        position += 1
        return try target(ShellRedirect(descriptor: number ?? 0, kind: .read, target: .init()))
    }

    mutating func target(_ redirect: ShellRedirect) throws(ShellSyntaxError) -> ShellRedirect {
        skipBlanks()
        guard let word = try word() else { throw unexpected() }
        var whole = redirect
        whole.target = word
        return whole
    }

    static func assignment(_ word: ShellWord) -> (String, ShellWord)? {
        guard case .text(let text, quoted: false) = word.parts.first, let equals = text.firstIndex(of: "=") else {
            return nil
        }
        let name = String(text[..<equals])
        guard isName(name) else { return nil }
        var value = word
        value.parts[0] = .text(String(text[text.index(after: equals)...]), quoted: false)
        return (name, value)
    }

    // MARK: Words

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < source.count ? source[position + offset] : nil
    }

    mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard position + wanted.count <= source.count,
            source[position..<(position + wanted.count)].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }

    mutating func skip(_ word: String) { position += word.unicodeScalars.count }

    mutating func skipBlanks() {
        while let c = peek() {
            if c == " " || c == "\t" || c == "\r" {
                position += 1
            } else if c == "\\" && peek(1) == "\n" {
                position += 2
            } else if c == "#" && (position == 0 || " \t\n;&|(".unicodeScalars.contains(source[position - 1])) {
                while let next = peek(), next != "\n" { position += 1 }
            } else {
                return
            }
        }
    }

    mutating func skipLines() {
        skipBlanks()
        while peek() == "\n" {
            position += 1
            skipBlanks()
        }
    }

    static let reservedWords: Set<String> = [
        "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "{", "}", "!",
    ]

    /// The reserved word that stands here; nil where none does.
    mutating func reserved() -> String? {
        skipBlanks()
        var end = position
        while end < source.count, end - position < 6, !Self.endsWord(source[end]) { end += 1 }
        if end < source.count, !Self.endsWord(source[end]) { return nil }
        let text = String(String.UnicodeScalarView(source[position..<end]))
        return Self.reservedWords.contains(text) ? text : nil
    }

    /// Whether a character ends a word that is not quoted.
    static func endsWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\r", "\n", ";", "&", "|", "<", ">", "(", ")": true
        default: false
        }
    }

    mutating func expectWord(_ word: String) throws(ShellSyntaxError) {
        skipLines()
        guard reserved() == word else { throw unexpected() }
        skip(word)
    }

    mutating func expect(_ sign: String) throws(ShellSyntaxError) {
        skipLines()
        guard take(sign) else { throw unexpected() }
    }

    mutating func enter() throws(ShellSyntaxError) {
        depth += 1
        if depth > ShellLimit.depth { throw ShellSyntaxError(message: "nested too deeply") }
    }

    func unexpected() -> ShellSyntaxError {
        guard let c = peek() else { return ShellSyntaxError(message: "syntax error: unexpected EOF", incomplete: true) }
        if c == "\n" { return ShellSyntaxError(message: "syntax error: unexpected newline") }
        var text = String(c)
        if let next = peek(1), next == c, "&|;<>".unicodeScalars.contains(c) { text.unicodeScalars.append(next) }
        if Self.isNameScalar(c) {
            let rest = source[position...].prefix { Self.isNameScalar($0) }
            text = String(String.UnicodeScalarView(rest.prefix(64)))
        }
        return ShellSyntaxError(message: "syntax error: unexpected '\(text)'")
    }

    static func isNameScalar(_ c: Unicode.Scalar) -> Bool {
        c == "_" || (c.isASCII && (c.properties.isAlphabetic || ("0"..."9").contains(c)))
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy { isNameScalar($0) }
    }
}
