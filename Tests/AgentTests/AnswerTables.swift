// SPDX-License-Identifier: Apache-2.0

import Agent

/// Tables as lists of apps are read, and goals as they are read, for the tests of answers.
enum AnswerTables {
    static let now = ValueReaderTests.now

    static func table(
        _ columns: [String],
        _ rows: [[String?]],
        groups: [String?] = [],
        isOn: [Bool?] = [],
        title: String = "",
        source: String = "list"
    ) -> NoteTable {
        NoteTable(
            place: NoteTable.Place(package: "app", source: source, title: title),
            columns: columns,
            rows: rows.enumerated().map { index, cells in
                NoteRow(
                    cells: cells,
                    group: index < groups.count ? groups[index] : nil,
                    isOn: index < isOn.count ? isOn[index] : nil,
                    signature: "\(index)"
                )
            },
            isComplete: true
        )
    }

    /// A table from lines of cells with bars between; a line that begins with `#` is the group of what follows, `[x]` and `[ ]` are ticks, and
    /// an empty cell is none.
    static func table(_ columns: [String], title: String = "", _ text: String) -> NoteTable {
        var (rows, groups, isOn): ([[String?]], [String?], [Bool?]) = ([], [], [])
        var group: String?
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("# ") {
                group = String(line.dropFirst(2))
                continue
            }
            let ticked: Bool? = line.hasPrefix("[x] ") ? true : line.hasPrefix("[ ] ") ? false : nil
            rows.append(
                (ticked == nil ? line : String(line.dropFirst(4))).split(
                    separator: "|",
                    omittingEmptySubsequences: false
                ).map { $0.isEmpty ? nil : String($0) }
            )
            groups.append(group)
            isOn.append(ticked)
        }
        return table(columns, rows, groups: groups, isOn: isOn, title: title)
    }

    static let calendar = table(
        ["event item title", "event item time", "event item description"],
        """
        # Today, October 15 (Sun)
        Call about the lease|16:00 - 16:30|Bring the contract
        Dinner with Ada|19:00 - 20:00|
        # Tomorrow, October 16 (Mon)
        Review of the budget|09:00 - 10:00|Room 12
        Workshop for Beginners|14:00 - 14:45|
        # October 17 (Tue)
        Standup|08:30 - 08:45|
        Meeting with Noah|11:00 - 12:00|Bring your laptop
        Choir|18:00 - 19:30|
        # October 20 (Fri)
        Planning of the fair|13:00 - 13:30|
        Interview with Mia|15:00 - 16:00|Ask for samples
        Concert|20:00 - 21:00|
        # October 24 (Tue)
        Yoga|12:00 - 13:00|
        Lunch with Omar|13:00 - 14:00|
        # November 2 (Thu)
        Dentist|09:15 - 10:00|
        """
    )

    static let dueTasks = table(
        ["title", "due date"],
        title: "My Tasks",
        """
        # Overdue
        [ ] Water the plants|Fri, Oct 13
        # Tomorrow
        [ ] Call the plumber|Tomorrow, 09:30
        # Tue, Oct 17
        [ ] Buy stamps|Tue, Oct 17
        [ ] Order the cake|Tue, Oct 17, 14:00
        # Sun, Oct 22
        [ ] Clean the attic|Sun, Oct 22
        # Mon, Oct 23
        [ ] Renew the passport|Mon, Oct 23, 18:45
        # No due date
        [ ] Sort photos|
        # Completed
        [x] Paint the fence|Tue, Oct 17, 09:30
        [x] Wash the car|Tue, Oct 17
        [x] Mow the lawn|Mon, Oct 16
        """
    )

    static let priorityTasks = table(
        ["title", "due date"],
        title: "My Tasks",
        """
        # High priority
        [ ] Book the hall|Tue, Oct 17, 14:00
        [ ] Pack the bags|Mon, Oct 23
        # Medium priority
        [ ] Buy stamps|Tue, Oct 17
        # Low priority
        [ ] Highlight the priority list|Wed, Oct 18
        # No priority
        [ ] Sort photos|
        """
    )

    static let tracks = table(
        [
            "list item name", "list item date", "list item time distance", "list item time",
            "list item category description",
        ],
        title: "OpenTracks",
        """
        Amber Ridge|Today|35:00 • 1.01 km|09:30|running • Sore legs
        Birch Valley|Yesterday|1:05:30 • 5.21 km|08:12|hiking • Good weather
        Copper Creek|Friday|15:00 • 480 m|07:45|running • A new best
        Dune Path|Thursday|59:00 • 12.34 km|10:01|trail running • Took it easy
        Elm Street|Wednesday|1:10:00 • 8.40 km|12:20|running • Wet ground
        Fox Hollow|Monday|45:00 • 3.05 km|11:11|swimming
        Granite Pass|Oct 8|25:00 • 2.00 km|09:00|running • Quiet and sunny
        Heron Bay|Oct 7|40:00 • 4.40 km|16:00|running
        Ivy Bridge|Oct 5|20:00 • 1.50 km|17:30|running • Met Alex on the way
        Juniper Way|Oct 5|1:00:00 • 2.25 km|10:30|hiking
        Kestrel Point|Sep 28|30:00 • 3.10 km|09:45|running
        """
    )

    static let recipe = table(
        ["text"],
        title: "Lentil soup from Lisbon",
        """
        Ingredients
        - 2 cups of lentils
        - 1.5 tablespoons of butter
        - 150 grams of flour
        Remarks
        More of it is in the blue folder.
        """
    )

    static func meeting(_ fact: String) -> NoteTable {
        table(
            ["text"],
            title: "Board meeting about the bus lines",
            """
            Board meeting about the bus lines
            Length: 75 minutes
            \(fact)
            Outcome
            The offer is good for two weeks.
            """
        )
    }

    static let notes = table(
        ["text"],
        title: "Garden",
        """
        [ ] Order seeds for spring
        Plan of the beds
        [x] Fix the fence
        [ ] Ask about compost
        Names of the roses
        """
    )

    // MARK: Goals

    static func constraint(
        _ property: String = "",
        _ relation: GoalConstraint.Relation,
        _ text: String,
        _ values: [TypedValue]? = nil
    ) -> GoalConstraint {
        GoalConstraint(property: property, relation: relation, values: values ?? [value(text)], text: text)
    }

    /// What the reader takes words for; ranges become their two ends, as the goal's parser has them.
    static func value(_ text: String) -> TypedValue {
        let spans = ValueReader.spans(in: text, now: now).sorted {
            ($0.range.count, $0.certainty) > ($1.range.count, $1.certainty)
        }
        return spans.first?.value ?? .text(text)
    }

    static func when(_ text: String, _ property: String = "") -> GoalConstraint {
        switch value(text) {
        case .days(let first, let last): constraint(property, .between, text, [.day(first), .day(last)])
        case .times(let first, let last): constraint(property, .between, text, [.time(first), .time(last)])
        default: constraint(property, .on, text)
        }
    }

    static func goal(
        _ text: String,
        asks: String,
        _ aggregates: [GoalQuestion.Aggregate],
        _ format: AnswerFormat = .list(separator: ", "),
        _ constraints: [GoalConstraint] = [],
        slots: [(String, String)] = []
    ) -> GoalState {
        let slots = slots.map { name, text in
            GoalSlot(name: name, value: .text(text), text: text, range: 0..<0, source: .quoted)
        }
        return GoalState(
            text,
            now: now,
            readings: [
                GoalReading(
                    slots: slots,
                    constraints: constraints,
                    question: GoalQuestion(asks: asks, aggregates: aggregates, format: format)
                )
            ]
        )
    }
}
