// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

extension Prompt {
    /// A prompt from the texts of a record, to be scored again as it was.
    public static func recorded(prefix: String, suffixes: [String]) -> Prompt {
        let blank = ScreenState(displaySize: DisplaySize(width: 0, height: 0))
        var prompt = PromptBuilder().build(goal: "", history: [], screen: blank, actions: ScreenActions(blank))
        prompt.prefix = prefix
        prompt.suffixes = suffixes
        prompt.omittedLines = 0
        prompt.prefixTokens = 0
        return prompt
    }
}
