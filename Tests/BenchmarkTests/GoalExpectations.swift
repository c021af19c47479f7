// SPDX-License-Identifier: Apache-2.0

@testable import Agent

/// What a reading of a task's goal must hold. Texts in braces are the task's parameters.
enum GoalExpectation {
    /// A slot with just this text, under one of these names; any name where none is given.
    case slot(String, [String])
    /// The same where the goal states it; another wording of the same task may state something else.
    case stated(String, [String])
    /// A column with just these items in this order: a text that joins them with `, `.
    case items(String, [String])
    /// The same, of places that are a town and a country each.
    case places(String, [String])
    /// A table with these rows, complete and in order; for each column what it may be called.
    case rows([[String]], [[String]])
    /// A day, alone or with a time.
    case day(String)
    /// From one day to another.
    case days(String, String)
    /// A time of day by its hour.
    case hour(String)
    /// Both ends of a range of hours.
    case hours(String, String)
    /// A duration in minutes.
    case minutes(String)
    /// Hours, minutes and seconds as one duration.
    case timer(String, String, String)
    /// A constraint with this text or value.
    case constraint(GoalConstraint.Relation, String)
    /// What is asked: the aggregate that must come first, one of these, and the format.
    case asks([GoalQuestion.Aggregate], AnswerFormat)
    /// What has to be worked out to be entered.
    case computes(GoalQuestion.Aggregate)
}

enum GoalExpectations {
    private static let list = AnswerFormat.list(separator: ", ")
    private static let integer = AnswerFormat.number(places: 0, unit: nil)
    private static let titles = GoalExpectation.asks([.list], list)

    private static let expense = [["name", "expense"], ["amount dollars"], ["category name"], ["note"]]
    private static func expense(_ number: String) -> [String] {
        ["{name\(number)}", "${whole\(number)}.{cents\(number)}", "{category\(number)}", "{note\(number)}"]
    }
    private static let recipe = [
        ["title", "recipe"], ["description"], ["servings"], ["preparation time"], ["ingredients"], ["directions"],
    ]
    private static func recipe(_ number: String) -> [String] {
        [
            "{title\(number)}", "{description\(number)}", "{servings\(number)}", "{time\(number)}",
            "{ingredients\(number)}",
            "{made\(number)} {extra\(number)}",
        ]
    }
    private static let event: [GoalExpectation] = [
        .slot("{title}", ["title", "event"]), .slot("{description}", ["description", "event description"]),
        .hour("{hour}"),
        .minutes("{mins}"),
    ]
    private static let file = ["file", "note", "picture", "image", "video", "recording", ""]
    private static let fresh = ["name", "new name", "file", "file name", "note", "text file"]
    private static let source = ["source folder", "folder", ""]
    private static let target = ["target folder", "folder", "recipient", ""]

    /// What each task's goal states; tasks that state nothing but what to do are left out of the slots, and ask nothing.
    static let all: [String: [GoalExpectation]] = [
        "AudioRecorderRecordAudio": [],
        "AudioRecorderRecordAudioWithFileName": [.slot("{file_name}", ["name"])],
        "BrowserDraw": [.slot("task.html", ["file"])],
        "BrowserMaze": [.slot("task.html", ["file"])],
        "BrowserMultiply": [.slot("task.html", ["file"]), .computes(.product)],
        "CameraTakePhoto": [],
        "CameraTakeVideo": [],
        "ClockStopWatchPausedVerify": [],
        "ClockStopWatchRunning": [],
        "ClockTimerEntry": [.timer("{h}", "{m}", "{s}")],
        "ContactsAddContact": [
            .slot("{given} {family}", ["contact", "name", "person", ""]), .slot("{number}", ["number", "phone", ""]),
        ],
        "ContactsNewContactDraft": [
            .slot("{first}", ["first name"]), .slot("{last}", ["last name"]), .slot("{phone}", ["phone"]),
            .slot("{label}", ["phone label", "label"]),
        ],
        "ExpenseAddMultiple": [.rows(expense, [expense("1"), expense("2"), expense("3")])],
        "ExpenseAddMultipleFromGallery": [.slot("expenses.jpg", file)],
        "ExpenseAddMultipleFromMarkor": [.slot("my_expenses.txt", file), .constraint(.contains, "reimbursable")],
        "ExpenseAddSingle": [.rows(expense, [expense("")])],
        "ExpenseDeleteDuplicates": [.constraint(.equals, "duplicate")],
        "ExpenseDeleteDuplicates2": [.constraint(.equals, "duplicate")],
        "ExpenseDeleteMultiple": [.items("{name1}, {name2}, {name3}", ["expense", "item"])],
        "ExpenseDeleteMultiple2": [.items("{name1}, {name2}, {name3}", ["expense", "item"])],
        "ExpenseDeleteSingle": [.slot("{name}", ["expense", "item", ""])],
        "FilesDeleteFile": [.slot("{file}", file), .slot("{place}", ["folder"])],
        "FilesMoveFile": [.slot("{file}", file), .slot("{place}", source), .slot("{target}", target)],
        "MarkorAddNoteHeader": [
            .slot("{file}", file), .slot("{header}", ["text", "header", "heading", ""]), .slot("{name}", fresh),
        ],
        "MarkorChangeNoteContent": [
            .slot("{file}", file), .slot("{updated}", ["content", "text", "message", ""]), .slot("{name}", fresh),
        ],
        "MarkorCreateFolder": [.slot("{folder}", ["name", "folder"])],
        "MarkorCreateNote": [.slot("{name}", fresh), .slot("{text}", ["text"])],
        "MarkorCreateNoteAndSms": [
            .slot("{name}", fresh), .slot("{text}", ["text"]),
            .slot("{phone}", ["number", "phone number", "recipient"]),
        ],
        "MarkorCreateNoteFromClipboard": [.slot("{name}", fresh)],
        "MarkorDeleteAllNotes": [],
        "MarkorDeleteNewestNote": [.constraint(.largest, "")],
        "MarkorDeleteNote": [.slot("{file}", file + ["name"])],
        "MarkorEditNote": [.slot("{file}", file), .slot("{text}", ["text"])],
        "MarkorMergeNotes": [
            .items("{file1}, {file2}, {file3}", ["note", "content", "item", "file"]), .slot("{name}", fresh),
        ],
        "MarkorMoveNote": [.slot("{file}", file), .slot("{source}", source), .slot("{target}", target)],
        "MarkorTranscribeReceipt": [
            .slot("receipt.md", fresh), .slot("receipt.png", file), .slot("Date, Item, Amount", ["header"]),
        ],
        "MarkorTranscribeVideo": [.slot("{video}", file), .slot("{file}", fresh)],
        "NotesIsTodo": [.slot("{title}", ["title", "note"]), .asks([.exists], .choice(yes: "True", no: "False"))],
        "NotesMeetingAttendeeCount": [
            .slot("{title}", ["title", "meeting"]), .asks([.count, .value], .number(places: nil, unit: nil)),
        ],
        "NotesRecipeIngredientCount": [
            .slot("{ingredient2}", ["item", "ingredient", ""]), .slot("{title}", ["recipe", "title"]),
            .asks([.value], .pattern("<amount> <unit>")),
        ],
        "NotesTodoItemCount": [.slot("{folder}", ["folder"]), .asks([.count], .number(places: nil, unit: nil))],
        "OpenAppTaskEval": [.slot("{app}", ["app"])],
        "OsmAndFavorite": [
            .stated("{name}, Liechtenstein", ["place", "location"]),
            .stated("{latitude}, {longitude}", ["coordinates"]),
        ],
        "OsmAndMarker": [
            .stated("{name}, Liechtenstein", ["place", "location"]),
            .stated("{latitude}, {longitude}", ["coordinates"]),
        ],
        "OsmAndTrack": [.places("{names}", ["waypoint", "stop"])],
        "RecipeAddMultipleRecipes": [.rows(recipe, [recipe("1"), recipe("2"), recipe("3")])],
        "RecipeAddMultipleRecipesFromImage": [.slot("recipes.jpg", file)],
        "RecipeAddMultipleRecipesFromMarkor": [.slot("recipes.txt", file)],
        "RecipeAddMultipleRecipesFromMarkor2": [
            .slot("recipes.txt", file), .slot("{time}", ["duration", "preparation time", ""]),
            .constraint(.equals, "{time}"),
        ],
        "RecipeAddSingleRecipe": [.rows(recipe, [recipe("1")])],
        "RecipeDeleteDuplicateRecipes": [.constraint(.equals, "duplicate")],
        "RecipeDeleteDuplicateRecipes2": [.constraint(.equals, "duplicate")],
        "RecipeDeleteDuplicateRecipes3": [.constraint(.equals, "duplicate")],
        "RecipeDeleteMultipleRecipes": [.items("{title1}, {title2}, {title3}", ["recipe", "item"])],
        "RecipeDeleteMultipleRecipesWithConstraint": [
            .slot("{spice}", ["keyword", "ingredient", "recipe", ""]), .constraint(.contains, "{spice}"),
        ],
        "RecipeDeleteMultipleRecipesWithNoise": [.items("{title1}, {title2}, {title3}", ["recipe", "item"])],
        "RecipeDeleteSingleRecipe": [.slot("{title1}", ["recipe", "item", ""])],
        "RecipeDeleteSingleWithRecipeWithNoise": [.slot("{title1}", ["recipe", "item", ""])],
        "RetroCreatePlaylist": [
            .slot("{playlist}", ["title", "playlist", "name"]), .items("{names}", ["song", "item"]),
        ],
        "RetroPlayingQueue": [.items("{names}", ["song", "item"])],
        "RetroPlaylistDuration": [
            .slot("{playlist}", ["title", "playlist", "name"]), .constraint(.between, "45 and 50 minutes"),
        ],
        "RetroSavePlaylist": [
            .slot("{playlist}", ["title", "playlist", "name"]), .items("{names}", ["song", "item"]),
            .slot("Downloads", ["folder", "target folder", "recipient"]),
        ],
        "SaveCopyOfReceiptTaskEval": [.slot("{file}", file), .slot("DCIM", source), .slot("Download", target)],
        "SimpleCalendarAddOneEvent": event + [.day("2023-10-{day}")],
        "SimpleCalendarAddOneEventInTwoWeeks": event + [.day("2023-10-29")],
        "SimpleCalendarAddOneEventRelativeDay": event + [.day("2023-10-{day}")],
        "SimpleCalendarAddOneEventTomorrow": event + [.day("2023-10-16")],
        "SimpleCalendarAddRepeatingEvent": event + [.day("2023-10-{day}"), .slot("{repeat_rule}", ["repeat"])],
        "SimpleCalendarAnyEventsOnDate": [.day("2023-10-{day}"), titles],
        "SimpleCalendarDeleteEvents": [.day("2023-10-{day}")],
        "SimpleCalendarDeleteEventsOnRelativeDay": [.day("2023-10-{day}")],
        "SimpleCalendarDeleteOneEvent": [
            .slot("{title1}", ["title", "event"]), .day("2023-10-{day}"), .hour("{hour1}"),
        ],
        "SimpleCalendarEventOnDateAtTime": [.day("2023-10-{day}"), .hour("{hour1}"), titles],
        "SimpleCalendarEventsInNextWeek": [.days("2023-10-16", "2023-10-22"), titles],
        "SimpleCalendarEventsInTimeRange": [.day("2023-10-{day}"), .hours("{hour1}", "20"), titles],
        "SimpleCalendarEventsOnDate": [.day("2023-10-{day}"), titles],
        "SimpleCalendarFirstEventAfterStartTime": [.day("2023-10-{day}"), .hour("{hour1}"), .asks([.first], list)],
        "SimpleCalendarLocationOfEvent": [.slot("{title1}", ["event", "title"]), .asks([.value], .text)],
        "SimpleCalendarNextEvent": [.asks([.first], list)],
        "SimpleCalendarNextMeetingWithPerson": [
            .slot("{person}", ["person"]),
            .asks([.first], .pattern("<month name> <day> <year> <hour in 24-hour format>:<minutes>")),
        ],
        "SimpleDrawProCreateDrawing": [.slot("{name}", fresh), .slot("Pictures", ["folder"])],
        "SimpleSmsReply": [.slot("{number}", ["recipient", "number"]), .slot("{message}", ["message"])],
        "SimpleSmsReplyMostRecent": [.slot("{message}", ["message"]), .constraint(.largest, "")],
        "SimpleSmsResend": [.slot("{name}", ["recipient", "person", ""])],
        "SimpleSmsSend": [.slot("{number}", ["recipient", "number"]), .slot("{message}", ["message"])],
        "SimpleSmsSendClipboardContent": [.slot("{number}", ["recipient", "number"])],
        "SimpleSmsSendReceivedAddress": [.slot("{name1}", ["recipient", ""]), .slot("{name2}", ["sender", ""])],
        "SportsTrackerActivitiesCountForWeek": [
            .slot("{category}", ["activity"]), .days("2023-10-09", "2023-10-15"), .constraint(.contains, "{category}"),
            .asks([.count], integer),
        ],
        "SportsTrackerActivitiesOnDate": [.day("2023-10-{day}"), titles],
        "SportsTrackerActivityDuration": [
            .slot("{category}", ["activity"]), .day("2023-10-{day1}"),
            .asks([.value], .number(places: 0, unit: "minutes")),
        ],
        "SportsTrackerLongestDistanceActivity": [
            .slot("{category}", ["activity"]), .days("2023-10-09", "2023-10-15"),
            .asks([.max], .number(places: 0, unit: "meters")),
        ],
        "SportsTrackerTotalDistanceForCategoryOverInterval": [
            .slot("{category}", ["activity"]), .days("2023-10-{first}", "2023-10-{last}"),
            .asks([.sum], .number(places: 0, unit: "meters")),
        ],
        "SportsTrackerTotalDurationForCategoryThisWeek": [
            .slot("{category}", ["activity"]), .days("2023-10-09", "2023-10-15"),
            .asks([.sum], .number(places: 0, unit: "minutes")),
        ],
        "SystemBluetoothTurnOff": [],
        "SystemBluetoothTurnOffVerify": [],
        "SystemBluetoothTurnOn": [],
        "SystemBluetoothTurnOnVerify": [],
        "SystemBrightnessMax": [],
        "SystemBrightnessMaxVerify": [],
        "SystemBrightnessMin": [],
        "SystemBrightnessMinVerify": [],
        "SystemCopyToClipboard": [.slot("{text}", ["text", ""])],
        "SystemWifiTurnOff": [],
        "SystemWifiTurnOffVerify": [],
        "SystemWifiTurnOn": [],
        "SystemWifiTurnOnVerify": [],
        "TasksCompletedTasksForDate": [.day("2023-10-{day}"), .constraint(.equals, "completed"), titles],
        "TasksDueNextWeek": [.days("2023-10-16", "2023-10-22"), .asks([.count], integer)],
        "TasksDueOnDate": [.day("2023-10-{day}"), titles],
        "TasksHighPriorityTasks": [.constraint(.equals, "high priority"), titles],
        "TasksHighPriorityTasksDueOnDate": [.day("2023-10-{day}"), .constraint(.equals, "high priority"), titles],
        "TasksIncompleteTasksOnDate": [.day("2023-10-{day}"), .constraint(.equals, "incomplete"), titles],
        "TurnOffWifiAndTurnOnBluetooth": [],
        "TurnOnWifiAndOpenApp": [.slot("{app}", ["app", ""])],
        "VlcCreatePlaylist": [
            .slot("{playlist1}", ["title", "playlist", "name"]), .items("{files1}", ["file", "item"]),
        ],
        "VlcCreateTwoPlaylists": [
            .slot("{playlist1}", ["title", "playlist", "name"]), .items("{files1}", ["file", "item"]),
            .slot("{playlist2}", ["title", "playlist", "name"]), .items("{files2}", ["file", "item"]),
        ],
    ]

    // MARK: - Judging

    /// What a reading lacks; empty where all is right.
    static func lacks(
        _ reading: GoalReading,
        _ expectations: [GoalExpectation],
        values: [String: String],
        goal: String,
        isParaphrase: Bool
    ) -> [String] {
        var judge = GoalJudge(reading: reading, values: values, goal: goal, isParaphrase: isParaphrase)
        for expectation in expectations { judge.check(expectation) }
        judge.finish(expectations)
        return judge.lacks
    }
}
