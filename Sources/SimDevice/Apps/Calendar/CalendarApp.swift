// SPDX-License-Identifier: Apache-2.0

import Media

/// Simple Calendar Pro: a month, a day or a list of what is to come, the search, and the editor of events and tasks.
///
/// Events lie in the app's database alone, and which view it opens with in its preferences; a value holds what is shown,
/// searched, selected or typed on one page.
struct CalendarApp: App {
    static let package = "com.simplemobiletools.calendar.pro"
    static let mainActivity = "\(package).activities.MainActivity"
    static let eventActivity = "\(package).activities.EventActivity"
    static let taskActivity = "\(package).activities.TaskActivity"
    static let icon = AppIcon(glyph: .calendar, disc: 0xf57c00)
    static let manifest = AppManifest(
        package: package,
        label: "Simple Calendar Pro",
        versionName: "6.22.1",
        versionCode: 238,
        mainActivity: mainActivity,
        activities: [eventActivity, taskActivity]
    )

    /// What the value is a page of.
    enum Page: Hashable { case main, editor }

    /// A view of the main page, by the number that the preferences have.
    enum Scope: Int, CaseIterable {
        case daily = 5
        case monthly = 1
        case list = 3

        var title: String {
            switch self {
            case .daily: "Daily view"
            case .monthly: "Monthly view"
            case .list: "Simple event list"
            }
        }
    }

    /// Which times of a repeated event are meant.
    enum Reach: Int, CaseIterable { case one, future, all }

    /// What stands over the page.
    enum Asking {
        case view
        case day(DatePicker)
        case delete(Set<EventOccurrence.Key>, Reach)
        case date(DatePicker, isStart: Bool)
        case time(TimePicker, isStart: Bool)
        case repetition
        case weekdays(Int64)
        case monthRule
        case limit
        case lastDay(DatePicker)
        case times
        case reminder(Int)
        case unsaved
        case update(Reach)
    }

    var page = Page.main
    var asking: Asking?
    // The main page.
    var scope = Scope.monthly
    /// The day that is shown, or one of the month that is.
    var day = CalendarDay(year: 1970, month: 1, day: 1)
    /// The day was opened from the month, which BACK leads to.
    var overMonth = false
    var query = ""
    /// The choice between event and task is open over the page.
    var adding = false
    /// What is ticked; empty while nothing is being selected.
    var selection: Set<EventOccurrence.Key> = []
    // The editor.
    var draft = CalendarDraft()
    /// The draft as it was when the editor was opened.
    var opened = CalendarDraft()
    /// What is being changed; `nil` for a new one.
    var edited: EventOccurrence?
    /// How many times, while it is typed.
    var timesText = ""

    init?(intent: Intent, context: AppContext) {
        // The app opens its database when it starts, and so makes it where it is missing, before anything is drawn.
        _ = CalendarStore(context).all()
        day = context.localNow.day
        let stored = SharedPreferences(context.system.files, package: Self.package, name: "Prefs").int("view") ?? 1
        scope = Scope(rawValue: Int(clamping: stored)) ?? .monthly
        let activity = intent.component?.activity
        guard activity == Self.eventActivity || activity == Self.taskActivity else { return }
        edit(.new(on: day, isTask: activity == Self.taskActivity, context), nil)
    }

    /// The editor's page.
    init(_ draft: CalendarDraft, editing edited: EventOccurrence? = nil) { edit(draft, edited) }

    private mutating func edit(_ draft: CalendarDraft, _ edited: EventOccurrence?) {
        page = .editor
        (self.draft, opened, self.edited) = (draft, draft, edited)
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component { page == .main ? mainPage(ui) : editorPage(ui) }

    mutating func back(_ context: AppContext) -> Bool {
        if page == .editor {
            guard draft != opened else { return false }
            asking = .unsaved
        } else if adding {
            adding = false
        } else if !selection.isEmpty {
            selection = []
        } else if !query.isEmpty {
            query = ""
        } else if overMonth {
            overMonth = false
        } else {
            return false
        }
        return true
    }

    /// The view that is shown; a day opened from the month lies over it.
    var shown: Scope { overMonth ? .daily : scope }

    // MARK: Dialogs

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .view:
            return .choice(
                "Change view",
                Scope.allCases.map(\.title),
                selected: Scope.allCases.firstIndex(of: scope),
                onPick: ui.on { $0.show(Scope.allCases[$2], $1) },
                onCancel: close
            )
        case .day(let picker):
            return picker.dialog(
                wide: ui.context.system.display.isLandscape,
                change: ui.on { app, _, changed in app.asking = .day(changed) },
                ok: ui.on { app, _ in (app.day, app.asking) = (picker.day, nil) },
                cancel: close
            )
        case .delete(let keys, let reach): return deletion(keys, reach, ui)
        case nil: return nil
        default: return editorDialog(ui)
        }
    }

    /// The question whether events are to go, and of repeated ones which times.
    private func deletion(_ keys: Set<EventOccurrence.Key>, _ reach: Reach, _ ui: UI<Self>) -> Dialog {
        let store = CalendarStore(ui.context)
        let repeats = keys.contains { store.get($0.id)?.isRepeated ?? false }
        let what = keys.count == 1 ? "The event is repeatable." : "The selection contains repeating events."
        return reachDialog(
            message: "Are you sure you want to proceed with the deletion?" + (repeats ? "\n\n\(what)" : ""),
            titles: repeats
                ? [
                    "Delete the selected occurrence only", "Delete this and all future occurrences",
                    "Delete all occurrences",
                ] : [],
            ids: ["delete_event_one_only", "delete_event_future", "delete_event_all"],
            reach,
            pick: ui.on { app, _, reach in app.asking = .delete(keys, reach) },
            yes: ui.on { $0.delete(keys, repeats ? reach : .all, $1) },
            no: ui.on { app, _ in app.asking = nil },
            buttons: ("Yes", "No")
        )
    }

    /// A question with one of three answers to choose, where there are any.
    func reachDialog(
        message: String,
        titles: [String],
        ids: [String],
        _ reach: Reach,
        pick: @escaping (Reach) -> Void,
        yes: @escaping Handler,
        no: @escaping Handler,
        buttons: (yes: String, no: String)
    ) -> Dialog {
        var dialog = Dialog(
            positive: .init(buttons.yes, yes),
            negative: .init(buttons.no, no),
            dismiss: no
        )
        dialog.content = VStack {
            Text(message, size: 16).id(Self.id("delete_event_description")).padding(horizontal: 24, vertical: 16)
            for (title, option) in zip(titles, Reach.allCases) {
                RadioButton(label: title, on: option == reach, id: Self.id(ids[option.rawValue])) { pick(option) }
                    .padding(horizontal: 24)
                    .fillWidth()
                    .key(title)
            }
        }
        .fillWidth()
        return dialog
    }

    private mutating func delete(_ keys: Set<EventOccurrence.Key>, _ reach: Reach, _ context: AppContext) {
        asking = nil
        selection = []
        let store = CalendarStore(context)
        do {
            for key in keys.sorted(by: { ($0.id, $0.start) < ($1.id, $1.start) }) {
                guard let event = store.get(key.id) else { continue }
                switch event.isRepeated ? reach : .all {
                case .one: try store.except(key)
                case .future: try store.end(before: key)
                case .all: try store.delete([key.id])
                }
            }
        } catch {
            return context.toast("The events could not be deleted")
        }
        if page == .editor { context.finish() }
    }

    private mutating func show(_ scope: Scope, _ context: AppContext) {
        asking = nil
        self.scope = scope
        overMonth = false
        var preferences = SharedPreferences(context.system.files, package: Self.package, name: "Prefs")
        preferences["view"] = .int(scope.rawValue)
        try? preferences.save()
        context.scrollToTop()
    }

    // MARK: Getting about

    /// Opens the editor with something new.
    mutating func add(task: Bool, _ context: AppContext) {
        adding = false
        // The month's + makes today's event, unless another month is in sight.
        let today = context.localNow.day
        let sameMonth = day.firstOfMonth() == today.firstOfMonth()
        let on = shown == .daily ? day : shown == .monthly && !sameMonth ? day.firstOfMonth() : today
        context.open(
            task ? Self.taskActivity : Self.eventActivity,
            CalendarApp(.new(on: on, isTask: task, context))
        )
    }

    /// Opens the editor with what is stored.
    func open(_ occurrence: EventOccurrence, _ context: AppContext) {
        let draft = CalendarDraft(occurrence, zone: context.system.timeZone)
        context.open(
            occurrence.event.isTask ? Self.taskActivity : Self.eventActivity,
            CalendarApp(draft, editing: occurrence)
        )
    }
}
