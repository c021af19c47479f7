// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// Where a control is in the Settings app: the entries that lead there from the first page, and what it is called.
struct SettingsPlace {
    /// The entries to tap, from the first page on.
    var path: [String]
    /// What the control is called on its page.
    var control: String
    /// The row that has a switch of its own beside the way to the control's page, where there is one.
    var row: String?
}

/// The pages of the Settings app.
struct SettingsPages {
    static let package = "com.android.settings"
    static let app = "Settings"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    /// The move that leads towards a control: the control itself, else the entry that is furthest on the way,
    /// else a scroll on a
    /// page that is on the way, else back.
    func go(to place: SettingsPlace) -> OracleMove {
        guard page.package == Self.package else { return page.open(Self.app) }
        if let row = place.row, let toggle = page.toggle(beside: row) {
            let taps = page.taps(on: toggle)
            if !taps.isEmpty { return OracleMove(taps, neutral: Set(page.taps(row)), note: "turn \(row)") }
        }
        for name in [place.control] + place.path.reversed() {
            if let move = page.tap(name) { return move }
        }
        // A page whose entry is not in sight may hold it further down, or further up.
        let isOnWay = isFirstPage || place.path.contains { titles.contains($0) }
        let direction: ScrollDirection = isFirstPage && page.shows(Self.lastEntry) ? .up : .down
        if isOnWay, let scroll = page.scrolls(direction).first {
            return OracleMove([scroll], note: "look further \(direction.rawValue)")
        }
        return page.leave()
    }

    /// The last entry of the first page.
    private static let lastEntry = "About emulated device"

    private var isFirstPage: Bool { page.element(id: "settings_homepage_container") != nil }

    /// The title of the page that is shown.
    private var titles: [String] {
        page.elements(id: "collapsing_toolbar").flatMap { page.texts(in: $0.id) }
    }
}

/// Turns a switch of the Settings app on or off. `switch` is a name of the table below, `state` is `on` or `off`.
struct SettingsSwitchOracle: TaskOracle {
    private struct Switch {
        var place: SettingsPlace
        var namespace: String
        var key: String
        var on: [String]
        var off: [String]
    }

    private static let table: [String: Switch] = [
        "wifi": Switch(
            place: SettingsPlace(path: ["Network & internet", "Internet"], control: "Wi-Fi"),
            namespace: "global",
            key: "wifi_on",
            on: ["1", "2"],
            off: ["0", "3"]
        ),
        "bluetooth": Switch(
            place: SettingsPlace(
                path: ["Connected devices", "Connection preferences", "Bluetooth"],
                control: "Use Bluetooth"
            ),
            namespace: "global",
            key: "bluetooth_on",
            on: ["1"],
            off: ["0", "2"]
        ),
        "airplane": Switch(
            place: SettingsPlace(path: ["Network & internet"], control: "Airplane mode"),
            namespace: "global",
            key: "airplane_mode_on",
            on: ["1"],
            off: ["0", "null"]
        ),
        "dark_theme": Switch(
            place: SettingsPlace(path: ["Display", "Dark theme"], control: "Use Dark theme", row: "Dark theme"),
            namespace: "secure",
            key: "ui_night_mode",
            on: ["2"],
            off: ["1", "0", "null"]
        ),
        "auto_time": Switch(
            place: SettingsPlace(path: ["System", "Date & time"], control: "Set time automatically"),
            namespace: "global",
            key: "auto_time",
            on: ["1"],
            off: ["0", "null"]
        ),
        "hour_format": Switch(
            place: SettingsPlace(path: ["System", "Date & time"], control: "Use 24-hour format"),
            namespace: "system",
            key: "time_12_24",
            on: ["24"],
            off: ["12", "null"]
        ),
    ]

    private static let radios = ["wifi", "bluetooth"]

    private let name: String
    private let control: Switch
    private let wanted: [String]

    init(_ arguments: ProgramArguments) throws {
        name = try arguments.need("switch")
        guard let control = Self.table[name] else {
            throw arguments.failure(
                "there is no switch \"\(name)\"; known are \(Self.table.keys.sorted().joined(separator: ", "))"
            )
        }
        self.control = control
        switch try arguments.need("state") {
        case "on": wanted = control.on
        case "off": wanted = control.off
        case let other: throw arguments.failure("state is on or off, not \"\(other)\"")
        }
    }

    /// Whether the setting has the wanted value.
    func isDone(_ device: any DeviceLink) async throws -> Bool {
        wanted.contains(try await DeviceState(device).setting(control.namespace, control.key))
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let state = DeviceState(device)
        // Airplane mode changes what the other radios' settings mean, and nobody asked for it: it goes first.
        if Self.radios.contains(name), let airplane = Self.table["airplane"],
            try await airplane.on.contains(state.setting(airplane.namespace, airplane.key))
        {
            return SettingsPages(page).go(to: airplane.place)
        }
        return try await isDone(device) ? page.done() : SettingsPages(page).go(to: control.place)
    }
}

/// Turns several switches, one after the other. `switches` is a list such as `wifi off, bluetooth on`.
struct SettingsSwitchesOracle: TaskOracle {
    private let parts: [SettingsSwitchOracle]

    init(_ arguments: ProgramArguments) throws {
        parts = try arguments.need("switches").split(separator: ",").map { part in
            let words = part.split(separator: " ").map(String.init)
            guard words.count == 2 else { throw arguments.failure("\"\(part)\" is not a switch and a state") }
            return try SettingsSwitchOracle(arguments.with(["switch": words[0], "state": words[1]]))
        }
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        for part in parts where try await !part.isDone(device) { return try await part.move(page, device) }
        return page.done()
    }
}

/// Turns a switch, then leaves an app in front: as `SettingsSwitch`, and `app` with its `package`.
struct SwitchThenAppOracle: TaskOracle {
    private let part: SettingsSwitchOracle
    private let app: String
    private let package: String

    init(_ arguments: ProgramArguments) throws {
        part = try SettingsSwitchOracle(arguments)
        app = try arguments.need("app")
        package = try arguments.need("package")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if try await !part.isDone(device) { return try await part.move(page, device) }
        return page.package == package ? page.done() : page.open(app)
    }
}

/// Moves a slider of the Settings app to an end. `slider` is `brightness`; `value` is the setting's wanted value.
struct SettingsSliderOracle: TaskOracle {
    private static let place = SettingsPlace(path: ["Display"], control: "Brightness level")
    let value: Int

    init(_ arguments: ProgramArguments) throws {
        guard try arguments.need("slider") == "brightness" else {
            throw arguments.failure("the only slider is brightness")
        }
        value = try arguments.integer("value")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let now = Int(try await DeviceState(device).setting("system", "screen_brightness")) ?? 0
        if now == value { return page.done() }
        let direction: ScrollDirection = value > now ? .right : .left
        if let slider = page.screen.elements.first(where: {
            $0.isSlider && $0.contentDescription == "Display brightness"
        }) {
            let moves = page.scrolls(direction, on: slider)
            if !moves.isEmpty { return OracleMove(moves, note: "slide to the end") }
        }
        return SettingsPages(page).go(to: Self.place)
    }
}
