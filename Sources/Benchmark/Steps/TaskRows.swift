// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// A task that is put into the Tasks app.
struct TaskRow: Hashable, Sendable {
    static let database = "/data/data/org.tasks/databases/database"

    /// Milliseconds since 1970.
    var due: Int64
    /// 0 is high, 3 is none.
    var importance: Int64
    var isCompleted: Bool
    var title: String
    var notes = ""

    /// The moment that a task begins on, before which all that is completed was.
    private static let now: Int64 = 1_697_383_800_000

    /// Every column of the app's table but the key; `number` tells the tasks apart.
    func values(_ number: Int) -> [String: TableValue] {
        let created = Self.now - 86_400_000 * 3 - Int64(number) * 3_600_000
        return [
            "title": .text(title), "importance": .integer(importance), "dueDate": .integer(due), "hideUntil": 0,
            "created": .integer(created), "modified": .integer(created),
            "completed": .integer(isCompleted ? created + 86_400_000 : 0), "deleted": 0,
            "notes": notes.isEmpty ? .null : .text(notes), "estimatedSeconds": 0, "elapsedSeconds": 0,
            "timerStart": 0, "notificationFlags": 0, "lastNotified": 0, "recurrence": .null, "repeat_from": 0,
            "calendarUri": .null, "remoteId": .text("\(4_000_000_000 + number)"), "collapsed": 0, "parent": 0,
            "order": .null, "read_only": 0,
        ]
    }

    /// Reads lines of `2023-10-17|IMPORTANCE|open|TITLE|NOTES`; with a time of day it is due then.
    static func list(_ key: String, _ arguments: ProgramArguments) throws -> [TaskRow] {
        try arguments.lines(key).map { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            guard fields.count == 5, let due = moment(fields[0]), let importance = Int64(fields[1]),
                (0...3).contains(importance), ["open", "completed"].contains(fields[2])
            else {
                throw arguments.failure(
                    "\(key) must be lines of DUE|IMPORTANCE|open or completed|TITLE|NOTES, not \"\(line)\""
                )
            }
            return TaskRow(
                due: due,
                importance: importance,
                isCompleted: fields[2] == "completed",
                title: fields[3],
                notes: fields[4]
            )
        }
    }

    /// As the app stores it: a day is its noon, a time has a second more.
    private static func moment(_ text: String) -> Int64? {
        guard let date = TaskDates.moment(text) else { return nil }
        let seconds = Int64(date.timeIntervalSince1970)
        return (text.contains(":") ? seconds + 1 : seconds + 43200) * 1000
    }
}

/// Fills the Tasks app: `tasks` (lines of `2023-10-17|IMPORTANCE|open|TITLE|NOTES`; or `completed`), and around them as
/// many others as `noise` says, drawn from `seed`, due in October 2023.
///
/// No noise fits `refuse`, which is `FROM..TO|STATE|IMPORTANCE` with `-` for any: what the goal asks for. The app must
/// have made its database.
struct TasksSetUp: TaskProgram {
    private let tasks: [TaskRow]
    private let noise: Int
    private let days: ClosedRange<Int64>
    private let state: String
    private let importance: Int64?
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        tasks = try TaskRow.list("tasks", arguments)
        let count = arguments["noise"] ?? "0"
        guard let number = Int(count), (0...300).contains(number) else {
            throw arguments.failure("noise must be 0...300, not \"\(count)\"")
        }
        noise = number
        let parts = arguments.parts("refuse")
        let ends = (parts.first ?? "").components(separatedBy: "..").map { TaskDates.moment($0) }
        guard parts.count == 3, parts[0] == "-" || ends.count == 2 && !ends.contains(nil),
            ["open", "completed", "-"].contains(parts[1]), parts[2] == "-" || Int64(parts[2]) != nil
        else { throw arguments.failure("refuse must be FROM..TO|STATE|IMPORTANCE, with - for any") }
        let bounds = ends.compactMap { $0.map { Int64($0.timeIntervalSince1970) * 1000 } }
        guard bounds.count < 2 || bounds[0] <= bounds[1] else {
            throw arguments.failure("refuse ends before it begins")
        }
        days = bounds.count == 2 ? bounds[0]...(bounds[1] + 86_400_000 - 1) : .min ... .max
        state = parts[1]
        importance = Int64(parts[2])
        guard let seed = UInt64(try arguments.need("seed")) else { throw arguments.failure("seed must be a number") }
        self.seed = seed
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "tasks")
        var all = tasks
        // Words are drawn until enough fit; a refusal that no task escapes must not draw for ever.
        for _ in 0..<10_000 where all.count < tasks.count + noise {
            let row = Self.row(&random)
            if !refuses(row), all.allSatisfy({ Spelling.likeness(row.title, $0.title) < 0.85 }) { all.append(row) }
        }
        let table = DeviceTable(device, database: TaskRow.database, table: "tasks")
        try await table.replace(with: all.shuffled(using: &random).enumerated().map { $1.values($0) })
    }

    private func refuses(_ row: TaskRow) -> Bool {
        days.contains(row.due) && (state == "-" || row.isCompleted == (state == "completed"))
            && (importance == nil || row.importance == importance)
    }

    // Words that no task's own lists have, so that what a task asks about is the only one of its kind.
    private static let verbs = [
        "Compare", "Photograph", "Sketch", "Discuss", "Measure", "Catalogue", "Rehearse", "Study",
    ]
    private static let things = [
        "insurance offers", "old coins", "wedding speech", "chess openings", "kitchen shelves", "Italian verbs",
        "river maps", "camera lenses", "family tree", "bread recipes", "piano sonata", "train timetables",
        "solar panels", "violin strings", "museum leaflets", "roof tiles", "telescope stand", "puppet theatre",
    ]
    private static let notes = [
        "", "", "Not urgent.", "Ask around first.", "See the mail of last week.", "Take the bus.",
    ]

    private static func row(_ random: inout SeededRandom) -> TaskRow {
        let day = Int64.random(in: 0...30, using: &random)
        // Half of them are due on a day, the others at a time of it.
        let second =
            Bool.random(using: &random) ? 43200 : Int64.random(in: 14...42, using: &random) * 1800 + 1
        return TaskRow(
            due: (1_696_118_400 + day * 86400 + second) * 1000,
            importance: Int64.random(in: 0...3, using: &random),
            isCompleted: Bool.random(using: &random),
            title: "\(verbs.randomElement(using: &random) ?? "") \(things.randomElement(using: &random) ?? "")",
            notes: notes.randomElement(using: &random) ?? ""
        )
    }
}
