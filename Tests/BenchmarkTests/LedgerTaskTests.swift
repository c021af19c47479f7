// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Synchronization
import Testing

@testable import Agent
@testable import Benchmark

/// The ledger over the built-in device, with the oracle's hands.
@Suite(.serialized) struct LedgerTaskTests {
    /// An oracle that keeps a ledger beside, and compares it with the device at each step.
    private final class Watch: ActionChooser {
        let oracle: Oracle
        let goal: GoalState
        let ledger = Mutex<Ledger?>(nil)
        let answer = Mutex<String?>(nil)
        let last = Mutex<(screen: ScreenState, action: Action)?>(nil)
        /// Gets the ledger at each decision, whether the oracle says that it is done, and what it answered.
        let look: @Sendable (Ledger, Decision, Bool, String?) async throws -> Void

        init(
            _ oracle: Oracle,
            _ goal: GoalState,
            look: @escaping @Sendable (Ledger, Decision, Bool, String?) async throws -> Void
        ) {
            self.oracle = oracle
            self.goal = goal
            self.look = look
        }

        func choose(_ decision: Decision) async throws -> Choice {
            let before = last.withLock { $0 }
            let seen = ledger.withLock { kept in
                var ledger = kept ?? Ledger(goal, apps: decision.apps)
                ledger.observe(screen: decision.screen, action: before?.action, before: before?.screen)
                kept = ledger
                return ledger
            }
            let choice = try await oracle.choose(decision)
            var action = decision.candidates[choice.ranked[0].index].action
            if let text = choice.filledText { action = action.filled(with: text) }
            last.withLock { $0 = (decision.screen, action) }
            try await look(seen, decision, action == .complete, answer.withLock { $0 })
            if case .answer(let text) = action { answer.withLock { $0 = text } }
            return choice
        }
    }

    private func run(
        _ task: String,
        seed: UInt64 = 30,
        _ reading: (TaskInstance) -> GoalReading,
        look: @escaping @Sendable (Ledger, Decision, Bool, String?) async throws -> Void
    ) async throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == task })
        let instance = try TaskInstance(template, seed: seed)
        let goal = GoalState(
            instance.goal,
            now: try #require(DeviceMoment("2023-10-15 15:34:00")),
            readings: [reading(instance)]
        )
        let device = try await BenchDevice.startBuiltIn()
        let watch = Watch(try Oracle(instance), goal, look: look)
        let result = await EpisodeRunner(device, agentName: "oracle").run(instance, chooser: watch)
        await device.stop()
        #expect(result.success, "\(result.cause) \(result.problem ?? "")")
    }

    @Test func `three rows become done one after another, none before the device holds it`() async throws {
        let story = Mutex<[Int]>([])
        try await run("ExpenseAddMultiple") { instance in
            let rows = (1...3).map { row in
                [
                    instance.values["name\(row)"] ?? "",
                    "$\(instance.values["whole\(row)"] ?? "").\(instance.values["cents\(row)"] ?? "")",
                    instance.values["category\(row)"] ?? "", instance.values["note\(row)"] ?? "",
                ]
            }
            return GoalReading(tables: [TextTable(columns: ["name", "amount", "category", "note"], rows: rows)])
        } look: { ledger, decision, isComplete, _ in
            let stored = try await ExpenseTable(decision.device).rows()
            for row in ledger.rows where row.isDone {
                let isHeld = stored.contains { $0.name == row.cells[0].text && $0.note == row.cells[3].text }
                #expect(isHeld, "\(row.cells.map(\.text)) is not stored")
            }
            story.withLock { if $0.last != ledger.doneRows.count { $0.append(ledger.doneRows.count) } }
            if isComplete { #expect(ledger.isAllDone, "\(ledger.lines) \(ledger.rows)") }
            #expect(ledger.lines.reduce(0) { $0 + PromptBuilder.estimate($1) + 1 } <= Ledger.tokenLimit)
        }
        #expect(story.withLock { $0 } == [0, 1, 2, 3])
    }

    @Test func `what is to be deleted is done only when it is gone from the device`() async throws {
        let story = Mutex<[Int]>([])
        try await run("RecipeDeleteMultipleRecipesWithNoise") { instance in
            let rows = (1...3).map { [instance.values["title\($0)"] ?? ""] }
            return GoalReading(tables: [TextTable(columns: ["item"], rows: rows)])
        } look: { ledger, decision, isComplete, _ in
            let table = DeviceTable(
                decision.device,
                database: "/data/data/com.flauschcode.broccoli/databases/broccoli",
                table: "recipes"
            )
            let titles = try await table.rows().compactMap { $0["title"] }
            for row in ledger.rows where row.isDone {
                #expect(!titles.contains(row.cells[0].text), "\(row.cells[0].text) is still there")
            }
            story.withLock { if $0.last != ledger.doneRows.count { $0.append(ledger.doneRows.count) } }
            if isComplete { #expect(ledger.isAllDone, "\(ledger.lines)") }
        }
        #expect(story.withLock { $0 } == [0, 1, 2, 3])
    }

    @Test func `a switch is done when it was seen in the wanted state`() async throws {
        try await run("SystemWifiTurnOff") { instance in
            let slot = GoalSlot(name: "wifi", value: .flag(false), text: "off", range: 10..<13, source: .keyed)
            return GoalReading(slots: [slot])
        } look: { ledger, decision, isComplete, _ in
            let state = try await decision.device.run("settings get global wifi_on").text
            if ledger.isAllDone { #expect(state.hasPrefix("0")) }
            if isComplete { #expect(ledger.isAllDone, "\(ledger.lines)") }
        }
    }

    /// What `isAllDone` says over the whole suite, for the record; it takes minutes, so it runs where it is asked for.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DROIDAGENT_LEDGER_SUITE"] != nil))
    func `over the suite the ledger is seldom done before the check holds`() async throws {
        let pattern = ProcessInfo.processInfo.environment["DROIDAGENT_LEDGER_SUITE"] ?? "*"
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let device = try await BenchDevice.startBuiltIn()
        let now = try #require(DeviceMoment("2023-10-15 15:34:00"))
        var (atEnd, early, unread, failed): ([String], [String], [String], [String]) = ([], [], [], [])
        for template in suite.selected([pattern]) {
            let seed = suite.seeding.seed(30, task: template.name, episode: 0)
            let instance = try TaskInstance(template, seed: seed)
            let runner = EpisodeRunner(device, rules: .strict, agentName: "oracle")
            let baselines = try await runner.prepare(instance)
            let goal = GoalState(instance.goal, now: now)
            let story = Mutex<(end: Bool, lines: [String], early: String?, answer: String?)>((false, [], nil, nil))
            let watch = Watch(try Oracle(instance), goal) { ledger, decision, isComplete, answer in
                if decision.step == 0 {
                    let units = ledger.units.map { "\($0.work) \($0.cells.map { "\($0.name)=\($0.text.prefix(30))" })" }
                    print("\(template.name): \(units)")
                }
                if isComplete { story.withLock { ($0.end, $0.lines) = (ledger.isAllDone, ledger.lines) } }
                guard ledger.isAllDone, story.withLock({ $0.early == nil }) else { return }
                var checks = CheckRunner(device: device.adb, instance: instance, answer: answer, baselines: baselines)
                checks.observer = runner.observer
                let outcomes = try await checks.run()
                if !outcomes.allSatisfy(\.passed) {
                    story.withLock { $0.early = "step \(decision.step + 1): \(ledger.lines)" }
                }
            }
            var options = AgentOptions()
            options.maxSteps = template.maxSteps
            options.confirm = .never
            options.wantsProof = false
            options.recovers = true
            options.keepsLedger = true
            let result = try await AgentLoop(
                device: device.adb,
                chooser: watch,
                options: options,
                settle: runner.observer
            )
            .run(goal: instance.goal)
            let found = story.withLock { $0 }
            let what = found.early.map { "EARLY \($0)" } ?? ""
            print("  \(result.said) after \(result.steps) steps, all done \(found.end): \(found.lines) \(what)")
            if found.end { atEnd.append(template.name) } else { unread.append("\(template.name): \(found.lines)") }
            if let first = found.early { early.append("\(template.name) at \(first)") }
            if result.said != .complete { failed.append("\(template.name): \(result.reason ?? "")") }
        }
        await device.stop()
        print("all done at the end: \(atEnd.count)\nnot: \(unread.joined(separator: "\n"))")
        print("early:\n\(early.joined(separator: "\n"))\nfailed:\n\(failed.joined(separator: "\n"))")
        #expect(failed.isEmpty)
    }
}
