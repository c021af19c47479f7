// SPDX-License-Identifier: Apache-2.0

import Media

/// A tile of the quick settings.
struct QuickTile: Component {
    var label: String
    var state: String
    var icon: Icon
    var on: Bool
    /// A tile that opens something instead of turning something over.
    var opens = false
    var act: Handler
    var hold: Handler

    var view: View {
        let color = on ? Tone.onPrimary : .onSurface
        return HStack(spacing: 12) {
            IconView(icon, color: color).id("com.android.systemui:id/icon")
            VStack {
                Text(label, size: 14, weight: .medium, color: color, maxLines: 1).id(
                    "com.android.systemui:id/tile_label"
                )
                if !state.isEmpty {
                    Text(state, size: 13, color: color, maxLines: 1).id("com.android.systemui:id/app_label")
                }
            }
            .weight()
            if opens { IconView(.chevronRight, color: color, size: 20).unlisted() }
        }
        .className(opens ? "android.widget.Button" : "android.widget.Switch")
        .described(opens && !state.isEmpty ? "\(label),\(state)" : label)
        .checkable(!opens)
        .checked(on && !opens)
        .height(72)
        .padding(horizontal: 16)
        .margin(4)
        .background(on ? .primary : .surfaceVariant, radius: 32)
        .onClick(act)
        .onLongClick(hold)
    }

    /// The tiles in the order of a fresh device.
    static func all(_ owner: WindowManager) -> [QuickTile] {
        // The manager keeps its windows, and with them these handlers.
        unowned let manager = owner
        let system = manager.system
        let settings = system.settings
        let open = { (action: String) -> Handler in
            {
                manager.collapsePanels()
                manager.start(Intent(action: action))
            }
        }
        func toggle(_ namespace: SettingsStore.Namespace, _ key: String, on: String = "1", off: String = "0") -> Handler
        {
            { settings.put(namespace, key, settings.get(namespace, key) == on ? off : on) }
        }
        func tile(_ label: String, _ icon: Icon, on: Bool, action: String, _ act: @escaping Handler) -> QuickTile {
            QuickTile(label: label, state: on ? "On" : "Off", icon: icon, on: on, act: act, hold: open(action))
        }
        let wifi = system.isOn(.wifi)
        let data = system.isOn(.mobileData)
        let internet = QuickTile(
            label: "Internet",
            state: wifi ? "AndroidWifi" : (data ? "T-Mobile" : "Networks unavailable"),
            icon: wifi ? .wifi : (data ? .mobileData : .wifiOff),
            on: wifi || data,
            opens: true,
            act: { manager.panel = .internet },
            hold: open("android.settings.WIRELESS_SETTINGS")
        )
        let zen = settings.int(.global, "zen_mode") ?? 0 > 0
        let saver = settings.get(.global, "low_power") == "1"
        let dark = settings.get(.secure, "ui_night_mode") == "2"
        return [
            internet,
            tile("Bluetooth", .bluetooth, on: system.isOn(.bluetooth), action: "android.settings.BLUETOOTH_SETTINGS") {
                system.setRadio(.bluetooth, !system.isOn(.bluetooth))
            },
            tile(
                "Do Not Disturb",
                .doNotDisturb,
                on: zen,
                action: "android.settings.ZEN_MODE_SETTINGS",
                toggle(.global, "zen_mode")
            ),
            tile("Flashlight", .flashlight, on: manager.flashlight, action: "android.settings.DISPLAY_SETTINGS") {
                manager.flashlight.toggle()
            },
            tile(
                "Auto-rotate",
                .rotate,
                on: settings.get(.system, "accelerometer_rotation") == "1",
                action: "android.settings.DISPLAY_SETTINGS"
            ) {
                system.setAutoRotation(settings.get(.system, "accelerometer_rotation") != "1")
            },
            tile(
                "Battery Saver",
                .battery,
                on: saver,
                action: "android.settings.BATTERY_SAVER_SETTINGS",
                toggle(.global, "low_power")
            ),
            tile(
                "Airplane mode",
                .airplane,
                on: system.isOn(.airplane),
                action: "android.settings.AIRPLANE_MODE_SETTINGS"
            ) {
                system.setRadio(.airplane, !system.isOn(.airplane))
            },
            tile(
                "Dark theme",
                .dark,
                on: dark,
                action: "android.settings.DISPLAY_SETTINGS",
                toggle(.secure, "ui_night_mode", on: "2", off: "1")
            ),
        ]
    }
}

/// The panel of the Internet tile: Wi-Fi and mobile data without leaving the app.
struct InternetPanel: Component {
    unowned let manager: WindowManager

    var view: View {
        let system = manager.system
        let wifi = system.isOn(.wifi)
        return ZStack {
            VStack {
                Text("Internet", size: 22, align: .center)
                    .id("com.android.systemui:id/internet_dialog_title")
                    .fillWidth()
                    .padding(top: 24)
                Text(subtitle, size: 14, color: .onSurfaceVariant, align: .center)
                    .id("com.android.systemui:id/internet_dialog_subtitle")
                    .fillWidth()
                    .padding(bottom: 16)
                toggle(
                    "T-Mobile",
                    system.isOn(.mobileData) ? (wifi ? "" : "Connected") : "Mobile data won’t auto-connect",
                    icon: .mobileData,
                    id: "mobile_toggle",
                    on: system.settings.get(.global, "mobile_data") == "1"
                ) { system.setRadio(.mobileData, $0) }
                toggle("Wi-Fi", "", icon: .wifi, id: "wifi_toggle", on: wifi) { system.setRadio(.wifi, $0) }
                if wifi {
                    ListRow(
                        "AndroidWifi",
                        summary: "Connected",
                        icon: .wifi,
                        titleID: "com.android.systemui:id/wifi_title",
                        summaryID: "com.android.systemui:id/wifi_summary",
                        onClick: openSettings("android.settings.WIFI_SETTINGS")
                    )
                }
                ListRow(
                    "See all",
                    icon: .forward,
                    titleID: "com.android.systemui:id/see_all_text",
                    onClick: openSettings("android.settings.WIFI_SETTINGS")
                )
                .id("com.android.systemui:id/see_all_layout")
                HStack {
                    Spacer()
                    Button("Done", style: .filled) { [unowned manager] in manager.collapsePanels() }.id(
                        "com.android.systemui:id/done_button"
                    )
                }
                .fillWidth()
                .padding(horizontal: 24, vertical: 20)
            }
            .id("com.android.systemui:id/internet_connectivity_dialog")
            .width(360)
            .background(.surfaceHigh, radius: 28, elevation: 6)
            .align(.center)
            .clickableSurface()
        }
        .fill()
        .background(.rgba(0, 0.55))
        .onClick { [unowned manager] in manager.collapsePanels() }
        .clickable(false)
        .focusable(false)
    }

    private var subtitle: String {
        let system = manager.system
        if system.isOn(.airplane) && !system.isOn(.wifi) { return "Airplane mode is on" }
        return system.isOn(.wifi) ? "Tap a network to connect" : "Wi-Fi is off"
    }

    private func openSettings(_ action: String) -> Handler {
        { [unowned manager] in
            manager.collapsePanels()
            manager.start(Intent(action: action))
        }
    }

    private func toggle(
        _ title: String,
        _ summary: String,
        icon: Icon,
        id: String,
        on: Bool,
        _ change: @escaping (Bool) -> Void
    ) -> View {
        ListRow(
            title,
            summary: summary,
            icon: icon,
            trailing: Switch(on: on, id: "com.android.systemui:id/\(id)", onChange: change),
            titleID: "com.android.systemui:id/\(id)_title"
        ).view
    }
}

extension Component {
    /// A surface that takes touches and does nothing with them, so that they do not fall through.
    func clickableSurface() -> View {
        var copy = view
        copy.handlers.click = {}
        copy.flags.insert(.focusable)
        return copy
    }
}
