// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// The notes of Markor on a device: plain files in its notebook.
struct MarkorNotes {
    static let notebook = "/storage/emulated/0/Documents/Markor"
    let device: any DeviceLink

    init(_ device: any DeviceLink) { self.device = device }

    /// Where a note lies; `name` may begin with a folder.
    static func path(_ name: String) -> String { "\(notebook)/\(name)" }

    /// What a note holds, its last line break included; nil where there is none.
    func content(_ name: String) async throws -> String? {
        let file = ShellQuoting.quote(Self.path(name))
        guard try await device.run("test -f \(file)").exitCode == 0 else { return nil }
        return String(decoding: try await device.pull(Self.path(name)), as: UTF8.self)
    }

    /// The paths of all files in the notebook, at any depth.
    func files() async throws -> [String] {
        try await device.run("find \(Self.notebook) -type f").text.split(separator: "\n").map {
            String($0.dropFirst(Self.notebook.count + 1))
        }
        .sorted()
    }

    /// Whether any file or folder has a name.
    func exists(_ name: String) async throws -> Bool {
        try await device.run("test -e \(ShellQuoting.quote(Self.path(name)))").exitCode == 0
    }
}

/// Puts notes around those that a task is about: `count` of them with drawn names and contents, none called as a line of
/// `except`; `seed` tells one instance from another. They are one to nine hours old, each of another age. `newest` is a
/// note that is made a minute ago, with `content`.
struct MarkorNotesSetUp: TaskProgram {
    let count: Int
    let seed: String
    let except: Set<String>
    let newest: String?
    let content: String

    init(_ arguments: ProgramArguments) throws {
        count = try arguments.integer("count")
        seed = try arguments.need("seed")
        except = Set((arguments["except"] ?? "").split(separator: "\n").map(\.trimmingSpaces))
        newest = arguments["newest"]
        content = arguments["content"] ?? ""
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: 0, name: "markor notes \(seed)")
        var taken = except
        if let newest { taken.insert(newest) }
        // Names are told apart by what stands before the ending too, as the editor's title shows no more.
        var stems = Set(taken.map(Self.stem))
        let now = try await MessageRows(device).now() / 1000
        let ages = Array(60...540).shuffled(using: &random).prefix(count).map { Int64($0) * 60 }
        for age in ages {
            var name = Noise.fileName(&random, except: taken)
            while stems.contains(Self.stem(name)) { name = Noise.fileName(&random, except: taken) }
            taken.insert(name)
            stems.insert(Self.stem(name))
            try await push("\(Noise.sentence(&random))\n", name, now - age, device)
        }
        if let newest { try await push(content, newest, now - 60, device) }
    }

    private static func stem(_ name: String) -> Substring { name.prefix { $0 != "." } }

    private func push(_ text: String, _ name: String, _ modified: Int64, _ device: any DeviceLink) async throws {
        try await device.push(Array(text.utf8), to: MarkorNotes.path(name), mode: 0o660, modified: modified)
    }
}

/// Checks that a file holds exactly a text, line breaks at its end included: `path`, `text`.
struct FileHolds: TaskProgram {
    let path: String
    let text: String

    init(_ arguments: ProgramArguments) throws {
        path = try arguments.need("path")
        text = try arguments.need("text")
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        guard try await device.run("test -f \(ShellQuoting.quote(path))").exitCode == 0 else {
            return CheckOutcome(passed: false, wanted: path, found: "it is not there")
        }
        let found = String(decoding: try await device.pull(path), as: UTF8.self)
        return CheckOutcome(passed: found == text, wanted: text.debugDescription, found: found.debugDescription)
    }
}

/// Checks that no regular file is left in a folder, at any depth: `folder`.
struct FilesGone: TaskProgram {
    let folder: String

    init(_ arguments: ProgramArguments) throws { folder = try arguments.need("folder") }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let result = try await device.run("find \(ShellQuoting.quote(folder)) -type f")
        let found = result.exitCode == 0 ? result.text.split(separator: "\n") : []
        return CheckOutcome(
            passed: found.isEmpty && result.exitCode == 0,
            wanted: "no file in \(folder)",
            found: result.exitCode == 0 ? found.joined(separator: ", ") : "the folder is gone"
        )
    }
}

/// How a note is to be changed: `how` is the wording of the goal, `text` what is added or put in its place, `content` what
/// the note holds at the start.
struct NoteEdit {
    let text: String

    init(_ arguments: ProgramArguments) throws {
        let how = try arguments.need("how")
        let (added, old) = (try arguments.need("text"), try arguments.need("content").trimmingSpaces)
        switch how {
        case let how where how.hasPrefix("Add to the top"): text = "\(added)\n\(old)"
        case let how where how.hasPrefix("Add to the bottom"): text = "\(old)\n\(added)"
        case let how where how.hasPrefix("Replace"): text = added
        default: throw arguments.failure("how must add to the top or the bottom or replace, not \"\(how)\"")
        }
    }
}

/// Checks that a note was changed as it was to be: `file`, and the arguments of `NoteEdit`.
struct NoteEdited: TaskProgram {
    let file: String
    let wanted: String

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        wanted = try NoteEdit(arguments).text
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let found = try await MarkorNotes(device).content(file)
        return CheckOutcome(
            passed: found.map { Spelling.likeness($0.trimmingSpaces, wanted) >= 0.9 } ?? false,
            wanted: wanted.debugDescription,
            found: found?.debugDescription ?? "\(file) is not there"
        )
    }
}

/// Checks that a note holds the contents of others with an empty line between each two: `file`, and `parts`, one a line.
struct NotesMerged: TaskProgram {
    let file: String
    let parts: [String]

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        parts = try arguments.need("parts").split(separator: "\n").map(\.trimmingSpaces)
        guard parts.count > 1 else { throw arguments.failure("parts must have several lines") }
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let wanted = parts.joined(separator: "\n\n")
        guard let found = try await MarkorNotes(device).content(file) else {
            return CheckOutcome(passed: false, wanted: wanted.debugDescription, found: "\(file) is not there")
        }
        let lines = found.trimmingSpaces.split(separator: "\n", omittingEmptySubsequences: false)
        let gaps = lines.indices.filter { $0 % 2 == 1 }
        return CheckOutcome(
            passed: lines.count == parts.count * 2 - 1 && gaps.allSatisfy { lines[$0].isEmpty }
                && Spelling.likeness(found.trimmingSpaces, wanted) >= 0.9,
            wanted: wanted.debugDescription,
            found: found.debugDescription
        )
    }
}

/// The clipboard of a device, through the helper app that test harnesses install for it.
struct DeviceClipboard {
    let device: any DeviceLink

    init(_ device: any DeviceLink) { self.device = device }

    /// The text on it, or nil where the device does not say.
    func text() async throws -> String? {
        let said = try await device.run("am broadcast -a clipper.get").text
        guard let start = said.range(of: "data=\""), let end = said.lastIndex(of: "\""), start.upperBound <= end else {
            return nil
        }
        return String(said[start.upperBound..<end])
    }

    func set(_ text: String) async throws {
        let result = try await device.run("am broadcast -a clipper.set -e text \(ShellQuoting.quote(text))")
        guard result.text.contains("result=-1") else {
            throw DroidError("bench.setup", "the clipboard could not be set", why: String(result.text.prefix(200)))
        }
    }
}

/// The clipboard: as a set-up step puts `text` on it, as a check looks whether a text like `text` is on it.
struct Clipboard: TaskProgram {
    let text: String

    init(_ arguments: ProgramArguments) throws { text = try arguments.need("text") }

    func setUp(_ device: any DeviceLink) async throws { try await DeviceClipboard(device).set(text) }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let found = try await DeviceClipboard(device).text()
        return CheckOutcome(
            passed: found.map { Spelling.likeness($0, text) >= 0.9 } ?? false,
            wanted: "the clipboard has \(text)",
            found: found ?? "nothing"
        )
    }
}
