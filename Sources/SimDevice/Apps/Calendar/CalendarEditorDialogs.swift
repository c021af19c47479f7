// SPDX-License-Identifier: Apache-2.0

import Media

/// What the editor asks over its page.
extension CalendarApp {
    func editorDialog(_ ui: UI<Self>) -> Dialog? {
        let words = CalendarWords(ui.context)
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .date(let picker, let isStart):
            return picker.dialog(
                wide: ui.context.system.display.isLandscape,
                change: ui.on { app, _, changed in app.asking = .date(changed, isStart: isStart) },
                ok: ui.on { app, _ in app.set(isStart) { $0.day = picker.day } },
                cancel: close
            )
        case .time(let picker, let isStart):
            return picker.dialog(
                package: Self.package,
                wide: ui.context.system.display.isLandscape,
                change: ui.on { app, _, changed in app.asking = .time(changed, isStart: isStart) },
                ok: ui.on { app, _, chosen in
                    app.set(isStart) { ($0.hour, $0.minute) = (chosen.hour, chosen.minute) }
                },
                cancel: close
            )
        case .repetition:
            return .choice(
                "Repetition",
                CalendarWords.repetitions.map(\.title),
                selected: CalendarWords.repetitions.firstIndex { $0.interval == draft.repetition.interval },
                onPick: ui.on { app, _, index in app.repeatEvery(CalendarWords.repetitions[index].interval) },
                onCancel: close
            )
        case .weekdays(let rule): return weekdays(rule, ui)
        case .monthRule:
            let day = draft.start.day
            // The last of a kind is offered on days that are one.
            let rules = Repetition.MonthRule.allCases.filter {
                switch $0 {
                case .sameDay, .sameOfWeekday: true
                case .lastOfWeekday: day.day + 7 > day.daysInMonth
                case .lastDay: day.day == day.daysInMonth
                }
            }
            return .choice(
                "Repeat",
                rules.map { words.monthRule($0, day) },
                selected: rules.firstIndex { $0.rawValue == draft.repetition.rule },
                onPick: ui.on { app, _, index in
                    app.draft.repetition.rule = rules[index].rawValue
                    app.asking = nil
                },
                onCancel: close
            )
        case .limit:
            let limit = draft.repetition.limit
            return .choice(
                "Repeat till",
                ["Repeat forever", "Repeat till a date", "Stop repeating after x times"],
                selected: limit == 0 ? 0 : limit > 0 ? 1 : 2,
                onPick: ui.on { $0.pickLimit($2, $1) },
                onCancel: close
            )
        case .lastDay(let picker):
            return picker.dialog(
                wide: ui.context.system.display.isLandscape,
                change: ui.on { app, _, changed in app.asking = .lastDay(changed) },
                ok: ui.on { $0.endRepetition(on: picker.day, $1) },
                cancel: close
            )
        case .times:
            return .input(
                "Stop repeating after x times",
                hint: "Times",
                text: ui.binding(\.timesText),
                id: Self.id("repeat_type_count"),
                kind: .number,
                okEnabled: times != nil,
                onOK: ui.on { app, _ in
                    if let times = app.times { app.draft.repetition.limit = -times }
                    app.asking = nil
                },
                onCancel: close
            )
        case .reminder(let place):
            return .choice(
                "Reminder",
                CalendarWords.reminders.map { words.reminder($0) },
                selected: CalendarWords.reminders.firstIndex(of: draft.reminders[place]),
                onPick: ui.on { app, _, index in
                    app.draft.reminders[place] = CalendarWords.reminders[index]
                    // Those after one that is taken away move up.
                    let set = app.draft.reminders.filter { $0 >= 0 }
                    app.draft.reminders = set + Array(repeating: CalendarEvent.noReminder, count: 3 - set.count)
                    app.asking = nil
                },
                onCancel: close
            )
        case .unsaved:
            return Dialog(
                message: "You have unsaved changes. Save before exit?",
                positive: .init("Save", ui.on { $0.save($1) }),
                negative: .init("Discard", ui.finish),
                dismiss: close
            )
        case .update(let reach):
            return reachDialog(
                message: "The event is repeatable.",
                titles: [
                    "Update the selected occurrence only", "Update this and all future occurrences",
                    "Update all occurrences",
                ],
                ids: ["edit_repeating_event_one_only", "edit_repeating_event_future", "edit_repeating_event_all"],
                reach,
                pick: ui.on { app, _, reach in app.asking = .update(reach) },
                yes: ui.on { $0.store(reach, $1) },
                no: close,
                buttons: ("OK", "Cancel")
            )
        default: return nil
        }
    }

    /// The days of the week on which an event takes place, as boxes.
    private func weekdays(_ rule: Int64, _ ui: UI<Self>) -> Dialog {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        var dialog = Dialog(
            title: "Repeat on",
            positive: .init(
                "OK",
                enabled: rule != 0,
                ui.on { app, _ in
                    app.draft.repetition.rule = rule
                    app.asking = nil
                }
            ),
            negative: .init("Cancel", close),
            dismiss: close
        )
        dialog.content = VStack {
            for (index, name) in CalendarWords.weekdays.enumerated() {
                CheckBox(
                    label: name,
                    on: rule & (1 << Int64(index)) != 0,
                    id: Self.id("my_checkbox"),
                    onChange: ui.on { app, _, _ in app.asking = .weekdays(rule ^ (1 << Int64(index))) }
                )
                .view
                .padding(horizontal: 24)
                .fillWidth()
            }
        }
        .fillWidth()
        return dialog
    }

    private mutating func set(_ isStart: Bool, _ change: (inout DraftTime) -> Void) {
        asking = nil
        if isStart { draft.setStart(change) } else { change(&draft.end) }
    }

    private mutating func repeatEvery(_ interval: Int64) {
        asking = nil
        draft.repetition = Repetition(
            interval: interval,
            rule: Repetition.rule(for: interval, on: draft.start.day),
            limit: interval == 0 ? 0 : draft.repetition.limit
        )
    }

    private mutating func pickLimit(_ choice: Int, _ context: AppContext) {
        let limit = draft.repetition.limit
        switch choice {
        case 0:
            draft.repetition.limit = 0
            asking = nil
        case 1:
            let last = limit > 0 ? LocalTime(limit * 1000, zone: context.system.timeZone).day : draft.start.day
            asking = .lastDay(DatePicker(last))
        default:
            timesText = limit < 0 ? "\(-limit)" : ""
            asking = .times
        }
    }

    /// The number that is typed, where it is one.
    private var times: Int64? { Int64(timesText).flatMap { (1...9999).contains($0) ? $0 : nil } }

    /// Ends the repetition with a day; one before the first time would leave none.
    private mutating func endRepetition(on day: CalendarDay, _ context: AppContext) {
        asking = nil
        guard day >= draft.start.day else {
            return context.toast("The repetition cannot end before the event starts")
        }
        let time = DraftTime(minutes: day.number * 1440 + 1439)
        draft.repetition.limit = time.seconds(context.system.timeZone)
    }
}
