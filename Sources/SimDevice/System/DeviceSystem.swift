// SPDX-License-Identifier: Apache-2.0

import Base
import GRDB

/// A radio of the device, or the switch over all of them.
enum Radio: String, CaseIterable, Sendable {
    case wifi, bluetooth, mobileData, airplane
}

/// All that lies under the screen: files, settings, providers, clock. Belongs to one `DeviceActor`; not `Sendable`.
final class DeviceSystem {
    let files: DeviceFiles
    let settings: SettingsStore
    let clock: DeviceClock
    let contacts: ContactsStore
    let messages: MessageStore
    let calls: CallStore
    let telephony: Telephony
    let notifications: NotificationList
    let log: LogBuffer
    /// Battery, place, radio network, how the device is held.
    var hardware = DeviceHardware()
    /// What goes wrong on purpose.
    let faults = DeviceFaults()
    /// The device's own randomness; the same seed and the same inputs give the same numbers.
    var random: SeededRandom
    /// What the package manager knows; the window manager adds its apps.
    var installed: [AppManifest] = []
    /// Apps that came as APKs.
    let packages: PackageStore
    /// System properties, as `getprop` shows them.
    var properties: [String: String]
    /// The text on the clipboard; nil where there is none.
    var clipboard: String?
    /// Permissions that `pm grant` gave, by package.
    var granted: [String: Set<String>] = [:]
    let seed: UInt64

    /// Tells whoever films the display that something was done which it may show: a touch, a tool, a file, a setting, time
    /// that has passed.
    var activity: Signal { files.changes }

    private var databases: [String: DeviceDatabase] = [:]

    /// Opens the device in a folder of the host.
    init(root: String, clock: DeviceClock, seed: UInt64 = 0, properties: [String: String] = [:]) throws {
        self.clock = clock
        self.seed = seed
        self.properties = properties
        files = try DeviceFiles(root: root, clock: clock)
        packages = PackageStore(files: files)
        settings = SettingsStore(files: files)
        log = LogBuffer(clock: clock)
        notifications = NotificationList(clock: clock)
        random = SeededRandom(seed: seed, name: "device")
        let people = DeviceDatabase(files: files, path: ContactsStore.path, create: ContactsSchema.create)
        let texts = DeviceDatabase(files: files, path: MessageStore.path, create: MessageStore.create)
        let history = DeviceDatabase(files: files, path: CallStore.path, create: CallStore.create)
        contacts = ContactsStore(database: people, clock: clock)
        calls = CallStore(database: history)
        telephony = Telephony(clock: clock, log: calls, contacts: contacts)
        messages = MessageStore(database: texts, clock: clock)
        databases = [ContactsStore.path: people, MessageStore.path: texts, CallStore.path: history]
    }

    /// The SQLite file at a path, opened once for the whole device and made with `create` where it is missing.
    ///
    /// Every app opens its files through this, so that a snapshot can close them all.
    func database(_ path: String, create: @escaping (Database) throws -> Void) -> DeviceDatabase {
        if let known = databases[path] { return known }
        let database = DeviceDatabase(files: files, path: path, create: create)
        databases[path] = database
        return database
    }

    /// Closes every SQLite file; the next use opens it again.
    func closeDatabases() { for database in databases.values { database.close() } }

    /// Closes what is open under a folder, before it is emptied.
    func closeDatabases(under folder: String) {
        for (path, database) in databases where path.hasPrefix(folder + "/") { database.close() }
    }

    // MARK: Display

    /// The display as it is turned now: by the sensors where auto-rotation is on, else by `user_rotation`.
    var display: Display {
        if settings.get(.system, "accelerometer_rotation") == "1" { return Display(rotation: hardware.sensed) }
        let locked = settings.int(.system, "user_rotation") ?? 0
        return Display(rotation: (0...3).contains(locked) ? locked : 0)
    }

    /// Turns auto-rotation on or off as the switch in Settings does: off, the display stands upright.
    func setAutoRotation(_ on: Bool) {
        if !on { settings.put(.system, "user_rotation", "0") }
        settings.put(.system, "accelerometer_rotation", on ? "1" : "0")
    }

    /// Reads anew which apps lie in `/data/app`.
    func scanPackages() {
        installed.removeAll { $0.apk != nil }
        installed += packages.scan().filter { new in !installed.contains { $0.package == new.package } }
    }

    // MARK: Radios

    /// Whether a radio works now.
    func isOn(_ radio: Radio) -> Bool {
        let airplane = settings.int(.global, "airplane_mode_on") == 1
        switch radio {
        case .airplane: return airplane
        case .wifi: return [1, 2].contains(settings.int(.global, "wifi_on"))
        case .bluetooth:
            let value = settings.int(.global, "bluetooth_on")
            return value == 1 || (value == 2 && !airplane)
        case .mobileData: return settings.int(.global, "mobile_data") == 1 && !airplane
        }
    }

    /// Turns a radio on or off and keeps the global settings as Android has them.
    ///
    /// `wifi_on` is 0 off, 1 on, 2 on in spite of airplane mode, 3 off because of it; `bluetooth_on` is 0 off, 1 on,
    /// 2 off because of airplane mode. Leaving airplane mode brings back what it turned off.
    func setRadio(_ radio: Radio, _ on: Bool) {
        let airplane = settings.int(.global, "airplane_mode_on") == 1
        switch radio {
        case .wifi: settings.put(.global, "wifi_on", on ? (airplane ? "2" : "1") : "0")
        case .bluetooth: settings.put(.global, "bluetooth_on", on ? "1" : "0")
        case .mobileData: settings.put(.global, "mobile_data", on ? "1" : "0")
        case .airplane:
            guard on != airplane else { return }
            settings.put(.global, "airplane_mode_on", on ? "1" : "0")
            let wifi = settings.int(.global, "wifi_on")
            let bluetooth = settings.int(.global, "bluetooth_on")
            if on {
                if wifi == 1 { settings.put(.global, "wifi_on", "3") }
                if bluetooth == 1 { settings.put(.global, "bluetooth_on", "2") }
            } else {
                if wifi == 2 || wifi == 3 { settings.put(.global, "wifi_on", "1") }
                if bluetooth == 2 { settings.put(.global, "bluetooth_on", "1") }
            }
        }
        log.add(.info, "ConnectivityService", "\(radio.rawValue) \(on ? "on" : "off")")
    }

    // MARK: Whole states

    /// Drops what memory holds of the files, after they were exchanged: reads settings again, reopens databases,
    /// starts the randomness over.
    func reload() {
        closeDatabases()
        settings.reload()
        scanPackages()
        notifications.reset()
        telephony.reset()
        clipboard = nil
        granted = [:]
        random = SeededRandom(seed: seed, name: "device")
    }

    /// The device's time zone, from `persist.sys.timezone`.
    var timeZone: String {
        get { properties["persist.sys.timezone"] ?? "UTC" }
        set { properties["persist.sys.timezone"] = newValue }
    }
}
