// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Agent

@Suite struct GoalParserTests {
    private func read(_ goal: String) throws -> GoalState {
        GoalState(goal, now: try #require(DeviceMoment(EverydayGoals.now)))
    }

    private func slots(_ goal: String) throws -> [String: String] {
        Dictionary(try read(goal).best.slots.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: - Slots

    @Test(arguments: [
        (#"Create a note titled "Plan B" with the text "a, b""#, "title", "Plan B"),
        ("Create an event with the title 'Feed the neighbors' cat' today", "title", "Feed the neighbors' cat"),
        ("Create an event titled “It’s late” and described as ‘don’t wait’", "description", "don’t wait"),
        ("Enter First Name: Anna, Last Name: Lee, Phone: +15550001111, Phone Label: Home.", "phone label", "Home"),
        ("Enter First Name: Anna, Last Name: Lee, Phone: +15550001111, Phone Label: Home.", "phone", "+15550001111"),
        ("Title: Trip\nText: pack, then go", "text", "pack, then go"),
        ("Make a folder named Old_Stuff_7 in the app", "name", "Old_Stuff_7"),
        ("Reply with message: See you at 5. in Blue Messenger", "message", "See you at 5."),
        ("Create a note named a.md with the following text: Buy two. Share the note with Bob", "text", "Buy two"),
        ("Write the following text: One. Two. Three.", "text", "One. Two. Three."),
        ("Rename draft_1.txt to final_2.txt", "new name", "final_2.txt"),
        ("Move x.pdf from Download to Documents", "source folder", "Download"),
        ("Move x.pdf from Download to Documents", "target folder", "Documents"),
        ("Text (555) 123-4567 that I am home", "recipient", "(555) 123-4567"),
        ("Add a marker for 47.0688832, 9.5061564", "coordinates", "47.0688832, 9.5061564"),
        ("Show me Balzers, Liechtenstein on the map", "place", "Balzers, Liechtenstein"),
        ("Save the expense, it was $12.50", "amount", "$12.50"),
        ("Add an event that recurs weekly", "repeat", "weekly"),
        ("Mail jo@example.org that it works", "recipient", "jo@example.org"),
    ])
    func `a slot has the goal's words for its name, and exact ends`(
        _ goal: String,
        _ name: String,
        _ text: String
    ) throws {
        let slots = try slots(goal)
        #expect(slots[name] == text, "\(slots)")
    }

    @Test func `ranges are offsets in UTF-8`() throws {
        let goal = "Send “Grüße” to Zoë, then open naïve_file.txt"
        let bytes = Array(goal.utf8)
        let slots = try read(goal).best.slots
        #expect(slots.contains { $0.text == "Grüße" } && slots.contains { $0.text == "naïve_file.txt" })
        for slot in slots { #expect(String(decoding: bytes[slot.range], as: UTF8.self) == slot.text) }
    }

    @Test func `what stands in quotes makes no other slots`() throws {
        let slots = try read(#"Write a note "call +15551234567 on Monday at 5, for $3""#).best.slots
        #expect(slots.map(\.text) == ["call +15551234567 on Monday at 5, for $3"])
    }

    @Test func `days and times come by the device's clock`() throws {
        let best = try read("Add an event tomorrow at 9:30 for 45 minutes").best
        let day = try #require(CalendarDay(year: 2023, month: 10, day: 16))
        let time = try #require(ClockTime(hour: 9, minute: 30))
        #expect(best.slots.contains { $0.value == .moment(day, time) } || best.slots.contains { $0.value == .day(day) })
        #expect(best.slots.contains { $0.value == .duration(2700) })
    }

    // MARK: - Lists and tables

    @Test func `two lists make two tables, in their order`() throws {
        let goal =
            "Make a playlist titled \"A\" with the following files, in order: a.mp4, b.mp4. "
            + "And then, make a playlist titled \"B\" with the following files, in order: c.mp4, d.mp4, e.mp4."
        let best = try read(goal).best
        #expect(best.tables.map { $0.rows.map { $0[0] } } == [["a.mp4", "b.mp4"], ["c.mp4", "d.mp4", "e.mp4"]])
        #expect(best.tables[0].columns == ["file"])
        #expect(best.slots.filter { $0.source == .item }.map(\.text) == ["a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4"])
    }

    @Test(arguments: [
        (
            "name|amount_dollars|note\nTaxi|$3.50|late\nTea|$2|", ["name", "amount dollars", "note"],
            [["Taxi", "$3.50", "late"], ["Tea", "$2", ""]]
        ),
        (
            "Old list\n\n Date, Item, Amount \n 2023-01-02, \"Tea, green\", $4.50\n", ["date", "item", "amount"],
            [["2023-01-02", "Tea, green", "$4.50"]]
        ),
        ("a\tb\n1\t2\n3\t4", ["a", "b"], [["1", "2"], ["3", "4"]]),
        ("| Name | Age |\n|------|-----|\n| Al | 3 |\n| Bo | 4 |", ["name", "age"], [["Al", "3"], ["Bo", "4"]]),
        (
            "Recipe: Soup\n servings: 2\n preparationTime: 10 mins\n\nRecipe: Pie\n servings: 4\n preparationTime: 1 hrs",
            ["recipe", "servings", "preparation time"], [["Soup", "2", "10 mins"], ["Pie", "4", "1 hrs"]]
        ),
        ("Name: Al\nPhone: 1\nName: Bo\nPhone: 2", ["name", "phone"], [["Al", "1"], ["Bo", "2"]]),
        (
            "Name: Al\nCity: Graz\n\nName: Bo\nPhone: 2", ["name", "city", "phone"],
            [["Al", "Graz", ""], ["Bo", "", "2"]]
        ),
        (
            "directions: Boil the eggs\n   and peel them.\ntitle: Eggs", ["directions", "title"],
            [["Boil the eggs and peel them.", "Eggs"]]
        ),
        ("To buy:\n- milk\n- two eggs", ["item"], [["milk"], ["two eggs"]]),
        ("1. wake up\n2. get up", ["item"], [["wake up"], ["get up"]]),
        ("☐ never", [], []),
        ("[ ] one\n[x] two", ["item"], [["one"], ["two"]]),
        ("Packing:\ntent\nstove\nmap", ["item"], [["tent"], ["stove"], ["map"]]),
        ("tent, stove, map", ["item"], [["tent"], ["stove"], ["map"]]),
        ("I went home. It was late, so I slept.", [], []),
        ("", [], []),
    ])
    func `the rows of a text`(_ text: String, _ columns: [String], _ rows: [[String]]) {
        let table = GoalParser.table(in: text)
        #expect(table?.columns ?? [] == columns)
        #expect(table?.rows ?? [] == rows)
    }

    @Test func `rows of a goal are complete, and a single row's cells are slots`() throws {
        let one = try read("Add this:\nname|price\nTea|$2").best
        #expect(one.tables == [TextTable(columns: ["name", "price"], rows: [["Tea", "$2"]])])
        #expect(one.slots.map(\.name) == ["name", "price"])
        let two = try read("Add these:\nname|price\nTea|$2\nJam|$3").best
        #expect(two.tables.first?.rows == [["Tea", "$2"], ["Jam", "$3"]])
        #expect(!two.slots.contains { $0.text == "Jam" })
    }

    // MARK: - Questions

    @Test(arguments: [
        (
            "How many notes do I have? Answer with a single integer.", GoalQuestion.Aggregate.count,
            AnswerFormat.number(places: 0, unit: nil)
        ),
        (
            "What is the total distance of my rides this week? Give the answer in meters, rounded to the nearest integer.",
            .sum, .number(places: 0, unit: "meters")
        ),
        (
            "Is the lamp on? Respond with either 'True' if it is or 'False' if not.", .exists,
            .choice(yes: "True", no: "False")
        ),
        ("Is it late? Answer yes or no.", .exists, .choice(yes: "yes", no: "no")),
        ("When is my next meeting? Use the format <day> <month>, please.", .first, .pattern("<day> <month>")),
        ("Which tasks are due? Answer with the titles only, as a comma separated list.", .list, .list(separator: ", ")),
        ("What was my longest run? Express your answer with two decimal places.", .max, .number(places: 2, unit: nil)),
        ("Where is my dentist appointment?", .value, .text),
    ])
    func `what is asked, and how to answer`(
        _ goal: String,
        _ aggregate: GoalQuestion.Aggregate,
        _ format: AnswerFormat
    ) throws {
        let question = try #require(try read(goal).best.question)
        #expect(question.aggregates.first == aggregate)
        #expect(question.format == format)
        #expect(Set(question.aggregates).count == question.aggregates.count)
    }

    @Test(arguments: [
        ("Simple Calendar Pro: location of my Catch up event? Just the location.", "location"),
        ("Contacts: address of Anna Bloom?", "address"), ("What is the location of my choir?", "location"),
    ])
    func `what is asked for is named, and not the app before a colon`(_ goal: String, _ asks: String) throws {
        #expect(try read(goal).best.question?.asks == asks)
    }

    @Test(arguments: [
        "Turn wifi off.", "Could you turn on bluetooth, please?", "Reply to Bob with message: Are we on for lunch?",
        "Make a note with the text \"How many apples do we have?\"",
    ])
    func `a goal that asks nothing has no question`(_ goal: String) throws {
        #expect(try read(goal).best.question == nil)
    }

    @Test func `what has to be worked out to be entered is no question`() throws {
        let best = try read("Remember the numbers and enter their product in the form.").best
        #expect(best.question == nil)
        #expect(best.computed?.aggregates == [.product])
    }

    // MARK: - Constraints

    @Test(arguments: [
        ("Delete the recipes that take 30 mins to prepare", GoalConstraint.Relation.equals, "30 mins"),
        ("Delete the recipes that use garlic in the directions", .contains, "garlic"),
        ("Log the reimbursable transactions", .contains, "reimbursable"),
        ("Which tasks have high priority?", .equals, "high priority"),
        ("Which incomplete tasks do I have?", .equals, "incomplete"),
        ("Delete all events on October 17", .on, "October 17"),
        ("Show events between 2pm and 8pm today", .between, "2pm and 8pm"),
        ("What happens after 10:00 October 20?", .after, "10:00 October 20"),
        ("How many running activities did I do this week?", .contains, "running"),
        ("How many running activities did I do this week?", .between, "this week"),
        ("Delete the exact duplicates", .equals, "exact duplicates"),
        ("Delete the newest note", .largest, "newest"),
        ("Show the longest recording", .largest, "longest"),
    ])
    func `what must hold`(_ goal: String, _ relation: GoalConstraint.Relation, _ text: String) throws {
        let constraints = try read(goal).best.constraints
        #expect(constraints.contains { $0.relation == relation && $0.text == text }, "\(constraints)")
    }

    // MARK: - Readings

    @Test(arguments: [
        "Create a note named a.md with the text: Buy tea. Send it to Bob later.",
        "Delete these recipes: Fish Pie, Bread Soup, Kale and Quinoa Salad.",
        "Add an event on 3/4/2023", "Text Bob: meet me in Paris",
    ])
    func `where a text allows several readings, they come with scores`(_ goal: String) throws {
        let readings = try read(goal).readings
        #expect((2...4).contains(readings.count))
        #expect(abs(readings.reduce(0) { $0 + $1.score } - 1) < 1e-9)
        #expect(readings.map(\.score) == readings.map(\.score).sorted(by: >))
        #expect(
            Set(
                readings.map { reading in
                    reading.slots.map(\.text).joined(separator: "|") + "\(reading.slots.map(\.value))"
                }
            ).count == readings.count
        )
    }

    @Test func `everyday goals`() throws {
        let all = EverydayGoals.all
        #expect(all.count >= 200)
        var right = 0
        var anyRight = 0
        for (goal, expected) in all {
            let state = try read(goal)
            let lacks = EverydayGoals.lacks(state.best, expected)
            if lacks.isEmpty { right += 1 }
            if state.readings.contains(where: { EverydayGoals.lacks($0, expected).isEmpty }) { anyRight += 1 }
            if !lacks.isEmpty { print("  \(goal.debugDescription) lacks \(lacks)") }
        }
        print("everyday goals: \(right) of \(all.count) right in the best reading, \(anyRight) in any")
        #expect(Double(right) >= 0.93 * Double(all.count))
    }
}
