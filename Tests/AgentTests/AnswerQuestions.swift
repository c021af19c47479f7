// SPDX-License-Identifier: Apache-2.0

import Agent
import Testing

/// The wordings of the benchmark's 25 questions, each with a list as an app shows it and the right answer.
enum AnswerQuestions {
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
    private static let moment = AnswerFormat.pattern("<month name> <day> <year> <hour in 24-hour format>:<minutes>")
    private static let list = AnswerFormat.list(separator: ", ")

    /// The wordings of the benchmark's 25 questions, with a list as an app shows it and the right answer.
    static let all: [Question] = calendar + tasks + tracks + notes

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
            name: "next event in other words, after one that is over",
            goal: T.goal(
                "Which event is coming up next in Simple Calendar Pro? Name only the title.",
                asks: "event",
                [.first, .value, .list],
                list
            ),
            tables: [
                T.table(
                    ["event item title", "event item time"],
                    """
                    # Today, October 15 (Sun)
                    Meeting with Fiona|14:00 - 14:15
                    Talk about travel rules|17:00 - 17:30
                    """
                )
            ],
            right: "Talk about travel rules"
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
}
