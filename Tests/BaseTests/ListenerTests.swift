// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Testing

@Suite("Listening")
struct ListenerTests {
    @Test("closing again and again touches no socket that came to have the same number")
    func closingTwice() throws {
        let listener = try TCPListener(port: 0) { _ in }
        listener.close()
        for _ in 0..<2000 {
            // The lowest numbers that are free: sooner or later the one that the listener's thread gives back.
            var pair: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
            listener.close()
            let sent = pair.map { send($0, "x", 1, Int32(MSG_NOSIGNAL)) }
            pair.forEach { _ = close($0) }
            try #require(sent == [1, 1])
        }
    }

    @Test("a listener that nobody keeps listens no more")
    func letGo() async throws {
        let port = try TCPListener(port: 0) { _ in }.port
        await #expect(throws: SocketFailure.system(ECONNREFUSED)) {
            _ = try await TCPConnector.connect(host: "127.0.0.1", port: port, timeout: .seconds(10))
        }
    }
}
