// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// What stands in a note of Markor as a table: a line of column names, then one line a row, with bars between the columns.
enum NoteTable {
    static func text(_ columns: String, _ lines: [String]) -> String {
        ([columns] + lines).joined(separator: "\n") + "\n"
    }

    /// A whole number of a program's arguments within bounds; 0 where it is absent.
    static func count(_ arguments: ProgramArguments, to limit: Int) throws -> Int {
        guard let text = arguments["noise"] else { return 0 }
        guard let number = Int(text), (0...limit).contains(number) else {
            throw arguments.failure("noise must be 0...\(limit), not \"\(text)\"")
        }
        return number
    }

    static func seed(_ arguments: ProgramArguments) throws -> UInt64 {
        guard let seed = UInt64(try arguments.need("seed")) else { throw arguments.failure("seed must be a number") }
        return seed
    }

    static func push(_ text: String, _ file: String, _ device: any DeviceLink) async throws {
        let now = try await MessageRows(device).now() / 1000
        try await device.push(Array(text.utf8), to: MarkorNotes.path(file), mode: 0o660, modified: now - 600)
    }
}

extension ExpenseRow {
    /// The line of the expense in a note.
    var noteLine: String { "\(name)|$\(sum)|\(Self.categories[category - 1])|\(note)" }
}

extension RecipeRow {
    /// The line of the recipe in a note.
    var noteLine: String { [title, description, servings, time, ingredients, directions].joined(separator: "|") }
}

/// Writes a note that lists expenses: `file`, `rows` (lines of `NAME|HUNDREDTHS|CATEGORY|NOTE`), and among them as many
/// others as `noise` says, drawn from `seed`.
struct ExpenseNoteSetUp: TaskProgram {
    private let file: String
    private let rows: [ExpenseRow]
    private let noise: Int
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        rows = try ExpenseRow.list("rows", arguments)
        noise = try NoteTable.count(arguments, to: 1000)
        seed = try NoteTable.seed(arguments)
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "expense note")
        var all = rows
        for _ in 0..<noise { all.append(ExpenseNoise.row(&random, except: [])) }
        let lines = all.shuffled(using: &random).map(\.noteLine)
        try await NoteTable.push(NoteTable.text("name|amount_dollars|category_name|note", lines), file, device)
    }
}

/// Writes a note that lists recipes: `file`, `rows` (lines of
/// `TITLE|DESCRIPTION|SERVINGS|TIME|SOURCE|INGREDIENTS|DIRECTIONS`), and among them as many others as `noise` says, drawn from
/// `seed`, none of which takes the time `without`.
struct RecipeNoteSetUp: TaskProgram {
    private let file: String
    private let rows: [RecipeRow]
    private let noise: Int
    private let without: String
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        rows = try RecipeRow.list("rows", arguments)
        noise = try NoteTable.count(arguments, to: RecipeNoise.dishes.count)
        without = arguments["without"] ?? ""
        seed = try NoteTable.seed(arguments)
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "recipe note")
        let others = RecipeNoise.rows(noise, without: "", except: Set(rows.map(\.title)), &random, time: without)
        guard others.count == noise else { throw DroidError("bench.setup", "there are too few recipes") }
        let lines = (rows + others).shuffled(using: &random).map(\.noteLine)
        let columns = "title|description|servings|preparationTime|ingredients|directions"
        try await NoteTable.push(NoteTable.text(columns, lines), file, device)
    }
}
