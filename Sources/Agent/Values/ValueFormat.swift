// SPDX-License-Identifier: Apache-2.0

/// How values are written.
public enum ValueFormat {
    /// The spellings of a value that fields and answers commonly want, the plainest first, none twice. Numbers come without and
    /// with their unit; days as `2023-10-15`, `October 15 2023`, `10/15/2023` and the like; times with 24 and with 12 hours.
    public static func spellings(of value: TypedValue) -> [String] {
        let all: [String] =
            switch value {
            case .text(let text): [text]
            case .number(let number, let unit): spellings(number, unit)
            case .day(let day): spellings(day)
            case .time(let time): spellings(time)
            case .moment(let day, let time): spellings(day, time)
            case .duration(let seconds): spellings(duration: seconds)
            case .days(let first, let last):
                [
                    "\(first.iso) - \(last.iso)", "\(monthDay(first)) - \(monthDay(last))",
                    "\(longDay(first)) - \(longDay(last))", "\(first.iso) to \(last.iso)", first.iso, last.iso,
                ]
            case .times(let first, let last):
                [
                    "\(first.text) - \(last.text)", "\(halfDay(first)) - \(halfDay(last))",
                    "\(first.text)-\(last.text)", "\(first.text) to \(last.text)", first.text, last.text,
                ]
            case .flag(let flag):
                flag ? ["True", "true", "Yes", "yes", "On", "on"] : ["False", "false", "No", "no", "Off", "off"]
            }
        var seen = Set<String>()
        return all.filter { seen.insert($0).inserted }
    }

    /// A number with so many decimals, or with those that it has, at most nine. Halves are rounded away from zero.
    public static func text(of number: Double, places: Int? = nil) -> String {
        // What is beyond is no quantity, and would not fit the whole numbers that it is written with.
        guard number.isFinite, abs(number) < 1e15 else { return number.isNaN ? "NaN" : "\(number)" }
        let size = abs(number)
        let most = size < 1e6 ? 9 : size < 1e11 ? 4 : 0
        let count = min(max(places ?? most, 0), most)
        let scale = ValueScanner.power(count)
        // Sums of cents are a hair off: 1.005 is 1.00499999999999989.
        let scaled = Int(((size + size.ulp * 2) * scale).rounded())
        var decimals = count == 0 ? "" : CalendarDay.padded(scaled % Int(scale), count)
        if places == nil { while decimals.last == "0" { decimals.removeLast() } }
        return (number < 0 && scaled != 0 ? "-" : "") + "\(scaled / Int(scale))"
            + (decimals.isEmpty ? "" : "." + decimals)
    }

    // MARK: Numbers

    private static func spellings(_ number: Double, _ unit: ValueUnit) -> [String] {
        let plain = text(of: number)
        func scaled(_ steps: [(Double, String)]) -> [String] {
            steps.flatMap { factor, name in
                let amount = text(of: number / factor)
                // 5 g as 0.005 kg is right, and nobody writes it.
                return factor > 1 && abs(number) < factor / 10 ? [] : ["\(amount) \(name)", "\(amount)\(name)"]
            }
        }
        switch unit {
        case .none: return abs(number) >= 1000 ? [plain, grouped(number, places: nil)] : [plain]
        case .percent: return [plain, plain + "%", plain + " %"]
        case .metres:
            let far = abs(number) >= 100 ? [text(of: number / 1000)] : []
            return [plain] + scaled([(1, "m"), (1000, "km")]) + far + ["\(plain) meters"]
        case .grams:
            return [plain] + scaled([(1, "g"), (1000, "kg")]) + (abs(number) >= 100 ? [text(of: number / 1000)] : [])
        case .litres: return [plain] + scaled([(1, "l"), (0.001, "ml")]) + [text(of: number * 1000)]
        case .bytes: return [plain] + scaled([(1, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB")])
        case .money(let currency):
            let cents = text(of: number, places: 2)
            let sign = number < 0 ? "-" : ""
            let size = String(cents.drop { $0 == "-" })
            let withUnit =
                currency.count == 1 ? ["\(sign)\(currency)\(size)", "\(cents) \(currency)"] : ["\(cents) \(currency)"]
            return [plain, cents] + withUnit + [grouped(number, places: 2)]
        case .other(let word): return [plain, "\(plain) \(word)", "\(plain)\(word)"]
        }
    }

    /// `1,234.50`
    static func grouped(_ number: Double, places: Int?) -> String {
        let plain = text(of: abs(number), places: places)
        let parts = plain.split(separator: ".", maxSplits: 1)
        var digits = ""
        for (index, digit) in (parts.first ?? "").enumerated() {
            if index > 0, ((parts.first?.count ?? 0) - index) % 3 == 0 { digits.append(",") }
            digits.append(digit)
        }
        return (number < 0 ? "-" : "") + digits + (parts.count > 1 ? "." + parts[1] : "")
    }

    // MARK: Days and times

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    private static func longDay(_ day: CalendarDay) -> String { "\(monthDay(day)) \(day.year)" }
    private static func monthDay(_ day: CalendarDay) -> String { "\(months[day.month - 1]) \(day.day)" }

    private static func spellings(_ day: CalendarDay) -> [String] {
        let month = months[day.month - 1]
        let short = month.prefix(3)
        let two = CalendarDay.padded(day.month, 2)
        let twoDay = CalendarDay.padded(day.day, 2)
        let weekday = weekdays[day.weekday - 1]
        return [
            day.iso, "\(month) \(day.day) \(day.year)", "\(month) \(day.day), \(day.year)",
            "\(two)/\(twoDay)/\(day.year)",
            "\(short) \(day.day), \(day.year)", "\(short) \(day.day) \(day.year)", "\(day.day) \(month) \(day.year)",
            "\(day.day) \(short) \(day.year)", "\(month) \(day.day)", "\(short) \(day.day)", "\(day.day) \(month)",
            "\(day.month)/\(day.day)/\(day.year)", "\(twoDay)/\(two)/\(day.year)", "\(twoDay).\(two).\(day.year)",
            "\(day.year)/\(two)/\(twoDay)", "\(weekday), \(month) \(day.day)",
            "\(weekday.prefix(3)), \(short) \(day.day)",
            "\(day.year)\(two)\(twoDay)", weekday,
        ]
    }

    /// `3:30 PM`
    static func halfDay(_ time: ClockTime) -> String {
        "\((time.hour + 11) % 12 + 1):\(CalendarDay.padded(time.minute, 2)) \(time.hour < 12 ? "AM" : "PM")"
    }

    private static func spellings(_ time: ClockTime) -> [String] {
        let hour = (time.hour + 11) % 12 + 1
        let half = time.hour < 12 ? "AM" : "PM"
        let minutes = CalendarDay.padded(time.minute, 2)
        var all = [time.text, "\(time.hour):\(minutes)", halfDay(time), "\(hour):\(minutes)\(half.lowercased())"]
        if time.minute == 0 { all += ["\(hour) \(half)", "\(hour)\(half.lowercased())", "\(time.hour)h"] }
        return all + ["\(CalendarDay.padded(time.hour, 2)):\(minutes):\(CalendarDay.padded(time.second, 2))"]
    }

    private static func spellings(_ day: CalendarDay, _ time: ClockTime) -> [String] {
        [
            "\(day.iso) \(time.text)", "\(longDay(day)) \(time.text)", "\(monthDay(day)), \(day.year) \(time.text)",
            "\(longDay(day)) \(halfDay(time))", "\(monthDay(day)), \(day.year) \(halfDay(time))",
            "\(monthDay(day)) \(time.text)",
            "\(day.month)/\(day.day)/\(day.year) \(time.text)", "\(day.iso)T\(time.text)", day.iso, time.text,
        ]
    }

    private static func spellings(duration seconds: Int) -> [String] {
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        let two = { CalendarDay.padded($0, 2) }
        let shown = hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
        var words: [String] = []
        if hours > 0 { words.append("\(hours) \(hours == 1 ? "hr" : "hrs")") }
        if minutes > 0 { words.append("\(minutes) \(minutes == 1 ? "min" : "mins")") }
        if rest > 0 || words.isEmpty { words.append("\(rest) sec") }
        var all = [words.joined(separator: " "), shown]
        if seconds % 60 == 0 {
            all += ["\(seconds / 60)", "\(seconds / 60) min", "\(seconds / 60) mins", "\(seconds / 60) minutes"]
        }
        if seconds % 3600 == 0, hours > 0 {
            all += ["\(hours)", "\(hours) \(hours == 1 ? "hour" : "hours")", "\(hours)h"]
        }
        return all + ["\(two(hours)):\(two(minutes)):\(two(rest))", "\(seconds)"]
    }
}
