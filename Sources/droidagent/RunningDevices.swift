// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc

/// What a running built-in device wrote about itself.
struct RunningDevice: Codable, Sendable {
    /// `sim` for this user's own device; otherwise the address.
    var name: String
    /// `127.0.0.1:PORT`.
    var serial: String
    var port: Int
    var consolePort: Int
    var pid: Int32
    /// Opens the console. The file that holds it can be read by its owner only.
    var consoleToken: String
}

/// The built-in devices of this user that run now, as state files tell.
enum RunningDevices {
    static var folder: String { "\(Locations.state)/devices" }

    static func path(_ name: String) -> String {
        "\(folder)/\(name.replacingOccurrences(of: ":", with: "_")).json"
    }

    /// Those whose process is alive; files that a killed device left behind are taken away.
    static func all() -> [RunningDevice] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasSuffix(".json") else { return nil }
            let path = "\(folder)/\(name)"
            guard let bytes = try? FileBytes.read(path),
                let device = try? JSON.decode(RunningDevice.self, from: bytes)
            else { return nil }
            if isAlive(device.pid) { return device }
            unlink(path)
            return nil
        }
    }

    static func find(_ name: String) -> RunningDevice? {
        all().first { $0.name == name || $0.serial == name || "\($0.port)" == name }
    }

    /// A value at once, and one each time that a device may have come or gone.
    ///
    /// - Throws: `DroidError`: `file.write`, `file.watch`.
    static func changes() throws -> AsyncStream<Void> {
        try makeFolder()
        return try FolderWatch.changes(in: folder)
    }

    /// Writes what this process is about its device.
    ///
    /// The file stays open for writing as long as the process lives: however it ends, its end closes the file, and that is
    /// how whoever watches the folder notices.
    static func add(_ device: RunningDevice) throws {
        try makeFolder()
        try FileBytes.write(JSON.pretty(device), to: path(device.name), mode: 0o600)
        _ = open(path(device.name), O_WRONLY | O_CLOEXEC)
    }

    private static func makeFolder() throws {
        try FileBytes.makeFolder(Locations.state, mode: 0o700)
        try FileBytes.makeFolder(folder, mode: 0o700)
    }

    static func remove(_ name: String) { unlink(path(name)) }

    /// Ends a device and waits until its process is gone.
    ///
    /// - Throws: `DroidError` with code `sim.stop` when it does not end within five seconds.
    static func stop(_ device: RunningDevice) async throws {
        kill(device.pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(5)
        while isAlive(device.pid) {
            // A child of this process stays a zombie until it is waited for.
            waitpid(device.pid, nil, WNOHANG)
            guard ContinuousClock.now < deadline else {
                throw DroidError(
                    "sim.stop",
                    "the device \(device.serial) does not end",
                    why: "process \(device.pid) is still there after 5 s",
                    next: "kill -9 \(device.pid)"
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        remove(device.name)
    }

    private static func isAlive(_ pid: Int32) -> Bool {
        guard pid > 0, kill(pid, 0) == 0 || errno == EPERM else { return false }
        // A recycled process number is not our device.
        let command = (try? FileBytes.read("/proc/\(pid)/cmdline")) ?? []
        return String(decoding: command, as: UTF8.self).contains("emulator\0start")
    }
}

/// Starts this user's built-in device in the background.
enum DetachedDevice {
    /// The running `sim`, started now if it was not running.
    ///
    /// - Throws: `DroidError` with code `sim.start`, with the last words of its log.
    static func sim(log: (String) -> Void) throws -> RunningDevice {
        if let running = RunningDevices.find("sim") { return running }
        log("starting the built-in device")
        return try start(["emulator", "start", "--name", "sim"])
    }

    /// Runs this program with `arguments` in a session of its own until it has printed one line.
    static func start(_ arguments: [String]) throws -> RunningDevice {
        try FileBytes.makeFolder(Locations.state, mode: 0o700)
        let logPath = "\(Locations.state)/device.log"
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw failed("no pipe: \(String(cString: strerror(errno)))") }
        ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, logPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A session of its own: an interrupt at this terminal ends the task, not the device.
        posix_spawnattr_setflags(&attributes, setSession)

        let all = [Locations.executablePath] + arguments + ["--json"]
        var argv: [UnsafeMutablePointer<CChar>?] = all.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, Locations.executablePath, &actions, &attributes, &argv, environ)
        close(ends[1])
        guard status == 0 else { throw failed(String(cString: strerror(status))) }

        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(ends[0], &byte, 1) == 1, byte != 10 { line.append(byte) }
        guard let started = try? JSON.decode(Started.self, from: line),
            let running = RunningDevices.all().first(where: { $0.port == started.port })
        else {
            let words = (try? FileBytes.read(logPath)).map { String(decoding: $0.suffix(800), as: UTF8.self) } ?? ""
            throw failed(words.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return running
    }

    /// `POSIX_SPAWN_SETSID` of spawn.h, which is a macro that Swift does not see.
    private static let setSession: Int16 = 0x80

    private struct Started: Codable { var port: Int }

    private static func failed(_ why: String) -> DroidError {
        DroidError(
            "sim.start",
            "the built-in device did not start",
            why: why,
            next: "try: droidagent emulator start --fresh"
        )
    }
}
