// SPDX-License-Identifier: Apache-2.0

import Base
import GRDB

/// One episode: a run from its goal to its end.
public struct AnnotationEpisode: Codable, Sendable, Equatable {
    public var task: String
    public var app: String
    public var episode: String
    public var goal: String
    /// What the agent said at the end, and the verdict of its run.
    public var said: String?
    public var verdict: String?
    /// What the task's checks say; nil where nothing checked it.
    public var passed: Bool?
    /// Why it counts so, in the benchmark's words.
    public var cause: String?
    public var origin: String

    public init(
        task: String,
        app: String,
        episode: String,
        goal: String,
        said: String? = nil,
        verdict: String? = nil,
        passed: Bool? = nil,
        cause: String? = nil,
        origin: String = ""
    ) {
        (self.task, self.app, self.episode, self.goal) = (task, app, episode, goal)
        (self.said, self.verdict, self.passed, self.cause) = (said, verdict, passed, cause)
        self.origin = origin
    }
}

/// What an annotator says of an episode.
public struct EpisodeJudgement: Codable, Sendable, Equatable {
    /// Whether the goal was reached; nil where the annotator does not say.
    public var reached: Bool?
    /// The first step that was wrong, from 0; nil where none was.
    public var firstWrong: Int?
    public var note: String?

    public init(reached: Bool? = nil, firstWrong: Int? = nil, note: String? = nil) {
        (self.reached, self.firstWrong, self.note) = (reached, firstWrong, note)
    }
}

extension AnnotationStore {
    /// An episode with what is known of it.
    public struct StoredEpisode: Codable, Sendable, Equatable {
        public var episode: AnnotationEpisode
        public var steps: [Step]
        /// What each annotator said last.
        public var judgements: [String: EpisodeJudgement]
    }

    /// One step of an episode.
    public struct Step: Codable, Sendable, Equatable {
        public var item: Int64
        public var step: Int
        /// What was done, in words.
        public var done: String
        public var picture: String?
        /// Whether what was done is right, as far as somebody has said.
        public var isRight: Bool?
        /// Whether the person did it.
        public var byPerson: Bool
    }

    /// Keeps an episode; what is known of it is replaced.
    public func set(_ episode: AnnotationEpisode) throws {
        try database.write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO episode (task, episode, body) VALUES (?, ?, ?)",
                arguments: [episode.task, episode.episode, try JSON.line(episode)]
            )
        }
    }

    /// All episodes, by task and name.
    public func episodes() throws -> [AnnotationEpisode] {
        try database.read { database in
            try String.fetchAll(database, sql: "SELECT body FROM episode ORDER BY task, episode")
                .map { try Self.decode(AnnotationEpisode.self, $0, "an episode") }
        }
    }

    /// An episode with its steps; nil for none of this name.
    public func episode(_ name: String, task: String) throws -> StoredEpisode? {
        try database.read { database in
            guard
                let body = try String.fetchOne(
                    database,
                    sql: "SELECT body FROM episode WHERE task = ? AND episode = ?",
                    arguments: [task, name]
                )
            else { return nil }
            let ids = try Int64.fetchAll(
                database,
                sql: "SELECT id FROM item WHERE task = ? AND episode = ? ORDER BY step, id",
                arguments: [task, name]
            )
            var steps: [Step] = []
            for id in ids {
                guard let item = try Self.item(id, in: database) else { continue }
                let words = try Self.words(where: "item = \(id)", in: database)[id] ?? []
                let verdict = Verdict.of(words)
                steps.append(
                    Step(
                        item: id,
                        step: item.step,
                        done: item.chosen.map { item.doneWords($0) } ?? "nothing",
                        picture: item.look?.picture,
                        isRight: verdict.flatMap { verdict in item.chosen.map { verdict.judgement.right.contains($0) }
                        },
                        byPerson: words.contains { $0.purpose == .live }
                    )
                )
            }
            var judgements: [String: EpisodeJudgement] = [:]
            for row in try Row.fetchAll(
                database,
                sql: "SELECT annotator, body FROM episodeLabel WHERE task = ? AND episode = ? ORDER BY id",
                arguments: [task, name]
            ) {
                judgements[row["annotator"]] = try Self.decode(EpisodeJudgement.self, row["body"], "an episode's label")
            }
            return StoredEpisode(
                episode: try Self.decode(AnnotationEpisode.self, body, "an episode"),
                steps: steps,
                judgements: judgements
            )
        }
    }

    /// Writes what an annotator says of an episode; what was said before is kept, too, and counts no longer.
    ///
    /// - Throws: `DroidError` with code `annotation.episode` where there is no such episode or step.
    public func save(
        _ judgement: EpisodeJudgement,
        episode name: String,
        task: String,
        annotator: String
    ) throws {
        try change(episode: name, task: task, annotator: annotator) { $0 = judgement }
    }

    /// Changes what an annotator said of an episode, in one transaction: of two changes at a time neither is lost.
    ///
    /// - Parameter change: is given what was said last, or a judgement that says nothing.
    /// - Returns: what the annotator says now.
    /// - Throws: `DroidError` with code `annotation.episode` where there is no such episode or step, or the note is too
    ///   long; then what was said before still counts.
    @discardableResult
    public func change(
        episode name: String,
        task: String,
        annotator: String,
        _ change: (inout EpisodeJudgement) -> Void
    ) throws -> EpisodeJudgement {
        try Self.check(annotator: annotator)
        return try database.write { database in
            func isThere(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
                try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM \(sql))", arguments: arguments) ?? false
            }
            guard try isThere("episode WHERE task = ? AND episode = ?", [task, name]) else {
                throw DroidError("annotation.episode", "there is no episode \(name) of \(task)")
            }
            let said = try String.fetchOne(
                database,
                sql: """
                    SELECT body FROM episodeLabel WHERE task = ? AND episode = ? AND annotator = ?
                    ORDER BY id DESC LIMIT 1
                    """,
                arguments: [task, name, annotator]
            )
            var judgement =
                try said.map { try Self.decode(EpisodeJudgement.self, $0, "an episode's label") } ?? EpisodeJudgement()
            change(&judgement)
            if let step = judgement.firstWrong,
                try !isThere("item WHERE task = ? AND episode = ? AND step = ?", [task, name, step])
            {
                throw DroidError("annotation.episode", "the episode has no step \(step)")
            }
            guard (judgement.note?.count ?? 0) <= Judgement.textLimit else {
                throw DroidError("annotation.episode", "the note has more than \(Judgement.textLimit) characters")
            }
            try database.execute(
                sql: "INSERT INTO episodeLabel (task, episode, annotator, body, time) VALUES (?, ?, ?, ?, ?)",
                arguments: [task, name, annotator, try JSON.line(judgement), now()]
            )
            return judgement
        }
    }

    /// The first wrong step of each episode, as its annotators said last; the earliest where they differ.
    func firstWrongSteps() throws -> [String: Int] {
        try database.read { database in
            var latest: [[String]: EpisodeJudgement] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT * FROM episodeLabel ORDER BY id") {
                latest[[row["task"], row["episode"], row["annotator"]]] = try Self.decode(
                    EpisodeJudgement.self,
                    row["body"],
                    "an episode's label"
                )
            }
            var found: [String: Int] = [:]
            for (key, judgement) in latest {
                guard let step = judgement.firstWrong else { continue }
                let name = "\(key[0])\u{0}\(key[1])"
                found[name] = min(found[name] ?? step, step)
            }
            return found
        }
    }
}

extension AnnotationItem {
    /// A candidate in words, with the text that went into it where it is the one that was done.
    func doneWords(_ candidate: Int) -> String {
        guard candidate == chosen, let filled, actions.indices.contains(candidate) else { return words(candidate) }
        return textWords(filled, for: candidate)
    }
}
