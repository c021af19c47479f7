// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Media
import Pages
import Screen
import Synchronization

/// Does what the verifier chooses, until the person has the say; and keeps every step in the store.
final class TakeoverChooser: ActionChooser, Confirmer {
    private let stage: LiveStage
    private let store: AnnotationStore
    private let hub: LiveHub<LiveView>
    private let desk: LiveDesk
    private let episode: AnnotationEpisode

    private struct Memory {
        /// The step that is being done, and its scores.
        var item: AnnotationItem?
        var scores: [Double] = []
        var byPerson = false
        var steps: [LiveView.Step] = []
        var app = ""
        var problem: String?
    }

    private let memory = Mutex(Memory())

    init(
        stage: LiveStage,
        store: AnnotationStore,
        hub: LiveHub<LiveView>,
        desk: LiveDesk,
        episode: AnnotationEpisode
    ) {
        (self.stage, self.store, self.hub, self.desk, self.episode) = (stage, store, hub, desk, episode)
    }

    var counter: PromptCounter? { stage.chooser.counter }
    /// What a person chooses is done; what the verifier chooses may be ruled out.
    var isGuarded: Bool { memory.withLock { !$0.byPerson } && stage.chooser.isGuarded }
    /// The app that the episode began in, after the home screen.
    var app: String { memory.withLock(\.app) }
    var problem: String? { memory.withLock(\.problem) }
    /// What was done so far.
    var steps: [LiveView.Step] { memory.withLock(\.steps) }

    func choose(_ decision: Decision) async throws -> Choice {
        memory.withLock { $0.byPerson = false }
        let choice = try await stage.chooser.choose(decision)
        let shot = try await picture(decision)
        let size = try shot.decoded()
        let png = try shot.encoded()
        await hub.show(png, width: size.width, height: size.height)
        let item = try item(decision, png: png)
        memory.withLock { memory in
            memory.item = item
            memory.scores = scores(choice, decision.candidates.count)
            if !decision.history.isEmpty { memory.app = AppNames.label(of: decision.screen.package) }
        }
        let id = await desk.open(decision.candidates.map(\.action.isPlaceholder))
        await publish(question(id, decision, choice, item))
        if !(await desk.hasPerson), stage.pace > .zero { try await stage.clock.sleep(for: stage.pace) }
        guard await desk.hasPerson else {
            await desk.shut()
            return choice
        }
        await hub.update { ($0.waits, $0.person) = (true, true) }
        let answer = try await desk.answer()
        await hub.update { $0.waits = false }
        guard case .choice(let index, let text, let annotator) = answer else { return choice }
        try keep(item, index, text: text, annotator: annotator)
        memory.withLock { $0.byPerson = true }
        return .certain(index, of: decision.candidates.count, filledText: text)
    }

    func chooseText(_ query: TextQuery) async throws -> Int? { try await stage.chooser.chooseText(query) }

    func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        try await stage.chooser.fill(action, options: options, decision: decision)
    }

    func confirm(_ kind: Sensitivity, words: String) async -> ConfirmAnswer {
        // Who chose it with the own hand has been asked.
        if memory.withLock(\.byPerson) { return .yes }
        await hub.update { $0.confirm = "This would \(kind.rawValue): \(words)" }
        let answer = await desk.confirmation()
        await hub.update { $0.confirm = nil }
        return answer ? .yes : .no
    }

    // MARK: - What is kept

    /// Keeps a step of the verifier's once it is known what was done, and tells the page of every step.
    func note(_ event: AgentEvent) {
        guard case .step(let summary) = event else { return }
        let (item, scores, byPerson) = memory.withLock { memory in
            memory.steps.append(
                LiveView.Step(step: memory.steps.count, words: summary.action, byPerson: memory.byPerson)
            )
            return (memory.item, memory.scores, memory.byPerson)
        }
        if !byPerson, var item {
            (item.chosen, item.filled) = (summary.chosen, summary.filled)
            do {
                try keep(item, scores)
            } catch {
                // The run goes on; that a step is missing is told.
                memory.withLock { $0.problem = "\(error)" }
            }
        }
        // Whichever of these is carried out last, it tells of all steps.
        Task { await hub.update { $0.steps = self.steps } }
    }

    private func keep(_ item: AnnotationItem, _ index: Int, text: String?, annotator: String) throws {
        var item = item
        (item.chosen, item.filled) = (index, text)
        let id = try keep(item, memory.withLock(\.scores))
        try store.save(
            NewLabel(
                item: id,
                annotator: annotator,
                source: .person,
                purpose: .live,
                judgement: .right([index], text: text),
                verifier: stage.verifier
            )
        )
    }

    @discardableResult
    private func keep(_ item: AnnotationItem, _ scores: [Double]) throws -> Int64 {
        try store.add([item])
        guard let id = try store.id(of: item) else {
            throw DroidError("annotation.store", "the step was not kept")
        }
        if let verifier = stage.verifier, scores.count == item.suffixes.count {
            try store.setScores([(id, scores)], verifier: verifier)
        }
        return id
    }

    private func scores(_ choice: Choice, _ count: Int) -> [Double] {
        guard stage.verifier != nil, choice.ranked.count == count else { return [] }
        var scores = [Double](repeating: 0, count: count)
        for ranked in choice.ranked where scores.indices.contains(ranked.index) { scores[ranked.index] = ranked.score }
        return scores.allSatisfy(\.isFinite) ? scores : []
    }

    private func item(_ decision: Decision, png: [UInt8]) throws -> AnnotationItem {
        let size = decision.screen.displaySize
        return AnnotationItem(
            task: episode.task,
            app: AppNames.label(of: decision.screen.package),
            episode: episode.episode,
            // As the run's record counts: a list that is read is one step, whatever it costs.
            step: memory.withLock(\.steps.count),
            goal: decision.goal,
            prefix: decision.prompt.prefix,
            suffixes: decision.prompt.suffixes,
            actions: decision.candidates.map(\.action),
            facts: decision.facts,
            prompt: decision.prompt.options,
            look: AnnotationItem.Look(
                picture: try store.keep(picture: png),
                width: size.width,
                height: size.height,
                boxes: decision.candidates.map { candidate in
                    candidate.elementID.map { decision.screen.visibleBounds(of: $0).edges } ?? []
                }
            ),
            origin: episode.origin
        )
    }

    // MARK: - The page

    private func picture(_ decision: Decision) async throws -> Screenshot {
        if let shot = decision.screen.screenshot { return shot }
        return try Screencap.png(try await decision.device.exec("screencap -p", timeout: .seconds(20)))
    }

    private func question(
        _ id: Int,
        _ decision: Decision,
        _ choice: Choice,
        _ item: AnnotationItem
    ) -> LiveView.Question {
        var ranked: [Int: Ranked] = [:]
        for one in choice.ranked { ranked[one.index] = one }
        let candidates = decision.candidates.enumerated().map { index, candidate in
            LiveView.LiveCandidate(
                text: candidate.text,
                box: item.look?.boxes[index] ?? [],
                asks: candidate.action.isPlaceholder,
                score: ranked[index]?.score,
                share: ranked[index]?.normalised,
                texts: candidate.action.isPlaceholder
                    ? decision.texts(for: candidate.action).prefix(12).map(\.text) : []
            )
        }
        let rest = decision.candidates.indices.filter { ranked[$0] == nil }
        var look = item.look ?? AnnotationItem.Look(width: 1, height: 1, boxes: [])
        look.boxes = []
        return LiveView.Question(
            id: id,
            look: look,
            candidates: candidates,
            ranking: choice.ranked.map(\.index).filter(decision.candidates.indices.contains) + rest
        )
    }

    private func publish(_ question: LiveView.Question) async {
        let person = await desk.hasPerson
        await hub.update { view in
            (view.question, view.person, view.waits) = (question, person, person)
            view.steps = self.steps
        }
    }
}
