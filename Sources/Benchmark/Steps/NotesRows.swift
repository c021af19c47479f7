// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// A note or to-do that is put into Joplin.
struct NotesRow: Hashable, Sendable {
    static let database = "/data/data/net.cozic.joplin/databases/joplin.sqlite"

    /// The name of its notebook.
    var folder: String
    var isTodo: Bool
    var title: String
    var body: String

    /// Reads lines of `NOTEBOOK|note|TITLE|BODY`, where `~` in a body breaks the line.
    static func list(_ key: String, _ arguments: ProgramArguments) throws -> [NotesRow] {
        try arguments.lines(key).map { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            guard fields.count == 4, !fields[0].isEmpty, ["note", "todo"].contains(fields[1]) else {
                throw arguments.failure("\(key) must be lines of NOTEBOOK|note or todo|TITLE|BODY, not \"\(line)\"")
            }
            return NotesRow(
                folder: fields[0],
                isTodo: fields[1] == "todo",
                title: fields[2],
                body: fields[3].replacing("~", with: "\n")
            )
        }
    }
}

/// Fills Joplin: `notes` (lines of `NOTEBOOK|note|TITLE|BODY`, or `todo`; `~` breaks a body's line), and around them as many
/// others as `noise` says, drawn from `seed`, over eight notebooks.
///
/// No noise in the notebook `no_todos` is a to-do. The app must have made its database.
struct NotesSetUp: TaskProgram {
    private let notes: [NotesRow]
    private let noise: Int
    private let noTodos: String?
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        notes = try NotesRow.list("notes", arguments)
        let count = arguments["noise"] ?? "0"
        guard let number = Int(count), (0...300).contains(number) else {
            throw arguments.failure("noise must be 0...300, not \"\(count)\"")
        }
        noise = number
        noTodos = arguments["no_todos"]
        guard let seed = UInt64(try arguments.need("seed")) else { throw arguments.failure("seed must be a number") }
        self.seed = seed
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "notes")
        var all = notes
        var titles = Set(notes.map(\.title))
        // Words are drawn until enough are new; there are not endlessly many.
        for _ in 0..<20_000 where all.count < notes.count + noise {
            let row = row(&random)
            if titles.insert(row.title).inserted { all.append(row) }
        }
        all.shuffle(using: &random)
        func id() -> String {
            (0..<4).map { _ in
                let part = String(UInt32.random(in: .min ... .max, using: &random), radix: 16)
                return String(repeating: "0", count: 8 - part.count) + part
            }
            .joined()
        }
        var folders: [String: String] = [:]
        for name in Set(Self.folders + all.map(\.folder)).sorted() { folders[name] = id() }
        let start: Int64 = 1_696_500_000_000
        try await DeviceTable(device, database: NotesRow.database, table: "folders").replace(
            with: folders.keys.sorted().map { name in
                [
                    "id": .text(folders[name] ?? ""), "title": .text(name), "created_time": .integer(start),
                    "updated_time": .integer(start),
                ]
            }
        )
        let table = DeviceTable(device, database: NotesRow.database, table: "notes")
        let lowered = DeviceTable(device, database: NotesRow.database, table: "notes_normalized")
        try await table.replace(with: [])
        try await lowered.replace(with: [])
        let ids = all.map { _ in id() }
        // A command line may not be as long as all the notes are.
        for part in stride(from: 0, to: all.count, by: 20) {
            let places = part..<min(part + 20, all.count)
            func common(_ place: Int) -> [String: TableValue] {
                let time = TableValue.integer(start + Int64(place) * 7_000_000)
                return [
                    "id": .text(ids[place]), "parent_id": .text(folders[all[place].folder] ?? ""),
                    "is_todo": all[place].isTodo ? 1 : 0, "user_created_time": time, "user_updated_time": time,
                ]
            }
            try await table.insert(
                places.map { place in
                    let time = TableValue.integer(start + Int64(place) * 7_000_000)
                    let texts: [String: TableValue] = [
                        "title": .text(all[place].title), "body": .text(all[place].body), "created_time": time,
                        "updated_time": time,
                    ]
                    return common(place).merging(texts) { $1 }
                }
            )
            try await lowered.insert(
                places.map { place in
                    let texts: [String: TableValue] = [
                        "title": .text(all[place].title.lowercased()), "body": .text(all[place].body.lowercased()),
                    ]
                    return common(place).merging(texts) { $1 }
                }
            )
        }
    }

    private static let folders = [
        "Meeting Notes", "Recipes", "Personal", "Work Projects", "Travel", "Shopping Lists", "Books and Films", "House",
    ]
    // Words that no task's own lists have, so that what a task asks about is the only one of its kind.
    private static let starts = ["Thoughts on", "Draft of", "Facts about", "Plan for", "Summary of", "Quotes from"]
    private static let topics = [
        "lighthouses", "the choir", "winter birds", "old radios", "the attic", "mountain huts", "silent films",
        "the allotment", "ferry routes", "chess clubs", "the bakery", "jazz records", "ceramics", "night trains",
        "the orchard", "street maps", "folk tales", "weather stations", "the harbor", "vintage posters",
    ]
    private static let lines = [
        "Look up the dates in the archive.", "Write to the association.", "The second chapter is the best.",
        "Ask Uncle Leo, who knows more.", "Sketch it on squared paper first.", "To be continued after the holidays.",
        "Compare with what was said last year.",
    ]

    private func row(_ random: inout SeededRandom) -> NotesRow {
        let folder = Self.folders.randomElement(using: &random) ?? ""
        let isTodo = Int.random(in: 0..<3, using: &random) == 0 && folder != noTodos
        let body = Self.lines.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
        return NotesRow(
            folder: folder,
            isTodo: isTodo,
            title:
                "\(Self.starts.randomElement(using: &random) ?? "") \(Self.topics.randomElement(using: &random) ?? "")",
            body: body.joined(separator: "\n\n")
        )
    }
}
