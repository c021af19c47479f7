// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let findTools: [String: Tool] = ["find": .slow(find)]

    private indirect enum Test {
        case name(Glob, ignoringCase: Bool)
        case path(Glob)
        case kind(Character)
        case empty
        case size(Int, unit: Int64, sign: Character?)
        case age(Int, unit: Int64, sign: Character?)
        case newer(Int64)
        case print(terminator: String)
        case remove
        case run([String])
        case prune
        case always
        case not(Test)
        case both(Test, Test)
        case either(Test, Test)

        var acts: Bool {
            switch self {
            case .print, .remove, .run: true
            case .not(let test): test.acts
            case .both(let a, let b), .either(let a, let b): a.acts || b.acts
            default: false
            }
        }
    }

    private struct Parser {
        let call: ToolCall
        var words: ArraySlice<String>
        var maximum = 256
        var minimum = 0
        var depthFirst = false
        var nesting = 0

        mutating func either() throws -> Test {
            nesting += 1
            defer { nesting -= 1 }
            guard nesting < 64 else { throw call.failure("nested too deeply") }
            var left = try both()
            while words.first == "-o" || words.first == "-or" {
                words.removeFirst()
                left = .either(left, try both())
            }
            return left
        }

        mutating func both() throws -> Test {
            var left = try one()
            while let next = words.first, next != "-o", next != "-or", next != ")", next != "\\)" {
                if next == "-a" || next == "-and" { words.removeFirst() }
                left = .both(left, try one())
            }
            return left
        }

        mutating func value(_ option: String) throws -> String {
            guard let value = words.popFirst() else { throw call.failure("'\(option)' needs 1 arg") }
            return value
        }

        mutating func number(_ option: String) throws -> (Int, Character?, Substring) {
            let text = try value(option)
            let sign = text.first.flatMap { "+-".contains($0) ? $0 : nil }
            let digits = text.dropFirst(sign == nil ? 0 : 1).prefix { $0.isNumber }
            guard let number = Int(digits) else { throw call.failure("bad '\(option)' '\(text)'") }
            return (number, sign, text.dropFirst((sign == nil ? 0 : 1) + digits.count))
        }

        mutating func one() throws -> Test {
            guard let word = words.popFirst() else { throw call.failure("expression expected") }
            switch word {
            case "!", "-not":
                nesting += 1
                defer { nesting -= 1 }
                guard nesting < 64 else { throw call.failure("nested too deeply") }
                return .not(try one())
            case "(", "\\(":
                let inner = try either()
                guard let close = words.popFirst(), close == ")" || close == "\\)" else {
                    throw call.failure("missing )")
                }
                return inner
            case "-name": return .name(Glob(try value(word)), ignoringCase: false)
            case "-iname": return .name(Glob(try value(word).lowercased()), ignoringCase: true)
            case "-path", "-wholename": return .path(Glob(try value(word)))
            case "-type":
                guard let kind = try value(word).first, "fdl".contains(kind) else { throw call.failure("bad -type") }
                return .kind(kind)
            case "-maxdepth":
                maximum = try number(word).0
                return .always
            case "-mindepth":
                minimum = try number(word).0
                return .always
            case "-depth":
                depthFirst = true
                return .always
            case "-empty": return .empty
            case "-size":
                let (count, sign, suffix) = try number(word)
                let units: [Substring: Int64] = ["": 512, "c": 1, "k": 1024, "M": 1 << 20, "G": 1 << 30]
                guard let unit = units[suffix] else { throw call.failure("bad -size") }
                return .size(count, unit: unit, sign: sign)
            case "-mtime", "-mmin":
                let (count, sign, _) = try number(word)
                return .age(count, unit: word == "-mmin" ? 60 : 86_400, sign: sign)
            case "-newer": return .newer(try call.files.stat(call.path(try value(word))).modified)
            case "-print": return .print(terminator: "\n")
            case "-print0": return .print(terminator: "\0")
            case "-delete":
                depthFirst = true
                return .remove
            case "-prune": return .prune
            case "-true", "-xdev", "-mount": return .always
            case "-exec":
                var command: [String] = []
                while let word = words.popFirst(), word != ";", word != "\\;", word != "+" { command.append(word) }
                guard !command.isEmpty else { throw call.failure("-exec needs a command") }
                return .run(command)
            default: throw call.failure("bad arg '\(word)'")
            }
        }
    }

    nonisolated(nonsending) private static func find(_ call: ToolCall) async throws -> Int32 {
        var roots: [String] = []
        var words = call.arguments[...]
        while let word = words.first, word == "-L" || word == "-H" || word == "-P" { words.removeFirst() }
        while let word = words.first, !word.hasPrefix("-"), word != "!", word != "(", word != "\\(" {
            roots.append(word)
            words.removeFirst()
        }
        var parser = Parser(call: call, words: words)
        var test = words.isEmpty ? Test.always : try parser.either()
        if let extra = parser.words.first { throw call.failure("bad arg '\(extra)'") }
        if !test.acts { test = .both(test, .print(terminator: "\n")) }
        var code: Int32 = 0
        for root in roots.isEmpty ? ["."] : roots {
            do {
                try await walk(root, 0, test, parser, call)
            } catch let failure as FileFailure {
                call.err.line("find: \(failure.path): \(failure.reason)")
                code = 1
            }
        }
        return code
    }

    nonisolated(nonsending) private static func walk(
        _ shown: String,
        _ depth: Int,
        _ test: Test,
        _ options: Parser,
        _ call: ToolCall
    ) async throws {
        if Task.isCancelled { throw CancellationError() }
        let path = call.path(shown)
        // The root itself may be a link to a folder, such as /sdcard.
        var status = try located(shown) { try call.files.stat(path, follow: false) }
        if depth == 0, status.isLink, shown.hasSuffix("/"), let target = try? call.files.stat(path) { status = target }
        var pruned = false
        if !options.depthFirst, depth >= options.minimum {
            _ = try await holds(test, shown, path, status, &pruned, call)
        }
        if status.isFolder && depth < options.maximum && !pruned {
            for name in try located(shown, { try call.files.list(path) }) {
                try await walk(DevicePath.join(shown, name), depth + 1, test, options, call)
            }
        }
        if options.depthFirst, depth >= options.minimum {
            _ = try await holds(test, shown, path, status, &pruned, call)
        }
    }

    private static func located<Value>(_ shown: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let failure as FileFailure { throw FileFailure(code: failure.code, path: shown) }
    }

    nonisolated(nonsending) private static func holds(
        _ test: Test,
        _ shown: String,
        _ path: String,
        _ status: DeviceFiles.Stat,
        _ pruned: inout Bool,
        _ call: ToolCall
    ) async throws -> Bool {
        func compare(_ value: Int64, _ wanted: Int, _ sign: Character?) -> Bool {
            sign == "+" ? value > Int64(wanted) : sign == "-" ? value < Int64(wanted) : value == Int64(wanted)
        }
        switch test {
        case .always: return true
        case .name(let glob, let ignoring):
            let name = DevicePath.name(shown)
            return glob.matches(ignoring ? name.lowercased() : name)
        case .path(let glob): return glob.matches(shown)
        case .kind(let kind): return kind == "f" ? status.isFile : kind == "d" ? status.isFolder : status.isLink
        case .empty: return status.isFolder ? try call.files.list(path).isEmpty : status.size == 0
        case .size(let count, let unit, let sign): return compare((status.size + unit - 1) / unit, count, sign)
        case .age(let count, let unit, let sign):
            return compare((call.system.clock.now / 1000 - status.modified) / unit, count, sign)
        case .newer(let time): return status.modified > time
        case .print(let terminator):
            call.out.write(shown + terminator)
            return true
        case .remove:
            if status.isFolder { try call.files.removeFolder(path) } else { try call.files.remove(path) }
            return true
        case .prune:
            pruned = true
            return true
        case .run(let command):
            let words = command.map { $0.replacing("{}", with: shown) }
            return try await call.shell.call(words[0], Array(words.dropFirst())) == 0
        case .not(let inner): return try await !holds(inner, shown, path, status, &pruned, call)
        case .both(let a, let b):
            guard try await holds(a, shown, path, status, &pruned, call) else { return false }
            return try await holds(b, shown, path, status, &pruned, call)
        case .either(let a, let b):
            if try await holds(a, shown, path, status, &pruned, call) { return true }
            return try await holds(b, shown, path, status, &pruned, call)
        }
    }
}
