// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen
import Testing

@testable import Agent

@Suite("The ledger")
struct LedgerTests {
    private typealias F = LedgerFixture

    /// A ledger that is shown one screen after another.
    private struct Walk {
        var ledger: Ledger
        var last: ScreenState?

        init(_ goal: GoalState, apps: AppCatalog = AppCatalog()) { ledger = Ledger(goal, apps: apps) }

        mutating func see(_ screen: ScreenState, _ action: Action? = nil) {
            ledger.observe(screen: screen, action: action, before: last)
            last = screen
        }

        mutating func tap(_ label: String, _ screen: ScreenState) {
            see(screen, last.map { .click(LedgerFixture.element(label, on: $0)) })
        }

        func states(_ row: Int) -> [Ledger.State] { ledger.rows[row].cells.map(\.state) }
        var slotStates: [String: Ledger.State] {
            Dictionary(ledger.slots.map { ($0.name, $0.state) }) { first, _ in first }
        }
    }

    private func entered(_ row: Int) throws -> ScreenState {
        let cells = F.threeRows.best.tables[0].rows[row]
        return try F.form([("name", cells[0]), ("amount", String(cells[1].dropFirst())), ("note", cells[2])])
    }

    @Test("A row is entered when it is read in the form, and done when it is found outside after the form was left")
    func row() throws {
        var walk = Walk(F.threeRows)
        walk.see(try F.page("Home", ["Old"]))
        #expect(walk.states(0) == [.open, .open, .open])
        #expect(walk.ledger.lines == ["Row 1 of 3: name open, amount open, note open"])
        walk.see(try F.form([("name", "Groceries"), ("amount", ""), ("note", "")]), .inputText(1, text: "Groceries"))
        #expect(walk.states(0) == [.entered, .open, .open])
        walk.see(try entered(0), .inputText(2, text: "12.50"))
        #expect(walk.states(0) == [.entered, .entered, .entered])
        #expect(walk.states(2) == [.open, .open, .open], "the third row has the same note, and is not being written")
        #expect(!walk.ledger.rows[0].isDone)
        walk.see(try F.page("Home", ["Groceries", "Old"]), .click(0))
        #expect(walk.ledger.rows.map(\.isDone) == [true, false, false])
        #expect(
            walk.ledger.lines == ["Row 2 of 3: name open, amount open, note open; 1 done"] || walk.ledger.openRow == 2
        )
        for row in 1...2 {
            walk.see(try F.form([("name", ""), ("amount", ""), ("note", "")]), .click(0))
            walk.see(try entered(row), .inputText(1, text: "x"))
            #expect(!walk.ledger.isAllDone)
            walk.see(try F.page("Home", ["Textbooks", "Taxi Ride", "Groceries"].suffix(row + 1) + ["Old"]), .click(0))
        }
        #expect(walk.ledger.isAllDone && walk.ledger.openRow == nil)
        #expect(walk.ledger.lines == ["Rows: 3 of 3 done"])
    }

    @Test("Typing proves nothing: a form that was left without saving leaves its row entered at most")
    func discarded() throws {
        var walk = Walk(F.threeRows)
        walk.see(try F.page("Home", ["Old"]))
        walk.see(try entered(0), .inputText(1, text: "Groceries"))
        walk.see(try F.dialog("Discard Groceries?", [("Discard", "android:id/button1")]), .navigateBack)
        #expect(!walk.ledger.rows[0].isDone, "a question about it is no place where it stands")
        walk.see(try F.page("Home", ["Old"]), .click(0))
        #expect(!walk.ledger.rows[0].isDone && walk.states(0).allSatisfy { $0 != .done })
    }

    @Test("A name that was there before is no proof; one more of it is")
    func before() throws {
        var walk = Walk(F.threeRows)
        walk.see(try F.page("Home", ["Groceries", "Old"]))
        walk.see(try entered(0), .inputText(1, text: "Groceries"))
        walk.see(try F.page("Home", ["Groceries", "Old"]), .navigateBack)
        #expect(!walk.ledger.rows[0].isDone)
        walk.see(try F.page("Home", ["Groceries", "Groceries", "Old"]), .wait)
        #expect(walk.ledger.rows[0].isDone)
    }

    @Test("What stood in the form no more when it was left is not done with its row")
    func lost() throws {
        var walk = Walk(F.threeRows)
        walk.see(try F.page("Home", []))
        walk.see(try entered(0), .inputText(1, text: "Groceries"))
        walk.see(try F.form([("name", "Groceries"), ("amount", "12.50"), ("note", "")]), .clearText(3))
        walk.see(try F.page("Home", ["Groceries"]), .click(0))
        #expect(walk.states(0) == [.done, .done, .open])
        #expect(
            walk.ledger.openRow == 1 && walk.ledger.lines[0].hasPrefix("Row 1 of 3: name done, amount done, note open")
        )
    }

    @Test("A value picked with a button of the form, or in its dialog, is entered, and saved with the rest")
    func picked() throws {
        let table = TextTable(columns: ["name", "category"], rows: [["Groceries", "Food"]])
        var walk = Walk(F.goal("Add the expense", GoalReading(tables: [table])))
        walk.see(try F.page("Home", ["Old"]))
        walk.see(try F.form([("name", "Groceries")], buttons: ["Others"]), .inputText(1, text: "Groceries"))
        walk.tap("Others", try F.dialog("Category", [("Food", "a:id/x"), ("Others", "a:id/y")]))
        #expect(walk.states(0) == [.entered, .open], "an option that is offered is not chosen")
        walk.tap("Food", try F.form([("name", "Groceries")], buttons: ["Food"]))
        #expect(walk.states(0) == [.entered, .entered])
        walk.see(try F.page("Home", ["Groceries", "Old"]), .click(0))
        #expect(walk.ledger.isAllDone)
    }

    @Test("A message is done when a tap emptied its field and it stands outside; emptied by the agent it is open")
    func message() throws {
        let text = "Reply to 5551234 with message: See you soon"
        let goal = F.goal(text, GoalReading(slots: [F.slot("message", "See you soon", in: text)]))
        func thread(_ bubbles: [String], _ draft: String) throws -> ScreenState {
            try Fixture.screen(
                Fixture.node(
                    "FrameLayout",
                    Fixture.list(bubbles.enumerated().map { Fixture.row($1, top: 300 + 200 * $0) }.joined())
                        + Fixture.node("EditText", text: draft, id: "a:id/message_field", bounds: "[0,2200][900,2300]")
                        + Fixture.node("Button", text: "Send", flags: ["clickable"], bounds: "[900,2200][1080,2300]")
                )
            )
        }
        var walk = Walk(goal)
        walk.see(try thread(["Hello"], ""))
        walk.see(try thread(["Hello"], "See you soon"), .inputText(5, text: "See you soon"))
        #expect(walk.slotStates == ["message": .entered] && !walk.ledger.isAllDone)
        var cleared = walk
        cleared.see(try thread(["Hello"], ""), .clearText(5))
        #expect(cleared.slotStates == ["message": .open])
        walk.tap("Send", try thread(["Hello", "See you soon"], ""))
        #expect(walk.slotStates == ["message": .done] && walk.ledger.isAllDone)
        #expect(walk.ledger.lines == ["Done: message."])
    }

    @Test(
        "A text that the goal does not state is what stands in a field, and done when it is sent once more than before"
    )
    func content() throws {
        let text = "Send a message to 5551234 with the clipboard content"
        let goal = F.goal(text, GoalReading(slots: [F.slot("recipient", "5551234", in: text)]))
        func thread(_ bubbles: [String], _ draft: String) throws -> ScreenState {
            try Fixture.screen(
                Fixture.node(
                    "FrameLayout",
                    Fixture.node("TextView", text: "5551234", bounds: "[0,0][1080,140]")
                        + Fixture.list(bubbles.enumerated().map { Fixture.row($1, top: 300 + 200 * $0) }.joined())
                        + Fixture.node("EditText", text: draft, id: "a:id/message_field", bounds: "[0,2200][900,2300]")
                        + Fixture.node("Button", text: "Send", flags: ["clickable"], bounds: "[900,2200][1080,2300]")
                )
            )
        }
        var walk = Walk(goal)
        walk.see(try F.form([("to", "")]))
        walk.see(try F.form([("to", "5551234")]), .inputText(1, text: "5551234"))
        walk.see(try thread(["Gate 14"], ""), .keyboardEnter)
        #expect(walk.slotStates == ["recipient": .done, "content": .open] && !walk.ledger.isAllDone)
        walk.see(try thread(["Gate 14"], "Gate 14"), .click(5))
        #expect(walk.slotStates["content"] == .entered && !walk.ledger.isAllDone)
        walk.tap("Send", try thread(["Gate 14", "Gate 14"], ""))
        #expect(walk.ledger.isAllDone)
    }

    @Test("A person's names may stand in fields of their own")
    func names() throws {
        let text = "Create a new contact for Ada Lovelace"
        var walk = Walk(F.goal(text, GoalReading(slots: [F.slot("person", "Ada Lovelace", in: text)])))
        walk.see(try F.form([("first", "Ada"), ("last", "")]), .inputText(1, text: "Ada"))
        #expect(walk.slotStates == ["person": .open])
        walk.see(try F.form([("first", "Ada"), ("last", "Lovelace")]), .inputText(2, text: "Lovelace"))
        #expect(walk.slotStates == ["person": .entered])
        walk.see(try F.page("Ada Lovelace", ["Call"]), .click(0))
        #expect(walk.ledger.isAllDone)
    }

    private var deletion: GoalState {
        let table = TextTable(columns: ["item"], rows: [["Tacos"], ["Soup"]])
        return F.goal("Delete the following recipes: Tacos, Soup", GoalReading(tables: [table]))
    }

    @Test("What is to go is done when something was deleted from it and its place shows it no more")
    func deleted() throws {
        var walk = Walk(deletion)
        walk.see(try F.page("Recipes", ["Tacos", "Bread", "Soup"]))
        #expect(walk.ledger.rows.map(\.isDone) == [false, false])
        let ask = try F.dialog("Delete this recipe?", [("Cancel", "android:id/button2"), ("OK", "android:id/button1")])
        walk.tap("Tacos", try F.page("Tacos", ["Delete"]))
        walk.tap("Delete", ask)
        #expect(!walk.ledger.rows[0].isDone)
        walk.tap("OK", try F.page("Recipes", ["Bread", "Soup"]))
        #expect(walk.ledger.rows.map(\.isDone) == [true, false])
        #expect(walk.ledger.lines == ["Row 2 of 2: delete Soup entered"])
        walk.tap("Soup", try F.page("Soup", ["Delete"]))
        walk.tap("Delete", ask)
        walk.tap("OK", try F.page("Recipes", ["Bread"]))
        #expect(walk.ledger.isAllDone)
    }

    @Test("Scrolled away, or spared by a question that was answered with no, is not gone")
    func spared() throws {
        var walk = Walk(deletion)
        walk.see(try F.page("Recipes", ["Tacos", "Bread"]))
        walk.see(try F.page("Recipes", ["Bread", "Cake"]), .scroll(2, .down))
        #expect(!walk.ledger.rows[0].isDone)
        walk.see(try F.page("Recipes", ["Tacos", "Bread"]), .scroll(2, .up))
        let ask = try F.dialog("Delete?", [("Cancel", "android:id/button2"), ("OK", "android:id/button1")])
        walk.tap("Tacos", try F.page("Tacos", ["Delete"]))
        walk.tap("Delete", ask)
        walk.tap("Cancel", try F.page("Tacos", ["Delete"]))
        walk.see(try F.page("Recipes", ["Tacos", "Bread"]), .navigateBack)
        walk.see(try F.page("Recipes", ["Bread", "Cake"]), .scroll(2, .down))
        #expect(walk.ledger.rows.map(\.isDone) == [false, false])
        walk.see(try F.page("Recipes", ["Tacos", "Bread"]), .scroll(2, .up))
        walk.tap("Tacos", try F.page("Tacos", ["Delete"]))
        walk.tap("Delete", ask)
        walk.tap("Cancel", try F.page("Recipes", ["Bread", "Cake"]))
        #expect(!walk.ledger.rows[0].isDone, "the question was answered with no, and the list shows another part")
        // It comes back when it is seen again.
        walk.see(try F.page("Recipes", ["Tacos", "Bread"]), .scroll(2, .up))
        walk.tap("Tacos", try F.page("Tacos", ["Delete"]))
        walk.tap("Delete", ask)
        walk.tap("OK", try F.page("Recipes", ["Bread"]))
        #expect(walk.ledger.rows[0].isDone)
        walk.see(try F.page("Recipes", ["Tacos", "Bread"]), .wait)
        #expect(!walk.ledger.rows[0].isDone)
    }

    @Test("A switch is done while it was last seen in the wanted state, whatever its name is written like")
    func switched() throws {
        let goal = F.goal(
            "Turn wifi off",
            GoalReading(slots: [
                GoalSlot(name: "wifi", value: .flag(false), text: "off", range: 10..<13, source: .keyed)
            ])
        )
        func page(_ isOn: Bool) throws -> ScreenState {
            try Fixture.screen(
                Fixture.node(
                    "FrameLayout",
                    Fixture.list(
                        Fixture.row("Wi-Fi calling", top: 300, switched: false)
                            + Fixture.row("Wi-Fi", top: 480, switched: isOn)
                    )
                )
            )
        }
        var walk = Walk(goal)
        walk.see(try page(true))
        #expect(!walk.ledger.isAllDone && walk.ledger.lines == ["Open: wifi off."])
        walk.see(try page(false), .click(1))
        #expect(walk.ledger.isAllDone && walk.ledger.lines == ["Done: wifi off."])
        walk.see(try page(true), .click(1))
        #expect(!walk.ledger.isAllDone)
        let change = FactsDifference(
            before: DeviceFacts(sections: ["settings global": .init(values: ["wifi_on": "1"])]),
            after: DeviceFacts(sections: ["settings global": .init(values: ["wifi_on": "0"])])
        )
        walk.ledger.prove(change)
        #expect(walk.ledger.isAllDone)
    }

    @Test(
        "What is to be switched is read from the goal's words",
        arguments: [
            ("Turn wifi off.", "wifi off"), ("Turn off WiFi, then enable bluetooth", "wifi off, bluetooth on"),
            ("Please switch Wi-Fi off", "wi fi off"), ("Wifi off.", "wifi off"), ("Take one photo.", ""),
            ("Turn brightness to the max value.", ""), ("Turn on Wifi, then open the Camera app", "wifi on"),
            ("I want to be left alone for a while, so turn off wifi.", "wifi off"), ("Put the book on the shelf", ""),
        ]
    )
    func switches(goal: String, names: String) {
        let found = LedgerGoal(goal, taken: []).switches.map { "\($0.name) \($0.isOn ? "on" : "off")" }
        #expect(found.joined(separator: ", ") == names)
    }

    @Test("What is moved is done when it is seen where it belongs")
    func moved() throws {
        let text = "Move the file song.mp3 from Music to the Podcasts folder"
        let goal = F.goal(
            text,
            GoalReading(slots: [
                F.slot("file", "song.mp3", in: text), F.slot("", "Music", in: text), F.slot("", "Podcasts", in: text),
            ])
        )
        var walk = Walk(goal)
        walk.see(try F.page("Music", ["song.mp3", "other.mp3"]))
        walk.see(try F.page("Music", ["song.mp3", "other.mp3"]), .longPress(F.element("song.mp3", on: walk.last!)))
        walk.see(try F.page("Podcasts", []), .wait)
        #expect(!walk.ledger.isAllDone)
        walk.see(try F.page("Podcasts", ["song.mp3"]), .click(0))
        #expect(walk.ledger.isAllDone && walk.ledger.lines == ["Done: move song.mp3."])
    }

    @Test("The device's content proves what no screen has shown, and a draft proves nothing")
    func facts() throws {
        let text = "Create a note named plan.md; text 5551234: Hello there"
        let goal = F.goal(
            text,
            GoalReading(slots: [F.slot("file", "plan.md", in: text), F.slot("message", "Hello there", in: text)])
        )
        func difference(_ messages: [String: String], _ files: [String: String]) -> FactsDifference {
            let sections = ["messages", "files"]
            let empty = Dictionary(uniqueKeysWithValues: sections.map { ($0, DeviceFacts.Section(values: [:])) })
            return FactsDifference(
                before: DeviceFacts(sections: empty),
                after: DeviceFacts(sections: ["messages": .init(values: messages), "files": .init(values: files)])
            )
        }
        var ledger = Ledger(goal)
        ledger.prove(
            difference(["address=5551234, body=Hello there, type=3": "×1"], ["/sdcard/notes/plans.md": "5 bytes"])
        )
        #expect(ledger.slots.map(\.state) == [.open, .open])
        ledger.prove(
            difference(["address=5551234, body=Hello there, type=2": "×1"], ["/sdcard/notes/plan.md": "5 bytes"])
        )
        #expect(ledger.slots.map(\.state) == [.done, .done] && ledger.isAllDone)
    }

    @Test("Where the goal forbids to save, what stands in the form is all that is asked")
    func draft() throws {
        let text = "Enter First Name: Ada, Phone: 5551234. Do NOT hit save."
        let goal = F.goal(
            text,
            GoalReading(slots: [F.slot("first name", "Ada", in: text), F.slot("phone", "5551234", in: text)])
        )
        var walk = Walk(goal)
        walk.see(try F.form([("first", ""), ("phone", "")]))
        walk.see(try F.form([("first", "Ada"), ("phone", "")]), .inputText(1, text: "Ada"))
        #expect(!walk.ledger.isAllDone)
        walk.see(try F.form([("first", "Ada"), ("phone", "555-1234")]), .inputText(2, text: "5551234"))
        #expect(walk.ledger.lines == ["Entered: first name, phone."] || !walk.ledger.isAllDone)
        walk.see(try F.form([("first", "Ada"), ("phone", "5551234")]), .inputText(2, text: "5551234"))
        #expect(walk.ledger.isAllDone)
    }

    @Test("Rows of the note that the goal names join, those that the goal means, each once and in order")
    func notes() throws {
        let text = "Log the reimbursable transactions of my_expenses.txt in the app"
        let goal = F.goal(
            text,
            GoalReading(
                slots: [F.slot("file", "my_expenses.txt", in: text)],
                constraints: [
                    GoalConstraint(
                        property: "",
                        relation: .contains,
                        values: [.text("reimbursable")],
                        text: "reimbursable"
                    )
                ]
            )
        )
        var ledger = Ledger(goal)
        var notes = NoteBook()
        func table(_ title: String, _ rows: [(String, String)]) -> NoteTable {
            NoteTable(
                place: NoteTable.Place(package: "a", source: "text", title: title),
                columns: ["name", "note"],
                rows: rows.map { NoteRow(cells: [$0.0, $0.1], signature: "\($0)") },
                isComplete: false
            )
        }
        notes.add(table("other.txt", [("Rent", "Reimbursable")]))
        let screen = try F.page("x", [])
        ledger.observe(screen: screen, notes: notes)
        #expect(ledger.rows.isEmpty && !ledger.isAllDone)
        notes.add(table("my_expenses.txt", [("Taxi", "Reimbursable."), ("Cinema", "for fun")]))
        ledger.observe(screen: screen, notes: notes)
        notes.add(table("my_expenses.txt", [("Taxi", "Reimbursable."), ("Books", "reimbursable, half")]))
        ledger.observe(screen: screen, notes: notes)
        ledger.observe(screen: screen, notes: notes)
        #expect(ledger.rows.map { $0.cells[0].text } == ["Taxi", "Books"])
        #expect(ledger.openRow == 1 && !ledger.isAllDone)
    }

    @Test("A question is done when it was answered, and a goal without parts never is")
    func answered() throws {
        let question = GoalQuestion(asks: "titles", aggregates: [.list], format: .text)
        var walk = Walk(F.goal("What is on today?", GoalReading(question: question)))
        walk.see(try F.page("Today", ["Lunch"]))
        #expect(!walk.ledger.isAllDone && walk.ledger.lines == ["Open: answer."])
        walk.see(try F.page("Today", ["Lunch"]), .answer("Lunch"))
        #expect(walk.ledger.isAllDone)
        var none = Walk(F.goal("Take one photo.", GoalReading()))
        none.see(try F.page("Today", ["Row 1 of 1 done"]))
        #expect(!none.ledger.isAllDone && none.ledger.lines.isEmpty)
    }

    @Test("The lines stay within their tokens whatever the goal")
    func bounded() throws {
        for (columns, rows) in [(1, 500), (40, 3), (8, 200)] {
            let table = TextTable(
                columns: (0..<columns).map { "a rather long name of column \($0)" },
                rows: (0..<rows).map { row in (0..<columns).map { "value \(row)-\($0) with some more words" } }
            )
            let text = (0..<30).map { "slot\($0)" }.joined(separator: " ")
            let slots = (0..<30).map { F.slot("name of the slot \($0)", "slot\($0)", in: text) }
            let ledger = Ledger(F.goal(text, GoalReading(slots: slots, tables: [table])))
            let tokens = ledger.lines.reduce(0) { $0 + PromptBuilder.estimate($1) + 1 }
            #expect(tokens <= Ledger.tokenLimit && !ledger.lines.isEmpty, "\(ledger.lines)")
            #expect(ledger.rows.count <= Ledger.rowLimit)
        }
    }

    @Test("Any text on screen or in a goal is survived, and no screen makes a unit")
    func hostile() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "\"", "done", "Row 1 of 3 done", "😀", "\u{301}", "ﷺ", "é", " ", "…", "delete", "0", "-", "a", "\n",
        ]
        for seed in 0..<60 {
            func text() -> String {
                (0..<Int.random(in: 0...30, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            }
            let table = TextTable(columns: [text(), text()], rows: [[text(), text()], [text()], []])
            var ledger = Ledger(F.goal(text(), GoalReading(tables: [table])))
            let count = ledger.rows.count
            var screen = try F.page("Title", ["a"])
            for index in screen.elements.indices { screen.elements[index].text = text() }
            ledger.observe(screen: screen)
            ledger.observe(screen: screen, action: .click(seed % screen.elements.count), before: screen)
            #expect(ledger.rows.count == count)
            #expect(ledger.lines.allSatisfy { !$0.contains(where: \.isNewline) })
        }
    }

    @Test("a duration is entered once a form shows the end that follows from it")
    func duration() throws {
        let now = try #require(DeviceMoment("2023-10-15 15:34:00"))
        let goal =
            "In Simple Calendar Pro, create a calendar event on 2023-10-20 at 7h with the title 'Lunch with Ada'. "
            + "The event should last for 45 mins."
        func state(_ end: String) throws -> Ledger.State? {
            var ledger = Ledger(GoalState(goal, now: now))
            let empty = try F.form([("title", "")], buttons: ["07:00", "16:00", "Save"])
            ledger.observe(screen: empty, action: nil, before: nil)
            let full = try F.form([("title", "Lunch with Ada")], buttons: ["07:00", end, "Save"])
            ledger.observe(screen: full, action: .inputText(1, text: "Lunch with Ada"), before: empty)
            return ledger.slots.first { $0.name == "duration" }?.state
        }
        #expect(try state("16:00") == .open)
        #expect(try state("07:45") == .entered)
    }
}
