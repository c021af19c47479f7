// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADB

@Suite("Limits of a stream", .timeLimit(.minutes(1)))
struct StreamLimitTests {
    @Test("A limit of nothing ends the stream at once, however often it is set")
    func nothing() async throws {
        for round in 0..<2000 {
            let stream = ADBStream(service: "test")
            stream.opened()
            // One that is replaced does not end the one behind it.
            stream.arm(.total(.seconds(100)), for: "x")
            stream.arm(round.isMultiple(of: 2) ? .total(.zero) : .idle(.nanoseconds(1)), for: "x")
            await expect("adb.timeout") { _ = try await stream.read() }
        }
    }

    @Test("A limit that was replaced or taken away ends nothing, though it is due")
    func replaced() async throws {
        for _ in 0..<500 {
            let stream = ADBStream(service: "test")
            stream.opened()
            let other = ADBStream(service: "test")
            other.opened()
            stream.arm(.total(.microseconds(20)), for: "the first")
            stream.arm(.total(.seconds(100)), for: "the second")
            // Behind this one everything that was due before it has run.
            other.arm(.total(.microseconds(40)), for: "y")
            await expect("adb.timeout") { _ = try await other.read() }
            stream.finished()
            do {
                #expect(try await stream.read() == nil)
            } catch {
                // It may have been due before it was replaced; then it is the first that ends the stream.
                #expect((error as? DroidError)?.what == "the first took too long", "\(error)")
            }
        }
    }
}
