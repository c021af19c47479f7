// SPDX-License-Identifier: Apache-2.0

import Base

/// Reads one answer of HTTP/1.1 from bytes in pieces of any size. What the device may make large has a bound.
struct HTTPAnswer {
    private static let headLimit = 16 << 10
    private static let bodyLimit = 64 << 20

    private enum Body {
        case length(Int)
        case chunks
        case untilEnd
    }

    private(set) var status = 0
    private(set) var body: [UInt8] = []
    /// Whether another request may be sent over the same stream.
    private(set) var keepsAlive = true
    private var bytes: [UInt8] = []
    private var form: Body?

    private static func broken(_ why: String) -> DroidError {
        DroidError("observer.agent", "the on-device agent's answer cannot be read", why: why)
    }

    /// Takes the next piece.
    ///
    /// - Returns: whether the answer is complete.
    /// - Throws: `DroidError` with code `observer.agent` for what is no answer of HTTP, or one that is too large.
    mutating func feed(_ piece: ArraySlice<UInt8>) throws -> Bool {
        bytes.append(contentsOf: piece)
        if form == nil {
            guard let end = headEnd() else {
                if bytes.count > Self.headLimit { throw Self.broken("its head is longer than \(Self.headLimit) bytes") }
                return false
            }
            try readHead(Array(bytes[..<end]))
            bytes.removeFirst(end)
        }
        switch form {
        case .length(let count):
            guard bytes.count >= count else { return false }
            body = Array(bytes.prefix(count))
            return true
        case .chunks: return try readChunks()
        default:
            guard bytes.count <= Self.bodyLimit else { throw Self.broken("it is too long") }
            return false
        }
    }

    /// The stream has ended.
    ///
    /// - Throws: as `feed`, for an answer that is not complete.
    mutating func end() throws {
        guard case .untilEnd = form else { throw Self.broken("it broke off") }
        body = bytes
        keepsAlive = false
    }

    private func headEnd() -> Int? {
        var index = 0
        while index + 3 < bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 {
                return index + 4
            }
            index += 1
        }
        return nil
    }

    private mutating func readHead(_ head: [UInt8]) throws {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), (100...599).contains(status)
        else { throw Self.broken("it does not begin as HTTP does") }
        self.status = status
        keepsAlive = words[0] == "HTTP/1.1"
        form = .untilEnd
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmed.lowercased()
            switch line[..<colon].lowercased() {
            case "content-length":
                guard let length = Int(value), (0...Self.bodyLimit).contains(length) else {
                    throw Self.broken("it says that it has \(value.prefix(20)) bytes")
                }
                form = .length(length)
            case "transfer-encoding": if value.contains("chunked") { form = .chunks }
            case "connection": keepsAlive = !value.contains("close")
            default: break
            }
        }
    }

    private mutating func readChunks() throws -> Bool {
        while true {
            guard let lineEnd = bytes.firstIndex(of: 10) else {
                if bytes.count > 1024 { throw Self.broken("a part of it has no length") }
                return false
            }
            let digits = String(decoding: bytes[..<lineEnd].prefix { $0 != 13 && $0 != 59 }, as: UTF8.self)
            guard let count = Int(digits, radix: 16), (0...Self.bodyLimit).contains(count),
                body.count + count <= Self.bodyLimit
            else { throw Self.broken("a part of it has no length") }
            // The part, and the line break behind it.
            guard bytes.count >= lineEnd + 1 + count + 2 else { return false }
            body.append(contentsOf: bytes[(lineEnd + 1)..<(lineEnd + 1 + count)])
            bytes.removeFirst(lineEnd + 1 + count + 2)
            if count == 0 { return true }
        }
    }
}
