// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Screen

/// Shows a run as it goes on: one line a step.
struct StepDisplay: Sendable {
    let isJSON: Bool
    let isQuiet: Bool
    let isVerbose: Bool

    init(global: GlobalOptions) {
        isJSON = global.json
        isQuiet = global.quiet
        isVerbose = global.verbose
    }

    @Sendable func show(_ event: AgentEvent) {
        switch event {
        case .started(let goal, _):
            say("\(Terminal.bold("Goal"))      \(goal)")
            say(Terminal.dim("     action                                         score  margin  candidates    time"))
        case .choosing: break
        case .step(let step):
            if isJSON, let line = try? JSON.line(step) { Terminal.out(line) }
            say(Self.line(step))
            if isVerbose { Terminal.plain(Self.times(step.timings)) }
        case .note(let text): say(Terminal.dim("     \(text)"))
        case .finished: break
        }
    }

    /// What a macro does, before the step itself is shown.
    @Sendable func show(_ event: MacroEvent) {
        switch event {
        case .step(let step, let count): say(Terminal.dim("     macro step \(step) of \(count)"))
        case .skipped(let step, let why): say(Terminal.dim("     macro step \(step) left out: \(why)"))
        case .looking(let step, let why): say(Terminal.dim("     macro step \(step) comes later: \(why)"))
        case .handedOver(let step, let count, let why):
            say(
                Terminal.yellow("     the macro ends before step \(step) of \(count), and the model takes over: \(why)")
            )
        }
    }

    private func say(_ text: String) {
        if isQuiet { return }
        isJSON ? Terminal.plain(text) : Terminal.out(text)
    }

    static func line(_ step: StepSummary) -> String {
        let number = String(format: "%3d", step.step)
        let figures = String(
            format: "%7.2f %7.2f %11d  %5.2f s",
            step.score,
            step.margin,
            step.candidates,
            step.seconds
        )
        let note = step.note.map { Terminal.dim("  \($0)") } ?? ""
        return "\(Terminal.dim(number))  \(Terminal.fit(step.action, 44)) \(figures)\(note)"
    }

    static func times(_ times: StepTimings) -> String {
        let parts = [
            ("observe", times.observe), ("encode", times.encode), ("score", times.score), ("fill", times.fill),
            ("act", times.act), ("settle", times.settle),
        ]
        return "       " + parts.map { "\($0.0) \(String(format: "%.3f", $0.1))" }.joined(separator: "  ")
    }
}

/// Shows the ranked list of a dry run.
struct RankingDisplay {
    let global: GlobalOptions

    private struct Row: Encodable {
        let rank: Int
        let text: String
        let action: Action
        let elementID: Int?
        let score: Double
        let normalised: Double
        let filled: String?
    }

    func show(_ run: DryRun) throws {
        if !global.json {
            let omitted = run.prompt.omittedLines > 0 ? ", \(run.prompt.omittedLines) lines left out" : ""
            global.say(
                "\(run.candidates.count) candidates on \(run.screen.package), \(run.prompt.prefixTokens) prompt tokens\(omitted)"
            )
            global.say(Terminal.dim("rank  score    share  action"))
        }
        for (place, ranked) in run.ranked.enumerated() {
            let candidate = run.candidates[ranked.index]
            let filled = place == 0 ? run.fill?.text : nil
            try global.emit(
                Row(
                    rank: place + 1,
                    text: candidate.text,
                    action: candidate.action,
                    elementID: candidate.elementID,
                    score: ranked.score,
                    normalised: ranked.normalised,
                    filled: filled
                )
            )
            if !global.json {
                let bar = String(repeating: "█", count: Int((ranked.normalised * 20).rounded()))
                let figures = String(format: "%4d %7.2f %6.1f %%", place + 1, ranked.score, ranked.normalised * 100)
                let text = filled.map { "\(candidate.text) ← \($0)" } ?? candidate.text
                global.say("\(figures)  \(Terminal.fit(text, 50)) \(Terminal.cyan(bar))")
            }
        }
    }
}
