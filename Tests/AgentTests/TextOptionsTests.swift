// SPDX-License-Identifier: Apache-2.0

import Screen
import Testing

@testable import Agent

/// Screens with fields, and goals whose readings are known.
private enum Form {
    static let now: DeviceMoment = {
        guard let now = DeviceMoment("2023-10-15 15:34:00") else { preconditionFailure("the moment cannot be read") }
        return now
    }()

    /// Fields one below the other: label, content, height in pixels.
    static func screen(
        _ fields: [(label: String, text: String)],
        words: [String] = [],
        tall: Bool = false
    ) throws -> ScreenState {
        var nodes = ""
        for (place, field) in fields.enumerated() {
            let name = field.label.replacing(" ", with: "_").lowercased()
            let top = place * 400
            nodes += Fixture.node(
                "EditText",
                text: field.text,
                id: "a:id/\(name)",
                flags: ["clickable"],
                bounds: "[0,\(top)][1000,\(top + (tall ? 390 : 100))]"
            )
        }
        for (place, word) in words.enumerated() {
            nodes += Fixture.node("TextView", text: word, bounds: "[0,\(1800 + place * 20)][500,\(1815 + place * 20)]")
        }
        return try Fixture.screen(Fixture.node("FrameLayout", nodes))
    }

    static func slot(
        _ name: String,
        _ text: String,
        _ source: GoalSlot.Source = .keyed,
        value: TypedValue? = nil
    ) -> GoalSlot {
        GoalSlot(name: name, value: value ?? .text(text), text: text, range: 0..<0, source: source)
    }

    static func goal(
        _ words: String,
        _ slots: [GoalSlot] = [],
        tables: [TextTable] = [],
        constraints: [GoalConstraint] = []
    ) -> GoalState {
        GoalState(words, now: now, readings: [GoalReading(slots: slots, tables: tables, constraints: constraints)])
    }

    static func notes(_ columns: [String], _ rows: [[String?]]) -> NoteBook {
        var book = NoteBook()
        book.add(
            NoteTable(
                place: NoteTable.Place(package: "p", source: "list", title: ""),
                columns: columns,
                rows: rows.enumerated().map { NoteRow(cells: $1, signature: "\($0)") },
                isComplete: true
            )
        )
        return book
    }

    static func texts(_ field: Int, _ screen: ScreenState, _ sources: TextSources) -> [String] {
        TextOptions.options(for: field, on: screen, sources).map(\.text)
    }
}

@Suite("The texts that a field may be filled with")
struct TextOptionsTests {
    @Test(
        "The first is what the goal states for the field",
        arguments: FieldCases.stated + [
            ("Notiere \"Grüße 😀\"", "Name", "Grüße 😀"),
            ("Send the message \"On my way\" to \"Bo Li\"", "Message", "On my way"),
        ]
    )
    func stated(goal: String, label: String, text: String) throws {
        let screen = try Form.screen([(label, ""), ("other", "")])
        let options = TextOptions.options(for: 1, on: screen, TextSources(goal: GoalState(goal, now: Form.now)))
        #expect(options.first?.text == text, "\(options.prefix(4))")
    }

    @Test("What was typed or stands in another field comes after what is left")
    func used() throws {
        let goal = GoalState("Add \"milk\" and \"bread\" to the list", now: Form.now)
        let screen = try Form.screen([("item", ""), ("other", "")])
        #expect(Form.texts(1, screen, TextSources(goal: goal)).first == "milk")
        #expect(Form.texts(1, screen, TextSources(goal: goal, typed: ["milk"])).first == "bread")
        let placed = try Form.screen([("item", ""), ("other", "milk")])
        #expect(Form.texts(1, placed, TextSources(goal: goal)).first == "bread")
        #expect(Form.texts(1, placed, TextSources(goal: goal)).contains("milk"))
    }

    @Test("A slot goes into the field of its name, and not into that of another")
    func names() throws {
        let goal = Form.goal(
            "x",
            [Form.slot("title", "Call with Ana"), Form.slot("description", "We will talk of plans")]
        )
        let screen = try Form.screen([("Title", ""), ("Location", ""), ("Description", "")])
        #expect(Form.texts(1, screen, TextSources(goal: goal)).first == "Call with Ana")
        #expect(Form.texts(3, screen, TextSources(goal: goal)).first == "We will talk of plans")
        let place = TextOptions.options(for: 2, on: screen, TextSources(goal: goal))
        let title = TextOptions.options(for: 1, on: screen, TextSources(goal: goal))
        #expect((place.first?.prior ?? 0) < 1 && (title.first?.prior ?? 0) > 3)
    }

    static let recipes = TextTable(
        columns: ["title", "servings", "preparation time"],
        rows: [
            ["Soup", "1 serving", "10 mins"], ["Stew", "2 servings", "30 mins"], ["Salad", "1 serving", "5 mins"],
        ]
    )

    @Test(
        "Of a table's rows the one that is being entered comes first",
        arguments: [
            // Nothing is typed yet: the first row.
            ([], ["Title", "Servings", "Time"], ["", "", ""], 1, "Soup"),
            ([], ["Title", "Servings", "Time"], ["", "", ""], 3, "10 mins"),
            // Another field tells the row.
            (
                ["Soup", "1 serving", "10 mins", "Stew"], ["Title", "Servings", "Time"], ["Stew", "", ""], 3, "30 mins"
            ),
            (["Stew"], ["Title", "Servings", "Time"], ["Stew", "", ""], 2, "2 servings"),
            // The title is out of sight: what was typed last tells it, also where another row has the same cell.
            (["Soup", "1 serving", "10 mins", "Salad"], ["Servings", "Time"], ["", ""], 1, "1 serving"),
            (["Soup", "1 serving"], ["Servings", "Time"], ["1 serving", ""], 2, "10 mins"),
            // A row is finished, though one of its cells was chosen and not typed: the next one.
            (["Soup", "10 mins"], ["Title", "Time"], ["", ""], 1, "Stew"),
            // A row is finished: the next one.
            (["Soup", "1 serving", "10 mins"], ["Title", "Servings", "Time"], ["", "", ""], 1, "Stew"),
            (
                ["Soup", "1 serving", "10 mins", "Stew", "2 servings", "30 mins"], ["Title", "Servings", "Time"],
                ["", "", ""], 1,
                "Salad"
            ),
        ] as [([String], [String], [String], Int, String)]
    )
    func rows(typed: [String], labels: [String], contents: [String], field: Int, text: String) throws {
        let screen = try Form.screen(Array(zip(labels, contents)).map { (label: $0.0, text: $0.1) })
        let sources = TextSources(goal: Form.goal("Add the recipes", tables: [Self.recipes]), typed: typed)
        let options = TextOptions.options(for: field, on: screen, sources)
        #expect(options.first?.text == text, "\(options.prefix(4))")
    }

    @Test("Rows of notes that are as the goal wants them come before the others")
    func constraints() throws {
        let rows: [[String?]] = (0..<60).map { ["Dish \($0)", $0 % 20 == 7 ? "30 mins" : "10 mins"] }
        let constraint = GoalConstraint(
            property: "prep time",
            relation: .equals,
            values: [.duration(1800)],
            text: "30 mins"
        )
        let sources = TextSources(
            goal: Form.goal("Add those that take 30 mins", constraints: [constraint]),
            notes: Form.notes(["title", "prep time"], rows)
        )
        let screen = try Form.screen([("Title", ""), ("Time", "")])
        #expect(Form.texts(1, screen, sources).prefix(3) == ["Dish 7", "Dish 27", "Dish 47"])
        #expect(Form.texts(2, screen, sources).first == "30 mins")
        var next = sources
        next.typed = ["Dish 7", "30 mins"]
        #expect(Form.texts(1, screen, next).first == "Dish 27")
        // Where no row is, the words mean something else.
        var none = sources
        none.goal = Form.goal(
            "x",
            constraints: [GoalConstraint(property: "", relation: .contains, values: [], text: "zebra")]
        )
        #expect(Form.texts(1, screen, none).first == "Dish 0")
        let contains = GoalConstraint(property: "", relation: .contains, values: [], text: "reimbursable")
        let noted = TextSources(
            goal: Form.goal("x", constraints: [contains]),
            notes: Form.notes(["name", "note"], [["Pen", "own"], ["Taxi", "trip. Reimbursable."], ["Ink", "own"]])
        )
        #expect(Form.texts(1, screen, noted).first == "Taxi")
        // Of two constraints the one that no row fulfils is said of something else, here of the app.
        var named = noted
        let app = GoalConstraint(property: "expense", relation: .contains, values: [], text: "pro")
        named.goal = Form.goal("x", constraints: [contains, app])
        #expect(Form.texts(1, screen, named).first == "Taxi")
    }

    @Test("Nothing is typed into a field of one line that holds it, or holds what was typed there")
    func heldTexts() throws {
        func objection(_ text: String, in content: String, typed: [String] = [], tall: Bool = false) throws -> String? {
            let screen = try Form.screen([(tall ? "Note" : "Last name", content), ("Phone", "")], tall: tall)
            var decision = Decision(
                goal: "g",
                history: [],
                screen: screen,
                actions: ScreenActions(screen),
                prompt: Prompt(prefix: "", suffixes: [], omittedLines: 0, prefixTokens: 0),
                device: FakePhone()
            )
            decision.typed = typed
            return AgentRun.objection(.inputText(1, text: text), decision)
        }
        #expect(try objection("King", in: "") == nil)
        #expect(try objection("King", in: "Stone") == nil)
        #expect(try objection("King", in: "King") != nil)
        #expect(try objection("King", in: "Ada King") != nil)
        #expect(try objection("Ada", in: "King", typed: ["King"])?.contains("King") == true)
        #expect(try objection("Ada", in: "King", typed: ["Kin"]) == nil)
        // Times and amounts are short, and a page of text takes more of it.
        #expect(try objection("5", in: "15") == nil)
        #expect(
            try objection("More of it", in: "Some lines\nMore of it", typed: ["Some lines\nMore of it"], tall: true)
                == nil
        )
    }

    @Test("Values are written as their field wants them")
    func transforms() throws {
        func first(_ label: String, _ slot: GoalSlot) throws -> String? {
            Form.texts(1, try Form.screen([(label, ""), ("other", "")]), TextSources(goal: Form.goal("x", [slot])))
                .first
        }
        func all(_ label: String, _ slot: GoalSlot) throws -> Set<String> {
            Set(Form.texts(1, try Form.screen([(label, "")]), TextSources(goal: Form.goal("x", [slot]))))
        }
        #expect(try first("Amount", Form.slot("amount dollars", "$1,208.50")) == "1208.50")
        #expect(
            try first("Hour", Form.slot("time", "2:05 pm", .shape, value: .time(ClockTime(hour: 14, minute: 5)!)))
                == "14"
        )
        #expect(
            try first("Minute", Form.slot("time", "2:05 pm", .shape, value: .time(ClockTime(hour: 14, minute: 5)!)))
                == "05"
        )
        #expect(try first("Phone", Form.slot("", "(555) 010-9999", .shape)) == "(555) 010-9999")
        #expect(try all("Phone", Form.slot("", "(555) 010-9999", .shape)).contains("5550109999"))
        #expect(try all("Search", Form.slot("location", "Balzers, Liechtenstein")).contains("Balzers"))
        #expect(try all("Search", Form.slot("location", "Mäls, Liechtenstein")).contains("Mals"))
        #expect(
            try all("Name", Form.slot("file name", "trip_notes.md")).isSuperset(of: ["trip_notes.md", "trip_notes"])
        )
        let cases: Set<String> = ["weekly report", "WEEKLY REPORT", "Weekly report", "Weekly Report"]
        #expect(try all("Name", Form.slot("title", "weekly Report")).isSuperset(of: cases))
        #expect(try all("Time", Form.slot("duration", "90 minutes", .shape, value: .duration(5400))).contains("1:30"))
    }

    @Test("A file's name and its extension go into fields of their own where the screen has both")
    func endings() throws {
        let goal = Form.goal("x", [Form.slot("file name", "trip_notes.md")])
        let apart = try Form.screen([("Name", ""), ("Extension", "")])
        #expect(Form.texts(1, apart, TextSources(goal: goal)).first == "trip_notes")
        #expect(Form.texts(2, apart, TextSources(goal: goal)).first == ".md")
        let together = try Form.screen([("Name", ""), ("other", "")])
        #expect(Form.texts(1, together, TextSources(goal: goal)).first == "trip_notes.md")
        let chosen = try Form.screen([("Filename", "")], words: [".png", ".jpg"])
        let picture = Form.goal("x", [Form.slot("file name", "house.png")])
        let other = Form.goal("x", [Form.slot("file name", "house.txt")])
        #expect(Form.texts(1, chosen, TextSources(goal: other)).first == "house.txt")
        #expect(Form.texts(1, chosen, TextSources(goal: picture)).first == "house")
    }

    @Test("A goal that adds to a text has it with what is there, before or after it")
    func additions() throws {
        let slot = Form.slot("text", "A new line", .quoted)
        let screen = try Form.screen([("body", "Old text.")], tall: true)
        func texts(_ goal: String, _ screen: ScreenState, emptied: [String] = []) -> [String] {
            Form.texts(1, screen, TextSources(goal: Form.goal(goal, [slot]), emptied: emptied))
        }
        #expect(texts("Add to the top of the note \"A new line\"", screen).first == "A new line\nOld text.")
        let bottom = texts("Add to the bottom of the note \"A new line\"", screen)
        #expect(bottom.first == "Old text.\nA new line" && bottom.contains("\nA new line"))
        let header = "Add the text with a new blank line before the existing content: \"A new line\""
        #expect(texts(header, screen).first == "A new line\n\nOld text.")
        #expect(texts("Replace the text with \"A new line\"", screen).first == "A new line")
        // The field was emptied for it.
        let empty = try Form.screen([("body", "")], tall: true)
        #expect(texts(header, empty, emptied: ["Old text.\n"]).first == "A new line\n\nOld text.\n")
        #expect(texts(header, empty, emptied: ["Old text.\n"]).contains("A new line\n\nOld text."))
        #expect(
            texts("Append \"A new line\" at the end", empty, emptied: ["Old text.\n"]).first
                == "Old text.\nA new line\n"
        )
    }

    @Test("The clipboard is first where the goal asks for it, and words of the screen are last and few")
    func clipboardAndScreen() throws {
        let words = (0..<40).map { "word \($0)" }
        let screen = try Form.screen([("Message", "")], words: words)
        let goal = Form.goal("Send \"hello there\" to \"Bo\"", [Form.slot("message", "hello there")])
        let options = TextOptions.options(for: 1, on: screen, TextSources(goal: goal, clipboard: "k2j3"))
        #expect(options.first?.text == "hello there" && options.contains { $0.text == "k2j3" })
        let shown = options.filter { $0.source == "screen" }
        #expect((1...12).contains(shown.count) && options.suffix(shown.count).allSatisfy { $0.source == "screen" })
        let paste = Form.goal("Send the clipboard content to 555", [])
        #expect(Form.texts(1, screen, TextSources(goal: paste, clipboard: "k2j3")).first == "k2j3")
        // Where nothing else is there, a sentence is likelier than a button.
        let bubble = try Form.screen([("Message", "")], words: ["I left the keys under the pot."])
        #expect(
            Form.texts(1, bubble, TextSources(goal: Form.goal("Resend it", []))).first
                == "I left the keys under the pot."
        )
    }

    @Test("Rows of notes are joined as the goal asks, and come before its own words")
    func programs() throws {
        let screen = try Form.screen([("Content", "")], tall: true)
        let goal =
            "Create a file called receipt.md with the transactions of the receipt. Please enter them in csv format including the header \"Date, Item, Amount\"."
        let notes = Form.notes(
            ["date", "item", "amount"],
            [["2023-05-07", "Scarf", "$75.62"], ["2023-06-15", "Lamp", "$7.10"]]
        )
        let wanted = "Date, Item, Amount\n2023-05-07, Scarf, $75.62\n2023-06-15, Lamp, $7.10"
        let options = TextOptions.options(
            for: 1,
            on: screen,
            TextSources(goal: GoalState(goal, now: Form.now), notes: notes)
        )
        #expect(options.first?.text == wanted, "\(options.prefix(4))")
        #expect(options.first?.source == "program")
    }

    @Test("Words that were read in a picture can be typed")
    func pictures() throws {
        var screen = try Form.screen([("Note", "")])
        screen.readTexts = [
            0: [ReadText(text: "Milk, 2.50", bounds: Bounds(left: 0, top: 0, right: 9, bottom: 9), confidence: 0.9)]
        ]
        #expect(Form.texts(1, screen, TextSources(goal: Form.goal("Copy it", []))).contains("Milk, 2.50"))
    }

    @Test("Texts of several lines stay out of fields of one")
    func lines() throws {
        let goal = Form.goal("x", [Form.slot("text", "one\ntwo", .quoted), Form.slot("", "three", .quoted)])
        let name = try Form.screen([("Name", "")])
        #expect(Form.texts(1, name, TextSources(goal: goal)).first == "three")
        let body = try Form.screen([("Content", "")], tall: true)
        #expect(Form.texts(1, body, TextSources(goal: goal)).first == "one\ntwo")
    }

    @Test("There are at most 64, none twice, the same each time, and the goal's are among them")
    func bounds() throws {
        let slots = (0..<50).map { Form.slot("item \($0)", "Thing number \($0) of Many", .item) }
        let rows: [[String?]] = (0..<500).map { ["Row \($0)", "Value \($0)", "Other \($0 % 7)"] }
        let sources = TextSources(
            goal: Form.goal("x", slots),
            notes: Form.notes(["name", "value", "kind"], rows),
            clipboard: "clip",
            typed: (0..<200).map { "Row \($0)" }
        )
        let screen = try Form.screen([("Name", ""), ("Value", "Value 3")], words: (0..<300).map { "w\($0)" })
        let options = TextOptions.options(for: 1, on: screen, sources)
        #expect(options.count == TextOptions.limit && Set(options.map(\.text)).count == options.count)
        #expect(options == TextOptions.options(for: 1, on: screen, sources))
        #expect(slots.allSatisfy { slot in options.contains { $0.text == slot.text } })
        #expect(zip(options, options.dropFirst()).allSatisfy { $0.prior >= $1.prior || $1.source == "screen" })
    }

    @Test(
        "Goals of any content are read, and what takes no text has no options",
        arguments: [
            "", "\"", "''", "to", "named", "(", "📶", "+++", "to to to To", "12:", "name is", "@", "a@b.", "1.", "find",
            "...", String(repeating: "' ", count: 4000), String(repeating: "a@b 1:1 x.y ", count: 1000),
        ]
    )
    func odd(goal: String) throws {
        let screen = try Form.screen([("Name", "")], words: ["", "x", goal.filter { $0.isLetter }])
        let sources = TextSources(goal: GoalState(goal, now: Form.now), clipboard: goal, typed: [goal])
        #expect(TextOptions.options(for: 1, on: screen, sources).allSatisfy { !$0.text.isEmpty })
        #expect(TextOptions.options(for: 0, on: screen, sources).isEmpty)
        #expect(TextOptions.options(for: 99, on: screen, sources).isEmpty)
    }
}

@Suite("What a field holds after typing")
struct TextReadBackTests {
    @Test(
        "The content is compared with what was typed",
        arguments: [
            ("abc", "abc", "", .same), ("abc", "old abc", "old ", .same),
            ("+15550109999", "+1 555-010-9999", "", .formatted),
            ("hello there", "Hello there", "", .formatted), ("abc ", "abc", "", .formatted),
            ("abc", "ab", "", .differs),
            ("abc", "", "", .missing), ("...", "", "", .missing), ("...", "... ", "", .formatted),
            ("?", "x", "", .differs),
            (" ", "", "", .formatted),
        ] as [(String, String, String, TextReadBack)]
    )
    func compare(typed: String, content: String, before: String, result: TextReadBack) {
        #expect(TextReadBack.compare(typed: typed, content: content, before: before) == result)
    }

    @Test("The field is found again, and its hint is no content")
    func found() throws {
        let before = try Form.screen([("Name", ""), ("Note", "x")])
        let field = try #require(before.element(1))
        #expect(TextReadBack.read("Tea", into: field, on: try Form.screen([("Name", "Tea"), ("Note", "x")])) == .same)
        #expect(
            TextReadBack.read("Tea", into: field, on: try Form.screen([("Name", "Name"), ("Note", "x")])) == .missing
        )
        #expect(
            TextReadBack.read("Name", into: field, on: try Form.screen([("Name", "Name"), ("Note", "x")])) == .same
        )
        #expect(
            TextReadBack.read("Tea", into: field, on: try Form.screen([("Name", "Teapot"), ("Note", "x")]))
                == .formatted
        )
        #expect(
            TextReadBack.read("Tea", into: field, on: try Form.screen([("Name", "Toe"), ("Note", "x")])) == .differs
        )
        #expect(TextReadBack.read("😀", into: field, on: try Form.screen([("Name", ""), ("Note", "x")])) == nil)
        #expect(TextReadBack.read("Tea", into: field, on: try Form.screen([])) == nil)
    }
}
