// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Screen
import Synchronization
import Testing

@Suite("Running a goal")
struct LoopTests {
    private func loop(
        _ phone: FakePhone,
        _ wishes: [String],
        options: AgentOptions = AgentOptions(),
        confirmer: any Confirmer = NobodyToAsk(),
        onEvent: @escaping @Sendable (AgentEvent) -> Void = { _ in }
    ) -> AgentLoop {
        AgentLoop(
            device: phone,
            chooser: WishfulChooser(wishes),
            options: options,
            confirmer: confirmer,
            clock: StepClock(),
            onEvent: onEvent
        )
    }

    private func recorder(_ folder: String, goal: String) throws -> RunRecorder {
        let header = RunHeader(goal: goal, device: "fake", agent: "test", prompt: PromptOptions(), maxSteps: 20)
        return try RunRecorder(folder: folder, header: header)
    }

    private let wifi = ["open app", "tap \"Network", "tap switch \"Wi-Fi\"", "done"]

    @Test("The steps of a goal are chosen, filled, done, remembered, recorded and proved")
    func whole() async throws {
        let folder = Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let phone = FakePhone()
        let seen = Mutex<[String]>([])
        let agent = loop(phone, wifi) { event in
            if case .step(let step) = event {
                seen.withLock { $0.append(step.action + (step.note.map { " | \($0)" } ?? "")) }
            }
        }
        let result = try await agent.run(goal: "Turn Wi-Fi off", recorder: try recorder(folder, goal: "Turn Wi-Fi off"))
        #expect(result.verdict == .done && result.said == .complete && result.steps == 4 && result.exitCode == 0)
        #expect(!phone.wifi)
        #expect(
            seen.withLock { $0 } == [
                "open app Settings | now in Settings", "tap \"Network & internet\"", "tap switch \"Wi-Fi\" (on)",
                "done",
            ]
        )
        let change = FactsDifference.Change(section: "settings global", key: "wifi_on", before: "1", after: "0")
        #expect(result.proof?.changes.contains(change) == true)
        #expect(result.proof?.text().contains("wifi_on: 1 → 0") == true)

        let run = try RunRecord.load(folder)
        #expect(run.steps.count == 4)
        #expect(run.header.ending?.verdict == .done)
        let second = try #require(run.steps[1].record)
        #expect(second.prefix.contains("1. open app Settings: now in Settings\n"))
        #expect(second.outcome?.changed == true)
        #expect(second.candidates[second.chosen].bounds == Bounds(left: 0, top: 300, right: 1080, bottom: 460))
        #expect(run.steps.allSatisfy { $0.pngPath != nil && $0.xmlPath != nil })
        #expect(run.finalPNGPath != nil)
    }

    @Test(
        "A device that vanishes in the middle of a step ends the run with an error, and the folder is readable",
        arguments: [14, 20, 26, 33]
    )
    func vanishes(after calls: Int) async throws {
        let folder = Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let result = try await loop(FakePhone(lastsFor: calls), wifi)
            .run(goal: "Turn Wi-Fi off", recorder: try recorder(folder, goal: "Turn Wi-Fi off"))
        #expect(result.verdict == .error && result.error?.code == "adb.lost" && result.exitCode == 1)
        let run = try RunRecord.load(folder)
        #expect(run.header.ending?.verdict == .error)
        #expect(run.steps.allSatisfy { $0.xmlPath != nil })
        #expect(RunPage.html(run).contains("error"))
    }

    @Test("An empty goal is refused before anything is done", arguments: ["", "   ", "\n\t"])
    func empty(goal: String) async {
        let phone = FakePhone()
        let error = await #expect(throws: DroidError.self) { try await loop(phone, ["done"]).run(goal: goal) }
        #expect(error?.code == "goal.empty")
        #expect(phone.commands.isEmpty)
    }

    @Test("A goal in emoji runs like any other")
    func emoji() async throws {
        let result = try await loop(FakePhone(), ["done"]).run(goal: "📶🚫")
        #expect(result.verdict == .done)
    }

    @Test("The budget of steps ends a run that says nothing")
    func budget() async throws {
        var options = AgentOptions()
        options.maxSteps = 3
        let result = try await loop(FakePhone(), ["go home", "open app", "go home", "open app"], options: options).run(
            goal: "Open Settings"
        )
        #expect(result.verdict == .notDone && result.said == .nothing && result.steps == 3 && result.exitCode == 3)
        #expect(result.reason?.contains("3 steps") == true)
    }

    @Test("An action without effect is not repeated; the next best is taken")
    func noEffect() async throws {
        let phone = FakePhone()
        _ = try await loop(phone, ["go home", "go home", "done"]).run(goal: "Open Settings")
        #expect(phone.commands.count { $0 == "input keyevent 3" } == 1)
    }

    private struct Person: Confirmer {
        let answer: ConfirmAnswer
        func confirm(_ kind: Sensitivity, words: String) async -> ConfirmAnswer { answer }
    }

    @Test("A sensitive action is asked about, and without anybody to ask the run stops")
    func confirm() async throws {
        let wishes = ["tap \"Erase", "done"]
        let nobody = try await loop(FakePhone(place: "settings"), wishes).run(goal: "Erase all data")
        #expect(nobody.verdict == .notDone && nobody.unconfirmed?.kind == .delete && nobody.exitCode == 3)
        let refused = try await loop(FakePhone(place: "settings"), wishes, confirmer: Person(answer: .no)).run(
            goal: "Erase all data"
        )
        #expect(refused.reason?.contains("refused") == true && refused.unconfirmed == nil)
        let phone = FakePhone(place: "settings")
        let allowed = try await loop(phone, wishes, confirmer: Person(answer: .yes)).run(goal: "Erase all data")
        #expect(allowed.verdict == .done)
        #expect(phone.commands.contains { $0.hasPrefix("input tap 540 560") })
        var options = AgentOptions()
        options.confirm = .never
        #expect(
            try await loop(FakePhone(place: "settings"), wishes, options: options).run(goal: "Erase all data").verdict
                == .done
        )
    }

    @Test("A dry run ranks and does nothing")
    func dryRun() async throws {
        let phone = FakePhone()
        let dry = try await loop(phone, ["open app"]).dryRun(goal: "Turn Wi-Fi off")
        #expect(dry.fill?.text == "Settings")
        #expect(dry.candidates[dry.ranked[0].index].action == .openApp(nil))
        #expect(!phone.commands.contains { $0.hasPrefix("input") || $0.hasPrefix("am start") })
    }

    @Test("Typed text is read back")
    func readBack() async throws {
        let folder = Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let phone = FakePhone(place: "form")
        _ = try await loop(phone, ["type into", "done"])
            .run(goal: "Create a folder named \"My Trip\"", recorder: try recorder(folder, goal: "x"))
        let step = try #require(try RunRecord.load(folder).steps.first?.record)
        #expect(step.words == "type \"My Trip\" into \"name\"")
        #expect(step.outcome?.readBack == .arrived)
        #expect(step.filled?.rule == "field.name")
    }

    @Test("An answer is kept, and the run goes on until the agent says that it is done")
    func answer() async throws {
        let result = try await loop(FakePhone(place: "network"), ["answer", "done"]).run(goal: "Is Wi-Fi on?")
        #expect(result.answer == "yes" && result.verdict == .done && result.steps == 2)
    }
}

@Suite("The record of a run")
struct RecordTests {
    @Test("A folder without its last files is readable, and so is its page")
    func killed() async throws {
        let folder = Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let goal = "Turn <b>Wi-Fi</b> off & 😀"
        let header = RunHeader(goal: goal, device: "fake", agent: "test", prompt: PromptOptions(), maxSteps: 20)
        let agent = AgentLoop(
            device: FakePhone(),
            chooser: WishfulChooser(["open app", "go home", "done"]),
            clock: StepClock()
        )
        _ = try await agent.run(goal: goal, recorder: try RunRecorder(folder: folder, header: header))
        try FileManager.default.removeItem(atPath: folder + "/steps/002/step.json")
        try FileBytes.write("{ half", to: folder + "/steps/001/step.json")
        try FileBytes.write(try JSON.pretty(header), to: folder + "/run.json")
        let run = try RunRecord.load(folder)
        #expect(run.header.ending == nil)
        #expect(run.steps.count == 3)
        #expect(run.steps.map { $0.record != nil } == [true, false, false])
        let page = RunPage.html(run)
        #expect(page.contains("broke off"))
        #expect(!page.contains("<b>"))
        #expect(page.contains("data:image/png;base64,"))
    }

    @Test("A run is never written over another")
    func exists() throws {
        let folder = Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let header = RunHeader(goal: "x", device: "fake", agent: "test", prompt: PromptOptions(), maxSteps: 20)
        _ = try RunRecorder(folder: folder, header: header)
        let error = #expect(throws: DroidError.self) { try RunRecorder(folder: folder, header: header) }
        #expect(error?.code == "run.exists")
        let missing = #expect(throws: DroidError.self) { try RunRecord.load(folder + "/none") }
        #expect(missing?.code == "run.missing")
    }

    @Test("A person's view of the screen has a box for each number of the listing")
    func listing() throws {
        let screen = try Fixture.screen(Fixture.internet)
        let actions = ScreenActions(screen)
        #expect(actions.listing.contains("  [3] tap switch \"Wi-Fi\" (on)\n"))
        #expect(actions.listing.contains("      done\n"))
        #expect(actions.boxes(on: screen, chosen: actions.targets[2].id).filter(\.isChosen).map(\.number) == [3])
    }

    @Test("Facts are compared by section; rows and files come and go")
    func facts() {
        let before = DeviceFacts(sections: [
            "settings global": .init(values: ["a": "1", "b": "2"]),
            "contacts": .init(values: ["display_name=Bo": "×1"]),
            "files": .init(values: ["/sdcard/a": "1 bytes"]), "messages": .init(values: [:], problem: "no provider"),
        ])
        let after = DeviceFacts(sections: [
            "settings global": .init(values: ["a": "1", "b": "3", "c": "4"]), "contacts": .init(values: [:]),
            "files": .init(values: ["/sdcard/b": "1 bytes"]), "messages": .init(values: [:]),
        ])
        let difference = FactsDifference(before: before, after: after)
        #expect(
            difference.changes.map(\.words) == [
                "b: 2 → 3", "c: new, 4", "gone: display_name=Bo", "/sdcard/a: gone, was 1 bytes",
                "/sdcard/b: new, 1 bytes",
            ]
        )
        #expect(difference.unread["messages"] == "no provider")
    }
}
