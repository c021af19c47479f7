// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    /// `test` and `[`.
    static func test(_ call: ToolCall) throws -> Int32 {
        var words = call.arguments
        if call.name == "[" {
            guard words.popLast() == "]" else { throw ToolFailure(message: "/system/bin/sh: [: missing ]", status: 2) }
        }
        if words.isEmpty { return 1 }
        var parser = TestParser(words: words[...], call: call)
        return try parser.parse() ? 0 : 1
    }
}

/// Conditions of `test`: `!`, `-a`, `-o`, parentheses, and the usual tests.
private struct TestParser {
    var words: ArraySlice<String>
    let call: ToolCall
    var depth = 0

    mutating func parse() throws -> Bool {
        let value = try either()
        if let extra = words.first { throw failure("\(extra): unexpected operator/operand") }
        return value
    }

    private func failure(_ message: String) -> ToolFailure {
        ToolFailure(message: "/system/bin/sh: \(call.name): \(message)", status: 2)
    }

    private mutating func either() throws -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth < ShellLimit.depth else { throw failure("nested too deeply") }
        var value = try both()
        while words.first == "-o" {
            words.removeFirst()
            let right = try both()
            value = value || right
        }
        return value
    }

    private mutating func both() throws -> Bool {
        var value = try negation()
        while words.first == "-a" {
            words.removeFirst()
            let right = try negation()
            value = value && right
        }
        return value
    }

    private mutating func negation() throws -> Bool {
        var negated = false
        while words.first == "!", words.count > 1 {
            words.removeFirst()
            negated.toggle()
        }
        return try primary() != negated
    }

    private static let binary: Set<String> = [
        "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef",
    ]

    private mutating func primary() throws -> Bool {
        guard let first = words.popFirst() else { throw failure("expression expected") }
        if let sign = words.first, Self.binary.contains(sign), words.count > 1 {
            words.removeFirst()
            return try compare(first, sign, words.removeFirst())
        }
        if first == "(" {
            let value = try either()
            guard words.popFirst() == ")" else { throw failure("missing )") }
            return value
        }
        guard first.count == 2, first.hasPrefix("-"), let letter = first.last, let operand = words.first,
            "edfLhrwxszntbcpSugkGO".contains(letter)
        else {
            return !first.isEmpty
        }
        words.removeFirst()
        let path = call.path(operand)
        let status = try? call.files.stat(path)
        switch letter {
        case "z": return operand.isEmpty
        case "n": return !operand.isEmpty
        case "e", "r", "w", "G", "O": return status != nil
        case "d": return status?.isFolder ?? false
        case "f": return status?.isFile ?? false
        case "L", "h": return (try? call.files.stat(path, follow: false))?.isLink ?? false
        case "x": return status.map { $0.isFolder || $0.mode & 0o111 != 0 } ?? (ToolTable.find(operand) != nil)
        case "s": return (status?.size ?? 0) > 0
        default: return false
        }
    }

    private func compare(_ a: String, _ sign: String, _ b: String) throws -> Bool {
        switch sign {
        case "=", "==": return a == b
        case "!=": return a != b
        case "<": return a < b
        case ">": return a > b
        case "-nt", "-ot", "-ef":
            let (x, y) = (try? call.files.stat(call.path(a)), try? call.files.stat(call.path(b)))
            guard let x, let y else {
                return sign == "-nt" ? x != nil && y == nil : sign == "-ot" && x == nil && y != nil
            }
            if sign == "-ef" { return x.inode == y.inode && x.device == y.device }
            let (left, right) = ((x.modified, x.modifiedNanoseconds), (y.modified, y.modifiedNanoseconds))
            return sign == "-nt" ? left > right : left < right
        default:
            guard let x = Int64(a.trimmed) else { throw failure("\(a): unexpected operator/operand") }
            guard let y = Int64(b.trimmed) else { throw failure("\(b): unexpected operator/operand") }
            switch sign {
            case "-eq": return x == y
            case "-ne": return x != y
            case "-lt": return x < y
            case "-le": return x <= y
            case "-gt": return x > y
            default: return x >= y
            }
        }
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: Substring {
        var part = self[...]
        while part.first?.isWhitespace ?? false { part.removeFirst() }
        while part.last?.isWhitespace ?? false { part.removeLast() }
        return part
    }
}

/// `expr`: strings and whole numbers, by falling strength `*`, `+`, comparisons, `&`, `|`.
struct ExprParser {
    var words: ArraySlice<String>
    let call: ToolCall
    private var depth = 0

    init(words: ArraySlice<String>, call: ToolCall) {
        self.words = words
        self.call = call
    }

    private static let levels: [Set<String>] = [
        ["|"], ["&"], ["=", "==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"], [":"],
    ]

    mutating func parse() throws -> String {
        let value = try level(0)
        if !words.isEmpty { throw syntax }
        return value
    }

    private var syntax: ToolFailure { ToolFailure(message: "expr: syntax error", status: 2) }

    private mutating func level(_ index: Int) throws -> String {
        guard index < Self.levels.count else { return try primary() }
        var left = try level(index + 1)
        while let sign = words.first, Self.levels[index].contains(sign) {
            words.removeFirst()
            left = try apply(left, sign, try level(index + 1))
        }
        return left
    }

    private mutating func primary() throws -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < ShellLimit.depth, let word = words.popFirst() else { throw syntax }
        guard word == "(" else { return word }
        let value = try level(0)
        guard words.popFirst() == ")" else { throw syntax }
        return value
    }

    private func apply(_ a: String, _ sign: String, _ b: String) throws -> String {
        func isFalse(_ text: String) -> Bool { text.isEmpty || text == "0" }
        switch sign {
        case "|": return isFalse(a) ? b : a
        case "&": return isFalse(a) || isFalse(b) ? "0" : a
        case ":":
            let regex: PosixRegex
            do { regex = try PosixRegex("^" + b, extended: false) } catch { throw syntax }
            let bytes = Array(a.utf8)
            guard let match = regex.match(bytes), let whole = match[0] else { return regex.groups > 0 ? "" : "0" }
            if regex.groups > 0 { return match[1].map { String(decoding: bytes[$0], as: UTF8.self) } ?? "" }
            return "\(String(decoding: bytes[whole], as: UTF8.self).count)"
        case "=", "==", "!=", "<", "<=", ">", ">=":
            let order: Int
            if let x = Int64(a), let y = Int64(b) {
                order = x < y ? -1 : x > y ? 1 : 0
            } else {
                order = a < b ? -1 : a > b ? 1 : 0
            }
            let holds =
                switch sign {
                case "=", "==": order == 0
                case "!=": order != 0
                case "<": order < 0
                case "<=": order <= 0
                case ">": order > 0
                default: order >= 0
                }
            return holds ? "1" : "0"
        default:
            guard let x = Int64(a), let y = Int64(b) else {
                throw ToolFailure(message: "expr: non-integer argument", status: 2)
            }
            switch sign {
            case "+": return "\(x &+ y)"
            case "-": return "\(x &- y)"
            case "*": return "\(x &* y)"
            default:
                guard y != 0 else { throw ToolFailure(message: "expr: division by zero", status: 2) }
                if y == -1 { return sign == "/" ? "\(0 &- x)" : "0" }
                return sign == "/" ? "\(x / y)" : "\(x % y)"
            }
        }
    }
}
