// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import SimDevice

@Suite("The console")
struct ConsoleTests {
    @Test("wants the token first, then saves, loads, moves the clock and brings messages")
    func commands() async throws {
        let folder = NSTemporaryDirectory() + "/simdevice-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let device = try DeviceActor(SimDeviceOptions(stateFolder: folder, clock: .stepped))
        let session = ConsoleSession(device: device, tokens: ["abc"], tokenPath: "/t") {}
        func ask(_ line: String) async -> String { await session.answer(line, authorised: true).text }
        #expect(await session.answer("clock get", authorised: false).text.hasPrefix("KO: authentication required"))
        let wrong = await session.answer("auth wrong", authorised: false)
        #expect(wrong.text.hasPrefix("KO: ") && wrong.closes && !wrong.authorises)
        #expect(await session.answer("auth abc", authorised: false).authorises)
        #expect(await ask("clock get") == "\(DeviceClock.start)\r\nOK\r\n")
        #expect(await ask("snapshot save before") == "OK\r\n")
        #expect(await ask("clock advance 5000") == "OK\r\n")
        #expect(await ask("sms send 5550107713 hello there") == "OK\r\n")
        #expect(try await device.inbox().first?.body == "hello there")
        #expect(await ask("snapshot load before") == "OK\r\n")
        #expect(await ask("clock get") == "\(DeviceClock.start)\r\nOK\r\n")
        #expect(try await device.inbox().first?.body != "hello there")
        #expect(await ask("snapshot list") == "before\r\ndefault\r\nOK\r\n")
        for bad in [
            "", "nonsense", "snapshot load none", "snapshot save ../x", "clock set x", "sms send", "sms send abc x",
            "clock",
        ] {
            #expect(await ask(bad).hasPrefix("KO: "), "\(bad)")
        }
        #expect(await session.answer("quit", authorised: false).closes)
    }
}

extension DeviceActor {
    fileprivate func inbox() throws -> [MessageStore.Message] { try context.system.messages.all(.inbox) }
}
