// SPDX-License-Identifier: Apache-2.0

import Agent
import Base

/// A verifier fits one action space and one form of the prompt, so all that it learns from must have the same.
enum PromptAgreement {
    /// The prompt's options that all decisions were made with, which must be of this program's action space.
    ///
    /// - Parameter decisions: action space and options of each; nil for those of before they were kept.
    /// - Throws: `DroidError` with code `pairs.mixed` or `pairs.version`.
    static func prompt(_ decisions: [(space: Int?, prompt: PromptOptions?)]) throws -> PromptOptions {
        // Before decisions told their space there was the first alone.
        let spaces = Set(decisions.map { $0.space ?? 1 })
        let prompts = Set(decisions.map { $0.prompt ?? PromptOptions() })
        guard spaces.count <= 1, prompts.count <= 1 else {
            throw DroidError(
                "pairs.mixed",
                "the decisions are for different agents",
                why: "they have the action spaces \(spaces.sorted()) and \(prompts.count) forms of the prompt",
                next: "train one verifier with the decisions of each"
            )
        }
        if let space = spaces.first, space != ActionSpace.version {
            throw DroidError(
                "pairs.version",
                "the decisions are for another agent",
                why: "they were made in action space \(space), this program has \(ActionSpace.version)",
                next: "make them again with `droidagent train pairs`"
            )
        }
        return prompts.first ?? PromptOptions()
    }
}
