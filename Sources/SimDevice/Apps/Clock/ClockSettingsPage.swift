// SPDX-License-Identifier: Apache-2.0

/// DeskClock's own settings, kept as strings in its preferences under the names that the real app uses.
struct ClockSettings {
    /// A setting with a few values, chosen in a dialog.
    enum Choice: String, CaseIterable {
        case silence = "auto_silence"
        case snooze = "snooze_duration"
        case weekStart = "week_start"

        var title: String {
            switch self {
            case .silence: "Silence after"
            case .snooze: "Snooze length"
            case .weekStart: "Start week on"
            }
        }

        /// Stored values and the words for them.
        var options: [(value: String, words: String)] {
            switch self {
            case .silence: [1, 5, 10, 15, 20, 25].map { ("\($0)", Self.minutes($0)) } + [("-1", "Never")]
            case .snooze: [1, 5, 10, 15, 20, 25, 30].map { ("\($0)", Self.minutes($0)) }
            case .weekStart: [("7", "Saturday"), ("1", "Sunday"), ("2", "Monday")]
            }
        }

        var standard: String { self == .weekStart ? "1" : "10" }

        private static func minutes(_ count: Int) -> String { "\(count) minute\(count == 1 ? "" : "s")" }
    }

    private var preferences: SharedPreferences

    init(_ context: AppContext) {
        preferences = SharedPreferences(context.system.files, package: DeskClock.package)
    }

    func value(_ choice: Choice) -> String { preferences.string(choice.rawValue) ?? choice.standard }

    mutating func set(_ choice: Choice, _ value: String) {
        preferences[choice.rawValue] = .string(value)
        try? preferences.save()
    }

    /// The clock shows seconds.
    var showsSeconds: Bool {
        get { preferences.boolean("display_clock_seconds") ?? false }
        set {
            preferences["display_clock_seconds"] = .boolean(newValue)
            try? preferences.save()
        }
    }

    /// The weekdays in the user's order; 0 is Sunday.
    var week: [Int] {
        let first = (Int(value(.weekStart)) ?? 1) - 1
        return (0..<7).map { (first + $0 + 7) % 7 }
    }
}

extension DeskClock {
    func settingsPage(_ ui: UI<Self>) -> any Component {
        let settings = ClockSettings(ui.context)
        return VStack {
            AppBar("Settings", leading: .up(ui.finish), id: Self.id("toolbar"))
            List {
                SectionHeader("Clock")
                SwitchRow(
                    "Display time with seconds",
                    on: settings.showsSeconds,
                    onChange: ui.on { (_: inout Self, context: AppContext, on: Bool) in
                        var settings = ClockSettings(context)
                        settings.showsSeconds = on
                    }
                )
                ListRow(
                    "Change date & time",
                    onClick: ui.on { $1.start(Intent(action: "android.settings.DATE_SETTINGS")) }
                )
                SectionHeader("Alarms")
                for choice in ClockSettings.Choice.allCases {
                    ListRow(
                        choice.title,
                        summary: choice.options.first { $0.value == settings.value(choice) }?.words ?? "",
                        onClick: ui.on { app, _ in app.asking = .setting(choice) }
                    )
                }
            }
            .id("android:id/list_container")
            .weight()
        }
        .fill()
    }

    func settingDialog(_ choice: ClockSettings.Choice, _ ui: UI<Self>) -> Dialog {
        let value = ClockSettings(ui.context).value(choice)
        return .choice(
            choice.title,
            choice.options.map(\.words),
            selected: choice.options.firstIndex { $0.value == value },
            onPick: ui.on { app, context, index in
                var settings = ClockSettings(context)
                settings.set(choice, choice.options[index].value)
                app.asking = nil
            },
            onCancel: ui.on { app, _ in app.asking = nil }
        )
    }
}
