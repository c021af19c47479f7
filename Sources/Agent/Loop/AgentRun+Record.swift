// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

extension AgentRun {
    func record(
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
                    facts: choice.facts.isEmpty ? nil : choice.facts[index],
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
            offered: picked.offered,
            sensitivity: sensitivity,
            timings: timings
        )
    }

    mutating func finish(_ ending: Ending, _ failure: DroidError?) async -> RunResult {
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
