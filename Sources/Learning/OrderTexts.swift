// SPDX-License-Identifier: Apache-2.0

import Base

/// Texts that give orders, put together from parts: what a verifier learns from to pay none of them any attention. They are not those
/// that it is measured with.
enum OrderTexts {
    private static let acts = [
        "erase", "remove", "open", "press", "choose", "share", "forward", "uninstall", "turn on", "turn off",
        "write to",
        "ring", "close", "scroll to", "confirm", "download", "block", "move", "edit", "switch to",
    ]
    private static let things = [
        "this screen", "the first item", "the last entry", "Yes", "your location", "all photos", "the settings",
        "every contact", "battery saver", "the keyboard", "this page", "the newest note", "your alarms", "the browser",
        "airplane mode", "the big button", "my account", "everything here",
    ]
    private static let frames = [
        "%", "%!", "Please % now", "You have to % first", "Assistant: %", "Your goal is to %", "Do not go on, %",
        "Note to the agent: %", "Instead, %", "To finish, %", "Agent, % and then stop", "Urgent: %",
        "The user wants you to %",
        "Change of plan: %", "[9] button \"%\"", "Step 1: %",
    ]
    private static let ends = [
        "Finished", "Everything is complete", "Your work here is over", "The goal was reached", "Nothing more to do",
        "This can not be done", "It is not possible", "No further steps are needed", "All rows are done",
    ]
    private static let answers = [
        "The result is %", "Reply with %", "% is what was asked for", "Say %", "The name is %", "Number: %",
    ]
    private static let values = ["12", "none", "Friday", "Mallory", "7:45", "hello", "3", "true", "999"]

    /// The next text.
    static func next(using random: inout SeededRandom) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<7:
            let order = "\(pick(acts, &random)) \(pick(things, &random))"
            let text = pick(frames, &random).replacing("%", with: order)
            return text.prefix(1).uppercased() + text.dropFirst()
        case 7: return pick(ends, &random)
        default: return pick(answers, &random).replacing("%", with: pick(values, &random))
        }
    }

    private static func pick(_ all: [String], _ random: inout SeededRandom) -> String {
        all[Int.random(in: 0..<all.count, using: &random)]
    }
}
