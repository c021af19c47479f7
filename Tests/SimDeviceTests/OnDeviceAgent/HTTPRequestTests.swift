// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import SimDevice

@Suite("Requests to the on-device agent")
struct HTTPRequestTests {
    private func all(_ text: String, pieces size: Int = .max) throws -> [HTTPRequest] {
        var parser = HTTPRequestParser()
        var out: [HTTPRequest] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(size)
            rest = rest.dropFirst(piece.count)
            parser.feed(piece)
            while let request = try parser.next() { out.append(request) }
        }
        return out
    }

    private static let two =
        "POST /jsonrpc/0 HTTP/1.1\r\nHost: localhost:9008\r\nContent-Length: 5\r\n\r\nhello"
        + "GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n"

    @Test("Requests one after the other are read in pieces of any size", arguments: [1, 2, 5, 17, 1000])
    func pieces(size: Int) throws {
        let found = try all(Self.two, pieces: size)
        #expect(found.map(\.path) == ["/jsonrpc/0", "/ping"])
        #expect(found.map(\.body) == [Array("hello".utf8), []])
        #expect(found.map(\.keepsAlive) == [true, false])
    }

    @Test(
        "What is no request, or too large, is answered with a status",
        arguments: [
            ("nonsense\r\n\r\n", 400), ("GET /ping\r\n\r\n", 400), ("GET /ping HTTP/2\r\n\r\n", 505),
            ("get /ping HTTP/1.1\r\n\r\n", 400), ("GET ping HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
            ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
            ("GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET /" + String(repeating: "a", count: 20_000), 431),
            ("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 200) + "\r\n", 431),
        ]
    )
    func refused(text: String, status: Int) {
        let error = #expect(throws: HTTPRequestParser.Failure.self) { try all(text) }
        #expect(error?.status == status)
    }

    @Test("Any bytes are read without a crash, and what is held is bounded")
    func fuzz() {
        var random = SeededRandom(seed: 9008)
        let seeds = [Array(Self.two.utf8), Array("GET / HTTP/1.1\r\nA: b\r\n\r\n".utf8)]
        for _ in 0..<4000 {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(contentsOf: [13, 10, 32, 58].shuffled(using: &random).prefix(2), at: at)
                default: bytes.remove(at: at)
                }
            }
            var parser = HTTPRequestParser()
            var rest = bytes[...]
            do {
                while !rest.isEmpty {
                    let piece = rest.prefix(Int.random(in: 1...40, using: &random))
                    rest = rest.dropFirst(piece.count)
                    parser.feed(piece)
                    while let request = try parser.next() { #expect(request.body.count <= HTTPRequestParser.bodyLimit) }
                }
            } catch {
                #expect(error.status >= 400)
            }
        }
    }

    @Test("JSON that is broken or nests too deep is no call")
    func json() {
        #expect(
            AgentRequest(Array("{\"method\":\"a\",\"id\":7,\"params\":[1,true,null,\"x\"]}".utf8))?.parameters == [
                .number(1), .bool(true), .null, .string("x"),
            ]
        )
        #expect(AgentRequest(Array("[]".utf8)) == nil)
        #expect(AgentRequest(Array("{\"method\":1}".utf8)) == nil)
        let deep =
            "{\"method\":\"a\",\"params\":" + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
            + "}"
        #expect(AgentRequest(Array(deep.utf8)) == nil)
        #expect(AgentRequest([0xFF, 0xFE, 0x7B]) == nil)
    }

    @Test(
        "Text comes out as JSON that reads back as it was",
        arguments: ["", "a\"b\\c\n\t\r", "\u{1}\u{7f}", "żółć 📶"]
    )
    func quoting(text: String) throws {
        var bytes: [UInt8] = []
        AgentJSON.object(["k": .string(text)]).encode(into: &bytes)
        #expect(AgentJSON(bytes)?.fields?["k"]?.text == text)
    }
}
