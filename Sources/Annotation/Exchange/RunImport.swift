// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation
import Screen

/// What an import came to.
public struct ImportOutcome: Codable, Sendable, Equatable {
    public var runs = 0
    public var new = 0
    public var known = 0
    /// Words that came with the file.
    public var labels = 0
    /// Runs and steps that could not be read, and why.
    public var unreadable: [String] = []

    public init() {}

    mutating func count(_ added: AnnotationStore.Added) {
        new += added.new
        known += added.known
    }
}

/// Brings the steps of recorded runs into a store.
public enum RunImport {
    /// Imports a run folder, a folder with the results of a benchmark, or a folder that has such below it.
    ///
    /// A run that broke off is imported up to its last step, and what cannot be read is named in the outcome.
    ///
    /// - Parameter progress: is told how many of the runs are done.
    /// - Throws: `DroidError` with code `annotation.import` where there is no run.
    public static func add(
        _ path: String,
        to store: AnnotationStore,
        progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws -> ImportOutcome {
        let folders = runFolders(path)
        guard !folders.isEmpty else {
            throw DroidError(
                "annotation.import",
                "there is no run in \(path)",
                why: "neither it nor a folder in it holds a run.json",
                next: "name a run folder, the --resume folder of a benchmark, or a JSONL file of states or pairs"
            )
        }
        var outcome = ImportOutcome()
        var results = ResultLookup()
        for (place, folder) in folders.enumerated() {
            progress(place, folders.count)
            do {
                try add(try RunRecord.load(folder), results.result(of: folder), to: store, &outcome)
                outcome.runs += 1
            } catch let error as DroidError where error.code != "annotation.store" {
                outcome.unreadable.append("\(folder): \(error.what)")
            }
        }
        return outcome
    }

    /// The version under which the scores of a verifier are kept: digests of its head and its model.
    public static func version(model: FileIdentity?, head: FileIdentity?) -> String? {
        guard let model else { return nil }
        return "\(head?.sha256.prefix(12) ?? "likelihood")@\(model.sha256.prefix(12))"
    }

    /// A name that all runs of one goal share, for runs that are no task of a suite.
    public static func family(goal: String) -> String {
        let words = goal.lowercased().split { !($0.isLetter || $0.isNumber) }.prefix(6).joined(separator: "-")
        return "goal-\(words.isEmpty ? "unnamed" : String(words.prefix(60)))"
    }

    private static func add(
        _ run: RunRecord,
        _ result: EpisodeResult?,
        to store: AnnotationStore,
        _ outcome: inout ImportOutcome
    ) throws {
        let header = run.header
        let name = (run.folder as NSString).lastPathComponent
        let first = run.steps.lazy.compactMap(\.record).first
        let episode = AnnotationEpisode(
            task: result?.task ?? family(goal: header.goal),
            app: result?.app ?? first.map { AppNames.label(of: $0.screen.package) } ?? "",
            // The time keeps apart what two benchmarks call the same.
            episode: "\(name)@\(header.started)",
            goal: header.goal,
            said: header.ending?.said.rawValue,
            verdict: header.ending?.verdict.rawValue,
            passed: result.flatMap { $0.cause == .skipped ? nil : $0.success },
            cause: result?.cause.rawValue,
            origin: run.folder
        )
        // Only a verifier's numbers are scores; an oracle's and a person's say nothing but which one it was.
        let verifier = header.agent == "verifier" ? version(model: header.model, head: header.adapter) : nil
        var items: [(item: AnnotationItem, scores: [Double]?)] = []
        for step in run.steps {
            guard let record = step.record else { continue }
            let item = try item(record, step, episode, header, split: result?.split ?? .train, store)
            do {
                try item.check()
            } catch {
                outcome.unreadable.append("\(run.folder), step \(step.number): \(error)")
                continue
            }
            items.append((item, verifier == nil ? nil : record.candidates.map(\.score)))
        }
        outcome.unreadable += brokenSteps(run)
        try store.set(episode)
        outcome.count(try store.add(items.map(\.item)))
        guard let verifier else { return }
        let scored = try items.compactMap { item, scores -> (item: Int64, scores: [Double])? in
            guard let scores, scores.allSatisfy(\.isFinite), let id = try store.id(of: item) else { return nil }
            return (id, scores)
        }
        try store.setScores(scored, verifier: verifier)
    }

    /// The steps whose record is there and is none. Where there is no record, the run was killed before the step's end.
    private static func brokenSteps(_ run: RunRecord) -> [String] {
        let read = Set(run.steps.filter { $0.record != nil }.map(\.number))
        let manager = FileManager.default
        let names = (try? manager.contentsOfDirectory(atPath: run.folder + "/steps")) ?? []
        return names.sorted().compactMap { name in
            let path = "\(run.folder)/steps/\(name)/step.json"
            guard let number = Int(name), !read.contains(number), manager.fileExists(atPath: path) else { return nil }
            return "\(path): it is no record of a step"
        }
    }

    private static func item(
        _ record: StepRecord,
        _ step: RunRecord.Step,
        _ episode: AnnotationEpisode,
        _ header: RunHeader,
        split: TaskTemplate.Split,
        _ store: AnnotationStore
    ) throws -> AnnotationItem {
        let builder = PromptBuilder(options: header.prompt)
        // A picture that cannot be read is missed, and no reason to lose the step.
        let picture = try step.pngPath.flatMap { try? FileBytes.read($0) }.map { try store.keep(picture: $0) }
        let size = record.screen.displaySize
        let facts = record.candidates.compactMap(\.facts)
        return AnnotationItem(
            task: episode.task,
            app: episode.app.isEmpty ? AppNames.label(of: record.screen.package) : episode.app,
            split: split,
            episode: episode.episode,
            step: record.step,
            goal: header.goal,
            prefix: record.prefix,
            suffixes: record.candidates.map { builder.suffix($0.text) },
            actions: record.candidates.map(\.action),
            chosen: record.candidates.indices.contains(record.chosen) ? record.chosen : nil,
            filled: record.filled?.text,
            offered: record.offered?.map(\.text) ?? [],
            facts: facts.count == record.candidates.count ? facts : nil,
            offeredPriors: record.offered?.map(\.prior),
            actionSpace: header.actionSpaceVersion,
            prompt: header.prompt,
            look: AnnotationItem.Look(
                picture: picture,
                width: size.width,
                height: size.height,
                boxes: record.candidates.map { $0.bounds.map(\.edges) ?? [] }
            ),
            origin: step.pngPath.map { ($0 as NSString).deletingLastPathComponent } ?? episode.origin
        )
    }

    // MARK: - Folders

    /// Folders at most this far below the one that was named are looked into.
    private static let depth = 6

    /// The run folders at or below a path, in a fixed order.
    static func runFolders(_ path: String) -> [String] {
        let manager = FileManager.default
        if manager.fileExists(atPath: path + "/run.json") { return [path] }
        var found: [String] = []
        func look(_ folder: String, _ level: Int) {
            guard level <= depth, let names = try? manager.contentsOfDirectory(atPath: folder) else { return }
            for name in names.sorted() {
                let path = "\(folder)/\(name)"
                if manager.fileExists(atPath: path + "/run.json") {
                    found.append(path)
                } else {
                    look(path, level + 1)
                }
            }
        }
        look(path, 0)
        return found
    }
}

/// Finds what a benchmark's checks said of a run: the results lie some folders above it.
private struct ResultLookup {
    private var known: [String: [String: EpisodeResult]] = [:]

    mutating func result(of folder: String) -> EpisodeResult? {
        let whole = URL(fileURLWithPath: folder).standardizedFileURL.path
        var above = (whole as NSString).deletingLastPathComponent
        for _ in 0..<4 where above.count > 1 {
            if let result = results(above)[whole] { return result }
            above = (above as NSString).deletingLastPathComponent
        }
        return nil
    }

    /// The results in a folder by the whole paths of their runs.
    private mutating func results(_ folder: String) -> [String: EpisodeResult] {
        if let found = known[folder] { return found }
        var found: [String: EpisodeResult] = [:]
        // A line that a kill has cut off is one that is not there yet.
        for line in (try? FileBytes.read(folder + "/results.jsonl"))?.split(separator: 10) ?? [] {
            guard let result = try? JSON.decode(EpisodeResult.self, from: Array(line)), let run = result.run else {
                continue
            }
            found["\(folder)/\(run)"] = result
        }
        known[folder] = found
        return found
    }
}

extension Bounds {
    /// Left, top, right and bottom; nothing for what cannot be seen.
    var edges: [Int] { isEmpty ? [] : [left, top, right, bottom] }
}
