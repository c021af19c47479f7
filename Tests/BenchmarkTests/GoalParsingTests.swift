// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Agent
@testable import Benchmark

/// Goals of all tasks, read and held against what they state.
@Suite struct GoalParsingTests {
    private static let seeds = UInt64(20)
    /// The device's clock, where every task begins.
    private static let now = "2023-10-15 15:34:00"

    private struct Tally {
        var all = 0
        var best = 0
        var any = 0
        var failures: [String] = []

        var share: Double { all == 0 ? 0 : Double(best) / Double(all) }
    }

    private func suite() throws -> TaskSuite { try TaskSuite.load(Locations.checkout + "/Tasks/androidworld") }

    /// Reads every wording under every seed.
    private func tally(paraphrases: Bool) throws -> Tally {
        let now = try #require(DeviceMoment(Self.now))
        var out = Tally()
        for template in try suite().templates {
            let expected = try #require(GoalExpectations.all[template.name], "\(template.name) has no expectations")
            let texts = paraphrases ? template.paraphrases : template.goals
            for seed in 0..<Self.seeds {
                for (wording, text) in texts.enumerated() {
                    let values = try TaskInstance(template, seed: seed).values
                    let goal = try text.filled(values)
                    let state = GoalState(goal, now: now)
                    let lacks = state.readings.map {
                        GoalExpectations.lacks($0, expected, values: values, goal: goal, isParaphrase: paraphrases)
                    }
                    out.all += 1
                    if lacks[0].isEmpty { out.best += 1 }
                    if lacks.contains(where: \.isEmpty) { out.any += 1 }
                    if !lacks[0].isEmpty {
                        out.failures.append(
                            "\(template.name), wording \(wording), seed \(seed): \(lacks[0]) in \(goal)"
                        )
                    }
                }
            }
        }
        return out
    }

    private func report(_ tally: Tally, _ what: String) {
        print(
            "\(what): \(tally.best) of \(tally.all) right in the best reading (\(tally.share)), \(tally.any) in any reading"
        )
        for failure in tally.failures { print("  \(failure)") }
    }

    @Test func `every task has its expectations, and none else`() throws {
        let names = Set(try suite().templates.map(\.name))
        #expect(names == Set(GoalExpectations.all.keys))
        #expect(names.count == 116)
    }

    @Test func `goals of all tasks are read right in 98 of 100`() throws {
        let tally = try tally(paraphrases: false)
        report(tally, "goals")
        #expect(tally.all >= 116 * 20)
        #expect(tally.share >= 0.98)
    }

    @Test func `paraphrases are read right in 95 of 100`() throws {
        let tally = try tally(paraphrases: true)
        report(tally, "paraphrases")
        #expect(tally.share >= 0.95)
    }

    @Test func `a wrong reading is found wrong`() throws {
        let now = try #require(DeviceMoment(Self.now))
        func lacks(_ goal: String, _ expected: [GoalExpectation]) -> [String] {
            GoalExpectations.lacks(
                GoalState(goal, now: now).best,
                expected,
                values: ["x": "Tea"],
                goal: goal,
                isParaphrase: false
            )
        }
        #expect(lacks(#"Create a note titled "Tea""#, [.slot("{x}", ["title"])]).isEmpty)
        #expect(!lacks(#"Create a note titled "Tea time""#, [.slot("{x}", ["title"])]).isEmpty)
        #expect(!lacks(#"Create a note titled "Tea""#, [.slot("{x}", ["description"])]).isEmpty)
        #expect(!lacks("How many notes do I have?", []).isEmpty)
        #expect(!lacks("Add the items: Tea, Milk", [.items("Milk, Tea", ["item"])]).isEmpty)
        #expect(!lacks("Delete it tomorrow", [.day("2023-10-17")]).isEmpty)
    }
}
