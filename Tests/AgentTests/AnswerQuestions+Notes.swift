// SPDX-License-Identifier: Apache-2.0

import Agent

/// Questions about activities and notes.
extension AnswerQuestions {
    private typealias T = AnswerTables

    private static let minutes = AnswerFormat.number(places: 0, unit: "minutes")
    private static let metres = AnswerFormat.number(places: 0, unit: "meters")
    private static let list = AnswerFormat.list(separator: ", ")

    static let tracks: [Question] = [
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

    static let notes: [Question] = [
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
}
