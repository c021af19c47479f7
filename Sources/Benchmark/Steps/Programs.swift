// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// A part of a task that YAML steps cannot say: a Swift type that the task names under `program:`.
///
/// It reaches the device over ADB, as every step does.
public protocol TaskProgram: Sendable {
    /// Takes what stands under `with:`.
    ///
    /// - Throws: `DroidError` with code `tasks.program` when something is missing.
    init(_ arguments: ProgramArguments) throws

    /// What it does when it stands among the set-up steps.
    func setUp(_ device: any DeviceLink) async throws

    /// What it remembers after the set-up, when it stands among the checks.
    func baseline(_ device: any DeviceLink) async throws -> [String]

    /// The verdict when it stands among the checks.
    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome
}

extension TaskProgram {
    public func setUp(_ device: any DeviceLink) async throws {}
    public func baseline(_ device: any DeviceLink) async throws -> [String] { [] }
    public func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        CheckOutcome(passed: true, found: "nothing to check")
    }
}

/// The programs that tasks may name.
enum Programs {
    private static let known: [String: any TaskProgram.Type] = [
        "ContactsDifference": ContactsDifference.self,
        "FolderDifference": FolderDifference.self,
        "FolderGrowth": FolderGrowth.self,
        "MessageResent": MessageResent.self,
        "MessageSent": MessageSent.self,
        "MessageThere": MessageThere.self,
        "RowsDifference": RowsDifference.self,
        "RowsDuplicates": RowsDuplicates.self,
        "ExpenseSetUp": ExpenseSetUp.self,
        "ExpenseDifference": ExpenseDifference.self,
        "ExpenseNoteSetUp": ExpenseNoteSetUp.self,
        "RecipeNoteSetUp": RecipeNoteSetUp.self,
        "RecipeSetUp": RecipeSetUp.self,
        "MusicSetUp": MusicSetUp.self,
        "PlaylistLength": PlaylistLength.self,
        "Playlists": Playlists.self,
        "VideoSetUp": VideoSetUp.self,
        "Clipboard": Clipboard.self,
        "FileHolds": FileHolds.self,
        "FilesGone": FilesGone.self,
        "MarkorNotesSetUp": MarkorNotesSetUp.self,
        "NoteEdited": NoteEdited.self,
        "NotesMerged": NotesMerged.self,
        "PictureSetUp": PictureSetUp.self,
        "FileCopied": FileCopied.self,
        "TextVideoSetUp": TextVideoSetUp.self,
        "CalendarSetUp": CalendarSetUp.self,
        "TasksSetUp": TasksSetUp.self,
        "NotesSetUp": NotesSetUp.self,
        "TracksSetUp": TracksSetUp.self,
        "RecordAdded": RecordAdded.self,
        "OsmFavoriteThere": OsmFavoriteThere.self,
        "OsmTrackThere": OsmTrackThere.self,
        "BrowserPage": BrowserPage.self,
    ]

    /// - Throws: `DroidError` with code `tasks.program`.
    static func make(_ arguments: ProgramArguments) throws -> any TaskProgram {
        guard let type = known[arguments.name] else {
            throw DroidError(
                "tasks.program",
                "\(arguments.place): there is no program \"\(arguments.name)\"",
                next: "known are: \(known.keys.sorted().joined(separator: ", "))"
            )
        }
        return try type.init(arguments)
    }

    /// What was added to and removed from a list, as `+ a, - b`.
    static func difference(_ before: [String], _ after: [String]) -> (added: [String], removed: [String]) {
        var left = Dictionary(before.map { ($0, 1) }, uniquingKeysWith: +)
        var added: [String] = []
        for item in after {
            if let count = left[item], count > 0 { left[item] = count - 1 } else { added.append(item) }
        }
        let removed = left.flatMap { Array(repeating: $0.key, count: $0.value) }.sorted()
        return (added.sorted(), removed)
    }

    /// Compares a difference with the one that a task wants, in any order.
    static func verdict(added: [String], removed: [String], wantAdded: [String], wantRemoved: [String]) -> CheckOutcome
    {
        let found = (added.map { "+ \($0)" } + removed.map { "- \($0)" }).joined(separator: ", ")
        return CheckOutcome(
            passed: added == wantAdded.sorted() && removed == wantRemoved.sorted(),
            found: found.isEmpty ? "no change" : found
        )
    }
}

/// Checks that exactly the named phone entries came and went, and everybody else is as before.
///
/// `added` and `removed` each are `NAME: NUMBER`, of which the number's digits count; both may be absent.
struct ContactsDifference: TaskProgram {
    let added: [String]
    let removed: [String]

    init(_ arguments: ProgramArguments) throws {
        func entries(_ key: String) throws -> [String] {
            guard let text = arguments[key] else { return [] }
            guard let colon = text.lastIndex(of: ":") else {
                throw DroidError("tasks.program", "\(arguments.place): \(key) must be \"NAME: NUMBER\"")
            }
            let name = text[..<colon].trimmingSpaces
            return [
                ContactRows.Phone(
                    name: name,
                    number: ContactRows.digits(text[text.index(after: colon)...].trimmingSpaces)
                ).text
            ]
        }
        added = try entries("added")
        removed = try entries("removed")
    }

    func baseline(_ device: any DeviceLink) async throws -> [String] {
        try await ContactRows(device).phones().map(\.text)
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let (come, gone) = Programs.difference(baseline, try await self.baseline(device))
        return Programs.verdict(added: come, removed: gone, wantAdded: added, wantRemoved: removed)
    }
}

/// Checks that exactly the named entries of a folder came and went, at any depth, and all else is as before.
///
/// `folder` is a path; `added` and `removed` are paths below it, and both may be absent.
struct FolderDifference: TaskProgram {
    let folder: String
    let added: [String]
    let removed: [String]

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        added = arguments["added"].map { [$0] } ?? []
        removed = arguments["removed"].map { [$0] } ?? []
    }

    func baseline(_ device: any DeviceLink) async throws -> [String] {
        let result = try await device.run("find \(ShellQuoting.quote(folder))")
        guard result.exitCode == 0 else {
            throw DroidError("bench.query", "\(folder) could not be listed", why: result.text)
        }
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return result.text.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }
        .sorted()
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let (come, gone) = Programs.difference(baseline, try await self.baseline(device))
        return Programs.verdict(added: come, removed: gone, wantAdded: added, wantRemoved: removed)
    }
}

/// Checks that a number of entries came into a folder, whatever they are called, and none went.
///
/// `folder` is a path, `by` the number; `ending` is what each new name ends with, if it matters.
struct FolderGrowth: TaskProgram {
    private let difference: FolderDifference
    private let count: Int
    private let ending: String

    init(_ arguments: ProgramArguments) throws {
        difference = try FolderDifference(arguments)
        count = try arguments.integer("by")
        ending = arguments["ending"] ?? ""
    }

    func baseline(_ device: any DeviceLink) async throws -> [String] { try await difference.baseline(device) }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let (come, gone) = Programs.difference(baseline, try await self.baseline(device))
        var outcome = Programs.verdict(added: come, removed: gone, wantAdded: [], wantRemoved: [])
        outcome.passed = come.count == count && gone.isEmpty && come.allSatisfy { $0.hasSuffix(ending) }
        return outcome
    }
}

extension StringProtocol {
    /// The text without spaces, tabs and line breaks at both ends.
    var trimmingSpaces: String {
        let inner = drop(while: \.isWhitespace)
        return String(inner.reversed().drop(while: \.isWhitespace).reversed())
    }
}
