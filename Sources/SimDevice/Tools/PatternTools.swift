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
            var source: LineSource
            if operand == "-" {
                source = LineSource(call.input)
            } else {
                do {
                    source = LineSource(try call.files.read(call.path(operand)))
                } catch let failure as FileFailure {
                    if !options.has("s") { call.err.line("grep: \(operand): \(failure.reason)") }
                    failed = true
                    continue
                }
            }
            let label = named ? (operand == "-" ? "(standard input)" : operand) : ""
            let shows = !options.has("c") && !options.has("l") && !options.has("L")
            var count = 0
            var index = -1
            var shownTo = -1
            // Lines that were not shown and may stand before the next one that is, and how many are to follow the last.
            var recent: [(index: Int, line: [UInt8])] = []
            var following = 0
            func show(_ index: Int, _ content: some Collection<UInt8>, _ mark: String) {
                var prefix = label.isEmpty ? "" : label + mark
                if options.has("n") { prefix += "\(index + 1)" + mark }
                call.out.write(Array(prefix.utf8) + content + [10])
                shownTo = index
            }
            // Line by line: what is still being written to a pipe is searched as it comes.
            while count < limit || following > 0, let line = await source.next() {
                if Task.isCancelled { return 130 }
                index += 1
                let matches = matchers.contains { $0.match(line) != nil } != options.has("v")
                guard matches else {
                    if following > 0 {
                        show(index, line, "-")
                        following -= 1
                    } else if before > 0 {
                        recent.append((index, line))
                        if recent.count > before { recent.removeFirst() }
                    }
                    continue
                }
                if count >= limit { break }
                count += 1
                found = true
                if options.has("q") { return 0 }
                guard shows else { continue }
                if options.has("o") {
                    if !options.has("v") { for piece in pieces(line, matchers) { show(index, piece, ":") } }
                } else {
                    if before + after > 0, shownTo >= 0, index - before > shownTo + 1 { call.out.line("--") }
                    for (earlier, content) in recent { show(earlier, content, "-") }
                    recent = []
                    show(index, line, ":")
                    following = after
                }
                if let drain = call.out.drain { await drain() }
            }
            if options.has("c") { call.out.line((label.isEmpty ? "" : label + ":") + "\(count)") }
            if (options.has("l") && count > 0) || (options.has("L") && count == 0) {
                call.out.line(operand == "-" ? "(standard input)" : operand)
            }
        }
        return failed ? 2 : found ? 0 : 1
    }

    /// Lines of a file, or of an input as they come.
    private struct LineSource {
        private var ready: ArraySlice<ArraySlice<UInt8>>
        private let input: ShellInput?

        init(_ bytes: [UInt8]) { (ready, input) = (lines(bytes)[...], nil) }
        init(_ input: ShellInput) { (ready, self.input) = ([], input) }

        nonisolated(nonsending) mutating func next() async -> [UInt8]? {
            guard let input else { return ready.popFirst().map { Array($0) } }
            return await input.line()
        }
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
