// SPDX-License-Identifier: Apache-2.0

import Media

/// The clock of the device, those of other cities, and the choice of these cities.
extension DeskClock {
    func clockPage(_ ui: UI<Self>) -> any Component {
        let now = ui.context.localNow
        return ZStack {
            List {
                VStack {
                    bigTime(now, ui)
                    Text(now.day.short, size: 16, weight: .medium, color: .onSurfaceVariant)
                        .id(Self.id("date"))
                        .described("\(now.day.weekdayName), \(now.day.monthName) \(now.day.day)")
                        .align(.center)
                }
                .id(Self.id("main_clock_frame"))
                .padding(top: 40, bottom: 40)
                .fillWidth()
                for city in CityStore(ui.context).chosen { row(city, now, ui) }
                Spacer(120)
            }
            .id(Self.id("cities"))
            mainButton(.world, "Add city", ui.on { $1.open(Self.citiesActivity, DeskClock(page: .cities)) })
        }
    }

    private func bigTime(_ now: LocalTime, _ ui: UI<Self>) -> View {
        let time = now.clock(
            is24Hour: ui.context.is24Hour,
            seconds: ClockSettings(ui.context).showsSeconds
        )
        return Text(time, size: time.count > 8 ? 60 : 76, weight: .light, color: .primary, maxLines: 1, align: .center)
            .id(Self.id("digital_clock"))
            .described(time)
            .align(.center)
    }

    private func row(_ city: City, _ here: LocalTime, _ ui: UI<Self>) -> View {
        let there = LocalTime(ui.context.now, zone: city.zone)
        return HStack {
            VStack(spacing: 2) {
                Text(city.name, size: 20, maxLines: 1).id(Self.id("city_name"))
                Text(Self.distance(there, from: here), size: 14, color: .onSurfaceVariant).id(Self.id("hours_ahead"))
            }
            .weight()
            Text(there.clock(is24Hour: ui.context.is24Hour), size: 34, weight: .light, maxLines: 1)
                .id(Self.id("digital_clock"))
        }
        .id(Self.id("city_card"))
        .key(city.id)
        .padding(horizontal: 24, vertical: 14)
        .margin(horizontal: 12, vertical: 4)
        .fillWidth()
        .background(.surfaceVariant, radius: 24)
    }

    /// `Today, 5 hrs ahead`, as a city's second line says.
    static func distance(_ there: LocalTime, from here: LocalTime) -> String {
        let days = there.day.number - here.day.number
        let day = days == 0 ? "Today" : days > 0 ? "Tomorrow" : "Yesterday"
        let seconds = there.offset - here.offset
        guard seconds != 0 else { return day + ", same time" }
        let (hours, minutes) = (abs(seconds) / 3600, abs(seconds) / 60 % 60)
        var parts: [String] = []
        if hours > 0 { parts.append("\(hours) \(hours == 1 ? "hr" : "hrs")") }
        if minutes > 0 { parts.append("\(minutes) mins") }
        return "\(day), \(parts.joined(separator: " ")) \(seconds > 0 ? "ahead" : "behind")"
    }

    /// The page on which cities are searched, and put on the world clock or taken off it.
    func citySelection(_ ui: UI<Self>) -> any Component {
        let found = City.search(citySearch)
        let chosen = CityStore(ui.context).chosen
        let search = TextField(
            "Search for a city",
            text: ui.binding(\.citySearch),
            id: Self.id("search_src_text"),
            style: .bare,
            size: 18
        )
        return VStack {
            AppBar("", leading: .up(ui.finish), titleView: search, id: Self.id("toolbar")) {
                if !citySearch.isEmpty {
                    IconButton(.close, "Clear query", onClick: ui.on { app, _ in app.citySearch = "" })
                        .id(Self.id("search_close_btn"))
                }
            }
            Divider()
            if found.isEmpty {
                EmptyState("No cities found", icon: .world).view.weight()
            } else {
                List(count: found.count, rowHeight: 64) { index in
                    cityChoice(found[index], chosen: chosen.contains(found[index]), ui)
                }
                .id(Self.id("cities_list"))
                .weight()
            }
        }
        .fill()
    }

    private func cityChoice(_ city: City, chosen: Bool, _ ui: UI<Self>) -> View {
        HStack(spacing: 12) {
            CheckBox(on: chosen, id: Self.id("city_onoff"), onChange: ui.on { $0.set(city, chosen: $2, $1) })
                .described(city.name)
            Text(city.name, size: 18, maxLines: 1).id(Self.id("city_name")).weight()
            Text(
                LocalTime(ui.context.now, zone: city.zone).clock(is24Hour: ui.context.is24Hour),
                color: .onSurfaceVariant
            )
            .id(Self.id("city_time"))
        }
        .padding(horizontal: 20)
        .height(64)
        .fillWidth()
        .onClick(ui.on { $0.set(city, chosen: !chosen, $1) })
    }

    private func set(_ city: City, chosen: Bool, _ context: AppContext) {
        var store = CityStore(context)
        store.set(city, chosen: chosen)
    }
}
