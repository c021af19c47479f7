// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// A track that a task puts into OpenTracks.
struct TrackRow: Hashable, Sendable {
    static let database = "/data/data/de.dennisguse.opentracks/databases/database.db"

    /// Seconds since 1970.
    var start: Int64
    var seconds: Int64
    var category: String
    var metres: Int64
    var name: String
    var description: String

    /// Every column of the app's table but the key; `id` makes the track's own identity.
    func values(id: [UInt8]) -> [String: TableValue] {
        let speed = seconds > 0 ? Double(metres) / Double(seconds) : 0
        return [
            "name": .text(name), "description": .text(description), "category": .text(category),
            "activity_type": .text(category.replacing(" ", with: "_")), "starttime": .integer(start * 1000),
            "stoptime": .integer((start + seconds) * 1000), "numpoints": .integer(seconds / 5),
            "totaldistance": .real(Double(metres)), "totaltime": .integer(seconds * 1000),
            "movingtime": .integer(seconds * 1000), "avgspeed": .real(speed), "avgmovingspeed": .real(speed),
            "maxspeed": .real(speed * 1.6), "minelevation": .real(430), "maxelevation": .real(478),
            "elevationgain": .real(48), "elevationloss": .real(45), "icon": .text(category.uppercased()),
            "uuid": .blob(id), "starttime_offset": 0,
        ]
    }

    /// Reads lines of `2023-10-12 7:30|MINUTES|CATEGORY|METRES|NAME|DESCRIPTION`.
    static func list(_ key: String, _ arguments: ProgramArguments) throws -> [TrackRow] {
        try arguments.lines(key).map { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            guard fields.count == 6, let start = TaskDates.moment(fields[0]), let minutes = Int64(fields[1]),
                let metres = Int64(fields[3])
            else {
                throw arguments.failure(
                    "\(key) must be lines of START|MINUTES|CATEGORY|METRES|NAME|DESCRIPTION, not \"\(line)\""
                )
            }
            return TrackRow(
                start: Int64(start.timeIntervalSince1970),
                seconds: minutes * 60,
                category: fields[2],
                metres: metres,
                name: fields[4],
                description: fields[5]
            )
        }
    }
}

/// Fills OpenTracks: `tracks` (lines of `2023-10-12 7:30|MINUTES|CATEGORY|METRES|NAME|DESCRIPTION`), and around them as many
/// others as `noise` says, drawn from `seed`, from the first days of October 2023 to the noon of the 15th.
///
/// No noise of the category `category` begins in the span `free` (`START..END`); without a category no noise does at all.
/// All noise has names of its own. The app must have made its database.
struct TracksSetUp: TaskProgram {
    private let tracks: [TrackRow]
    private let noise: Int
    private let category: String?
    private let free: ClosedRange<Int64>
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        tracks = try TrackRow.list("tracks", arguments)
        noise = try arguments.integer("noise")
        guard (0...40).contains(noise) else { throw arguments.failure("noise must be 0...40, not \(noise)") }
        category = arguments["category"]
        let span = try arguments.need("free")
        let ends = span.components(separatedBy: "..").compactMap { TaskDates.moment($0.trimmingSpaces) }
            .map { Int64($0.timeIntervalSince1970) }
        guard ends.count == 2, ends[0] <= ends[1] else {
            throw arguments.failure("free must be START..END, not \"\(span)\"")
        }
        free = ends[0]...ends[1]
        guard let seed = UInt64(try arguments.need("seed")) else { throw arguments.failure("seed must be a number") }
        self.seed = seed
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "tracks")
        // Each name once, so that a row can be told by it.
        var names = Self.times.flatMap { time in Self.places.map { "\(time) \($0)" } }.shuffled(using: &random)
        var all = tracks
        while all.count < tracks.count + noise, let name = names.last {
            let row = Self.row(name, &random)
            if free.contains(row.start), category == nil || category == row.category { continue }
            names.removeLast()
            all.append(row)
        }
        let table = DeviceTable(device, database: TrackRow.database, table: "tracks")
        let rows = all.shuffled(using: &random).map { row in
            row.values(id: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        try await table.replace(with: rows)
    }

    private static let categories = [
        "biking", "running", "hiking", "walking", "swimming", "rowing", "sailing", "skiing", "kayaking",
        "mountain biking", "trail running", "road biking", "inline skating", "climbing", "speed walking",
        "snowboarding",
    ]
    private static let times = ["Early", "Morning", "Noon", "Afternoon", "Evening", "Sunset", "Weekend"]
    private static let places = ["by the lake", "with Kim", "in town", "up north", "for fun", "near home", "and back"]
    private static let remarks = [
        "", "Felt great", "A bit windy", "New shoes", "Too warm", "Slow but steady", "With friends",
    ]

    private static func row(_ name: String, _ random: inout SeededRandom) -> TrackRow {
        let day = Int64.random(in: 0...14, using: &random)
        // On the last day all of it must lie behind: tasks begin in the afternoon.
        let hour = Int64.random(in: 6...(day == 14 ? 12 : 20), using: &random)
        return TrackRow(
            start: 1_696_118_400 + day * 86400 + hour * 3600 + Int64.random(in: 0...59, using: &random) * 60,
            seconds: Int64.random(in: 15...119, using: &random) * 60,
            category: categories.randomElement(using: &random) ?? "",
            metres: Int64.random(in: 100...1500, using: &random) * 10,
            name: name,
            description: remarks.randomElement(using: &random) ?? ""
        )
    }
}
