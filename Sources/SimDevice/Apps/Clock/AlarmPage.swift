// SPDX-License-Identifier: Apache-2.0

import Media

/// The list of alarms, the card of each, and the choice of its sound.
extension DeskClock {
    func alarmPage(_ ui: UI<Self>) -> any Component {
        let alarms = (try? AlarmStore(ui.context).all()) ?? []
        return ZStack {
            if alarms.isEmpty {
                EmptyState("No Alarms", icon: .alarm)
            } else {
                List {
                    for alarm in alarms { card(alarm, ui) }
                    Spacer(120)
                }
                .id(Self.id("alarm_recycler_view"))
            }
            mainButton(.add, "Add alarm", ui.on { $0.startAddingAlarm($1) })
        }
    }

    /// The large button of every tab.
    func mainButton(_ icon: Icon, _ description: String, _ click: @escaping Handler) -> View {
        var button = FloatingButton(icon, description, id: Self.id("fab"), align: .bottomCenter, onClick: click)
            .size(96, 96)
            .background(.primaryContainer, radius: 28, elevation: 3)
            .margin(bottom: 20)
        button.content = .icon(icon, .onPrimaryContainer, 36)
        return button
    }

    private func card(_ alarm: Alarm, _ ui: UI<Self>) -> View {
        let open = expanded == alarm.id
        let time = LocalTime.clock(hour: alarm.hour, minute: alarm.minutes, is24Hour: ui.context.is24Hour)
        let tone = alarm.enabled ? Tone.onSurface : .onSurfaceVariant
        let toggle = ui.on { app, _ in app.expanded = open ? nil : alarm.id }
        return VStack {
            HStack {
                label(alarm, open: open, ui)
                Spacer()
                IconButton(open ? .chevronUp : .chevronDown, open ? "Collapse alarm" : "Expand alarm", onClick: toggle)
                    .id(Self.id("arrow"))
                    .size(40, 40)
                    .background(.secondaryContainer, radius: 20)
            }
            .unlisted()
            .fillWidth()
            HStack {
                Text(time, size: 52, weight: alarm.enabled ? .medium : .regular, color: tone)
                    .id(Self.id("digital_clock"))
                    .described(time)
                    .onClick(ui.on { $0.startEditingTime(alarm, $1) })
            }
            .unlisted()
            HStack {
                Text(
                    alarm.schedule(now: ui.context.now, zone: ui.context.system.timeZone),
                    size: 16,
                    color: tone,
                    maxLines: 1
                )
                .id(Self.id("days_of_week"))
                .weight()
                Switch(on: alarm.enabled, id: Self.id("onoff"), onChange: ui.on { $0.turn(alarm.id, on: $2, $1) })
                    .described("\(time) alarm \(alarm.enabled ? "on" : "off")")
            }
            .unlisted()
            .fillWidth()
            if open { details(alarm, ui) }
        }
        .className("androidx.cardview.widget.CardView")
        .id(Self.id(open ? "alarm_card_expanded" : "alarm_card_collapsed"))
        .described("\(time) Alarm")
        .key("alarm\(alarm.id)")
        .padding(left: 24, top: 16, right: 20, bottom: 12)
        .margin(horizontal: 12, vertical: 6)
        .fillWidth()
        .background(alarm.enabled ? .primaryContainer : .surfaceVariant, radius: 28)
        .onClick(toggle)
    }

    @ViewBuilder
    private func label(_ alarm: Alarm, open: Bool, _ ui: UI<Self>) -> [View] {
        if open {
            HStack(spacing: 12) {
                IconView(.label, size: 20).unlisted()
                Text(
                    alarm.label.isEmpty ? "Add label" : alarm.label,
                    size: 14,
                    color: alarm.label.isEmpty ? .onSurfaceVariant : .onSurface,
                    maxLines: 1
                )
                .unlisted()
            }
            .className("android.widget.TextView")
            .id(Self.id("edit_label"))
            .withText(alarm.label.isEmpty ? "Add label" : alarm.label)
            .described(alarm.label.isEmpty ? "No label specified" : alarm.label)
            .padding(vertical: 8)
            .onClick(ui.on { app, _ in (app.asking, app.labelText) = (.alarmLabel(alarm.id), alarm.label) })
        } else if !alarm.label.isEmpty {
            Text(alarm.label, size: 14, maxLines: 1).id(Self.id("label"))
        }
    }

    @ViewBuilder
    private func details(_ alarm: Alarm, _ ui: UI<Self>) -> [View] {
        HStack(justify: .between) {
            for weekday in ClockSettings(ui.context).week { day(weekday, alarm, ui) }
        }
        .id(Self.id("repeat_days"))
        .margin(vertical: 8)
        .fillWidth()
        detail(.notifications, Ringtone.title(alarm.ringtone), "choose_ringtone") { nil }
            .described("Ringtone " + Ringtone.title(alarm.ringtone))
            .onClick(ui.on { $1.open(Self.ringtoneActivity, DeskClock(page: .ringtones(alarm: alarm.id))) })
        detail(.vibrate, "Vibrate", "vibrate_onoff") {
            Drawing { canvas, rect, palette in ControlDrawing.check(canvas, rect, palette, on: alarm.vibrate) }
                .unlisted()
                .size(24, 24)
        }
        .className("android.widget.CheckBox")
        .checkable()
        .checked(alarm.vibrate)
        .onClick(ui.on { app, context in app.change(alarm.id, context) { $0.vibrate.toggle() } })
        detail(.delete, "Delete", "delete") { nil }
            .onClick(ui.on { $0.delete(alarm, $1) })
    }

    private func day(_ weekday: Int, _ alarm: Alarm, _ ui: UI<Self>) -> View {
        let name = CalendarDay.weekdayNames[weekday]
        let on = alarm.rings(onWeekday: weekday)
        return Text(
            String(name.prefix(1)),
            size: 14,
            weight: .medium,
            color: on ? .onPrimary : .primary,
            align: .center
        )
        .className("android.widget.CheckBox")
        .id(Self.id("day_button_\(weekday)"))
        .described(name)
        .checkable()
        .checked(on)
        .padding(vertical: 9)
        .size(36, 36)
        .background(on ? .primary : .clear, radius: 18, border: on ? nil : .primary)
        .onClick(
            ui.on { app, context in app.change(alarm.id, context, announce: true) { $0.days ^= Alarm.bit(weekday) } }
        )
    }

    private func detail(_ icon: Icon, _ title: String, _ name: String, end: () -> View?) -> View {
        HStack(spacing: 16) {
            IconView(icon).unlisted()
            Text(title, size: 16, maxLines: 1).unlisted().weight()
            if let end = end() { end }
        }
        .className("android.widget.TextView")
        .id(Self.id(name))
        .withText(title)
        .minHeight(48)
        .fillWidth()
    }

    /// The sounds that an alarm can have; a touch takes one.
    func ringtones(_ ui: UI<Self>, _ id: Int64) -> any Component {
        let chosen = (try? AlarmStore(ui.context).all())?.first { $0.id == id }?.ringtone
        return VStack {
            AppBar("Alarm sound", leading: .up(ui.finish), id: Self.id("toolbar"))
            List {
                Text("Device sounds", size: 14, weight: .medium, color: .primary)
                    .id(Self.id("ringtone_item_header"))
                    .padding(left: 20, top: 16, bottom: 8)
                for sound in Ringtone.all {
                    HStack(spacing: 20) {
                        IconView(.notifications).id(Self.id("ringtone_image"))
                        Text(sound.title, size: 16, maxLines: 1).id(Self.id("ringtone_name")).weight()
                        if sound.uri == chosen {
                            IconView(.check, color: .primary).id(Self.id("sound_image_selected")).described("Selected")
                        }
                    }
                    .padding(horizontal: 20)
                    .minHeight(60)
                    .fillWidth()
                    .selected(sound.uri == chosen)
                    .onClick(ui.on { app, context in app.change(id, context) { $0.ringtone = sound.uri } })
                }
            }
            .id(Self.id("ringtone_content"))
            .weight()
        }
        .fill()
    }

    // MARK: Changes

    mutating func startAddingAlarm(_ context: AppContext) {
        let now = context.localNow
        asking = .time(TimePicker(hour: now.hour, minute: now.minute, is24Hour: context.is24Hour), alarm: nil)
    }

    mutating func startEditingTime(_ alarm: Alarm, _ context: AppContext) {
        let picker = TimePicker(hour: alarm.hour, minute: alarm.minutes, is24Hour: context.is24Hour)
        (asking, expanded) = (.time(picker, alarm: alarm.id), alarm.id)
    }

    mutating func setTime(_ time: TimePicker, alarm id: Int64?, _ context: AppContext) {
        asking = nil
        guard let id else { return add(Alarm(hour: time.hour, minutes: time.minute), context) }
        change(id, context, announce: true) { ($0.hour, $0.minutes, $0.enabled) = (time.hour, time.minute, true) }
    }

    mutating func add(_ alarm: Alarm, _ context: AppContext) {
        guard let id = try? AlarmStore(context).save(alarm) else { return }
        expanded = id
        announce(alarm, context)
    }

    func turn(_ id: Int64, on: Bool, _ context: AppContext) { change(id, context, announce: true) { $0.enabled = on } }

    /// Changes a stored alarm; with `announce`, the line at the bottom says when one that is on will ring.
    func change(_ id: Int64, _ context: AppContext, announce: Bool = false, _ edit: (inout Alarm) -> Void) {
        let store = AlarmStore(context)
        guard var alarm = (try? store.all())?.first(where: { $0.id == id }) else { return }
        edit(&alarm)
        guard (try? store.save(alarm)) != nil else { return }
        if announce && alarm.enabled { self.announce(alarm, context) }
    }

    private func announce(_ alarm: Alarm, _ context: AppContext) {
        context.snackbar(alarm.announcement(now: context.now, zone: context.system.timeZone))
    }

    private mutating func delete(_ alarm: Alarm, _ context: AppContext) {
        try? AlarmStore(context).delete(alarm.id)
        expanded = nil
        context.snackbar("Alarm deleted", action: .init("Undo") { _ = try? AlarmStore(context).save(alarm) })
    }
}
