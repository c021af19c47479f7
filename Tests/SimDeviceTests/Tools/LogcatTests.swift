// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Testing

@testable import SimDevice

@Suite("logcat")
struct LogcatTests {
    private func device() async throws -> TestDevice {
        let device = try TestDevice()
        device.system.log.clear([.main, .system, .crash, .radio])
        _ = await device.run("log -t First -p d one; log -t Second -p e 'two words'; log -t Third -p w three")
        device.system.log.add(.info, "RIL", "a message", pid: 77)
        return device
    }

    @Test("Each format has its own shape")
    func formats() async throws {
        let device = try await device()
        func last(_ arguments: String) async -> String {
            await device.run("logcat -d \(arguments)").out.split(separator: "\n").last.map(String.init) ?? ""
        }
        #expect(await last("-v brief") == "W/Third   ( 4242): three")
        #expect(await last("-v process") == "W( 4242) three  (Third)")
        #expect(await last("-v tag") == "W/Third   : three")
        #expect(await last("-v thread") == "W( 4242: 4242) three")
        #expect(await last("-v raw") == "three")
        #expect(await last("-v time").contains(#/^10-15 15:34:\d\d\.\d{3} W/Third   \( 4242\): three$/#))
        #expect(await last("").contains(#/^10-15 15:34:\d\d\.\d{3}  4242  4242 W Third   : three$/#))
        #expect(await last("-v epoch").contains(#/^1697384\d{3}\.\d{3}  4242  4242 W Third   : three$/#))
        #expect(await last("-v threadtime,year,usec,UTC").contains(#/^2023-10-15 15:34:\d\d\.\d{6}  4242/#))
        #expect(await last("-v long") == "three")
        #expect(await device.run("logcat -d -v nonsense").code == 1)
    }

    @Test("Filters, counts, buffers and patterns choose")
    func choose() async throws {
        let device = try await device()
        func tags(_ arguments: String) async -> [String] {
            await device.run("logcat -d -v tag \(arguments)").out.split(separator: "\n").filter { !$0.hasPrefix("-") }
                .map { String($0.dropFirst(2).prefix { $0 != " " && $0 != ":" }) }
        }
        #expect(await tags("") == ["First", "Second", "Third"])
        #expect(await tags("'*:W'") == ["Second", "Third"])
        #expect(await tags("-s First Third:E") == ["First"])
        #expect(await tags("Second:S '*:V'") == ["First", "Third"])
        #expect(await tags("-t 1") == ["Third"])
        #expect(await tags("-m 2") == ["First", "Second"])
        #expect(await tags("-b radio") == ["RIL"])
        #expect(await tags("-b all") == ["First", "Second", "Third", "RIL"])
        #expect(await tags("-b all --pid=77") == ["RIL"])
        #expect(await tags("-e 'two|three'") == ["Second", "Third"])
        #expect(await tags("-t '01-01 00:00:00.000'") == ["First", "Second", "Third"])
        #expect(await tags("-t '12-31 00:00:00.000'").isEmpty)
        #expect(await device.run("logcat -d -b nosuch").err.contains("Unknown -b buffer 'nosuch'"))
        #expect(await device.run("logcat -d -b main | head -1").out == "--------- beginning of main\n")
        #expect(
            await device.run("logcat -c; logcat -d; logcat -d -b radio -v tag").out.hasSuffix("I/RIL     : a message\n")
        )
    }
}
