// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc

/// The program under test, run as a person runs it: its own process, a private home, files for its output.
public final class Program {
    /// What a finished run came to.
    public struct Outcome: Sendable {
        /// The exit code; 128 and the signal's number for a process that a signal ended.
        public var status: Int32
        public var out: String
        public var err: String
    }

    /// The folder that everything of this program's runs lies in; `remove()` takes it away.
    public let home: String
    private var environment: [String: String]

    /// - Parameter cache: the cache folder; the user's own by default, for the model that is there.
    public init(cache: String? = nil) throws {
        home = (NSTemporaryDirectory() as NSString).standardizingPath + "/droidagent-test-" + UUID().uuidString
        try FileBytes.makeFolder(home, mode: 0o700)
        environment = [
            "HOME": home, "PATH": "/usr/bin:/bin", "XDG_STATE_HOME": home + "/state",
            "XDG_CACHE_HOME": cache ?? (Locations.cache as NSString).deletingLastPathComponent,
            // No adb server is asked but one that a test starts.
            "ANDROID_ADB_SERVER_PORT": "1",
        ]
        // Where lines covered are counted, they are counted here, too; on an emulated bus, the program is on it as well.
        for (name, value) in ProcessInfo.processInfo.environment
        where ["LLVM_PROFILE_FILE", "LD_PRELOAD", "USB_TESTBED"].contains(name) || name.hasPrefix("UMOCKDEV_") {
            environment[name] = value
        }
    }

    /// The program beside the test bundle.
    public static var path: String {
        (Locations.executablePath as NSString).deletingLastPathComponent + "/droidagent"
    }

    /// Runs the program to its end.
    public func run(_ arguments: [String]) throws -> Outcome {
        let running = try start(arguments)
        return try running.wait()
    }

    /// A process that was started.
    public struct Running: Sendable {
        public let pid: pid_t
        let out: String
        let err: String

        /// What it has printed so far.
        public var output: String { (try? FileBytes.read(out)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

        /// What it has said on standard error so far.
        public var errors: String { (try? FileBytes.read(err)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

        /// Waits for its end.
        public func wait() throws -> Outcome {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
            return Outcome(
                status: code,
                out: String(decoding: try FileBytes.read(out), as: UTF8.self),
                err: String(decoding: try FileBytes.read(err), as: UTF8.self)
            )
        }

        /// Waits until its output holds `text`, or it ends, or a minute has passed; looks a hundred times a second.
        public func waits(for text: String) async throws -> Bool {
            await waits { output.contains(text) }
        }

        /// The same for standard error.
        public func waits(forError text: String) async throws -> Bool { await waits { errors.contains(text) } }

        /// Waits until something is true, or it ends, or a minute has passed; looks a hundred times a second.
        public func waits(until condition: () -> Bool) async -> Bool {
            for _ in 0..<6000 {
                if condition() { return true }
                var status: siginfo_t = siginfo_t()
                if waitid(P_PID, id_t(pid), &status, WEXITED | WNOHANG | WNOWAIT) == 0, status.si_signo != 0 {
                    return condition()
                }
                try? await Task.sleep(for: .milliseconds(10))
            }
            return false
        }

        public func signal(_ number: Int32) { kill(pid, number) }
    }

    /// Starts the program and returns at once.
    public func start(_ arguments: [String]) throws -> Running {
        let name = UUID().uuidString
        let running = Running(pid: 0, out: "\(home)/\(name).out", err: "\(home)/\(name).err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, running.out, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, running.err, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var words = ([Self.path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, Self.path, &actions, nil, &words, &variables)
        guard failure == 0 else {
            throw DroidError("test.spawn", "cannot run \(Self.path)", why: String(cString: strerror(failure)))
        }
        return Running(pid: pid, out: running.out, err: running.err)
    }

    /// Ends this home's devices and takes its files away.
    public func remove() {
        _ = try? run(["emulator", "stop", "sim"])
        try? FileManager.default.removeItem(atPath: home)
    }
}
