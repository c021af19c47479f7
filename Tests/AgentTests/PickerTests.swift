// SPDX-License-Identifier: Apache-2.0

import Screen
import Testing

@testable import Agent

@Suite("Facts of calendars, clock faces and keypads")
struct PickerTests {
    private typealias F = LedgerFixture

    /// What is known of the candidates of a screen, by their words.
    private func facts(
        _ goal: String,
        _ screen: ScreenState,
        history: [String] = []
    ) throws -> [String: CandidateFacts] {
        let now = try #require(DeviceMoment("2023-10-15 15:34:00"))
        var decision = Decision(
            goal: goal,
            history: history,
            screen: screen,
            actions: ScreenActions(screen),
            prompt: Prompt(prefix: "", suffixes: [], omittedLines: 0, prefixTokens: 0),
            device: FakePhone()
        )
        decision.ledger = Ledger(GoalState(goal, now: now))
        return Dictionary(zip(decision.candidates.map(\.text), decision.facts)) { first, _ in first }
    }

    private func dialog(_ nodes: [String], buttons: [String] = ["Cancel", "OK"]) throws -> ScreenState {
        let below = buttons.enumerated().map { place, text in
            Fixture.node(
                "Button",
                text: text,
                flags: ["clickable"],
                bounds: "[\(100 + 400 * place),1500][\(400 + 400 * place),1600]"
            )
        }
        return try Fixture.screen(
            Fixture.node("FrameLayout", bounds: "[100,600][980,1700]", (nodes + below).joined())
        )
    }

    private func cell(_ text: String, _ description: String, _ place: Int, _ flags: Set<String> = []) -> String {
        let (x, y) = (120 + place % 7 * 110, 700 + place / 7 * 100)
        return Fixture.node(
            "View",
            text: text,
            description: description,
            flags: flags.union(["clickable"]),
            bounds: "[\(x),\(y)][\(x + 100),\(y + 90)]"
        )
    }

    private func month(_ name: String, chosen: Int?) throws -> ScreenState {
        let days = (1...30).map { day in
            let flags: Set<String> = day == chosen ? ["checkable", "checked"] : ["checkable"]
            return cell("\(day)", "\(day < 10 ? "0" : "")\(day) \(name) 2023", day + 6, flags)
        }
        return try dialog([cell("", "Previous month", 0), cell("", "Next month", 1)] + days)
    }

    @Test("a calendar's day is picked, after the month that has it")
    func calendar() throws {
        let goal = "Create a calendar event on 2023-10-20 at 7h with the title 'Review of 2023-10-03'."
        let shown = try facts(goal, month("October", chosen: 15))
        #expect(shown["tap checkbox \"20\" (off)"]?[.pickPart] == 1)
        #expect(shown.values.count { $0[.pickPart] == 1 } == 1, "the title's day is no day to pick")
        #expect(shown["tap \"OK\""]?[.commitUnpicked] == 1)
        let picked = try facts(goal, month("October", chosen: 20))
        #expect(picked.values.allSatisfy { $0[.pickPart] == nil })
        #expect(picked["tap \"OK\""]?[.commitPicked] == 1)
        let early = try facts(goal, month("September", chosen: 15))
        #expect(early["tap \"Next month\""]?[.pickToward] == 1 && early["tap \"Previous month\""]?[.pickToward] == nil)
        let late = try facts(goal, month("November", chosen: nil))
        #expect(late["tap \"Previous month\""]?[.pickToward] == 1)
        #expect(try facts("Call Anna", month("October", chosen: 15))["tap \"OK\""]?[.commitUnpicked] == nil)
    }

    /// A clock face of 24 hours, or of minutes by five.
    private func clock(_ hour: String, _ minute: String, minutes: Bool = false) throws -> ScreenState {
        let boxes = [
            cell(hour, "\(hour) o'clock", 0, ["checkable"]), cell(minute, "\(minute) minutes", 1, ["checkable"]),
        ]
        let numbers = (0..<(minutes ? 12 : 24)).map { place in
            minutes
                ? cell("\(place * 5)", "\(place * 5) minutes", place + 7)
                : cell("\(place)", "\(place) hours", place + 7)
        }
        return try dialog(boxes + numbers)
    }

    @Test("a clock's hour and minute are picked, those of the end after the beginning")
    func clocks() throws {
        let goal = "Create a calendar event on 2023-10-20 at 7h with the title 'Lunch'. It should last for 45 mins."
        let first = ["tap \"16:00\" #9: a dialog opened"]
        let hours = try facts(goal, clock("16", "00"), history: first)
        #expect(hours["tap \"7\""]?[.pickPart] == 1 && hours.values.count { $0[.pickPart] == 1 } == 1)
        let start = try facts(goal, clock("7", "00"), history: first + ["tap \"7\""])
        #expect(start["tap \"OK\""]?[.commitPicked] == 1 && start.values.allSatisfy { $0[.pickPart] == nil })
        let second = first + ["tap \"7\"", "tap \"OK\"", "tap \"07:00\" #11: a dialog opened"]
        let end = try facts(goal, clock("7", "00"), history: second)
        #expect(end["tap checkbox \"00\" (off)"]?[.pickPart] == 1, "the face is to show minutes")
        #expect(end["tap \"OK\""]?[.commitUnpicked] == 1)
        let minutes = try facts(goal, clock("7", "00", minutes: true), history: second)
        #expect(minutes["tap \"45\""]?[.pickPart] == 1 && minutes.values.count { $0[.pickPart] == 1 } == 1)
        let done = try facts(goal, clock("7", "45", minutes: true), history: second)
        #expect(done["tap \"OK\""]?[.commitPicked] == 1)
    }

    @Test("buttons of a form that show another day or time are told, one after the other")
    func form() throws {
        let goal = "Create a calendar event on 2023-10-20 at 7h with the title 'Lunch'. It should last for 45 mins."
        func shown(_ buttons: [String]) throws -> [String: CandidateFacts] {
            try facts(goal, F.form([("title", "")], buttons: buttons + ["Save"]))
        }
        let new = try shown(["October 15 (Sun)", "16:00", "17:00"])
        #expect(new["tap \"October 15 (Sun)\""]?[.pickOpen] == 1)
        #expect(new["tap \"16:00\""]?[.pickOpen] == 1 && new["tap \"17:00\""]?[.pickOpen] == nil)
        #expect(new["tap \"Save\""]?[.commitUnpicked] == 1)
        let half = try shown(["October 20 (Fri)", "07:00", "08:00"])
        #expect(half["tap \"October 20 (Fri)\""]?[.pickSettled] == 1 && half["tap \"07:00\""]?[.pickSettled] == 1)
        #expect(half["tap \"08:00\""]?[.pickOpen] == 1 && half["tap \"Save\""]?[.commitUnpicked] == 1)
        #expect(try shown(["October 20 (Fri)", "07:00", "07:45"])["tap \"Save\""]?[.commitPicked] == 1)
    }

    @Test("a keypad's digits come one after the other, and wrong ones are taken back")
    func keypad() throws {
        let goal = "Create a timer with 10 hours, 40 minutes, and 25 seconds. Do not start the timer."
        func shown(_ display: String) throws -> [String: CandidateFacts] {
            let keys = (0...9).map { cell("\($0)", "", $0 + 7) } + [cell("", "Delete", 20)]
            let text = Fixture.node("TextView", text: display, bounds: "[0,200][1080,300]")
            return try facts(goal, Fixture.screen(Fixture.node("FrameLayout", text + keys.joined())))
        }
        #expect(try shown("00h 00m 00s")["tap \"1\""]?[.keyNext] == 1)
        #expect(try shown("00h 10m 40s")["tap \"2\""]?[.keyNext] == 1)
        #expect(try shown("00h 10m 40s")["done"]?[.endUnkeyed] == 1)
        let wrong = try shown("00h 00m 04s")
        #expect(wrong["tap \"Delete\""]?[.keyWrong] == 1 && wrong.values.allSatisfy { $0[.keyNext] == nil })
        #expect(try shown("10h 40m 25s")["done"]?[.endKeyed] == 1)
    }

    @Test("what stands below a label names a switch")
    func detail() throws {
        func item(_ title: String, _ summary: String, _ top: Int) -> String {
            let inside =
                Fixture.node("TextView", text: title, bounds: "[100,\(top)][900,\(top + 60)]")
                + Fixture.node("TextView", text: summary, bounds: "[100,\(top + 60)][900,\(top + 120)]")
            return Fixture.node(
                "LinearLayout",
                flags: ["clickable"],
                bounds: "[0,\(top)][1080,\(top + 140)]",
                inside
            )
        }
        let items = [
            item("Network", "Mobile, Wi\u{2011}Fi, airplane mode", 300), item("Display", "Dark theme, brightness", 500),
        ]
        let screen = try Fixture.screen(Fixture.node("FrameLayout", items.joined()))
        let known = try facts("Turn wifi off", screen)
        #expect(known["tap \"Network\""]?[.detailSwitch] == 1)
        #expect(known["tap \"Display\""]?[.detailSwitch] == nil)
        #expect(try facts("Turn brightness to the max", screen)["tap \"Display\""]?[.detailAny] == 1)
    }
}
