// SPDX-License-Identifier: Apache-2.0

import Media

/// Apps, Notifications, Storage.
extension SettingsApp {
    private static func label(_ package: String, _ ui: UI<Self>) -> String {
        ui.context.system.installed.first { $0.package == package }?.label ?? package
    }

    private static func appIcon(_ package: String, _ ui: UI<Self>, size: Dp = 36) -> View {
        let icon = ui.context.apps.first { $0.manifest.package == package }?.icon
        return AppIconView(icon: icon ?? AppIcon(glyph: .apps, disc: 0x7f8790), size: size)
            .className("android.widget.ImageView")
            .id("android:id/icon")
            .margin(right: 20)
    }

    // MARK: Apps

    func appsPage(_ ui: UI<Self>) -> any Component {
        let shown = ui.context.apps.filter { $0.manifest.mainActivity != nil }
        return SettingsPage("Apps", ui) {
            SectionHeader("Built-in apps")
            for app in shown.prefix(4) {
                ListRow(
                    app.manifest.label,
                    leading: Self.appIcon(app.manifest.package, ui),
                    onClick: go(.appInfo(app.manifest.package), ui)
                )
                .view.key(app.manifest.package)
            }
            ListRow(
                "See all \(installed(ui, system: false).count) apps",
                icon: .chevronRight,
                onClick: go(.allApps, ui)
            )
        }
    }

    /// Apps with an icon in the launcher; with `system`, all others too.
    private func installed(_ ui: UI<Self>, system: Bool) -> [AppManifest] {
        ui.context.system.installed
            .filter { system || $0.mainActivity != nil || !$0.isSystem }
            .sorted { ($0.label.lowercased(), $0.package) < ($1.label.lowercased(), $1.package) }
    }

    func allAppsPage(_ ui: UI<Self>) -> any Component {
        let apps = installed(ui, system: showsSystemApps)
        return VStack {
            AppBar(
                "All apps",
                leading: .up(ui.finish),
                id: "com.android.settings:id/action_bar",
                menu: [
                    MenuItem(
                        showsSystemApps ? "Hide system" : "Show system",
                        action: ui.on { app, _ in app.showsSystemApps.toggle() }
                    )
                ]
            )
            List(count: apps.count, rowHeight: 76) { index in
                ListRow(
                    apps[index].label,
                    summary: Self.sizeText(Self.folderSize(apps[index].dataFolder, ui)),
                    leading: Self.appIcon(apps[index].package, ui),
                    onClick: go(.appInfo(apps[index].package), ui)
                )
            }
            .id("com.android.settings:id/apps_list")
            .weight()
        }
        .fill()
    }

    func appInfoPage(_ package: String, _ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        let manifest = system.installed.first { $0.package == package }
        let app = ui.context.apps.first { $0.manifest.package == package }
        let canOpen = manifest?.mainActivity != nil && (app != nil || manifest?.apk != nil)
        return SettingsPage("App info", ui) {
            VStack(spacing: 8) {
                Self.appIcon(package, ui, size: 56).margin(0).align(.center)
                Text(Self.label(package, ui), size: 22, align: .center)
                    .id("com.android.settings:id/entity_header_title").align(.center)
            }
            .padding(vertical: 12)
            .fillWidth()
            HStack(spacing: 8) {
                actionButton(.forward, "Open", number: 1, enabled: canOpen) {
                    ui.context.start(Intent(package: package, flags: IntentFlag.newTask))
                }
                actionButton(.error, "Force stop", number: 2, enabled: package != Self.manifest.package) {
                    ui.on { app, _ in app.question = .forceStop(package) }()
                }
            }
            .id("com.android.settings:id/action_buttons")
            .padding(horizontal: 16, vertical: 8)
            .fillWidth()
            ListRow(
                "Storage & cache",
                summary: Self.sizeText(Self.folderSize("/data/data/" + package, ui)) + " used in internal storage",
                trailing: Button(
                    "Clear storage",
                    onClick: ui.on { app, _ in app.question = .clearData(package) }
                )
                .id("com.android.settings:id/button1")
            )
            ListRow("Permissions", summary: permissions(package, ui))
            ListRow("Version", summary: manifest?.versionName ?? "")
        }
    }

    private func permissions(_ package: String, _ ui: UI<Self>) -> String {
        let granted = ui.context.system.granted[package] ?? []
        let names = granted.map { $0.split(separator: ".").last.map(String.init) ?? $0 }.sorted()
        return names.isEmpty ? "No permissions granted" : names.joined(separator: ", ").lowercased()
    }

    private func actionButton(
        _ icon: Icon,
        _ title: String,
        number: Int,
        enabled: Bool,
        _ act: @escaping Handler
    ) -> View {
        VStack(spacing: 4, justify: .center) {
            IconView(icon, color: .primary).unlisted().align(.center)
            Text(title, size: 14, color: .primary, align: .center).unlisted().align(.center)
        }
        .className("android.widget.Button")
        .id("com.android.settings:id/button\(number)")
        .withText(title)
        .weight()
        .height(68)
        .background(.surfaceVariant, radius: 20)
        .enabled(enabled)
        .onClick(enabled ? act : nil)
    }

    func forceStopDialog(_ package: String, _ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        .confirm(
            "Force stop?",
            message: "If you force stop an app, it may misbehave.",
            yes: "OK",
            onYes: ui.on { app, context in
                app.question = nil
                context.forceStop(package)
            },
            onNo: close
        )
    }

    func clearDataDialog(_ package: String, _ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        .confirm(
            "Clear app data?",
            message: "This app’s data, including files and settings, will be permanently deleted from this device.",
            yes: "Delete",
            onYes: ui.on { app, context in
                app.question = nil
                context.clearData(package)
            },
            onNo: close
        )
    }

    // MARK: Notifications

    func notificationsPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Notifications", ui) {
            SectionHeader("General")
            ListRow(
                "Do Not Disturb",
                summary: SettingFlag.doNotDisturb.words(ui),
                icon: .doNotDisturb,
                onClick: go(.doNotDisturb, ui)
            )
            SwitchRow(
                "Notification history",
                summary: "Show recent and snoozed notifications",
                flag: SettingFlag(.secure, "notification_history_enabled"),
                ui
            )
            SwitchRow(
                "Notification dot on app icon",
                flag: SettingFlag(.secure, "notification_badging", default: "1"),
                ui
            )
            SwitchRow(
                "Notifications on lock screen",
                flag: SettingFlag(.secure, "lock_screen_show_notifications", default: "1"),
                ui
            )
        }
    }

    func doNotDisturbPage(_ ui: UI<Self>) -> any Component {
        let on = SettingFlag.doNotDisturb.isOn(ui)
        return SettingsPage("Do Not Disturb", ui) {
            Button(
                on ? "Turn off now" : "Turn on now",
                style: .filled,
                onClick: { ui.context.system.settings.put(.global, "zen_mode", on ? "0" : "1") }
            )
            .id("com.android.settings:id/zen_mode_settings_turn_\(on ? "off" : "on")_button")
            .margin(horizontal: 20, vertical: 12)
            Footnote(
                on
                    ? "Do Not Disturb is on. Only alarms and priority conversations can make sounds"
                    : "Do Not Disturb silences calls, alerts and notifications until you turn it off"
            )
        }
    }

    // MARK: Storage

    static let storageTotal: Int64 = 8_000_000_000
    private static let systemSize: Int64 = 4_100_000_000

    static func folderSize(_ path: String, _ ui: UI<Self>, depth: Int = 0) -> Int64 {
        let files = ui.context.system.files
        guard depth < 12, let names = try? files.list(path) else { return 0 }
        return names.reduce(0) { sum, name in
            let child = path + "/" + name
            guard let stat = try? files.stat(child, follow: false) else { return sum }
            return sum + (stat.isFolder ? folderSize(child, ui, depth: depth + 1) : stat.size)
        }
    }

    /// `1.5 MB`, with decimal units as Android shows them.
    static func sizeText(_ bytes: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 900 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if unit == 0 { return "\(bytes) B" }
        if value >= 100 { return "\(Int(value.rounded())) \(units[unit])" }
        let digits = value < 1 ? 100.0 : (value < 10 ? 100 : 10)
        let rounded = (value * digits).rounded() / digits
        return "\(rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") \(units[unit])"
    }

    private static func used(_ ui: UI<Self>) -> Int64 {
        systemSize + folderSize("/data/media/0", ui) + folderSize("/data/data", ui)
    }

    static func storageSummary(_ ui: UI<Self>) -> String {
        let used = used(ui)
        return "\(used * 100 / storageTotal)% used - \(sizeText(storageTotal - used)) free"
    }

    func storagePage(_ ui: UI<Self>) -> any Component {
        let used = Self.used(ui)
        let folders: [(String, Icon, [String])] = [
            ("Images", .image, ["Pictures", "DCIM"]), ("Videos", .video, ["Movies"]),
            ("Audio", .music, ["Music", "Recordings"]),
            ("Documents & other", .file, ["Documents", "Download"]),
        ]
        return SettingsPage("Storage", ui) {
            VStack(spacing: 8) {
                Text(Self.sizeText(used) + " used", size: 28).id("com.android.settings:id/usage_summary")
                Text(Self.sizeText(Self.storageTotal) + " total", size: 14, color: .onSurfaceVariant)
                    .id("com.android.settings:id/total_summary")
                Drawing { canvas, rect, palette in
                    canvas.fill(rect, palette(.secondaryContainer), radius: rect.height / 2)
                    var done = rect
                    done.width = rect.width * Double(used) / Double(Self.storageTotal)
                    canvas.fill(done, palette(.primary), radius: rect.height / 2)
                }
                .className("android.widget.ProgressBar")
                .id("android:id/progress")
                .fillWidth()
                .height(8)
            }
            .padding(horizontal: 20, vertical: 12)
            .fillWidth()
            ListRow(
                "Apps",
                summary: Self.sizeText(Self.folderSize("/data/data", ui)),
                icon: .apps,
                onClick: go(.allApps, ui)
            )
            for (title, icon, names) in folders {
                let size = names.reduce(0) { $0 + Self.folderSize("/data/media/0/" + $1, ui) }
                ListRow(title, summary: Self.sizeText(size), icon: icon)
            }
            ListRow("System", summary: Self.sizeText(Self.systemSize), icon: .system)
        }
    }
}
