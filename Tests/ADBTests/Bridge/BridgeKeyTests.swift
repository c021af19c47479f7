// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import SimDevice
import Synchronization
import TestSupport
import Testing

@testable import ADB

@Suite("The bridge at each depth: keys", .serialized, .timeLimit(.minutes(3)))
struct BridgeKeyTests {
    /// Fingerprints of keys that the device asks its user about, as they come.
    private final class Questions: Sendable {
        let stream: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        @Sendable func ask(_ fingerprint: String, _ name: String) { continuation.yield(fingerprint) }
    }

    @Test(
        "A new key waits for its user, is let in when it is accepted, and is known from then on",
        arguments: Depth.reachable
    )
    func accepted(depth: Depth) async throws {
        let (key, questions) = (try AuthKey.generate(), Questions())
        try await withPlugged(depth) {
            $0.auth = .rsa
            $0.onKeyWaiting = questions.ask
        } _: { bridge in
            let told = Mutex<[String]>([])
            let connecting = Task {
                try await bridge.connect(keys: [key]) { fingerprint in told.withLock { $0.append(fingerprint) } }
            }
            var asked = questions.stream.makeAsyncIterator()
            #expect(await asked.next() == key.publicKey.fingerprint)
            let console = try await bridge.console()
            let waiting = try await console.say("adb-key list")
            #expect(waiting.count == 1 && waiting[0].hasPrefix(key.publicKey.fingerprint + " "))
            _ = try await console.say("adb-key accept")
            let device = try await connecting.value
            #expect(told.withLock { $0 } == [key.publicKey.fingerprint])
            #expect(try await device.shell(["echo", "in"]).text == "in\n")
            await device.close()
            // Nobody is asked about a key that is known, wherever it stands among this computer's keys.
            let other = try AuthKey.generate()
            let again = try await bridge.connect(keys: [other, key]) { Issue.record("asked about \($0)") }
            #expect(try await again.shell(["echo", "again"]).text == "again\n")
            await again.close()
        }
    }

    @Test(
        "A key that is turned down gets nothing, and the next question may be answered otherwise",
        arguments: Depth.reachable
    )
    func rejected(depth: Depth) async throws {
        let (key, questions) = (try AuthKey.generate(), Questions())
        try await withPlugged(depth) {
            $0.auth = .rsa
            $0.onKeyWaiting = questions.ask
        } _: { bridge in
            let connecting = Task { try await bridge.connect(keys: [key], acceptTime: .milliseconds(500)) }
            var asked = questions.stream.makeAsyncIterator()
            let fingerprint = try #require(await asked.next())
            let console = try await bridge.console()
            _ = try await console.say("adb-key reject \(fingerprint)")
            do {
                _ = try await connecting.value
                Issue.record("a key that was turned down was let in")
            } catch let error as DroidError {
                #expect(error.code == "adb.unauthorized" && error.why.contains(fingerprint))
            }
            let again = Task { try await bridge.connect(keys: [key]) }
            #expect(await asked.next() == fingerprint)
            _ = try await console.say("adb-key accept \(fingerprint)")
            let device = try await again.value
            #expect(try await device.shell(["true"]).exitCode == 0)
            await device.close()
        }
    }

    @Test(
        "A key that the device trusts from the start is let in; no key, and nobody to ask, is an error",
        arguments: Depth.reachable
    )
    func trusted(depth: Depth) async throws {
        let key = try AuthKey.generate()
        try await withPlugged(depth) {
            $0.auth = .rsa
            $0.trusted = [key.publicKey.line(name: "me@here")]
        } _: { bridge in
            let device = try await bridge.connect(keys: [key]) { Issue.record("asked about \($0)") }
            try await device.push([1, 2, 3], to: "/data/local/tmp/by-key")
            #expect(try await device.pull("/data/local/tmp/by-key") == [1, 2, 3])
            await device.close()
            await expect("adb.unauthorized") { _ = try await bridge.connect() }
            await expect("adb.unauthorized") {
                _ = try await bridge.connect(keys: [try AuthKey.generate()], acceptTime: .milliseconds(100))
            }
        }
    }

    @Test(
        "TLS lets in a key that is trusted and no other; where there is no TLS it is an error",
        arguments: Depth.reachable
    )
    func tls(depth: Depth) async throws {
        let key = try AuthKey.generate()
        try await withPlugged(depth) {
            $0.auth = .tls
            $0.trusted = [key.publicKey.line(name: "me@here")]
        } _: { bridge in
            guard depth == .tcp else {
                // TLS is for networks only; a cable has none, and must not wait for one.
                await expect("adb.protocol") { _ = try await bridge.connect(keys: [key]) }
                return
            }
            let device = try await bridge.connect(keys: [key]) { Issue.record("asked about \($0)") }
            let bytes = noise(3 << 20)
            try await device.push(bytes, to: "/data/local/tmp/sealed")
            #expect(try await device.pull("/data/local/tmp/sealed") == bytes)
            #expect(try await device.shell(raw: "echo out; exit 9").exitCode == 9)
            await device.close()
            await expect("adb.unauthorized") { _ = try await bridge.connect(keys: [try AuthKey.generate()]) }
            let after = try await bridge.connect(keys: [key])
            #expect(try await after.shell(["echo", "after"]).text == "after\n")
            await after.close()
        }
    }
}
