// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let logTools: [String: Tool] = ["logcat": .slow(logcat), "log": .quick(log)]

    nonisolated(nonsending) private static func logcat(_ call: ToolCall) async throws -> Int32 {
        var format = "threadtime"
        var dump = false
        var minimum: LogBuffer.Level = .verbose
        var tags: [String: LogBuffer.Level] = [:]
        var silent = false
        var last = Int.max
        var rest = call.arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "-c", "--clear":
                call.system.log.clear()
                return 0
            case "-d": dump = true
            case "-t", "-T":
                dump = dump || word == "-t"
                if let count = rest.popFirst().flatMap({ Int($0) }) { last = count }
            case "-v": format = rest.popFirst() ?? format
            case "-s": silent = true
            case "-b", "-e", "-m", "-G", "-f", "-r", "-n": _ = rest.popFirst()
            case "-g":
                call.out.line(
                    "main: ring buffer is 256 KiB (0 B consumed, 3 MiB readable), max entry is 5120 B, max payload is 4068 B"
                )
                return 0
            default:
                guard !word.hasPrefix("-") else { break }
                let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
                let floor = parts.count > 1 ? level(parts[1]) : LogBuffer.Level.verbose
                if parts[0] == "*" {
                    if let floor { minimum = floor } else { silent = true }
                } else {
                    tags[parts[0]] = floor ?? .error
                }
            }
        }
        func wanted(_ line: LogBuffer.Line) -> Bool {
            let all = LogBuffer.Level.allCases
            func rank(_ level: LogBuffer.Level) -> Int { all.firstIndex(of: level) ?? 0 }
            if let floor = tags[line.tag] { return rank(line.level) >= rank(floor) }
            return !silent && rank(line.level) >= rank(minimum)
        }
        if format != "raw" { call.out.line("--------- beginning of main") }
        func show(_ lines: some Sequence<LogBuffer.Line>) {
            for line in lines where wanted(line) { call.out.line(render(line, format, call)) }
        }
        show(call.system.log.lines.suffix(last))
        guard !dump else { return 0 }
        // Follows the log until the stream is closed, as the real one does.
        var seen = call.system.log.count
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(50))
            let log = call.system.log
            if log.count > seen { show(log.lines.suffix(log.count - seen)) }
            seen = log.count
        }
        return 130
    }

    private static func level(_ text: String) -> LogBuffer.Level? { LogBuffer.Level(rawValue: text.uppercased()) }

    private static func render(_ line: LogBuffer.Line, _ format: String, _ call: ToolCall) -> String {
        let fields = DateFields(ms: line.time, zone: call.system.timeZone)
        let milliseconds = String(String(1000 + ((line.time % 1000) + 1000) % 1000).dropFirst())
        switch format {
        case "brief": return "\(line.level.rawValue)/\(line.tag)(  521): \(line.message)"
        case "process": return "\(line.level.rawValue)(  521) \(line.message)  (\(line.tag))"
        case "tag": return "\(line.level.rawValue)/\(line.tag): \(line.message)"
        case "raw": return line.message
        case "time":
            return fields.format("%m-%d %H:%M:%S.") + milliseconds
                + " \(line.level.rawValue)/\(line.tag)(  521): \(line.message)"
        case "epoch":
            return fields.format("%s.") + milliseconds
                + "   521   521 \(line.level.rawValue) \(line.tag): \(line.message)"
        case "long":
            return "[ " + fields.format("%m-%d %H:%M:%S.") + milliseconds
                + "   521:  521 \(line.level.rawValue)/\(line.tag) ]\n\(line.message)\n"
        default:
            return fields.format("%m-%d %H:%M:%S.") + milliseconds
                + "   521   521 \(line.level.rawValue) \(line.tag): \(line.message)"
        }
    }

    private static func log(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "", valued: "pt")
        let weight = options.values["p"].flatMap { level($0) } ?? LogBuffer.Level.info
        call.system.log.add(weight, options.values["t"] ?? "log", options.operands.joined(separator: " "))
        return 0
    }
}
