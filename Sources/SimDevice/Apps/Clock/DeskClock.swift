// SPDX-License-Identifier: Apache-2.0

import Media

/// Clock: alarms, world clock, timers and stopwatch, as Android's DeskClock has them.
///
/// Alarms lie in `alarms.db`, all else in the app's preferences; the value holds what is open on the page.
struct DeskClock: App {
    static let package = "com.google.android.deskclock"
    static let icon = AppIcon(glyph: .clock, disc: 0x3f51b5)
    static let manifest = AppManifest(
        package: package,
        label: "Clock",
        versionName: "7.3",
        versionCode: 73_000_000,
        mainActivity: "com.android.deskclock.DeskClock",
        activities: [citiesActivity, ringtoneActivity, settingsActivity, apiActivity],
        intentFilters: [
            IntentFilter(
                activity: apiActivity,
                actions: ["SET_ALARM", "SHOW_ALARMS", "SET_TIMER", "SHOW_TIMERS"].map { "android.intent.action.\($0)" },
                categories: ["android.intent.category.DEFAULT"]
            )
        ],
        permissions: ["android.permission.POST_NOTIFICATIONS"]
    )
    static let citiesActivity = "com.android.deskclock.worldclock.CitySelectionActivity"
    static let ringtoneActivity = "com.android.deskclock.ringtone.RingtonePickerActivity"
    static let settingsActivity = "com.android.deskclock.settings.SettingsActivity"
    static let apiActivity = "com.android.deskclock.HandleApiCalls"

    enum Tab: Int, CaseIterable {
        case alarm, clock, timer, stopwatch

        var title: String { ["Alarm", "Clock", "Timer", "Stopwatch"][rawValue] }
        var icon: Icon { [.alarm, .clock, .hourglass, .stopwatch][rawValue] }
        var id: String { DeskClock.id("tab_menu_" + title.lowercased()) }
    }

    /// What the value is a page of.
    enum Page: Hashable {
        case tabs
        case cities
        case ringtones(alarm: Int64)
        case settings
    }

    /// What is asked over the page.
    enum Asking {
        /// The time of an alarm; without a row, of a new one.
        case time(TimePicker, alarm: Int64?)
        case alarmLabel(Int64)
        case timerLabel(Int)
        case setting(ClockSettings.Choice)
    }

    var page = Page.tabs
    var tab = Tab.clock
    var asking: Asking?
    /// The words of a label that is being edited.
    var labelText = ""
    /// The alarm whose card is open.
    var expanded: Int64?
    /// The digits of a new timer, at most six.
    var digits = ""
    /// A timer is being set up although there are others.
    var addingTimer = false
    var citySearch = ""

    init?(intent: Intent, context: AppContext) {
        if let stored = SharedPreferences(context.system.files, package: Self.package).int("selected_tab") {
            tab = Tab(rawValue: Int(stored)) ?? .clock
        }
        try? AlarmStore(context).settle()
        take(intent, context)
    }

    init(page: Page) { self.page = page }

    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool {
        guard page == .tabs else { return false }
        take(intent, context)
        return true
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    // MARK: Pages

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .cities: return citySelection(ui)
        case .settings: return settingsPage(ui)
        case .ringtones(let alarm): return ringtones(ui, alarm)
        case .tabs: break
        }
        return VStack {
            AppBar(
                tab.title,
                id: Self.id("toolbar"),
                menu: [
                    MenuItem("Settings", action: ui.on { $1.open(Self.settingsActivity, DeskClock(page: .settings)) })
                ]
            )
            tabPage(ui).view.weight().fillWidth()
            TabBar(
                tabs: Tab.allCases.map { .init(title: $0.title, icon: $0.icon, id: $0.id) },
                selected: tab.rawValue,
                bottom: true,
                onSelect: ui.on { $0.select(Tab(rawValue: $2) ?? .clock, $1) }
            )
        }
        .id(Self.id("content"))
        .fill()
    }

    private func tabPage(_ ui: UI<Self>) -> any Component {
        switch tab {
        case .alarm: alarmPage(ui)
        case .clock: clockPage(ui)
        case .timer: sideways(timerPage(ui), ui)
        case .stopwatch: sideways(stopwatchPage(ui), ui)
        }
    }

    /// A page that is made for a display held upright moves under the finger on one held sideways.
    private func sideways(_ page: any Component, _ ui: UI<Self>) -> any Component {
        guard ui.context.system.display.isLandscape else { return page }
        return ScrollView { page.view.fillWidth().height(560) }
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        switch asking {
        case .time(let picker, let alarm):
            return picker.dialog(
                package: Self.package,
                wide: ui.context.system.display.isLandscape,
                change: ui.on { app, _, changed in app.asking = .time(changed, alarm: alarm) },
                ok: ui.on { app, context, chosen in app.setTime(chosen, alarm: alarm, context) },
                cancel: ui.on { app, _ in app.asking = nil }
            )
        case .alarmLabel(let id):
            return labelDialog(ui) { app, context in app.change(id, context) { $0.label = app.labelText } }
        case .timerLabel(let id):
            return labelDialog(ui) { app, context in app.change(id, context) { timer, _ in timer.label = app.labelText }
            }
        case .setting(let choice):
            return settingDialog(choice, ui)
        case nil:
            return nil
        }
    }

    private func labelDialog(_ ui: UI<Self>, _ save: @escaping (inout Self, AppContext) -> Void) -> Dialog {
        .input(
            "Add label",
            hint: "Label",
            text: ui.binding(\.labelText),
            id: Self.id("label_input_field"),
            onOK: ui.on { app, context in
                save(&app, context)
                app.asking = nil
            },
            onCancel: ui.on { app, _ in app.asking = nil }
        )
    }

    mutating func back(_ context: AppContext) -> Bool {
        if page == .tabs, tab == .timer, addingTimer {
            (addingTimer, digits) = (false, "")
            return true
        }
        return false
    }

    mutating func resumed(_ context: AppContext) { try? AlarmStore(context).settle() }

    mutating func timePassed(_ context: AppContext) { try? AlarmStore(context).settle() }

    // MARK: Changes

    mutating func select(_ tab: Tab, _ context: AppContext) {
        self.tab = tab
        (expanded, addingTimer, digits) = (nil, false, "")
        var preferences = SharedPreferences(context.system.files, package: Self.package)
        preferences["selected_tab"] = .int(tab.rawValue)
        try? preferences.save()
    }

    /// Alarms and timers that other apps and `am start` ask for.
    private mutating func take(_ intent: Intent, _ context: AppContext) {
        let extra = { (name: String) in intent.extras["android.intent.extra.alarm.\(name)"] }
        switch intent.action {
        case "android.intent.action.SHOW_ALARMS": select(.alarm, context)
        case "android.intent.action.SHOW_TIMERS": select(.timer, context)
        case "android.intent.action.SET_ALARM":
            select(.alarm, context)
            guard let hour = extra("HOUR").flatMap({ Int($0) }), (0..<24).contains(hour) else {
                return startAddingAlarm(context)
            }
            let minutes = extra("MINUTES").flatMap { Int($0) } ?? 0
            guard (0..<60).contains(minutes) else { return }
            add(Alarm(hour: hour, minutes: minutes, label: extra("MESSAGE") ?? ""), context)
        case "android.intent.action.SET_TIMER":
            select(.timer, context)
            guard let seconds = extra("LENGTH").flatMap({ Int64($0) }), (1...86400).contains(seconds) else { return }
            var store = TimerStore(context)
            store.add(
                length: seconds * 1000,
                label: extra("MESSAGE") ?? "",
                running: extra("SKIP_UI") == "true",
                now: context.now
            )
        default: break
        }
    }
}
