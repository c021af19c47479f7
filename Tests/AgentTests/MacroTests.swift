// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen
import Synchronization
import Testing

@testable import Agent

@Suite("Selectors")
struct SelectorTests {
    private func clickables(_ screen: ScreenState) -> [Int] {
        MacroRecorder.elements(of: ScreenActions(screen).candidates, .click)
    }

    private func element(_ label: String, on screen: ScreenState) throws -> Int {
        try #require(clickables(screen).first { screen.elements[$0].label == label }, "\(label)")
    }

    /// A list of recipes, each row with a title, a time and a button without a word of its own.
    private func recipes(_ titles: [String], width: Int = 1080) throws -> ScreenState {
        let rows = titles.enumerated().map { place, title in
            Fixture.node(
                "LinearLayout",
                id: "a:id/row",
                flags: ["clickable"],
                bounds: "[0,\(300 + place * 200)][\(width),\(500 + place * 200)]",
                Fixture.node(
                    "TextView",
                    text: title,
                    id: "a:id/title",
                    bounds: "[0,\(300 + place * 200)][400,\(400 + place * 200)]"
                )
                    + Fixture.node(
                        "TextView",
                        text: "10 mins",
                        id: "a:id/time",
                        bounds: "[0,\(400 + place * 200)][400,\(500 + place * 200)]"
                    )
                    + Fixture.node(
                        "ImageButton",
                        id: "a:id/more",
                        flags: ["clickable"],
                        bounds: "[800,\(300 + place * 200)][\(width),\(400 + place * 200)]"
                    )
            )
        }
        return try Fixture.screen(Fixture.node("FrameLayout", Fixture.list(rows.joined())))
    }

    @Test("Every element of a page has a selector that finds it and nothing else")
    func unique() throws {
        for screen in [try Fixture.screen(Fixture.internet), try recipes(["Soup", "Cake", "Soup"])] {
            for kind in Macro.Kind.allCases {
                let ids = MacroRecorder.elements(of: ScreenActions(screen).candidates, kind)
                for id in ids {
                    #expect(Selector(id, among: ids, on: screen).resolve(on: screen, among: ids) == .one(id))
                }
            }
        }
    }

    @Test("A row is found where rows were inserted, and where the display has other measures")
    func moved() throws {
        let screen = try recipes(["Soup", "Cake"])
        let row = Selector(try element("Cake", on: screen), among: clickables(screen), on: screen)
        let wider = try recipes(["Bread", "Salad", "Cake", "Soup"], width: 2000)
        #expect(row.resolve(on: wider, among: clickables(wider)) == .one(try element("Cake", on: wider)))
        #expect(row.place == nil && row.resourceID == "a:id/row")
        let without = try recipes(["Bread", "Soup"])
        #expect(row.resolve(on: without, among: clickables(without)) == .none)
        let twice = try recipes(["Cake", "Soup", "Cake"])
        #expect(row.resolve(on: twice, among: clickables(twice)) == .several(2))
    }

    @Test("What has no word of its own in a row is found by the row's text, never by being the only one")
    func beside() throws {
        let screen = try recipes(["Soup"])
        let ids = clickables(screen)
        let button = try #require(ids.first { screen.elements[$0].resourceID == "a:id/more" })
        let selector = Selector(button, among: ids, on: screen)
        let more = try recipes(["Cake", "Soup"])
        let found = try #require(clickables(more).last { more.elements[$0].resourceID == "a:id/more" })
        #expect(selector.resolve(on: more, among: clickables(more)) == .one(found))
        let other = try recipes(["Cake"])
        #expect(selector.resolve(on: other, among: clickables(other)) == .none)
    }

    @Test("A place among equals counts only while there are as many of them")
    func places() throws {
        let screen = try recipes(["Soup", "Soup"])
        let ids = clickables(screen).filter { screen.elements[$0].resourceID == "a:id/row" }
        let second = Selector(ids[1], among: ids, on: screen)
        #expect(second.place == 1 && second.equals == 2)
        let three = try recipes(["Soup", "Soup", "Soup"])
        let more = clickables(three).filter { three.elements[$0].resourceID == "a:id/row" }
        #expect(second.resolve(on: three, among: more) == .several(3))
    }

    @Test("A label that is a parameter's value finds the element of another value")
    func parameters() throws {
        let screen = try recipes(["Soup", "Cake"])
        let ids = clickables(screen)
        let row = Selector(try element("Cake", on: screen), among: ids, on: screen, values: ["dish": "Cake"]) { text in
            text == "Cake" ? MacroText([.parameter("dish", .same)]) : MacroText(text)
        }
        #expect(row.resolve(on: screen, among: ids, values: ["dish": "Soup"]) == .one(try element("Soup", on: screen)))
        #expect(row.resolve(on: screen, among: ids, values: ["dish": "Pie"]) == .none)
        #expect(row.resolve(on: screen, among: ids) == .none, "a value that is missing fits nothing")
    }

    @Test("On any screen a selector finds its own element or says that it does not")
    func fuzz() throws {
        var random = SeededRandom(seed: 11, name: "selectors")
        let words = ["", "A", "B", "OK", "äöü 😀", "A  B", "{x}"]
        var checked = 0
        for _ in 0..<150 {
            func node(_ depth: Int) -> String {
                let kinds = ["TextView", "Button", "EditText", "RecyclerView", "LinearLayout", "Switch", "ScrollView"]
                let flags = ["clickable", "long-clickable", "scrollable", "checkable", "checked", "focused"].filter {
                    _ in
                    Int.random(in: 0..<3, using: &random) == 0
                }
                let (x, y) = (Int.random(in: 0..<900, using: &random), Int.random(in: 0..<2200, using: &random))
                let children = depth > 4 ? 0 : Int.random(in: 0..<4, using: &random)
                return Fixture.node(
                    kinds.randomElement(using: &random) ?? "",
                    text: words.randomElement(using: &random) ?? "",
                    id: ["", "a:id/a", "a:id/b", "broken"].randomElement(using: &random) ?? "",
                    flags: Set(flags),
                    bounds: "[\(x),\(y)][\(x + 150),\(y + 150)]",
                    (0..<children).map { _ in node(depth + 1) }.joined()
                )
            }
            let screen = try Fixture.screen(node(0))
            let other = try Fixture.screen(node(0))
            for kind in Macro.Kind.allCases {
                let ids = MacroRecorder.elements(of: ScreenActions(screen).candidates, kind)
                for id in ids {
                    let selector = Selector(id, among: ids, on: screen)
                    #expect(selector.resolve(on: screen, among: ids) == .one(id))
                    let there = MacroRecorder.elements(of: ScreenActions(other).candidates, kind)
                    if case .one(let found) = selector.resolve(on: other, among: there) {
                        #expect(there.contains(found))
                    }
                    checked += 1
                }
            }
        }
        #expect(checked > 500)
    }
}

@Suite("Macro texts and values")
struct MacroValueTests {
    private func macro(_ template: String, _ values: [(String, String)]) throws -> Macro {
        let text = try #require(MacroText(written: template))
        let parameters = values.map { Macro.Parameter(name: $0.0, value: $0.1) }
        let all = Dictionary(values) { first, _ in first }
        return Macro(goal: try #require(text.filled(all)), template: text, parameters: parameters, run: "r", steps: [])
    }

    @Test(
        "A text is written and read back, braces included",
        arguments: ["", "a", "{{}}", "x{a}y{b:first}", "{a}{{b}}", "ä{a:digits}"]
    )
    func written(text: String) throws {
        #expect(try #require(MacroText(written: text)).description == text)
    }

    @Test("What is no text is refused", arguments: ["{", "}", "{}", "{A}", "{a:no}", "{a:first:last}", "{a b}", "x{a"])
    func broken(text: String) { #expect(MacroText(written: text) == nil) }

    @Test(
        "A part of a value follows from it",
        arguments: [
            ("Ada Lovelace King", TextTransform.first, "Ada"), ("Ada Lovelace King", .rest, "Lovelace King"),
            ("notes.tar.gz", .stem, "notes.tar"), ("notes.md", .ending, ".md"), ("+1 (555) 010-0", .digits, "15550100"),
            ("7:05 PM", .hour, "19"), ("19:05", .hour12, "7"), ("0:30", .hour12, "12"), ("7:05 PM", .minute, "05"),
            ("9 am", .hour2, "09"), ("16h", .half, "PM"), ("ada", .capital, "Ada"),
        ] as [(String, TextTransform, String)]
    )
    func transforms(value: String, way: TextTransform, part: String) {
        #expect(way.apply(value) == part)
    }

    @Test(
        "A value without such a part has none",
        arguments: ["", "Ada", ".", "a.", "25:00", "7", "7:60", "13pm", "7:5:9"]
    )
    func none(value: String) {
        #expect([TextTransform.hour, .rest, .stem].allSatisfy { $0.apply(value) == nil })
    }

    @Test("A new goal in the same words gives its values")
    func goals() throws {
        let contact = try macro(
            "Create a contact for {first} {last}. Their number is {number}.",
            [
                ("first", "Ada"), ("last", "King"), ("number", "555 0100"),
            ]
        )
        #expect(
            try contact.filled(goal: "create a contact for Bob Mc Gee. Their number is 777").values
                == ["first": "Bob", "last": "Mc Gee", "number": "777"]
        )
        #expect(try contact.filled(goal: nil).goal == "Create a contact for Ada King. Their number is 555 0100.")
        for wrong in [
            "Delete a contact for Bob Gee. Their number is 777",
            "Create a contact for Bob Gee. Their number is unknown",
            "Create a contact for . Their number is 7", "Create a contact for Bob Gee. Their number is 7 and more", "",
            "Create a contact for Bob\nGee Smith. Their number is 7",
        ] {
            #expect(throws: DroidError.self, "\(wrong)") { try contact.filled(goal: wrong) }
        }
        let set = try contact.filled(goal: nil, set: [("last", "Byron")])
        #expect(
            set.goal == "Create a contact for Ada Byron. Their number is 555 0100." && set.values["last"] == "Byron"
        )
        #expect(throws: DroidError.self) { try contact.filled(goal: nil, set: [("age", "7")]) }
        #expect(throws: DroidError.self) { try contact.filled(goal: nil, set: [("last", " ")]) }
    }

    @Test("A value that the goal says twice has to be the same twice")
    func repeated() throws {
        let both = try macro("Move {file} away, then delete {file}", [("file", "a.txt")])
        #expect(try both.filled(goal: "Move b.txt away, then delete b.txt").values == ["file": "b.txt"])
        #expect(throws: DroidError.self) { try both.filled(goal: "Move b.txt away, then delete c.txt") }
    }

    @Test("Goals and templates of any kind are read in bounded time, and what is found fills the template again")
    func fuzz() throws {
        var random = SeededRandom(seed: 5, name: "macro goals")
        let parts = ["a", " ", ".", "{a}", "{b}", "x y", "ä", "\n", "to "]
        var found = 0
        for _ in 0..<3000 {
            let template = (0..<Int.random(in: 0..<8, using: &random)).map { _ in
                parts.randomElement(using: &random) ?? ""
            }.joined()
            guard let text = MacroText(written: template) else { continue }
            let values = ["a": "one", "b": "two three"]
            let parameters = Set(text.names).map { Macro.Parameter(name: $0, value: values[$0] ?? "") }
            let macro = Macro(goal: "", template: text, parameters: parameters, run: "", steps: [])
            let goal = text.filled(["a": "1 \(Int.random(in: 0..<9, using: &random))", "b": "a."]) ?? ""
            guard let read = macro.matched(goal) else { continue }
            found += 1
            let again = try #require(text.filled(read))
            #expect(again.filter { !$0.isWhitespace && $0 != "." } == goal.filter { !$0.isWhitespace && $0 != "." })
        }
        #expect(found > 300)
        let long = try macro("aaaa {x} aaab", [("x", "1")])
        #expect(long.matched(String(repeating: "a ", count: 20_000)) == nil)
    }
}
