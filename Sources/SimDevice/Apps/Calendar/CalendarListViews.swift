// SPDX-License-Identifier: Apache-2.0

import Media

/// A day's events, the list of what is to come, and what a search finds.
extension CalendarApp {
    /// How far ahead the list of what is to come, and how far both ways a search, looks.
    private static let horizon = 366

    /// A line of a list: the heading of a day, or an event on it.
    private enum Line {
        case section(CalendarDay)
        case event(EventOccurrence)
    }

    /// The occurrences of the list that is shown.
    func listed(_ context: AppContext) -> [EventOccurrence] {
        let store = CalendarStore(context)
        let today = context.localNow.day
        if !query.isEmpty {
            guard query.count >= 2 else { return [] }
            let words = query.lowercased()
            return store.occurrences(today.adding(-Self.horizon)...today.adding(Self.horizon)) { event in
                [event.title, event.location, event.description].contains { $0.lowercased().contains(words) }
            }
        }
        guard shown == .list else { return store.occurrences(day...day) }
        let now = context.now / 1000
        // What is over is no longer to come; an event of the whole day is over with the day.
        return store.occurrences(today...today.adding(Self.horizon)).filter {
            $0.event.isAllDay || $0.startSeconds + max(0, $0.event.end - $0.event.start) >= now
        }
    }

    func dayView(_ ui: UI<Self>) -> View {
        let words = CalendarWords(ui.context)
        let occurrences = listed(ui.context)
        return VStack {
            topNavigation(
                words.title(day),
                previous: ("Previous day", ui.on { $0.turn(by: -1, $1) }),
                next: ("Next day", ui.on { $0.turn(by: 1, $1) }),
                ui
            )
            List(count: occurrences.count, height: { Self.height(occurrences[$0]) }) { row(occurrences[$0], words, ui) }
                .id(Self.id("day_events"))
                .weight()
                .onSwipe(
                    ui.on { app, context, direction in
                        if direction == .left { app.turn(by: 1, context) }
                        if direction == .right { app.turn(by: -1, context) }
                    }
                )
        }
        .id(Self.id("day_holder"))
    }

    private mutating func turn(by days: Int, _ context: AppContext) {
        day = day.adding(days)
        selection = []
        context.scrollToTop()
    }

    func eventList(_ ui: UI<Self>) -> View {
        let occurrences = listed(ui.context)
        guard occurrences.isEmpty else {
            return lines(occurrences, id: "calendar_events_list", ui)
        }
        return VStack(spacing: 8, justify: .center) {
            Text("No upcoming events.", size: 18, color: .onSurfaceVariant, align: .center)
                .id(Self.id("calendar_empty_list_placeholder"))
                .align(.center)
            Button("Create a new event", onClick: ui.on { $0.add(task: false, $1) })
                .className("android.widget.TextView")
                .id(Self.id("calendar_empty_list_placeholder_2"))
                .align(.center)
        }
        .id(Self.id("calendar_events_list_holder"))
        .fill()
    }

    func searchResults(_ ui: UI<Self>) -> View {
        let occurrences = listed(ui.context)
        guard occurrences.isEmpty else { return lines(occurrences, id: "search_results_list", ui) }
        return VStack(spacing: 8) {
            Text("No items found.", size: 18, color: .onSurfaceVariant, align: .center)
                .id(Self.id("search_placeholder"))
                .padding(top: 48)
                .fillWidth()
            if query.count < 2 {
                Text("Type in at least 2 characters to start the search.", color: .onSurfaceVariant, align: .center)
                    .id(Self.id("search_placeholder_2"))
                    .padding(horizontal: 24)
                    .fillWidth()
            }
        }
        .id(Self.id("search_holder"))
        .fill()
    }

    /// Events under the headings of their days.
    private func lines(_ occurrences: [EventOccurrence], id: String, _ ui: UI<Self>) -> View {
        var lines: [Line] = []
        var last: CalendarDay?
        let words = CalendarWords(ui.context)
        for occurrence in occurrences {
            // What began before today is listed under today, as it is still going on.
            let day = query.isEmpty ? max(occurrence.start.day, words.today) : occurrence.start.day
            if day != last { lines.append(.section(day)) }
            last = day
            lines.append(.event(occurrence))
        }
        let height: (Int) -> Dp = { index in
            switch lines[index] {
            case .section: 44
            case .event(let occurrence): Self.height(occurrence)
            }
        }
        return List(count: lines.count, height: height) { index in
            switch lines[index] {
            case .section(let day):
                Text(
                    words.section(day),
                    size: 15,
                    weight: .medium,
                    color: day == words.today ? .primary : .onSurfaceVariant,
                    maxLines: 1
                )
                .id(Self.id("event_section_title"))
                .padding(left: 16, top: 16, right: 16, bottom: 4)
                .height(44)
                .fillWidth()
            case .event(let occurrence): row(occurrence, words, ui)
            }
        }
        .id(Self.id(id))
        .fill()
    }

    private static func height(_ occurrence: EventOccurrence) -> Dp {
        occurrence.event.description.isEmpty ? 66 : 86
    }

    /// An event in a list: its title, its hours, and what it is about.
    private func row(_ occurrence: EventOccurrence, _ words: CalendarWords, _ ui: UI<Self>) -> View {
        let ticked = selection.contains(occurrence.key)
        let event = occurrence.event
        let card = HStack {
            Spacer(4).width(4).fillHeight().background(.primary, radius: 2)
            if event.isTask {
                IconView(.check, color: occurrence.isCompleted ? .primary : .outline, size: 20)
                    .id(Self.id("event_item_task_image"))
                    .margin(left: 8)
            }
            VStack(spacing: 1) {
                Text(event.title, size: 16, weight: .medium, maxLines: 1).id(Self.id("event_item_title"))
                Text(words.hours(occurrence), size: 14, color: .onSurfaceVariant, maxLines: 1)
                    .id(Self.id("event_item_time"))
                if !event.description.isEmpty {
                    Text(event.description.replacing("\n", with: " "), size: 14, color: .onSurfaceVariant, maxLines: 1)
                        .id(Self.id("event_item_description"))
                }
            }
            .unlisted()
            .padding(horizontal: 12)
            .weight()
        }
        .className("android.view.ViewGroup")
        .id(Self.id("event_item_frame"))
        .padding(horizontal: 8, vertical: 4)
        .fill()
        .background(ticked ? .secondaryContainer : .surfaceVariant, radius: 8)
        .opacity(occurrence.isCompleted ? 0.6 : 1)
        .selected(ticked)
        .onClick(ui.on { $0.touch(occurrence, $1) })
        .onLongClick(ui.on { app, _ in app.selection.insert(occurrence.key) })
        // A list gives its rows the whole width, so what stands around the card is a box of its own.
        return ZStack { card }
            .unlisted()
            .padding(horizontal: 8, vertical: 3)
            .height(Self.height(occurrence))
            .fillWidth()
            .key("\(event.id) \(occurrence.startSeconds)")
    }

    private mutating func touch(_ occurrence: EventOccurrence, _ context: AppContext) {
        if selection.isEmpty {
            open(occurrence, context)
        } else {
            selection.formSymmetricDifference([occurrence.key])
        }
    }
}
