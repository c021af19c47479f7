// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media
import Screen

/// Writes a run folder as the run goes on.
///
/// Each file is written whole under another name and renamed, and a step's `step.json` comes last; so a run that is
/// killed leaves a folder that is readable up to its last step. Pictures are packed beside the run, not in its way.
public actor RunRecorder {
    public nonisolated let folder: String
    private var header: RunHeader
    private var pending: Task<Void, any Error>?

    /// Makes the folder, readable by its user only, and writes `run.json`.
    ///
    /// - Throws: `DroidError` with code `run.exists` where another run is in the folder, or `file.write`.
    public init(folder: String, header: RunHeader) throws {
        guard !FileManager.default.fileExists(atPath: folder + "/run.json") else {
            throw DroidError(
                "run.exists",
                "\(folder) already holds a run",
                why: "runs are never overwritten",
                next: "name another folder with --record, or remove this one"
            )
        }
        self.folder = folder
        self.header = header
        try FileBytes.makeFolder(folder, mode: 0o700)
        try FileBytes.makeFolder(folder + "/steps", mode: 0o700)
        try FileBytes.write(try JSON.pretty(header), to: folder + "/run.json", mode: 0o600)
    }

    /// A new folder under the user's runs, named after the time and the goal.
    public static func newFolder(goal: String) -> String {
        let words = goal.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.prefix(5).joined(
            separator: "-"
        )
        let time = Date().formatted(.iso8601.dateTimeSeparator(.standard).timeSeparator(.omitted)).replacing(
            "Z",
            with: ""
        )
        let suffix = String(UInt32.random(in: 0...0xFFFF), radix: 16)
        return "\(Locations.state)/runs/\(time)-\(words.isEmpty ? "run" : String(words.prefix(40)))-\(suffix)"
    }

    /// Writes the screen of a step before its action is chosen, so that it is there even if the step never ends.
    public func begin(step: Int, screen: ScreenState) throws {
        let base = path(of: step)
        try FileBytes.makeFolder(base, mode: 0o700)
        if !screen.xml.isEmpty { try FileBytes.write(screen.xml, to: base + "/screen.xml", mode: 0o600) }
        write(screen.screenshot, to: base + "/screen.png")
    }

    /// Writes the record of a step. It waits for the step's picture.
    public func end(_ record: StepRecord) async throws {
        try await drain()
        try FileBytes.write(try JSON.pretty(record), to: path(of: record.step) + "/step.json", mode: 0o600)
    }

    /// Names a model that came in the middle of the run; the file says so from the run's end.
    public func name(model: FileIdentity, adapter: FileIdentity?) { (header.model, header.adapter) = (model, adapter) }

    /// Writes how the run ended and the screen that it ended on.
    public func finish(_ ending: RunEnding, screen: ScreenState?) async throws {
        if let screen {
            if !screen.xml.isEmpty { try FileBytes.write(screen.xml, to: folder + "/final.xml", mode: 0o600) }
            write(screen.screenshot, to: folder + "/final.png")
        }
        try await drain()
        header.ending = ending
        try FileBytes.write(try JSON.pretty(header), to: folder + "/run.json", mode: 0o600)
    }

    private func path(of step: Int) -> String {
        let digits = String(step)
        return folder + "/steps/" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    private func write(_ picture: Screenshot?, to path: String) {
        guard let picture else { return }
        let before = pending
        pending = Task.detached(priority: .utility) {
            try await before?.value
            try FileBytes.write(try picture.encoded(), to: path, mode: 0o600)
        }
    }

    private func drain() async throws {
        let task = pending
        pending = nil
        try await task?.value
    }
}
