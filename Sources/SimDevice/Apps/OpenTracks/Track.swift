// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A recorded track with its statistics, as a row of OpenTracks' table has them.
struct Track: Hashable {
    var id: Int64
    var name: String
    var description: String
    /// What the user calls the activity; the tables and totals go by it.
    var category: String
    /// The id of the activity's type, which chooses the picture.
    var type: String
    /// Milliseconds since 1970.
    var start: Int64
    /// Seconds east of UTC where the track was recorded.
    var offset: Int64
    /// Metres.
    var distance: Double
    /// Milliseconds.
    var totalTime: Int64
    var movingTime: Int64
    /// Metres a second.
    var averageSpeed: Double
    var averageMovingSpeed: Double
    var maximumSpeed: Double
    /// Metres.
    var minimumElevation: Double
    var maximumElevation: Double
    var elevationGain: Double
    var elevationLoss: Double

    /// When it began, on the clock of the place where it was recorded.
    var local: LocalTime { LocalTime(start + offset * 1000, zone: "UTC") }
}

/// How OpenTracks writes numbers and times, in metric units.
enum TrackText {
    /// `12.34` and `km`; up to half a kilometre whole metres.
    static func distance(_ metres: Double) -> (value: String, unit: String) {
        metres > 500 ? (fixed(metres / 1000, 2), "km") : (fixed(metres, 0), "m")
    }

    /// `45:00` or `1:05:00`.
    static func elapsed(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1000)
        let rest = "\(LocalTime.two(Int(seconds / 60 % 60))):\(LocalTime.two(Int(seconds % 60)))"
        return seconds >= 3600 ? "\(seconds / 3600):\(rest)" : rest
    }

    /// Kilometres an hour.
    static func speed(_ metresASecond: Double) -> String { fixed(metresASecond * 3.6, 1) }

    /// A number with so many decimals; 0 for what is none, as a file from outside may have it.
    static func fixed(_ number: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", number.isFinite ? number : 0)
    }

    /// `Today`, `Yesterday`, a weekday of the last six, or a date.
    static func day(_ day: CalendarDay, today: CalendarDay) -> String {
        switch today.number - day.number {
        case 0: return "Today"
        case 1: return "Yesterday"
        case 2...6: return day.weekdayName
        default:
            let date = "\(day.monthName.prefix(3)) \(day.day)"
            return day.year == today.year ? date : "\(date), \(day.year)"
        }
    }
}
