// SPDX-License-Identifier: Apache-2.0

import Base
import TestSupport
import Testing

@testable import ADB

@Suite("The bridge at each depth: ports", .serialized, .timeLimit(.minutes(3)))
struct BridgePortTests {
    @Test(
        "A forward leads to a program of the device, both ways, and goes when it is removed",
        arguments: Depth.reachable
    )
    func forward(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let program = try await device.openShell("nc -l -p 0", terminal: false)
            let there = try await program.output(until: "\n").dropLast()
            let rule = try await device.forward(to: "tcp:\(there)")
            let here = try #require(ForwardRule.port(of: rule.local))
            #expect(try await device.forwardRules() == [rule])
            let socket = try await blocking { try HostSocket.connect(here) }
            try await blocking { try socket.send("question\n") }
            #expect(try await program.output(until: "\n") == "question\n")
            try await program.write("answer\n")
            #expect(try await blocking { try socket.receive() } == Array("answer\n".utf8))
            program.close()
            #expect(try await blocking { try socket.receive() } == [])
            try await device.removeForward(rule.local)
            #expect(try await device.forwardRules().isEmpty)
            #expect(await (try? blocking { try HostSocket.connect(here) }) == nil)
        }
    }

    @Test("A program of the device reaches the port that was named, and no other", arguments: Depth.reachable)
    func reverse(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let (listener, port) = try HostSocket.listen()
            let rule = try await device.reverse("tcp:0", to: "tcp:\(port)")
            let there = try #require(ForwardRule.port(of: rule.remote))
            #expect(try await device.reverseRules() == [rule])
            async let served: [UInt8] = blocking {
                let socket = try listener.accept()
                let question = try socket.receive()
                try socket.send("answer\n")
                return question
            }
            let result = try await device.shell(raw: "echo question | nc 127.0.0.1 \(there)")
            #expect(try await served == Array("question\n".utf8))
            #expect(result.text == "answer\n" && result.exitCode == 0)
            try await device.removeReverse(rule.remote)
            #expect(try await device.reverseRules().isEmpty)
            let refused = try await device.shell(raw: "nc 127.0.0.1 \(there)")
            #expect(refused.exitCode == 1 && refused.errorText.contains("Connection refused"))
        }
    }

    @Test("Megabytes go in a circle, through a reverse and a forward, unchanged", arguments: Depth.reachable)
    func circle(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let (listener, port) = try HostSocket.listen()
            try await device.reverse("localabstract:circle", to: "tcp:\(port)")
            let forward = try await device.forward(to: "localabstract:circle")
            let here = try #require(ForwardRule.port(of: forward.local))
            let bytes = noise(2 << 20)
            async let received: [UInt8] = blocking { try listener.accept().rest() }
            try await blocking {
                let socket = try HostSocket.connect(here)
                try socket.send(bytes)
                socket.closeHalf()
                #expect(try socket.rest() == [])
            }
            #expect(try await received == bytes)
        }
    }

    @Test("Where nothing listens, each connection ends at once and the bridge goes on", arguments: Depth.reachable)
    func nobody(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let rule = try await device.forward(to: "localabstract:nobody")
            let here = try #require(ForwardRule.port(of: rule.local))
            for _ in 0..<5 {
                let socket = try await blocking { try HostSocket.connect(here) }
                #expect((try? await blocking { try socket.receive() }) ?? [] == [])
            }
            // Port 1 of this machine is nobody's: the device's program is told in the same way.
            let back = try await device.reverse("tcp:0", to: "tcp:1")
            let there = try #require(ForwardRule.port(of: back.remote))
            #expect(try await device.shell(raw: "nc 127.0.0.1 \(there) </dev/null").text.isEmpty)
            #expect(try await device.shell(["echo", "fine"]).text == "fine\n")
        }
    }
}
