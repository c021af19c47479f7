// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// A program that was started, with an environment of its own.
///
/// Foundation's `Process` waits until every program that holds its pipes has ended; a server that adb leaves behind never
/// does. Here output goes to files.
struct ChildProcess: Sendable {
    let pid: pid_t

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: the program.
    ///   - arguments: what follows its name.
    ///   - environment: variables that replace this process's own.
    ///   - input: what it reads, at most 4 KiB; nothing by default.
    ///   - output: the file that its standard output goes to.
    ///   - error: the file that its standard error goes to; it may be the same.
    ///   - session: whether it gets a session of its own, so that an interrupt at this terminal does not end it.
    /// - Throws: `DroidError` with code `process.start`.
    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: [UInt8]? = nil,
        output: String = "/dev/null",
        error: String = "/dev/null",
        session: Bool = false
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var ends: [Int32] = [-1, -1]
        defer { for end in ends where end >= 0 { close(end) } }
        if let input {
            // So little fits in a pipe at once, so nobody has to be there to write it.
            guard input.count <= 4096, pipe(&ends) == 0, write(ends[1], input, input.count) == input.count
            else {
                throw DroidError("process.start", "cannot run \(path)", why: String(cString: strerror(errno)))
            }
            // A program that reads to the end must not hold the other end itself.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if error == output && output != "/dev/null" {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID of spawn.h, which is a macro that Swift does not see.
        if session { posix_spawnattr_setflags(&attributes, 0x80) }

        var variables: [UnsafeMutablePointer<CChar>?] = []
        var index = 0
        while let entry = environ[index] {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            if environment[String(name)] == nil { variables.append(strdup(text)) }
            index += 1
        }
        variables += environment.map { strdup("\($0.key)=\($0.value)") }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { for text in words + variables { free(text) } }
        words.append(nil)
        variables.append(nil)
        var started: pid_t = 0
        let failure = posix_spawn(&started, path, &actions, &attributes, &words, &variables)
        guard failure == 0 else {
            throw DroidError("process.start", "cannot run \(path)", why: String(cString: strerror(failure)))
        }
        pid = started
    }

    /// Waits for its end: the exit code, or 128 and the signal's number.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            if errno != EINTR { return 0 }
        }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }

    /// Its exit code if it has ended.
    func ended() -> Int32? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }

    func signal(_ number: Int32) { kill(pid, number) }
}
