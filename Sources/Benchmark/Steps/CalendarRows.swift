// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// An event that a task puts into Simple Calendar Pro.
struct CalendarRow: Hashable, Sendable {
    static let database = "/data/data/com.simplemobiletools.calendar.pro/databases/events.db"

    /// Seconds since 1970.
    var start: Int64
    var end: Int64
    var title: String
    var location = ""
    var description = ""

    /// Every column of the app's table but the key.
    var values: [String: TableValue] {
        [
            "start_ts": .integer(start), "end_ts": .integer(end), "title": .text(title), "location": .text(location),
            "description": .text(description), "reminder_1_minutes": -1, "reminder_2_minutes": -1,
            "reminder_3_minutes": -1, "reminder_1_type": 0, "reminder_2_type": 0, "reminder_3_type": 0,
            "repeat_interval": 0, "repeat_rule": 0, "repeat_limit": 0, "repetition_exceptions": "[]",
            "attendees": "[]", "import_id": "", "time_zone": "UTC", "flags": 0, "event_type": 1, "parent_id": 0,
            "last_updated": 0, "source": "imported-ics", "availability": 0, "color": 0, "type": 0,
        ]
    }

    /// Reads lines of `2023-10-17 14:30|MINUTES|TITLE|LOCATION|DESCRIPTION`.
    static func list(_ key: String, _ arguments: ProgramArguments) throws -> [CalendarRow] {
        try arguments.lines(key).map { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            guard fields.count == 5, let start = TaskDates.moment(fields[0]), let minutes = Int64(fields[1]) else {
                throw arguments.failure(
                    "\(key) must be lines of START|MINUTES|TITLE|LOCATION|DESCRIPTION, not \"\(line)\""
                )
            }
            let seconds = Int64(start.timeIntervalSince1970)
            return CalendarRow(
                start: seconds,
                end: seconds + minutes * 60,
                title: fields[2],
                location: fields[3],
                description: fields[4]
            )
        }
    }
}

/// Fills Simple Calendar Pro: `events` (lines of `2023-10-17 14:30|MINUTES|TITLE|LOCATION|DESCRIPTION`), and around them
/// as many others as `noise` says, drawn from `seed`, in October 2023.
///
/// No noise touches what lies in `free` (lines of `START..END`), and none has a title or a person of the events'. The
/// app must have made its database.
struct CalendarSetUp: TaskProgram {
    private let events: [CalendarRow]
    private let noise: Int
    private let free: [ClosedRange<Int64>]
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        events = try CalendarRow.list("events", arguments)
        let count = arguments["noise"] ?? "0"
        guard let number = Int(count), (0...500).contains(number) else {
            throw arguments.failure("noise must be 0...500, not \"\(count)\"")
        }
        noise = number
        free = try arguments.lines("free").map { line in
            let ends = line.components(separatedBy: "..").compactMap { TaskDates.moment($0.trimmingSpaces) }
                .map { Int64($0.timeIntervalSince1970) }
            guard ends.count == 2, ends[0] <= ends[1] else {
                throw arguments.failure("free must be lines of START..END, not \"\(line)\"")
            }
            return ends[0]...ends[1]
        }
        guard let seed = UInt64(try arguments.need("seed")) else { throw arguments.failure("seed must be a number") }
        self.seed = seed
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "events")
        var all = events
        while all.count < events.count + noise {
            let row = Self.row(&random)
            let isFree = free.contains { row.start <= $0.upperBound && row.end >= $0.lowerBound }
            if !isFree, events.allSatisfy({ Self.isOther(row.title, than: $0.title) }) { all.append(row) }
        }
        let table = DeviceTable(device, database: CalendarRow.database, table: "events")
        try await table.replace(with: all.shuffled(using: &random).map(\.values))
    }

    private static func isOther(_ noise: String, than title: String) -> Bool {
        !title.contains(String(noise.split(separator: " ").last ?? "")) && Spelling.likeness(noise, title) < 0.85
    }

    // Words that no task's own lists have at a title's end, so that what a task asks about is the only one of its kind.
    private static let kinds = [
        "Meeting with", "Call with", "Lunch with", "Review with", "Coffee with", "Workshop with",
    ]
    private static let people = [
        "Abigail", "Benedict", "Caspian", "Delilah", "Ezekiel", "Fiona", "Gideon", "Harriet", "Isidor", "Jocasta",
        "Kasimir", "Winifred", "Montague", "Nerissa", "Octavia", "Percival", "Quentin", "Ulrika", "Sebastian",
        "Tabitha",
    ]
    private static let places = ["", "Office 12", "Main hall", "Riverside Cafe", "Online", "Room 4B", "Town library"]
    private static let remarks = [
        "", "Bring the printed notes.", "We will go through the open points.", "Remember to book a table.",
        "Agenda follows by mail.", "Ask about the new schedule.",
    ]

    private static func row(_ random: inout SeededRandom) -> CalendarRow {
        let day = Int64.random(in: 0...30, using: &random)
        let hour = Int64.random(in: 7...21, using: &random)
        let start = 1_696_118_400 + day * 86400 + hour * 3600 + Int64.random(in: 0...1, using: &random) * 1800
        let length = [15, 30, 45, 60].randomElement(using: &random) ?? 30
        return CalendarRow(
            start: start,
            end: start + Int64(length) * 60,
            title: "\(kinds.randomElement(using: &random) ?? "") \(people.randomElement(using: &random) ?? "")",
            location: places.randomElement(using: &random) ?? "",
            description: remarks.randomElement(using: &random) ?? ""
        )
    }
}
