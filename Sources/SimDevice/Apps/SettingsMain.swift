// SPDX-License-Identifier: Apache-2.0

import Media

/// The first page of Settings, and its search.
extension SettingsApp {
    private struct Category {
        var title: String
        var summary: @Sendable (UI<SettingsApp>) -> String
        var icon: Icon
        var disc: UInt32
        var page: Page

        init(
            _ title: String,
            _ summary: @escaping @Sendable (UI<SettingsApp>) -> String,
            _ icon: Icon,
            _ disc: UInt32,
            _ page: Page
        ) {
            (self.title, self.summary, self.icon, self.disc, self.page) = (title, summary, icon, disc, page)
        }

        init(_ title: String, _ summary: String, _ icon: Icon, _ disc: UInt32, _ page: Page) {
            self.init(title, { _ in summary }, icon, disc, page)
        }
    }

    private static let categories = [
        Category("Network & internet", "Mobile, Wi‑Fi, airplane mode", .wifi, 0x1a73e8, .network),
        Category("Connected devices", "Bluetooth, pairing", .devices, 0x4d6bb5, .connected),
        Category("Apps", "Recent apps, all apps", .apps, 0xd56e0c, .apps),
        Category("Notifications", "Notification history, Do Not Disturb", .notifications, 0xc5523a, .notifications),
        Category("Battery", { ui in "\(ui.context.system.hardware.battery.level)%" }, .battery, 0x2b8a4b, .battery),
        Category("Storage", { ui in SettingsApp.storageSummary(ui) }, .storage, 0x7b5ea7, .storage),
        Category("Sound & vibration", "Volume, haptics, Do Not Disturb", .volume, 0xb5418b, .sound),
        Category("Display", "Dark theme, brightness, screen timeout", .brightness, 0xe08a00, .display),
        Category("Accessibility", "Color inversion, high contrast text", .accessibility, 0x3367d6, .accessibility),
        Category("Privacy", "Permissions, camera and microphone", .privacy, 0x1e7b63, .privacy),
        Category("Location", { ui in SettingsApp.locationSummary(ui) }, .location, 0x168a9c, .location),
        Category("System", "Languages, time, device name", .system, 0x5f6368, .system),
        Category("About emulated device", { ui in SettingsApp.deviceName(ui) }, .info, 0x5f6368, .about),
    ]

    func mainPage(_ ui: UI<Self>) -> any Component {
        VStack {
            List {
                VStack {
                    Text("Settings", size: 36)
                        .id("com.android.settings:id/homepage_title")
                        .padding(left: 24, top: 52, right: 24, bottom: 24)
                    SearchBar(
                        prompt: "Search settings",
                        id: "com.android.settings:id/search_action_bar",
                        onClick: go(.search, ui)
                    )
                    .view
                    .margin(left: 20, right: 20, bottom: 12)
                }
                .id("com.android.settings:id/homepage_app_bar_regular_phone_view")
                .fillWidth()
                for entry in Self.categories {
                    DashboardRow(
                        title: entry.title,
                        summary: entry.summary(ui),
                        icon: entry.icon,
                        disc: entry.disc,
                        onClick: go(entry.page, ui)
                    )
                    .view
                    .key(entry.title)
                }
                Spacer(16)
            }
            .id("com.android.settings:id/recycler_view")
            .weight()
        }
        .id("com.android.settings:id/settings_homepage_container")
        .className("android.widget.ScrollView")
        .fill()
        .background(.surface)
    }

    // MARK: Search

    private struct Found {
        var title: String
        var path: String
        var page: Page
        var words = ""
    }

    /// Every row that can be found: title, the page it stands on, other words for it.
    private static let index = [
        Found(title: "Network & internet", path: "Settings", page: .network),
        Found(title: "Internet", path: "Network & internet", page: .internet, words: "wi-fi wifi wireless"),
        Found(title: "Wi-Fi", path: "Network & internet > Internet", page: .internet, words: "wifi wireless wlan"),
        Found(title: "AndroidWifi", path: "Network & internet > Internet", page: .networkDetails, words: "wifi"),
        Found(title: "SIMs", path: "Network & internet", page: .sims, words: "carrier cellular"),
        Found(title: "Mobile data", path: "Network & internet > SIMs", page: .sims, words: "cellular data"),
        Found(title: "Airplane mode", path: "Network & internet", page: .network, words: "flight"),
        Found(title: "Connected devices", path: "Settings", page: .connected),
        Found(title: "Bluetooth", path: "Connected devices > Connection preferences", page: .bluetooth),
        Found(title: "Pair new device", path: "Connected devices", page: .pair, words: "bluetooth"),
        Found(title: "Connection preferences", path: "Connected devices", page: .connectionPreferences),
        Found(title: "Apps", path: "Settings", page: .apps),
        Found(title: "All apps", path: "Apps", page: .allApps, words: "applications force stop"),
        Found(title: "Notifications", path: "Settings", page: .notifications),
        Found(title: "Do Not Disturb", path: "Notifications", page: .doNotDisturb, words: "dnd zen quiet"),
        Found(title: "Battery", path: "Settings", page: .battery),
        Found(title: "Battery percentage", path: "Battery", page: .battery),
        Found(title: "Battery Saver", path: "Battery", page: .batterySaver, words: "low power"),
        Found(title: "Storage", path: "Settings", page: .storage, words: "space"),
        Found(title: "Sound & vibration", path: "Settings", page: .sound),
        Found(title: "Media volume", path: "Sound & vibration", page: .sound),
        Found(title: "Ring & notification volume", path: "Sound & vibration", page: .sound),
        Found(title: "Alarm volume", path: "Sound & vibration", page: .sound),
        Found(title: "Touch sounds", path: "Sound & vibration", page: .sound),
        Found(title: "Display", path: "Settings", page: .display, words: "screen"),
        Found(title: "Brightness level", path: "Display", page: .display, words: "dim bright"),
        Found(title: "Adaptive brightness", path: "Display", page: .adaptiveBrightness, words: "automatic"),
        Found(title: "Screen timeout", path: "Display", page: .display, words: "sleep lock"),
        Found(title: "Dark theme", path: "Display", page: .darkTheme, words: "night mode black"),
        Found(title: "Night Light", path: "Display", page: .nightLight),
        Found(title: "Auto-rotate screen", path: "Display", page: .display, words: "rotation"),
        Found(title: "Accessibility", path: "Settings", page: .accessibility),
        Found(title: "Color inversion", path: "Accessibility", page: .accessibility),
        Found(title: "High contrast text", path: "Accessibility", page: .accessibility),
        Found(title: "Privacy", path: "Settings", page: .privacy),
        Found(title: "Location", path: "Settings", page: .location, words: "gps"),
        Found(title: "System", path: "Settings", page: .system),
        Found(title: "Languages", path: "System", page: .languages),
        Found(title: "Date & time", path: "System", page: .dateTime, words: "clock"),
        Found(title: "Set time automatically", path: "System > Date & time", page: .dateTime, words: "automatic"),
        Found(title: "Time zone", path: "System > Date & time", page: .timeZone),
        Found(title: "Use 24-hour format", path: "System > Date & time", page: .dateTime, words: "12-hour"),
        Found(title: "About emulated device", path: "Settings", page: .about, words: "phone"),
        Found(title: "Device name", path: "About emulated device", page: .about),
        Found(title: "Android version", path: "About emulated device", page: .about),
        Found(title: "Build number", path: "About emulated device", page: .about),
    ]

    func searchPage(_ ui: UI<Self>) -> any Component {
        let found = Self.matches(typed)
        return VStack {
            HStack {
                IconButton(.back, "Navigate up", onClick: ui.finish)
                TextField(
                    "Search settings",
                    text: ui.binding(\.typed),
                    id: "com.android.settings:id/open_search_view_edit_text",
                    style: .bare,
                    size: 18,
                    autofocus: true,
                    onSubmit: {}
                )
                .weight()
                if !typed.isEmpty {
                    IconButton(.close, "Clear query", onClick: ui.on { app, _ in app.typed = "" })
                        .className("android.widget.ImageView")
                        .id("com.android.settings:id/open_search_view_clear_button")
                }
            }
            .id("com.android.settings:id/search_toolbar")
            .className("android.view.ViewGroup")
            .fillWidth()
            .padding(horizontal: 4, vertical: 8)
            Divider()
            List {
                for entry in found {
                    ListRow(entry.title, summary: entry.path, onClick: go(entry.page, ui)).view
                        .key(entry.path + entry.title)
                }
                if found.isEmpty && !typed.isEmpty { EmptyState("No results", icon: .search).view.height(300) }
            }
            .id("com.android.settings:id/list_results")
            .weight()
        }
        .fill()
    }

    /// Rows whose title starts with the query come first, then those with a word that does, then those that hold it.
    private static func matches(_ query: String) -> [Found] {
        let wanted = query.lowercased().split(separator: " ").joined(separator: " ")
        guard !wanted.isEmpty else { return [] }
        func rank(_ entry: Found) -> Int? {
            let title = entry.title.lowercased()
            let plain = title.filter { $0 != "-" }
            if title.hasPrefix(wanted) || plain.hasPrefix(wanted) { return 0 }
            let words = (title + " " + plain + " " + entry.words).split(separator: " ")
            if words.contains(where: { $0.hasPrefix(wanted) }) { return 1 }
            return (title + " " + entry.words).contains(wanted) ? 2 : nil
        }
        let ranked = index.enumerated().compactMap { at, entry in rank(entry).map { ($0, at, entry) } }
        return ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }
}
