// SPDX-License-Identifier: Apache-2.0

/// Parses a command line by recursive descent, straight from its characters.
struct ShellParser {
    private let source: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    /// - Throws: `ShellSyntaxError` for what is no command line.
    static func parse(_ text: String) throws(ShellSyntaxError) -> ShellNode {
        guard text.utf8.count <= ShellLimit.source else { throw ShellSyntaxError(message: "command line too long") }
        var parser = ShellParser(Array(text.unicodeScalars))
        let node = try parser.list(until: [])
        if !parser.atEnd { throw parser.unexpected() }
        return node
    }

    private init(_ source: [Unicode.Scalar], depth: Int = 0) {
        self.source = source
        self.depth = depth
    }

    // MARK: Lists

    private mutating func list(until stops: Set<String>) throws(ShellSyntaxError) -> ShellNode {
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

    private mutating func andOr() throws(ShellSyntaxError) -> ShellNode {
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

    private mutating func pipeline() throws(ShellSyntaxError) -> ShellNode {
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

    private mutating func command() throws(ShellSyntaxError) -> ShellNode {
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

    private mutating func wrapped(_ node: ShellNode) throws(ShellSyntaxError) -> ShellNode {
        let redirects = try redirects()
        return redirects.isEmpty ? node : .group(node, isolated: false, redirects)
    }

    private mutating func ifCommand() throws(ShellSyntaxError) -> ShellNode {
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

    private mutating func forCommand() throws(ShellSyntaxError) -> ShellNode {
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

    private mutating func doGroup() throws(ShellSyntaxError) -> ShellNode {
        skipLines()
        try expectWord("do")
        let body = try list(until: ["done"])
        try expectWord("done")
        return body
    }

    private mutating func caseCommand() throws(ShellSyntaxError) -> ShellNode {
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

    private mutating func simple() throws(ShellSyntaxError) -> ShellCommand {
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

    private mutating func redirects() throws(ShellSyntaxError) -> [ShellRedirect] {
        var found: [ShellRedirect] = []
        skipBlanks()
        while let redirect = try redirect() {
            found.append(redirect)
            skipBlanks()
        }
        return found
    }

    private mutating func redirect() throws(ShellSyntaxError) -> ShellRedirect? {
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

    private mutating func target(_ redirect: ShellRedirect) throws(ShellSyntaxError) -> ShellRedirect {
        skipBlanks()
        guard let word = try word() else { throw unexpected() }
        var whole = redirect
        whole.target = word
        return whole
    }

    private static func assignment(_ word: ShellWord) -> (String, ShellWord)? {
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

    /// The next word; nil where an operator or the end stands.
    private mutating func word() throws(ShellSyntaxError) -> ShellWord? {
        var word = ShellWord()
        var text = String.UnicodeScalarView()
        func flush() {
            if !text.isEmpty { word.parts.append(.text(String(text), quoted: false)) }
            text = .init()
        }
        let start = position
        while let c = peek() {
            switch c {
            case " ", "\t", "\r", "\n", ";", "&", "|", "<", ">", "(", ")":
                flush()
                return position == start ? nil : word
            case "\\":
                position += 1
                guard let next = peek() else {
                    text.append("\\")
                    continue
                }
                position += 1
                if next == "\n" { continue }
                flush()
                word.parts.append(.text(String(next), quoted: true))
            case "'":
                flush()
                word.parts.append(.text(try singleQuoted(), quoted: true))
            case "\"":
                flush()
                position += 1
                word.parts.append(contentsOf: try doubleQuoted(until: "\""))
            case "$", "`":
                if let part = try expansion(quoted: false) {
                    flush()
                    word.parts.append(part)
                } else {
                    text.append(c)
                    position += 1
                }
            default:
                text.append(c)
                position += 1
            }
        }
        flush()
        return position == start ? nil : word
    }

    private mutating func singleQuoted() throws(ShellSyntaxError) -> String {
        position += 1
        var text = String.UnicodeScalarView()
        while let c = peek() {
            position += 1
            if c == "'" { return String(text) }
            text.append(c)
        }
        throw ShellSyntaxError(message: "no closing quote", incomplete: true)
    }

    private mutating func doubleQuoted(until end: Unicode.Scalar?) throws(ShellSyntaxError) -> [ShellWord.Part] {
        // An empty quoted part keeps `""` a word.
        var parts: [ShellWord.Part] = [.text("", quoted: true)]
        var text = String.UnicodeScalarView()
        func flush() {
            if !text.isEmpty { parts.append(.text(String(text), quoted: true)) }
            text = .init()
        }
        while let c = peek() {
            if c == end {
                position += 1
                flush()
                return parts
            }
            if c == "\\", let next = peek(1), "$`\"\\\n".unicodeScalars.contains(next) {
                position += 2
                if next != "\n" { text.append(next) }
            } else if c == "$" || c == "`", let part = try expansion(quoted: true) {
                flush()
                parts.append(part)
            } else {
                text.append(c)
                position += 1
            }
        }
        guard end == nil else { throw ShellSyntaxError(message: "no closing quote", incomplete: true) }
        flush()
        return parts
    }

    /// What stands after `$` or a backtick; nil where the `$` is only a character.
    private mutating func expansion(quoted: Bool) throws(ShellSyntaxError) -> ShellWord.Part? {
        if peek() == "`" { return .command(try backticks(), quoted: quoted) }
        guard let next = peek(1) else { return nil }
        if next == "(" {
            if peek(2) == "(", let end = arithmeticEnd() {
                let inner = Array(source[(position + 3)..<end])
                position = end + 2
                try enter()
                defer { depth -= 1 }
                var parser = ShellParser(inner, depth: depth)
                return .arithmetic(ShellWord(parts: try parser.doubleQuoted(until: nil)))
            }
            position += 2
            let node = try list(until: [])
            try expect(")")
            return .command(node, quoted: quoted)
        }
        if next == "{" {
            position += 2
            return .parameter(try braces(), quoted: quoted)
        }
        if "?#$@*!-0123456789".unicodeScalars.contains(next) {
            position += 2
            return .parameter(ShellParameter(name: String(next)), quoted: quoted)
        }
        guard next == "_" || (next.isASCII && next.properties.isAlphabetic) else { return nil }
        position += 1
        return .parameter(ShellParameter(name: name()), quoted: quoted)
    }

    private mutating func name() -> String {
        var text = String.UnicodeScalarView()
        while let c = peek(), Self.isNameScalar(c) {
            text.append(c)
            position += 1
        }
        return String(text)
    }

    private mutating func braces() throws(ShellSyntaxError) -> ShellParameter {
        var parameter = ShellParameter(name: "")
        if peek() == "#", peek(1) != "}" {
            position += 1
            parameter.operation = .length
        }
        if let c = peek(), "?#$@*!-".unicodeScalars.contains(c) {
            parameter.name = String(c)
            position += 1
        } else {
            parameter.name = name()
        }
        if parameter.name.isEmpty { throw ShellSyntaxError(message: "bad substitution") }
        if peek() == "}" {
            position += 1
            return parameter
        }
        let colon = peek() == ":"
        if colon { position += 1 }
        guard let sign = peek() else { throw ShellSyntaxError(message: "no closing brace", incomplete: true) }
        position += 1
        let longest = (sign == "#" || sign == "%") && peek() == sign
        if longest { position += 1 }
        let value = try braceWord()
        switch sign {
        case "-", "=", "+", "?":
            parameter.operation = .fallback(Character(sign), emptyCounts: colon, value)
        case "#", "%": parameter.operation = .strip(fromEnd: sign == "%", longest: longest, value)
        default: throw ShellSyntaxError(message: "bad substitution")
        }
        return parameter
    }

    private mutating func braceWord() throws(ShellSyntaxError) -> ShellWord {
        try enter()
        defer { depth -= 1 }
        var word = ShellWord()
        var text = String.UnicodeScalarView()
        func flush() {
            if !text.isEmpty { word.parts.append(.text(String(text), quoted: false)) }
            text = .init()
        }
        while let c = peek() {
            switch c {
            case "}":
                position += 1
                flush()
                return word
            case "'":
                flush()
                word.parts.append(.text(try singleQuoted(), quoted: true))
            case "\"":
                flush()
                position += 1
                word.parts.append(contentsOf: try doubleQuoted(until: "\""))
            case "\\" where peek(1) != nil:
                flush()
                word.parts.append(.text(String(source[position + 1]), quoted: true))
                position += 2
            case "$", "`":
                if let part = try expansion(quoted: false) {
                    flush()
                    word.parts.append(part)
                } else {
                    text.append(c)
                    position += 1
                }
            default:
                text.append(c)
                position += 1
            }
        }
        throw ShellSyntaxError(message: "no closing brace", incomplete: true)
    }

    private mutating func backticks() throws(ShellSyntaxError) -> ShellNode {
        position += 1
        var inner: [Unicode.Scalar] = []
        while let c = peek() {
            position += 1
            if c == "`" {
                try enter()
                defer { depth -= 1 }
                var parser = ShellParser(inner, depth: depth)
                let node = try parser.list(until: [])
                if !parser.atEnd { throw parser.unexpected() }
                return node
            }
            if c == "\\", let next = peek(), next == "`" || next == "\\" || next == "$" {
                inner.append(next)
                position += 1
            } else {
                inner.append(c)
            }
        }
        throw ShellSyntaxError(message: "no closing quote", incomplete: true)
    }

    /// Where the `))` of an arithmetic expansion at `position` stands.
    private func arithmeticEnd() -> Int? {
        var open = 0
        var index = position + 3
        while index < source.count {
            if source[index] == "(" { open += 1 }
            if source[index] == ")" {
                if open == 0 { return index + 1 < source.count && source[index + 1] == ")" ? index : nil }
                open -= 1
            }
            index += 1
        }
        return nil
    }

    // MARK: Characters

    private var atEnd: Bool { position >= source.count }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < source.count ? source[position + offset] : nil
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard position + wanted.count <= source.count,
            source[position..<(position + wanted.count)].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }

    private mutating func skip(_ word: String) { position += word.unicodeScalars.count }

    private mutating func skipBlanks() {
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

    private mutating func skipLines() {
        skipBlanks()
        while peek() == "\n" {
            position += 1
            skipBlanks()
        }
    }

    private static let reservedWords: Set<String> = [
        "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "{", "}", "!",
    ]

    /// The reserved word that stands here; nil where none does.
    private mutating func reserved() -> String? {
        skipBlanks()
        var end = position
        while end < source.count, end - position < 6, !" \t\r\n;&|<>()".unicodeScalars.contains(source[end]) {
            end += 1
        }
        if end < source.count, !" \t\r\n;&|<>()".unicodeScalars.contains(source[end]) { return nil }
        let text = String(String.UnicodeScalarView(source[position..<end]))
        return Self.reservedWords.contains(text) ? text : nil
    }

    private mutating func expectWord(_ word: String) throws(ShellSyntaxError) {
        skipLines()
        guard reserved() == word else { throw unexpected() }
        skip(word)
    }

    private mutating func expect(_ sign: String) throws(ShellSyntaxError) {
        skipLines()
        guard take(sign) else { throw unexpected() }
    }

    private mutating func enter() throws(ShellSyntaxError) {
        depth += 1
        if depth > ShellLimit.depth { throw ShellSyntaxError(message: "nested too deeply") }
    }

    private func unexpected() -> ShellSyntaxError {
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

    private static func isNameScalar(_ c: Unicode.Scalar) -> Bool {
        c == "_" || (c.isASCII && (c.properties.isAlphabetic || ("0"..."9").contains(c)))
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy { isNameScalar($0) }
    }
}
