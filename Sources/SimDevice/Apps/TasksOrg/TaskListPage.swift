// SPDX-License-Identifier: Apache-2.0

import Media

/// The list of tasks with its bars, and the drawer.
extension TasksApp {
    private static let bar = Tone.rgb(0x1976d2)
    private static let ink = Tone.rgb(0xffffff)

    /// A line of the list.
    private enum Line {
        case heading(String)
        case task(TaskItem)
    }

    func listPage(_ ui: UI<Self>) -> any Component {
        let content = VStack {
            if !selection.isEmpty { selectionBar(ui) } else if searching { searchField(ui) } else { titleBar(ui) }
            list(ui).weight().fillWidth()
            if selection.isEmpty && !searching { bottomBar(ui) }
        }
        .fill()
        return ZStack {
            if drawerOpen { content.withoutListing() } else { content }
            if selection.isEmpty && !searching && !drawerOpen {
                FloatingButton(
                    .add,
                    "Create new task",
                    id: Self.id("fab"),
                    onClick: ui.on { app, context in app.open(TaskItem(), context) }
                )
                .margin(right: 16, bottom: 36)
            }
            if drawerOpen { drawer(ui) }
        }
        .fill()
    }

    // MARK: Bars

    private func titleBar(_ ui: UI<Self>) -> View {
        AppBar(
            filter.title,
            titleView: Text(filter.title, size: 22, weight: .medium, color: Self.ink, maxLines: 1),
            background: Self.bar,
            id: Self.id("toolbar")
        )
        .view
    }

    private func bottomBar(_ ui: UI<Self>) -> View {
        let sorting = TaskSorting(ui.context)
        return HStack {
            IconButton(.drawer, "Menu", onClick: ui.on { app, _ in app.drawerOpen = true })
            button(.sort, "Sort", "menu_sort", ui.on { app, _ in app.asking = .sorting })
            button(
                .search,
                "Search",
                "menu_search",
                ui.on { app, _ in (app.searching, app.query) = (true, "") }
            )
            IconButton(.more, "More options")
                .className("android.widget.ImageView")
                .menu([
                    MenuItem(
                        "Show completed",
                        checked: sorting.showsCompleted,
                        action: ui.on { app, context in app.change(context) { $0.showsCompleted.toggle() } }
                    ),
                    MenuItem("Clear completed", action: ui.on { app, _ in app.asking = .clearCompleted }),
                ])
        }
        .className("android.view.ViewGroup")
        .id(Self.id("bottomAppBar"))
        .padding(horizontal: 4)
        .height(64)
        .fillWidth()
        .background(.surfaceHigh)
    }

    private func button(_ icon: Icon, _ title: String, _ id: String, _ handler: @escaping Handler) -> View {
        IconButton(icon, title, onClick: handler).className("android.widget.Button").id(Self.id(id)).key(id)
    }

    private func searchField(_ ui: UI<Self>) -> View {
        ui.searchBar(\.searching, \.query, field: Self.id("search_src_text"), bar: Self.id("toolbar"))
    }

    private func selectionBar(_ ui: UI<Self>) -> View {
        AppBar(
            "\(selection.count)",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: Self.id("action_mode_bar")
        ) {
            button(
                .selectAll,
                "Select all",
                "menu_select_all",
                ui.on { app, context in app.selection = Set(app.sections(context).flatMap(\.items).map(\.id)) }
            )
            button(.delete, "Delete", "delete", ui.on { app, _ in app.asking = .delete(app.selection) })
        }
        .view
    }

    // MARK: The list

    private func sections(_ context: AppContext) -> [TaskSection] {
        var sorting = TaskSorting(context)
        // The search looks at all tasks, whatever the list hides.
        if searching { sorting.showsCompleted = true }
        return sorting.sections(listed(context), TaskWords(context))
    }

    private func list(_ ui: UI<Self>) -> View {
        let words = TaskWords(ui.context)
        let lines = sections(ui.context).flatMap { section in
            (section.heading.isEmpty ? [] : [Line.heading(section.heading)]) + section.items.map(Line.task)
        }
        guard !lines.isEmpty else {
            if searching && query.isEmpty { return ZStack().unlisted().fill() }
            return EmptyState("There are no tasks here.", icon: .check).view
        }
        // The last row can be moved up from under the floating button.
        let height: (Int) -> Dp = { index in
            guard index < lines.count else { return 48 }
            switch lines[index] {
            case .heading: return 40
            case .task: return 60
            }
        }
        return List(count: lines.count + 1, height: height) { index in
            guard index < lines.count else { return Spacer(48) }
            switch lines[index] {
            case .heading(let title):
                return Text(title, size: 14, weight: .medium, color: title == "Overdue" ? .error : .primary)
                    .id(Self.id("header"))
                    .padding(left: 16, top: 14, right: 16, bottom: 4)
                    .height(40)
                    .fillWidth()
                    .key(title)
            case .task(let item): return row(item, words, ui)
            }
        }
        .id(Self.id("recycler_view"))
        .fill()
    }

    private func row(_ item: TaskItem, _ words: TaskWords, _ ui: UI<Self>) -> View {
        let on = selection.contains(item.id)
        let due = words.due(item)
        return HStack {
            Self.box(item, ui.on { app, context in app.setCompleted(!item.isCompleted, item, context) })
            VStack(spacing: 1) {
                Text(item.title, size: 16, color: item.isCompleted ? .onSurfaceVariant : .onSurface, maxLines: 1)
                    .id(Self.id("title"))
                if !due.isEmpty {
                    Text(due, size: 13, color: words.isOverdue(item) ? .error : .onSurfaceVariant, maxLines: 1)
                        .id(Self.id("due_date"))
                }
            }
            .unlisted()
            .padding(right: 16)
            .weight()
        }
        .className("android.view.ViewGroup")
        .id(Self.id("rowBody"))
        .height(60)
        .fillWidth()
        .background(on ? .secondaryContainer : .clear)
        .selected(on)
        .onClick(ui.on { $0.touch(item, $1) })
        .onLongClick(ui.on { app, _ in app.selection.insert(item.id) })
        .key("\(item.id)")
    }

    /// The check box of a task in the colour of its priority.
    static func box(_ item: TaskItem, _ onClick: Handler?) -> View {
        ZStack {
            ZStack {
                if item.isCompleted { IconView(.check, color: .rgb(0xffffff), size: 16).unlisted().align(.center) }
            }
            .unlisted()
            .size(20, 20)
            .align(.center)
            .background(
                item.isCompleted ? item.priority.tone : .clear,
                radius: 3,
                border: item.priority.tone,
                borderWidth: 2
            )
        }
        .className("android.widget.CheckBox")
        .id(id("completeBox"))
        .described(item.isCompleted ? "Mark incomplete" : "Mark complete")
        .checkable()
        .checked(item.isCompleted)
        .size(56, 56)
        .onClick(onClick)
    }

    private mutating func touch(_ item: TaskItem, _ context: AppContext) {
        if selection.isEmpty { open(item, context) } else { selection.formSymmetricDifference([item.id]) }
    }

    // MARK: The drawer

    private func drawer(_ ui: UI<Self>) -> View {
        let words = TaskWords(ui.context)
        let open = TaskStore(ui.context).all().filter { !$0.isCompleted }
        return HStack {
            VStack {
                Text("Filters", size: 14, weight: .medium, color: .primary).padding(left: 24, top: 20, bottom: 8)
                for filter in TaskFilter.allCases {
                    entry(filter, open.filter { filter.takes($0, words) }.count, ui)
                }
            }
            .id(Self.id("drawer"))
            .width(300)
            .fillHeight()
            .background(.surfaceHigh)
            ZStack().unlisted().weight().fillHeight().background(.rgba(0x000000, 0.4))
                .onClick(ui.on { app, _ in app.drawerOpen = false })
        }
        .unlisted()
        .fill()
    }

    private func entry(_ filter: TaskFilter, _ count: Int, _ ui: UI<Self>) -> View {
        let icon: Icon =
            switch filter {
            case .all: .list
            case .today: .calendar
            case .recent: .clock
            }
        let on = filter == self.filter
        return HStack(spacing: 20) {
            IconView(icon).unlisted()
            Text(filter.title, size: 15, weight: .medium, maxLines: 1).id(Self.id("text")).weight()
            if count > 0 { Text("\(count)", size: 14, color: .onSurfaceVariant).id(Self.id("count")) }
        }
        .padding(horizontal: 20)
        .margin(horizontal: 8, vertical: 2)
        .height(52)
        .fillWidth()
        .background(on ? .secondaryContainer : .clear, radius: 26)
        .selected(on)
        .onClick(
            ui.on { app, context in
                (app.filter, app.drawerOpen) = (filter, false)
                context.scrollToTop()
            }
        )
        .key(filter.title)
    }
}
