// SPDX-License-Identifier: Apache-2.0

import Media

/// The main page: the search bar with its buttons, a view below it, and the button that adds.
extension CalendarApp {
    func mainPage(_ ui: UI<Self>) -> any Component {
        let content = VStack {
            if selection.isEmpty { searchBar(ui) } else { selectionBar(ui) }
            view(ui).weight().fillWidth()
        }
        .id(Self.id("main_holder"))
        .fill()
        return ZStack {
            if adding { content.withoutListing() } else { content }
            if adding {
                choice(ui)
            } else if query.isEmpty && selection.isEmpty {
                FloatingButton(
                    .add,
                    "New Event",
                    id: Self.id("calendar_fab"),
                    onClick: ui.on { app, _ in app.adding = true }
                )
            }
        }
        .id(Self.id("main_coordinator"))
        .fill()
    }

    private func view(_ ui: UI<Self>) -> View {
        if !query.isEmpty { return searchResults(ui) }
        switch shown {
        case .monthly: return monthView(ui)
        case .daily: return dayView(ui)
        case .list: return eventList(ui)
        }
    }

    private func searchBar(_ ui: UI<Self>) -> View {
        let searching = !query.isEmpty
        let leads = searching || overMonth
        return HStack {
            if leads {
                IconButton(.back, "Back", onClick: ui.on { _ = $0.back($1) }).id(Self.id("top_toolbar_search_icon"))
            } else {
                IconView(.search).id(Self.id("top_toolbar_search_icon")).margin(12)
            }
            TextField("Search", text: ui.binding(\.query), id: Self.id("top_toolbar_search"), style: .bare).view.key(
                "search"
            ).weight()
            if searching {
                IconButton(.close, "Clear", onClick: ui.on { app, _ in app.query = "" }).key("clear")
            } else {
                IconButton(.calendar, "Go to today", onClick: ui.on { app, context in app.goToToday(context) })
                    .className("android.widget.Button")
                    .id(Self.id("go_to_today"))
                    .key("today")
                IconButton(.grid, "Change view", onClick: ui.on { app, _ in app.asking = .view })
                    .className("android.widget.Button")
                    .id(Self.id("change_view"))
                    .key("view")
                IconButton(.more, "More options")
                    .className("android.widget.ImageView")
                    .menu([MenuItem("Go to date", action: ui.on { app, _ in app.asking = .day(DatePicker(app.day)) })])
                    .key("more")
            }
        }
        .className("android.view.ViewGroup")
        .id(Self.id("main_menu"))
        .margin(horizontal: 16, vertical: 8)
        .height(52)
        .fillWidth()
        .background(.surfaceVariant, radius: 26)
    }

    private mutating func goToToday(_ context: AppContext) {
        day = context.localNow.day
        context.scrollToTop()
    }

    private func selectionBar(_ ui: UI<Self>) -> View {
        AppBar(
            "\(selection.count) / \(listed(ui.context).count)",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: Self.id("action_mode_bar")
        ) {
            IconButton(
                .delete,
                "Delete",
                onClick: ui.on { app, _ in app.asking = .delete(app.selection, .one) }
            )
            .className("android.widget.Button")
            .id(Self.id("cab_delete"))
        }
        .view
    }

    /// The two things that can be added, over the page.
    private func choice(_ ui: UI<Self>) -> View {
        ZStack {
            ZStack().unlisted().fill().background(.rgba(0x000000, 0.4)).onClick(ui.on { app, _ in app.adding = false })
            label("Task", "fab_task_label", bottom: 92, ui.on { $0.add(task: true, $1) })
            label("Event", "fab_event_label", bottom: 26, ui.on { $0.add(task: false, $1) })
            IconButton(.check, "New Task", color: .onPrimaryContainer, onClick: ui.on { $0.add(task: true, $1) })
                .id(Self.id("fab_task_icon"))
                .align(.bottomEnd)
                .margin(right: 20, bottom: 84)
                .background(.primaryContainer, radius: 24)
            FloatingButton(.edit, "New Event", id: Self.id("calendar_fab"), onClick: ui.on { $0.add(task: false, $1) })
        }
        .id(Self.id("fab_extended_overlay"))
        .fill()
    }

    private func label(_ title: String, _ id: String, bottom: Dp, _ onClick: @escaping Handler) -> View {
        Text(title, size: 16, weight: .medium, color: .rgb(0xffffff))
            .id(Self.id(id))
            .padding(horizontal: 12, vertical: 8)
            .align(.bottomEnd)
            .margin(right: 80, bottom: bottom)
            .onClick(onClick)
    }

    // MARK: The month

    private func monthView(_ ui: UI<Self>) -> View {
        let words = CalendarWords(ui.context)
        let first = day.firstOfMonth()
        let start = first.adding(-first.weekday)
        let all = CalendarStore(ui.context).occurrences(start...start.adding(41))
        var byDay: [Int: [EventOccurrence]] = [:]
        for occurrence in all {
            for number in occurrence.start.day.number...max(occurrence.start.day.number, occurrence.lastDay.number) {
                // An event may reach far beyond the month; only what is seen counts.
                if number > start.number + 41 { break }
                if number >= start.number { byDay[number, default: []].append(occurrence) }
            }
        }
        return VStack {
            topNavigation(
                words.month(day),
                previous: ("Previous month", ui.on { app, _ in app.day = app.day.firstOfMonth(plus: -1) }),
                next: ("Next month", ui.on { app, _ in app.day = app.day.firstOfMonth(plus: 1) }),
                ui
            )
            HStack {
                for (number, name) in CalendarDay.weekdayNames.enumerated() {
                    let isToday = number == words.today.weekday && first == words.today.firstOfMonth()
                    Text(
                        String(name.prefix(1)),
                        size: 13,
                        color: isToday ? .primary : .onSurfaceVariant,
                        align: .center
                    )
                    .unlisted()
                    .weight()
                }
            }
            .unlisted()
            .height(28)
            .fillWidth()
            VStack {
                for week in 0..<6 {
                    HStack {
                        for weekday in 0..<7 {
                            let day = start.adding(week * 7 + weekday)
                            monthCell(day, inside: day.firstOfMonth() == first, byDay[day.number] ?? [], words, ui)
                        }
                    }
                    .unlisted()
                    .weight()
                    .fillWidth()
                }
            }
            .className("android.view.ViewGroup")
            .id(Self.id("month_view_wrapper"))
            .weight()
            .fillWidth()
            .onSwipe(
                ui.on { app, _, direction in
                    switch direction {
                    case .left: app.day = app.day.firstOfMonth(plus: 1)
                    case .right: app.day = app.day.firstOfMonth(plus: -1)
                    default: break
                    }
                }
            )
        }
        .id(Self.id("fragments_holder"))
    }

    /// A day of the month: its number and what takes place on it. The real app draws both, so that the hierarchy has the
    /// day alone.
    private func monthCell(
        _ day: CalendarDay,
        inside: Bool,
        _ occurrences: [EventOccurrence],
        _ words: CalendarWords,
        _ ui: UI<Self>
    ) -> View {
        let isToday = day == words.today
        return VStack(spacing: 2) {
            Text("\(day.day)", size: 13, color: isToday ? .onPrimary : .onSurface, align: .center)
                .unlisted()
                .size(24, 24)
                .padding(vertical: 3)
                .background(isToday ? .primary : .clear, radius: 12)
                .align(.center)
            for occurrence in occurrences.prefix(5) {
                Text(occurrence.event.title, size: 10, color: .onPrimary, maxLines: 1)
                    .unlisted()
                    .padding(horizontal: 2)
                    .margin(horizontal: 1)
                    .height(14)
                    .fillWidth()
                    .background(.primary, radius: 2)
                    .opacity(occurrence.isCompleted ? 0.5 : 1)
            }
        }
        .className("android.view.View")
        .id(Self.id("month_view_background"))
        .described("\(day.day) \(day.monthName)")
        .opacity(inside ? 1 : 0.5)
        .weight()
        .fillHeight()
        .onClick(
            ui.on { app, context in
                (app.day, app.overMonth) = (day, true)
                context.scrollToTop()
            }
        )
    }

    /// What is shown between arrows to its neighbours; a touch asks for a date.
    func topNavigation(
        _ title: String,
        previous: (name: String, go: Handler),
        next: (name: String, go: Handler),
        _ ui: UI<Self>
    ) -> View {
        HStack {
            IconButton(.chevronLeft, previous.name, onClick: previous.go)
                .className("android.widget.ImageView")
                .id(Self.id("top_left_arrow"))
            Text(title, size: 20, maxLines: 1, align: .center)
                .id(Self.id("top_value"))
                .padding(vertical: 10)
                .weight()
                .onClick(ui.on { app, _ in app.asking = .day(DatePicker(app.day)) })
            IconButton(.chevronRight, next.name, onClick: next.go)
                .className("android.widget.ImageView")
                .id(Self.id("top_right_arrow"))
        }
        .unlisted()
        .padding(horizontal: 8)
        .fillWidth()
    }
}

extension EventOccurrence {
    /// The last day that it takes place on; one that ends at midnight does not reach into the day that begins then.
    var lastDay: CalendarDay {
        let atMidnight = end.hour == 0 && end.minute == 0 && end.second == 0
        return atMidnight && end.day > start.day && !event.isAllDay ? end.day.adding(-1) : end.day
    }
}
