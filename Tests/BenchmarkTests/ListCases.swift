// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Media
import Screen

@testable import Benchmark

/// A list of an app of the built-in device, and how rows get into it.
struct ListCase: Sendable {
    var name: String
    var package: String
    /// What is touched from the app's first page on: texts, descriptions, or resource ids with `#` before their last part.
    var way: [String] = []
    /// Puts so many rows there, and gives what the rows of the list show, in the list's order. Texts that a row shows beyond these do not
    /// count.
    var fill: @Sendable (ADBDevice, Int) async throws -> [[String]]
    /// The app makes its database when it is opened for the first time.
    var opensFirst = true
    /// Filling takes a while for each row.
    var isSlow = false

    private static let emptyMessages =
        "sqlite3 /data/data/com.android.providers.telephony/databases/mmssms.db 'DELETE FROM sms; DELETE FROM threads'"
    static let storage = "/storage/emulated/0"
    /// 2023-10-15 00:00 UTC, the day of the device's clock.
    static let today: Int64 = 1_697_328_000

    /// `Oak 007`, in another order than by number.
    static func word(_ number: Int) -> String {
        let words = ["Oak", "birch", "Cedar", "Elm", "fir", "Hazel", "larch", "Maple", "Pine", "willow"]
        return words[number * 7 % 10] + (number < 10 ? " 00" : number < 100 ? " 0" : " ") + "\(number)"
    }

    private static func run(_ device: ADBDevice, _ command: String) async throws {
        let result = try await device.run(command)
        guard result.exitCode == 0 else { throw DroidError("test.setup", command, why: result.text) }
    }

    private static func table(_ device: ADBDevice, _ database: String, _ table: String) -> DeviceTable {
        DeviceTable(device, database: database, table: table)
    }

    /// Rows in pieces that fit into a command line.
    private static func fill(_ table: DeviceTable, _ rows: [[String: TableValue]]) async throws {
        try await table.replace(with: [])
        for start in stride(from: 0, to: rows.count, by: 20) {
            try await table.insert(Array(rows[start..<min(start + 20, rows.count)]))
        }
    }

    private static func files(_ folder: String, _ names: [String], _ device: ADBDevice, _ bytes: [UInt8]) async throws {
        try await run(device, "rm -rf \(folder); mkdir -p \(folder)")
        for (place, name) in names.enumerated() {
            try await device.push(bytes, to: "\(folder)/\(name)", mode: 0o644, modified: today - Int64(place) * 60)
        }
    }

    private static func byName(_ names: [String]) -> [String] { names.sorted { $0.lowercased() < $1.lowercased() } }

    static let all: [ListCase] = [
        ListCase(
            name: "Files",
            package: "com.google.android.documentsui",
            fill: { device, count in
                let names = (0..<count).map { "\(word($0)).txt" }
                try await files(storage + "/Download", names, device, Array("x".utf8))
                return byName(names).map { [$0] }
            },
            opensFirst: false
        ),
        ListCase(
            name: "Markor",
            package: "net.gsantner.markor",
            fill: { device, count in
                let names = (0..<count).map { "\(word($0)).md" }
                try await files(storage + "/Documents/Markor", names, device, Array("x".utf8))
                return [[".."]] + byName(names).map { [$0] }
            },
            opensFirst: false
        ),
        ListCase(
            name: "Contacts",
            package: "com.google.android.contacts",
            fill: { device, count in
                try await run(device, "content delete --uri content://com.android.contacts/raw_contacts")
                for number in 0..<count {
                    try await ContactRows(device).insert(given: word(number), family: "Hill", phone: nil)
                }
                return byName((0..<count).map { "\(word($0)) Hill" }).map { [$0] }
            },
            opensFirst: false,
            isSlow: true
        ),
        ListCase(
            name: "Messages, conversations",
            package: "com.simplemobiletools.smsmessenger",
            fill: { device, count in
                try await run(device, emptyMessages)
                let rows = MessageRows(device)
                for number in 0..<count {
                    let address = "+1555\(1_000_000 + number * 13)"
                    try await rows.insert(
                        "inbox",
                        address: address,
                        body: "Hello from \(word(number))",
                        secondsAgo: Int64(number) * 5000
                    )
                }
                return (0..<count).map { ["+1555\(1_000_000 + $0 * 13)", "Hello from \(word($0))"] }
            },
            isSlow: true
        ),
        ListCase(
            name: "Messages, thread",
            package: "com.simplemobiletools.smsmessenger",
            way: ["+15550001111"],
            fill: { device, count in
                try await run(device, emptyMessages)
                let rows = MessageRows(device)
                var bodies: [String] = []
                for number in 0..<count {
                    // Bubbles of one to six lines, and now and then the same again.
                    let words = Array(repeating: "about \(word(number % 9))", count: 1 + number * 5 % 11)
                    let body = number % 17 == 3 ? "OK" : "\(number) " + words.joined(separator: " ")
                    bodies.append(body)
                    try await rows.insert(
                        number % 3 == 0 ? "sent" : "inbox",
                        address: "+15550001111",
                        body: body,
                        secondsAgo: Int64(count - number) * 130
                    )
                }
                return bodies.map { [$0] }
            },
            isSlow: true
        ),
        ListCase(
            name: "Clock, alarms",
            package: "com.google.android.deskclock",
            way: ["Alarm"],
            fill: { device, count in
                let times = (0..<count).map { $0 * 7 }
                try await fill(
                    table(device, "/data/data/com.google.android.deskclock/databases/alarms.db", "alarm_templates"),
                    times.map { minute in
                        [
                            "hour": .integer(Int64(minute / 60)), "minutes": .integer(Int64(minute % 60)),
                            "daysofweek": 31,
                            "enabled": .integer(Int64(minute % 2)), "vibrate": 0,
                            "label": .text(minute % 3 == 0 ? word(minute % 50) : ""),
                        ]
                    }
                )
                return times.map { minute in
                    let time = String(format: "%02d:%02d", minute / 60, minute % 60)
                    return [time, minute % 2 == 1 ? "on" : "off"]
                }
            }
        ),
        ListCase(
            name: "Pro Expense, logs",
            package: "com.arduia.expense",
            way: ["Open navigation drawer", "Expense Logs"],
            fill: { device, count in
                let rows = (0..<count).map { number in
                    ExpenseRow(
                        name: number % 9 == 4 ? "Coffee" : word(number),
                        amount: Int64(number % 9 == 4 ? 250 : number * 137 + 5),
                        category: 1 + number % 11,
                        note: number % 2 == 0 ? "" : "note \(number)",
                        created: (today - Int64(number / 3) * 20_000) * 1000,
                        modified: today * 1000
                    )
                }
                try await ExpenseTable(device).replace(with: rows)
                let shown = try await ExpenseTable(device).rows()
                return shown.map { [$0.name] }
            }
        ),
        ListCase(
            name: "Broccoli",
            package: "com.flauschcode.broccoli",
            fill: { device, count in
                let rows = (0..<count).map { number in
                    var row = RecipeRow(title: number % 10 == 7 ? "Same soup" : word(number))
                    row.description = number % 3 == 0 ? "" : "A dish of \(number % 10 == 7 ? "always" : word(number))."
                    return row
                }
                try await fill(RecipeTable.on(device), rows.map(\.values))
                return try await RecipeTable.rows(device).map { [$0.title, $0.description].filter { !$0.isEmpty } }
            }
        ),
        ListCase(
            name: "Calendar, list",
            package: "com.simplemobiletools.calendar.pro",
            way: ["Change view", "Simple event list"],
            fill: { device, count in
                let rows = (0..<count).map { number in
                    let start = today + 72_000 + Int64(number / 3) * 86_400 + Int64(number % 3) * 1800
                    return CalendarRow(
                        start: start,
                        end: start + 900,
                        title: word(number),
                        description: number % 4 == 0 ? "" : "On \(number)"
                    )
                }
                try await fill(table(device, CalendarRow.database, "events"), rows.map(\.values))
                return rows.map { [$0.title, $0.description].filter { !$0.isEmpty } }
            }
        ),
        ListCase(
            name: "Calendar, day",
            package: "com.simplemobiletools.calendar.pro",
            way: ["Change view", "Daily view"],
            fill: { device, count in
                let rows = (0..<count).map { number in
                    let start = today + Int64(number) * 400
                    return CalendarRow(
                        start: start,
                        end: start + 300,
                        title: word(number),
                        description: number % 3 == 0 ? "" : "On \(number)"
                    )
                }
                try await fill(table(device, CalendarRow.database, "events"), rows.map(\.values))
                return rows.map { [$0.title, $0.description].filter { !$0.isEmpty } }
            }
        ),
        ListCase(
            name: "Tasks",
            package: "org.tasks",
            fill: { device, count in
                let rows = (0..<count).map { number in
                    TaskRow(
                        due: (today + 86_400 * Int64(number / 4 + 1) + 36_000 + Int64(number % 4) * 1800 + 1) * 1000,
                        importance: Int64(number % 4),
                        isCompleted: false,
                        title: word(number)
                    )
                }
                let shuffled = rows.enumerated().sorted {
                    ($0.offset * 31 % 101, $0.offset) < ($1.offset * 31 % 101, $1.offset)
                }
                try await fill(table(device, TaskRow.database, "tasks"), shuffled.map { $0.element.values($0.offset) })
                return rows.map { [$0.title] }
            }
        ),
        ListCase(
            name: "OpenTracks",
            package: "de.dennisguse.opentracks",
            fill: { device, count in
                let rows = (0..<count).map { number in
                    TrackRow(
                        start: today - Int64(number) * 7000,
                        seconds: 900 + Int64(number) * 7,
                        category: "biking",
                        metres: 1000 + Int64(number),
                        name: word(number),
                        description: number % 3 == 0 ? "" : "windy \(number)"
                    )
                }
                try await fill(
                    table(device, TrackRow.database, "tracks"),
                    rows.enumerated().map { $1.values(id: [UInt8(truncatingIfNeeded: $0), 1, 2, 3]) }
                )
                return rows.map { [$0.name] }
            }
        ),
        ListCase(
            name: "Joplin",
            package: "net.cozic.joplin",
            fill: { device, count in
                let setUp = try Programs.make(
                    ProgramArguments(
                        name: "NotesSetUp",
                        place: "test",
                        values: ["noise": "\(min(count, 110))", "seed": "7", "notes": ""]
                    )
                )
                try await setUp.setUp(device)
                let rows = try await table(device, NotesRow.database, "notes").rows()
                let sorted = rows.sorted { (Int($0["updated_time"] ?? "") ?? 0) > (Int($1["updated_time"] ?? "") ?? 0) }
                return sorted.map { row in [row["title"] ?? ""] + (row["is_todo"] == "1" ? ["off"] : []) }
            }
        ),
        ListCase(
            name: "VLC",
            package: "org.videolan.vlc",
            fill: { device, count in
                let names = (0..<count).map { "\(word($0)).mp4" }
                try await files(
                    storage + "/VLCVideos",
                    names,
                    device,
                    try VideoSetUp.film(milliseconds: 5000, colours: [9, 200])
                )
                return byName(names).map { [$0, "00:05"] }
            }
        ),
        ListCase(
            name: "Retro Music, songs",
            package: "code.name.monkey.retromusic",
            way: ["Songs"],
            fill: { device, count in
                let titles = (0..<count).map { word($0) }
                let setUp = try Programs.make(
                    ProgramArguments(
                        name: "MusicSetUp",
                        place: "test",
                        values: ["songs": titles.joined(separator: "\n"), "artists": "Ann\nBob", "seed": "3"]
                    )
                )
                try await setUp.setUp(device)
                return byName(titles).map { [$0] }
            }
        ),
        ListCase(
            name: "Gallery, folders",
            package: "com.simplemobiletools.gallery.pro",
            fill: { device, count in
                let picture = try PNG.encode(PixelBuffer(width: 8, height: 8, filled: RGBA(red: 9, green: 9, blue: 99)))
                try await run(
                    device,
                    "rm -rf \(storage)/DCIM \(storage)/Pictures \(storage)/Download; mkdir -p \(storage)/DCIM"
                )
                for number in 0..<count {
                    let folder = "\(storage)/DCIM/\(word(number).replacing(" ", with: "-"))"
                    try await run(device, "mkdir -p \(folder)")
                    try await device.push(
                        picture,
                        to: "\(folder)/a.png",
                        mode: 0o644,
                        modified: today - Int64(number) * 60
                    )
                }
                return (0..<count).map { [word($0).replacing(" ", with: "-"), "1"] }
            },
            opensFirst: false,
            isSlow: true
        ),
        ListCase(
            name: "Audio Recorder",
            package: "com.dimowner.audiorecorder",
            way: ["Records list"],
            fill: { device, count in
                let names = (0..<count).map { word($0) }
                try await files(RecorderFiles.folder, names.map { "\($0).m4a" }, device, M4A(silence: 3000).bytes)
                let settings =
                    "<?xml version='1.0' encoding='utf-8' standalone='yes' ?><map><boolean name=\"is_first_run\" value=\"false\" /></map>"
                let path =
                    "/data/data/com.dimowner.audiorecorder/shared_prefs/com.dimowner.audiorecorder.data.PrefsImpl.xml"
                try await run(device, "mkdir -p /data/data/com.dimowner.audiorecorder/shared_prefs")
                try await device.push(Array(settings.utf8), to: path, mode: 0o644, modified: today)
                try await run(device, "pm grant com.dimowner.audiorecorder android.permission.RECORD_AUDIO")
                return names.map { [$0] }
            },
            opensFirst: false
        ),
        ListCase(
            name: "OsmAnd, favorites",
            package: "net.osmand",
            way: ["Menu", "My Places"],
            fill: { device, count in
                let folder = storage + "/Android/data/net.osmand/files/favorites"
                try await run(device, "rm -rf \(folder); mkdir -p \(folder)")
                for (group, part) in [("", 0..<count / 2), ("-Trees", count / 2..<count)] {
                    let points = part.map { number in
                        "<wpt lat=\"47.\(100 + number)\" lon=\"9.\(200 + number)\"><name>\(word(number))</name></wpt>"
                    }
                    let text = "<?xml version='1.0' encoding='UTF-8'?><gpx version=\"1.1\">\(points.joined())</gpx>"
                    try await device.push(
                        Array(text.utf8),
                        to: "\(folder)/favorites\(group).gpx",
                        mode: 0o644,
                        modified: today
                    )
                }
                return (0..<count).map { [word($0)] }
            },
            opensFirst: false
        ),
        ListCase(
            name: "Settings, apps",
            package: "com.android.settings",
            way: ["Apps", "See all *"],
            fill: { device, _ in
                let launcher = "-a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
                let listed = try await device.run("cmd package query-activities --brief \(launcher)").text.split(
                    separator: "\n"
                )
                .count { $0.contains("/") }
                return Array(repeating: [], count: listed)
            },
            opensFirst: false
        ),
    ]
}
