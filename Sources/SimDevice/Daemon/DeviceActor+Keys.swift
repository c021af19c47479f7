// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// A computer's key that the device's user has not decided about.
struct WaitingKey: Sendable {
    /// The key's MD5, `AB:CD:...`, as the device's screen shows it.
    var fingerprint: String { key.fingerprint }
    let key: AuthPublicKey
    /// What the computer calls itself.
    let name: String
    /// Lets the connection that waits go on.
    let accept: @Sendable () -> Void
    /// Tells the connections apart.
    let connection: ObjectIdentifier
}

extension DeviceActor {
    /// Where the keys lie that the device trusts, one a line.
    static let keyFile = "/data/misc/adb/adb_keys"
    /// Keys that are asked about at a time, and that are read from the file.
    private static let waitingLimit = 16
    private static let trustedLimit = 1024

    /// The keys that are let in; lines that are none are passed over.
    var trustedKeys: [AuthPublicKey] {
        guard let bytes = try? context.system.files.read(DeviceActor.keyFile) else { return [] }
        return bytes.split(separator: 10).prefix(DeviceActor.trustedLimit).compactMap {
            try? AuthPublicKey(parsing: $0)
        }
    }

    /// The keys that wait for the user, in the order in which they came.
    var pendingKeys: [WaitingKey] { waitingKeys }

    /// Lets a key in, now and from now on.
    ///
    /// - Parameter remember: false lets in only the connections that wait now.
    /// - Returns: false where no such key waits.
    /// - Throws: `DroidError` with code `sim.keys` where it cannot be kept; it is let in all the same.
    func acceptKey(_ fingerprint: String, remember: Bool = true) throws -> Bool {
        let accepted = waitingKeys.filter { $0.fingerprint == fingerprint }
        guard let first = accepted.first else { return false }
        waitingKeys.removeAll { $0.fingerprint == fingerprint }
        context.system.log.add(.info, "AdbDebuggingManager", "key \(fingerprint) of \(first.name) was accepted")
        defer { for waiting in accepted { waiting.accept() } }
        if remember { try trust(first.key.line(name: first.name)) }
        return true
    }

    /// Turns a key down: its computer goes on waiting, as with a real device, until it gives up.
    ///
    /// - Returns: false where no such key waits.
    func rejectKey(_ fingerprint: String) -> Bool {
        guard waitingKeys.contains(where: { $0.fingerprint == fingerprint }) else { return false }
        waitingKeys.removeAll { $0.fingerprint == fingerprint }
        context.system.log.add(.info, "AdbDebuggingManager", "key \(fingerprint) was turned down")
        return true
    }

    /// Trusts the key of a line, as `adb keygen` writes it into a `.pub` file.
    ///
    /// - Throws: `DroidError` with code `adb.key` for a line without a key, `sim.keys` where it cannot be kept.
    func trust(_ line: String) throws {
        let key = try AuthPublicKey(parsing: line.utf8)
        guard !trustedKeys.contains(key) else { return }
        do {
            try context.system.files.makeParents(of: DeviceActor.keyFile)
            let before = (try? context.system.files.read(DeviceActor.keyFile)) ?? []
            let gap: [UInt8] = before.isEmpty || before.last == 10 ? [] : [10]
            let text = line.split(whereSeparator: \.isNewline).first.map(String.init) ?? line
            try context.system.files.write(
                before + gap + Array((text + "\n").utf8),
                to: DeviceActor.keyFile,
                mode: 0o640
            )
        } catch let failure as FileFailure {
            throw DroidError("sim.keys", "the key cannot be kept", why: "\(failure.path): \(failure.reason)")
        }
    }

    /// Asks the user about a key: it waits until `acceptKey`, `rejectKey` or the end of its connection.
    func ask(_ waiting: WaitingKey) {
        waitingKeys.removeAll { $0.connection == waiting.connection }
        if waitingKeys.count >= DeviceActor.waitingLimit { waitingKeys.removeFirst() }
        waitingKeys.append(waiting)
        let text = "\(waiting.name.isEmpty ? "a computer" : waiting.name) wants in: key \(waiting.fingerprint)"
        context.system.log.add(.info, "AdbDebuggingManager", text)
        onKeyWaiting?(waiting.fingerprint, waiting.name)
    }

    /// The display asks about the keys that wait, one after the other, and its buttons answer.
    func showWaitingKeys() {
        context.windows.answerDebugging = { [weak self] fingerprint, allow, remember in
            // The buttons work where everything of the device does: on this actor.
            self?.assumeIsolated { device in
                if allow {
                    _ = try? device.acceptKey(fingerprint, remember: remember)
                } else {
                    _ = device.rejectKey(fingerprint)
                }
            }
        }
        context.windows.debuggingKeys = waitingKeys.reduce(into: []) { list, waiting in
            if !list.contains(waiting.fingerprint) { list.append(waiting.fingerprint) }
        }
    }

    /// A connection is over; its key is not asked about any more.
    func forgetKeys(of connection: ObjectIdentifier) { waitingKeys.removeAll { $0.connection == connection } }
}
