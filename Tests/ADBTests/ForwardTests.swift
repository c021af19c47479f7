// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import SimDevice
import TestSupport
import Testing

@testable import ADB

@Suite("Ports over the bridge", .timeLimit(.minutes(2)))
struct ForwardTests {
    @Test("A forward joins a port of this machine with a socket of the device, both ways")
    func forward() async throws {
        try await withBuiltIn { (device, _) async throws in
            let session = try await device.openShell("nc -l -p 0", terminal: false)
            let port = try await session.output(until: "\n").dropLast()
            let rule = try await device.forward(to: "tcp:\(port)")
            let here = try #require(ForwardRule.port(of: rule.local))
            #expect(here > 0 && rule.remote == "tcp:\(port)" && rule.serial == device.serial)
            #expect(try await device.forwardRules() == [rule])
            let socket = try await blocking { try HostSocket.connect(here) }
            try await blocking { try socket.send("hello\n") }
            #expect(try await session.output(until: "\n") == "hello\n")
            try await session.write("answer\n")
            #expect(try await blocking { try socket.receive() } == Array("answer\n".utf8))
            // The device's end hangs up: what it said has arrived, and then there is the end.
            try await session.write("bye\n")
            #expect(try await blocking { try socket.receive() } == Array("bye\n".utf8))
            session.close()
            #expect(try await blocking { try socket.receive() } == [])
            try await device.removeForward(rule.local)
            #expect(try await device.forwardRules().isEmpty)
            await expect("adb.forward") { try await device.removeForward(rule.local) }
            #expect(await (try? blocking { try HostSocket.connect(here) }) == nil)
        }
    }

    @Test("A local end that closes its half still gets the answer")
    func halfClose() async throws {
        try await withDevice { (device, _) async throws in
            // This service of the fake device says everything back.
            let rule = try await device.forward(to: "tcp:7")
            let here = try #require(ForwardRule.port(of: rule.local))
            var random = SeededRandom(seed: 9)
            let data = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            let back = try await blocking {
                let socket = try HostSocket.connect(here)
                try socket.send(data)
                socket.closeHalf()
                return try socket.rest()
            }
            #expect(back == data)
        }
    }

    @Test("Where nothing listens on the device, the connection ends at once; the forward stays")
    func refused() async throws {
        try await withBuiltIn { (device, _) async throws in
            let rule = try await device.forward("tcp:0", to: "localabstract:nobody")
            let here = try #require(ForwardRule.port(of: rule.local))
            for _ in 0..<3 {
                let socket = try await blocking { try HostSocket.connect(here) }
                #expect((try? await blocking { try socket.receive() }) ?? [] == [])
            }
            #expect(try await device.forwardRules() == [rule])
        }
    }

    @Test(
        "A port that is taken, and what is no socket, are errors; an own forward is replaced unless that is forbidden"
    )
    func errors() async throws {
        try await withBuiltIn { (device, _) async throws in
            let (taken, port) = try HostSocket.listen()
            await expect("adb.forward") { try await device.forward("tcp:\(port)", to: "tcp:1") }
            _ = taken.descriptor
            await expect("adb.usage") { try await device.forward("localabstract:x", to: "tcp:1") }
            await expect("adb.usage") { try await device.forward("tcp:0", to: "shell:reboot") }
            let rule = try await device.forward(to: "tcp:1")
            await expect("adb.forward") { try await device.forward(rule.local, to: "tcp:2", rebinds: false) }
            #expect(try await device.forward(rule.local, to: "tcp:2").remote == "tcp:2")
            #expect(try await device.forwardRules().map(\.remote) == ["tcp:2"])
        }
    }

    @Test("Closing the connection ends its forwards and what came by them")
    func close() async throws {
        try await withBuiltIn { (device, simulated) async throws in
            let other = try await ADBDevice.connect(host: "127.0.0.1", port: simulated.port)
            let session = try await device.openShell("nc -l -p 0", terminal: false)
            let port = try await session.output(until: "\n").dropLast()
            let rule = try await other.forward(to: "tcp:\(port)")
            let here = try #require(ForwardRule.port(of: rule.local))
            let socket = try await blocking { try HostSocket.connect(here) }
            try await blocking { try socket.send("x\n") }
            _ = try await session.output(until: "x\n")
            await other.close()
            #expect((try? await blocking { try socket.receive() }) ?? [] == [])
            #expect(await (try? blocking { try HostSocket.connect(here) }) == nil)
        }
    }
}

@Suite("Ports of this machine, from the device", .timeLimit(.minutes(2)))
struct ReverseTests {
    @Test("A program of the device reaches the port that was registered, and its answer comes back")
    func reverse() async throws {
        try await withBuiltIn { (device, _) async throws in
            let (listener, port) = try HostSocket.listen()
            let rule = try await device.reverse("tcp:0", to: "tcp:\(port)")
            let there = try #require(ForwardRule.port(of: rule.remote))
            #expect(there > 0 && rule.local == "tcp:\(port)")
            #expect(try await device.reverseRules() == [rule])
            async let served: [UInt8] = blocking {
                let socket = try listener.accept()
                let got = try socket.receive()
                try socket.send("answer\n")
                return got
            }
            let result = try await device.shell(raw: "echo question | nc 127.0.0.1 \(there)")
            #expect(try await served == Array("question\n".utf8))
            #expect(result.text == "answer\n" && result.exitCode == 0)
        }
    }

    @Test("Megabytes go through unchanged")
    func bulk() async throws {
        try await withBuiltIn { (device, _) async throws in
            let (listener, port) = try HostSocket.listen()
            let rule = try await device.reverse("localabstract:bulk", to: "tcp:\(port)")
            #expect(rule.remote == "localabstract:bulk")
            // A forward to the same socket leads in a circle: this machine, the device, this machine.
            let forward = try await device.forward(to: "localabstract:bulk")
            let here = try #require(ForwardRule.port(of: forward.local))
            var random = SeededRandom(seed: 10)
            let data = (0..<(4 << 20) / 8).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) }
            async let received: [UInt8] = blocking {
                let socket = try listener.accept()
                return try socket.rest()
            }
            try await blocking {
                let socket = try HostSocket.connect(here)
                try socket.send(data)
                socket.closeHalf()
                #expect(try socket.rest() == [])
            }
            #expect(try await received == data)
        }
    }

    @Test("What was removed is refused, and a device's own listener cannot be taken")
    func remove() async throws {
        try await withBuiltIn { (device, simulated) async throws in
            let (listener, port) = try HostSocket.listen()
            let rule = try await device.reverse("tcp:0", to: "tcp:\(port)")
            await expect("adb.reverse") { try await device.reverse(rule.remote, to: "tcp:\(port)", rebinds: false) }
            try await device.reverse(rule.remote, to: "tcp:\(port)")
            let other = try await ADBDevice.connect(host: "127.0.0.1", port: simulated.port)
            await expect("adb.reverse") { try await other.reverse(rule.remote, to: "tcp:\(port)") }
            await expect("adb.reverse") { try await other.removeReverse(rule.remote) }
            #expect(try await other.reverseRules().isEmpty)
            await other.close()
            try await device.removeReverse(rule.remote)
            let there = try #require(ForwardRule.port(of: rule.remote))
            let result = try await device.shell(raw: "nc 127.0.0.1 \(there)")
            #expect(result.exitCode == 1 && result.errorText.contains("Connection refused"))
            await expect("adb.reverse") { try await device.removeReverse(rule.remote) }
            try await device.reverse("tcp:0", to: "tcp:\(port)")
            try await device.removeAllReverses()
            #expect(try await device.reverseRules().isEmpty)
            await expect("adb.usage") { try await device.reverse("tcp:0", to: "localabstract:x") }
            await expect("adb.usage") { try await device.reverse("tcp:0", to: "tcp:0") }
            _ = listener.descriptor
        }
    }

    @Test("Listeners end with the connection that asked for them")
    func leave() async throws {
        try await withBuiltIn { (device, simulated) async throws in
            let other = try await ADBDevice.connect(host: "127.0.0.1", port: simulated.port)
            let rule = try await other.reverse("tcp:0", to: "tcp:9")
            let there = try #require(ForwardRule.port(of: rule.remote))
            await other.close()
            while try await !device.shell(raw: "nc 127.0.0.1 \(there)").errorText.contains("Connection refused") {}
        }
    }
}
