// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// The state of one run, and its steps.
struct AgentRun {
    let loop: AgentLoop
    let goal: String
    let recorder: RunRecorder?
    let start: Duration
    var memory = Memory()
    var guardian: LoopGuard
    var recovery = Recovery()
    var ledger: Ledger?
    var apps = AppCatalog()
    var date: String?
    var screen: ScreenState?
    /// The steps that were written down, and what they cost of the budget: reading a list is one of them, and costs its scrolls.
    var steps = 0
    var spent = 0
    var mind: Mind?
    /// The packages in which something was scrolled: a list there may not stand at its start.
    var scrolled: Set<String> = []
    var answer: String?
    var answerProof: AnswerProof?
    var before: DeviceFacts?

    init(loop: AgentLoop, goal: String, recorder: RunRecorder?) {
        self.loop = loop
        self.goal = goal
        self.recorder = recorder
        guardian = LoopGuard(recovers: loop.options.recovers)
        start = loop.clock.now()
    }

    /// Why the steps ended.
    enum Ending {
        case said(Said, String? = nil)
        case stopped(String)
        case unconfirmed(Sensitivity, String)
    }

    mutating func go() async -> RunResult {
        var ending = Ending.stopped("the budget of \(loop.options.maxSteps) steps is used up")
        var failure: DroidError?
        do {
            try await prepare()
            steps: while spent < loop.options.maxSteps {
                try Task.checkCancellation()
                if let found = try await step() {
                    ending = found
                    break steps
                }
            }
        } catch is CancellationError {
            ending = .stopped("it was interrupted")
        } catch {
            failure = DroidError.wrapping(error, "agent.failed", "the run broke off")
        }
        return await finish(ending, failure)
    }

    mutating func prepare() async throws {
        apps = try await AppCatalog.read(loop.device)
        if loop.options.wantsProof { before = try await DeviceFacts.read(loop.device) }
        if let options = loop.options.mind { mind = try await Mind(goal, options, device: loop.device) }
        if loop.options.tellsDate {
            date = try await PromptBuilder.oneLine(loop.device.run("date '+%a %Y-%m-%d'").text)
        }
        let keepsLedger = loop.options.keepsLedger && loop.options.mind?.without.contains(.ledger) != true
        if keepsLedger, let mind {
            ledger = Ledger(mind.goal, apps: apps)
        } else if keepsLedger, let now = DeviceMoment(try await loop.device.run(DeviceMoment.command).text) {
            // Without a clock no day can be told, and nothing else is lost.
            ledger = Ledger(GoalState(goal, now: now), apps: apps)
        }
    }

    /// One step. Nil to go on.
    mutating func step() async throws -> Ending? {
        var timings = StepTimings()
        let began = loop.clock.now()
        if screen == nil {
            screen = try await look(after: nil)
            let notes = mind?.notes ?? NoteBook()
            if let screen { ledger?.observe(screen: screen, notes: notes) }
        }
        guard let screen else { return .stopped("there is no screen") }
        timings.observe = (loop.clock.now() - began).inSeconds
        try await recorder?.begin(step: steps, screen: screen)

        let encodeStart = loop.clock.now()
        let decision = loop.decision(
            goal: goal,
            memory: memory,
            screen: screen,
            apps: apps,
            step: spent,
            date: date,
            mind: mind,
            ledger: ledger
        )
        let promptSeconds = (loop.clock.now() - encodeStart).inSeconds
        let choice = try await loop.chooser.choose(decision)
        timings.encode = promptSeconds + choice.encodeSeconds
        timings.score = choice.scoreSeconds

        let fillStart = loop.clock.now()
        let found = try await pick(choice, decision)
        timings.fill = (loop.clock.now() - fillStart).inSeconds
        let picked: Picked
        switch found {
        case .picked(let one): picked = one
        case .ending(let ending): return ending
        }
        let sensitivity = Sensitivity.of(picked.action, on: screen)
        var record = record(decision, choice, picked, timings: timings, sensitivity: sensitivity)
        loop.onEvent(.choosing(step: steps + 1, action: picked.words, candidates: decision.candidates.count))

        if let sensitivity, loop.options.confirm == .ask {
            switch await loop.confirmer.confirm(sensitivity, words: picked.words) {
            case .yes: break
            case .no:
                try await close(record, note: "refused")
                return .stopped("the action \(picked.words) was refused")
            case .nobody:
                try await close(record, note: "needs confirmation")
                return .unconfirmed(sensitivity, picked.words)
            }
        }

        switch picked.action {
        case .complete, .infeasible:
            try await close(record, note: nil)
            let tried = guardian.triedWords(limit: 4).joined(separator: ", ")
            return picked.action == .complete
                ? .said(.complete) : .said(.infeasible, tried.isEmpty ? nil : "the agent gave up after: \(tried)")
        case .clearText(let id):
            mind?.emptied.append(screen.element(id)?.text ?? "")
        case .answer(let text):
            answer = text
            answerProof = picked.proof
        default:
            break
        }
        let next: ScreenState
        var noted: String?
        do {
            switch picked.action {
            case .remember(let id):
                noted = remember(id, on: screen)
                next = screen
            case .readList(let id):
                (next, record.deviceActions, noted) = try await readList(id, on: screen, timings: &record.timings)
            default: next = try await carryOut(picked.action, on: screen, timings: &record.timings)
            }
        } catch {
            // What was chosen is known even where its effect is not.
            try await recorder?.end(record)
            throw error
        }
        record.noted = noted
        if case .scroll = picked.action { scrolled.insert(screen.package) }
        let outcome = StepOutcome(
            before: screen,
            after: next,
            action: picked.action,
            seesPopups: loop.options.recovers
        )
        record.outcome = outcome
        let row = ledger?.openRow
        let notes = mind?.notes ?? NoteBook()
        let progress = ledger?.progress ?? 0
        ledger?.observe(screen: next, action: picked.action, before: screen, outcome: outcome, notes: notes)
        memory.add(picked.candidate, action: picked.action, outcome: outcome, row: row, noted: noted, note: picked.why)
        guardian.record(
            screen: screen.contentHash,
            words: picked.words,
            after: next.contentHash,
            progress: (ledger?.progress ?? 0) > progress,
            notes: noted != nil
        )
        self.screen = next
        let line = memory.lines.last ?? picked.words
        try await close(record, note: line == picked.words ? nil : String(line.dropFirst(picked.words.count + 2)))
        return nil
    }

    /// Does an action and waits for the screen that follows.
    func carryOut(
        _ action: Action,
        on screen: ScreenState,
        timings: inout StepTimings
    ) async throws -> ScreenState {
        let start = loop.clock.now()
        do {
            try await loop.act(action, on: screen, apps: apps)
        } catch let error as DroidError where error.code == "agent.act" {
            // A refused action is no reason to give up: the memory tells, and the guard rules it out.
            loop.onEvent(.note(error.what))
        }
        let done = loop.clock.now()
        timings.act += (done - start).inSeconds
        if case .answer = action { return screen }
        let next = try await look(after: screen.contentHash)
        timings.settle += (loop.clock.now() - done).inSeconds
        return next
    }

    mutating func close(_ record: StepRecord, note: String?) async throws {
        try await recorder?.end(record)
        steps += 1
        spent += max(1, record.deviceActions ?? 1)
        let chosen = record.candidates[record.chosen]
        loop.onEvent(
            .step(
                StepSummary(
                    step: steps,
                    action: record.words,
                    chosen: record.chosen,
                    filled: record.filled?.text,
                    score: chosen.score,
                    normalised: chosen.normalised,
                    margin: record.margin,
                    candidates: record.candidates.count,
                    seconds: record.timings.total,
                    timings: record.timings,
                    note: note
                )
            )
        )
    }
}
