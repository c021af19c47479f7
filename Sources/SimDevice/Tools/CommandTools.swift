// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let commandTools: [String: Tool] = [
        "cmd": .slow(cmd),
        "svc": .quick(svc),
        "ime": .quick(ime),
        "service": .quick(service),
        "appops": .quick { _ in 0 },
    ]

    nonisolated(nonsending) private static func cmd(_ call: ToolCall) async throws -> Int32 {
        guard let service = call.arguments.first else {
            call.err.line(
                "cmd: No service specified; use -l to list all running services. Use -w to start and wait for a service."
            )
            return 20
        }
        let rest = Array(call.arguments.dropFirst())
        switch service {
        case "-l":
            call.out.line("Currently running services:")
            for name in [
                "activity", "appops", "bluetooth_manager", "connectivity", "package", "settings", "statusbar", "uimode",
                "wifi",
            ] {
                call.out.line("  " + name)
            }
            return 0
        case "package": return try await package(call.with("pm", rest))
        case "activity": return try await am(call.with("am", rest))
        case "settings": return try settings(call.with("settings", rest))
        case "appops", "overlay", "notification", "device_config", "jobscheduler": return 0
        case "statusbar": return try statusbar(call, rest)
        case "uimode": return try uimode(call, rest)
        case "connectivity": return try airplane(call, rest)
        case "wifi": return try wifi(call, rest)
        case "bluetooth_manager":
            guard rest == ["enable"] || rest == ["disable"] else { throw ToolFailure(message: "", status: 255) }
            call.system.setRadio(.bluetooth, rest == ["enable"])
            call.windows.timePassed()
            call.out.line("\(rest[0] == "enable" ? "Enabling" : "Disabling") Bluetooth")
            return 0
        default:
            call.err.line("cmd: Can't find service: \(service)")
            return 20
        }
    }

    private static func statusbar(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        switch words.first {
        case "expand-notifications": call.windows.expandNotifications()
        case "expand-settings": call.windows.expandQuickSettings()
        case "collapse": call.windows.collapsePanels()
        case "get-status-icons": call.out.line("battery\nmobile\nwifi\nbluetooth")
        default: throw ToolFailure(message: "Unknown command: \(words.first ?? "")", status: 255)
        }
        return 0
    }

    private static func uimode(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        guard words.first == "night" else {
            throw ToolFailure(message: "Unknown command: \(words.first ?? "")", status: 255)
        }
        let values = ["no": "1", "yes": "2", "auto": "0"]
        if words.count > 1 {
            guard let value = values[words[1]] else {
                throw ToolFailure(message: "Error: mode must be 'yes', 'no', or 'auto'", status: 255)
            }
            call.system.settings.put(.secure, "ui_night_mode", value)
            call.windows.timePassed()
        }
        let now = call.system.settings.get(.secure, "ui_night_mode") ?? "1"
        call.out.line("Night mode: \(values.first { $0.value == now }?.key ?? "no")")
        return 0
    }

    private static func airplane(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        guard words.first == "airplane-mode" else {
            throw ToolFailure(message: "Unknown command: \(words.first ?? "")", status: 255)
        }
        switch words.dropFirst().first {
        case "enable": call.system.setRadio(.airplane, true)
        case "disable": call.system.setRadio(.airplane, false)
        case nil: call.out.line(call.system.isOn(.airplane) ? "enabled" : "disabled")
        default: throw ToolFailure(message: "Invalid argument", status: 255)
        }
        call.windows.timePassed()
        return 0
    }

    private static func wifi(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        switch words.first {
        case "set-wifi-enabled":
            guard words.count > 1, ["enabled", "disabled"].contains(words[1]) else {
                throw ToolFailure(message: "Invalid argument", status: 255)
            }
            call.system.setRadio(.wifi, words[1] == "enabled")
            call.windows.timePassed()
        case "status":
            let on = call.system.isOn(.wifi)
            call.out.line("Wifi is \(on ? "enabled" : "disabled")")
            if on {
                call.out.line("==== Primary ClientModeManager instance ====\nWifi is connected to \"AndroidWifi\"")
            }
        default: throw ToolFailure(message: "Unknown command: \(words.first ?? "")", status: 255)
        }
        return 0
    }

    private static func svc(_ call: ToolCall) throws -> Int32 {
        let words = call.arguments
        let radios: [String: Radio] = ["wifi": .wifi, "bluetooth": .bluetooth, "data": .mobileData]
        if let first = words.first, let radio = radios[first], words.count > 1,
            ["enable", "disable"].contains(words[1])
        {
            call.system.setRadio(radio, words[1] == "enable")
            call.windows.timePassed()
            return 0
        }
        switch words.first {
        case "power" where words.count > 1:
            if words[1] == "stayon" {
                let values = ["true": "15", "false": "0", "usb": "2", "ac": "1", "wireless": "4"]
                guard words.count > 2, let value = values[words[2]] else { break }
                call.system.settings.put(.global, "stay_on_while_plugged_in", value)
                return 0
            }
            if words[1] == "reboot" || words[1] == "shutdown" {
                throw ToolFailure(message: "svc: the built-in device does not \(words[1]); stop it from outside")
            }
        case "nfc" where words.count > 1, "usb" where words.count > 1: return 0
        default: break
        }
        let shown = words.first.flatMap { radios[$0] != nil || $0 == "power" ? $0 : nil }
        if let shown {
            call.err.line("Control the \(shown) service\n\nusage: svc \(shown) [enable|disable]")
        } else {
            call.err.line(
                "Available commands:\n    help     Show information about the subcommands\n    power    Control the power manager\n    data     Control mobile data connectivity\n    wifi     Control the Wi-Fi manager\n    bluetooth    Control Bluetooth service"
            )
        }
        return 255
    }

    private static let keyboard = "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME"

    private static func ime(_ call: ToolCall) throws -> Int32 {
        let words = call.arguments.filter { $0 != "--user" && $0 != "0" }
        switch words.first {
        case "list":
            call.out.line(
                words.contains("-s")
                    ? keyboard : "\(keyboard):\n  mId=\(keyboard) mSettingsActivityName=null mIsVrOnly=false"
            )
        case "set", "enable", "disable":
            guard let name = words.dropFirst().first else { throw missing("ime") }
            guard name == keyboard else {
                throw ToolFailure(
                    message:
                        "Unknown input method \(name) cannot be \(words[0] == "set" ? "selected" : words[0] + "d") for user #0",
                    status: 255
                )
            }
            if words[0] == "set" {
                call.system.settings.put(.secure, "default_input_method", name)
                call.out.line("Input method \(name) selected for user #0")
            } else {
                call.out.line("Input method \(name): now \(words[0])d for user #0")
            }
        case "reset": call.out.line("Reset current and enabled IMEs for user #0\n  Newly selected IME: \(keyboard)")
        default:
            call.err.line("Unknown command: \(words.first ?? "")")
            return 255
        }
        return 0
    }

    private static func service(_ call: ToolCall) throws -> Int32 {
        let words = call.arguments
        switch words.first {
        case "list":
            call.out.line(
                "Found 3 services:\n0\talarm: [android.app.IAlarmManager]\n1\tpackage: [android.content.pm.IPackageManager]\n2\twindow: [android.view.IWindowManager]"
            )
        case "check" where words.count > 1: call.out.line("Service \(words[1]): found")
        case "call" where words.count > 2:
            // Code 3 of the alarm service sets the time zone; harnesses set UTC by it.
            if words[1] == "alarm", words[2] == "3", words.count > 4, words[3] == "s16" {
                call.system.timeZone = words[4]
                call.windows.timePassed()
            }
            call.out.line("Result: Parcel(00000000    '....')")
        default:
            call.err.line(
                "Usage: service [-h|-?]\n       service list\n       service check SERVICE\n       service call SERVICE CODE [i32 N | i64 N | f N | d N | s16 STR | null | fd f | nfd n | afd f ] ..."
            )
            return 10
        }
        return 0
    }
}
