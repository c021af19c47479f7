// SPDX-License-Identifier: Apache-2.0

/// A line of `logcat -v epoch` or `-v threadtime`, for logs that were saved as text.
public enum LogLine: Hashable, Sendable {
    /// An entry. A line of `threadtime` has no year and no zone: they are those that the reader was told.
    case record(LogRecord)
    /// `--------- beginning of main`, with the buffer's name.
    case divider(String)

    /// Reads a line without its line break.
    ///
    /// - Parameters:
    ///   - year: the year of a line that has only month and day.
    ///   - offset: how many seconds the line's clock is ahead of UTC.
    /// - Returns: `nil` for anything else, such as the later lines of a message.
    public init?(_ line: some StringProtocol, year: Int = 1970, offset: Int = 0) {
        if line.hasPrefix("--------- ") {
            guard let name = line.split(separator: " ").last else { return nil }
            self = .divider(String(name))
            return
        }
        var rest = Substring(line)
        let first = LogLine.word(&rest)
        let seconds: Int64
        let nanoseconds: Int32
        if let (whole, part) = LogLine.decimal(first) {
            (seconds, nanoseconds) = (whole, part)
        } else {
            let clock = LogLine.word(&rest)
            guard let time = LogLine.time(first, clock, year) else { return nil }
            (seconds, nanoseconds) = (time.0 - Int64(clamping: offset), time.1)
        }
        guard let pid = Int32(LogLine.word(&rest)), let tid = Int32(LogLine.word(&rest)) else { return nil }
        let letter = LogLine.word(&rest)
        guard letter.count == 1, let level = letter.first.flatMap(LogRecord.Level.init(rawValue:)) else { return nil }
        // A tag may hold anything, `: ` included; the first one ends it, as every reader has it.
        guard let colon = rest.firstRange(of: ":") else { return nil }
        let tag = rest[..<colon.lowerBound]
        var message = rest[colon.upperBound...]
        if message.first == " " { message.removeFirst() }
        self = .record(
            LogRecord(
                seconds: seconds,
                nanoseconds: nanoseconds,
                pid: pid,
                tid: tid,
                level: level,
                tag: String(tag.reversed().drop { $0 == " " }.reversed()),
                message: String(message)
            )
        )
    }

    private static func word(_ rest: inout Substring) -> Substring {
        rest = rest.drop { $0 == " " }
        let word = rest.prefix { $0 != " " }
        rest = rest[word.endIndex...].drop { $0 == " " }
        return word
    }

    /// `1553110400.424`
    private static func decimal(_ text: Substring) -> (Int64, Int32)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let whole = Int64(parts[0]), let part = fraction(parts[1]) else { return nil }
        return (whole, part)
    }

    private static func fraction(_ digits: Substring) -> Int32? {
        guard (1...9).contains(digits.utf8.count), let value = Int32(digits), value >= 0 else { return nil }
        return (digits.utf8.count..<9).reduce(value) { value, _ in value * 10 }
    }

    /// `03-24`, `16:39:15.282`
    private static func time(_ day: Substring, _ clock: Substring, _ year: Int) -> (Int64, Int32)? {
        let date = day.split(separator: "-").map { Int($0) }
        let parts = clock.split(separator: ":")
        let tail = parts.last?.split(separator: ".") ?? []
        guard date.count == 2, let month = date[0], let number = date[1], parts.count == 3, tail.count == 2,
            let hour = Int(parts[0]), let minute = Int(parts[1]), let second = Int(tail[0]),
            let nanoseconds = fraction(tail[1]), (1...12).contains(month), (1...31).contains(number),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second), (1...9999).contains(year)
        else { return nil }
        let days = days(year, month, number)
        return (Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second), nanoseconds)
    }

    /// Days since 1970 of a date in the Gregorian calendar, counted in years that begin in March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let ordinal = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + ordinal - 719_468
    }
}
