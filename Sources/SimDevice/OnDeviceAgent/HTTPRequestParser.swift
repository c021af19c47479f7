// SPDX-License-Identifier: Apache-2.0

/// One request of HTTP/1.1.
struct HTTPRequest: Hashable, Sendable {
    var method: String
    var path: String
    var body: [UInt8]
    /// Whether the connection stays open after the answer.
    var keepsAlive: Bool
}

/// Reads HTTP/1.1 requests from bytes in pieces of any size. Everything that a peer may make large has a bound.
struct HTTPRequestParser {
    /// Bytes of a request line and its headers.
    static let headLimit = 16 << 10
    static let headerLimit = 100
    static let bodyLimit = 4 << 20

    /// What was wrong: the status that answers it. Nothing can be read after that.
    struct Failure: Error, Hashable {
        var status: Int
        var reason: String
    }

    private struct Head {
        var method: String
        var path: String
        var length: Int
        var keepsAlive: Bool
    }

    private var bytes: [UInt8] = []
    /// How far the end of the head has been looked for.
    private var searched = 0
    private var head: Head?

    mutating func feed(_ piece: ArraySlice<UInt8>) { bytes.append(contentsOf: piece) }

    /// The next request that is complete; nil where bytes are missing.
    mutating func next() throws(Failure) -> HTTPRequest? {
        if head == nil { try readHead() }
        guard let head, bytes.count >= head.length else { return nil }
        let body = Array(bytes.prefix(head.length))
        bytes.removeFirst(head.length)
        self.head = nil
        return HTTPRequest(method: head.method, path: head.path, body: body, keepsAlive: head.keepsAlive)
    }

    private mutating func readHead() throws(Failure) {
        // Line breaks between requests are let pass, as the standard asks for.
        if searched == 0 {
            let blank = bytes.prefix { $0 == 13 || $0 == 10 }.count
            if blank > 0 { bytes.removeFirst(blank) }
        }
        guard let end = endOfHead() else {
            if bytes.count > Self.headLimit { throw Failure(status: 431, reason: "Request Header Fields Too Large") }
            return
        }
        guard end <= Self.headLimit else { throw Failure(status: 431, reason: "Request Header Fields Too Large") }
        let lines = bytes[..<end].split(separator: 10, omittingEmptySubsequences: true).map { line in
            line.last == 13 ? line.dropLast() : line
        }
        bytes.removeFirst(end)
        searched = 0
        head = try Self.read(lines.filter { !$0.isEmpty })
    }

    /// The index behind the empty line that ends the head.
    private mutating func endOfHead() -> Int? {
        var index = max(0, searched - 3)
        while index < bytes.count {
            if bytes[index] == 10 {
                if index + 1 < bytes.count, bytes[index + 1] == 10 { return index + 2 }
                if index + 2 < bytes.count, bytes[index + 1] == 13, bytes[index + 2] == 10 { return index + 3 }
            }
            index += 1
        }
        searched = bytes.count
        return nil
    }

    private static func read(_ lines: [ArraySlice<UInt8>]) throws(Failure) -> Head {
        let bad = Failure(status: 400, reason: "Bad Request")
        guard let first = lines.first else { throw bad }
        let words = first.split(separator: 32, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy({ (65...90).contains($0) }),
            words[1].first == 47, words[1].allSatisfy({ $0 > 32 && $0 < 127 })
        else { throw bad }
        let version = String(decoding: words[2], as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            throw Failure(status: 505, reason: "HTTP Version Not Supported")
        }
        guard lines.count - 1 <= headerLimit else {
            throw Failure(status: 431, reason: "Request Header Fields Too Large")
        }
        var length: Int?
        var keepsAlive = version == "HTTP/1.1"
        for line in lines.dropFirst() {
            // A line that begins with a space would go on the one before; that form is forbidden now.
            guard let colon = line.firstIndex(of: 58), colon > line.startIndex, line.first != 32, line.first != 9 else {
                throw bad
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = trimmed(line[(colon + 1)...])
            switch name {
            case "content-length":
                guard !value.isEmpty, value.count <= 12, value.allSatisfy({ (48...57).contains($0) }),
                    let number = Int(String(decoding: value, as: UTF8.self)), length == nil || length == number
                else { throw bad }
                guard number <= bodyLimit else { throw Failure(status: 413, reason: "Content Too Large") }
                length = number
            case "transfer-encoding": throw Failure(status: 501, reason: "Not Implemented")
            case "connection":
                let words = String(decoding: value, as: UTF8.self).lowercased()
                if words.contains("close") { keepsAlive = false }
                if words.contains("keep-alive") { keepsAlive = true }
            default: break
            }
        }
        return Head(
            method: String(decoding: words[0], as: UTF8.self),
            path: String(decoding: words[1], as: UTF8.self),
            length: length ?? 0,
            keepsAlive: keepsAlive
        )
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var out = bytes
        while out.first == 32 || out.first == 9 { out.removeFirst() }
        while out.last == 32 || out.last == 9 { out.removeLast() }
        return out
    }
}

/// Answers of HTTP/1.1.
enum HTTPResponse {
    /// A whole answer, head and body.
    static func bytes(
        status: Int = 200,
        reason: String = "OK",
        type: String = "text/plain",
        keepsAlive: Bool,
        body: [UInt8]
    ) -> [UInt8] {
        let head =
            "HTTP/1.1 \(status) \(reason)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n"
            + "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n"
        return Array(head.utf8) + body
    }
}
