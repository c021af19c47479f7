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
            guard let id = request.query["item"] else { return try .json(turn(try store.next(name), name)) }
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
            try store.save(word.judgement, episode: word.episode, task: word.task, annotator: name)
            return try .json(["saved": true])
        case (.post, "label"): return try label(try decode(Word.self, request.body), name)
        case (.post, "undo"): return try undo(name)
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

    private struct EpisodeWord: Decodable {
        var task: String
        var episode: String
        var judgement: EpisodeJudgement
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
        let pending = try store.next(name)
        let task = try pending?.id == word.item ? pending : store.task(word.item)
        guard let task else { return .text("there is no such state", status: 404) }
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
        return try .json(turn(try store.next(name), name))
    }

    private func undo(_ name: String) throws -> PageResponse {
        guard let undone = try store.undo(name) else { return try .json(turn(try store.next(name), name)) }
        return try .json(turn(try store.next(name), name, given: undone.judgement))
    }

    // MARK: - Answers

    /// What the page is told after each word: how far it is, and what comes next.
    private struct Turn: Encodable {
        var status: Status
        var task: TaskView?
        /// What was said of the task before, where that was taken back.
        var given: Judgement?
    }

    private struct Status: Encodable {
        var annotator: String
        var progress: AnnotationStore.Progress
        var live: Bool
    }

    private func turn(_ task: AnnotationTask?, _ name: String, given: Judgement? = nil) throws -> Turn {
        Turn(
            status: Status(annotator: name, progress: try store.progress(name), live: live != nil),
            task: task.map(TaskView.init),
            given: given
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
