// SPDX-License-Identifier: Apache-2.0

import Benchmark
import Testing

@testable import Agent

/// Any text is read: none crashes the parser, and none takes it long.
@Suite struct GoalParserHostileTests {
    private func check(_ text: String, _ now: DeviceMoment) {
        let state = GoalState(text, now: now)
        let length = text.utf8.count
        if !(1...GoalParser.limit).contains(state.readings.count) {
            Issue.record("\(state.readings.count) readings of \(text.debugDescription)")
        }
        let sum = state.readings.reduce(0) { $0 + $1.score }
        if abs(sum - 1) > 1e-9 { Issue.record("scores of \(text.debugDescription) sum to \(sum)") }
        for reading in state.readings {
            // Work and room are bounded by what a text has: no more slots than bytes, three to a token at most.
            if reading.slots.count > 3 * length {
                Issue.record("\(reading.slots.count) slots of \(text.debugDescription)")
            }
            for slot in reading.slots
            where slot.range.lowerBound < 0 || slot.range.upperBound > length || slot.text.isEmpty {
                Issue.record("slot \(slot) of \(text.debugDescription)")
            }
            for table in reading.tables where table.rows.contains(where: { $0.count != table.columns.count }) {
                Issue.record("table \(table) of \(text.debugDescription)")
            }
        }
        if let table = GoalParser.table(in: text), table.rows.contains(where: { $0.count != table.columns.count }) {
            Issue.record("table \(table) in \(text.debugDescription)")
        }
    }

    @Test func `100 000 random and hostile texts are read`() throws {
        let now = try #require(DeviceMoment(EverydayGoals.now))
        var texts = HostileTexts(seed: 20_231_015, goals: EverydayGoals.all.map(\.goal))
        for _ in 0..<100_000 { check(texts.next(), now) }
    }

    /// Where a rule looked over the rest of the text for each token of it, a hundred kilobytes would take hours.
    @Test(.timeLimit(.minutes(10))) func `texts of 10 and 100 kilobytes are read in time that grows with them`() throws
    {
        let now = try #require(DeviceMoment(EverydayGoals.now))
        for pattern in HostileTexts.patterns {
            check(String(repeating: pattern, count: 10_000 / pattern.utf8.count), now)
        }
        for pattern in ["a ", "\"", "'", ": ", "A, ", "and ", ".\n", "a. ", "What a.\n", "title: a, ", "a|b\n"] {
            check(String(repeating: pattern, count: 100_000 / pattern.utf8.count), now)
        }
    }
}
