// SPDX-License-Identifier: Apache-2.0

import Base
import Screen
import Testing

@testable import Agent

/// What is noted of one screen, of one element, and what a book keeps.
@Suite struct NoteTests {
    private static func text(_ text: String, _ bounds: String, id: String = "", _ flags: Set<String> = []) -> String {
        Fixture.node("TextView", text: text, id: id.isEmpty ? "" : "app:id/\(id)", flags: flags, bounds: bounds)
    }

    private static func cells(_ table: NoteTable?) -> [[String]] {
        (table?.rows ?? []).map { $0.cells.map { $0 ?? "-" } }
    }

    // MARK: One screen

    @Test func `a page of details becomes labels and values`() throws {
        let pair = Self.text("Servings", "[40,700][500,760]") + Self.text("4 people", "[40,770][500,830]")
        let screen = try Fixture.screen(
            Fixture.node(
                "FrameLayout",
                Self.text("Recipe", "[40,100][500,180]")
                    + Self.text("Amount", "[40,500][300,560]") + Self.text("12.50", "[320,500][600,560]")
                    + Self.text("€", "[620,500][660,560]")
                    + Fixture.node("LinearLayout", bounds: "[0,700][1080,840]", pair)
                    + Self.text("Max. speed", "[40,850][300,870]", id: "speed_label")
                    + Self.text("6.3", "[40,870][100,895]", id: "speed_value")
                    + Self.text("km/h", "[120,870][200,895]", id: "speed_unit")
                    + Self.text("Room 5", "[40,900][600,960]", id: "event_location")
                    + Fixture.node("EditText", text: "Mona", id: "app:id/first_name", bounds: "[40,1000][600,1060]")
                    + Fixture.node("EditText", text: "Search", id: "app:id/query", bounds: "[40,1080][600,1140]")
                    + Fixture.node(
                        "Switch",
                        text: "Repeat",
                        flags: ["checkable", "checked", "clickable"],
                        bounds: "[40,1200][600,1260]"
                    )
                    + Fixture.node(
                        "ImageButton",
                        description: "Delete",
                        flags: ["clickable"],
                        bounds: "[40,1300][100,1360]"
                    )
            )
        )
        let tables = ListReading.tables(of: screen)
        #expect(tables.count == 1 && tables[0].columns == ["label", "value"] && tables[0].isComplete)
        #expect(
            tables[0].place
                == .init(package: "com.android.settings", source: "details", title: "Recipe · Amount · 12.50")
        )
        #expect(
            Self.cells(tables[0]) == [
                ["-", "Recipe"], ["Amount", "12.50 €"], ["Servings", "4 people"], ["Max. speed", "6.3 km/h"],
                ["event location", "Room 5"],
                ["first name", "Mona"], ["Repeat", "-"],
            ]
        )
        #expect(tables[0].rows[6].isOn == true && tables[0].rows[0].isOn == nil)
    }

    @Test func `each list of a screen is a table, and so are the lines of a picture`() throws {
        var list = PaperList(entries: (0..<30).map { .init(texts: ["Row \($0)", "about \($0)"]) }, height: 1000)
        list.around.after = Fixture.node("View", id: "app:id/photo", package: "app", bounds: "[0,1400][1080,2300]")
        var screen = try list.screen()
        let picture = try #require(screen.elements.first { $0.resourceID == "app:id/photo" })
        screen.readTexts[picture.id] = ["Receipt", "Milk 1.20"].map {
            .init(text: $0, bounds: picture.bounds, confidence: 0.9)
        }
        let tables = ListReading.tables(of: screen)
        #expect(tables.map(\.columns) == [["text0", "text1"], ["label", "value"], ["text"]])
        // Rows that are cut off are there; more is below, so the table is not complete.
        #expect(tables[0].rows.count == 7 && !tables[0].isComplete)
        #expect(
            Self.cells(tables[2]) == [["Receipt"], ["Milk 1.20"]] && tables[2].place.source == "photo View picture"
        )
        #expect(
            ListReading.tables(ofElement: picture.id, on: screen).map(Self.cells) == [
                [["Receipt\nMilk 1.20"]], [["Receipt"], ["Milk 1.20"]],
            ]
        )
    }

    @Test func `lists without resource ids are told by what they repeat`() throws {
        var rows = ""
        for row in 0..<6 {
            let top = 400 + row * 200
            rows += Fixture.node(
                "View",
                bounds: "[0,\(top)][1080,\(top + 200)]",
                Self.text("Name \(row)", "[20,\(top + 10)][600,\(top + 90)]")
                    + Self.text("\(row * 3) kg", "[20,\(top + 100)][600,\(top + 190)]")
            )
        }
        let screen = try Fixture.screen(
            Fixture.node(
                "WebView",
                flags: ["scrollable"],
                bounds: "[0,200][1080,2400]",
                Fixture.node(
                    "View",
                    bounds: "[0,200][1080,2400]",
                    Fixture.node("View", bounds: "[0,200][1080,400]", Self.text("Head", "[0,200][400,300]"))
                        + Fixture.node("View", bounds: "[0,400][1080,1600]", rows)
                        + Fixture.node("Button", text: "Foot", flags: ["clickable"], bounds: "[0,1600][1080,1700]")
                )
            )
        )
        let list = try #require(ListReading.lists(of: screen).first)
        var reading = ListReading(list: list, on: screen)
        _ = reading.add(screen)
        #expect(reading.whole.columns == ["text", "text 2"])
        #expect(Self.cells(reading.whole) == (0..<6).map { ["Name \($0)", "\($0 * 3) kg"] })
    }

    @Test func `chips and tabs are no lists`() throws {
        let chips = (0..<4).map { Self.text("Chip \($0)", "[\($0 * 250),300][\($0 * 250 + 200),400]", ["clickable"]) }
            .joined()
        let screen = try Fixture.screen(
            Fixture.node(
                "FrameLayout",
                Fixture.node("RecyclerView", flags: ["scrollable"], bounds: "[0,300][1080,400]", chips)
            )
        )
        #expect(ListReading.lists(of: screen).isEmpty)
    }

    // MARK: One element

    @Test func `a note in an editor is kept as a whole, and line by line`() throws {
        let text = "First line&#10;&#10;  second, line&#10;third"
        let screen = try Fixture.screen(
            Fixture.node(
                "FrameLayout",
                Fixture.node("EditText", text: text, id: "app:id/editor", bounds: "[0,200][1080,2000]")
            )
        )
        let tables = ListReading.tables(ofElement: 1, on: screen)
        #expect(Self.cells(tables.first) == [["First line\n\n  second, line\nthird"]] && tables[0].columns == ["text"])
        #expect(tables[0].place.source == "editor EditText" && tables[0].isComplete)
        #expect(tables.count == 2 && tables[1].rows.count >= 3)
        #expect(
            ListReading.tables(ofElement: 0, on: screen).first?.rows.first?.cells == [
                "First line\n\n  second, line\nthird"
            ]
        )
        #expect(ListReading.tables(ofElement: 99, on: screen).isEmpty)
    }

    @Test func `a row has a table of its cells`() throws {
        let screen = try PaperList(entries: [.init(texts: ["Milk", "1.20"], isOn: true), .init(texts: ["Tea", "3"])])
            .screen()
        let row = try #require(screen.elements.first { $0.resourceID == "app:id/row" })
        let tables = ListReading.tables(ofElement: row.id, on: screen)
        #expect(Self.cells(tables.first) == [["Milk\n1.20"]] && tables[0].rows[0].isOn == true)
        #expect(
            tables.count == 2 && Self.cells(tables[1]) == [["Milk", "1.20"]] && tables[1].columns == ["text0", "text1"]
        )
    }

    // MARK: The book

    private static func table(
        _ texts: [String],
        complete: Bool = false,
        columns: [String] = ["text"],
        place: String = "list"
    ) -> NoteTable {
        ElementTables.table(
            .init(package: "app", source: place, title: ""),
            "",
            columns: columns,
            rows: texts.map { [$0] }
        ).with(complete)
    }

    @Test func `a counter is noted each time, a list once`() throws {
        var book = NoteBook()
        for number in ["7", "3", "7", "7"] { book.remember([Self.table([number], complete: true, place: "counter")]) }
        #expect(Self.cells(book.tables.first) == [["7"], ["3"], ["7"], ["7"]])
        #expect(Set(book.tables[0].rows.map(\.signature)).count == 4)
        book.add(Self.table(["a", "b", "b"]))
        book.add(Self.table(["b", "b", "c"]))
        #expect(Self.cells(book.tables.last) == [["a"], ["b"], ["b"], ["c"]] && book.tables.count == 2)
        // A complete reading has the order; one that shares nothing is another page of the same place.
        book.add(Self.table(["c", "b", "a"], complete: true))
        #expect(Self.cells(book.tables.last) == [["c"], ["b"], ["a"]] && book.tables[1].isComplete)
        book.add(Self.table(["x"], complete: true))
        #expect(Self.cells(book.tables.last) == [["c"], ["b"], ["a"], ["x"]])
    }

    @Test func `tables of one place come to the same columns`() throws {
        var book = NoteBook()
        book.add(
            ElementTables.table(
                .init(package: "app", source: "l", title: ""),
                "",
                columns: ["a", "c"],
                rows: [["1", "3"]]
            ).with(false)
        )
        book.add(
            ElementTables.table(
                .init(package: "app", source: "l", title: ""),
                "",
                columns: ["a", "b", "c"],
                rows: [["1", "2", "3"]]
            ).with(false)
        )
        #expect(book.tables.count == 1 && book.tables[0].columns == ["a", "b", "c"])
        #expect(Self.cells(book.tables[0]) == [["1", "-", "3"], ["1", "2", "3"]])
    }

    @Test func `a book stays small`() throws {
        var book = NoteBook()
        for number in 0..<100 { book.add(Self.table(["x"], place: "list \(number)")) }
        #expect(book.tables.count == NoteBook.tableLimit)
        book = NoteBook()
        book.add(Self.table((0..<900).map { "row \($0)" }, complete: true))
        #expect(book.tables[0].rows.count == ListReading.rowLimit && !book.tables[0].isComplete)
        let long = String(repeating: "ü", count: NoteBook.textLimit)
        #expect(NoteBook.clipped(long).utf8.count == NoteBook.textLimit && NoteBook.clipped("a" + long).hasSuffix("ü"))
        #expect(
            NoteBook.clipped("🦊🦊", to: 7) == "🦊" && NoteBook.clipped("abc", to: 0) == ""
                && NoteBook.clipped("abc") == "abc"
        )
        for number in 0..<40 {
            book.add(
                Self.table((0..<10).map { "\($0)" + String(repeating: "y", count: 16_000) }, place: "long \(number)")
            )
        }
        let size = book.tables.flatMap(\.rows).flatMap(\.cells).reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        #expect(size <= NoteBook.byteLimit)
    }

    // MARK: Hostile screens

    @Test func `no hierarchy breaks the reading`() throws {
        var random = SeededRandom(seed: 66, name: "hostile")
        let classes = [
            "RecyclerView", "ScrollView", "TextView", "LinearLayout", "CheckBox", "EditText", "ProgressBar", "SeekBar",
        ]
        let texts = ["", "a", "a", "\u{1F}\u{1E}2", "&#10;", String(repeating: "w ", count: 300), "\u{301}", "12"]
        func bounds() -> String {
            let (a, b) = (Int.random(in: -900...2600, using: &random), Int.random(in: -900...2600, using: &random))
            return
                "[\(Int.random(in: -50...500, using: &random)),\(a)][\(Int.random(in: 0...1100, using: &random)),\(b)]"
        }
        func node(_ depth: Int) -> String {
            let flags = Set(
                ["scrollable", "clickable", "checkable", "checked"].filter { _ in Bool.random(using: &random) }
            )
            let count = depth > 3 ? 0 : Int.random(in: 0...5, using: &random)
            return Fixture.node(
                classes.randomElement(using: &random) ?? "",
                text: (texts.randomElement(using: &random) ?? "").replacing("\u{1F}\u{1E}2", with: "?"),
                id: Bool.random(using: &random) ? "x:id/row" : "",
                flags: flags,
                bounds: bounds(),
                (0..<count).map { _ in node(depth + 1) }.joined()
            )
        }
        for _ in 0..<40 {
            let screens = try (0..<4).map { _ in try Fixture.screen(node(0)) }
            for list in ListReading.lists(of: screens[0]) {
                var reading = ListReading(list: list, on: screens[0])
                for step in 0..<40 where reading.add(screens[step % 4]) != .end {}
                #expect(Set(reading.table.rows.map(\.signature)).count == reading.table.rows.count)
                #expect(reading.table.rows.allSatisfy { $0.cells.count == reading.table.columns.count })
            }
            var book = NoteBook()
            for screen in screens {
                for table in ListReading.tables(of: screen) { book.add(table) }
                for id in screen.elements.indices.prefix(15) {
                    book.remember(ListReading.tables(ofElement: id, on: screen))
                }
            }
            #expect(book.tables.count <= NoteBook.tableLimit)
        }
    }

    @Test func `a deep screen and a wide one are read in time that grows with them`() throws {
        let deep = (0..<380).reduce(Self.text("x", "[0,300][1080,400]")) { inside, _ in
            Fixture.node("RecyclerView", flags: ["scrollable"], bounds: "[0,300][1080,2300]", inside)
        }
        #expect(ListReading.lists(of: try Fixture.screen(deep)).count <= 6)
        let wide = Fixture.node(
            "RecyclerView",
            flags: ["scrollable"],
            bounds: "[0,300][1080,2300]",
            (0..<8000).map { Self.text("row \($0)", "[0,\(300 + $0 % 2000)][1080,\(301 + $0 % 2000)]") }.joined()
        )
        let screen = try Fixture.screen(wide)
        let clock = ContinuousClock()
        let time = try clock.measure {
            let list = try #require(ListReading.lists(of: screen).first)
            var reading = ListReading(list: list, on: screen)
            for _ in 0..<3 { _ = reading.add(screen) }
            _ = ListReading.tables(of: screen)
        }
        print("a wide screen: \(time)")
    }
}

extension NoteTable {
    fileprivate func with(_ complete: Bool) -> NoteTable {
        var out = self
        out.isComplete = complete
        return out
    }
}
