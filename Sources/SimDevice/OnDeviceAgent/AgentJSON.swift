// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A value of JSON, as the on-device agent takes and gives it.
enum AgentJSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([AgentJSON])
    case object([String: AgentJSON])

    /// Reads a document; nil for what is no JSON, or is nested too deep.
    init?(_ bytes: [UInt8]) {
        guard Self.depth(bytes) <= Self.depthLimit, let value = try? JSONDecoder().decode(Self.self, from: Data(bytes))
        else { return nil }
        self = value
    }

    private static let depthLimit = 64

    /// How deep brackets nest, those inside strings not counted.
    private static func depth(_ bytes: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        var (quoted, escaped) = (false, false)
        for byte in bytes {
            if quoted {
                if escaped {
                    escaped = false
                } else if byte == 92 {
                    escaped = true
                } else if byte == 34 {
                    quoted = false
                }
                continue
            }
            switch byte {
            case 34: quoted = true
            case 91, 123:
                depth += 1
                deepest = max(deepest, depth)
            case 93, 125: depth -= 1
            default: break
            }
        }
        return deepest
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var items: [AgentJSON]? { if case .array(let items) = self { items } else { nil } }
    var fields: [String: AgentJSON]? { if case .object(let fields) = self { fields } else { nil } }

    /// A number as a whole one; nil for what no pixel, code or duration can be.
    var whole: Int? {
        guard case .number(let value) = self, value.magnitude < 1e9 else { return nil }
        return Int(value)
    }

    static func int(_ value: Int) -> AgentJSON { .number(Double(value)) }

    /// One line; keys sorted.
    func encode(into out: inout [UInt8]) {
        switch self {
        case .null: out += "null".utf8
        case .bool(let flag): out += (flag ? "true" : "false").utf8
        case .number(let value):
            out += (value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)").utf8
        case .string(let text): Self.quote(text, into: &out)
        case .array(let items):
            out.append(91)
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(44) }
                item.encode(into: &out)
            }
            out.append(93)
        case .object(let fields):
            out.append(123)
            for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { out.append(44) }
                Self.quote(field.key, into: &out)
                out.append(58)
                field.value.encode(into: &out)
            }
            out.append(125)
        }
    }

    private static func quote(_ text: String, into out: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        out.reserveCapacity(out.count + text.utf8.count + 16)
        out.append(34)
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices where bytes[index] < 32 || bytes[index] == 34 || bytes[index] == 92 {
                out.append(contentsOf: bytes[start..<index])
                start = index + 1
                switch bytes[index] {
                case 34, 92: out += [92, bytes[index]]
                case 10: out += [92, 110]
                case 13: out += [92, 114]
                case 9: out += [92, 116]
                default: out += [92, 117, 48, 48, digits[Int(bytes[index] >> 4)], digits[Int(bytes[index] & 15)]]
                }
            }
            out.append(contentsOf: bytes[start...])
        }
        out.append(34)
    }
}

extension AgentJSON: Decodable {
    init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if box.decodeNil() {
            self = .null
        } else if let value = try? box.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? box.decode(Double.self) {
            self = .number(value)
        } else if let value = try? box.decode(String.self) {
            self = .string(value)
        } else if let value = try? box.decode([AgentJSON].self) {
            self = .array(value)
        } else {
            self = .object(try box.decode([String: AgentJSON].self))
        }
    }
}

/// One call of JSON-RPC 2.0.
struct AgentRequest: Sendable {
    var id: AgentJSON
    var method: String
    /// In order; arguments that were given by name are one object.
    var parameters: [AgentJSON]

    /// Reads a call; nil for what is none.
    init?(_ bytes: [UInt8]) {
        guard let fields = AgentJSON(bytes)?.fields, let method = fields["method"]?.text else { return nil }
        self.method = method
        id = fields["id"] ?? .null
        switch fields["params"] {
        case .array(let items): parameters = items
        case .object(let named): parameters = named.isEmpty ? [] : [.object(named)]
        default: parameters = []
        }
    }
}

/// What a call came to.
enum AgentReply: Sendable, Hashable {
    case result(AgentJSON)
    case failure(code: Int, message: String)

    /// The answer to a call as one JSON document.
    func encoded(id: AgentJSON) -> [UInt8] {
        var out: [UInt8] = Array("{\"jsonrpc\":\"2.0\",\"id\":".utf8)
        id.encode(into: &out)
        switch self {
        case .result(let value):
            out += ",\"result\":".utf8
            value.encode(into: &out)
        case .failure(let code, let message):
            out += ",\"error\":".utf8
            AgentJSON.object([
                "code": .int(code), "message": .string(message), "data": .string(message),
            ]).encode(into: &out)
        }
        out.append(125)
        return out
    }
}
