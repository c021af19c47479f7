// SPDX-License-Identifier: Apache-2.0

import Media

/// Battery, Accessibility, Privacy, Location, System with Date & time, About.
extension SettingsApp {
    // MARK: Battery

    func batteryPage(_ ui: UI<Self>) -> any Component {
        let battery = ui.context.system.hardware.battery
        return SettingsPage("Battery", ui) {
            VStack(spacing: 4) {
                Text("\(battery.level)%", size: 44).id("com.android.settings:id/usage_summary")
                Text(battery.words, size: 14, color: .onSurfaceVariant)
                    .id("com.android.settings:id/bottom_summary")
            }
            .padding(horizontal: 20, vertical: 16)
            .fillWidth()
            ListRow(
                "Battery Saver",
                summary: SettingFlag.batterySaver.words(ui),
                onClick: go(.batterySaver, ui)
            )
            SwitchRow(
                "Battery percentage",
                summary: "Show battery percentage in status bar",
                flag: SettingFlag(.system, "status_bar_show_battery_percent"),
                ui
            )
        }
    }

    func batterySaverPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Battery Saver", ui) {
            MainSwitch("Use Battery Saver", flag: .batterySaver, ui)
            SwitchRow(
                "Turn off when charged",
                summary: "Battery Saver turns off when your phone is charged above 90%",
                flag: SettingFlag(.global, "low_power_sticky_auto_disable_enabled", default: "1"),
                ui
            )
            Footnote(
                "Battery Saver turns on Dark theme and restricts background activity, some visual effects and features"
            )
        }
    }

    // MARK: Accessibility, privacy, location

    func accessibilityPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Accessibility", ui) {
            SectionHeader("Display")
            SwitchRow(
                "Color inversion",
                icon: .dark,
                flag: SettingFlag(.secure, "accessibility_display_inversion_enabled"),
                ui
            )
            SwitchRow(
                "High contrast text",
                icon: .textSize,
                flag: SettingFlag(.secure, "high_text_contrast_enabled"),
                ui
            )
            SwitchRow(
                "Remove animations",
                summary: "Reduce movement on the screen",
                flag: SettingFlag(.global, "animator_duration_scale", on: "0", off: "1", default: "1"),
                ui
            )
            SectionHeader("Interaction controls")
            SwitchRow(
                "Power button ends call",
                flag: SettingFlag(.secure, "incall_power_button_behavior", on: "2", off: "1", default: "1"),
                ui
            )
            SectionHeader("Audio")
            SwitchRow(
                "Mono audio",
                summary: "Combine channels when playing audio",
                icon: .volume,
                flag: SettingFlag(.system, "master_mono"),
                ui
            )
        }
    }

    func privacyPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Privacy", ui) {
            SectionHeader("Controls")
            SwitchRow(
                "Camera access",
                summary: "For apps and services",
                icon: .camera,
                flag: SettingFlag(.secure, "camera_access", default: "1"),
                ui
            )
            SwitchRow(
                "Microphone access",
                summary: "For apps and services",
                icon: .volume,
                flag: SettingFlag(.secure, "microphone_access", default: "1"),
                ui
            )
            SwitchRow(
                "Show passwords",
                summary: "Display characters briefly as you type",
                icon: .visibility,
                flag: SettingFlag(.system, "show_password", default: "1"),
                ui
            )
            SwitchRow(
                "Show clipboard access",
                summary: "Show a message when apps access text, images, or other content you’ve copied",
                icon: .paste,
                flag: SettingFlag(.secure, "clipboard_show_access_notifications", default: "1"),
                ui
            )
        }
    }

    static func locationSummary(_ ui: UI<Self>) -> String {
        ui.context.system.settings.get(.secure, "location_mode") == "0" ? "Off" : "On"
    }

    func locationPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Location", ui) {
            MainSwitch("Use location", flag: SettingFlag(.secure, "location_mode", on: "3", off: "0", default: "3"), ui)
            SwitchRow(
                "Wi‑Fi scanning",
                summary: "Allow apps and services to scan for Wi‑Fi networks at any time, even when Wi‑Fi is off",
                flag: SettingFlag(.global, "wifi_scan_always_enabled"),
                ui
            )
            SwitchRow(
                "Bluetooth scanning",
                summary: "Allow apps and services to scan for nearby devices at any time, even when Bluetooth is off",
                flag: SettingFlag(.global, "ble_scan_always_enabled"),
                ui
            )
        }
    }

    // MARK: System

    func systemPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("System", ui) {
            ListRow("Languages", summary: "English (United States)", icon: .language, onClick: go(.languages, ui))
            ListRow("Date & time", summary: Self.zoneName(ui.context.system), icon: .clock, onClick: go(.dateTime, ui))
            ListRow("Device name", summary: Self.deviceName(ui), icon: .phoneDevice, onClick: askName(ui))
        }
    }

    func languagesPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Languages", ui) {
            ListRow(
                "English (United States)",
                summary: "This is the system language",
                leading: Text("1", size: 18).unlisted().width(40)
            )
            Footnote("Apps use the first language in this list that they know")
        }
    }

    // MARK: Date & time

    func dateTimePage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        let now = DeviceTime(system)
        let automatic = SettingFlag(.global, "auto_time")
        let automaticZone = SettingFlag(.global, "auto_time_zone")
        return SettingsPage("Date & time", ui) {
            SwitchRow("Set time automatically", flag: automatic, ui)
            ListRow(
                "Date",
                summary: "\(now.day.monthName) \(now.day.day), \(now.day.year)",
                enabled: !automatic.isOn(ui),
                onClick: ui.on { app, _ in app.question = .date(DatePicker(now.day)) }
            )
            ListRow(
                "Time",
                summary: now.longTimeText,
                enabled: !automatic.isOn(ui),
                onClick: ui.on { app, _ in
                    app.question = .time(TimePicker(hour: now.hour, minute: now.minute, is24Hour: now.is24Hour))
                }
            )
            SectionHeader("Time zone")
            SwitchRow("Set time zone automatically", flag: automaticZone, ui)
            ListRow(
                "Time zone",
                summary: Self.zoneName(system),
                enabled: !automaticZone.isOn(ui),
                onClick: go(.timeZone, ui)
            )
            SectionHeader("Time format")
            SwitchRow(
                "Use 24-hour format",
                summary: now.is24Hour ? "13:00" : "1:00 PM",
                on: now.is24Hour,
                onChange: SettingFlag(.system, "time_12_24", on: "24", off: "12").setter(ui)
            )
        }
    }

    func dateDialog(_ picker: DatePicker, _ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        picker.dialog(
            wide: ui.context.system.display.isLandscape,
            change: ui.on { app, _, picker in app.question = .date(picker) },
            ok: ui.on { app, context in
                let now = DeviceTime(context.system)
                let moment = DeviceTime.moment(
                    context.system,
                    picker.day,
                    hour: now.hour,
                    minute: now.minute,
                    second: now.second
                )
                context.system.clock.set(moment)
                app.question = nil
            },
            cancel: close
        )
    }

    func timeDialog(_ picker: TimePicker, _ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        picker.dialog(
            package: Self.manifest.package,
            wide: ui.context.system.display.isLandscape,
            change: ui.on { app, _, picker in app.question = .time(picker) },
            ok: ui.on { app, context, picker in
                let day = DeviceTime(context.system).day
                context.system.clock.set(
                    DeviceTime.moment(context.system, day, hour: picker.hour, minute: picker.minute)
                )
                app.question = nil
            },
            cancel: close
        )
    }

    private static let zones = [
        ("UTC", "Coordinated Universal Time"), ("America/New_York", "Eastern Time, New York"),
        ("America/Chicago", "Central Time, Chicago"), ("America/Denver", "Mountain Time, Denver"),
        ("America/Los_Angeles", "Pacific Time, Los Angeles"), ("America/Sao_Paulo", "Brasilia Time, São Paulo"),
        ("Europe/London", "United Kingdom Time, London"), ("Europe/Berlin", "Central European Time, Berlin"),
        ("Europe/Zurich", "Central European Time, Zurich"), ("Africa/Nairobi", "East Africa Time, Nairobi"),
        ("Asia/Kolkata", "India Standard Time, Kolkata"), ("Asia/Shanghai", "China Standard Time, Shanghai"),
        ("Asia/Tokyo", "Japan Standard Time, Tokyo"), ("Australia/Sydney", "Eastern Australia Time, Sydney"),
        ("Pacific/Auckland", "New Zealand Time, Auckland"),
    ]

    /// `GMT+00:00 Coordinated Universal Time`
    static func zoneName(_ system: DeviceSystem) -> String { zoneName(system.timeZone, system) }

    private static func zoneName(_ zone: String, _ system: DeviceSystem) -> String {
        let name = zones.first { $0.0 == zone }?.1 ?? zone
        let minutes = Int(DeviceTime.offset(zone, system.clock.now)) / 60
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "GMT\(minutes < 0 ? "-" : "+")\(two(hours)):\(two(rest)) \(name)"
    }

    func timeZonePage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        return SettingsPage("Select time zone", ui) {
            for (zone, _) in Self.zones {
                ListRow(
                    Self.zoneName(zone, system),
                    trailing: zone == system.timeZone ? IconView(.check, color: .primary).described("Selected") : nil,
                    onClick: {
                        system.timeZone = zone
                        ui.context.finish()
                    }
                )
                .view.key(zone)
            }
        }
    }

    // MARK: About

    func aboutPage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        let property = { (key: String, fallback: String) in system.properties[key] ?? fallback }
        let wifi = system.isOn(.wifi)
        return SettingsPage("About emulated device", ui) {
            SectionHeader("Basic info")
            ListRow("Device name", summary: Self.deviceName(ui), onClick: askName(ui))
            SectionHeader("Device details")
            ListRow("Model", summary: property("ro.product.model", "sdk_gphone64_x86_64"))
            ListRow("Android version", summary: property("ro.build.version.release", "13"))
            ListRow("Device identifiers", summary: "Wi‑Fi: 02:15:b2:00:00:00")
            ListRow("IP address", summary: wifi ? "10.0.2.16" : "Unavailable")
            ListRow("Up time", summary: Self.upTime(system.clock.uptime))
            ListRow("Build number", summary: property("ro.build.display.id", "TE1A.220922.034"))
        }
    }

    private static func upTime(_ ms: Int64) -> String {
        let seconds = max(0, ms) / 1000
        let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        let hours = seconds / 3600
        return (hours > 0 ? "\(hours):" : "") + "\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
