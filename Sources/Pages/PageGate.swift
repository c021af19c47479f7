// SPDX-License-Identifier: Apache-2.0

import FlyingFox
import Foundation
import Synchronization

/// Lets through what the page itself asks, and nothing else.
final class PageGate: HTTPHandler {
    let token: String
    let bodyLimit: Int
    /// What lets in from elsewhere; nil where nobody from elsewhere comes.
    private let password: PasswordGuard?
    let handler: LoopbackServer.Handler
    /// Known once the server listens; until then nothing comes in.
    let port = Mutex(0)

    init(
        token: String,
        access: PageAccess = .loopback,
        bodyLimit: Int,
        handler: @escaping LoopbackServer.Handler
    ) {
        if case .network(_, let word) = access { password = PasswordGuard(word) } else { password = nil }
        self.token = token
        self.bodyLimit = bodyLimit
        self.handler = handler
    }

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        let answer: PageResponse
        do {
            switch try await admitted(request) {
            case .page(let asked): answer = try await handler(asked)
            case .refused(let refusal): answer = refusal
            }
        } catch is CancellationError {
            answer = .text("the server ends", status: 503)
        } catch {
            answer = .text("\(error)", status: 500)
        }
        return response(answer)
    }

    private enum Admission {
        case page(PageRequest)
        case refused(PageResponse)
    }

    private func admitted(_ request: HTTPRequest) async throws -> Admission {
        let port = port.withLock { $0 }
        let hosts = ["127.0.0.1:\(port)", "localhost:\(port)"]
        // In a network this machine has many names; there the password keeps out a name that was bound anew.
        guard let host = request.headers[.host]?.lowercased(),
            hosts.contains(host) || password != nil && host.hasSuffix(":\(port)")
        else {
            return .refused(.text("this is not the host that was asked for", status: 421))
        }
        if let origin = request.headers[HTTPHeader("Origin")], origin.lowercased() != "http://\(host)" {
            return .refused(.text("another page may not ask", status: 403))
        }
        // As it was sent: made standard, it would have no slash at its end.
        let parts = request.target.path().split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count > 1 ? parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false) : []
        guard let given = rest.first, Self.isSame(String(given), token) else {
            return .refused(.text("the address lacks the token that the program printed", status: 403))
        }
        switch password?.judge(request.headers[HTTPHeader("Authorization")]) {
        case .right?, nil: break
        case .wrong?:
            var refusal = PageResponse.text("the password is wrong or missing", status: 401)
            refusal.headers["WWW-Authenticate"] = "Basic realm=\"droidagent\", charset=\"UTF-8\""
            return .refused(refusal)
        case .tooMany?: return .refused(.text("too many wrong passwords: wait a minute", status: 429))
        }
        // Without the slash the page's own addresses would lead elsewhere.
        guard rest.count == 2 else { return .refused(.text("there is nothing here", status: 404)) }
        let method: PageRequest.Method
        switch request.method {
        case .GET: method = .get
        case .POST: method = .post
        default: return .refused(.text("only GET and POST are known", status: 405))
        }
        let body: [UInt8]
        do {
            guard let whole = try await self.body(of: request) else {
                return .refused(.text("more than \(bodyLimit) bytes", status: 413))
            }
            body = whole
        } catch {
            return .refused(.text("the body is broken", status: 400))
        }
        let query = Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return .page(PageRequest(method: method, path: String(rest[1]), query: query, body: body))
    }

    /// The body, or nil where it is too long; no more than the limit and one piece is ever held.
    private func body(of request: HTTPRequest) async throws -> [UInt8]? {
        if let length = request.bodySequence.count, length > bodyLimit { return nil }
        var bytes: [UInt8] = []
        for try await piece in request.bodySequence {
            bytes += piece
            if bytes.count > bodyLimit { return nil }
        }
        return bytes
    }

    /// Compares every byte, wherever the first difference is: how long it takes tells nothing about the token.
    static func isSame(_ given: String, _ wanted: String) -> Bool {
        let (given, wanted) = (Array(given.utf8), Array(wanted.utf8))
        var difference = given.count ^ wanted.count
        for (place, byte) in wanted.enumerated() {
            difference |= Int(byte ^ (place < given.count ? given[place] : ~byte))
        }
        return difference == 0
    }

    private func response(_ answer: PageResponse) -> HTTPResponse {
        var headers: HTTPHeaders = [
            .contentType: answer.type,
            .cacheControl: "no-store",
            HTTPHeader("X-Content-Type-Options"): "nosniff",
            HTTPHeader("Referrer-Policy"): "no-referrer",
            HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
            HTTPHeader("Cross-Origin-Opener-Policy"): "same-origin",
        ]
        for (name, value) in answer.headers { headers[HTTPHeader(name)] = value }
        return HTTPResponse(
            statusCode: HTTPStatusCode(answer.status, phrase: Self.phrases[answer.status] ?? "Answer"),
            headers: headers,
            body: Data(answer.body)
        )
    }

    private static let phrases = [
        200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed",
        409: "Conflict", 413: "Payload Too Large", 421: "Misdirected Request", 429: "Too Many Requests",
        500: "Internal Server Error",
        503: "Service Unavailable",
    ]
}
