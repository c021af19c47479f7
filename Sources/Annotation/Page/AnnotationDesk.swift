// SPDX-License-Identifier: Apache-2.0

import Base
import Pages

/// Answers what the annotation page asks.
public final class AnnotationDesk: Sendable {
    private let store: AnnotationStore
    private let annotator: String
    private let live: LiveEpisode?

    /// - Parameters:
    ///   - annotator: the name of who labels, unless the page's address gives another as `?as=NAME`.
    ///   - live: the agent on a device; nil where there is none.
    public init(_ store: AnnotationStore, annotator: String, live: LiveEpisode? = nil) {
        (self.store, self.annotator, self.live) = (store, annotator, live)
    }

    /// Serves the page's requests.
    public func handle(_ request: PageRequest) async throws -> PageResponse {
        let name = request.query["as"] ?? annotator
        do {
            try AnnotationStore.check(annotator: name)
            if request.path.hasPrefix("live/") {
                guard let live else { return .text("no device takes part: start with --device", status: 404) }
                return try await live.handle(request, annotator: name)
            }
            return try answer(request, name)
        } catch let error as DroidError {
            return .text("\(error)", status: error.code == "annotation.store" ? 500 : 400)
        }
    }

    private func answer(_ request: PageRequest, _ name: String) throws -> PageResponse {
        switch (request.method, request.path) {
        case (.get, ""): return AnnotationPage.page.response()
        case (.get, "task"):
            guard let id = request.query["item"] else { return try .json(turn(try upcoming(name), name)) }
            guard let number = Int64(id), let task = try store.task(number) else {
                return .text("there is no such state", status: 404)
            }
            let given = try store.history(number).last { $0.annotator == name && !$0.isUndone }?.judgement
            return try .json(turn(task, name, given: given))
        case (.get, "picture"):
            guard let bytes = request.query["of"].flatMap(store.picture) else {
                return .text("there is no such picture", status: 404)
            }
            return PageResponse(type: "image/png", body: bytes)
        case (.get, "report"):
            return PageResponse(type: "text/html; charset=utf-8", body: Array(try ReportPage.html(store).utf8))
        case (.get, "episodes"): return try .json(try store.episodes())
        case (.get, "episode"):
            guard let task = request.query["task"], let episode = request.query["episode"],
                let found = try store.episode(episode, task: task)
            else { return .text("there is no such episode", status: 404) }
            return try .json(found)
        case (.post, "episode"):
            let word = try decode(EpisodeWord.self, request.body)
            try store.change(episode: word.episode, task: word.task, annotator: name, word.change)
            return try .json(["saved": true])
        case (.post, "label"): return try label(try decode(Word.self, request.body), name)
        case (.post, "undo"): return try undo(try decode(Undo.self, request.body), name)
        default: return .text("there is nothing here", status: 404)
        }
    }

    // MARK: - Requests

    private struct Word: Decodable {
        var item: Int64
        var request: String
        var seconds: Double
        var judgement: Judgement
    }

    /// Which word is taken back: by its number, or by the request that wrote it, where its answer was lost. The last
    /// one where neither is named.
    private struct Undo: Decodable {
        var label: Int64?
        var request: String?
    }

    private struct EpisodeWord: Decodable {
        var task: String
        var episode: String
        var judgement: EpisodeJudgement
        /// What of the judgement is said; all of it where they are not named.
        var fields: [String]?

        func change(_ said: inout EpisodeJudgement) {
            func says(_ name: String) -> Bool { fields?.contains(name) ?? true }
            if says("reached") { said.reached = judgement.reached }
            if says("firstWrong") { said.firstWrong = judgement.firstWrong }
            if says("note") { said.note = judgement.note }
        }
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do {
            return try JSON.decode(type, from: body)
        } catch {
            throw DroidError("annotation.request", "this is no request of the page's", why: "\(error)")
        }
    }

    private func label(_ word: Word, _ name: String) throws -> PageResponse {
        guard word.seconds.isFinite, word.request.utf8.count <= 100 else {
            throw DroidError("annotation.request", "this is no request of the page's")
        }
        // Why it was asked is in the lease, and no matter of the page.
        guard let task = try store.asked(word.item, of: name) else {
            return .text("there is no such state", status: 404)
        }
        let judgement = Judgement(
            kind: word.judgement.kind,
            right: word.judgement.right,
            harmful: word.judgement.harmful,
            text: word.judgement.text,
            note: word.judgement.note
        )
        try store.save(
            judgement,
            for: task,
            annotator: name,
            // A page that slept over lunch has not thought for an hour.
            seconds: min(word.seconds, 600),
            request: word.request
        )
        return try .json(turn(try upcoming(name), name))
    }

    private func undo(_ word: Undo, _ name: String) throws -> PageResponse {
        var id = word.label
        if let request = word.request {
            id = try store.word(request: request, of: name)
            // It never arrived, so there is nothing to take back.
            if id == nil { return try .json(turn(try upcoming(name), name)) }
        }
        guard let undone = try store.undo(name, label: id) else { return try .json(turn(try upcoming(name), name)) }
        return try .json(turn(try store.asked(undone.item, of: name), name, given: undone.judgement))
    }

    /// The state that comes next; nil also where no round goes on, which may end while the page is open.
    private func upcoming(_ name: String) throws -> AnnotationTask? {
        do {
            return try store.next(name)
        } catch let error as DroidError where error.code == "annotation.round" {
            return nil
        }
    }

    // MARK: - Answers

    /// What the page is told after each word: how far it is, and what comes next.
    private struct Turn: Encodable {
        var status: Status
        var task: TaskView?
        /// What was said of the task before, where that was taken back.
        var given: Judgement?
        /// Why nothing comes, where that is not because all is done.
        var problem: String?
    }

    private struct Status: Encodable {
        var annotator: String
        var progress: AnnotationStore.Progress
        var live: Bool
        /// The word that would be taken back.
        var last: Int64?
    }

    private func turn(_ task: AnnotationTask?, _ name: String, given: Judgement? = nil) throws -> Turn {
        let isOver = try task == nil && store.currentRound() == nil
        let over = "No round goes on. What you said is kept; droidagent annotate begins another round."
        return Turn(
            status: Status(
                annotator: name,
                progress: try store.progress(name),
                live: live != nil,
                last: try store.lastWord(name)
            ),
            task: task.map(TaskView.init),
            given: given,
            problem: isOver ? over : nil
        )
    }
}

/// A candidate as pages show it.
struct CandidateView: Encodable, Sendable {
    var text: String
    /// Left, top, right and bottom; empty for what acts on no element.
    var box: [Int]
    var asks: Bool
    var score: Double?
    /// The calibrated share.
    var share: Double?
}

/// A state as pages show it. Why it is asked is not told.
struct TaskView: Encodable, Sendable {
    var id: Int64
    var goal: String
    var app: String
    var task: String
    var step: Int
    var origin: String
    var prefix: String
    var look: AnnotationItem.Look?
    var candidates: [CandidateView]
    var ranking: [Int]
    var proposal: Int?
    var chosen: Int?
    var filled: String?
    var offered: [String]

    init(_ task: AnnotationTask) {
        let item = task.item
        (id, goal, app, self.task, step) = (task.id, item.goal, item.app, item.task, item.step)
        (origin, prefix, look) = (item.origin, item.prefix, item.look)
        (ranking, proposal, chosen, filled, offered) = (
            task.ranking, task.proposal, item.chosen, item.filled, item.offered
        )
        candidates = item.suffixes.indices.map { index in
            CandidateView(
                text: item.words(index),
                box: item.look?.boxes[index] ?? [],
                asks: item.asks(index),
                score: task.scores.isEmpty ? nil : task.scores[index],
                share: task.probabilities.isEmpty ? nil : task.probabilities[index]
            )
        }
        // The boxes are with the candidates.
        look?.boxes = []
    }
}
