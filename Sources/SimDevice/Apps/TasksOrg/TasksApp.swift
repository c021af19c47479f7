// SPDX-License-Identifier: Apache-2.0

import Media

/// Tasks.org: the list of tasks under its headings, the drawer with its filters, the search, and the page of one task.
///
/// Tasks lie in the app's database alone, and how the list is put in order in its preferences; a value holds what is
/// listed, searched, ticked or typed on one page.
struct TasksApp: App {
    static let package = "org.tasks"
    static let mainActivity = "com.todoroo.astrid.activity.MainActivity"
    static let editActivity = "com.todoroo.astrid.activity.TaskEditActivity"
    static let icon = AppIcon(glyph: .check, disc: 0x1976d2)
    static let manifest = AppManifest(
        package: package,
        label: "Tasks",
        versionName: "13.6.5",
        versionCode: 130_605,
        mainActivity: mainActivity,
        activities: [editActivity]
    )

    /// What the value is a page of.
    enum Page: Hashable { case list, editor }

    /// What stands over the page.
    enum Asking {
        case sorting, group, sort
        case clearCompleted
        case delete(Set<Int64>)
        case discard
        case due
        case date(DatePicker)
        case time(TimePicker)
    }

    var page = Page.list
    var asking: Asking?
    // The list.
    var filter = TaskFilter.all
    var drawerOpen = false
    var searching = false
    var query = ""
    /// What is ticked after a long press; empty while nothing is being selected.
    var selection: Set<Int64> = []
    // The page of one task.
    var draft = TaskItem()
    /// The task as it was when the page was opened.
    var opened = TaskItem()

    init?(intent: Intent, context: AppContext) {
        // The app opens its database when it starts, and so makes it where it is missing, before anything is drawn.
        _ = TaskStore(context).all()
        if intent.component?.activity == Self.editActivity { page = .editor }
    }

    /// The page of a task.
    init(_ item: TaskItem) { (page, draft, opened) = (.editor, item, item) }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component { page == .list ? listPage(ui) : editorPage(ui) }

    mutating func back(_ context: AppContext) -> Bool {
        if page == .editor {
            guard draft != opened else { return false }
            asking = .discard
        } else if drawerOpen {
            drawerOpen = false
        } else if !selection.isEmpty {
            selection = []
        } else if searching {
            (searching, query) = (false, "")
        } else if filter != .all {
            filter = .all
        } else {
            return false
        }
        return true
    }

    // MARK: Dialogs

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case nil: return nil
        case .sorting: return sortingSheet(ui, close)
        case .group:
            return orderChoice("Group", TaskOrder.groups, \.group, ui)
        case .sort:
            return orderChoice("Sort", TaskOrder.sorts, \.sort, ui)
        case .clearCompleted:
            return .confirm(
                "Clear completed",
                message: "Delete all completed tasks from this list?",
                yes: "OK",
                onYes: ui.on { app, context in
                    app.delete(Set(app.listed(context).filter(\.isCompleted).map(\.id)), context)
                },
                onNo: close
            )
        case .delete(let ids):
            return .confirm(
                ids.count == 1 ? "Delete task?" : "Delete \(ids.count) tasks?",
                yes: "OK",
                onYes: ui.on { $0.delete(ids, $1) },
                onNo: close
            )
        case .discard:
            return .confirm(
                "Discard changes?",
                yes: "Discard",
                no: "Keep editing",
                onYes: ui.on { _, context in context.finish() },
                onNo: close
            )
        case .due, .date, .time: return dueDialog(ui, close)
        }
    }

    /// The sheet that tells how the list is put in order.
    private func sortingSheet(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let sorting = TaskSorting(ui.context)
        var dialog = Dialog(place: .bottom, dismiss: close)
        dialog.content = VStack {
            ListRow(
                "Group",
                summary: sorting.group.title,
                icon: .list,
                onClick: ui.on { app, _ in app.asking = .group }
            )
            ListRow(
                "Sort",
                summary: sorting.sort.title,
                icon: .sort,
                onClick: ui.on { app, _ in app.asking = .sort }
            )
            SwitchRow(
                "Move completed tasks to the bottom",
                icon: .check,
                on: sorting.completedLast,
                onChange: ui.on { app, context, on in app.change(context) { $0.completedLast = on } }
            )
        }
        .fillWidth()
        return dialog
    }

    private func orderChoice(
        _ title: String,
        _ orders: [TaskOrder],
        _ path: WritableKeyPath<TaskSorting, TaskOrder>,
        _ ui: UI<Self>
    ) -> Dialog {
        .choice(
            title,
            orders.map(\.title),
            selected: orders.firstIndex(of: TaskSorting(ui.context)[keyPath: path]),
            onPick: ui.on { app, context, index in
                app.asking = .sorting
                app.change(context) { $0[keyPath: path] = orders[index] }
            },
            onCancel: ui.on { app, _ in app.asking = .sorting }
        )
    }

    // MARK: Doing

    /// Changes how the list is put in order.
    mutating func change(_ context: AppContext, _ edit: (inout TaskSorting) -> Void) {
        var sorting = TaskSorting(context)
        edit(&sorting)
        sorting.save(context)
        context.scrollToTop()
    }

    /// What the page lists, before it is put in order.
    func listed(_ context: AppContext) -> [TaskItem] {
        let words = TaskWords(context)
        let all = TaskStore(context).all()
        guard searching else { return all.filter { filter.takes($0, words) } }
        let wanted = query.lowercased()
        return all.filter { item in
            !wanted.isEmpty && [item.title, item.notes].contains { $0.lowercased().contains(wanted) }
        }
    }

    private mutating func delete(_ ids: Set<Int64>, _ context: AppContext) {
        (asking, selection) = (nil, [])
        do {
            try TaskStore(context).delete(ids.sorted())
        } catch {
            return context.toast("The tasks could not be deleted")
        }
        if page == .editor { context.finish() }
        context.toast(ids.count == 1 ? "1 task deleted" : "\(ids.count) tasks deleted")
    }

    func setCompleted(_ on: Bool, _ item: TaskItem, _ context: AppContext) {
        guard (try? TaskStore(context).setCompleted(on, item.id)) != nil else {
            return context.toast("The task could not be changed")
        }
        guard on else { return }
        context.snackbar(
            "Task completed",
            action: .init("Undo") { try? TaskStore(context).setCompleted(false, item.id) }
        )
    }

    /// Opens the page of a task.
    func open(_ item: TaskItem, _ context: AppContext) { context.open(Self.editActivity, TasksApp(item)) }
}
