// SPDX-License-Identifier: Apache-2.0

/// Ends that are nearly right. Each begins where the oracle ended, and one thing is made wrong.
enum WrongEnding: Sendable {
    /// A command on the device; `{name}` are the task's values.
    case shell(String)
    /// Another answer.
    case answer(String)

    private static func sqlite(_ database: String, _ sql: String) -> WrongEnding {
        .shell("sqlite3 /data/data/\(database) \"\(sql)\"")
    }

    private static func expense(_ sql: String) -> WrongEnding {
        sqlite("com.arduia.expense/databases/accounting.db", sql)
    }
    private static func recipe(_ sql: String) -> WrongEnding {
        sqlite("com.flauschcode.broccoli/databases/broccoli", sql)
    }
    private static func event(_ sql: String) -> WrongEnding {
        sqlite("com.simplemobiletools.calendar.pro/databases/events.db", sql)
    }
    private static func playlist(_ sql: String) -> WrongEnding {
        sqlite("code.name.monkey.retromusic/databases/playlist.db", sql)
    }
    private static func vlc(_ sql: String) -> WrongEnding { sqlite("org.videolan.vlc/app_db/vlc_media.db", sql) }
    private static func message(_ sql: String) -> WrongEnding {
        sqlite("com.android.providers.telephony/databases/mmssms.db", sql)
    }

    private static let home = WrongEnding.shell("input keyevent 3")
    private static let notes = "/storage/emulated/0/Documents/Markor"

    private static let lastExpense = "WHERE expense_id = (SELECT max(expense_id) FROM expense)"
    /// A sum that is a cent off, a text that is another, a row too few, a row too many, and another row changed.
    private static let addedExpenses = [
        expense("UPDATE expense SET amount = amount + 1 \(lastExpense)"),
        expense("UPDATE expense SET note = 'another note' \(lastExpense)"),
        expense("DELETE FROM expense \(lastExpense)"),
        oneExpenseMore,
        expense(
            "UPDATE expense SET category = category % 11 + 1 WHERE expense_id = (SELECT min(expense_id) FROM expense)"
        ),
    ]
    private static let oneExpenseMore = expense(
        "INSERT INTO expense (name, amount, category, note, created_date, modified_date) VALUES ('Extra', 100, 1, '', 1, 1)"
    )
    private static let oneExpenseLess = expense("DELETE FROM expense \(lastExpense)")

    private static let lastRecipe = "WHERE recipeId = (SELECT max(recipeId) FROM recipes)"
    private static let addedRecipes = [
        recipe("UPDATE recipes SET preparationTime = '5 mins' \(lastRecipe)"),
        recipe("UPDATE recipes SET directions = 'Do it.' \(lastRecipe)"), recipe("DELETE FROM recipes \(lastRecipe)"),
        oneRecipeMore,
    ]
    private static let oneRecipeMore = recipe(
        "INSERT INTO recipes (title, description, servings, preparationTime, source, ingredients, directions, favorite, imageName)"
            + " VALUES ('Extra', '', '', '', '', '', '', 0, '')"
    )
    private static let oneRecipeLess = recipe("DELETE FROM recipes \(lastRecipe)")

    private static let lastEvent = "WHERE id = (SELECT max(id) FROM events)"
    private static let addedEvent = [
        event("UPDATE events SET start_ts = start_ts + 60 \(lastEvent)"),
        event("UPDATE events SET end_ts = end_ts + 60 \(lastEvent)"),
        event("UPDATE events SET title = 'Something else' \(lastEvent)"),
        event("UPDATE events SET repeat_interval = 1234 \(lastEvent)"), event("DELETE FROM events \(lastEvent)"),
    ]
    private static let otherEvent = event(
        "UPDATE events SET title = title || ' changed' WHERE id = (SELECT min(id) FROM events)"
    )

    private static let sent = [message("UPDATE sms SET body = 'Something else' WHERE type = 2"), home]
    private static let left = WrongEnding.shell("echo left > \(notes)/left.md")
    private static func other(_ file: String) -> WrongEnding {
        .shell("echo 'quite another text' > \"\(notes)/\(file)\"")
    }
    private static func longer(_ file: String) -> WrongEnding {
        .shell("echo 'and a sentence more that nobody has asked for' >> \"\(notes)/\(file)\"")
    }

    /// One line for each task of AndroidWorld; a test holds the table to the suite.
    static let androidWorld: [String: [WrongEnding]] = [
        "AudioRecorderRecordAudio": [
            .shell("echo x > {records}/second.m4a"), .shell("rm -r {records} && mkdir {records}"),
        ],
        "AudioRecorderRecordAudioWithFileName": [.shell("mv \"{records}/{file_name}.m4a\" {records}/other.m4a")],
        "BrowserDraw": [home, .shell("echo x > /sdcard/Download/task.html")],
        "BrowserMaze": [home, .shell("echo x > /sdcard/Download/task.html")],
        "BrowserMultiply": [home, .shell("echo x > /sdcard/Download/task.html")],
        "CameraTakePhoto": [
            .shell("echo x > /sdcard/Pictures/second.jpg"), .shell("rm -r /sdcard/Pictures && mkdir /sdcard/Pictures"),
        ],
        "CameraTakeVideo": [.shell("echo x > /sdcard/Movies/second.mp4")],
        "ClockStopWatchPausedVerify": [home],
        "ClockStopWatchRunning": [home],
        "ClockTimerEntry": [home, .shell("input keyevent 4")],
        "ContactsAddContact": [
            sqlite("com.android.providers.contacts/databases/contacts2.db", "UPDATE data SET data1 = '12345'"),
            .shell("content delete --uri content://com.android.contacts/raw_contacts"),
        ],
        "ContactsNewContactDraft": [.shell("input text 7"), home],
        "ExpenseAddMultiple": addedExpenses,
        "ExpenseAddMultipleFromGallery": addedExpenses,
        "ExpenseAddMultipleFromMarkor": addedExpenses,
        "ExpenseAddSingle": addedExpenses,
        "ExpenseDeleteDuplicates": [oneExpenseLess, oneExpenseMore],
        "ExpenseDeleteDuplicates2": [oneExpenseLess, oneExpenseMore],
        "ExpenseDeleteMultiple": [oneExpenseMore],
        "ExpenseDeleteMultiple2": [oneExpenseMore, oneExpenseLess],
        "ExpenseDeleteSingle": [oneExpenseMore],
        "FilesDeleteFile": [.shell("echo x > /sdcard/{place}/{file}")],
        "FilesMoveFile": [
            .shell("rm /sdcard/{target}/{file}"), .shell("cp /sdcard/{target}/{file} /sdcard/{place}/{file}"),
        ],
        "MarkorAddNoteHeader": [longer("{name}"), .shell("cp {notes}/{name} {notes}/{file}")],
        "MarkorChangeNoteContent": [other("{name}"), .shell("cp {notes}/{name} {notes}/{file}")],
        "MarkorCreateFolder": [.shell("rm -r {notes}/{folder}")],
        "MarkorCreateNote": [other("{name}")],
        "MarkorCreateNoteAndSms": sent + [other("{name}")],
        "MarkorCreateNoteFromClipboard": [other("{name}")],
        "MarkorDeleteAllNotes": [left],
        "MarkorDeleteNewestNote": [left],
        "MarkorDeleteNote": [other("{file}")],
        "MarkorEditNote": [longer("{file}"), other("{file}")],
        "MarkorMergeNotes": [longer("{name}"), other("{name}")],
        "MarkorMoveNote": [
            .shell("cp {notes}/{target}/{file} {notes}/{source}/{file}"), .shell("rm {notes}/{target}/{file}"),
        ],
        "MarkorTranscribeReceipt": [longer("receipt.md"), other("receipt.md")],
        "MarkorTranscribeVideo": [longer("{file}"), other("{file}")],
        "NotesIsTodo": [.answer("maybe"), .answer("{title}")],
        "NotesMeetingAttendeeCount": [.answer("{count}1"), .answer("many")],
        "NotesRecipeIngredientCount": [.answer("{amount2}"), .answer("{amount1}7 {unit2}")],
        "NotesTodoItemCount": [.answer("4"), .answer("three")],
        "OpenAppTaskEval": [home],
        "OsmAndFavorite": [.shell("echo x > {osmand}/favorites/favorites.gpx")],
        "OsmAndMarker": [
            sqlite("net.osmand/databases/map_markers_db", "UPDATE map_markers SET marker_lat = marker_lat + 0.0011"),
            sqlite("net.osmand/databases/map_markers_db", "DELETE FROM map_markers"),
        ],
        "OsmAndTrack": [.shell("rm -r {osmand}/tracks && mkdir {osmand}/tracks")],
        "RecipeAddMultipleRecipes": addedRecipes,
        "RecipeAddMultipleRecipesFromImage": addedRecipes,
        "RecipeAddMultipleRecipesFromMarkor": addedRecipes,
        "RecipeAddMultipleRecipesFromMarkor2": addedRecipes,
        "RecipeAddSingleRecipe": addedRecipes,
        "RecipeDeleteDuplicateRecipes": [oneRecipeLess, oneRecipeMore],
        "RecipeDeleteDuplicateRecipes2": [oneRecipeLess, oneRecipeMore],
        "RecipeDeleteDuplicateRecipes3": [oneRecipeLess, oneRecipeMore],
        "RecipeDeleteMultipleRecipes": [oneRecipeMore],
        "RecipeDeleteMultipleRecipesWithConstraint": [oneRecipeMore, oneRecipeLess],
        "RecipeDeleteMultipleRecipesWithNoise": [oneRecipeMore, oneRecipeLess],
        "RecipeDeleteSingleRecipe": [oneRecipeMore],
        "RecipeDeleteSingleWithRecipeWithNoise": [oneRecipeMore, oneRecipeLess],
        "RetroCreatePlaylist": [
            playlist("DELETE FROM SongEntity WHERE song_key = (SELECT max(song_key) FROM SongEntity)"),
            playlist("UPDATE PlaylistEntity SET playlist_name = 'Something else'"),
        ],
        "RetroPlayingQueue": [
            sqlite(
                "code.name.monkey.retromusic/databases/music_playback_state.db",
                "DELETE FROM playing_queue WHERE rowid = (SELECT max(rowid) FROM playing_queue)"
            )
        ],
        "RetroPlaylistDuration": [
            playlist(
                "DELETE FROM SongEntity WHERE song_key IN (SELECT song_key FROM SongEntity ORDER BY song_key LIMIT 4)"
            ),
            playlist("UPDATE PlaylistEntity SET playlist_name = 'Something else'"),
        ],
        "RetroSavePlaylist": [
            .shell("rm \"/sdcard/Download/{playlist}.m3u\""),
            playlist("UPDATE PlaylistEntity SET playlist_name = 'Something else'"),
        ],
        "SaveCopyOfReceiptTaskEval": [
            .shell("rm /storage/emulated/0/Download/{file}"), .shell("echo x > /storage/emulated/0/Download/{file}"),
            .shell("rm /storage/emulated/0/DCIM/{file}"), .shell("echo x > /storage/emulated/0/Download/second.jpg"),
        ],
        "SimpleCalendarAddOneEvent": addedEvent,
        "SimpleCalendarAddOneEventInTwoWeeks": addedEvent,
        "SimpleCalendarAddOneEventRelativeDay": addedEvent,
        "SimpleCalendarAddOneEventTomorrow": addedEvent,
        "SimpleCalendarAddRepeatingEvent": addedEvent,
        "SimpleCalendarAnyEventsOnDate": [.answer("{title1}, {title2}"), .answer("yes")],
        "SimpleCalendarDeleteEvents": [otherEvent],
        "SimpleCalendarDeleteEventsOnRelativeDay": [otherEvent],
        "SimpleCalendarDeleteOneEvent": [otherEvent],
        "SimpleCalendarEventOnDateAtTime": [.answer("{title1}, {title1}"), .answer("{time}")],
        "SimpleCalendarEventsInNextWeek": [.answer("{title1}"), .answer("{title1}, {title1}")],
        "SimpleCalendarEventsInTimeRange": [.answer("{title1}, Lunch"), .answer("nothing")],
        "SimpleCalendarEventsOnDate": [.answer("{title1}, Lunch"), .answer("nothing")],
        "SimpleCalendarFirstEventAfterStartTime": [.answer("{title1}, Lunch"), .answer("nothing")],
        "SimpleCalendarLocationOfEvent": [.answer("{title1}"), .answer("somewhere else")],
        "SimpleCalendarNextEvent": [.answer("{title1}, Lunch"), .answer("nothing")],
        "SimpleCalendarNextMeetingWithPerson": [.answer("October 16 2022 13:00"), .answer("{title1}")],
        "SimpleDrawProCreateDrawing": [
            .shell("mv /storage/emulated/0/Pictures/{name} /storage/emulated/0/Download/{name}")
        ],
        "SimpleSmsReply": sent,
        "SimpleSmsReplyMostRecent": sent,
        "SimpleSmsResend": sent,
        "SimpleSmsSend": sent,
        "SimpleSmsSendClipboardContent": sent,
        "SimpleSmsSendReceivedAddress": sent,
        "SportsTrackerActivitiesCountForWeek": [.answer("{count}0"), .answer("some")],
        "SportsTrackerActivitiesOnDate": [.answer("{category1}"), .answer("{category1}, {category2}, {category2}")],
        "SportsTrackerActivityDuration": [.answer("{length1}0"), .answer("an hour")],
        "SportsTrackerLongestDistanceActivity": [.answer("{metres1}0"), .answer("far")],
        "SportsTrackerTotalDistanceForCategoryOverInterval": [.answer("{total}0"), .answer("far")],
        "SportsTrackerTotalDurationForCategoryThisWeek": [.answer("{total}0"), .answer("an hour")],
        "SystemBluetoothTurnOff": [.shell("svc bluetooth enable")],
        "SystemBluetoothTurnOffVerify": [.shell("svc bluetooth enable")],
        "SystemBluetoothTurnOn": [.shell("svc bluetooth disable")],
        "SystemBluetoothTurnOnVerify": [.shell("svc bluetooth disable")],
        "SystemBrightnessMax": [.shell("settings put system screen_brightness 254")],
        "SystemBrightnessMaxVerify": [.shell("settings put system screen_brightness 254")],
        "SystemBrightnessMin": [.shell("settings put system screen_brightness 2")],
        "SystemBrightnessMinVerify": [.shell("settings put system screen_brightness 2")],
        "SystemCopyToClipboard": [.shell("am broadcast -a clipper.set -e text 'quite another text'")],
        "SystemWifiTurnOff": [.shell("svc wifi enable")],
        "SystemWifiTurnOffVerify": [.shell("svc wifi enable")],
        "SystemWifiTurnOn": [.shell("svc wifi disable")],
        "SystemWifiTurnOnVerify": [.shell("svc wifi disable")],
        "TasksCompletedTasksForDate": [.answer("{title1}, {title2}"), .answer("{title1}, {title2}, {title2}")],
        "TasksDueNextWeek": [.answer("5"), .answer("six")],
        "TasksDueOnDate": [.answer("{title1}, {title2}"), .answer("{title1}, {title2}, {title2}")],
        "TasksHighPriorityTasks": [.answer("{title1}, Laundry"), .answer("nothing")],
        "TasksHighPriorityTasksDueOnDate": [.answer("{title1}, Laundry"), .answer("nothing")],
        "TasksIncompleteTasksOnDate": [.answer("{title1}, {title2}"), .answer("{title1}, {title2}, {title2}")],
        "TurnOffWifiAndTurnOnBluetooth": [.shell("svc wifi enable"), .shell("svc bluetooth disable")],
        "TurnOnWifiAndOpenApp": [.shell("svc wifi disable"), home],
        "VlcCreatePlaylist": [
            vlc("UPDATE Playlist SET name = 'Something else'"),
            vlc("UPDATE PlaylistMediaRelation SET position = 100 - position"),
        ],
        "VlcCreateTwoPlaylists": [
            vlc(
                "UPDATE Playlist SET name = 'Something else' WHERE id_playlist = (SELECT max(id_playlist) FROM Playlist)"
            ),
            vlc("UPDATE PlaylistMediaRelation SET position = 100 - position"),
        ],
    ]
}
