// SPDX-License-Identifier: Apache-2.0

/// A word that is being put together: characters that stand side by side are one part.
private struct WordBuilder {
    private(set) var word = ShellWord()
    private var text = String.UnicodeScalarView()
    private let quoted: Bool

    /// - Parameter quoted: whether the characters stand in quotes.
    init(quoted: Bool = false) { self.quoted = quoted }

    mutating func add(_ c: Unicode.Scalar) { text.append(c) }

    mutating func add(_ parts: [ShellWord.Part]) {
        end()
        word.parts.append(contentsOf: parts)
    }

    /// The parts up to here.
    mutating func finish() -> ShellWord {
        end()
        return word
    }

    private mutating func end() {
        if !text.isEmpty { word.parts.append(.text(String(text), quoted: quoted)) }
        text = .init()
    }
}

/// Words and what is expanded in them: quotes, parameters, commands and arithmetic.
extension ShellParser {
    /// The next word; nil where an operator or the end stands.
    mutating func word() throws(ShellSyntaxError) -> ShellWord? {
        var word = WordBuilder()
        let start = position
        while let c = peek(), !Self.endsWord(c) {
            guard c == "\\" else {
                try piece(c, &word)
                continue
            }
            position += 1
            guard let next = peek() else {
                word.add("\\")
                break
            }
            position += 1
            if next != "\n" { word.add([.text(String(next), quoted: true)]) }
        }
        return position == start ? nil : word.finish()
    }

    /// What begins with `c`, outside of quotes: a quoted part, an expansion, or the character itself.
    private mutating func piece(_ c: Unicode.Scalar, _ word: inout WordBuilder) throws(ShellSyntaxError) {
        switch c {
        case "'": word.add([.text(try singleQuoted(), quoted: true)])
        case "\"":
            position += 1
            word.add(try doubleQuoted(until: "\""))
        default:
            if c == "$" || c == "`", let part = try expansion(quoted: false) { return word.add([part]) }
            word.add(c)
            position += 1
        }
    }

    mutating func singleQuoted() throws(ShellSyntaxError) -> String {
        position += 1
        var text = String.UnicodeScalarView()
        while let c = peek() {
            position += 1
            if c == "'" { return String(text) }
            text.append(c)
        }
        throw ShellSyntaxError(message: "no closing quote", incomplete: true)
    }

    mutating func doubleQuoted(until end: Unicode.Scalar?) throws(ShellSyntaxError) -> [ShellWord.Part] {
        var word = WordBuilder(quoted: true)
        // An empty quoted part keeps `""` a word.
        word.add([.text("", quoted: true)])
        while let c = peek() {
            if c == end {
                position += 1
                return word.finish().parts
            }
            if c == "\\", let next = peek(1), "$`\"\\\n".unicodeScalars.contains(next) {
                position += 2
                if next != "\n" { word.add(next) }
            } else if c == "$" || c == "`", let part = try expansion(quoted: true) {
                word.add([part])
            } else {
                word.add(c)
                position += 1
            }
        }
        guard end == nil else { throw ShellSyntaxError(message: "no closing quote", incomplete: true) }
        return word.finish().parts
    }

    /// What stands after `$` or a backtick; nil where the `$` is only a character.
    mutating func expansion(quoted: Bool) throws(ShellSyntaxError) -> ShellWord.Part? {
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

    mutating func name() -> String {
        var text = String.UnicodeScalarView()
        while let c = peek(), Self.isNameScalar(c) {
            text.append(c)
            position += 1
        }
        return String(text)
    }

    mutating func braces() throws(ShellSyntaxError) -> ShellParameter {
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

    mutating func braceWord() throws(ShellSyntaxError) -> ShellWord {
        try enter()
        defer { depth -= 1 }
        var word = WordBuilder()
        while let c = peek() {
            if c == "}" {
                position += 1
                return word.finish()
            }
            if c == "\\", let next = peek(1) {
                word.add([.text(String(next), quoted: true)])
                position += 2
            } else {
                try piece(c, &word)
            }
        }
        throw ShellSyntaxError(message: "no closing brace", incomplete: true)
    }

    mutating func backticks() throws(ShellSyntaxError) -> ShellNode {
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
    func arithmeticEnd() -> Int? {
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

    var atEnd: Bool { position >= source.count }
}
