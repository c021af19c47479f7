// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// The results of shards, brought together.
public enum ResultFolders {
    /// What a merge came to.
    public struct Merged: Sendable {
        public var summary: SuiteSummary
        public var results: [EpisodeResult]
        /// Tasks with fewer episodes than the run was to have: `TASK: 2 of 3`.
        public var incomplete: [String]
    }

    /// Merges folders that runs of one suite with the same options and different shards have left, into a folder that looks as
    /// if one run had made it. The folders stay as they are.
    ///
    /// - Parameters:
    ///   - folders: where the shards left their results.
    ///   - target: a folder that is not there yet, or is empty.
    /// - Throws: `DroidError` with code `bench.resume` when the runs do not belong together, `bench.merge` for an episode that
    ///   is there twice with different outcomes or a target that holds something, `file.read` or `file.write`.
    public static func merge(_ folders: [String], into target: String) throws -> Merged {
        guard let first = folders.first else {
            throw DroidError("bench.merge", "there is nothing to merge", next: "name the folders of the shards")
        }
        if let found = try? FileManager.default.contentsOfDirectory(atPath: target), !found.isEmpty {
            throw DroidError("bench.merge", "\(target) is not empty", next: "name a folder that is not there yet")
        }
        let header = try self.header(first)
        var results: [String: EpisodeResult] = [:]
        var sources: [String: String] = [:]
        for folder in folders {
            try self.header(folder).mustEqual(header, in: folder, next: "merge the shards of one run only")
            for result in try self.results(folder) {
                let key = "\(result.task) \(result.seed)"
                if let known = results[key], known.success != result.success || known.steps != result.steps {
                    throw DroidError(
                        "bench.merge",
                        "\(result.task) with seed \(result.seed) is there twice, with different outcomes",
                        why: "once in \(sources[key] ?? ""), once in \(folder)",
                        next: "remove one of them, and merge again"
                    )
                }
                results[key] = result
                sources[key] = folder
            }
        }
        let ordered = results.values.sorted {
            ($0.task, $0.episode ?? 0, $0.seed) < ($1.task, $1.episode ?? 0, $1.seed)
        }
        let store = try ResultStore(folder: target, header: header)
        for result in ordered {
            if let run = result.run, let source = sources["\(result.task) \(result.seed)"] {
                try copy("\(source)/\(run)", to: "\(target)/\(run)")
            }
            try store.add(result)
        }
        let summary = SuiteSummary(agent: header.agent, rules: header.rules, results: ordered)
        try BenchReport(title: header.heading, summary: summary, results: ordered, facts: header.facts).write(
            to: target
        )
        let incomplete = TemplateResult.of(ordered).filter { $0.episodes + $0.skipped < header.repeats }
            .map { "\($0.task): \($0.episodes + $0.skipped) of \(header.repeats)" }
        return Merged(summary: summary, results: ordered, incomplete: incomplete)
    }

    /// How two runs differ, episode by episode.
    ///
    /// - Throws: `DroidError` with code `bench.resume` when they are not of one suite with the same seeds, or `file.read`.
    public static func compare(_ one: String, _ other: String) throws -> Flips {
        let (a, b) = (try header(one), try header(other))
        guard a.suite == b.suite, a.seed == b.seed else {
            throw DroidError(
                "bench.resume",
                "\(one) and \(other) hold different episodes",
                why: "suite \(a.suite) with seed \(a.seed), and suite \(b.suite) with seed \(b.seed)",
                next: "compare runs of one suite with the same seed"
            )
        }
        return Flips(try results(one), try results(other))
    }

    private static func header(_ folder: String) throws -> ResultStore.Header {
        try JSON.decode(ResultStore.Header.self, from: FileBytes.read(folder + "/suite.json"))
    }

    private static func results(_ folder: String) throws -> [EpisodeResult] {
        let text = String(decoding: try FileBytes.read(folder + "/results.jsonl"), as: UTF8.self)
        // What a kill has cut off has no line break behind it; the folder is not ours to mend.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        var latest: [String: EpisodeResult] = [:]
        for line in lines where !line.isEmpty {
            let result = try JSON.decode(EpisodeResult.self, from: Array(line.utf8))
            // What was skipped or broke is tried again by the next start, and the later line counts.
            latest["\(result.task) \(result.seed)"] = result
        }
        return latest.values.sorted { ($0.task, $0.episode ?? 0, $0.seed) < ($1.task, $1.episode ?? 0, $1.seed) }
    }

    private static func copy(_ source: String, to target: String) throws {
        guard FileManager.default.fileExists(atPath: source) else { return }
        do {
            try FileBytes.makeFolder((target as NSString).deletingLastPathComponent, mode: 0o700)
            try FileManager.default.copyItem(atPath: source, toPath: target)
        } catch {
            throw DroidError.wrapping(
                error,
                "file.write",
                "cannot copy \(source) to \(target)",
                next: "look at the disk"
            )
        }
    }
}

/// Episodes that came out otherwise in another run.
public struct Flips: Sendable {
    /// An episode of both runs.
    public struct Pair: Sendable {
        public var one: EpisodeResult
        public var other: EpisodeResult
    }

    /// Episodes that only the second run passed, and that only the first did.
    public var gained: [Pair] = []
    public var lost: [Pair] = []
    /// Episodes that both runs judged, and those of them with the same outcome.
    public var common = 0
    public var same: Int { common - gained.count - lost.count }

    init(_ one: [EpisodeResult], _ other: [EpisodeResult]) {
        let known = Dictionary(other.map { ("\($0.task) \($0.seed)", $0) }) { first, _ in first }
        for result in one where result.cause != .skipped {
            guard let second = known["\(result.task) \(result.seed)"], second.cause != .skipped else { continue }
            common += 1
            if result.success != second.success {
                let pair = Pair(one: result, other: second)
                if second.success { gained.append(pair) } else { lost.append(pair) }
            }
        }
    }

    /// How likely a difference at least as great is, were both runs equally good: McNemar's exact test (McNemar, 1947).
    public var probability: Double {
        let (flips, fewer) = (gained.count + lost.count, min(gained.count, lost.count))
        guard flips > 0 else { return 1 }
        // Sums of binomial coefficients over 2^flips, in logarithms, which do not overflow.
        var total = 0.0
        for k in 0...fewer {
            let log = lgamma(Double(flips + 1)) - lgamma(Double(k + 1)) - lgamma(Double(flips - k + 1))
            total += exp(log - Double(flips) * log2)
        }
        return min(1, 2 * total)
    }

    private var log2: Double { 0.6931471805599453 }
}
