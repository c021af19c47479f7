// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What `dumpsys` tells of the device's body: battery, place, phone.
extension ToolTable {
    // MARK: Battery

    /// `dumpsys battery`, and `set`, `unplug`, `reset`, by which tests change what apps are told.
    static func battery(_ call: ToolCall, _ words: ArraySlice<String>) throws {
        let words = Array(words)
        let usage = """
            Battery service (battery) commands:
              help
                Print this help text.
              set [-f] [ac|usb|wireless|status|level|temp|present|counter|invalid] <value>
                Force a battery property value, freezing battery state.
              unplug [-f]
                Force battery unplugged, freezing battery state.
              reset [-f]
                Unfreeze battery state, returning to current hardware values.

            """
        switch words.first {
        case nil: report(call)
        case "unplug": (call.system.hardware.battery.ac, call.system.hardware.battery.usb) = (false, false)
        case "reset": call.system.hardware.battery = .init()
        case "set":
            guard words.count == 3, let value = Int(words[2]) else {
                throw ToolFailure(message: "No value specified", status: 255)
            }
            switch words[1] {
            case "ac": call.system.hardware.battery.ac = value != 0
            case "usb": call.system.hardware.battery.usb = value != 0
            case "status": call.system.hardware.battery.status = .init(rawValue: value) ?? .unknown
            case "level": call.system.hardware.battery.level = min(max(value, 0), 100)
            case "temp": call.system.hardware.battery.temperature = min(max(value, -1000), 2000)
            case "present": call.system.hardware.battery.present = value != 0
            case "wireless", "counter", "invalid": break
            default: throw ToolFailure(message: "Unknown set option: \(words[1])", status: 255)
            }
        default: call.out.write(usage)
        }
        call.windows.invalidate()
    }

    private static func report(_ call: ToolCall) {
        let battery = call.system.hardware.battery
        call.out.write(
            """
            Current Battery Service state:
              AC powered: \(battery.ac)
              USB powered: \(battery.usb)
              Wireless powered: false
              Max charging current: 500000
              Max charging voltage: 5000000
              Charge counter: \(battery.level * 100)
              status: \(battery.status.rawValue)
              health: \(battery.health.rawValue)
              present: \(battery.present)
              level: \(battery.level)
              scale: 100
              voltage: 5000
              temperature: \(battery.temperature)
              technology: Li-ion

            """
        )
    }

    // MARK: Place

    static func location(_ call: ToolCall) {
        let on = call.system.settings.get(.secure, "location_mode") != "0"
        call.out.line("Location Manager State:")
        call.out.line("  User Info:\n    current users: u[0]")
        call.out.line("  Location Settings:\n    Location Setting: \(on)")
        call.out.line("  Location Providers:")
        for provider in ["passive", "gps"] {
            call.out.line("    \(provider) provider:")
            call.out.line("      last location=\(spelled(call, on) ?? "null")")
            call.out.line("      enabled=\(on)")
        }
    }

    /// `Location[gps 48.858370,2.294481 hAcc=5.0 et=... alt=35.0]`.
    private static func spelled(_ call: ToolCall, _ on: Bool) -> String? {
        guard on, let fix = call.system.hardware.location else { return nil }
        let places = { (value: Double, digits: Int) in String(format: "%.\(digits)f", value) }
        return "Location[gps \(places(fix.latitude, 6)),\(places(fix.longitude, 6)) hAcc=5.0 "
            + "t=\(fix.time) alt=\(places(fix.altitude, 1)) vAcc=0.5 vel=0.0 sAcc=0.5]"
    }

    // MARK: Phone

    static func telephony(_ call: ToolCall) {
        let system = call.system
        let off = system.isOn(.airplane)
        let phone = system.telephony
        let ringing = phone.calls.first { $0.state == .incoming }
        let standing: Int
        switch phone.calls.first(where: { $0.state != .incoming })?.state {
        case .active: standing = 1
        case .held: standing = 2
        case .dialing: standing = 3
        case .incoming, nil: standing = 0
        }
        let data = system.isOn(.mobileData) && system.hardware.data.works
        call.out.write(
            """
            last known state:
              Phone Id=0
                mCallState=\(phone.state)
                mRingingCallState=\(ringing == nil ? 0 : 5)
                mForegroundCallState=\(standing)
                mBackgroundCallState=\(phone.calls.contains { $0.state == .held } && standing == 1 ? 2 : 0)
                mCallIncomingNumber=\(ringing?.number ?? "")
                mServiceState={mVoiceRegState=\(off ? "3(POWER_OFF)" : system.hardware.voice.service), mDataRegState=\(off ? "3(POWER_OFF)" : system.hardware.data.service)}
                mDataConnectionState=\(data ? 2 : 0)

            """
        )
    }
}
