// SPDX-License-Identifier: Apache-2.0

import Base
import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// From where a page can be reached.
public enum PageAccess: Sendable {
    /// From this machine alone.
    case loopback
    /// From wherever the address of an interface is reached, with a password beside the token. Nothing is encrypted.
    case network(address: String, password: String)

    /// A password has at least this many characters.
    public static let passwordLength = 8

    /// What the server listens on.
    enum Place {
        case ip4(sockaddr_in)
        case ip6(sockaddr_in6)
    }

    /// - Throws: `DroidError` with code `page.address` for what is no address, or `page.password` for one that is too short.
    func place(port: UInt16) throws -> Place {
        switch self {
        case .loopback: return .ip4(try .inet(ip4: "127.0.0.1", port: port))
        case .network(let address, let password):
            guard password.count >= Self.passwordLength else {
                throw DroidError(
                    "page.password",
                    "the password has fewer than \(Self.passwordLength) characters",
                    why: "whoever reaches the address may try",
                    next: "put a longer one into the file"
                )
            }
            if let ip4 = try? sockaddr_in.inet(ip4: address, port: port) { return .ip4(ip4) }
            if let ip6 = try? sockaddr_in6.inet6(ip6: address, port: port) { return .ip6(ip6) }
            throw DroidError(
                "page.address",
                "\(address) is no IP address",
                next: "give one of this machine's addresses, or 0.0.0.0 for all of them"
            )
        }
    }

    /// The host as it stands in the page's address.
    var host: String {
        switch self {
        case .loopback: "127.0.0.1"
        case .network(let address, _): address.contains(":") ? "[\(address)]" : address
        }
    }
}

/// Compares passwords, and slows down whoever guesses.
final class PasswordGuard: Sendable {
    private let wanted: String
    private let wrong = Mutex<[ContinuousClock.Instant]>([])
    private let now: @Sendable () -> ContinuousClock.Instant

    /// After so many wrong ones within a minute none is looked at.
    static let limit = 10

    init(_ password: String, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        (wanted, self.now) = (password, now)
    }

    enum Answer: Equatable { case right, wrong, tooMany }

    /// Judges a request's `Authorization` (RFC 7617, any user name).
    func judge(_ header: String?) -> Answer {
        let moment = now()
        let isFull = wrong.withLock { wrong in
            wrong.removeAll { moment - $0 > .seconds(60) }
            return wrong.count >= Self.limit
        }
        if isFull { return .tooMany }
        // A browser asks once without, to learn that a password is wanted.
        guard let header else { return .wrong }
        let parts = header.split(separator: " ", maxSplits: 1)
        if parts.count == 2, parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1])),
            let text = String(data: data, encoding: .utf8), let colon = text.firstIndex(of: ":"),
            PageGate.isSame(String(text[text.index(after: colon)...]), wanted)
        {
            return .right
        }
        wrong.withLock { $0.append(moment) }
        return .wrong
    }
}
