// SPDX-License-Identifier: Apache-2.0

/// Where the device is, how it is held, and its battery.
extension ConsoleCommand {
    static let body: [ConsoleCommand] = [
        ConsoleCommand(
            name: "geo",
            summary: "the place that the satellites give",
            usage: [("geo fix LONGITUDE LATITUDE [ALTITUDE]", "degrees and metres")],
            run: geo
        ),
        ConsoleCommand(
            name: "power",
            summary: "the battery and what charges it",
            usage: [
                ("power display", "battery and charger"), ("power ac on|off", "plugs the charger in or out"),
                ("power status " + names(statuses), "what the battery does"),
                ("power health " + names(healths), "how it is"),
                ("power present true|false", "whether there is one"), ("power capacity PERCENT", "how full it is"),
            ],
            run: power
        ),
        ConsoleCommand(
            name: "rotate",
            summary: "turns the device by a quarter, clockwise",
            usage: [
                ("rotate", "a quarter, clockwise"),
                ("rotate 0|1|2|3", "holds it so that an unlocked display has this rotation"),
            ],
            run: rotate
        ),
    ]

    private static let statuses: [(String, DeviceHardware.Battery.Status)] = [
        ("unknown", .unknown), ("charging", .charging), ("discharging", .discharging), ("not-charging", .notCharging),
        ("full", .full),
    ]

    private static let healths: [(String, DeviceHardware.Battery.Health)] = [
        ("unknown", .unknown), ("good", .good), ("overheat", .overheat), ("dead", .dead),
        ("overvoltage", .overvoltage), ("failure", .failure),
    ]

    private static func names<Value>(_ table: [(String, Value)]) -> String { table.map(\.0).joined(separator: "|") }

    private static func geo(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        switch line.verb {
        case "fix":
            // Satellites and speed may follow, as on the official console; nothing here shows them.
            let numbers = line.words.dropFirst(2).map { Double($0) ?? .nan }
            guard (2...5).contains(numbers.count) else {
                throw ConsoleSession.Refusal("missing argument, try 'geo fix <longitude> <latitude> [<altitude>]'")
            }
            guard (-180...180).contains(numbers[0]) else {
                throw ConsoleSession.Refusal("argument <longitude> is not a number from -180 to 180")
            }
            guard (-90...90).contains(numbers[1]) else {
                throw ConsoleSession.Refusal("argument <latitude> is not a number from -90 to 90")
            }
            let altitude = numbers.count > 2 ? numbers[2] : 0
            guard (-10_000...1_000_000).contains(altitude) else {
                throw ConsoleSession.Refusal("argument <altitude> is not a number of metres")
            }
            await device.setLocation(latitude: numbers[1], longitude: numbers[0], altitude: altitude)
            return []
        case "nmea":
            throw ConsoleSession.Refusal("the built-in device reads no NMEA sentences, use 'geo fix'")
        default: throw misused("geo", line)
        }
    }

    private static func power(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        let value = line.words.count == 3 ? line.words[2] : ""
        func pick<Value>(_ table: [(String, Value)]) throws -> Value {
            guard let found = table.first(where: { $0.0 == value }) else {
                throw ConsoleSession.Refusal("Usage: \"power \(line.verb) \(names(table))\"")
            }
            return found.1
        }
        switch line.verb {
        case "display":
            let battery = await device.hardware.battery
            return [
                "AC: \(battery.isPlugged ? "online" : "offline")",
                "status: \(statuses.first { $0.1 == battery.status }.map(\.0) ?? "")",
                "health: \(healths.first { $0.1 == battery.health }.map(\.0) ?? "")",
                "present: \(battery.present)", "capacity: \(battery.level)",
            ]
        case "ac":
            let on = try pick([("on", true), ("off", false)])
            // The cable is all there is: off takes the one to the computer out as well.
            await device.changeHardware { ($0.battery.ac, $0.battery.usb) = (on, false) }
        case "status":
            let status = try pick(statuses)
            await device.changeHardware { $0.battery.status = status }
        case "health":
            let health = try pick(healths)
            await device.changeHardware { $0.battery.health = health }
        case "present":
            let present = try pick([("true", true), ("false", false)])
            await device.changeHardware { $0.battery.present = present }
        case "capacity":
            guard let level = Int(value), (0...100).contains(level) else {
                throw ConsoleSession.Refusal("Usage: \"power capacity <percentage>\", from 0 to 100")
            }
            await device.changeHardware { $0.battery.level = level }
        default: throw misused("power", line)
        }
        return []
    }

    private static func rotate(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        switch line.words.count {
        case 1: await device.changeHardware { $0.hold($0.held + 3) }
        case 2:
            guard let rotation = Int(line.verb), (0...3).contains(rotation) else {
                throw ConsoleSession.Refusal("bad rotation, try 'rotate 0|1|2|3'")
            }
            await device.changeHardware { $0.hold(rotation) }
        default: throw ConsoleSession.Refusal("too many arguments, try 'help rotate'")
        }
        if await device.rotatesBySensor { return [] }
        return ["auto-rotate is off: the display stays (settings put system accelerometer_rotation 1)"]
    }
}
