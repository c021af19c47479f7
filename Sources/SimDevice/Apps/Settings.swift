// SPDX-License-Identifier: Apache-2.0

import Media

/// Settings, as on Android 13. It reads and writes the same keys as the shell's `settings`; it keeps nothing else.
///
/// The pages stand in the files beside this one, by subject.
struct SettingsApp: App {
    static let icon = AppIcon(glyph: .settings, disc: 0x5f6b7a)

    var page: Page
    /// What the page asks at the moment.
    var question: Question?
    /// What is typed: a search, a name.
    var typed = ""
    /// Rows of "Advanced" parts that have been unfolded.
    var showsSystemApps = false

    enum Page: Hashable {
        case main, search
        case network, internet, networkDetails, sims
        case connected, connectionPreferences, bluetooth, pair
        case apps, allApps, appInfo(String)
        case notifications, doNotDisturb
        case battery, batterySaver, storage
        case sound, display, darkTheme, adaptiveBrightness, nightLight
        case accessibility, privacy, location
        case system, dateTime, timeZone, languages, about
    }

    enum Question {
        case screenTimeout, brightness
        case date(DatePicker), time(TimePicker)
        case deviceName
        case forceStop(String), clearData(String)
        case dataOff
    }

    init(page: Page) { self.page = page }

    init?(intent: Intent, context: AppContext) {
        guard let page = Self.page(for: intent, context) else { return nil }
        self.page = page
    }

    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool {
        Self.page(for: intent, context) == page
    }

    /// The page that an intent asks for; nil where it names an app that is not there.
    private static func page(for intent: Intent, _ context: AppContext) -> Page? {
        let byAction = entries.first { $0.action == intent.action }
        let byActivity = entries.first { $0.activity == intent.component?.activity }
        let page = (byAction ?? byActivity)?.page ?? .main
        guard page == .appInfo("") else { return page }
        guard let uri = intent.dataURI, uri.hasPrefix("package:") else { return nil }
        let package = String(uri.dropFirst("package:".count))
        return context.system.installed.contains { $0.package == package } ? .appInfo(package) : nil
    }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .main: mainPage(ui)
        case .search: searchPage(ui)
        case .network: networkPage(ui)
        case .internet: internetPage(ui)
        case .networkDetails: networkDetailsPage(ui)
        case .sims: simsPage(ui)
        case .connected: connectedPage(ui)
        case .connectionPreferences: connectionPreferencesPage(ui)
        case .bluetooth: bluetoothPage(ui)
        case .pair: pairPage(ui)
        case .apps: appsPage(ui)
        case .allApps: allAppsPage(ui)
        case .appInfo(let package): appInfoPage(package, ui)
        case .notifications: notificationsPage(ui)
        case .doNotDisturb: doNotDisturbPage(ui)
        case .battery: batteryPage(ui)
        case .batterySaver: batterySaverPage(ui)
        case .storage: storagePage(ui)
        case .sound: soundPage(ui)
        case .display: displayPage(ui)
        case .darkTheme: darkThemePage(ui)
        case .adaptiveBrightness: adaptiveBrightnessPage(ui)
        case .nightLight: nightLightPage(ui)
        case .accessibility: accessibilityPage(ui)
        case .privacy: privacyPage(ui)
        case .location: locationPage(ui)
        case .system: systemPage(ui)
        case .dateTime: dateTimePage(ui)
        case .timeZone: timeZonePage(ui)
        case .languages: languagesPage(ui)
        case .about: aboutPage(ui)
        }
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { app, _ in app.question = nil }
        switch question {
        case nil: return nil
        case .screenTimeout: return screenTimeoutDialog(ui, close)
        case .brightness: return brightnessDialog(ui, close)
        case .date(let picker): return dateDialog(picker, ui, close)
        case .time(let picker): return timeDialog(picker, ui, close)
        case .deviceName: return deviceNameDialog(ui, close)
        case .forceStop(let package): return forceStopDialog(package, ui, close)
        case .clearData(let package): return clearDataDialog(package, ui, close)
        case .dataOff: return dataOffDialog(ui, close)
        }
    }

    /// Opens another page over this one.
    static func open(_ page: Page, _ context: AppContext) {
        context.open(".SubSettings", SettingsApp(page: page))
    }

    /// A handler that opens a page.
    func go(_ page: Page, _ ui: UI<Self>) -> Handler { ui.on { _, context in Self.open(page, context) } }
}

// MARK: - How intents find pages

extension SettingsApp {
    struct Entry {
        var action: String
        var activity: String
        var page: Page

        init(_ action: String, _ activity: String, _ page: Page) {
            self.action = action.contains(".") ? action : "android.settings." + action
            self.activity = "com.android.settings.Settings" + (activity.isEmpty ? "" : "$" + activity)
            self.page = page
        }
    }

    static let entries = [
        Entry("SETTINGS", "", .main),
        Entry("WIRELESS_SETTINGS", "NetworkDashboardActivity", .network),
        Entry("AIRPLANE_MODE_SETTINGS", "NetworkDashboardActivity", .network),
        Entry("WIFI_SETTINGS", "WifiSettingsActivity", .internet),
        Entry("NETWORK_OPERATOR_SETTINGS", "MobileNetworkActivity", .sims),
        Entry("DATA_ROAMING_SETTINGS", "MobileNetworkActivity", .sims),
        Entry("BLUETOOTH_SETTINGS", "ConnectedDeviceDashboardActivity", .connected),
        Entry("APPLICATION_SETTINGS", "ManageApplicationsActivity", .allApps),
        Entry("MANAGE_APPLICATIONS_SETTINGS", "ManageApplicationsActivity", .allApps),
        Entry("MANAGE_ALL_APPLICATIONS_SETTINGS", "ManageApplicationsActivity", .allApps),
        Entry("APPLICATION_DETAILS_SETTINGS", "AppInfoActivity", .appInfo("")),
        Entry("NOTIFICATION_SETTINGS", "ConfigureNotificationSettingsActivity", .notifications),
        Entry("ZEN_MODE_SETTINGS", "ZenModeSettingsActivity", .doNotDisturb),
        Entry("android.intent.action.POWER_USAGE_SUMMARY", "PowerUsageSummaryActivity", .battery),
        Entry("BATTERY_SAVER_SETTINGS", "BatterySaverSettingsActivity", .batterySaver),
        Entry("INTERNAL_STORAGE_SETTINGS", "StorageDashboardActivity", .storage),
        Entry("SOUND_SETTINGS", "SoundSettingsActivity", .sound),
        Entry("DISPLAY_SETTINGS", "DisplaySettingsActivity", .display),
        Entry("NIGHT_DISPLAY_SETTINGS", "NightDisplaySettingsActivity", .nightLight),
        Entry("ACCESSIBILITY_SETTINGS", "AccessibilitySettingsActivity", .accessibility),
        Entry("PRIVACY_SETTINGS", "PrivacyDashboardActivity", .privacy),
        Entry("LOCATION_SOURCE_SETTINGS", "LocationSettingsActivity", .location),
        Entry("DATE_SETTINGS", "DateTimeSettingsActivity", .dateTime),
        Entry("LOCALE_SETTINGS", "LocalePickerActivity", .languages),
        Entry("DEVICE_INFO_SETTINGS", "MyDeviceInfoActivity", .about),
    ]

    static let manifest = AppManifest(
        package: "com.android.settings",
        label: "Settings",
        mainActivity: ".Settings",
        activities: entries.map(\.activity) + [".SubSettings"],
        intentFilters: entries.map { entry in
            IntentFilter(
                activity: entry.activity,
                actions: [entry.action],
                schemes: entry.page == .appInfo("") ? ["package"] : []
            )
        }
    )
}
