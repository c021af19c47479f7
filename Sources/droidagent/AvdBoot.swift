// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Glibc

extension AvdPlan {
    /// Sees that nobody else has the emulator's ports: it would take others, and whoever expects it would miss it.
    ///
    /// - Throws: `DroidError` with code `avd.port`.
    func checkPorts() throws {
        for (number, what) in [(port, "console"), (port + 1, "adb"), (recipe.grpc, "gRPC")] {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var one: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(number).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard bound == 0 else {
                let isGRPC = number == recipe.grpc
                throw DroidError(
                    "avd.port",
                    "port \(number), which the emulator's \(what) needs, is taken",
                    why: "another emulator may be running",
                    next: isGRPC
                        ? "end it, or choose another --grpc"
                        : "end it (adb -s emulator-\(port) emu kill), or choose another --port"
                )
            }
        }
    }

    /// Waits until the device has booted: the system says so, its animation has ended, and packages can be asked for.
    ///
    /// - Throws: `DroidError` with code `avd.boot` when the emulator ends, or the time is over; it is ended then.
    func waitUntilBooted(_ process: ChildProcess, timeout: Duration, log: (String) -> Void) async throws {
        let deadline = ContinuousClock.now + timeout
        var last = "it did not answer on port \(port + 1)"
        while ContinuousClock.now < deadline {
            if let code = process.ended() {
                throw DroidError(
                    "avd.boot",
                    "the emulator ended with \(code)",
                    why: AvdStep.tail(logPath),
                    next: "the whole log is at \(logPath)"
                )
            }
            let state = await bootState()
            if state == nil { return }
            if let state, state != last {
                last = state
                log(state)
            }
            try await Task.sleep(for: .milliseconds(500))
        }
        process.signal(SIGTERM)
        throw DroidError(
            "avd.boot",
            "the emulator has not booted within \(timeout.components.seconds) s, so it was ended",
            why: last,
            next: "give it more time with --timeout; the log is at \(logPath)"
        )
    }

    /// What it still waits for; nil once it has booted.
    private func bootState() async -> String? {
        do {
            let device = try await ADBDevice.connect(host: "127.0.0.1", port: port + 1, timeout: .seconds(3))
            let question = "getprop sys.boot_completed; getprop init.svc.bootanim; pm path com.android.settings"
            let answer: String
            do {
                answer = try await device.shell(raw: question, timeout: .seconds(10)).text
            } catch {
                await device.close()
                throw error
            }
            await device.close()
            let lines = answer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.first == "1" else { return "the system has not booted" }
            guard lines.count > 1, lines[1] == "stopped" || lines[1].isEmpty else {
                return "the animation is still shown"
            }
            return lines.contains { $0.hasPrefix("package:") } ? nil : "packages cannot be asked for"
        } catch {
            return (error as? DroidError).map { "\($0.what)\($0.why.isEmpty ? "" : ": \($0.why)")" } ?? "\(error)"
        }
    }
}
