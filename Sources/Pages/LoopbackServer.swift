// SPDX-License-Identifier: Apache-2.0

import Base
import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// What a page of ours asks of the program that serves it.
public struct PageRequest: Sendable {
    public enum Method: Sendable { case get, post }

    public var method: Method
    /// What follows the token in the address: the empty string for the page itself.
    public var path: String
    public var query: [String: String]
    /// At most as long as the server's limit.
    public var body: [UInt8]
}

/// What it gets.
public struct PageResponse: Sendable {
    public var status: Int
    public var type: String
    public var headers: [String: String]
    public var body: [UInt8]

    public init(status: Int = 200, type: String, headers: [String: String] = [:], body: [UInt8]) {
        self.status = status
        self.type = type
        self.headers = headers
        self.body = body
    }

    /// A value as JSON.
    public static func json(_ value: some Encodable, status: Int = 200) throws -> PageResponse {
        PageResponse(status: status, type: "application/json", body: Array(try JSON.line(value).utf8))
    }

    /// A sentence, for what is refused.
    public static func text(_ text: String, status: Int) -> PageResponse {
        PageResponse(status: status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
    }
}

/// Serves one page to the user of this machine.
///
/// It listens on 127.0.0.1 alone, unless it is told to serve a network and given a password. Everything lies below a random token, which no other user and no page of another site
/// knows; a request whose `Host` is not this server is refused, so that a name that was bound anew cannot reach it, and so is
/// one whose `Origin` is another page.
public final class LoopbackServer: Sendable {
    public typealias Handler = @Sendable (PageRequest) async throws -> PageResponse

    public let port: Int
    public let token: String
    private let host: String
    private let server: HTTPServer
    private let serving: Task<Void, Never>

    /// Requests may wait for something new this long, and a little less.
    public static let patience: Duration = .seconds(30)

    /// The page's address, which lets in whoever has it.
    public var address: String { "http://\(host):\(port)/\(token)/" }

    private init(_ server: HTTPServer, host: String, port: Int, token: String, serving: Task<Void, Never>) {
        self.server = server
        self.host = host
        self.port = port
        self.token = token
        self.serving = serving
    }

    /// Starts to serve.
    ///
    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - access: from where it can be reached.
    ///   - bodyLimit: bytes that a request may carry.
    /// - Throws: `DroidError` with code `page.port` where the port cannot be had, `page.address` or `page.password`.
    public static func start(
        port: Int = 0,
        access: PageAccess = .loopback,
        bodyLimit: Int = 64 << 10,
        handler: @escaping Handler
    ) async throws -> LoopbackServer {
        guard let number = UInt16(exactly: port) else {
            throw DroidError("page.port", "\(port) is no port", next: "give one from 0 to 65535; 0 takes a free one")
        }
        let token = freshToken()
        let gate = PageGate(token: token, access: access, bodyLimit: bodyLimit, handler: handler)
        let server = HTTPServer(config: try configuration(access.place(port: number)), handler: gate)
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let serving = Task {
            do {
                try await server.run()
                listening.finish()
            } catch {
                listening.finish(throwing: error)
            }
        }
        Task {
            try? await server.waitUntilListening()
            switch await server.listeningAddress {
            case .ip4(_, let port)?, .ip6(_, let port)?:
                gate.port.withLock { $0 = Int(port) }
                listening.yield(Int(port))
            default: break
            }
        }
        do {
            for try await found in ports {
                return LoopbackServer(server, host: access.host, port: found, token: token, serving: serving)
            }
        } catch {
            throw DroidError(
                "page.port",
                "cannot listen on \(access.host):\(port)",
                why: "\(error.localizedDescription)",
                next: "leave --port out to take a free one"
            )
        }
        throw DroidError("page.port", "the page's server ended at once")
    }

    private static func configuration(_ place: PageAccess.Place) -> HTTPServer.Configuration {
        let timeout = (patience + .seconds(5)) / .seconds(1)
        return switch place {
        case .ip4(let address): HTTPServer.Configuration(address: address, timeout: timeout, logger: .disabled)
        case .ip6(let address): HTTPServer.Configuration(address: address, timeout: timeout, logger: .disabled)
        }
    }

    /// Ends it: requests that wait are cut off.
    public func stop() async {
        await server.stop(timeout: 0.2)
        serving.cancel()
        await serving.value
    }

    /// 128 bits of the system's randomness, as hexadecimal digits.
    static func freshToken() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(random.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        .joined()
    }
}
