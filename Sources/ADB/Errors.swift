// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import NIOCore
import NIOPosix

/// The errors of this module; their words are made here and nowhere else.
enum ADBError {
    static func lost(_ serial: String, why: String = "the connection was closed") -> DroidError {
        DroidError(
            "adb.lost",
            "the device \(serial) is gone",
            why: why,
            next: "check that it is on and reachable (`droidagent devices`), then run the command again"
        )
    }

    static func timeout(_ what: String, _ limit: Duration, idle: Bool) -> DroidError {
        DroidError(
            "adb.timeout",
            "\(what) took too long",
            why: idle ? "nothing moved for \(seconds(limit))" : "it was not done within \(seconds(limit))",
            next: "the device may be busy or asleep; try again, or allow more time"
        )
    }

    static func refused(_ service: String, _ serial: String, why: String = "") -> DroidError {
        DroidError(
            "adb.refused",
            "the device \(serial) does not offer \(shortened(service))",
            why: why.isEmpty ? "it closed the stream instead of opening it" : why,
            next: "an older device may lack this service"
        )
    }

    static func notAccepted(_ serial: String, _ fingerprint: String, _ limit: Duration) -> DroidError {
        DroidError(
            "adb.unauthorized",
            "the device \(serial) does not let this computer in",
            why: "its user has not accepted the key \(fingerprint) within \(seconds(limit))",
            next: "unlock the device, accept the question on its screen, and run the command again"
        )
    }

    static func needsNetwork(_ serial: String) -> DroidError {
        DroidError(
            "adb.protocol",
            "the device \(serial) broke the protocol",
            why: "it asks for TLS where there is none"
        )
    }

    /// The device ended the connection under TLS before it had greeted.
    static func notPaired(_ serial: String) -> DroidError {
        DroidError(
            "adb.unauthorized",
            "the device \(serial) does not let this computer in over TLS",
            why: "it closed the connection: it does not know the key of this computer",
            next: "pair them once (`adb pair`), or for a built-in device start it with --trust ~/.android/adbkey.pub"
        )
    }

    static func connect(_ address: String, _ error: any Error, next: String) -> DroidError {
        DroidError(
            isTimeout(error) ? "adb.timeout" : "adb.connect",
            "cannot connect to \(address)",
            why: reason(error),
            next: next
        )
    }

    static func sync(_ what: String, _ words: String) -> DroidError {
        let next =
            words.contains("Permission denied") || words.contains("Read-only")
            ? "choose a path that the shell user may use, such as /sdcard or /data/local/tmp" : ""
        return DroidError("adb.sync", what, why: "the device says: \(words)", next: next)
    }

    static func nonsense(_ serial: String) -> DroidError {
        DroidError("adb.protocol", "the answer of \(serial) makes no sense", why: "it answers another question")
    }

    static func tooLarge(_ what: String, _ limit: Int) -> DroidError {
        DroidError(
            "adb.toolarge",
            "\(what) gives more than fits in memory here",
            why: "more than \(limit >> 20) MiB came",
            next: "write it to a file on the device and pull that to a file"
        )
    }

    static func usage(_ what: String, why: String, next: String = "") -> DroidError {
        DroidError("adb.usage", what, why: why, next: next)
    }

    /// What an adb server's `FAIL` means.
    static func server(_ words: String, serial: String) -> DroidError {
        let text = words.split(separator: "\n").first.map(String.init) ?? words
        if text.hasPrefix("device unauthorized") {
            return DroidError(
                "adb.unauthorized",
                "the device \(serial) does not let this computer in",
                why: "its user has not accepted the key of this computer",
                next: "unlock the device and accept the question on its screen"
            )
        }
        if text.contains("offline") {
            return DroidError(
                "adb.offline",
                "the device \(serial) is offline",
                why: "the adb server says: \(text)",
                next: "wait a moment, or run `adb reconnect`"
            )
        }
        if text.contains("not found") || text.contains("no devices") {
            return DroidError(
                "adb.nodevice",
                "the adb server knows no device \(serial)",
                why: "the adb server says: \(text)",
                next: "run `droidagent devices` to see which there are"
            )
        }
        return DroidError("adb.server", "the adb server refused", why: "it says: \(text)")
    }

    /// A long service or command, cut for a message.
    static func shortened(_ text: String) -> String {
        text.count <= 80 ? "`\(text)`" : "`\(text.prefix(77))...`"
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        switch error {
        case let error as NIOConnectionError: error.connectionErrors.contains { isTimeout($0.error) }
        case ChannelError.connectTimeout, SocketFailure.timeout: true
        default: false
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return reason(first.error) }
            return error.dnsAError != nil || error.dnsAAAAError != nil
                ? "the host name is not known" : "no address answered"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: return "no answer in time"
        case let error as SocketFailure: return error.description
        case let error as DroidError: return error.why.isEmpty ? error.what : error.why
        default: return "\(error)"
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}

extension TimeAmount {
    /// A duration, at most some years.
    init(clamping duration: Duration) {
        let seconds = min(max(duration.components.seconds, 0), 1 << 32)
        self = .nanoseconds(seconds * 1_000_000_000 + max(0, duration.components.attoseconds / 1_000_000_000))
    }
}
