// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

extension AgentRun {
    /// The best candidate that the guard allows and whose placeholder can be filled.
    struct Picked {
        var index: Int
        var candidate: Candidate
        var action: Action
        var fill: Fill?
        var proof: AnswerProof?
        var offered: [TextOption]?
        var words: String
        var objections: [Int: String]
        /// Why it was done, where that was not the chooser's will.
        var why: String?
    }

    enum Found {
        case picked(Picked)
        case ending(Ending)
    }

    mutating func pick(_ choice: Choice, _ decision: Decision) async throws -> Found {
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
                let objection = Self.objection(action, decision)
                    ?? guardian.objection(screen: decision.screen.contentHash, candidate: candidate, words: words)
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
                    offered: found?.offered,
                    words: words,
                    objections: objections
                )
            )
        }
        if recovers { return recover(decision, objections) }
        return .ending(.stopped("every action on this screen was tried and led nowhere"))
    }

    /// Why a text is not typed: a field of one line holds it already, or holds what was typed there before, and typing adds to that.
    /// To put another text there it is cleared first.
    static func objection(_ action: Action, _ decision: Decision) -> String? {
        guard case .inputText(let id, let text?) = action, let element = decision.screen.element(id) else { return nil }
        let profile = FieldProfile(element, on: decision.screen)
        guard !profile.takesLines, !profile.content.isEmpty else { return nil }
        let holds = text.utf8.count > 2 && profile.content.contains(text)
        guard holds || decision.typed.contains(profile.content) else { return nil }
        return "\"\(PromptBuilder.clip(profile.content, 40))\" stands there already"
    }

    mutating func recover(_ decision: Decision, _ objections: [Int: String]) -> Found {
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
}
