// SPDX-License-Identifier: Apache-2.0

import ADB
import Base

extension DeviceChoice {
    /// Opens a device that is there already; starts none.
    ///
    /// - Throws: `DroidError` with code `device.none` while there is none, and what `open` throws.
    static func find(_ name: String?) async throws -> ADBDevice {
        if let name, name != "sim" { return try await open(name, log: { _ in }).device }
        let usable = await all().filter { $0.isUsable && (name == nil || $0.serial == name) }
        guard let first = usable.first else {
            throw DroidError(
                "device.none",
                name == nil ? "no device is connected" : "the built-in device does not run",
                next: "connect one, or: droidagent emulator start --detach"
            )
        }
        // Several are an error that `open` puts into words.
        return try await open(usable.count == 1 ? first.serial : nil, log: { _ in }).device
    }
}

extension DeviceSource {
    /// The built-in devices of this user: each writes a state file and holds it open as long as it runs, so the folder of
    /// those files tells what comes and goes.
    static var builtIn: DeviceSource {
        DeviceSource("built-in") {
            AsyncStream { continuation in
                let task = Task {
                    var last: [ListedDevice]?
                    // A folder that is taken away is made anew.
                    while !Task.isCancelled, let changes = try? RunningDevices.changes() {
                        for await _ in changes {
                            let list = RunningDevices.all().map {
                                ListedDevice(serial: $0.name == "sim" ? "sim" : $0.serial, state: "device")
                            }
                            if list != last { continuation.yield(list) }
                            last = list
                        }
                    }
                    continuation.finish()
                }
                continuation.onTermination = { _ in task.cancel() }
            }
        }
    }

    /// All ways by which `devices --watch` sees devices. One that an adb server has is told as the server's.
    static var all: [DeviceSource] { [.builtIn, .server(), .usb()] }
}
