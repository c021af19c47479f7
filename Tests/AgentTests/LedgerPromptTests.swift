// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen
import Testing

@testable import Agent

@Suite("The ledger in prompt and memory")
struct LedgerPromptTests {
    @Test("Lines stand before the cue where the options say so, and otherwise nothing changes")
    func prompt() throws {
        let screen = try Fixture.screen(Fixture.internet)
        let actions = ScreenActions(screen)
        func prefix(_ options: PromptOptions, _ ledger: [String]) -> String {
            PromptBuilder(options: options)
                .build(
                    goal: "Turn Wi-Fi off",
                    history: ["open app Settings"],
                    screen: screen,
                    actions: actions,
                    ledger: ledger
                )
                .prefix
        }
        let plain = prefix(PromptOptions(), [])
        #expect(prefix(PromptOptions(), ["Row 1 of 3: name open"]) == plain)
        let shown = prefix(PromptOptions(showsLedger: true), ["Row 1 of 3: name\nopen", "Done: title."])
        #expect(shown == String(plain.dropLast(5)) + "Row 1 of 3: name open\nDone: title.\nNext:")
        #expect(prefix(PromptOptions(showsLedger: true), []) == plain)
        let stored = try JSONDecoder().decode(
            PromptOptions.self,
            from: Data(#"{"budget":700,"remindsGoal":true,"suffixEnd":"\n"}"#.utf8)
        )
        #expect(stored == PromptOptions())
    }

    @Test("Steps of rows that are done fold into one line, and nothing changes until the next row is done")
    func folding() {
        var memory = Memory()
        let outcome = StepOutcome(changed: true)
        func add(_ words: String, _ row: Int?) {
            memory.add(Candidate(action: .click(1), text: words), action: .click(1), outcome: outcome, row: row)
        }
        add("open app", nil)
        for row in 1...3 { for step in ["a", "b"] { add("\(step)\(row)", row) } }
        #expect(memory.folded(done: [], of: 3) == memory.lines)
        #expect(memory.folded(done: [1], of: 3) == ["open app", "row 1 of 3 done", "a2", "b2", "a3", "b3"])
        #expect(memory.folded(done: [1, 2], of: 3) == ["open app", "rows 1-2 of 3 done", "a3", "b3"])
        #expect(memory.folded(done: [2], of: 3) == ["open app", "a1", "b1", "row 2 of 3 done", "a3", "b3"])
        #expect(memory.lines.count == 7)
    }
}
