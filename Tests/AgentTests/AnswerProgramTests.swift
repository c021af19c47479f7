// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Testing

/// Programs that are offered as answers, and what they come to.
@Suite struct AnswerProgramTests {
    private typealias T = AnswerTables

    struct Question: Sendable, CustomTestStringConvertible {
        var name: String
        var goal: GoalState
        var tables: [NoteTable]
        var right: String
        var testDescription: String { name }
    }

    private static let titles =
        "Answer with the titles only. If there are multiples titles, format your answer in a comma separated list."
    private static let minutes = AnswerFormat.number(places: 0, unit: "minutes")
    private static let metres = AnswerFormat.number(places: 0, unit: "meters")
    private static let moment = AnswerFormat.pattern("<month name> <day> <year> <hour in 24-hour format>:<minutes>")
    private static let list = AnswerFormat.list(separator: ", ")

    /// The wordings of the benchmark's 25 questions, with a list as an app shows it and the right answer.
    static let questions: [Question] = calendar + tasks + tracks + notes

    private static let calendar: [Question] = [
        Question(
            name: "any events on a date",
            goal: T.goal(
                "Do I have any events the Tuesday after next in Simple Calendar Pro? \(titles)",
                asks: "titles",
                [.list, .exists, .count],
                list,
                [T.when("the Tuesday after next")]
            ),
            tables: [T.calendar],
            right: "Yoga, Lunch with Omar"
        ),
        Question(
            name: "what is on at a time",
            goal: T.goal(
                "What is on my schedule for October 17 2023 at 11:00 in Simple Calendar Pro? \(titles)",
                asks: "titles",
                [.list, .value],
                list,
                [T.constraint("", .on, "October 17 2023 at 11:00")]
            ),
            tables: [T.calendar],
            right: "Meeting with Noah"
        ),
        Question(
            name: "what is on at a time, day and time apart",
            goal: T.goal(
                "What is on my schedule for October 17 2023 at 11:00 in Simple Calendar Pro? \(titles)",
                asks: "titles",
                [.list, .value],
                list,
                [T.when("October 17 2023"), T.when("11:00")]
            ),
            tables: [T.calendar],
            right: "Meeting with Noah"
        ),
        Question(
            name: "events in the next week",
            goal: T.goal(
                "What events do I have in the next week in Simple Calendar Pro? Assume the week starts from Monday. \(titles)",
                asks: "titles",
                [.list],
                list,
                [T.when("the next week")]
            ),
            tables: [T.calendar],
            right:
                "Review of the budget, Workshop for Beginners, Standup, Meeting with Noah, Choir, Planning of the fair, Interview with Mia, Concert"
        ),
        Question(
            name: "events in a range of times",
            goal: T.goal(
                "Do I have any events between 3pm and 8pm this Friday in Simple Calendar Pro? \(titles)",
                asks: "titles",
                [.list, .exists],
                list,
                [
                    T.constraint(
                        "",
                        .between,
                        "between 3pm and 8pm",
                        [.time(ValueReaderTests.time("15:00")), .time(ValueReaderTests.time("20:00"))]
                    ), T.when("this Friday"),
                ]
            ),
            tables: [T.calendar],
            right: "Interview with Mia"
        ),
        Question(
            name: "events on a date",
            goal: T.goal(
                "What events do I have on Tuesday, October 17 in Simple Calendar Pro? \(titles)",
                asks: "titles",
                [.list],
                list,
                [T.when("Tuesday, October 17")]
            ),
            tables: [T.calendar],
            right: "Standup, Meeting with Noah, Choir"
        ),
        Question(
            name: "first event after a time",
            goal: T.goal(
                "What is my first event after 13:00 this Friday in Simple Calendar Pro? \(titles)",
                asks: "titles",
                [.first, .list],
                list,
                [T.constraint("", .after, "13:00"), T.when("this Friday")]
            ),
            tables: [T.calendar],
            right: "Planning of the fair"
        ),
        Question(
            name: "location of an event",
            goal: T.goal(
                "What is the location of my Choir event in Simple Calendar Pro? Answer with the location only.",
                asks: "location",
                [.value],
                .text,
                [],
                slots: [("event", "Choir")]
            ),
            tables: [
                T.calendar,
                T.table(
                    ["label", "value"],
                    title: "",
                    "|Choir\n|St. Mary's Hall\n|October 17 (Tue)\nReminder|No reminder"
                ),
                T.table(
                    ["event title", "event location", "event start date"],
                    "Choir|St. Mary's Hall|October 17 (Tue)"
                ),
            ],
            right: "St. Mary's Hall"
        ),
        Question(
            name: "next event",
            goal: T.goal(
                "What is my next upcoming event in Simple Calendar Pro? Answer with the title only.",
                asks: "title",
                [.first, .list],
                list
            ),
            tables: [T.calendar],
            right: "Call about the lease"
        ),
        Question(
            name: "next meeting with a person",
            goal: T.goal(
                "When is my next meeting with Noah in Simple Calendar Pro? Express your answer in the format <month name> <day> <year> "
                    + "<hour in 24-hour format>:<minutes>.",
                asks: "date and time",
                [.first, .value],
                moment,
                [],
                slots: [("meeting", "Noah")]
            ),
            tables: [T.calendar],
            right: "October 17 2023 11:00"
        ),
    ]

    private static let tasks: [Question] = [
        Question(
            name: "completed tasks for a date",
            goal: T.goal(
                "Which tasks have I completed for this Tuesday in Tasks app? \(titles)",
                asks: "titles",
                [.list],
                list,
                [T.constraint("completed", .equals, "completed", [.flag(true)]), T.when("this Tuesday")]
            ),
            tables: [T.dueTasks],
            right: "Paint the fence, Wash the car"
        ),
        Question(
            name: "tasks due next week",
            goal: T.goal(
                "How many tasks do I have due next week in Tasks app? Assume the week starts from Monday. Express your answer as a single integer.",
                asks: "tasks",
                [.count, .value, .sum],
                .number(places: 0, unit: nil),
                [T.when("next week", "due")]
            ),
            tables: [T.dueTasks],
            right: "7"
        ),
        Question(
            name: "tasks due on a date",
            goal: T.goal(
                "What tasks do I have due this Tuesday in Tasks app? \(titles)",
                asks: "titles",
                [.list],
                list,
                [T.when("this Tuesday", "due")]
            ),
            tables: [
                T.table(
                    ["title", "due date"],
                    "# Today\n[ ] Sweep|Today\n# Tue, Oct 17\n[ ] Buy stamps|Tue, Oct 17\n[ ] Order the cake|Tue, Oct 17, 14:00"
                )
            ],
            right: "Buy stamps, Order the cake"
        ),
        Question(
            name: "high priority tasks",
            goal: T.goal(
                "What are my high priority tasks in Tasks app? \(titles)",
                asks: "titles",
                [.list],
                list,
                [T.constraint("priority", .equals, "high priority", [.text("high")])]
            ),
            tables: [T.priorityTasks],
            right: "Book the hall, Pack the bags"
        ),
        Question(
            name: "high priority tasks due on a date",
            goal: T.goal(
                "Which tasks with high priority are due this Tuesday in the Tasks app? Answer with the title only.",
                asks: "title",
                [.list],
                list,
                [T.constraint("priority", .equals, "high priority", [.text("high")]), T.when("this Tuesday", "due")]
            ),
            tables: [T.priorityTasks],
            right: "Book the hall"
        ),
        Question(
            name: "incomplete tasks by a date",
            goal: T.goal(
                "What incomplete tasks do I have still have to do by this Tuesday in Tasks app? \(titles)",
                asks: "titles",
                [.list],
                list,
                [
                    T.constraint("completed", .equals, "incomplete", [.flag(false)]),
                    T.constraint("", .before, "this Tuesday"),
                ]
            ),
            tables: [T.dueTasks],
            right: "Buy stamps, Order the cake"
        ),
    ]

    private static let tracks: [Question] = [
        Question(
            name: "activities of a category this week",
            goal: T.goal(
                "How many running activities did I do this week in the OpenTracks app? Assume the week starts from Monday. "
                    + "Express your answer as a single integer.",
                asks: "running activities",
                [.count, .value, .sum],
                .number(places: 0, unit: nil),
                [T.constraint("category", .contains, "running"), T.when("this week")]
            ),
            tables: [T.tracks],
            right: "3"
        ),
        Question(
            name: "activity types on a date",
            goal: T.goal(
                "What activities did I do on October 5 2023 in the OpenTracks app? Answer with the activity type only. "
                    + "If there are multiple types, format your answer in a comma separated list.",
                asks: "activity type",
                [.list],
                list,
                [T.when("October 5 2023")]
            ),
            tables: [T.tracks],
            right: "running, hiking"
        ),
        Question(
            name: "activity types last Friday",
            goal: T.goal(
                "What activities did I do last Friday in the OpenTracks app? Answer with the activity type only.",
                asks: "activity type",
                [.list],
                list,
                [T.when("last Friday")]
            ),
            tables: [T.tracks],
            right: "running"
        ),
        Question(
            name: "duration of an activity",
            goal: T.goal(
                "How long was my hiking activity yesterday in the OpenTracks app? Express your answer in minutes as a single integer.",
                asks: "duration",
                [.value, .sum],
                minutes,
                [T.constraint("activity", .contains, "hiking"), T.when("yesterday")]
            ),
            tables: [T.tracks],
            right: "65"
        ),
        Question(
            name: "longest distance of a category this week",
            goal: T.goal(
                "What was the longest distance covered in a running activity in the OpenTracks app this week? Assume the week starts from Monday. "
                    + "Express your answer as a single number in meters rounded to the nearest integer.",
                asks: "longest distance",
                [.max, .value],
                metres,
                [
                    T.constraint("distance", .largest, "longest", []), T.constraint("activity", .contains, "running"),
                    T.when("this week"),
                ]
            ),
            tables: [T.tracks],
            right: "8400"
        ),
        Question(
            name: "total distance over an interval",
            goal: T.goal(
                "What was the total distance covered for running activities in the OpenTracks app from October 5 2023 to October 8 2023? "
                    + "Express your answer as a single number in meters rounded to the nearest integer.",
                asks: "total distance",
                [.sum, .value],
                metres,
                [T.constraint("activity", .contains, "running"), T.when("October 5 2023 to October 8 2023")]
            ),
            tables: [T.tracks],
            right: "7900"
        ),
        Question(
            name: "total duration of a category this week",
            goal: T.goal(
                "What was the total duration of running activities in the OpenTracks app this week? Assume the week starts from Monday. "
                    + "Express your answer in minutes as a single integer.",
                asks: "total duration",
                [.sum, .value],
                minutes,
                [T.constraint("activity", .contains, "running"), T.when("this week")]
            ),
            tables: [T.tracks],
            right: "120"
        ),
    ]

    private static let notes: [Question] = [
        Question(
            name: "a note that is a to-do",
            goal: T.goal(
                "Is the note titled 'Fix the fence' in the Joplin app marked as a todo item? Respond with either 'True' if it is a todo or 'False' if not.",
                asks: "",
                [.exists, .value],
                .choice(yes: "True", no: "False"),
                [],
                slots: [("note", "Fix the fence")]
            ),
            tables: [T.notes],
            right: "True"
        ),
        Question(
            name: "a note that is no to-do",
            goal: T.goal(
                "Is the note titled 'Plan of the beds' in the Joplin app marked as a todo item? Respond with either 'True' if it is a todo or 'False' if not.",
                asks: "todo item",
                [.exists, .value],
                .choice(yes: "True", no: "False"),
                [T.constraint("title", .equals, "Plan of the beds")]
            ),
            tables: [T.notes],
            right: "False"
        ),
        Question(
            name: "attendees of a meeting",
            goal: T.goal(
                "How many attendees were present in the meeting titled 'Board meeting about the bus lines' in the Joplin app? "
                    + "Express your answer as just a single number.",
                asks: "attendees",
                [.count, .value, .sum],
                .number(places: nil, unit: nil),
                [],
                slots: [("meeting", "Board meeting about the bus lines")]
            ),
            tables: [T.meeting("Number of attendees: 23")],
            right: "23"
        ),
        Question(
            name: "attendees of a meeting in a sentence",
            goal: T.goal(
                "How many attendees were present in the meeting titled 'Board meeting about the bus lines' in the Joplin app? "
                    + "Express your answer as just a single number.",
                asks: "attendees",
                [.count, .value],
                .number(places: nil, unit: nil),
                [],
                slots: [("meeting", "Board meeting about the bus lines")]
            ),
            tables: [T.meeting("There were 31 attendees in the room.")],
            right: "31"
        ),
        Question(
            name: "quantity of an ingredient",
            goal: T.goal(
                "What quantity of flour do I need for the recipe 'Lentil soup from Lisbon' in the Joplin app? Express your answer in the format "
                    + "<amount> <unit> where both the amount and unit exactly match the format in the recipe.",
                asks: "quantity",
                [.value],
                .pattern("<amount> <unit>"),
                [],
                slots: [("recipe", "Lentil soup from Lisbon")]
            ),
            tables: [T.recipe],
            right: "150 grams"
        ),
        Question(
            name: "to-dos in a folder",
            goal: T.goal(
                "How many to-dos do I have in the 'Garden' folder in the Joplin app? Express your answer as just a single number.",
                asks: "to-dos",
                [.count, .value, .sum],
                .number(places: nil, unit: nil),
                [],
                slots: [("folder", "Garden")]
            ),
            tables: [T.notes],
            right: "3"
        ),
    ]

    /// Other lists, pages and wordings of every day.
    static let others: [Question] = [
        Question(
            name: "events of a day's own page",
            goal: T.goal(
                "What events do I have this Tuesday?",
                asks: "events",
                [.list],
                list,
                [T.when("this Tuesday")]
            ),
            tables: [
                T.table(
                    ["event item title", "event item time"],
                    title: "October 17 (Tue)",
                    "Standup|08:30 - 08:45\nChoir|18:00 - 19:30"
                )
            ],
            right: "Standup, Choir"
        ),
        Question(
            name: "when a meeting is, on a day's own page",
            goal: T.goal(
                "When is my meeting with Noah?",
                asks: "date and time",
                [.value, .first],
                moment,
                [],
                slots: [("meeting", "Noah")]
            ),
            tables: [
                T.table(
                    ["event item title", "event item time"],
                    title: "October 17 (Tue)",
                    "Standup|08:30 - 08:45\nCall Noah|18:00 - 19:30"
                )
            ],
            right: "October 17 2023 18:00"
        ),
        Question(
            name: "a page of labels and values",
            goal: T.goal(
                "How long was my hiking activity yesterday? Express your answer in minutes.",
                asks: "duration",
                [.value, .sum],
                minutes,
                [T.constraint("activity", .contains, "hiking"), T.when("yesterday")]
            ),
            tables: [
                T.table(
                    ["label", "value"],
                    title: "Birch Valley",
                    "|hiking\nDistance|5.21 km\nTotal time|1:05:30\nMoving time|1:01:10\nMax. speed|9.1 km/h"
                )
            ],
            right: "65"
        ),
        Question(
            name: "a recipe that is one text",
            goal: T.goal(
                "What quantity of flour do I need for the recipe 'Lentil soup'? Answer as <amount> <unit>.",
                asks: "quantity",
                [.value],
                .pattern("<amount> <unit>"),
                [],
                slots: [("recipe", "Lentil soup")]
            ),
            tables: [
                T.table(
                    ["text"],
                    [["Ingredients\n- 2 cups of lentils\n- 1 1/2 cups of flour\nRemarks"]],
                    title: "Lentil soup"
                )
            ],
            right: "1 1/2 cups"
        ),
        Question(
            name: "what was spent",
            goal: T.goal(
                "How much did I spend on food this month?",
                asks: "amount",
                [.sum, .value],
                .text,
                [T.when("this month")],
                slots: [("", "food")]
            ),
            tables: [
                T.table(
                    ["name", "amount", "category", "date"],
                    "Bakery|$12.40|Food|Oct 14, 2023\nBus|$49.00|Transportation|Oct 13, 2023\nMarket|$30.10|Food|Oct 13, 2023\nGrill|$8.00|Food|Sep 30, 2023"
                )
            ],
            right: "$42.50"
        ),
        Question(
            name: "the cheapest",
            goal: T.goal(
                "What is the cheapest item?",
                asks: "item",
                [.min, .value],
                .text,
                [T.constraint("price", .smallest, "cheapest", [])]
            ),
            tables: [T.table(["name", "price"], "Lamp|$19.00\nBulb|$3.20\nCord|$7.10")],
            right: "Bulb"
        ),
        Question(
            name: "the category with most",
            goal: T.goal(
                "Which category has the most expenses?",
                asks: "category",
                [.value],
                .text,
                [T.constraint("category", .largest, "most", [])]
            ),
            tables: [
                T.table(
                    ["name", "amount", "category"],
                    "Bakery|$12.40|Food\nBus|$49.00|Transportation\nMarket|$30.10|Food"
                )
            ],
            right: "Food"
        ),
        Question(
            name: "an address in a message",
            goal: T.goal("What is the address?", asks: "address", [.value], .text),
            tables: [T.table(["text"], "Hi there\nAddress: 12 Elm Street, Springfield\nSee you")],
            right: "12 Elm Street, Springfield"
        ),
    ]

    @Test(arguments: questions + others)
    func `the right answer is among the programs of each kind of question`(_ question: Question) {
        let candidates = AnswerPrograms.candidates(question.goal, tables: question.tables)
        #expect(candidates.count <= AnswerPrograms.limit)
        let place = candidates.firstIndex { $0.value == question.right }
        let all = candidates.map { "\($0.prior) \($0.value)   [\($0.words)]" }.joined(separator: "\n")
        #expect(place.map { $0 < 16 } == true, "\(question.right) is not among the first of\n\(all)")
        // What is offered is what the program comes to when it is run again.
        for candidate in candidates {
            let again = AnswerPrograms.run(candidate.program, tables: question.tables, now: T.now)
            #expect(again?.value == candidate.value && again?.evidence == candidate.evidence, "\(candidate.words)")
        }
    }

    @Test func `most right answers are among the first`() {
        let ranks = Self.questions.map { question in
            AnswerPrograms.candidates(question.goal, tables: question.tables).firstIndex { $0.value == question.right }
                ?? 64
        }
        #expect(ranks.filter { $0 == 0 }.count * 10 >= ranks.count * 8, "\(ranks)")
        #expect(ranks.allSatisfy { $0 < 16 })
    }
}
