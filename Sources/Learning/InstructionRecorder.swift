// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Screen
import Synchronization

/// Walks through a task's screens, or wanders about in its app, and writes down instructions for the screens that it comes to.
///
/// Each instruction is put to an agent of its own as a goal, on the same screen, so its prompt is the one of a run's first step: goal
/// state, ledger and texts are what a run would have. The agent does nothing to the device.
final class InstructionRecorder: ActionChooser {
    let counter: PromptCounter?
    var isGuarded: Bool { walker.isGuarded }
    private let walker: any ActionChooser
    private let instance: TaskInstance
    private let run: Int
    private let perScreen: Int
    private let options: CollectOptions
    private let written = Mutex<[StateRecord]>([])

    init(_ instance: TaskInstance, run: Int, explores: Bool, _ perScreen: Int, _ options: CollectOptions) throws {
        counter = options.counter
        self.instance = instance
        self.run = run
        self.perScreen = perScreen
        self.options = options
        walker =
            explores
            ? Explorer(instance, run: run, avoided: options.heldOutApps)
            : try Ceiling(instance, counter: options.counter)
    }

    var states: [StateRecord] { written.withLock(\.self) }

    func choose(_ decision: Decision) async throws -> Choice {
        let app = Instruction.app(of: decision.screen)
        if !decision.screen.elements.isEmpty, !options.heldOutApps.contains(app) {
            let name = "\(instance.template.name) \(run) \(decision.step) instruction"
            let random = SeededRandom(seed: instance.seed, name: name)
            var maker = InstructionMaker(decision, avoided: options.heldOutApps, random: random)
            for one in maker.draw(perScreen) { try await write(one, decision, app: app) }
        }
        return try await walker.choose(decision)
    }

    func chooseText(_ query: TextQuery) async throws -> Int? { try await walker.chooseText(query) }

    private func write(_ instruction: Instruction, _ decision: Decision, app: String) async throws {
        let probe = InstructionProbe(instruction, candidates: decision.candidates.map(\.text), counter: counter)
        var settings = AgentOptions()
        settings.prompt = options.prompt
        // The screen has in it what was read in its pictures.
        var mind = MindOptions()
        mind.readsPictures = false
        settings.mind = mind
        (settings.keepsLedger, settings.recovers) = (true, true)
        (settings.confirm, settings.wantsProof) = (.never, false)
        let loop = AgentLoop(
            device: decision.device,
            chooser: probe,
            options: settings,
            settle: StillScreen(decision.screen)
        )
        let result = try await loop.run(goal: instruction.goal)
        if let error = result.error { throw error }
        for found in probe.found {
            let state = StateRecord(
                task: instance.template.name,
                app: app,
                split: options.mark(instance.template),
                seed: instance.seed,
                run: run,
                step: decision.step,
                kind: found.isText ? .text : .instruction,
                goal: instruction.goal,
                prefix: found.prompt.prefix,
                suffixes: found.suffixes,
                right: found.right,
                wrong: found.wrong,
                chosen: found.right[0],
                facts: found.facts,
                priors: found.priors,
                actionSpace: ActionSpace.version,
                prompt: options.prompt == PromptOptions() ? nil : options.prompt
            )
            written.withLock { $0.append(state) }
        }
    }
}

/// The first step of a run whose goal is an instruction: it takes down the prompt and what is right, and ends the run.
private final class InstructionProbe: ActionChooser {
    struct Found: Sendable {
        var prompt: Prompt
        var suffixes: [String]
        var right: [Int]
        var wrong: [Int]
        var facts: [CandidateFacts]?
        var priors: [Double]?
        var isText = false
    }

    let counter: PromptCounter?
    private let instruction: Instruction
    /// What the screen allowed when the instruction was made for it.
    private let candidates: [String]
    private let memory = Mutex<[Found]>([])

    init(_ instruction: Instruction, candidates: [String], counter: PromptCounter?) {
        (self.instruction, self.candidates, self.counter) = (instruction, candidates, counter)
    }

    var found: [Found] { memory.withLock(\.self) }

    func choose(_ decision: Decision) async throws -> Choice {
        let count = decision.candidates.count
        let end = Choice.certain(decision.candidates.firstIndex { $0.action == .complete } ?? 0, of: count)
        guard decision.candidates.map(\.text) == candidates else { return end }
        let text = text(decision)
        if instruction.needsText && text == nil { return end }
        let wrong = (0..<count).filter { !instruction.right.contains($0) && !instruction.neutral.contains($0) }
        let state = Found(
            prompt: decision.prompt,
            suffixes: decision.prompt.suffixes,
            right: instruction.right,
            wrong: wrong,
            facts: decision.facts
        )
        memory.withLock { $0 = [state] + (text.map { [$0] } ?? []) }
        return end
    }

    /// The choice among the texts that are offered, where the wanted one is among them.
    private func text(_ decision: Decision) -> Found? {
        guard let wanted = instruction.text, let place = instruction.right.first else { return nil }
        let candidate = decision.candidates[place]
        let options = decision.texts(for: candidate.action)
        guard let right = options.firstIndex(where: { $0.text == wanted }) else { return nil }
        let query = TextQuery(candidate: candidate, options: options, decision: decision)
        let builder = PromptBuilder(options: decision.prompt.options)
        let suffixes = options.indices.map { builder.suffix(query.words($0)) }
        let wrong = suffixes.indices.filter { suffixes[$0] != suffixes[right] }
        guard !wrong.isEmpty || instruction.needsText else { return nil }
        return Found(
            prompt: decision.prompt,
            suffixes: suffixes,
            right: [right],
            wrong: wrong,
            priors: options.map(\.prior),
            isText: true
        )
    }
}

/// A screen that stays as it is: nothing is done to the device.
private struct StillScreen: SettleDetector {
    let state: ScreenState

    init(_ state: ScreenState) { self.state = state }

    func settled(after previous: String?) async throws -> Observation {
        Observation(state: state, dumps: 0, seconds: 0)
    }
}
