// SPDX-License-Identifier: Apache-2.0

import Base
import Media
import Pages
import Screen

/// A person in the agent's place: sees the goal, the screen and the candidates on a page, and picks one.
///
/// The person has what an agent has: the screen as it was when the decision was due, the memory, the same candidates. What is
/// picked is done, whatever the loop guard thinks of it.
public final class HumanChooser: ActionChooser {
    private let hub: LiveHub<ViewState>
    private let desk = HumanDesk()

    public init() { hub = LiveHub(ViewState(serial: "")) }

    public var isGuarded: Bool { false }

    public func choose(_ decision: Decision) async throws -> Choice {
        let screen = decision.screen
        let shot = try await picture(decision)
        let size = try shot.decoded()
        await hub.show(try shot.encoded(), width: size.width, height: size.height)
        let options = decision.candidates.map { candidate in
            ViewState.Option(
                text: candidate.text,
                type: Self.type(candidate.action),
                bounds: candidate.elementID.map { screen.visibleBounds(of: $0).edges },
                asks: candidate.action.isPlaceholder
            )
        }
        let id = await desk.open(options)
        let question = ViewState.Question(
            id: id,
            goal: decision.goal,
            step: decision.step + 1,
            budget: decision.maxSteps,
            memory: decision.history,
            candidates: options,
            apps: decision.apps.apps.map(\.label)
        )
        let serial = decision.device.serial
        await hub.update { state in
            state.serial = serial
            (state.package, state.activity) = (screen.package, screen.activity)
            state.question = question
        }
        let answer = try await desk.answer()
        await hub.update { $0.question = nil }
        return .certain(answer.index, of: decision.candidates.count, filledText: answer.text)
    }

    /// The kind of an action; the two that end a run apart.
    private static func type(_ action: Action) -> String {
        switch action {
        case .complete: "complete"
        case .infeasible: "infeasible"
        default: action.type
        }
    }

    /// The picture of the decision: the one that was read with the screen, else one that is taken now.
    private func picture(_ decision: Decision) async throws -> Screenshot {
        if let shot = decision.screen.screenshot { return shot }
        return try Screencap.png(try await decision.device.exec("screencap -p", timeout: .seconds(20)))
    }

    /// Says something above the goal, such as how the episode before ended.
    public func note(_ text: String) async { await hub.update { $0.notes = $0.notes.suffix(99) + [text] } }

    /// Says that nothing more will be asked.
    public func finish() async { await hub.update { $0.isOver = true } }

    /// Serves the page's requests.
    public func handle(_ request: PageRequest) async throws -> PageResponse {
        if let answer = try await hub.answer(request) { return answer }
        switch (request.method, request.path) {
        case (.get, ""): return ViewPage.human.response()
        case (.post, "choose"): return await chosen(request.body)
        default: return .text("there is nothing here", status: 404)
        }
    }

    private struct Chosen: Decodable {
        var decision: Int
        var index: Int
        var text: String?
    }

    private func chosen(_ body: [UInt8]) async -> PageResponse {
        guard let chosen = try? JSON.decode(Chosen.self, from: body) else {
            return .text("this is no choice", status: 400)
        }
        switch await desk.choose(chosen.index, text: chosen.text, of: chosen.decision) {
        case .taken: return .text("done", status: 200)
        case .late: return .text("this decision is over", status: 409)
        case .wrong(let why): return .text(why, status: 400)
        }
    }
}

/// Where a decision waits for the person's word.
private actor HumanDesk {
    struct Answer: Sendable {
        var index: Int
        var text: String?
    }

    enum Outcome: Sendable {
        case taken, late
        case wrong(String)
    }

    private var id = 0
    private var options: [ViewState.Option] = []
    private var isOpen = false
    private var given: Answer?
    private var waiting: CheckedContinuation<Answer?, Never>?

    /// Begins a decision.
    func open(_ options: [ViewState.Option]) -> Int {
        id += 1
        self.options = options
        isOpen = true
        given = nil
        return id
    }

    /// Waits for the choice.
    ///
    /// - Throws: `CancellationError`.
    func answer() async throws -> Answer {
        if let given { return given }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer?, Never>) in
                if Task.isCancelled { continuation.resume(returning: nil) } else { waiting = continuation }
            }
        } onCancel: {
            Task { await self.close() }
        }
        guard let answer else { throw CancellationError() }
        return answer
    }

    private func close() {
        isOpen = false
        waiting?.resume(returning: nil)
        waiting = nil
    }

    /// Takes a choice, once.
    func choose(_ index: Int, text: String?, of decision: Int) -> Outcome {
        guard isOpen, decision == id else { return .late }
        guard options.indices.contains(index) else { return .wrong("there is no candidate \(index)") }
        let asks = options[index].asks
        if asks, (text ?? "").isEmpty { return .wrong("a text has to come with it") }
        if let text, text.count > ViewInput.textLimit { return .wrong("the text is too long") }
        isOpen = false
        let answer = Answer(index: index, text: asks ? text : nil)
        given = answer
        waiting?.resume(returning: answer)
        waiting = nil
        return .taken
    }
}
