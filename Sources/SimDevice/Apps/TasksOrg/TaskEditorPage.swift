// SPDX-License-Identifier: Apache-2.0

import Media

/// The page of one task, new or stored.
extension TasksApp {
    func editorPage(_ ui: UI<Self>) -> any Component {
        let words = TaskWords(ui.context)
        let due = words.due(draft)
        return VStack {
            AppBar("", titleView: saveButton(ui), id: Self.id("toolbar")) {
                if draft.id != 0 {
                    IconButton(
                        .delete,
                        "Delete task",
                        onClick: ui.on { app, _ in app.asking = .delete([app.draft.id]) }
                    )
                    .className("android.widget.Button")
                    .id(Self.id("menu_delete"))
                }
            }
            ScrollView {
                HStack {
                    Self.box(
                        draft,
                        ui.on { app, context in app.draft.completed = app.draft.isCompleted ? 0 : context.now }
                    )
                    TextField(
                        "Task name",
                        text: ui.binding(\.draft.title),
                        id: Self.id("title"),
                        style: .bare,
                        size: 20,
                        multiline: true,
                        autofocus: opened.id == 0
                    )
                    .view.weight()
                }
                .unlisted()
                .padding(right: 16, bottom: 8)
                .fillWidth()
                Divider()
                row(.calendar) {
                    Text(
                        due.isEmpty ? "No due date" : due,
                        color: due.isEmpty ? .onSurfaceVariant : words.isOverdue(draft) ? .error : .onSurface
                    )
                    .id(Self.id("due_date"))
                    .weight()
                }
                .id(Self.id("due_date_row"))
                .onClick(
                    ui.on { app, context in
                        context.hideKeyboard()
                        app.asking = .due
                    }
                )
                Divider()
                row(.flag) {
                    Text("Priority").id(Self.id("priority_label"))
                    Spacer()
                    for priority in TaskItem.Priority.allCases { radio(priority, ui) }
                }
                .id(Self.id("priority_row"))
                Divider()
                row(.edit) {
                    TextField(
                        "Description",
                        text: ui.binding(\.draft.notes),
                        id: Self.id("notes"),
                        style: .bare,
                        multiline: true
                    )
                    .view.weight()
                }
                .unlisted()
                Divider()
                if draft.id != 0 {
                    row(.info) {
                        Text(moments(words), size: 14, color: .onSurfaceVariant).id(Self.id("creation_date")).weight()
                    }
                    .unlisted()
                }
            }
            .id(Self.id("edit_content"))
            .weight()
        }
        .fill()
    }

    private func saveButton(_ ui: UI<Self>) -> View {
        HStack {
            IconButton(.save, "Save", onClick: ui.on { $0.save($1) })
            Spacer()
        }
        .unlisted()
        .fillWidth()
    }

    private func row(_ icon: Icon, @ViewBuilder _ content: () -> [View]) -> View {
        HStack {
            IconView(icon).unlisted().margin(right: 20)
            content()
        }
        .padding(horizontal: 16, vertical: 4)
        .minHeight(56)
        .fillWidth()
        .key(icon.rawValue)
    }

    /// One of the four priorities, in its colour.
    private func radio(_ priority: TaskItem.Priority, _ ui: UI<Self>) -> View {
        let on = draft.priority == priority
        return VStack(spacing: 2) {
            ZStack {
                if on {
                    ZStack().unlisted().size(10, 10).align(.center).background(priority.tone, radius: 5)
                }
            }
            .unlisted()
            .size(20, 20)
            .align(.center)
            .background(.clear, radius: 10, border: priority.tone, borderWidth: 2)
            Text(priority.title, size: 11, color: .onSurfaceVariant).unlisted().align(.center)
        }
        .className("android.widget.RadioButton")
        .described(priority.title)
        .checkable()
        .checked(on)
        .padding(vertical: 6)
        .size(60, 50)
        .onClick(ui.on { app, _ in app.draft.priority = priority })
        .key(priority.title)
    }

    private func moments(_ words: TaskWords) -> String {
        func moment(_ name: String, _ milliseconds: Int64) -> String? {
            guard milliseconds > 0 else { return nil }
            let time = LocalTime(milliseconds, zone: words.zone)
            return "\(name) \(words.day(time.day)), \(time.clock(is24Hour: words.is24Hour))"
        }
        return [
            moment("Created", opened.created), moment("Modified", opened.modified),
            moment("Completed", opened.completed),
        ].compactMap(\.self).joined(separator: "\n")
    }

    // MARK: When it is due

    /// The sheet with its short cuts, or one of the two pickers.
    func dueDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog? {
        let zone = ui.context.system.timeZone
        let back = ui.on { (app: inout Self, _: AppContext) in app.asking = .due }
        switch asking {
        case .date(let picker):
            return picker.dialog(
                wide: ui.context.system.display.isLandscape,
                change: ui.on { app, _, changed in app.asking = .date(changed) },
                ok: ui.on { app, _ in app.setDay(picker.day, zone) },
                cancel: back
            )
        case .time(let picker):
            return picker.dialog(
                package: Self.package,
                wide: ui.context.system.display.isLandscape,
                change: ui.on { app, _, changed in app.asking = .time(changed) },
                ok: ui.on { app, context, picker in
                    app.setTime(picker.hour, picker.minute, context)
                },
                cancel: back
            )
        default: break
        }
        let today = ui.context.localNow.day
        let time = LocalTime(draft.due, zone: zone)
        var dialog = Dialog(title: "Due date", place: .bottom, dismiss: close)
        dialog.positive = .init("OK", close)
        let days: [(String, CalendarDay?)] = [
            ("Today", today), ("Tomorrow", today.adding(1)), ("Next week", today.adding(7)), ("No date", nil),
        ]
        let hours: [(String, Int)] = [("Morning", 9), ("Afternoon", 13), ("Evening", 17), ("Night", 20)]
        dialog.content = VStack {
            Text(draft.due > 0 ? TaskWords(ui.context).due(draft) : "No due date", size: 18, color: .primary)
                .id(Self.id("due_summary"))
                .padding(horizontal: 24, vertical: 8)
            HStack {
                VStack {
                    for (title, day) in days {
                        choice(title, ui.on { app, _ in app.setDay(day, zone) })
                    }
                    choice(
                        "Pick date",
                        ui.on { app, _ in app.asking = .date(DatePicker(app.draft.due > 0 ? time.day : today)) }
                    )
                }
                .unlisted()
                .weight()
                VStack {
                    for (title, hour) in hours {
                        choice(title, ui.on { app, context in app.setTime(hour, 0, context) })
                    }
                    choice(
                        "Pick time",
                        ui.on { app, context in
                            let hour = app.draft.hasTime ? time.hour : context.localNow.hour
                            let minute = app.draft.hasTime ? time.minute : 0
                            app.asking = .time(TimePicker(hour: hour, minute: minute, is24Hour: context.is24Hour))
                        }
                    )
                }
                .unlisted()
                .weight()
            }
            .unlisted()
            .fillWidth()
        }
        .fillWidth()
        return dialog
    }

    private func choice(_ title: String, _ onClick: @escaping Handler) -> View {
        Text(title).padding(horizontal: 24, vertical: 13).height(48).fillWidth().onClick(onClick).key(title)
    }

    /// Sets the day and keeps the time.
    private mutating func setDay(_ day: CalendarDay?, _ zone: String) {
        asking = .due
        let time = LocalTime(draft.due, zone: zone)
        let keeps = draft.hasTime
        draft.setDue(day, hour: keeps ? time.hour : nil, minute: keeps ? time.minute : 0, zone: zone)
    }

    /// Sets the time, of today where no day is chosen.
    private mutating func setTime(_ hour: Int, _ minute: Int, _ context: AppContext) {
        asking = .due
        let zone = context.system.timeZone
        let day = draft.due > 0 ? LocalTime(draft.due, zone: zone).day : context.localNow.day
        draft.setDue(day, hour: hour, minute: minute, zone: zone)
    }

    // MARK: Saving

    private mutating func save(_ context: AppContext) {
        guard draft != opened else { return context.finish() }
        // A task without a name is kept under the name that the app gives it.
        if !draft.title.contains(where: { !$0.isWhitespace }) { draft.title = "(No title)" }
        do {
            try TaskStore(context).save(draft)
        } catch {
            return context.toast("The task could not be saved")
        }
        context.finish()
    }
}
