// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// The state of one run, and its steps.
struct AgentRun {
    let loop: AgentLoop
    let goal: String
    let recorder: RunRecorder?
    private let start: Duration
    private var memory = Memory()
    private var guardian: LoopGuard
    private var recovery = Recovery()
    private var ledger: Ledger?
    private var apps = AppCatalog()
    private var date: String?
    private var screen: ScreenState?
    /// The steps that were written down, and what they cost of the budget: reading a list is one of them, and costs its scrolls.
    private var steps = 0
    private var spent = 0
    private var mind: Mind?
    /// The packages in which something was scrolled: a list there may not stand at its start.
    private var scrolled: Set<String> = []
    private var answer: String?
    private var answerProof: AnswerProof?
    private var before: DeviceFacts?

    init(loop: AgentLoop, goal: String, recorder: RunRecorder?) {
        self.loop = loop
        self.goal = goal
        self.recorder = recorder
        guardian = LoopGuard(recovers: loop.options.recovers)
        start = loop.clock.now()
    }

    /// Why the steps ended.
    private enum Ending {
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

    private mutating func prepare() async throws {
        apps = try await AppCatalog.read(loop.device)
        if loop.options.wantsProof { before = try await DeviceFacts.read(loop.device) }
        if let options = loop.options.mind { mind = try await Mind(goal, options, device: loop.device) }
        if loop.options.tellsDate {
            date = try await PromptBuilder.oneLine(loop.device.run("date '+%a %Y-%m-%d'").text)
        }
        if loop.options.keepsLedger, let mind {
            ledger = Ledger(mind.goal, apps: apps)
        } else if loop.options.keepsLedger, let now = DeviceMoment(try await loop.device.run(DeviceMoment.command).text) {
            // Without a clock no day can be told, and nothing else is lost.
            ledger = Ledger(GoalState(goal, now: now), apps: apps)
        }
    }

    /// One step. Nil to go on.
    private mutating func step() async throws -> Ending? {
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
    private func carryOut(
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

    /// The screen once it has settled, with what its pictures say.
    private func look(after previous: String?) async throws -> ScreenState {
        let screen = try await loop.settle.settled(after: previous).state
        return try await mind?.read(screen, device: loop.device) ?? screen
    }

    /// Writes down what an element says. What was written is told.
    private mutating func remember(_ id: Int, on screen: ScreenState) -> String {
        let tables = ListReading.tables(ofElement: id, on: screen)
        guard let last = tables.last else { return "nothing to note" }
        mind?.notes.remember(tables)
        return Self.noted(last.rows.count)
    }

    private static func noted(_ rows: Int) -> String { "noted \(rows) \(rows == 1 ? "line" : "lines")" }

    /// Reads a list to its end, or as far as the budget goes, and writes its rows down.
    ///
    /// - Returns: the screen that it ended on, the scrolls that were sent, and what was written, in words.
    private mutating func readList(
        _ id: Int,
        on screen: ScreenState,
        timings: inout StepTimings
    ) async throws -> (ScreenState, Int, String) {
        var reading = ListReading(list: id, on: screen, isUntouched: !scrolled.contains(screen.package))
        var current = screen
        var sent = 0
        while case .scroll(let direction) = reading.add(current), spent + sent < loop.options.maxSteps - 1 {
            guard let list = reading.scroller else { break }
            current = try await carryOut(.scroll(list, direction), on: current, timings: &timings)
            sent += 1
            scrolled.insert(screen.package)
        }
        mind?.notes.add(reading.table)
        return (current, sent, Self.noted(reading.table.rows.count) + (reading.table.isComplete ? "" : " so far"))
    }

    /// The best candidate that the guard allows and whose placeholder can be filled.
    private struct Picked {
        var index: Int
        var candidate: Candidate
        var action: Action
        var fill: Fill?
        var proof: AnswerProof?
        var words: String
        var objections: [Int: String]
        /// Why it was done, where that was not the chooser's will.
        var why: String?
    }

    private enum Found {
        case picked(Picked)
        case ending(Ending)
    }

    private mutating func pick(_ choice: Choice, _ decision: Decision) async throws -> Found {
        var objections: [Int: String] = [:]
        let recovers = loop.options.recovers && loop.chooser.isGuarded
        // The agent's word that it is over stands at a dead end, too.
        let best = choice.ranked.first.map(\.index).flatMap { decision.candidates.indices.contains($0) ? $0 : nil }
        let hasSaid = best.map { decision.candidates[$0].action.isStatus } ?? false
        if recovers, !hasSaid,
            guardian.isDeadEnd(screen: decision.screen.contentHash, candidates: decision.candidates)
        {
            return recover(decision, objections)
        }
        for ranked in choice.ranked where decision.candidates.indices.contains(ranked.index) {
            let candidate = decision.candidates[ranked.index]
            var action = candidate.action
            // A text that the chooser brought belongs to its best candidate.
            var own = choice
            if ranked.index != choice.ranked.first?.index { own.filledText = nil }
            let found = try await loop.fill(candidate, choice: own, decision: decision)
            if let found { action = action.filled(with: found.fill.text) }
            if action.isPlaceholder {
                objections[ranked.index] = "no text was found for it"
                continue
            }
            let words = Memory.words(candidate, action: action)
            if loop.chooser.isGuarded,
                let objection = guardian.objection(
                    screen: decision.screen.contentHash,
                    candidate: candidate,
                    words: words
                )
            {
                objections[ranked.index] = objection
                continue
            }
            return .picked(
                Picked(
                    index: ranked.index,
                    candidate: candidate,
                    action: action,
                    fill: found?.fill,
                    proof: found?.proof,
                    words: words,
                    objections: objections
                )
            )
        }
        if recovers { return recover(decision, objections) }
        return .ending(.stopped("every action on this screen was tried and led nowhere"))
    }

    private mutating func recover(_ decision: Decision, _ objections: [Int: String]) -> Found {
        let left = loop.options.maxSteps - spent
        switch recovery.move(decision, guardian: &guardian, stepsLeft: left, objections: objections) {
        case .infeasible(let reason): return .ending(.said(.infeasible, reason))
        case .stop(let reason): return .ending(.stopped(reason))
        case .choose(let index, let why):
            let candidate = decision.candidates[index]
            loop.onEvent(.note(why))
            return .picked(
                Picked(
                    index: index,
                    candidate: candidate,
                    action: candidate.action,
                    fill: nil,
                    words: Memory.words(candidate, action: candidate.action),
                    objections: objections,
                    why: why
                )
            )
        }
    }

    private func record(
        _ decision: Decision,
        _ choice: Choice,
        _ picked: Picked,
        timings: StepTimings,
        sensitivity: Sensitivity?
    ) -> StepRecord {
        var scores: [Int: Ranked] = [:]
        for ranked in choice.ranked { scores[ranked.index] = ranked }
        let screen = decision.screen
        return StepRecord(
            step: steps,
            promptSHA256: decision.prompt.sha256,
            prefix: decision.prompt.prefix,
            promptTokens: decision.prompt.prefixTokens,
            reusedTokens: choice.reusedTokens,
            candidates: decision.candidates.enumerated().map { index, candidate in
                StepRecord.Scored(
                    text: candidate.text,
                    action: candidate.action,
                    elementID: candidate.elementID,
                    bounds: candidate.elementID.map { screen.visibleBounds(of: $0) },
                    score: scores[index]?.score ?? 0,
                    normalised: scores[index]?.normalised ?? 0,
                    ruledOut: picked.objections[index]
                )
            },
            ranking: choice.ranked.map(\.index),
            chosen: picked.index,
            action: picked.action,
            filled: picked.fill,
            words: picked.words,
            screen: StepRecord.ScreenFacts(
                package: screen.package,
                activity: screen.activity,
                contentHash: screen.contentHash,
                keyboardShown: screen.keyboardShown,
                displaySize: screen.displaySize,
                flags: screen.flags.names,
                elements: screen.elements.count
            ),
            outcome: nil,
            sensitivity: sensitivity,
            timings: timings
        )
    }

    private mutating func close(_ record: StepRecord, note: String?) async throws {
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

    private mutating func finish(_ ending: Ending, _ failure: DroidError?) async -> RunResult {
        var failure = failure
        var proof: FactsDifference?
        if let before, failure == nil {
            do {
                proof = FactsDifference(before: before, after: try await DeviceFacts.read(loop.device))
            } catch {
                failure = DroidError.wrapping(error, "agent.failed", "the device could not be read after the run")
            }
        }
        var result = RunResult(
            verdict: .notDone,
            said: .nothing,
            answer: answer,
            answerProof: answerProof,
            steps: spent,
            seconds: (loop.clock.now() - start).inSeconds,
            folder: recorder?.folder,
            proof: proof,
            lastScreen: screen,
            ledger: ledger
        )
        if let proof { result.ledger?.prove(proof) }
        switch ending {
        case .said(let said, let reason):
            result.said = said
            result.reason = reason
            result.verdict = said == .complete ? .done : .notDone
        case .stopped(let reason):
            result.reason = reason
        case .unconfirmed(let kind, let words):
            result.reason = "the action \(words) would \(kind.rawValue), and nobody can be asked"
            result.unconfirmed = (kind, words)
        }
        if let failure {
            result.verdict = .error
            result.error = failure
            result.reason = failure.what
        }
        let closing = RunEnding(
            verdict: result.verdict,
            said: result.said,
            answer: answer,
            steps: spent,
            seconds: result.seconds,
            reason: result.reason,
            proof: proof,
            answerProof: answerProof
        )
        do {
            try await recorder?.finish(closing, screen: screen)
        } catch {
            // A full disk must not hide how the run ended; it is an error where there was none.
            if result.error == nil {
                result.verdict = .error
                result.error = DroidError.wrapping(error, "run.write", "the run's end could not be written")
            }
        }
        return result
    }
}
