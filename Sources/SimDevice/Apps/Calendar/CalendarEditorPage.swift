// SPDX-License-Identifier: Apache-2.0

import Media

/// The page on which an event or a task is entered, seen and changed.
extension CalendarApp {
    private var isNew: Bool { edited == nil }

    func editorPage(_ ui: UI<Self>) -> any Component {
        let words = CalendarWords(ui.context)
        let kind = draft.isTask ? "Task" : "Event"
        return VStack {
            AppBar(
                isNew ? "New \(kind)" : "Edit \(kind)",
                leading: .up(ui.on { app, context in if !app.back(context) { context.finish() } }),
                id: Self.id("event_toolbar"),
                menu: isNew ? [] : [MenuItem("Duplicate \(kind.lowercased())", action: ui.on { $0.duplicate($1) })]
            ) {
                if let edited {
                    IconButton(
                        .delete,
                        "Delete",
                        onClick: ui.on { app, _ in app.asking = .delete([edited.key], .one) }
                    )
                    .className("android.widget.Button")
                    .id(Self.id("delete"))
                    .key("delete")
                }
                IconButton(.check, "Save", onClick: ui.on { $0.save($1) })
                    .className("android.widget.Button")
                    .id(Self.id("save"))
                    .key("save")
            }
            ScrollView {
                field("Title", \.draft.title, id: "event_title", ui)
                if !draft.isTask { field("Location", \.draft.location, id: "event_location", ui) }
                field("Description", \.draft.description, id: "event_description", multiline: true, ui)
                Divider()
                times(words, ui)
                Divider()
                reminderRows(words, ui)
                Divider()
                repetitionRows(words, ui)
                if let edited, draft.isTask {
                    Button(
                        edited.isCompleted ? "Mark incomplete" : "Mark completed",
                        style: .filled,
                        onClick: ui.on { $0.toggleCompleted(edited, $1) }
                    )
                    .id(Self.id("toggle_mark_complete"))
                    .margin(16)
                    .fillWidth()
                }
            }
            .id(Self.id("event_nested_scrollview"))
            .weight()
        }
        .id(Self.id("event_coordinator"))
        .fill()
    }

    private func field(
        _ hint: String,
        _ path: WritableKeyPath<CalendarApp, String>,
        id: String,
        multiline: Bool = false,
        _ ui: UI<Self>
    ) -> View {
        TextField(
            hint,
            text: ui.binding(path),
            id: Self.id(id),
            style: .underlined,
            size: 18,
            multiline: multiline
        )
        .padding(horizontal: 20, vertical: 14)
        .key(id)
    }

    // MARK: Times

    private func times(_ words: CalendarWords, _ ui: UI<Self>) -> View {
        VStack {
            HStack {
                IconView(.clock).id(Self.id("event_time_image")).margin(right: 20)
                Text("All-day", size: 16).unlisted().weight()
                Switch(on: draft.isAllDay, id: Self.id("event_all_day"), onChange: ui.on { $0.setAllDay($2) })
                    .withText("All-day")
            }
            .id(Self.id("event_all_day_holder"))
            .padding(horizontal: 20)
            .height(56)
            .fillWidth()
            .onClick(ui.on { app, _ in app.setAllDay(!app.draft.isAllDay) })
            moment(draft.start, isStart: true, words, ui)
            if !draft.isTask { moment(draft.end, isStart: false, words, ui) }
        }
        .unlisted()
        .fillWidth()
        .key("times")
    }

    private func moment(_ time: DraftTime, isStart: Bool, _ words: CalendarWords, _ ui: UI<Self>) -> View {
        let name = draft.isTask ? "task" : isStart ? "event_start" : "event_end"
        let color: Tone = !isStart && isBackwards ? .error : .onSurface
        return HStack {
            Text(words.title(time.day), size: 16, color: color)
                .id(Self.id("\(name)_date"))
                .padding(left: 64, top: 14, right: 8, bottom: 14)
                .weight()
                .onClick(
                    ui.on { app, context in
                        context.hideKeyboard()
                        app.asking = .date(DatePicker(time.day), isStart: isStart)
                    }
                )
            if !draft.isAllDay {
                Text(
                    LocalTime.clock(hour: time.hour, minute: time.minute, is24Hour: words.is24Hour),
                    size: 16,
                    color: color,
                    align: .end
                )
                .id(Self.id("\(name)_time"))
                .padding(horizontal: 20, vertical: 14)
                .onClick(
                    ui.on { app, context in
                        context.hideKeyboard()
                        let picker = TimePicker(hour: time.hour, minute: time.minute, is24Hour: context.is24Hour)
                        app.asking = .time(picker, isStart: isStart)
                    }
                )
            }
        }
        .unlisted()
        .fillWidth()
        .key(name)
    }

    private mutating func setAllDay(_ on: Bool) { draft.isAllDay = on }

    /// The end lies before the start.
    private var isBackwards: Bool {
        draft.isAllDay ? draft.end.day < draft.start.day : draft.end.minutes < draft.start.minutes
    }

    // MARK: Reminders and repetition

    private func reminderRows(_ words: CalendarWords, _ ui: UI<Self>) -> View {
        // A second can be set once there is a first.
        let set = draft.reminders.prefix { $0 >= 0 }.count
        return VStack {
            for place in 0..<min(set + 1, 3) {
                line(
                    place > 0 && draft.reminders[place] < 0
                        ? "Add another reminder" : words.reminder(draft.reminders[place]),
                    icon: place == 0 ? .notifications : nil,
                    id: "event_reminder_\(place + 1)",
                    ui.on { app, _ in app.asking = .reminder(place) }
                )
            }
        }
        .unlisted()
        .fillWidth()
        .key("reminders")
    }

    private func repetitionRows(_ words: CalendarWords, _ ui: UI<Self>) -> View {
        let repetition = draft.repetition
        return VStack {
            line(
                words.repetition(repetition.interval),
                icon: .refresh,
                id: "event_repetition",
                ui.on { app, context in
                    context.hideKeyboard()
                    app.asking = .repetition
                }
            )
            if repetition.isWeekly {
                fact(
                    "Repeat on",
                    words.weekdays(repetition.rule),
                    id: "event_repetition_rule",
                    ui.on { app, _ in app.asking = .weekdays(repetition.rule) }
                )
            }
            if repetition.isMonthly {
                let rule = Repetition.MonthRule(rawValue: repetition.rule) ?? .sameDay
                fact(
                    "Repeat",
                    words.monthRule(rule, draft.start.day),
                    id: "event_repetition_rule",
                    ui.on { app, _ in app.asking = .monthRule }
                )
            }
            if repetition.interval > 0 {
                fact(
                    "Repeat till",
                    words.limit(repetition.limit, zone: ui.context.system.timeZone),
                    id: "event_repetition_limit",
                    ui.on { app, _ in app.asking = .limit }
                )
            }
        }
        .unlisted()
        .fillWidth()
        .key("repetition")
    }

    private func line(_ title: String, icon: Icon?, id: String, _ onClick: @escaping Handler) -> View {
        HStack {
            if let icon { IconView(icon).unlisted().margin(right: 20) } else { Spacer(44) }
            Text(title, size: 16).id(Self.id(id)).padding(vertical: 16).weight().onClick(onClick)
        }
        .unlisted()
        .padding(horizontal: 20)
        .fillWidth()
        .key(id)
    }

    private func fact(_ title: String, _ value: String, id: String, _ onClick: @escaping Handler) -> View {
        HStack {
            Text(title, size: 16).id(Self.id("\(id)_label")).weight()
            Text(value, size: 16, align: .end).id(Self.id(id))
        }
        .id(Self.id("\(id)_holder"))
        .padding(left: 64, top: 14, right: 20, bottom: 14)
        .fillWidth()
        .key(id)
        .onClick(onClick)
    }

    // MARK: Saving

    mutating func save(_ context: AppContext) {
        asking = nil
        if draft.title.allSatisfy(\.isWhitespace) { return context.toast("Please enter a title") }
        if !draft.isTask, isBackwards { return context.toast("The event cannot end earlier than it starts") }
        // Of a repeated event it has to be said which times are meant.
        if let edited, edited.event.isRepeated, draft != opened {
            asking = .update(.one)
        } else {
            store(.all, context)
        }
    }

    /// Stores the draft; of a repeated event, for some of its times.
    mutating func store(_ reach: Reach, _ context: AppContext) {
        asking = nil
        let store = CalendarStore(context)
        var event = edited?.event ?? CalendarEvent()
        draft.write(to: &event, zone: store.zone)
        do {
            if let edited, edited.event.isRepeated {
                try change(edited, to: event, reach, store)
            } else if edited != nil {
                try store.update(event)
            } else {
                event.importID = "simple-calendar-\(context.now)"
                try store.insert(event)
            }
        } catch {
            return context.toast("The event could not be saved")
        }
        context.toast(isNew ? "\(draft.isTask ? "Task" : "Event") added successfully" : "Updated successfully")
        context.finish()
    }

    private func change(
        _ edited: EventOccurrence,
        to event: CalendarEvent,
        _ reach: Reach,
        _ store: CalendarStore
    ) throws {
        var event = event
        if reach == .all || reach == .future && edited.startSeconds <= edited.event.start {
            // The first time moves as this one did.
            let length = event.end - event.start
            event.start = edited.event.start + event.start - edited.startSeconds
            event.end = event.start + length
            return try store.update(event)
        }
        event.id = 0
        event.parent = edited.event.id
        event.exceptions = []
        if reach == .one {
            event.repetition = Repetition()
            try store.except(edited.key)
        } else {
            try store.end(before: edited.key)
        }
        try store.insert(event)
    }

    private mutating func duplicate(_ context: AppContext) {
        let activity = draft.isTask ? Self.taskActivity : Self.eventActivity
        context.open(activity, CalendarApp(draft))
        context.finish()
    }

    private mutating func toggleCompleted(_ edited: EventOccurrence, _ context: AppContext) {
        guard (try? CalendarStore(context).setCompleted(!edited.isCompleted, edited.key)) != nil else { return }
        context.finish()
    }
}
