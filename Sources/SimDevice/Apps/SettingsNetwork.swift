// SPDX-License-Identifier: Apache-2.0

import Media

/// Network & internet, and Connected devices.
extension SettingsApp {
    private static let network = "AndroidWifi"
    private static let carrier = "T-Mobile"

    // MARK: Network & internet

    func networkPage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        return SettingsPage("Network & internet", ui) {
            ListRow("Internet", summary: internetSummary(system), icon: .wifi, onClick: go(.internet, ui))
            ListRow("Calls & SMS", summary: Self.carrier, icon: .phone, enabled: false)
            ListRow("SIMs", summary: Self.carrier, icon: .sim, onClick: go(.sims, ui))
            SwitchRow("Airplane mode", icon: .airplane, on: system.isOn(.airplane)) { system.setRadio(.airplane, $0) }
        }
    }

    private func internetSummary(_ system: DeviceSystem) -> String {
        if system.isOn(.wifi) { return Self.network }
        if system.isOn(.mobileData) { return Self.carrier }
        return system.isOn(.airplane) ? "Airplane mode is on" : "Networks available"
    }

    func internetPage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        let wifi = system.isOn(.wifi)
        return SettingsPage("Internet", ui) {
            if !system.isOn(.airplane) {
                ListRow(
                    Self.carrier,
                    summary: system.isOn(.mobileData)
                        ? (wifi ? "Mobile data is on" : "Connected / LTE") : "Mobile data is off",
                    icon: .mobileData,
                    onClick: go(.sims, ui)
                )
                .view.key("carrier")
            }
            SwitchRow("Wi-Fi", on: wifi) { system.setRadio(.wifi, $0) }.view.key("wifi")
            if wifi {
                ListRow(
                    Self.network,
                    summary: "Connected",
                    icon: .wifi,
                    trailing: IconButton(.settings, "Settings", onClick: go(.networkDetails, ui))
                        .id("com.android.settings:id/settings_button"),
                    onClick: go(.networkDetails, ui)
                )
                .view.key("network")
            } else {
                Footnote("To see available networks, turn Wi‑Fi on").view.key("hint")
            }
        }
    }

    func networkDetailsPage(_ ui: UI<Self>) -> any Component {
        let on = ui.context.system.isOn(.wifi)
        return SettingsPage("Network details", ui) {
            VStack(spacing: 8) {
                DiscIcon(icon: .wifi, disc: 0x1a73e8, size: 56).view.align(.center)
                Text(Self.network, size: 22, align: .center).id("com.android.settings:id/entity_header_title").align(
                    .center
                )
                Text(on ? "Connected" : "Disconnected", size: 14, color: .onSurfaceVariant)
                    .id("com.android.settings:id/entity_header_summary").align(.center)
            }
            .padding(vertical: 16)
            .fillWidth()
            ListRow("Signal strength", summary: on ? "Excellent" : "Not in range", icon: .wifi)
            ListRow("Frequency", summary: "5 GHz", icon: .mobileData)
            ListRow("Security", summary: "None", icon: .lock)
            SectionHeader("Network details")
            ListRow("Type", summary: "Wi‑Fi 4")
            ListRow("IP address", summary: on ? "10.0.2.16" : "Unavailable")
            ListRow("Gateway", summary: on ? "10.0.2.2" : "Unavailable")
            ListRow("Subnet mask", summary: "255.255.255.0")
            ListRow("DNS", summary: "10.0.2.3")
        }
    }

    func simsPage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        let data = system.settings.get(.global, "mobile_data") == "1"
        return SettingsPage(Self.carrier, ui) {
            SwitchRow(
                "Mobile data",
                summary: "Access data using mobile network",
                on: data,
                enabled: !system.isOn(.airplane)
            ) { on in
                if on { system.setRadio(.mobileData, true) } else { ui.on { app, _ in app.question = .dataOff }() }
            }
            SwitchRow(
                "Roaming",
                summary: "Connect to data services when roaming",
                flag: SettingFlag(.global, "data_roaming"),
                ui
            )
            ListRow("Preferred network type", summary: "LTE (recommended)", enabled: false)
            ListRow("Phone number", summary: "+1 555-521-5554")
        }
    }

    func dataOffDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        .confirm(
            "Turn off mobile data?",
            message: "You won’t have access to data or the internet through \(Self.carrier). "
                + "Internet will only be available via Wi‑Fi.",
            yes: "OK",
            onYes: ui.on { app, context in
                context.system.setRadio(.mobileData, false)
                app.question = nil
            },
            onNo: close
        )
    }

    // MARK: Connected devices

    func connectedPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Connected devices", ui) {
            ListRow("Pair new device", icon: .add, onClick: go(.pair, ui))
            ListRow(
                "Connection preferences",
                summary: "Bluetooth",
                icon: .devices,
                onClick: go(.connectionPreferences, ui)
            )
            Footnote("Visible as “\(Self.deviceName(ui))” to other devices when Bluetooth is on")
        }
    }

    func connectionPreferencesPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Connection preferences", ui) {
            ListRow(
                "Bluetooth",
                summary: ui.context.system.isOn(.bluetooth) ? "On" : "Off",
                icon: .bluetooth,
                onClick: go(.bluetooth, ui)
            )
            SwitchRow(
                "NFC",
                summary: "Allow data exchange when the phone touches another device",
                icon: .share,
                flag: SettingFlag(.secure, "nfc_on", default: "1"),
                ui
            )
        }
    }

    func bluetoothPage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        let on = system.isOn(.bluetooth)
        return SettingsPage("Bluetooth", ui) {
            MainSwitch("Use Bluetooth", on: on) { system.setRadio(.bluetooth, $0) }
            if on {
                ListRow("Device name", summary: Self.deviceName(ui), icon: .edit, onClick: askName(ui)).view.key("name")
                ListRow("Pair new device", icon: .add, onClick: go(.pair, ui)).view.key("pair")
            }
            Footnote(
                on
                    ? "Your device is visible as “\(Self.deviceName(ui))” to nearby devices"
                    : "When Bluetooth is turned on, your device can communicate with other nearby Bluetooth devices"
            )
        }
    }

    func pairPage(_ ui: UI<Self>) -> any Component {
        let system = ui.context.system
        let on = system.isOn(.bluetooth)
        return SettingsPage("Pair new device", ui) {
            if on {
                ListRow("Device name", summary: Self.deviceName(ui), onClick: askName(ui)).view.key("name")
                SectionHeader("Available devices")
                Footnote("No devices found nearby. Phone’s Bluetooth address: 02:15:B2:00:00:00")
            } else {
                SwitchRow("Bluetooth", summary: "Turn on Bluetooth to pair", icon: .bluetooth, on: false) {
                    system.setRadio(.bluetooth, $0)
                }
            }
        }
    }

    // MARK: The device's name

    static func deviceName(_ ui: UI<Self>) -> String {
        ui.context.system.settings.get(.global, "device_name") ?? "sdk_gphone64_x86_64"
    }

    func askName(_ ui: UI<Self>) -> Handler {
        ui.on { app, _ in
            app.typed = Self.deviceName(ui)
            app.question = .deviceName
        }
    }

    func deviceNameDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        .input(
            "Device name",
            text: ui.binding(\.typed),
            okEnabled: !typed.isEmpty,
            onOK: ui.on { app, context in
                context.system.settings.put(.global, "device_name", app.typed)
                context.system.settings.put(.secure, "bluetooth_name", app.typed)
                app.question = nil
            },
            onCancel: close
        )
    }
}
