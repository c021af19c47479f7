// SPDX-License-Identifier: Apache-2.0

import ADBWire

extension ToolTable {
    static let logTools: [String: Tool] = ["logcat": .slow(logcat), "log": .quick(log)]

    nonisolated(nonsending) private static func logcat(_ call: ToolCall) async throws -> Int32 {
        let options = try LogcatArguments(call)
        switch options.action {
        case .clear:
            call.system.log.clear(options.buffers)
            return 0
        case .size:
            for buffer in LogRecord.Buffer.allCases where options.buffers.contains(buffer) {
                let used = call.system.log.records.count { $0.buffer == buffer }
                call.out.line(
                    "\(buffer.name): ring buffer is 256 KiB (\(used) entries consumed, 3 MiB readable), max entry is 5120 B, max payload is 4068 B"
                )
            }
            return 0
        case .resize: return 0
        case .read: break
        }
        var printer = LogPrinter(options: options, zone: call.system.timeZone)
        let wanted = call.system.log.records.filter(options.wants)
        let shown = wanted.suffix(options.last ?? .max).drop { !options.isRecent($0, call.system.timeZone) }
        var left = options.maximum ?? .max
        func show(_ records: some Sequence<LogRecord>) {
            for record in records where left > 0 {
                call.out.write(printer.bytes(record)[...])
                left -= 1
            }
        }
        show(shown)
        guard !options.dumps else { return 0 }
        // Follows the log until the stream is closed, as the real one does.
        var seen = call.system.log.count
        while !Task.isCancelled, left > 0 {
            let log = call.system.log
            let told = log.news.count
            if log.count > seen { show(log.records.suffix(log.count - seen).filter(options.wants)) }
            seen = log.count
            if let drain = call.out.drain { await drain() }
            if left > 0 { await log.news.wait(after: told) }
        }
        return left > 0 ? 130 : 0
    }

    private static func log(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "", valued: "pt", interleaved: false)
        let level = options.values["p"].flatMap { LogcatArguments.level($0) } ?? .info
        call.system.log.record(level, options.values["t"] ?? "log", options.operands.joined(separator: " "), pid: 4242)
        return 0
    }
}

/// What `logcat` was asked for.
struct LogcatArguments {
    enum Action { case read, clear, size, resize }

    enum Format: String {
        case brief, process, tag, thread, raw, time, threadtime, long, binary
    }

    var action = Action.read
    var format = Format.threadtime
    /// `epoch` and others change how the time of the other formats looks.
    var modifiers: Set<String> = []
    /// Ends after what is there.
    var dumps = false
    var last: Int?
    var since: String?
    var maximum: Int?
    var buffers: Set<LogRecord.Buffer> = [.main, .system, .crash]
    var showsAllDividers = false
    private var floors: [String: LogRecord.Level] = [:]
    private var otherFloor = LogRecord.Level.verbose
    private var pid: Int32?
    private var pattern: PosixRegex?

    /// - Throws: `ToolFailure` in logcat's words.
    init(_ call: ToolCall) throws {
        var chosen: Set<LogRecord.Buffer> = []
        var rest = call.arguments[...]
        func value(_ word: String) throws -> String {
            guard let value = rest.popFirst() else {
                throw ToolFailure(
                    message: "logcat: option requires an argument -- '\(word.drop { $0 == "-" })'",
                    status: 1
                )
            }
            return value
        }
        while var word = rest.popFirst() {
            if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
                rest = [String(word[word.index(after: equals)...])] + rest
                word = String(word[..<equals])
            } else if word.count > 2, !word.hasPrefix("--"), word.hasPrefix("-"),
                "bvtTmeGrnfs".contains(word[word.index(after: word.startIndex)])
            {
                rest = [String(word.dropFirst(2))] + rest
                word = String(word.prefix(2))
            }
            switch word {
            case "-c", "--clear": action = .clear
            case "-g": action = .size
            case "-G", "--buffer-size":
                _ = try value(word)
                action = .resize
            case "-d", "--dump": dumps = true
            case "-L", "--last": dumps = true
            case "-t", "-T", "--tail":
                if word == "-t" { dumps = true }
                let text = try value(word)
                if let count = Int(text) { last = max(0, count) } else { since = text }
            case "-m", "--max-count":
                let text = try value(word)
                guard let count = Int(text), count > 0 else { throw Self.bad("-m", text) }
                maximum = count
            case "-v", "--format":
                for name in try value(word).split(whereSeparator: { $0 == "," || $0 == " " }) {
                    try choose(String(name))
                }
            case "-B", "--binary": format = .binary
            case "-D", "--dividers": showsAllDividers = true
            case "-s": otherFloor = .silent
            case "-S", "--statistics": action = .size
            case "-b", "--buffer":
                for name in try value(word).split(separator: ",") { chosen.formUnion(try Self.buffers(String(name))) }
            case "-e", "--regex": pattern = try PosixRegex(try value(word), extended: true)
            case "--pid":
                let text = try value(word)
                guard let number = Int32(text) else { throw Self.bad("--pid", text) }
                pid = number
            case "--uid", "-f", "--file", "-r", "--rotate-kbytes", "-n", "--rotate-count", "-P", "--prune":
                _ = try value(word)
            case "-p", "--print", "--wrap": break
            case _ where word.hasPrefix("-"):
                throw ToolFailure(message: "logcat: unrecognized option '\(word)'\nTry 'logcat --help'", status: 1)
            default: try filter(word)
            }
        }
        if !chosen.isEmpty { buffers = chosen }
    }

    private static func bad(_ option: String, _ text: String) -> ToolFailure {
        ToolFailure(message: "logcat: Invalid argument to \(option): \(text)", status: 1)
    }

    private mutating func choose(_ name: String) throws {
        if let known = Format(rawValue: name), known != .binary {
            format = known
            return
        }
        let known = [
            "epoch", "monotonic", "year", "usec", "nsec", "uid", "UTC", "zone", "printable", "color", "colour",
        ]
        guard known.contains(name) || name == "descriptive" else {
            throw ToolFailure(message: "logcat: Invalid parameter \"\(name)\" to -v", status: 1)
        }
        modifiers.insert(name)
    }

    private static func buffers(_ name: String) throws -> Set<LogRecord.Buffer> {
        switch name {
        case "default": return [.main, .system, .crash]
        case "all": return Set(LogRecord.Buffer.allCases)
        default:
            guard let buffer = LogRecord.Buffer(name: name) else {
                throw ToolFailure(message: "logcat: Unknown -b buffer '\(name)'", status: 1)
            }
            return [buffer]
        }
    }

    /// `TAG`, `TAG:LEVEL` or `*:LEVEL`; `*` alone hides all others.
    private mutating func filter(_ word: String) throws {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var floor = LogRecord.Level.verbose
        if parts.count > 1 {
            guard parts[1] != "*" else {
                floors[parts[0]] = .verbose
                return
            }
            guard let level = Self.level(parts[1]) else {
                throw ToolFailure(message: "logcat: Invalid filter expression '\(word)'", status: 1)
            }
            floor = level
        }
        if parts[0] == "*" { otherFloor = parts.count > 1 ? floor : .silent } else { floors[parts[0]] = floor }
    }

    static func level(_ text: String) -> LogRecord.Level? {
        guard let letter = text.first else { return nil }
        return LogRecord.Level(rawValue: Character(letter.uppercased()))
    }

    func wants(_ record: LogRecord) -> Bool {
        guard buffers.contains(record.buffer ?? .main), pid == nil || record.pid == pid else { return false }
        guard record.level >= floors[record.tag] ?? otherFloor, record.level != .silent else { return false }
        return pattern.map { $0.match(Array(record.message.utf8)) != nil } ?? true
    }

    /// Whether an entry is not older than the time that `-t` or `-T` gave: seconds since 1970, or `MM-DD hh:mm:ss.mmm`.
    func isRecent(_ record: LogRecord, _ zone: String) -> Bool {
        guard let since else { return true }
        if let seconds = Double(since) { return Double(record.seconds) + Double(record.nanoseconds) / 1e9 >= seconds }
        let printer = LogPrinter(options: self, zone: zone)
        let text = since.count > 4 && since.dropFirst(4).first == "-" ? String(since.dropFirst(5)) : since
        return printer.clock(record, epoch: false) >= text
    }
}

/// Writes entries as `logcat -v` has them.
struct LogPrinter {
    private let options: LogcatArguments
    private let zone: String
    private var lastBuffer: LogRecord.Buffer?
    private var seen: Set<LogRecord.Buffer> = []

    init(options: LogcatArguments, zone: String) {
        self.options = options
        self.zone = options.modifiers.contains("UTC") ? "UTC" : zone
    }

    /// An entry with its line breaks; the first of each buffer has a divider in front.
    mutating func bytes(_ record: LogRecord) -> [UInt8] {
        if options.format == .binary { return record.binary }
        var text = ""
        let buffer = record.buffer ?? .main
        if seen.insert(buffer).inserted {
            text = "--------- beginning of \(buffer.name)\n"
        } else if options.showsAllDividers, lastBuffer != buffer {
            text = "--------- switch to \(buffer.name)\n"
        }
        lastBuffer = buffer
        let (head, tail) = frame(record)
        if options.format == .long {
            text += head + "\n" + record.message + "\n\n"
        } else {
            for line in record.message.split(separator: "\n", omittingEmptySubsequences: false) {
                text += head + line + tail + "\n"
            }
        }
        if options.modifiers.contains("color") || options.modifiers.contains("colour") {
            text = "\u{1b}[38;5;\(colour(record.level))m" + text.dropLast() + "\u{1b}[0m\n"
        }
        return Array(text.utf8)
    }

    private func frame(_ record: LogRecord) -> (head: String, tail: String) {
        let (level, tag) = (String(record.level.rawValue), padded(record.tag, 8))
        let pid = right(record.pid)
        let uid = options.modifiers.contains("uid") ? "  1000" : ""
        let time = clock(record, epoch: options.modifiers.contains("epoch"))
        switch options.format {
        case .brief: return ("\(level)/\(tag)(\(pid)): ", "")
        case .process: return ("\(level)(\(pid)) ", "  (\(record.tag))")
        case .tag: return ("\(level)/\(tag): ", "")
        case .thread: return ("\(level)(\(pid):\(right(record.tid))) ", "")
        case .raw, .binary: return ("", "")
        case .time: return ("\(time) \(level)/\(tag)(\(pid)): ", "")
        case .threadtime: return ("\(time)\(uid) \(pid) \(right(record.tid)) \(level) \(tag): ", "")
        case .long: return ("[ \(time) \(pid):\(right(record.tid)) \(level)/\(tag) ]", "")
        }
    }

    /// The entry's time by the wishes of `-v`.
    func clock(_ record: LogRecord, epoch: Bool) -> String {
        let digits = options.modifiers.contains("nsec") ? 9 : options.modifiers.contains("usec") ? 6 : 3
        let fraction = String(String(1_000_000_000 + Int(record.nanoseconds)).dropFirst().prefix(digits))
        if epoch { return padding("\(record.seconds)", 10) + "\(record.seconds).\(fraction)" }
        let fields = DateFields(ms: record.seconds * 1000, zone: zone)
        let pattern = options.modifiers.contains("year") ? "%Y-%m-%d %H:%M:%S." : "%m-%d %H:%M:%S."
        return fields.format(pattern) + fraction + (options.modifiers.contains("zone") ? fields.format(" %z") : "")
    }

    private func padding(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count))
    }

    private func padded(_ text: String, _ width: Int) -> String { text + padding(text, width) }

    private func right(_ value: Int32) -> String { padding("\(value)", 5) + "\(value)" }

    private func colour(_ level: LogRecord.Level) -> Int {
        switch level {
        case .verbose: 231
        case .debug: 75
        case .info: 40
        case .warning: 166
        case .error, .fatal, .silent: 196
        }
    }
}
