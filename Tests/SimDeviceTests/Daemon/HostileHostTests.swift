// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("A host that sends anything", .serialized)
struct HostileHostTests {
    #if DEBUG
    private static let total = 60_000
    #else
    private static let total = 1_000_000
    #endif

    /// Services that answer at once; what they would change on the device does not matter here.
    private static let services = [
        "shell,v2:echo hello", "shell,v2,raw:cat", "shell:true", "exec:cat", "exec:echo", "sync:", "sync:", "sync:",
        "source:100000", "sink:1000", "tcp:9008", "tcp:1", "localabstract:x", "reverse:forward:tcp:0;tcp:1",
        "reverse:list-forward", "reverse:killforward-all", "jdwp:1", "dev:/dev/null", "shell,v2,pty:", "",
    ]

    @Test("The device survives random and mutated packets: no crash, no hang, memory bounded, and serves the next host")
    func packets() async throws {
        let program = try Program()
        defer { program.remove() }
        let started = try await program.startDevice()
        let (process, port) = (started.process, started.port)
        let start = ContinuousClock.now
        var (sent, connections, broken, before, peak) = (0, 0, 0, 0, 0)
        while sent < Self.total {
            connections += 1
            let socket = try RawSocket.connect(to: port)
            var packets = HostilePackets(seed: UInt64(connections), services: Self.services)
            // Some come without a greeting, and some as an old host.
            if connections % 5 != 0 {
                let features = connections % 3 == 0 ? "" : "shell_v2,cmd,stat_v2,ls_v2,sendrecv_v2,delayed_ack"
                _ = socket.sendDropping(RawPacket.greeting("host::features=\(features)"))
            }
            for _ in 0..<8 {
                guard socket.sendDropping(packets.batch(500)) else { break }
                sent += 500
            }
            if connections % 2 == 0 {
                // Behind this the device has to hang up.
                _ = socket.sendDropping(packets.ending())
                #expect(socket.dropToEnd(), "connection \(connections) is still open")
                broken += 1
            }
            socket.shut()
            let now = ProcessMemory.resident(process.pid)
            if connections == 5 { before = now }
            peak = max(peak, now)
            try #require(now > 0, "the device is gone after \(sent) packets")
            try #require(ContinuousClock.now - start < .seconds(240), "it takes too long")
        }
        let growth = peak - before
        #expect(growth < 256 << 20, "memory grew by \(growth >> 20) MiB")
        let phone = try await ADBDevice.connect(host: "127.0.0.1", port: port)
        #expect(try await phone.shell(["echo", "fine"]).text == "fine\n")
        await phone.close()
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/task").count) ?? 0
        #expect(threads < 64)
        #expect(try started.stop().status == 0)
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        print(
            "hostile host: \(sent) packets on \(connections) connections, \(broken) broken ones hung up, "
                + "memory +\(growth >> 20) MiB, \(threads) threads, \(seconds) s"
        )
    }

    @Test("What a host claims is not believed: lengths and counts are capped before anything is reserved")
    func claims() async throws {
        let program = try Program()
        defer { program.remove() }
        let started = try await program.startDevice()
        let (process, port) = (started.process, started.port)
        let before = ProcessMemory.resident(process.pid)
        // A file message of 4 GiB, a path of 4 GiB, an endless source that nobody reads, 2000 streams that stay open.
        for payload in [Array("DATA".utf8) + [0xFF, 0xFF, 0xFF, 0xFF], Array("SEND".utf8) + [0xFF, 0xFF, 0xFF, 0x7F]] {
            let socket = try RawSocket.connect(to: port)
            socket.send(RawPacket.greeting("host::features=shell_v2"))
            socket.send(RawPacket.bytes(RawPacket.open, 1, 0, Array("sync:\0".utf8)))
            for id in 1...4 as ClosedRange<UInt32> { socket.send(RawPacket.bytes(RawPacket.write, 1, id, payload)) }
            socket.shut()
        }
        let socket = try RawSocket.connect(to: port)
        socket.send(RawPacket.greeting("host::features=shell_v2,delayed_ack"))
        socket.send(RawPacket.bytes(RawPacket.open, 1, .max, Array("source:99999999999\0".utf8)))
        for id in 2..<2002 as Range<UInt32> {
            guard socket.sendDropping(RawPacket.bytes(RawPacket.open, id, 1 << 25, Array("exec:cat\0".utf8))) else {
                break
            }
        }
        let phone = try await ADBDevice.connect(host: "127.0.0.1", port: port)
        #expect(try await phone.shell(["echo", "fine"]).text == "fine\n")
        await phone.close()
        let growth = ProcessMemory.peak(process.pid) - before
        #expect(growth < 256 << 20, "memory grew by \(growth >> 20) MiB")
        socket.shut()
        #expect(try started.stop().status == 0)
        print("hostile host: claims of 4 GiB and 2000 open streams, memory +\(growth >> 20) MiB")
    }
}
