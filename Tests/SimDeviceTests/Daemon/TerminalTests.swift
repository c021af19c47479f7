// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import SimDevice

@Suite("A terminal of the device")
struct TerminalTests {
    @Test("^C between a line that was read and its command ends the command, and waits for no other")
    func lateInterrupt() async throws {
        let shown = Mutex<[UInt8]>([])
        let terminal = Terminal(show: { bytes in shown.withLock { $0 += bytes } })
        terminal.type(Array("sleep 1000\r".utf8)[...])
        guard case .bytes(let line) = await terminal.read() else { return #expect(Bool(false)) }
        #expect(line.elementsEqual("sleep 1000\n".utf8))
        terminal.type([3])
        let count = Mutex(0)
        terminal.setInterrupt { count.withLock { $0 += 1 } }
        #expect(count.withLock { $0 } == 1)
        // The next command is not hit by it.
        terminal.setInterrupt(nil)
        terminal.setInterrupt { count.withLock { $0 += 1 } }
        #expect(count.withLock { $0 } == 1)
        #expect(shown.withLock { String(decoding: $0, as: UTF8.self) } == "sleep 1000\n^C\n")
    }

    @Test("^C where nothing runs is what the reader gets, and takes what was typed with it")
    func idleInterrupt() async throws {
        let terminal = Terminal(show: { _ in })
        terminal.setInterrupt(nil)
        terminal.type(Array("one\rtwo\r".utf8)[...] + [3])
        guard case .interrupt = await terminal.read() else { return #expect(Bool(false)) }
        terminal.end()
        guard case .end = await terminal.read() else { return #expect(Bool(false)) }
    }
}
