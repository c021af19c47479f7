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
        let adaptive = isOn(.system, "screen_brightness_mode", ui)
        let dark = isOn(.secure, "ui_night_mode", ui, on: "2", default: "1")
        return SettingsPage("Display", ui) {
            SectionHeader("Brightness")
            ListRow(
                "Brightness level",
                summary: Brightness.percent(settings.int(.system, "screen_brightness") ?? 102),
                onClick: ui.on { app, _ in app.question = .brightness }
            )
            ListRow(
                "Adaptive brightness",
                summary: adaptive ? "On" : "Off",
                trailing: Switch(on: adaptive, onChange: toggle(.system, "screen_brightness_mode", ui)),
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
                summary: dark ? "On" : "Will never turn on automatically",
                trailing: Switch(on: dark, onChange: toggle(.secure, "ui_night_mode", ui, on: "2", off: "1")),
                onClick: go(.darkTheme, ui)
            )
            SectionHeader("Color")
            ListRow(
                "Night Light",
                summary: isOn(.secure, "night_display_activated", ui) ? "On" : "Off / Will never turn on automatically",
                trailing: Switch(
                    on: isOn(.secure, "night_display_activated", ui),
                    onChange: toggle(.secure, "night_display_activated", ui)
                ),
                onClick: go(.nightLight, ui)
            )
            SectionHeader("Other display controls")
            SwitchRow(
                "Auto-rotate screen",
                on: isOn(.system, "accelerometer_rotation", ui),
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
        SettingsPage("Dark theme", ui) {
            MainSwitch(
                "Use Dark theme",
                on: isOn(.secure, "ui_night_mode", ui, on: "2", default: "1"),
                onChange: toggle(.secure, "ui_night_mode", ui, on: "2", off: "1")
            )
            Footnote("Dark theme uses a black background to help keep your battery alive longer on some screens")
        }
    }

    func adaptiveBrightnessPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Adaptive brightness", ui) {
            MainSwitch(
                "Use adaptive brightness",
                on: isOn(.system, "screen_brightness_mode", ui),
                onChange: toggle(.system, "screen_brightness_mode", ui)
            )
            Footnote("Your screen brightness will automatically adjust to your environment and activities")
        }
    }

    func nightLightPage(_ ui: UI<Self>) -> any Component {
        SettingsPage("Night Light", ui) {
            MainSwitch(
                "Use Night Light",
                on: isOn(.secure, "night_display_activated", ui),
                onChange: toggle(.secure, "night_display_activated", ui)
            )
            Footnote("Night Light tints your screen amber. This makes it easier to look at your screen in dim light")
        }
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
                on: isOn(.system, "vibrate_when_ringing", ui),
                onChange: toggle(.system, "vibrate_when_ringing", ui)
            )
            ListRow(
                "Do Not Disturb",
                summary: isOn(.global, "zen_mode", ui) ? "On" : "Off",
                icon: .doNotDisturb,
                onClick: go(.doNotDisturb, ui)
            )
            SectionHeader("System sounds")
            SwitchRow(
                "Dial pad tones",
                on: isOn(.system, "dtmf_tone", ui, default: "1"),
                onChange: toggle(.system, "dtmf_tone", ui)
            )
            SwitchRow(
                "Screen locking sound",
                on: isOn(.system, "lockscreen_sounds_enabled", ui, default: "1"),
                onChange: toggle(.system, "lockscreen_sounds_enabled", ui)
            )
            SwitchRow(
                "Charging sounds and vibration",
                on: isOn(.secure, "charging_sounds_enabled", ui, default: "1"),
                onChange: toggle(.secure, "charging_sounds_enabled", ui)
            )
            SwitchRow(
                "Touch sounds",
                on: isOn(.system, "sound_effects_enabled", ui, default: "1"),
                onChange: toggle(.system, "sound_effects_enabled", ui)
            )
            SwitchRow(
                "Touch feedback",
                summary: "Vibrate for tap, keyboard, and more",
                on: isOn(.system, "haptic_feedback_enabled", ui, default: "1"),
                onChange: toggle(.system, "haptic_feedback_enabled", ui)
            )
        }
    }
}
