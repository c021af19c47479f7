// SPDX-License-Identifier: Apache-2.0

import Base
import Screen
import Synchronization
import Testing

@testable import Agent

@Suite("Recovery")
struct RecoveryTests {
    private let tap = Candidate(action: .click(1), elementID: 1, text: "tap \"A\"", label: "A")
    private let other = Candidate(action: .click(2), elementID: 2, text: "tap \"B\"", label: "B")
    private let home = Candidate(action: .navigateHome, text: "go home")

    @Test("Two screens that alternate are left by something else, whatever led there and back")
    func alternates() {
        for recovers in [true, false] {
            var guardian = LoopGuard(recovers: recovers)
            guardian.record(screen: "start", words: "open app X", after: "s")
            guardian.record(screen: "s", words: other.text, after: "t")
            guardian.record(screen: "t", words: "go back", after: "s")
            #expect(guardian.objection(screen: "s", candidate: other, words: other.text) == nil)
            guardian.record(screen: "s", words: other.text, after: "t")
            // On t, going back leads to s a second time.
            #expect((guardian.objection(screen: "t", candidate: home, words: "go back") != nil) == recovers)
            #expect(guardian.objection(screen: "t", candidate: tap, words: tap.text) == nil)
        }
    }

    @Test("New screens between make no alternation")
    func moves() {
        var guardian = LoopGuard(recovers: true)
        for list in ["l1", "l2", "l3", "l4"] {
            guardian.record(screen: "menu", words: tap.text, after: "question")
            #expect(guardian.objection(screen: "question", candidate: other, words: other.text) == nil)
            guardian.record(screen: "question", words: other.text, after: list)
            guardian.record(screen: list, words: "long press", after: "menu")
        }
    }

    @Test(
        "A screen is a dead end when nothing new came for a while and all of it was tried; progress of the ledger is new"
    )
    func deadEnd() {
        let candidates = [tap, other, home]
        var guardian = LoopGuard(recovers: true)
        guardian.record(screen: "s", words: tap.text, after: "s")
        for _ in 0..<LoopGuard.patience { guardian.record(screen: "s", words: tap.text, after: "s") }
        #expect(!guardian.isDeadEnd(screen: "s", candidates: candidates), "B was not tried")
        var forward = guardian
        forward.record(screen: "s", words: other.text, after: "s", progress: true)
        #expect(!forward.isDeadEnd(screen: "s", candidates: candidates))
        guardian.record(screen: "s", words: other.text, after: "s")
        #expect(guardian.isDeadEnd(screen: "s", candidates: candidates))
        guardian.startAgain()
        #expect(!guardian.isDeadEnd(screen: "s", candidates: candidates))
        for _ in 0..<LoopGuard.longPatience { guardian.record(screen: "s", words: "wait", after: "s") }
        #expect(guardian.isDeadEnd(screen: "s", candidates: candidates), "enough is enough")
    }

    @Test("A pop-up is told by its size or its parts, and names what leaves it, the plainest first")
    func popup() throws {
        let ask = try LedgerFixture.dialog(
            "Allow this app to record?",
            [("Allow", "a:id/permission_allow_button"), ("Don’t allow", "a:id/permission_deny_button")]
        )
        let popup = try #require(Popup.of(ask))
        #expect(popup.dismissals.map(\.text) == ["tap \"Don’t allow\"", "go back"])
        let all = ScreenActions(ask).candidates
        #expect(popup.dismissals.allSatisfy { all.contains($0) }, "they are candidates like any others")
        #expect(all.contains { $0.text == "tap \"Allow\"" })
        let alert = try LedgerFixture.dialog(
            "Save?",
            [("Verwerfen", "android:id/button2"), ("Speichern", "android:id/button1")]
        )
        #expect(Popup.of(alert)?.dismissals.map(\.text) == ["tap \"Verwerfen\"", "go back"])
        let notice = try LedgerFixture.dialog("Welcome", [("OK", "a:id/x")])
        #expect(Popup.of(notice)?.dismissals.map(\.text) == ["tap \"OK\"", "go back"])
        let question = try LedgerFixture.dialog("Delete it?", [("More", "a:id/y"), ("OK", "a:id/x")])
        #expect(Popup.of(question)?.dismissals.map(\.text) == ["go back"], "OK is no way to leave a question")
        #expect(Popup.of(try LedgerFixture.page("Home", ["Cancel", "Skip"])) == nil)
    }

    @Test("A question of another program is told as a dialog only where the options say so")
    func outcome() throws {
        let app = try LedgerFixture.page("Home", ["A"])
        var ask = try LedgerFixture.dialog("Allow?", [("Deny", "a:id/permission_deny_button")])
        ask.package = "org.example.asker"
        let plain = StepOutcome(before: app, after: ask, action: .click(1))
        #expect(plain.openedApp == "Asker" && !plain.openedDialog)
        let told = StepOutcome(before: app, after: ask, action: .click(1), seesPopups: true)
        #expect(told.openedApp == nil && told.openedDialog)
        #expect(Memory.line(tap, action: tap.action, outcome: told) == "tap \"A\": a dialog opened")
    }

    private func decision(_ screen: ScreenState) -> Decision {
        let actions = ScreenActions(screen)
        return Decision(
            goal: "g",
            history: [],
            screen: screen,
            actions: actions,
            prompt: Prompt(prefix: "", suffixes: [], omittedLines: 0, prefixTokens: 0),
            device: FakePhone()
        )
    }

    @Test("A dead end leads out of a dialog, then home once, then to an end that says what was tried")
    func moveOrder() throws {
        var recovery = Recovery()
        var guardian = LoopGuard(recovers: true)
        let ask = try LedgerFixture.dialog("Rate us", [("Not now", "a:id/x"), ("Rate", "a:id/y")])
        let asked = decision(ask)
        guardian.record(screen: ask.contentHash, words: "tap \"Rate\"", after: ask.contentHash)
        let first = recovery.move(asked, guardian: &guardian, stepsLeft: 9, objections: [:])
        guard case .choose(let index, _) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(asked.candidates[index].text == "tap \"Not now\"" && !recovery.hasRetried)
        guardian.record(screen: ask.contentHash, words: "tap \"Not now\"", after: ask.contentHash)
        var poor = recovery
        let stop = poor.move(asked, guardian: &guardian, stepsLeft: 2, objections: [:])
        guard case .stop(let why) = stop else {
            Issue.record("\(stop)")
            return
        }
        #expect(why.contains("tap \"Rate\""))
        let second = recovery.move(asked, guardian: &guardian, stepsLeft: 9, objections: [:])
        guard case .choose(let way, _) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(asked.candidates[way].action == .navigateHome && recovery.hasRetried)
        guardian.record(screen: ask.contentHash, words: "tap \"Rate\"", after: ask.contentHash)
        let page = decision(try LedgerFixture.page("Home", ["A"]))
        let third = recovery.move(page, guardian: &guardian, stepsLeft: 9, objections: [:])
        guard case .infeasible(let reason) = third else {
            Issue.record("\(third)")
            return
        }
        #expect(reason.contains("two tries") && reason.contains("tap \"Not now\""))
    }

    @Test("A run that finds nothing new tries once more from home, and then says that it cannot be done and why")
    func run() async throws {
        let phone = FakePhone(place: "network")
        var options = AgentOptions()
        options.maxSteps = 80
        options.confirm = .never
        options.recovers = true
        let notes = Mutex<[String]>([])
        let agent = AgentLoop(
            device: phone,
            chooser: WishfulChooser(["tap switch"]),
            options: options,
            clock: StepClock(),
            onEvent: { event in if case .note(let text) = event { notes.withLock { $0.append(text) } } }
        )
        let result = try await agent.run(goal: "Turn Bluetooth off")
        #expect(result.said == .infeasible && result.verdict == .notDone && result.steps < 80)
        #expect(result.reason?.contains("two tries") == true, "\(result.reason ?? "nothing")")
        #expect(notes.withLock { $0.count { $0 == Recovery.secondTry } } == 1)
        // Without the option the run ends as before, without a second try.
        options.recovers = false
        let plain = AgentLoop(
            device: FakePhone(place: "network"),
            chooser: WishfulChooser(["tap switch"]),
            options: options,
            clock: StepClock()
        )
        #expect(try await plain.run(goal: "Turn Bluetooth off").reason?.contains("two tries") != true)
    }

    @Test("A ledger is kept where it is asked for, shown in the prompt, and proved at the end")
    func ledgerInLoop() async throws {
        var options = AgentOptions()
        options.keepsLedger = true
        options.prompt.showsLedger = true
        let agent = AgentLoop(
            device: FakePhone(place: "network"),
            chooser: WishfulChooser(["tap switch", "done"]),
            options: options,
            clock: StepClock()
        )
        let result = try await agent.run(goal: "Turn Wi-Fi off")
        #expect(result.said == .complete)
        #expect(result.ledger == nil, "the phone of this test tells no time")
    }
}
