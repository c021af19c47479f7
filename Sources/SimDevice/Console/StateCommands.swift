// SPDX-License-Identifier: Apache-2.0

/// Time, snapshots, and the virtual device as a whole.
extension ConsoleCommand {
    static let state: [ConsoleCommand] = [
        ConsoleCommand(
            name: "clock",
            summary: "the device's clock",
            usage: [
                ("clock get", "its time in ms since 1970"), ("clock set MS", "sets it"),
                ("clock advance MS", "moves it, back with a minus"),
            ],
            run: clock
        ),
        ConsoleCommand(
            name: "snapshot",
            summary: "saves and restores the whole device",
            usage: [
                ("snapshot list", "the names there are"), ("snapshot save NAME", "saves the device as it is"),
                ("snapshot load NAME", "goes back to it"), ("snapshot del NAME", "takes it away"),
            ],
            run: snapshot
        ),
        ConsoleCommand(
            name: "avd",
            summary: "the virtual device",
            usage: [
                ("avd name", "its name"), ("avd status", "whether it runs"),
                ("avd snapshot list|save|load|del", "as 'snapshot'"),
            ],
            run: avd
        ),
    ]

    private static func clock(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        switch line.verb {
        case "get" where line.words.count == 2: return ["\(await device.now)"]
        case "set", "advance":
            // A hundred years and more either way: what no calendar of the device minds.
            guard line.words.count == 3, let ms = Int64(line.words[2]),
                (-8_000_000_000_000...8_000_000_000_000).contains(ms)
            else { throw ConsoleSession.Refusal("bad time, need milliseconds") }
            if line.verb == "set" { await device.setClock(ms) } else { await device.advanceClock(ms) }
            return []
        default: throw misused("clock", line)
        }
    }

    private static func snapshot(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        guard ["list", "save", "load", "del", "delete"].contains(line.verb) else { throw misused("snapshot", line) }
        if line.verb == "list" { return await device.snapshotNames }
        guard line.words.count == 3, SnapshotStore.isName(line.words[2]) else {
            throw ConsoleSession.Refusal("bad snapshot name")
        }
        let name = line.words[2]
        switch line.verb {
        case "save": try await device.saveSnapshot(name)
        case "load": try await device.loadSnapshot(name)
        default:
            if name == "default" {
                throw ConsoleSession.Refusal("the snapshot default is the device as it came, and stays")
            }
            try await device.removeSnapshot(name)
        }
        return []
    }

    private static func avd(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        switch line.verb {
        case "name": return ["sim"]
        case "status": return ["virtual device is running"]
        case "start": throw ConsoleSession.Refusal("virtual device already running")
        case "stop": throw ConsoleSession.Refusal("the built-in device cannot be paused; 'kill' ends it")
        case "snapshot": return try await snapshot(device, ConsoleLine(line.rest(from: 1)))
        default: throw misused("avd", line)
        }
    }
}
