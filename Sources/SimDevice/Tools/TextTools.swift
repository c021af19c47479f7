// SPDX-License-Identifier: Apache-2.0

import Base

extension ToolTable {
    static let textTools: [String: Tool] = [
        "echo": .quick(echo), "printf": .quick(printf), "head": .slow(head), "tail": .slow(tail), "wc": .slow(wc),
        "cut": .slow(cut), "sort": .slow(sort), "uniq": .slow(uniq), "tr": .slow(tr), "basename": .quick(basename),
        "dirname": .quick(dirname), "sha256sum": .slow(sha256), "rev": .slow(rev), "tac": .slow(tac), "nl": .slow(nl),
        "base64": .slow(base64), "xxd": .slow(xxd), "cmp": .quick(cmp),
    ]

    static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines
    }

    nonisolated(nonsending) private static func head(_ call: ToolCall) async throws -> Int32 {
        try await ends(call, first: true)
    }

    nonisolated(nonsending) private static func tail(_ call: ToolCall) async throws -> Int32 {
        try await ends(call, first: false)
    }

    nonisolated(nonsending) private static func ends(_ call: ToolCall, first: Bool) async throws -> Int32 {
        // `head -5` is `head -n 5`.
        let words = call.arguments.flatMap { word -> [String] in
            guard word.hasPrefix("-"), let count = Int(word.dropFirst()), count >= 0 else { return [word] }
            return ["-n", "\(count)"]
        }
        let options = try ToolOptions(call.with(call.name, words), "qvfF", valued: "nc")
        var code: Int32 = 0
        for (index, operand) in (options.operands.isEmpty ? ["-"] : options.operands).enumerated() {
            let (bytes, status) = await content(operand, first: first, options, call)
            code = max(code, status)
            if options.operands.count > 1 && !options.has("q") {
                call.out.line((index > 0 ? "\n" : "") + "==> \(operand) <==")
            }
            if let text = options.values["c"] {
                guard let count = Int(text) else { throw call.failure("not integer: \(text)") }
                call.out.write(
                    first
                        ? (count < 0 ? bytes.dropLast(-count) : bytes.prefix(count))
                        : (text.hasPrefix("+") ? bytes.dropFirst(max(0, count - 1)) : bytes.suffix(abs(count)))
                )
                continue
            }
            let text = options.values["n"] ?? "10"
            guard let count = Int(text) else { throw call.failure("not integer: \(text)") }
            let all = lines(bytes)
            let shown =
                first
                ? (count < 0 ? all.dropLast(-count) : all.prefix(count))
                : (text.hasPrefix("+") ? all.dropFirst(max(0, count - 1)) : all.suffix(abs(count)))
            emit(shown, bytes, reachesEnd: shown.endIndex == all.endIndex, call)
        }
        return code
    }

    /// What `head` and `tail` choose from: of an input as much as is shown, so that `head` ends where that is there.
    nonisolated(nonsending) private static func content(
        _ operand: String,
        first: Bool,
        _ options: ToolOptions,
        _ call: ToolCall
    ) async -> (bytes: [UInt8], status: Int32) {
        if first, operand == "-" {
            if let text = options.values["c"] {
                if let count = Int(text), count >= 0 { return (await call.input.bytes(count), 0) }
            } else if let count = Int(options.values["n"] ?? "10"), count >= 0 {
                return (await call.input.lines(count), 0)
            }
        }
        return await call.content([operand])
    }

    /// Writes lines; the last one of a file without a line break gets none.
    static func emit(_ lines: ArraySlice<ArraySlice<UInt8>>, _ bytes: [UInt8], reachesEnd: Bool, _ call: ToolCall) {
        var out: [UInt8] = []
        for line in lines {
            out.append(contentsOf: line)
            out.append(10)
        }
        if reachesEnd, !lines.isEmpty, bytes.last != 10 { out.removeLast() }
        call.out.write(out)
    }

    nonisolated(nonsending) private static func wc(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "lwcm")
        var code: Int32 = 0
        var totals = [0, 0, 0]
        func show(_ counts: [Int], _ name: String) {
            let wanted = zip("lwc", counts).filter {
                options.flags.isEmpty || options.has($0.0) || ($0.0 == "c" && options.has("m"))
            }
            let alone = wanted.count == 1 && options.operands.count <= 1
            let text = wanted.map {
                alone
                    ? "\($0.1)"
                    : String(
                        repeating: " ",
                        count: max(0, (options.operands.count > 1 || wanted.count > 1 ? 7 : 0) - "\($0.1)".count)
                    ) + "\($0.1)"
            }
            call.out.line(text.joined(separator: " ") + (name.isEmpty ? "" : " " + name))
        }
        for operand in options.operands.isEmpty ? ["-"] : options.operands {
            let (bytes, status) = await call.content([operand])
            code = max(code, status)
            if status != 0 { continue }
            let words = bytes.split(whereSeparator: { $0 == 32 || (9...13).contains($0) }).count
            let characters =
                options.has("m") ? String(decoding: bytes, as: UTF8.self).unicodeScalars.count : bytes.count
            let counts = [bytes.count { $0 == 10 }, words, characters]
            totals = zip(totals, counts).map { $0 + $1 }
            show(counts, operand == "-" ? "" : operand)
        }
        if options.operands.count > 1 { show(totals, "total") }
        return code
    }

    nonisolated(nonsending) private static func cut(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "snD", valued: "dfcbCO")
        let delimiter = options.values["d"]?.utf8.first ?? 9
        guard let list = options.values["f"] ?? options.values["c"] ?? options.values["b"] ?? options.values["C"] else {
            throw call.failure("no -fcC")
        }
        let ranges = try list.split(separator: ",").map { part -> ClosedRange<Int> in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            let low = ends[0].isEmpty ? 1 : Int(ends[0])
            let high = ends.count == 1 ? low : (ends[1].isEmpty ? Int.max : Int(ends[1]))
            guard let low, let high, low >= 1, high >= low, ends.count <= 2 else {
                throw call.failure("bad range '\(part)'")
            }
            return low...high
        }
        let (bytes, code) = await call.content(options.operands)
        var out: [UInt8] = []
        for line in lines(bytes) {
            if options.values["f"] != nil {
                let fields = line.split(separator: delimiter, omittingEmptySubsequences: false)
                if fields.count == 1 {
                    if options.has("s") { continue }
                    out += line
                } else {
                    let kept = fields.enumerated().filter { field in ranges.contains { $0.contains(field.offset + 1) } }
                        .map(\.element)
                    out += kept.joined(separator: [delimiter])
                }
            } else {
                let characters = Array(String(decoding: line, as: UTF8.self).unicodeScalars)
                let kept = characters.enumerated().filter { item in ranges.contains { $0.contains(item.offset + 1) } }
                    .map(\.element)
                out += Array(String(String.UnicodeScalarView(kept)).utf8)
            }
            out.append(10)
        }
        call.out.write(out)
        return code
    }

    nonisolated(nonsending) private static func sort(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "nrufbgdisMVhcz", valued: "kto")
        let (bytes, code) = await call.content(options.operands)
        let separator = options.values["t"]?.utf8.first
        let keys = options.values["k"]?.split(separator: ",").map { Int($0.prefix { $0.isNumber }) ?? 1 } ?? []
        let numeric =
            options.has("n") || options.has("g") || options.has("h") || (options.values["k"]?.contains("n") ?? false)
        func key(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            guard let first = keys.first else { return line }
            let fields =
                separator.map { line.split(separator: $0, omittingEmptySubsequences: false) }
                ?? line.split(whereSeparator: { $0 == 32 || $0 == 9 })
            guard first >= 1, first <= fields.count else { return [] }
            let last = keys.count > 1 ? min(keys[1], fields.count) : fields.count
            guard last >= first else { return fields[first - 1] }
            return line[fields[first - 1].startIndex..<fields[last - 1].endIndex]
        }
        func number(_ line: ArraySlice<UInt8>) -> Double {
            let text = String(decoding: line, as: UTF8.self).drop { $0 == " " || $0 == "\t" }
            return Double(text.prefix { $0.isNumber || "+-.".contains($0) }) ?? 0
        }
        func before(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool? {
            let (left, right) = (key(a), key(b))
            if numeric {
                let (x, y) = (number(left), number(right))
                if x != y { return x < y }
            } else if options.has("f") {
                let (x, y) = (fold(left), fold(right))
                if x != y { return x.lexicographicallyPrecedes(y) }
            } else if !left.elementsEqual(right) {
                return left.lexicographicallyPrecedes(right)
            }
            return nil
        }
        var sorted = lines(bytes).enumerated().sorted { a, b in
            if let first = before(a.element, b.element) { return options.has("r") ? !first : first }
            if options.has("s") || options.has("u") { return a.offset < b.offset }
            if a.element.elementsEqual(b.element) { return a.offset < b.offset }
            return a.element.lexicographicallyPrecedes(b.element) != options.has("r")
        }
        .map(\.element)
        if options.has("u") {
            sorted = sorted.reduce(into: []) { list, line in
                if let last = list.last, before(last, line) == nil { return }
                list.append(line)
            }
        }
        let out = sorted.flatMap { $0 + [10] }
        if let file = options.values["o"] {
            try call.files.write(out, to: call.path(file))
        } else {
            call.out.write(out)
        }
        return code
    }

    private static func fold(_ line: ArraySlice<UInt8>) -> [UInt8] {
        line.map { (97...122).contains($0) ? $0 - 32 : $0 }
    }

    nonisolated(nonsending) private static func uniq(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "cduiz", valued: "fsw")
        let (bytes, code) = await call.content(Array(options.operands.prefix(1)))
        var groups: [(line: ArraySlice<UInt8>, count: Int)] = []
        for line in lines(bytes) {
            let same =
                groups.last.map { options.has("i") ? fold($0.line) == fold(line) : $0.line.elementsEqual(line) }
                ?? false
            if same { groups[groups.count - 1].count += 1 } else { groups.append((line, 1)) }
        }
        for (line, count) in groups where !(options.has("d") && count < 2) && !(options.has("u") && count > 1) {
            if options.has("c") {
                call.out.write(String(repeating: " ", count: max(0, 7 - "\(count)".count)) + "\(count) ")
            }
            call.out.write(line + [10])
        }
        return code
    }

    nonisolated(nonsending) private static func tr(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "cCdst", interleaved: false)
        try options.need(1, call)
        let from = try set(options.operands[0], call)
        let to = options.operands.count > 1 ? try set(options.operands[1], call) : []
        let complement = options.has("c") || options.has("C")
        let position = Dictionary(from.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var out = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in String(decoding: await call.input.all(), as: UTF8.self).unicodeScalars {
            let index = position[scalar]
            let hit = (index != nil) != complement
            var shown = scalar
            if hit {
                if options.has("d") { continue }
                if let final = to.last { shown = complement ? final : to[min(index ?? 0, to.count - 1)] }
                if options.has("s"), shown == last { continue }
            }
            last = hit || !options.has("s") ? shown : nil
            if !hit { last = nil }
            out.append(shown)
        }
        call.out.write(String(out))
        return 0
    }

    private static func set(_ text: String, _ call: ToolCall) throws -> [Unicode.Scalar] {
        let classes: [String: ClosedRange<UInt32>] = [
            "[:digit:]": 48...57, "[:upper:]": 65...90, "[:lower:]": 97...122,
        ]
        var list: [Unicode.Scalar] = []
        let scalars = Array(unescape(text).0.unicodeScalars)
        var index = 0
        outer: while index < scalars.count {
            let rest = String(String.UnicodeScalarView(scalars[index...]))
            if rest.hasPrefix("[:") {
                for (name, range) in classes where rest.hasPrefix(name) {
                    list += range.compactMap { Unicode.Scalar($0) }
                    index += name.count
                    continue outer
                }
                if rest.hasPrefix("[:space:]") {
                    list += [" ", "\t", "\n", "\r", "\u{b}", "\u{c}"]
                    index += 9
                    continue
                }
                if rest.hasPrefix("[:alpha:]") || rest.hasPrefix("[:alnum:]") {
                    if rest.hasPrefix("[:alnum:]") { list += (48...57).compactMap { Unicode.Scalar($0 as UInt32) } }
                    list += ((65...90).map { $0 } + (97...122).map { $0 }).compactMap { Unicode.Scalar($0 as UInt32) }
                    index += 9
                    continue
                }
            }
            if index + 2 < scalars.count, scalars[index + 1] == "-" {
                let (low, high) = (scalars[index].value, scalars[index + 2].value)
                guard low <= high, high - low < 65_536 else { throw call.failure("bad range") }
                list += (low...high).compactMap { Unicode.Scalar($0) }
                index += 3
            } else {
                list.append(scalars[index])
                index += 1
            }
        }
        return list
    }

    private static func basename(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "a", valued: "s")
        try options.need(1, call)
        let many = options.has("a") || options.values["s"] != nil
        for operand in many ? options.operands : [options.operands[0]] {
            var name = DevicePath.name(operand)
            if let suffix = options.values["s"] ?? (many || options.operands.count < 2 ? nil : options.operands[1]),
                name != suffix, name.hasSuffix(suffix)
            {
                name = String(name.dropLast(suffix.count))
            }
            call.out.line(name)
        }
        return 0
    }

    private static func dirname(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "")
        try options.need(1, call)
        for operand in options.operands { call.out.line(DevicePath.parent(operand)) }
        return 0
    }

    nonisolated(nonsending) private static func sha256(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "b")
        var code: Int32 = 0
        for operand in options.operands.isEmpty ? ["-"] : options.operands {
            let (bytes, status) = await call.content([operand])
            code = max(code, status)
            if status == 0 { call.out.line(SHA256.hex(bytes) + (options.has("b") ? "" : "  " + operand)) }
        }
        return code
    }

    nonisolated(nonsending) private static func rev(_ call: ToolCall) async throws -> Int32 {
        let (bytes, code) = await call.content(call.arguments)
        for line in lines(bytes) { call.out.line(String(String(decoding: line, as: UTF8.self).reversed())) }
        return code
    }

    nonisolated(nonsending) private static func tac(_ call: ToolCall) async throws -> Int32 {
        let (bytes, code) = await call.content(call.arguments)
        for line in lines(bytes).reversed() { call.out.write(line + [10]) }
        return code
    }

    nonisolated(nonsending) private static func nl(_ call: ToolCall) async throws -> Int32 {
        let (bytes, code) = await call.content(call.arguments.filter { !$0.hasPrefix("-") })
        for (index, line) in lines(bytes).enumerated() {
            let number = "\(index + 1)"
            call.out.write(
                Array((String(repeating: " ", count: max(0, 6 - number.count)) + number + "\t").utf8) + line + [10]
            )
        }
        return code
    }

    nonisolated(nonsending) private static func base64(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "di", valued: "w")
        let (bytes, code) = await call.content(options.operands)
        if options.has("d") {
            guard let decoded = Base64.decode(bytes) else { throw call.failure("bad input") }
            call.out.write(decoded)
        } else {
            let width = options.values["w"].flatMap { Int($0) } ?? 76
            call.out.write(Base64.encode(bytes, width: width))
        }
        return code
    }

    nonisolated(nonsending) private static func xxd(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "pru", valued: "clsg")
        let (bytes, code) = await call.content(options.operands)
        let shown = options.values["l"].flatMap { Int($0) }.map { Array(bytes.prefix(max(0, $0))) } ?? bytes
        if options.has("p") {
            for start in stride(from: 0, to: shown.count, by: 30) {
                call.out.line(shown[start..<min(start + 30, shown.count)].hex)
            }
            return code
        }
        for start in stride(from: 0, to: shown.count, by: 16) {
            let row = shown[start..<min(start + 16, shown.count)]
            let pairs = stride(from: row.startIndex, to: row.endIndex, by: 2).map {
                row[$0..<min($0 + 2, row.endIndex)].hex
            }
            let hex = pairs.joined(separator: " ")
            let address = String(String(0x1_0000_0000 + start, radix: 16).dropFirst())
            let text = String(decoding: row.map { (32...126).contains($0) ? $0 : 46 }, as: UTF8.self)
            call.out.line("\(address): \(hex)\(String(repeating: " ", count: max(0, 41 - hex.count)))\(text)")
        }
        return code
    }

    private static func cmp(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "ls")
        try options.need(2, call)
        let a = try call.files.read(call.path(options.operands[0]))
        let b = try call.files.read(call.path(options.operands[1]))
        if a == b { return 0 }
        if !options.has("s") {
            let index = zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            if let index {
                let line = a[..<index].count { $0 == 10 } + 1
                call.out.line("\(options.operands[0]) \(options.operands[1]) differ: char \(index + 1), line \(line)")
            } else {
                call.err.line("cmp: EOF on \(options.operands[a.count < b.count ? 0 : 1])")
            }
        }
        return 1
    }
}
