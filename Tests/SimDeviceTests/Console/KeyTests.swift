// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import Synchronization
import Testing

@testable import SimDevice

extension DeviceActor {
    /// Touches what has this text in the active window; false where nothing has.
    fileprivate func touch(_ words: String) -> Bool {
        guard let node = context.windows.activeWindow?.root.first({ $0.view.text == words }) else { return false }
        context.windows.tap(x: node.visible.centerX, y: node.visible.centerY)
        return true
    }

    fileprivate var dump: String { String(decoding: context.windows.hierarchy(), as: UTF8.self) }
}

@Suite("Keys on the display and the console")
struct KeyTests {
    @Test("Allow on the display lets a key in, and remembers it where that is ticked", arguments: [false, true])
    func allow(always: Bool) async throws {
        let folder = NSTemporaryDirectory() + "/keys-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let device = try DeviceActor(SimDeviceOptions(stateFolder: folder, clock: .stepped))
        let key = try AuthKey.generate().publicKey
        let admitted = Mutex(0)
        final class Connection {}
        let connection = Connection()
        let waiting = WaitingKey(
            key: key,
            name: "ann@laptop",
            accept: { admitted.withLock { $0 += 1 } },
            connection: ObjectIdentifier(connection)
        )
        await device.ask(waiting)
        let dump = await device.dump
        #expect(dump.contains("Allow USB debugging?") && dump.contains(key.fingerprint))
        if always { #expect(await device.touch("Always allow from this computer")) }
        #expect(await device.touch("Allow"))
        #expect(admitted.withLock { $0 } == 1)
        #expect(await device.trustedKeys == (always ? [key] : []))
        #expect(!(await device.dump.contains("Allow USB debugging?")))
        // Cancel turns it down, and so does the console.
        await device.ask(waiting)
        #expect(await device.touch("Cancel"))
        #expect(await device.pendingKeys.isEmpty)
        let session = ConsoleSession(device: device, tokens: ["t"], tokenPath: "/t") {}
        func say(_ line: String) async -> String { await session.answer(line, authorised: true).text }
        #expect(await say("adb-key accept").hasPrefix("KO: no key waits"))
        await device.ask(waiting)
        #expect(await say("adb-key list") == "\(key.fingerprint) ann@laptop\r\nOK\r\n")
        #expect(await say("adb-key reject 00:11").hasPrefix("KO: "))
        #expect(await say("adb-key reject \(key.fingerprint.lowercased())") == "OK\r\n")
        await device.ask(waiting)
        #expect(await say("adb-key accept") == "OK\r\n")
        #expect(admitted.withLock { $0 } == 2)
        #expect(await device.trustedKeys == [key])
        // A computer that goes away is not asked about any more.
        await device.ask(waiting)
        await device.forgetKeys(of: ObjectIdentifier(connection))
        #expect(!(await device.dump.contains("Allow USB debugging?")))
    }
}
