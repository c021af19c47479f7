// SPDX-License-Identifier: Apache-2.0

import Media

/// Display, and Sound & vibration.
extension SettingsApp {
    private static let timeouts: [(Int, String)] = [
        (15_000, "15 seconds"), (30_000, "30 seconds"), (60_000, "1 minute"), (120_000, "2 minutes"),
        (300_000, "5 minutes"), (600_000, "10 minutes"), (1_800_000, "30 minutes"),
    ]

    // MARK: Display

    func displayPage(_ ui: UI<Self>) -> any Component {
        let settings = ui.context.system.settings
        let timeout = settings.int(.system, "screen_off_timeout") ?? 60_000
        return SettingsPage("Display", ui) {
            SectionHeader("Brightness")
            ListRow(
                "Brightness level",
                summary: Brightness.percent(settings.int(.system, "screen_brightness") ?? 102),
                onClick: ui.on { app, _ in app.question = .brightness }
            )
            ListRow(
                "Adaptive brightness",
                summary: SettingFlag.adaptiveBrightness.words(ui),
                trailing: Switch(.adaptiveBrightness, ui),
                onClick: go(.adaptiveBrightness, ui)
            )
            SectionHeader("Lock display")
            ListRow(
                "Screen timeout",
                summary: Self.spoken(timeout) + " of inactivity",
                onClick: ui.on { app, _ in app.question = .screenTimeout }
            )
            SectionHeader("Appearance")
            ListRow(
                "Dark theme",
                summary: SettingFlag.darkTheme.words(ui, off: "Will never turn on automatically"),
                trailing: Switch(.darkTheme, ui),
                onClick: go(.darkTheme, ui)
            )
            SectionHeader("Color")
            ListRow(
                "Night Light",
                summary: SettingFlag.nightLight.words(ui, off: "Off / Will never turn on automatically"),
                trailing: Switch(.nightLight, ui),
                onClick: go(.nightLight, ui)
            )
            SectionHeader("Other display controls")
            SwitchRow(
                "Auto-rotate screen",
                on: SettingFlag(.system, "accelerometer_rotation").isOn(ui),
                onChange: { ui.context.system.setAutoRotation($0) }
            )
        }
    }

    private static func spoken(_ timeout: Int) -> String {
        timeouts.first { $0.0 == timeout }?.1 ?? "\(timeout / 1000) seconds"
    }

    func screenTimeoutDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let now = ui.context.system.settings.int(.system, "screen_off_timeout") ?? 60_000
        return .choice(
            "Screen timeout",
            Self.timeouts.map(\.1),
            selected: Self.timeouts.firstIndex { $0.0 == now },
            onPick: { index in
                ui.context.system.settings.put(.system, "screen_off_timeout", "\(Self.timeouts[index].0)")
                close()
            },
            onCancel: close
        )
    }

    /// The slider over the whole width at the top of the display, as the system shows it.
    func brightnessDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let settings = ui.context.system.settings
        var dialog = Dialog(place: .top, dismiss: close, package: "com.android.systemui", bare: true)
        dialog.content = HStack {
            SeekBar(
                value: Brightness.toSlider(settings.int(.system, "screen_brightness") ?? 102),
                range: 0...Brightness.steps,
                id: "com.android.systemui:id/slider"
            ) { settings.put(.system, "screen_brightness", "\(Brightness.fromSlider($0))") }
            .described("Display brightness")
            .weight()
        }
        .className("android.widget.FrameLayout")
        .id("com.android.systemui:id/brightness_mirror_container")
        .fillWidth()
        .padding(left: 16, top: ui.context.system.display.statusBar + 8, right: 16, bottom: 16)
        return dialog
    }

    func darkThemePage(_ ui: UI<Self>) -> any Component {
        switchPage(
            "Dark theme",
            "Use Dark theme",
            .darkTheme,
            ui,
            note: "Dark theme uses a black background to help keep your battery alive longer on some screens"
        )
    }

    func adaptiveBrightnessPage(_ ui: UI<Self>) -> any Component {
        switchPage(
            "Adaptive brightness",
            "Use adaptive brightness",
            .adaptiveBrightness,
            ui,
            note: "Your screen brightness will automatically adjust to your environment and activities"
        )
    }

    func nightLightPage(_ ui: UI<Self>) -> any Component {
        switchPage(
            "Night Light",
            "Use Night Light",
            .nightLight,
            ui,
            note: "Night Light tints your screen amber. This makes it easier to look at your screen in dim light"
        )
    }

    // MARK: Sound & vibration

    private struct Volume {
        var title: String
        var icon: Icon
        var key: String
        var range: ClosedRange<Int>
        var initial: Int
    }

    private static let volumes = [
        Volume(title: "Media volume", icon: .music, key: "volume_music_speaker", range: 0...15, initial: 5),
        Volume(title: "Call volume", icon: .phone, key: "volume_voice_earpiece", range: 1...7, initial: 4),
        Volume(
            title: "Ring & notification volume",
            icon: .notifications,
            key: "volume_ring_speaker",
            range: 0...7,
            initial: 5
        ),
        Volume(title: "Alarm volume", icon: .alarm, key: "volume_alarm_speaker", range: 1...7, initial: 6),
    ]

    func soundPage(_ ui: UI<Self>) -> any Component {
        let settings = ui.context.system.settings
        return SettingsPage("Sound & vibration", ui) {
            for volume in Self.volumes {
                SliderRow(
                    title: volume.title,
                    icon: volume.icon,
                    value: min(
                        max(settings.int(.system, volume.key) ?? volume.initial, volume.range.lowerBound),
                        volume.range.upperBound
                    ),
                    range: volume.range
                ) { settings.put(.system, volume.key, "\($0)") }
                .view
                .key(volume.key)
            }
            SwitchRow(
                "Vibrate for calls",
                icon: .vibrate,
                flag: SettingFlag(.system, "vibrate_when_ringing"),
                ui
            )
            ListRow(
                "Do Not Disturb",
                summary: SettingFlag.doNotDisturb.words(ui),
                icon: .doNotDisturb,
                onClick: go(.doNotDisturb, ui)
            )
            SectionHeader("System sounds")
            SwitchRow("Dial pad tones", flag: SettingFlag(.system, "dtmf_tone", default: "1"), ui)
            SwitchRow("Screen locking sound", flag: SettingFlag(.system, "lockscreen_sounds_enabled", default: "1"), ui)
            SwitchRow(
                "Charging sounds and vibration",
                flag: SettingFlag(.secure, "charging_sounds_enabled", default: "1"),
                ui
            )
            SwitchRow("Touch sounds", flag: SettingFlag(.system, "sound_effects_enabled", default: "1"), ui)
            SwitchRow(
                "Touch feedback",
                summary: "Vibrate for tap, keyboard, and more",
                flag: SettingFlag(.system, "haptic_feedback_enabled", default: "1"),
                ui
            )
        }
    }
}
