// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen
import Testing

@testable import Agent

@Suite("What can be said of candidates without a model")
struct FactTests {
    private typealias F = LedgerFixture

    private static let now = DeviceMoment("2023-10-15 15:34:00")

    /// A decision of an agent that keeps account of the goal; notes and offered texts it has none.
    private func decision(
        _ goal: String,
        _ screen: ScreenState,
        history: [String] = [],
        ledger: Ledger? = nil
    ) async throws -> Decision {
        let actions = ScreenActions(screen)
        let now = try #require(Self.now)
        var decision = Decision(
            goal: goal,
            history: history,
            screen: screen,
            actions: actions,
            prompt: Prompt(prefix: "", suffixes: [], omittedLines: 0, prefixTokens: 0),
            device: FakePhone()
        )
        decision.ledger = ledger ?? Ledger(GoalState(goal, now: now))
        return decision
    }

    private func facts(_ words: String, _ decision: Decision) throws -> CandidateFacts {
        let place = try #require(decision.candidates.firstIndex { $0.text.hasPrefix(words) }, "\(words)")
        return decision.facts[place]
    }

    @Test("a switch is wanted while it is not as the goal says, and the end is early until it is")
    func switches() async throws {
        let screen = try Fixture.screen(Fixture.internet)
        let off = try await decision("Turn Wi-Fi off", screen)
        let wifi = try facts("tap switch \"Wi-Fi\"", off)
        #expect(wifi[.tapSwitch] == 1 && wifi[.switchWanted] == 1 && wifi[.tapWhole] == 1)
        let plane = try facts("tap switch \"Airplane mode\"", off)
        #expect(plane == [.tapSwitch: 1, .tapIcon: 1])
        #expect(try facts("done", off)[.endOpen] == 1)
        #expect(try facts("answer", off)[.answerUnasked] == 1)
        #expect(try facts("open app", off)[.openFirst] == 1)
        #expect(try facts("tap \"Navigate up\"", off)[.leave] == 1)
        let on = try await decision("Turn Wi-Fi on", screen, history: ["open app Settings: now in Settings"])
        #expect(try facts("tap switch \"Wi-Fi\"", on)[.switchSettled] == 1)
        #expect(try facts("open app", on)[.openFirst] == nil)
    }

    @Test("fields and buttons of a form are told by the row that is being entered")
    func form() async throws {
        var ledger = Ledger(F.threeRows)
        let empty = try F.form([("name", ""), ("amount", ""), ("note", "")], buttons: ["Save", "Delete", "Add"])
        ledger.observe(screen: empty, action: nil, before: nil)
        let first = try await decision("Add the following expenses", empty, ledger: ledger)
        #expect(try facts("type into \"name\"", first)[.typeOpen] == 1)
        #expect(try facts("tap \"Save\"", first)[.commitOpen] == 1)
        #expect(try facts("tap \"Delete\"", first)[.removeElse] == 1)
        #expect(try facts("tap \"Add\"", first)[.createWanted] == 1)
        let full = try F.form(
            [("name", "Groceries"), ("amount", "12.50"), ("note", "for lunch")],
            buttons: ["Save", "Delete", "Add"]
        )
        ledger.observe(screen: full, action: .inputText(3, text: "for lunch"), before: empty)
        let typed = ["type \"12.50\" into \"amount\"", "type \"for lunch\" into \"note\""]
        let last = try await decision("Add the following expenses", full, history: typed, ledger: ledger)
        let note = try facts("type into \"note\"", last)
        #expect(note[.typeOver] == 1 && note[.typeAgain] == 1)
        #expect(note[.typeOpen] == 1, "the next row is open")
        #expect(try facts("type into \"name\"", last)[.typeAgain] == nil)
        let saved = try await decision("Add the following expenses", full, history: ["tap \"Save\""], ledger: ledger)
        #expect(try facts("go back", saved)[.backRows] == 1 && facts("go back", saved)[.backCommitted] == nil)
        #expect(try facts("done", saved)[.endRows] == 1)
        #expect(try facts("done", saved)[.endCommitted] == 1)
        #expect(try facts("tap \"Save\"", saved)[.same] == 1)
    }

    @Test("what is to go is told by its label, and so is whether it is in sight")
    func removal() async throws {
        let goal = "Delete the following recipes: Tomato Soup, Apple Pie."
        let page = try F.page("Recipes", ["Tomato Soup", "Bread"])
        let soup = try await decision(goal, page, history: ["scroll down: nothing changed"])
        #expect(try facts("tap \"Tomato Soup\"", soup)[.tapOpen] == 1)
        #expect(try facts("tap \"Bread\"", soup)[.tapOpen] == nil)
        #expect(try facts("long press \"Tomato Soup\"", soup)[.pressOpen] == 1)
        #expect(try facts("scroll down", soup)[.scrollSeen] == 1)
        #expect(try facts("scroll down", soup)[.inVain] == 1)
        let other = try await decision(goal, F.page("Recipes", ["Bread", "More options", "New recipe"]))
        #expect(try facts("scroll down", other)[.scrollUnseen] == 1)
        #expect(try facts("tap \"More options\"", other)[.moreRemove] == 1)
        #expect(try facts("tap \"New recipe\"", other)[.createAgainst] == 1)
    }

    @Test("a question is answered before the end")
    func question() async throws {
        let goal = "How many notes are in the folder Work?"
        let page = try F.page("Work", ["A", "B"])
        var ledger = Ledger(GoalState(goal, now: try #require(Self.now)))
        let asked = try await decision(goal, page, ledger: ledger)
        #expect(try facts("done", asked)[.endAsked] == 1)
        #expect(try facts("answer", asked) == [.answer: 1])
        ledger.observe(screen: page, action: .answer("2"), before: nil)
        let answered = try await decision(goal, page, history: ["answer \"2\""], ledger: ledger)
        #expect(try facts("done", answered)[.endDone] == 1)
        #expect(try facts("answer", answered)[.answerUnasked] == 1)
        let unknown = try await decision("Hello", page)
        #expect(try facts("done", unknown)[.endUnknown] == 1)
    }

    @Test("the way here, the goal's verb and what stands in a field are facts")
    func way() async throws {
        let page = try F.page("Work", ["Work, 3 items", "plan.txt, 12 B", "More options", "Delete"])
        let goal = "Move the file plan.txt to the folder Archive."
        let steps = ["open app Files: now in Files", "tap \"Work, 2 items\""]
        let there = try await decision(goal, page, history: steps)
        #expect(try facts("tap \"Work, 3 items\"", there)[.tapHere] == 1)
        #expect(try facts("tap \"plan.txt", there)[.tapHere] == nil)
        #expect(try facts("tap \"More options\"", there)[.moreVerb] == 1)
        #expect(try facts("done", there)[.endIdle] == 1 && facts("done", there)[.endMove] == 1)
        let menu = try F.page("Work", ["Move to…", "More options"])
        let held = try await decision(goal, menu, history: steps + ["long press \"plan.txt, 12 B\""])
        let move = try facts("tap \"Move to", held)
        #expect(move[.tapVerb] == 1 && move[.tapMove] == 1)
        #expect(try facts("tap \"More options\"", held)[.moreVerb] == nil)
        #expect(try facts("done", held)[.endIdle] == nil && facts("done", held)[.endHeld] == 1)
    }

    @Test("the row in work is told from the others, and a text that is in the way from one that is wanted")
    func row() async throws {
        var ledger = Ledger(F.threeRows)
        let list = try F.page("Expenses", ["Groceries", "Bus ticket", "Rent"])
        ledger.observe(screen: list, action: nil, before: nil)
        let first = try await decision("Add the following expenses", list, ledger: ledger)
        #expect(try facts("tap \"Groceries\"", first)[.tapRow] == 1)
        #expect(try facts("tap \"Rent\"", first)[.tapRow] == nil)
        let form = try F.form([("name", "Groceries"), ("amount", "5")], buttons: ["Save"])
        let wrong = try await decision("Add the following expenses", form, ledger: ledger)
        #expect(try facts("clear \"name\"", wrong) == [.clear: 1, .clearWanted: 1])
        #expect(try facts("clear \"amount\"", wrong) == [.clear: 1, .clearOther: 1])
        let again = ["tap \"Save\"", "go back"]
        let later = try await decision("Add the following expenses", form, history: again, ledger: ledger)
        #expect(try facts("tap \"Save\"", later)[.beforeRows] == 1)
    }

    @Test("a network sees the facts of a candidate beside those of the others")
    func company() throws {
        // One unit: a tap counts only where a candidate is named in the goal.
        let network = FactNetwork(
            facts: [.tap, .tapWhole],
            own: [1, 0],
            all: [0, 1],
            bias: [-1],
            out: [2]
        )
        var head = VerifierHead(kind: .likelihood, facts: [.end: 0.5], network: network)
        let alone = head.priors([[.tap: 1], [.end: 1]])
        #expect(abs(alone[0]) < 1e-12 && abs(alone[1] - (0.5 + 2 * tanh(-1.0))) < 1e-12)
        let beside = head.priors([[.tap: 1], [.tapWhole: 1]])
        #expect(abs(beside[0] - 2 * tanh(1.0)) < 1e-12 && abs(beside[1]) < 1e-12)
        #expect(try VerifierHead.fromGGUF(head.ggufBytes()) == head)
        head.network = FactNetwork(facts: [.tap, .tap], own: [1, 0], all: [0, 1], bias: [0], out: [2])
        #expect(throws: DroidError.self) { try head.checkShape() }
    }

    @Test("a head knows what facts are worth, and keeps it in its file")
    func head() throws {
        var head = VerifierHead(kind: .likelihood, facts: [.tap: 0.5, .end: -2, .endDone: 3])
        #expect(head.priors([[.tap: 1, .tapShare: 0.5]]) == [0.5])
        #expect(head.priors([[.end: 1, .endDone: 1]]) == [1])
        #expect(VerifierHead.likelihood.priors([[.end: 1]]) == [0])
        #expect(try VerifierHead.fromGGUF(head.ggufBytes()) == head)
        head.facts = [.tap: .infinity]
        head.kind = .linear
        #expect(throws: DroidError.self) { try head.checkShape() }
    }

    @Test("lines of memory are read as what was done, whatever labels say")
    func lines() {
        let step = StepWords("tap \"Note: buy \\ milk\": nothing changed")
        #expect(step.action == "tap \"Note: buy \\ milk\"" && step.isVain && !step.isCommit)
        #expect(StepWords("tap \"SAVE\"").isCommit && !StepWords("tap \"Save as picture file\"").isCommit)
        #expect(StepWords("type \"x\" into \"y\"").isTyping && StepWords("go back").action == "go back")
    }
}
