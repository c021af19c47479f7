// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADB

@Suite("The bridge at each depth: streams and sessions", .serialized)
struct BridgeStreamTests {
    @Test("Two hundred streams at once each get their own answer", arguments: Depth.reachable)
    func many(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for index in 0..<200 {
                    group.addTask { (index, try await device.shell(["echo", "\(index)"], timeout: .seconds(60)).text) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(answers == Dictionary(uniqueKeysWithValues: (0..<200).map { ($0, "\($0)\n") }))
        }
    }

    @Test("A stream that nobody reads stalls no other", arguments: Depth.reachable)
    func slow(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            // More than both ends together keep for it.
            let slow = try await device.open("source:\(256 << 20)")
            for index in 0..<20 { #expect(try await device.shell(["echo", "\(index)"]).text == "\(index)\n") }
            let bytes = noise(2 << 20)
            try await device.push(bytes, to: "/data/local/tmp/beside")
            #expect(try await device.pull("/data/local/tmp/beside") == bytes)
            #expect(try await slow.read()?.isEmpty == false)
            slow.drop()
            #expect(try await device.shell(["echo", "after"]).text == "after\n")
        }
    }

    @Test("What a stream is sent is taken, however much it is", arguments: Depth.reachable)
    func sink(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let stream = try await device.open("sink:\(32 << 20)")
            let block = noise(1 << 20)[...]
            for _ in 0..<32 { try await stream.write(block) }
            stream.drop()
            let source = try await device.open("source:\(32 << 20)")
            var count = 0
            while let bytes = try await source.read() { count += bytes.count }
            #expect(count == 32 << 20)
        }
    }

    @Test("Cancelling a call closes its stream and leaves the rest alone", arguments: Depth.reachable)
    func cancellation(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            for _ in 0..<20 {
                let stream = try await device.open("shell,v2,raw:cat")
                let reading = Task { try await stream.read() }
                reading.cancel()
                await #expect(throws: CancellationError.self) { _ = try await reading.value }
                // The stream is over: nothing can be written to it any more.
                await #expect(throws: (any Error).self) { try await stream.write([1, 2, 3]) }
            }
            #expect(try await device.shell(["echo", "fine"]).text == "fine\n")
        }
    }

    @Test("When the device is gone, everybody who waits is told", arguments: Depth.reachable)
    func gone(depth: Depth) async throws {
        try await withBridge(depth) { (device, bridge) async throws in
            var streams: [ADBStream] = []
            for _ in 0..<20 { streams.append(try await device.open("shell,v2,raw:cat")) }
            let waiting = streams.map { stream in Task { try await stream.read() } }
            try await bridge.vanish()
            for task in waiting {
                do {
                    let bytes = try await task.value
                    Issue.record("\(bytes?.count ?? 0) bytes came where the device is gone")
                } catch let error as DroidError {
                    #expect(error.code == "adb.lost")
                }
            }
            await expect("adb.lost") { _ = try await device.shell(["true"]) }
        }
    }

    @Test("Session after session works, and one at a time is enough", arguments: Depth.reachable)
    func sessions(depth: Depth) async throws {
        try await withBridge(depth) { first, bridge in
            await first.close()
            for index in 0..<5 {
                let device = try await bridge.connect()
                #expect(try await device.shell(["echo", "\(index)"]).text == "\(index)\n")
                // Half of them in the middle of something.
                if index % 2 == 0 { _ = try await device.open("source:\(64 << 20)") }
                await device.close()
            }
        }
    }
}
