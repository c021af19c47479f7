// SPDX-License-Identifier: Apache-2.0

/// `$(( ... ))`: whole numbers of 64 bits that wrap around, with C's operators.
struct ShellArithmetic {
    private let source: [Unicode.Scalar]
    private let variable: (String) -> String
    private var position = 0
    private var depth = 0

    /// - Throws: `ShellFailure` for what is no expression, or a division by zero.
    static func evaluate(_ text: String, variable: @escaping (String) -> String) throws -> String {
        var parser = ShellArithmetic(source: Array(text.unicodeScalars), variable: variable)
        parser.blanks()
        if parser.position == parser.source.count { return "0" }
        let value = try parser.binary(0)
        parser.blanks()
        guard parser.position == parser.source.count else { throw parser.failure("unexpected token") }
        return "\(value)"
    }

    private init(source: [Unicode.Scalar], variable: @escaping (String) -> String) {
        self.source = source
        self.variable = variable
    }

    /// By rising strength; where two begin alike the longer one stands first.
    private static let levels: [[String]] = [
        ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<=", ">=", "<", ">"], ["<<", ">>"], ["+", "-"],
        ["*", "/", "%"],
    ]

    private mutating func binary(_ level: Int) throws -> Int64 {
        guard level < Self.levels.count else { return try unary() }
        var left = try binary(level + 1)
        while let sign = sign(Self.levels[level]) {
            let right = try binary(level + 1)
            left = try apply(sign, left, right)
        }
        return left
    }

    private mutating func sign(_ candidates: [String]) -> String? {
        blanks()
        for text in candidates {
            let scalars = Array(text.unicodeScalars)
            guard source[position...].starts(with: scalars) else { continue }
            let next = position + scalars.count < source.count ? source[position + scalars.count] : " "
            // `<` is not `<<`, and `&` is not `&&`.
            if scalars.count == 1, "&|<>".contains(text), next == scalars[0] { continue }
            position += scalars.count
            return text
        }
        return nil
    }

    private func apply(_ sign: String, _ a: Int64, _ b: Int64) throws -> Int64 {
        switch sign {
        case "||": return a != 0 || b != 0 ? 1 : 0
        case "&&": return a != 0 && b != 0 ? 1 : 0
        case "|": return a | b
        case "^": return a ^ b
        case "&": return a & b
        case "==": return a == b ? 1 : 0
        case "!=": return a != b ? 1 : 0
        case "<=": return a <= b ? 1 : 0
        case ">=": return a >= b ? 1 : 0
        case "<": return a < b ? 1 : 0
        case ">": return a > b ? 1 : 0
        case "<<": return a << (b & 63)
        case ">>": return a >> (b & 63)
        case "+": return a &+ b
        case "-": return a &- b
        case "*": return a &* b
        default:
            guard b != 0 else { throw failure("divide by zero") }
            if b == -1 { return sign == "/" ? 0 &- a : 0 }
            return sign == "/" ? a / b : a % b
        }
    }

    private mutating func unary() throws -> Int64 {
        depth += 1
        defer { depth -= 1 }
        guard depth <= ShellLimit.depth else { throw failure("nested too deeply") }
        blanks()
        guard position < source.count else { throw failure("unexpected end") }
        let c = source[position]
        switch c {
        case "-":
            position += 1
            return 0 &- (try unary())
        case "+":
            position += 1
            return try unary()
        case "!":
            position += 1
            return try unary() == 0 ? 1 : 0
        case "~":
            position += 1
            return ~(try unary())
        case "(":
            position += 1
            let value = try binary(0)
            blanks()
            guard position < source.count, source[position] == ")" else { throw failure("missing )") }
            position += 1
            return value
        default:
            let start = position
            while position < source.count,
                source[position] == "_"
                    || (source[position].isASCII
                        && (source[position].properties.isAlphabetic || ("0"..."9").contains(source[position])))
            { position += 1 }
            let word = String(String.UnicodeScalarView(source[start..<position]))
            guard !word.isEmpty else { throw failure("unexpected '\(c)'") }
            if ("0"..."9").contains(c) { return try number(word) }
            let value = variable(word)
            return value.isEmpty ? 0 : try number(value)
        }
    }

    private func number(_ text: String) throws -> Int64 {
        let value =
            text.hasPrefix("0x") || text.hasPrefix("0X") ? Int64(text.dropFirst(2), radix: 16) : Int64(text)
        guard let value else { throw failure("bad number '\(text)'") }
        return value
    }

    private mutating func blanks() {
        while position < source.count, " \t\n".unicodeScalars.contains(source[position]) { position += 1 }
    }

    private func failure(_ why: String) -> ShellFailure {
        ShellFailure(message: "\(String(String.UnicodeScalarView(source.prefix(64)))): \(why)", status: 1)
    }
}
