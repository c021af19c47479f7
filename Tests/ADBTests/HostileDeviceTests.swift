// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ADB

/// What the slow build of a test can do in the time.
#if DEBUG
let hostilePackets = 60_000
#else
let hostilePackets = 1_000_000
#endif

@Suite("A device that sends anything", .serialized)
struct HostileDeviceTests {
    /// Greets as a device does, then sends hostile packets on each connection, and closes it or breaks it.
    private final class HostileDevice: Sendable {
        let listener: RawSocket
        let sent = Atomic<Int>(0)
        let connections = Atomic<Int>(0)
        private let total: Int
        private let failures = Mutex<[String]>([])

        var problems: [String] { failures.withLock { $0 } }

        init(total: Int) throws {
            self.total = total
            listener = try RawSocket.listen()
            Thread.detachNewThread { [self] in
                while let host = listener.accept() { serve(host) }
            }
        }

        private func serve(_ host: RawSocket) {
            let number = connections.add(1, ordering: .relaxed).newValue
            guard let head = host.receive(exactly: 24) else { return }
            _ = host.receive(exactly: Int(head[12]) | Int(head[13]) << 8)
            let features = number % 3 == 0 ? "" : "shell_v2,cmd,stat_v2,ls_v2,sendrecv_v2,delayed_ack"
            host.send(RawPacket.greeting("device::ro.product.name=x;ro.product.model=y;features=\(features)"))
            var packets = HostilePackets(
                seed: UInt64(number),
                services: ["tcp:22", "tcp:5037", "localabstract:x", "", "tcp:27183"]
            )
            // The first OPEN of the host is waited for, so that there are streams to be hostile to.
            guard host.receive().isEmpty == false else { return }
            for _ in 0..<10 {
                let batch = 500
                guard host.sendDropping(packets.batch(batch)) else { break }
                if sent.add(batch, ordering: .relaxed).newValue >= total { break }
            }
            if number % 2 == 0 {
                _ = host.sendDropping(packets.ending())
                // The client has to hang up by itself.
                if !host.dropToEnd() { failures.withLock { $0.append("the client stays on a broken connection") } }
            }
            host.shut()
        }
    }

    @Test("Random and mutated packets end calls with an error: no crash, no hang, memory bounded")
    func packets() async throws {
        let hostile = try HostileDevice(total: hostilePackets)
        let start = ContinuousClock.now
        var peak = 0
        var ends: [String: Int] = [:]
        // The allocator's own pools fill in the first rounds.
        var before = 0
        while hostile.sent.load(ordering: .relaxed) < hostilePackets {
            for (end, count) in await round(hostile.listener.port) { ends[end, default: 0] += count }
            let now = ProcessMemory.resident()
            if hostile.connections.load(ordering: .relaxed) == 5 { before = now }
            peak = max(peak, now)
            try #require(ContinuousClock.now - start < .seconds(240), "it takes too long")
        }
        #expect(hostile.problems.isEmpty, "\(hostile.problems)")
        let growth = peak - before
        #expect(growth < 256 << 20, "memory grew by \(growth >> 20) MiB")
        #expect(ends["hung"] == nil && ends.keys.allSatisfy { $0.hasPrefix("adb.") || $0 == "done" }, "\(ends)")
        hostile.listener.shut()

        let fake = try await FakeDevice.start()
        let phone = try await ADBDevice.connect(host: "127.0.0.1", port: fake.port)
        #expect(try await phone.shell(["echo", "fine"]).text == "fine\n")
        await phone.close()
        await fake.stop()
        let sent = hostile.sent.load(ordering: .relaxed)
        let count = hostile.connections.load(ordering: .relaxed)
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        print(
            "hostile device: \(sent) packets on \(count) connections, calls \(ends.sorted { $0.key < $1.key }), "
                + "memory +\(growth >> 20) MiB, \(seconds) s"
        )
    }

    /// One connection with all kinds of calls on it, and how they ended.
    private func round(_ port: Int) async -> [String: Int] {
        let calls: [@Sendable (ADBDevice) async throws -> Void] = [
            { _ = try await $0.shell(raw: "something", timeout: .seconds(10)) },
            { _ = try await $0.exec("something", timeout: .seconds(10)) },
            { _ = try await $0.stat("/sdcard") },
            { _ = try await $0.list("/sdcard") },
            { try await $0.push([UInt8](repeating: 1, count: 200_000), to: "/sdcard/x") },
            { _ = try await $0.pull("/sdcard/x") },
            { phone in
                let stream = try await phone.open("tcp:1")
                for _ in 0..<4 { if try await stream.read() == nil { break } }
                stream.close()
            },
        ]
        guard let phone = try? await ADBDevice.connect(host: "127.0.0.1", port: port) else { return ["adb.connect": 1] }
        let ends = await withTaskGroup(of: String.self) { group in
            for call in calls {
                group.addTask {
                    switch await CutOutcome.of({ try await call(phone) }) {
                    case .done: "done"
                    case .failed(let code): code
                    }
                }
            }
            return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        await phone.close()
        return ends
    }
}
