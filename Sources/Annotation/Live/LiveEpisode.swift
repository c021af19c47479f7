// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Media
import Pages
import Screen
import Synchronization

/// The agent at work with a person beside it, who takes over and hands back.
///
/// Each step becomes a state of the store as it is done: what the person did is a label, what the verifier did waits in the queue.
public final class LiveEpisode: Sendable {
    private let stage: LiveStage
    private let store: AnnotationStore
    private let hub: LiveHub<LiveView>
    private let desk = LiveDesk()
    private let running = Mutex<Run?>(nil)

    /// The episode that runs, or ran last.
    private struct Run: Sendable {
        var number: Int
        var episode: AnnotationEpisode
        var task: Task<Void, Never>?
        var isOver = false
    }

    public init(_ stage: LiveStage, store: AnnotationStore) {
        (self.stage, self.store) = (stage, store)
        hub = LiveHub(LiveView(serial: stage.device.serial))
    }

    /// Begins an episode.
    ///
    /// - Throws: `DroidError` with code `annotation.live` where one runs, or `goal.empty`.
    public func start(goal: String) async throws {
        let goal = goal.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !goal.isEmpty else {
            throw DroidError("goal.empty", "the goal is empty", next: "say what is to be done")
        }
        let header = stage.header(goal)
        let folder = stage.folder(goal)
        let episode = AnnotationEpisode(
            task: RunImport.family(goal: goal),
            app: "",
            // As an import of the run's folder would call it, so that it adds nothing twice.
            episode: "\((folder as NSString).lastPathComponent)@\(header.started)",
            goal: goal,
            origin: folder
        )
        let number = try running.withLock { run in
            if let run, !run.isOver {
                throw DroidError("annotation.live", "an episode runs already", next: "stop it first")
            }
            let number = (run?.number ?? 0) + 1
            run = Run(number: number, episode: episode)
            return number
        }
        do {
            let recorder = try RunRecorder(folder: folder, header: header)
            try store.set(episode)
            await hub.update { view in
                (view.goal, view.running, view.ending, view.problem) = (goal, true, nil, nil)
                (view.steps, view.firstWrong) = ([], nil)
            }
            let task = Task { await self.run(goal, episode, recorder) }
            running.withLock { if $0?.number == number { $0?.task = task } }
        } catch {
            running.withLock { $0?.isOver = true }
            throw error
        }
    }

    /// Stops the episode that runs, and waits for its end.
    public func stop() async {
        let task = running.withLock { $0?.task }
        task?.cancel()
        await task?.value
    }

    /// Waits for the end of the episode that runs.
    public func end() async { await running.withLock { $0?.task }?.value }

    private func run(_ goal: String, _ episode: AnnotationEpisode, _ recorder: RunRecorder) async {
        let chooser = TakeoverChooser(stage: stage, store: store, hub: hub, desk: desk, episode: episode)
        let loop = AgentLoop(
            device: stage.device,
            chooser: chooser,
            options: stage.options,
            settle: stage.settle,
            input: stage.input,
            confirmer: chooser,
            clock: stage.clock,
            onEvent: { chooser.note($0) }
        )
        var known = episode
        var ending: String
        do {
            let result = try await loop.run(goal: goal, recorder: recorder)
            (known.said, known.verdict) = (result.said.rawValue, result.verdict.rawValue)
            known.app = chooser.app
            ending = [result.verdict.rawValue, result.error?.what ?? result.reason].compactMap { $0 }.joined(
                separator: ": "
            )
            try store.set(known)
        } catch {
            ending = "\(error)"
        }
        let (told, problem) = (ending, chooser.problem)
        let last = try? await picture()
        if let last { await hub.show(last.png, width: last.width, height: last.height) }
        await hub.update { view in
            (view.running, view.waits, view.question, view.ending) = (false, false, nil, told)
            (view.problem, view.steps) = (problem, chooser.steps)
        }
        running.withLock { if $0?.episode == episode { $0?.isOver = true } }
    }

    private func picture() async throws -> (png: [UInt8], width: Int, height: Int) {
        let shot = try Screencap.png(try await stage.device.exec("screencap -p", timeout: .seconds(20)))
        let size = try shot.decoded()
        return (try shot.encoded(), size.width, size.height)
    }

    // MARK: - The page

    private struct Order: Decodable {
        var goal: String?
        var decision: Int?
        var index: Int?
        var text: String?
        var yes: Bool?
        var step: Int?
    }

    /// Serves the page's requests below `live/`.
    func handle(_ request: PageRequest, annotator: String) async throws -> PageResponse {
        var inner = request
        inner.path = String(request.path.dropFirst("live/".count))
        if let answer = try await hub.answer(inner) { return answer }
        guard request.method == .post, let order = try? JSON.decode(Order.self, from: request.body) else {
            return .text("there is nothing here", status: request.method == .post ? 400 : 404)
        }
        switch inner.path {
        case "start": try await start(goal: order.goal ?? "")
        case "stop": await stop()
        case "take":
            await desk.take()
            await hub.update { $0.person = true }
        case "back":
            await desk.handBack()
            await hub.update { ($0.person, $0.waits) = (false, false) }
        case "confirm": await desk.confirm(order.yes ?? false)
        case "wrong": try await mark(order.step, annotator)
        case "choose":
            let outcome = await desk.choose(
                order.index ?? -1,
                text: order.text,
                of: order.decision ?? -1,
                annotator: annotator
            )
            switch outcome {
            case .taken: break
            case .late: return .text("this decision is over, or the verifier has the say", status: 409)
            case .wrong(let why): return .text(why, status: 400)
            }
        default: return .text("there is nothing here", status: 404)
        }
        return try .json(["done": true])
    }

    /// Marks the first wrong step.
    private func mark(_ step: Int?, _ annotator: String) async throws {
        guard let step, let episode = running.withLock({ $0?.episode }) else {
            throw DroidError("annotation.live", "there is no such step")
        }
        try store.change(episode: episode.episode, task: episode.task, annotator: annotator) { $0.firstWrong = step }
        await hub.update { view in
            view.firstWrong = step
        }
    }
}
