// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen
import Synchronization
import Testing

@testable import Agent

@Suite("Macros of runs")
struct MacroRunTests {
    private func run(
        _ phone: FakePhone,
        goal: String,
        _ chooser: any ActionChooser,
        folder: String? = nil,
        confirm: ConfirmPolicy = .never
    ) async throws -> RunResult {
        var options = AgentOptions()
        options.confirm = confirm
        options.wantsProof = false
        let loop = AgentLoop(device: phone, chooser: chooser, options: options, clock: StepClock())
        let header = RunHeader(goal: goal, device: "fake", agent: "test", prompt: PromptOptions(), maxSteps: 20)
        return try await loop.run(goal: goal, recorder: try folder.map { try RunRecorder(folder: $0, header: header) })
    }

    /// The record of a run with wishes; its folder is the caller's to remove.
    private func recorded(
        _ wishes: [String],
        goal: String = "Turn Wi-Fi off",
        place: String = "home"
    ) async throws -> RunRecord {
        let folder = Fixture.temporaryFolder()
        _ = try await run(FakePhone(place: place), goal: goal, WishfulChooser(wishes), folder: folder)
        return try RunRecord.load(folder)
    }

    private func macro(
        _ wishes: [String],
        goal: String = "Turn Wi-Fi off",
        place: String = "home"
    ) async throws -> Macro {
        let record = try await recorded(wishes, goal: goal, place: place)
        defer { try? FileManager.default.removeItem(atPath: record.folder) }
        return try MacroRecorder.macro(of: record)
    }

    private let wifi = ["open app", "tap \"Network", "tap switch \"Wi-Fi\"", "done"]

    /// Does a macro; the fallback gives up.
    private func replay(
        _ macro: Macro,
        on phone: FakePhone,
        confirm: ConfirmPolicy = .never
    ) async throws -> (result: RunResult, events: [MacroEvent]) {
        let events = Mutex<[MacroEvent]>([])
        let chooser = MacroChooser(
            macro,
            values: macro.values,
            onEvent: { event in events.withLock { $0.append(event) } }
        ) {
            WishfulChooser(["give up"])
        }
        let result = try await run(phone, goal: macro.goal, chooser, confirm: confirm)
        return (result, events.withLock { $0 })
    }

    @Test("A run that was done is done again, step by step, without the fallback")
    func again() async throws {
        let macro = try await macro(wifi)
        #expect(macro.steps.map(\.action) == [.open, .click, .click, .complete])
        let phone = FakePhone()
        let (result, events) = try await replay(macro, on: phone)
        #expect(result.verdict == .done && !phone.wifi)
        #expect(events == (1...4).map { .step($0, of: 4) })
    }

    @Test("Waits, and a look that was taken back at once, are left out")
    func needless() async throws {
        let detour = ["open app", "wait", "tap \"Network", "go back", "tap \"Network", "tap switch \"Wi-Fi\"", "done"]
        #expect(try await macro(detour).steps.map(\.action) == [.open, .click, .click, .complete])
    }

    @Test("A switch that is in its state already is left alone")
    func there() async throws {
        let macro = try await macro(wifi)
        let phone = FakePhone()
        phone.state.withLock { $0.wifi = false }
        let (result, events) = try await replay(macro, on: phone)
        #expect(result.verdict == .done && !phone.wifi)
        #expect(events.contains { if case .skipped(3, _) = $0 { true } else { false } })
    }

    @Test("A step is left out where the screen after it is there already")
    func later() async throws {
        let macro = try await macro(["tap \"Settings", "tap \"Network", "tap switch \"Wi-Fi\"", "done"])
        let phone = FakePhone(place: "settings")
        let (result, events) = try await replay(macro, on: phone)
        #expect(result.verdict == .done && !phone.wifi)
        #expect(events.first == .skipped(1, why: "the screen after it is there already"))
    }

    @Test("A whole way is left out where its end is there already, but never a step that does something")
    func way() async throws {
        var macro = try await macro(["tap \"Settings", "tap \"Network", "tap switch \"Wi-Fi\"", "done"])
        macro.steps[1].screen.parts = ["another page"]
        let phone = FakePhone(place: "network")
        let (result, events) = try await replay(macro, on: phone)
        #expect(result.verdict == .done && !phone.wifi)
        #expect(
            events.prefix(3) == [1, 2].map { .skipped($0, why: "the screen after it is there already") } + [
                .step(3, of: 4)
            ]
        )

        macro.steps[1].element?.label = MacroText("Delete all")
        let untouched = FakePhone(place: "network")
        _ = try await replay(macro, on: untouched)
        #expect(untouched.wifi)
    }

    @Test("At the first screen that is different, and no earlier, the fallback takes over for good")
    func handsOver() async throws {
        var macro = try await macro(wifi)
        macro.steps[2].element?.label = MacroText("Bluetooth")
        let phone = FakePhone()
        let (result, events) = try await replay(macro, on: phone)
        #expect(result.said == .infeasible && phone.wifi)
        #expect(events.prefix(2) == [.step(1, of: 4), .step(2, of: 4)])
        guard case .handedOver(3, of: 4, let why)? = events.last else {
            Issue.record("\(events)")
            return
        }
        #expect(why.contains("is not on the screen"))
    }

    @Test("An element of which there are two is not touched")
    func several() async throws {
        var macro = try await macro(["tap \"Network", "done"], place: "settings")
        macro.steps[0].element?.label = nil
        let phone = FakePhone(place: "settings")
        let (result, events) = try await replay(macro, on: phone)
        #expect(result.said == .infeasible)
        #expect(events.count == 1)
        #expect(phone.state.withLock { $0.place } == "settings")
    }

    @Test("Another app in front ends the macro before it touches anything")
    func elsewhere() async throws {
        let macro = try await macro(["tap \"Network", "done"], place: "settings")
        let phone = FakePhone(place: "home")
        let (_, events) = try await replay(macro, on: phone)
        #expect(!phone.commands.contains { $0.hasPrefix("input tap") })
        guard case .handedOver(1, of: 2, _)? = events.last else {
            Issue.record("\(events)")
            return
        }
    }

    @Test("What the goal states and was typed is a parameter; what is neither there nor on a screen is not typed again")
    func typed() async throws {
        let goal = "Write \"hello you\" into the form"
        let macro = try await macro(["type into", "done"], goal: goal, place: "form")
        #expect(macro.template.description == "Write \"{name}\" into the form")
        #expect(macro.parameters == [Macro.Parameter(name: "name", value: "hello you")])
        let filled = try macro.filled(goal: "Write \"bye\" into the form")
        let phone = FakePhone(place: "form")
        let chooser = MacroChooser(macro, values: filled.values) { WishfulChooser(["give up"]) }
        let result = try await run(phone, goal: filled.goal, chooser)
        #expect(result.verdict == .done && phone.state.withLock { $0.text } == "bye")

        var foreign = macro
        foreign.steps[0].text = MacroText("a word from nowhere")
        foreign.steps[0].isSeen = true
        let untouched = FakePhone(place: "form")
        let (_, events) = try await replay(foreign, on: untouched)
        #expect(untouched.state.withLock { $0.text }.isEmpty)
        #expect(events.count == 1)
    }

    @Test("A field that holds another text is not typed into")
    func held() async throws {
        let macro = try await macro(["type into", "done"], goal: "Write \"hello\" into the form", place: "form")
        let phone = FakePhone(place: "form")
        phone.state.withLock { $0.text = "what was there" }
        let (result, _) = try await replay(macro, on: phone)
        #expect(result.said == .infeasible && phone.state.withLock { $0.text } == "what was there")
    }

    @Test("A person is asked before a step of a macro as before any other")
    func confirmed() async throws {
        let macro = try await macro(["tap \"Erase", "done"], goal: "Look at the list", place: "settings")
        let (result, _) = try await replay(macro, on: FakePhone(place: "settings"), confirm: .ask)
        #expect(result.unconfirmed?.kind == .delete)
    }

    @Test("A run that was not done, or is not there in full, makes no macro, and the error says why")
    func refused() async throws {
        for (wishes, why) in [(["give up"], "not done"), (["open app", "answer the question", "wait"], "not done")] {
            let error = await #expect(throws: DroidError.self) { _ = try await macro(wishes) }
            #expect(error?.code == "macro.run" && error?.why.contains(why) == true && error?.next.isEmpty == false)
        }
        let record = try await recorded(wifi)
        defer { try? FileManager.default.removeItem(atPath: record.folder) }
        try FileManager.default.removeItem(atPath: record.folder + "/steps/001/screen.xml")
        let error = #expect(throws: DroidError.self) { _ = try MacroRecorder.macro(of: RunRecord.load(record.folder)) }
        #expect(error?.why.contains("step 2") == true)
        var other = record
        other.header.actionSpaceVersion += 1
        #expect(throws: DroidError.self) { _ = try MacroRecorder.macro(of: other) }
    }

    @Test("A file is written and read back; any other bytes are an error that says so")
    func files() async throws {
        let macro = try await macro(wifi)
        let folder = Fixture.temporaryFolder()
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/macro.json"
        try macro.write(to: path)
        #expect(try Macro.load(path) == macro)
        let bytes = try FileBytes.read(path)
        var random = SeededRandom(seed: 3, name: "macro files")
        for _ in 0..<400 {
            var broken = bytes
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: 0..<broken.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: broken[place] = UInt8.random(in: 0...255, using: &random)
                case 1: broken.removeSubrange(place..<min(broken.count, place + 30))
                default: broken = Array(broken[..<place])
                }
                if broken.isEmpty { broken = [0] }
            }
            try FileBytes.write(broken, to: path)
            do {
                let read = try Macro.load(path)
                // What is still a macro can be done, whatever it says.
                let phone = FakePhone()
                _ = try await run(
                    phone,
                    goal: "x",
                    MacroChooser(read, values: read.values) { WishfulChooser(["give up"]) }
                )
            } catch let error as DroidError {
                #expect(error.code == "macro.corrupt" || error.code == "macro.version", "\(error)")
            }
        }
        var newer = macro
        newer.schema = 99
        try newer.write(to: path)
        let error = #expect(throws: DroidError.self) { _ = try Macro.load(path) }
        #expect(error?.code == "macro.version")
    }
}
