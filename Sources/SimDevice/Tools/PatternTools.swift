// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let patternTools: [String: Tool] = [
        "grep": .slow(grep), "egrep": .slow(grep), "fgrep": .slow(grep), "sed": .slow(sed),
    ]

    nonisolated(nonsending) private static func grep(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(
            call,
            "EFGHhiIvcolLqnswxrRazZb",
            valued: "emABC",
            long: [
                "color": "a", "ignore-case": "i", "count": "c", "quiet": "q", "only-matching": "o", "line-number": "n",
            ]
        )
        var operands = options.operands
        if options.values["e"] == nil {
            guard !operands.isEmpty else { throw call.failure("no REGEX", status: 2) }
        }
        let text = options.values["e"] ?? operands.removeFirst()
        let fixed = options.has("F") || call.name == "fgrep"
        let extended = options.has("E") || call.name == "egrep"
        let matchers = try text.split(separator: "\n", omittingEmptySubsequences: false).map { part in
            var pattern = fixed ? quoted(String(part)) : String(part)
            if options.has("w") { pattern = "\\<\(extended ? "(\(pattern))" : "\\(\(pattern)\\)")\\>" }
            if options.has("x") { pattern = "^\(extended ? "(\(pattern))" : "\\(\(pattern)\\)")$" }
            do {
                return try PosixRegex(pattern, extended: extended && !fixed, ignoringCase: options.has("i"))
            } catch let failure as ShellFailure {
                throw call.failure(failure.message, status: 2)
            }
        }
        let recursive = options.has("r") || options.has("R")
        if recursive { operands = files(operands.isEmpty ? ["."] : operands, call) }
        let named = (operands.count > 1 || recursive || options.has("H")) && !options.has("h")
        let limit = options.values["m"].flatMap { Int($0) } ?? Int.max
        let before = (options.values["B"] ?? options.values["C"]).flatMap { Int($0) } ?? 0
        let after = (options.values["A"] ?? options.values["C"]).flatMap { Int($0) } ?? 0
        var found = false
        var failed = false
        for operand in operands.isEmpty ? ["-"] : operands {
            let bytes: [UInt8]
            if operand == "-" {
                bytes = await call.input.all()
            } else {
                do {
                    bytes = try call.files.read(call.path(operand))
                } catch let failure as FileFailure {
                    if !options.has("s") { call.err.line("grep: \(operand): \(failure.reason)") }
                    failed = true
                    continue
                }
            }
            let label = named ? (operand == "-" ? "(standard input)" : operand) : ""
            var count = 0
            var shownTo = -1
            let all = lines(bytes)
            for (index, slice) in all.enumerated() where count < limit {
                if Task.isCancelled { return 130 }
                let line = Array(slice)
                let matches = matchers.contains { $0.match(line) != nil } != options.has("v")
                guard matches else { continue }
                count += 1
                found = true
                if options.has("q") { return 0 }
                if options.has("c") || options.has("l") || options.has("L") { continue }
                func show(_ index: Int, _ content: ArraySlice<UInt8>, _ mark: String) {
                    var prefix = label.isEmpty ? "" : label + mark
                    if options.has("n") { prefix += "\(index + 1)" + mark }
                    call.out.write(Array(prefix.utf8) + content + [10])
                }
                if options.has("o") {
                    if !options.has("v") { for piece in pieces(line, matchers) { show(index, piece, ":") } }
                    continue
                }
                if before + after > 0, shownTo >= 0, index - before > shownTo + 1 { call.out.line("--") }
                for earlier in max(shownTo + 1, index - before, 0)..<max(shownTo + 1, index, 0) {
                    show(earlier, all[earlier], "-")
                }
                if index > shownTo { show(index, slice, ":") }
                shownTo = max(shownTo, index)
                guard after > 0 else { continue }
                for later in (index + 1)..<max(index + 1, min(index + 1 + after, all.count)) {
                    let hit = matchers.contains { $0.match(Array(all[later])) != nil } != options.has("v")
                    if hit { break }
                    show(later, all[later], "-")
                    shownTo = later
                }
            }
            if options.has("c") { call.out.line((label.isEmpty ? "" : label + ":") + "\(count)") }
            if (options.has("l") && count > 0) || (options.has("L") && count == 0) {
                call.out.line(operand == "-" ? "(standard input)" : operand)
            }
        }
        return failed ? 2 : found ? 0 : 1
    }

    private static func pieces(_ line: [UInt8], _ matchers: [PosixRegex]) -> [ArraySlice<UInt8>] {
        var out: [ArraySlice<UInt8>] = []
        var position = 0
        while position <= line.count {
            let next = matchers.compactMap { $0.match(line, from: position, atLineStart: position == 0)?[0] }
                .min { ($0.lowerBound, -$0.count) < ($1.lowerBound, -$1.count) }
            guard let next else { break }
            if !next.isEmpty { out.append(line[next]) }
            position = next.isEmpty ? next.upperBound + 1 : next.upperBound
        }
        return out
    }

    /// A text as a basic expression that means itself.
    private static func quoted(_ text: String) -> String {
        text.reduce(into: "") { out, c in
            if ".[]*^$\\".contains(c) { out += "\\" }
            out.append(c)
        }
    }

    private static func files(_ operands: [String], _ call: ToolCall) -> [String] {
        var out: [String] = []
        func walk(_ name: String, _ depth: Int) {
            guard let status = try? call.files.stat(call.path(name), follow: depth == 0) else {
                out.append(name)
                return
            }
            guard status.isFolder else {
                if status.isFile { out.append(name) }
                return
            }
            for child in (try? call.files.list(call.path(name))) ?? [] where depth < 256 {
                walk(DevicePath.join(name, child), depth + 1)
            }
        }
        for operand in operands { walk(operand, 0) }
        return out
    }

    nonisolated(nonsending) private static func sed(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "nErisz", valued: "e")
        var operands = options.operands
        if options.values["e"] == nil && operands.isEmpty { throw call.failure("no pattern") }
        let text = options.values["e"] ?? operands.removeFirst()
        let script = try SedScript(text, extended: options.has("E") || options.has("r"), call)
        if options.has("i") {
            return call.forEach(operands) { operand in
                let path = call.path(operand)
                try call.files.write(script.run(try call.files.read(path), quiet: options.has("n")), to: path)
            }
        }
        let (bytes, code) = await call.content(operands)
        call.out.write(script.run(bytes, quiet: options.has("n")))
        return code
    }
}
