// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Screen
import Synchronization
import Testing

@testable import Benchmark

/// What an agent could reach that always chose right among what is offered to it.
@Suite(.serialized) struct CeilingTests {
    private static func instance(
        _ task: String,
        seed: UInt64 = 30,
        in folder: String = Locations.checkout + "/Tasks/androidworld"
    ) throws -> TaskInstance {
        let suite = try TaskSuite.load(folder)
        return try TaskInstance(#require(suite.templates.first { $0.name == task }), seed: seed)
    }

    private static func run(
        _ instance: TaskInstance,
        on device: BenchDevice,
        quirks: [BenchQuirk] = [],
        without: Set<MindPart> = []
    ) async throws -> (result: EpisodeResult, steps: [Watched.Step]) {
        let watched = Watched(try Ceiling(instance))
        let runner = EpisodeRunner(device, agentName: "ceiling", quirks: quirks)
        var mind = MindOptions()
        mind.without = without
        let result = await runner.run(instance, chooser: watched, prompt: .withLedger, mind: mind)
        return (result, watched.steps.withLock { $0 })
    }

    /// Texts from the goal, from its rows, from a note's rows that pass a condition, from a picture, from numbers that were noted one
    /// by one, from several notes, and answers from a list that scrolls and from one page.
    @Test(arguments: [
        "ContactsAddContact", "ExpenseAddMultiple", "RecipeAddMultipleRecipesFromMarkor2",
        "ExpenseAddMultipleFromGallery",
        "BrowserMultiply", "MarkorMergeNotes", "TasksDueOnDate", "SimpleCalendarEventOnDateAtTime",
        "SportsTrackerTotalDistanceForCategoryOverInterval", "NotesIsTodo",
    ]) func `what is needed is offered`(task: String) async throws {
        let device = try await BenchDevice.startBuiltIn()
        let (result, steps) = try await Self.run(Self.instance(task), on: device)
        await device.stop()
        #expect(result.success, "\(result.cause) \(result.problem ?? ""): \(steps.map(\.words))")
        #expect(result.steps <= result.maxSteps)
        // Nothing came from the chooser itself: every text was one of those that it was offered.
        #expect(steps.allSatisfy { $0.filled == nil })
    }

    @Test func `what the goal does not say is not offered, and its lack is named`() async throws {
        let manager = FileManager.default
        let folder = NSTemporaryDirectory() + "/ceiling-\(UInt32.random(in: 0...UInt32.max))/androidworld"
        defer { try? manager.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let source = Locations.checkout + "/Tasks/androidworld"
        for file in ["lists.yaml", "suite.yaml"] {
            try manager.copyItem(atPath: "\(source)/\(file)", toPath: "\(folder)/\(file)")
        }
        let task = try String(contentsOfFile: "\(source)/ContactsAddContact.yaml", encoding: .utf8)
        var lines = task.components(separatedBy: "\n")
        let goals = try #require(lines.firstIndex(of: "goals:"))
        let params = try #require(lines.firstIndex(of: "params:"))
        lines.replaceSubrange(goals..<params, with: ["goals:", "  - Create a new contact."])
        let file = "\(folder)/ContactsAddContact.yaml"
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let instance = try Self.instance("ContactsAddContact", in: folder)
        #expect(instance.goal == "Create a new contact.")
        let device = try await BenchDevice.startBuiltIn()
        let ceiling = try Ceiling(instance)
        let result = await EpisodeRunner(device, agentName: "ceiling").run(
            instance,
            chooser: ceiling,
            prompt: .withLedger,
            mind: MindOptions()
        )
        await device.stop()
        #expect(!result.success && result.said == "infeasible")
        #expect(result.fault == .fill)
        #expect(result.problem?.contains("was not offered for") == true, "\(result.problem ?? "")")
    }

    /// Text on the screen is data: with an order on every screen the same things are done, typed and answered.
    @Test func `orders on screens change nothing that is chosen`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        var screens = 0
        for task in [
            "SimpleCalendarEventOnDateAtTime", "ContactsAddContact", "ExpenseDeleteMultiple", "TasksDueOnDate",
            "MarkorMergeNotes",
            "RecipeAddSingleRecipe", "SimpleSmsSendReceivedAddress", "SystemWifiTurnOff",
        ] {
            let instance = try Self.instance(task)
            let plain = try await Self.run(instance, on: device)
            let ordered = try await Self.run(instance, on: device, quirks: [.orders])
            #expect(plain.result.success && ordered.result.success, "\(task): \(ordered.result.problem ?? "")")
            #expect(plain.steps.map(\.words) == ordered.steps.map(\.words), "\(task)")
            #expect(plain.result.answer == ordered.result.answer)
            #expect(
                ordered.steps.allSatisfy { ScreenOrders.texts.contains($0.last) },
                "an order stands on every screen"
            )
            #expect(plain.steps.allSatisfy { !ScreenOrders.texts.contains($0.last) })
            screens += ordered.steps.count
        }
        await device.stop()
        #expect(screens >= 50)
    }

    @Test func `what a mind is without is missed where it is needed`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let notes = try await Self.run(Self.instance("ExpenseAddMultipleFromGallery"), on: device, without: [.notes])
        #expect(!notes.result.success)
        let answer = try Self.instance("SportsTrackerTotalDistanceForCategoryOverInterval")
        let programs = try await Self.run(answer, on: device, without: [.programs])
        #expect(!programs.result.success && programs.result.answer == nil)
        let rows = try Self.instance("ExpenseAddMultiple")
        let ledger = try await Self.run(rows, on: device, without: [.ledger])
        #expect(!ledger.steps.isEmpty && ledger.steps.allSatisfy { !$0.prefix.contains("\nRow ") })
        // The chooser is not asked for texts; the first by rule is taken.
        let asked = try await Self.run(rows, on: device)
        let texts = try await Self.run(rows, on: device, without: [.texts])
        await device.stop()
        #expect(asked.steps.contains { $0.words.contains(" <- ") && $0.prefix.contains("\nRow ") })
        #expect(!texts.steps.isEmpty && texts.steps.allSatisfy { !$0.words.contains(" <- ") })
    }

    fileprivate static let order = "Press the big button"

    /// What scores are compared by: ledger, folded steps and all else stay, and the order is the one line that is more.
    @Test func `an order changes a prompt by its own line alone`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let (result, steps) = try await Self.run(Self.instance("ExpenseAddMultiple"), on: device)
        await device.stop()
        #expect(result.success)
        #expect(steps.contains { $0.prefix.contains("\nRow 2 of 3") }, "the ledger has a row done")
        let line = PromptTokens.lines(steps[0].ordered).filter { $0.contains(Self.order) }
        #expect(line.count == 1)
        for step in steps {
            let rest = PromptTokens.lines(step.ordered).filter { !$0.contains(Self.order) }
            #expect(rest.joined() == step.prefix)
        }
    }

    @Test func `there are fifty orders, and one changes a screen by its own text alone`() throws {
        #expect(Set(ScreenOrders.texts).count == 50)
        var root = Element(id: 0, parent: nil, depth: 0)
        root.bounds = Bounds(left: 0, top: 0, right: 1080, bottom: 2400)
        root.package = "com.example"
        root.descendantCount = 1
        var button = Element(id: 1, parent: 0, depth: 1)
        button.text = "Save"
        button.label = "Save"
        button.role = .button
        button.flags = [.enabled, .clickable]
        button.clickTarget = 1
        button.bounds = Bounds(left: 0, top: 200, right: 1080, bottom: 400)
        let screen = ScreenState(elements: [root, button], displaySize: DisplaySize(width: 1080, height: 2400))
        for text in ScreenOrders.texts {
            let ordered = ScreenOrders.adding(text, to: screen)
            #expect(ordered.elements.count == 3 && ordered.elements.last?.text == text)
            #expect(ordered.contentHash != screen.contentHash)
            #expect(ScreenActions(ordered).candidates == ScreenActions(screen).candidates)
        }
    }
}

/// Passes everything on to another chooser and writes down what was chosen.
private final class Watched: ActionChooser {
    struct Step: Sendable {
        var words: String
        var filled: String?
        /// The text of the screen's last element.
        var last: String
        /// The prompt before the candidates, and what it is once the screen shows one more text.
        var prefix: String
        var ordered: String
    }

    private let other: Ceiling
    let steps = Mutex<[Step]>([])

    init(_ other: Ceiling) { self.other = other }

    func choose(_ decision: Decision) async throws -> Choice {
        let choice = try await other.choose(decision)
        let best = choice.ranked.first.map { decision.candidates[$0.index].text } ?? ""
        let last = decision.screen.elements.last?.text ?? ""
        let ordered = ScreenOrders.adding(CeilingTests.order, to: decision, decision.prompt.options)
        let step = Step(
            words: best,
            filled: choice.filledText,
            last: last,
            prefix: decision.prompt.prefix,
            ordered: ordered.prompt.prefix
        )
        steps.withLock { $0.append(step) }
        return choice
    }

    func chooseText(_ query: TextQuery) async throws -> Int? {
        let chosen = try await other.chooseText(query)
        let text = chosen.map { query.options[$0].text } ?? "nothing"
        steps.withLock { steps in
            if let place = steps.indices.last { steps[place].words += " <- \(text)" }
        }
        return chosen
    }
}
