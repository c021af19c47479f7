// SPDX-License-Identifier: Apache-2.0

import Media

/// A setting that is on or off: where it is kept, and by which values.
struct SettingFlag {
    let namespace: SettingsStore.Namespace
    let key: String
    private let on: String
    private let off: String
    /// What counts where it was never set.
    private let initial: String

    static let darkTheme = SettingFlag(.secure, "ui_night_mode", on: "2", off: "1", default: "1")
    static let adaptiveBrightness = SettingFlag(.system, "screen_brightness_mode")
    static let nightLight = SettingFlag(.secure, "night_display_activated")
    static let batterySaver = SettingFlag(.global, "low_power")
    static let doNotDisturb = SettingFlag(.global, "zen_mode")

    init(
        _ namespace: SettingsStore.Namespace,
        _ key: String,
        on: String = "1",
        off: String = "0",
        default initial: String = "0"
    ) {
        (self.namespace, self.key) = (namespace, key)
        (self.on, self.off, self.initial) = (on, off, initial)
    }

    func isOn(_ ui: UI<SettingsApp>) -> Bool {
        (ui.context.system.settings.get(namespace, key) ?? initial) == on
    }

    /// `On`, or the words for what is off.
    func words(_ ui: UI<SettingsApp>, off: String = "Off") -> String { isOn(ui) ? "On" : off }

    /// What a switch does.
    func setter(_ ui: UI<SettingsApp>) -> (Bool) -> Void {
        { [self] in ui.context.system.settings.put(namespace, key, $0 ? on : off) }
    }
}

extension Switch {
    init(_ flag: SettingFlag, _ ui: UI<SettingsApp>) { self.init(on: flag.isOn(ui), onChange: flag.setter(ui)) }
}

extension SwitchRow {
    init(_ title: String, summary: String = "", icon: Icon? = nil, flag: SettingFlag, _ ui: UI<SettingsApp>) {
        self.init(title, summary: summary, icon: icon, on: flag.isOn(ui), onChange: flag.setter(ui))
    }
}

extension MainSwitch {
    init(_ title: String, flag: SettingFlag, _ ui: UI<SettingsApp>) {
        self.init(title, on: flag.isOn(ui), onChange: flag.setter(ui))
    }
}

extension SettingsApp {
    /// A page about one switch.
    func switchPage(
        _ title: String,
        _ label: String,
        _ flag: SettingFlag,
        _ ui: UI<Self>,
        note: String
    ) -> any Component {
        SettingsPage(title, ui) {
            MainSwitch(label, flag: flag, ui)
            Footnote(note)
        }
    }
}
