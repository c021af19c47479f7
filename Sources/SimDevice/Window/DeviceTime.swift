// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The device's clock as a person reads it: in the device's time zone, in 12 or 24 hours as set.
struct DeviceTime {
    let day: CalendarDay
    let hour: Int
    let minute: Int
    let second: Int
    let is24Hour: Bool

    init(_ system: DeviceSystem) { self.init(system, at: system.clock.now) }

    /// A moment in milliseconds since 1970.
    init(_ system: DeviceSystem, at moment: Int64) {
        let local = Self.floorDivide(moment, 1000) + Self.offset(system.timeZone, moment)
        let days = Self.floorDivide(local, 86400)
        let seconds = Int(local - days * 86400)
        day = CalendarDay(number: Int(days))
        (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        is24Hour = system.settings.get(.system, "time_12_24") != "12"
    }

    /// `15:34` or `3:34`, as the status bar shows it.
    var timeText: String { Self.text(hour: hour, minute: minute, is24Hour: is24Hour, half: false) }
    /// `15:34` or `3:34 PM`.
    var longTimeText: String { Self.text(hour: hour, minute: minute, is24Hour: is24Hour, half: true) }

    static func text(hour: Int, minute: Int, is24Hour: Bool, half: Bool = true) -> String {
        let minutes = minute < 10 ? "0\(minute)" : "\(minute)"
        if is24Hour { return (hour < 10 ? "0\(hour)" : "\(hour)") + ":" + minutes }
        return "\((hour + 11) % 12 + 1):\(minutes)" + (half ? (hour < 12 ? " AM" : " PM") : "")
    }

    /// The moment, in milliseconds since 1970, of a local day and time of day.
    static func moment(_ system: DeviceSystem, _ day: CalendarDay, hour: Int, minute: Int, second: Int = 0) -> Int64 {
        let local = Int64(day.number) * 86400 + Int64(hour * 3600 + minute * 60 + second)
        let guess = local - offset(system.timeZone, local * 1000)
        return (local - offset(system.timeZone, guess * 1000)) * 1000
    }

    /// Seconds that local time is ahead of UTC.
    static func offset(_ zone: String, _ moment: Int64) -> Int64 {
        if zone == "UTC" || zone == "GMT" { return 0 }
        guard let zone = TimeZone(identifier: zone) else { return 0 }
        return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment) / 1000)))
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }
}
