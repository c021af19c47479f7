// SPDX-License-Identifier: Apache-2.0

import Agent
import Testing

/// Questions of every day about lists and pages, with the right answer.
enum EverydayQuestions {
    private typealias T = AnswerTables
    private typealias Question = AnswerQuestions.Question

    private static let minutes = AnswerFormat.number(places: 0, unit: "minutes")
    private static let moment = AnswerFormat.pattern("<month name> <day> <year> <hour in 24-hour format>:<minutes>")
    private static let list = AnswerFormat.list(separator: ", ")

    /// Other lists, pages and wordings of every day.
    static let all = ofApps + plain

    /// As they come from a reader that found no more than the text says.
    private static let plain: [AnswerQuestions.Question] = [
        Question(
            name: "when a meeting is, in no format",
            goal: T.goal(
                "When is my meeting with Noah?",
                asks: "date and time",
                [.value],
                .text,
                [],
                slots: [("person", "Noah")]
            ),
            tables: [T.calendar],
            right: "October 17 2023 11:00"
        ),
        Question(
            name: "what was spent on a category that is a word of the goal",
            goal: T.goal(
                "How much did I spend on food this month?",
                asks: "",
                [.sum, .value],
                .text,
                [T.when("this month")]
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
            name: "the largest group without a constraint",
            goal: T.goal("Which category has the most expenses?", asks: "category", [.max, .value, .list], .text),
            tables: [
                T.table(
                    ["name", "amount", "category"],
                    "Bus|$49.00|Transportation\nBakery|$12.40|Food\nMarket|$30.10|Food"
                )
            ],
            right: "Food"
        ),
        Question(
            name: "minutes that are not whole",
            goal: T.goal(
                "How long was my hiking activity yesterday, in minutes?",
                asks: "duration",
                [.value],
                .number(places: nil, unit: "minutes"),
                [T.constraint("activity", .contains, "hiking"), T.when("yesterday")]
            ),
            tables: [T.tracks],
            right: "65.5"
        ),
    ]

    private static let ofApps: [AnswerQuestions.Question] = [
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
}
