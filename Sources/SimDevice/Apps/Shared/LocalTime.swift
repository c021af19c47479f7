// SPDX-License-Identifier: Apache-2.0

/// A moment on the wall clock of any time zone.
struct LocalTime: Hashable {
    var day: CalendarDay
    /// 0...23
    var hour: Int
    var minute: Int
    var second: Int
    /// Seconds east of UTC at that moment.
    var offset: Int

    /// - Parameters:
    ///   - milliseconds: Since 1970, UTC.
    ///   - zone: A name of the time zone database; an unknown one counts as UTC.
    init(_ milliseconds: Int64, zone: String) {
        offset = Self.offset(milliseconds, zone)
        let seconds = Self.floor(milliseconds, 1000) + Int64(offset)
        let days = Self.floor(seconds, 86400)
        let inDay = Int(seconds - days * 86400)
        day = CalendarDay(number: Int(days))
        (hour, minute, second) = (inDay / 3600, inDay / 60 % 60, inDay % 60)
    }

    /// The moment at which the zone's clocks show a time; where they are set forward past it, the one after.
    static func milliseconds(_ day: CalendarDay, hour: Int, minute: Int, zone: String) -> Int64 {
        let shown = (Int64(day.number) * 86400 + Int64(hour) * 3600 + Int64(minute) * 60) * 1000
        let first = shown - Int64(offset(shown, zone)) * 1000
        return shown - Int64(offset(first, zone)) * 1000
    }

    /// `3:34 PM` or `15:34`.
    func clock(is24Hour: Bool, seconds: Bool = false) -> String {
        let text = Self.clock(hour: hour, minute: minute, is24Hour: is24Hour)
        guard seconds else { return text }
        let end = text.firstIndex(of: " ") ?? text.endIndex
        return text[..<end] + ":" + Self.two(second) + text[end...]
    }

    static func clock(hour: Int, minute: Int, is24Hour: Bool) -> String {
        DeviceTime.text(hour: hour, minute: minute, is24Hour: is24Hour)
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func offset(_ milliseconds: Int64, _ zone: String) -> Int {
        Int(DeviceTime.offset(zone, milliseconds))
    }

    private static func floor(_ number: Int64, _ by: Int64) -> Int64 {
        number >= 0 ? number / by : -((-number + by - 1) / by)
    }
}

extension AppContext {
    /// The device's wall clock now.
    var localNow: LocalTime { LocalTime(now, zone: system.timeZone) }

    /// Whether times are shown with 24 hours, as the status bar does unless it is told otherwise.
    var is24Hour: Bool { DeviceTime(system).is24Hour }
}
