// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Pages

@Suite("The loopback server", .timeLimit(.minutes(3)))
struct LoopbackServerTests {
    /// An answer, taken apart.
    private struct Answer {
        var status: Int
        var head: String
        var body: String
    }

    /// Sends bytes, says that no more come, and reads what comes back.
    private func send(_ bytes: [UInt8], to port: Int) async throws -> Answer {
        let socket = try RawSocket.connect(to: port)
        let text = await offThread {
            socket.send(bytes)
            shutdown(socket.descriptor, Int32(SHUT_WR))
            var all: [UInt8] = []
            while true {
                let part = socket.receive()
                if part.isEmpty { break }
                all += part
            }
            return String(decoding: all, as: UTF8.self)
        }
        let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let parts = text.components(separatedBy: "\r\n\r\n")
        return Answer(status: status, head: parts[0], body: parts.dropFirst().joined(separator: "\r\n\r\n"))
    }

    private func offThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { done in Thread.detachNewThread { done.resume(returning: body()) } }
    }

    private func ask(
        _ server: LoopbackServer,
        _ path: String,
        method: String = "GET",
        host: String? = nil,
        more: String = "",
        body: String = ""
    ) async throws -> Answer {
        let host = host ?? "127.0.0.1:\(server.port)"
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        let text = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(length)\(more)\r\n\(body)"
        return try await send(Array(text.utf8), to: server.port)
    }

    /// A server that says what it was asked, and counts.
    private func with(
        bodyLimit: Int = 1000,
        _ test: (LoopbackServer, @Sendable () -> Int) async throws -> Void
    ) async throws {
        let count = Counter()
        let server = try await LoopbackServer.start(bodyLimit: bodyLimit) { request in
            count.value.withLock { $0 += 1 }
            let query = request.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
            return .text("\(request.method) [\(request.path)] {\(query)} \(request.body.count)", status: 200)
        }
        do {
            try await test(server) { count.value.withLock { $0 } }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private final class Counter: Sendable { let value = Mutex(0) }

    @Test("What the page asks gets through, with path, query and body")
    func asked() async throws {
        try await with { server, _ in
            let page = try await ask(server, "/\(server.token)/")
            #expect(page.status == 200 && page.body == "get [] {} 0")
            let state = try await ask(
                server,
                "/\(server.token)/state?after=7&b=x%20y",
                host: "localhost:\(server.port)"
            )
            #expect(state.body == "get [state] {after=7,b=x y} 0")
            let posted = try await ask(server, "/\(server.token)/input", method: "POST", body: "{\"a\":1}")
            #expect(posted.body == "post [input] {} 7")
            for header in [
                "Cache-Control: no-store", "Referrer-Policy: no-referrer", "X-Content-Type-Options: nosniff",
            ] {
                #expect(page.head.contains(header), "\(header)")
            }
            #expect(server.address == "http://127.0.0.1:\(server.port)/\(server.token)/")
        }
    }

    @Test("Without the token, by another name, from another page or with another method nothing gets through")
    func refused() async throws {
        try await with { server, count in
            let token = server.token
            #expect(token.count == 32 && token != LoopbackServer.freshToken())
            let other = String(token.dropLast()) + (token.last == "0" ? "1" : "0")
            for path in [
                "/", "", "*", "/x/", "/\(other)/", "/\(token.dropLast())/", "/\(token)0/", "//\(token)/",
                "/\(other)/../\(other)/",
            ] {
                let answer = try await ask(server, path)
                #expect(answer.status == 403 || answer.status == 0, "\(path): \(answer.status)")
            }
            #expect(try await ask(server, "/\(token)").status == 404)
            for host in [
                "evil.example", "evil.example:\(server.port)", "127.0.0.1", "127.0.0.1:1", "[::1]:\(server.port)", "",
            ] {
                #expect(try await ask(server, "/\(token)/", host: host).status == 421, "\(host)")
            }
            for origin in ["http://evil.example", "null", "http://localhost:\(server.port)", "http://127.0.0.1"] {
                let answer = try await ask(
                    server,
                    "/\(token)/",
                    method: "POST",
                    more: "Origin: \(origin)\r\n",
                    body: "x"
                )
                #expect(answer.status == 403, "\(origin)")
            }
            for method in ["PUT", "DELETE", "OPTIONS", "HEAD"] {
                #expect(try await ask(server, "/\(token)/", method: method).status == 405, "\(method)")
            }
            #expect(try await ask(server, "/\(token)/", method: "BREW").status == 404)
            let bare = try await send(Array("GET /\(token)/ HTTP/1.1\r\n\r\n".utf8), to: server.port)
            #expect(bare.status == 421)
            #expect(count() == 0)
            let own = "Origin: http://127.0.0.1:\(server.port)\r\n"
            #expect(try await ask(server, "/\(token)/", method: "POST", more: own, body: "x").status == 200)
            #expect(count() == 1)
        }
    }

    @Test(
        "Tokens are compared whole",
        arguments: [
            ("abc", "abc", true), ("abd", "abc", false), ("", "abc", false), ("ab", "abc", false),
            ("abcd", "abc", false), ("", "", true),
        ]
    )
    func same(given: String, wanted: String, isSame: Bool) { #expect(PageGate.isSame(given, wanted) == isSame) }

    @Test("A body may be as long as the limit, and no longer, however it comes")
    func bounds() async throws {
        try await with { server, count in
            let path = "/\(server.token)/input"
            #expect(
                try await ask(server, path, method: "POST", body: String(repeating: "x", count: 1000)).status == 200
            )
            for size in [1001, 5000, 100_000, 3_000_000] {
                let answer = try await ask(server, path, method: "POST", body: String(repeating: "x", count: size))
                #expect(answer.status == 413, "\(size)")
            }
            func chunked(_ chunks: Int) async throws -> Int {
                let head = "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n"
                let piece = "1f4\r\n" + String(repeating: "y", count: 500) + "\r\n"
                let text =
                    head + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: piece, count: chunks) + "0\r\n\r\n"
                return try await send(Array(text.utf8), to: server.port).status
            }
            #expect(try await chunked(2) == 200)
            #expect(try await chunked(3) == 413)
            #expect(try await chunked(200) == 413)
            #expect(count() == 2)
        }
    }

    @Test("Only this machine can reach it")
    func loopback() async throws {
        try await with { server, _ in
            let wanted = String(format: ":%04X", server.port)
            let tables: [String] = try ["/proc/net/tcp", "/proc/net/tcp6"].map {
                try String(contentsOfFile: $0, encoding: .utf8)
            }
            var listening: [String] = []
            for line in tables.joined().split(separator: "\n") {
                let fields: [Substring] = line.split(separator: " ")
                if fields.count > 3, fields[1].hasSuffix(wanted), fields[3] == "0A" {
                    listening.append(String(fields[1]))
                }
            }
            #expect(listening == ["0100007F\(wanted)"])
        }
    }

    @Test("A port that is taken is an error that says so, and so is one that is none")
    func taken() async throws {
        let other = try RawSocket.listen()
        for port in [other.port, -1, 70_000] {
            let error = await #expect(throws: DroidError.self) {
                _ = try await LoopbackServer.start(port: port) { _ in .text("", status: 200) }
            }
            #expect(error?.code == "page.port")
        }
    }

    @Test("Its end cuts off who waits, and frees the port")
    func end() async throws {
        let (stream, began) = AsyncStream<Void>.makeStream()
        let server = try await LoopbackServer.start { _ in
            began.yield()
            try await Task.sleep(for: .seconds(20))
            return .text("late", status: 200)
        }
        async let answer = ask(server, "/\(server.token)/")
        for await _ in stream { break }
        let start = ContinuousClock.now
        await server.stop()
        #expect(try await answer.body != "late")
        #expect(ContinuousClock.now - start < .seconds(5))
        let again = try await LoopbackServer.start(port: server.port) { _ in .text("again", status: 200) }
        #expect(try await ask(again, "/\(again.token)/").body == "again")
        await again.stop()
    }

    @Test("Broken requests neither end the server nor keep it from others", arguments: [1, 2, 3, 4] as [UInt64])
    func fuzzed(seed: UInt64) async throws {
        try await with { server, count in
            var random = SeededRandom(seed: seed, name: "requests")
            let path = "/\(server.token)/state?after=1"
            let host = "Host: 127.0.0.1:\(server.port)\r\n"
            let seeds = [
                "GET \(path) HTTP/1.1\r\n\(host)\r\n",
                "POST \(path) HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhello",
                "POST \(path) HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "GET \(path) HTTP/1.1\r\n\(host)Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            ]
            let words = [
                "\r\n", "\r\n\r\n", "%00", "%", "?", "//", "..", ":", "-1", "99999999999999999999", "7fffffffffffffff",
                "\u{0}",
                "Content-Length: 9223372036854775807\r\n", "Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n",
            ]
            for _ in 0..<120 {
                var bytes = Array(seeds.randomElement(using: &random)!.utf8)
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    let place = Int.random(in: 0...bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.insert(contentsOf: Array(words.randomElement(using: &random)!.utf8), at: place)
                    case 2: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                    default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
                    }
                }
                let answer = try await send(bytes, to: server.port)
                #expect(
                    [0, 200, 400, 403, 404, 405, 413, 421].contains(answer.status),
                    "\(String(decoding: bytes, as: UTF8.self))"
                )
            }
            let before = count()
            #expect(try await ask(server, path).status == 200)
            #expect(count() == before + 1)
        }
    }
}

@Suite("Live pages")
struct LivePageTests {
    @Test("A live page runs its own script alone, under a word that no two answers share")
    func policy() throws {
        let page = LivePage(title: "<a> & b", style: "b { top: 0 }", body: "<p>x</p>", script: "let a = 1")
        let (first, second) = (page.response(), page.response())
        let policy = try #require(first.headers["Content-Security-Policy"])
        let nonce = try #require(policy.firstMatch(of: #/script-src 'nonce-(\w+)'/#)?.1)
        let html = String(decoding: first.body, as: UTF8.self)
        #expect(html.contains("<script nonce=\"\(nonce)\">let a = 1</script>"))
        #expect(html.contains("<title>&lt;a&gt; &amp; b</title>") && policy.contains("default-src 'none'"))
        #expect(!policy.contains("unsafe") && second.headers != first.headers)
        #expect(!html.contains("http://") && !html.contains("https://"))
    }
}
