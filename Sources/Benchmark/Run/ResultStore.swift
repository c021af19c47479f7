// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Screen

/// The results of a run of a suite, in a folder: `suite.json` says what ran, `results.jsonl` grows by a line an
/// episode.
///
/// Append-only: after a kill all finished episodes are there, and a line that was cut off is dropped by the next
/// start.
final class ResultStore {
    /// What must be the same for a run to go on where another stopped.
    struct Header: Codable, Equatable {
        var schema = 1
        var suite: String
        /// What reports call the suite; nil for its name.
        var title: String?
        var agent: String
        var rules: BenchRules
        var device: String
        var model: String?
        /// How the model multiplies and keeps keys and values; nil where both are as they are by default.
        var engine: String?
        var adapter: String?
        /// What screens are read with; nil for the tools.
        var observer: ObserverKind?
        var seed: UInt64
        var repeats: Int
        /// Which wordings goals have, where the seed does not draw them.
        var goals: String?
        /// How the screen differs from the device's own; nil where it does not.
        var screen: String?
        /// The quirks of AndroidWorld's harness that were imitated; nil for none.
        var quirks: String?
        /// What of the mind the agent did without; nil for nothing.
        var without: String?

        /// What a report says beside the figures.
        var facts: [(String, String)] {
            let all: [(String, String?)] = [
                ("suite", suite), ("device", device), ("model", model), ("engine", engine), ("adapter", adapter),
                ("observer", (observer ?? .tools).rawValue), ("goals", goals ?? "as the seed draws"),
                ("screen", screen ?? "as the device has it"), ("quirks", quirks ?? "none"),
                ("without", without ?? "nothing"), ("seed", "\(seed)"),
                ("repeats", "\(repeats)"),
            ]
            return all.compactMap { name, value in value.map { (name, $0) } }
        }

        /// The head of a report. Results on the built-in device are never called a suite's own.
        var heading: String {
            "\(title ?? suite) on \(device == "built-in" ? "the built-in device" : device): \(agent)"
        }
    }

    let folder: String
    private(set) var done: [EpisodeResult] = []

    /// Opens the folder, or starts it.
    ///
    /// - Throws: `DroidError` with code `bench.resume` when what is there came from another run.
    init(folder: String, header: Header) throws {
        self.folder = folder
        try FileBytes.makeFolder(folder, mode: 0o700)
        let headerPath = folder + "/suite.json"
        if FileManager.default.fileExists(atPath: headerPath) {
            let old = try JSON.decode(Header.self, from: FileBytes.read(headerPath))
            try header.mustEqual(old, in: folder, next: "give the same options as then, or another folder")
        } else {
            try FileBytes.write(JSON.pretty(header) + "\n", to: headerPath)
        }
        let path = folder + "/results.jsonl"
        if FileManager.default.fileExists(atPath: path) {
            let lines = try JSONLines.whole(path)
            done = try lines.map { try JSON.decode(EpisodeResult.self, from: Array($0.utf8)) }
        }
    }

    /// Adds a result.
    func add(_ result: EpisodeResult) throws {
        try JSONLines.append(JSON.line(result), to: folder + "/results.jsonl")
        done.append(result)
    }
}

extension ResultStore.Header {
    /// - Throws: `DroidError` with code `bench.resume` that names what differs.
    func mustEqual(_ other: Self, in folder: String, next: String) throws {
        guard self != other else { return }
        throw DroidError(
            "bench.resume",
            "\(folder) holds the results of another run",
            why: Self.difference(other, self),
            next: next
        )
    }

    private static func difference(_ old: Self, _ new: Self) -> String {
        let pairs: [(String, String, String)] = [
            ("suite", old.suite, new.suite), ("agent", old.agent, new.agent),
            ("rules", old.rules.rawValue, new.rules.rawValue), ("device", old.device, new.device),
            ("model", old.model ?? "none", new.model ?? "none"),
            ("engine", old.engine ?? "integer float", new.engine ?? "integer float"),
            ("adapter", old.adapter ?? "none", new.adapter ?? "none"),
            ("observer", (old.observer ?? .tools).rawValue, (new.observer ?? .tools).rawValue),
            ("goals", old.goals ?? "drawn", new.goals ?? "drawn"),
            ("screen", old.screen ?? "plain", new.screen ?? "plain"),
            ("quirks", old.quirks ?? "none", new.quirks ?? "none"),
            ("without", old.without ?? "nothing", new.without ?? "nothing"),
            ("seed", "\(old.seed)", "\(new.seed)"), ("repeats", "\(old.repeats)", "\(new.repeats)"),
        ]
        let changed = pairs.filter { $0.1 != $0.2 }.map { "\($0.0) was \($0.1) and is \($0.2)" }
        return changed.isEmpty ? "its format is \(old.schema)" : changed.joined(separator: ", ")
    }
}

/// Files of one JSON document a line, that grow at their end.
public enum JSONLines {
    /// The complete lines of a file. What follows the last line break was cut off by a kill; it is removed
    /// from the file.
    ///
    /// - Throws: `DroidError` with code `file.read` or `file.write`.
    public static func whole(_ path: String) throws -> [String] {
        let bytes = try FileBytes.read(path)
        guard let last = bytes.lastIndex(of: 10) else {
            if !bytes.isEmpty { try FileBytes.write([], to: path) }
            return []
        }
        if last != bytes.count - 1 { try FileBytes.write(bytes[...last], to: path) }
        return bytes[..<last].split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Adds a line at the end, in one write.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public static func append(_ line: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        let bytes = Array((line + "\n").utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            done += count
        }
    }

    /// Writes a whole file, one value a line.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public static func writeAll(_ values: some Sequence<some Encodable>, to path: String) throws {
        var bytes: [UInt8] = []
        for value in values {
            bytes.append(contentsOf: try JSON.line(value).utf8)
            bytes.append(10)
        }
        try FileBytes.write(bytes, to: path)
    }

    private static func failure(_ path: String) -> DroidError {
        DroidError("file.write", "cannot write \(path)", why: String(cString: strerror(errno)))
    }
}
