// SPDX-License-Identifier: Apache-2.0

/// A text with places for parameters, written as `Delete {file}?` or `{contact:first}`; a brace that is meant as such is doubled.
public struct MacroText: Sendable, Hashable {
    public enum Piece: Sendable, Hashable {
        case literal(String)
        /// A parameter's value, changed as the transform says.
        case parameter(String, TextTransform)
    }

    /// No literal is empty, and no two stand beside each other.
    public private(set) var pieces: [Piece] = []

    /// A text without parameters.
    public init(_ literal: String) { append(.literal(literal)) }

    public init(_ pieces: [Piece]) {
        for piece in pieces { append(piece) }
    }

    private mutating func append(_ piece: Piece) {
        guard case .literal(let text) = piece else { return pieces.append(piece) }
        if text.isEmpty { return }
        if case .literal(let before)? = pieces.last {
            pieces[pieces.count - 1] = .literal(before + text)
        } else {
            pieces.append(piece)
        }
    }

    /// The names of its parameters in the order of the text, repetitions included.
    public var names: [String] {
        pieces.compactMap { if case .parameter(let name, _) = $0 { name } else { nil } }
    }

    /// Whether it has a parameter.
    public var isOpen: Bool { !names.isEmpty }

    /// The words that are no parameter's value, without white space around them.
    var foreign: [String] {
        pieces.compactMap { piece in
            guard case .literal(let text) = piece, text.contains(where: { $0.isLetter || $0.isNumber }) else {
                return nil
            }
            return text.trimmingWhite
        }
    }

    /// The text with values in its places; nil where one is missing or has no such part.
    public func filled(_ values: [String: String]) -> String? {
        var out = ""
        for piece in pieces {
            switch piece {
            case .literal(let text): out += text
            case .parameter(let name, let transform):
                guard let value = values[name].flatMap(transform.apply) else { return nil }
                out += value
            }
        }
        return out
    }

    /// Whether a text of a screen is this one; white space counts as one space.
    public func matches(_ text: String, _ values: [String: String]) -> Bool {
        guard let wanted = filled(values), !wanted.isEmpty else { return pieces.isEmpty && text.isEmpty }
        if PromptBuilder.oneLine(wanted) == PromptBuilder.oneLine(text) { return true }
        guard case .parameter(_, .digits)? = pieces.first, pieces.count == 1 else { return false }
        return TextTransform.isNumber(text) && TextTransform.digits.apply(text) == wanted
    }
}

extension MacroText: Codable, CustomStringConvertible {
    public var description: String {
        pieces.map { piece in
            switch piece {
            case .literal(let text): text.replacing("{", with: "{{").replacing("}", with: "}}")
            case .parameter(let name, .same): "{\(name)}"
            case .parameter(let name, let transform): "{\(name):\(transform.rawValue)}"
            }
        }
        .joined()
    }

    /// Reads the written form; nil where a brace is left open or a transform is not known.
    public init?(written text: String) {
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        let bytes = Array(text.utf8)
        let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            let isDoubled = place + 1 < bytes.count && bytes[place + 1] == byte
            if byte != open && byte != close || isDoubled {
                literal.append(byte)
                place += byte == open || byte == close ? 2 : 1
                continue
            }
            guard byte == open, let end = bytes[place...].firstIndex(of: close) else { return nil }
            let parts = String(decoding: bytes[(place + 1)..<end], as: UTF8.self).split(
                separator: ":",
                omittingEmptySubsequences: false
            )
            guard let name = parts.first, Macro.isName(name), parts.count <= 2 else { return nil }
            guard let transform = parts.count == 1 ? .same : TextTransform(rawValue: String(parts[1])) else {
                return nil
            }
            pieces.append(.literal(String(decoding: literal, as: UTF8.self)))
            literal = []
            pieces.append(.parameter(String(name), transform))
            place = end + 1
        }
        pieces.append(.literal(String(decoding: literal, as: UTF8.self)))
        self.init(pieces)
    }

    public init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        guard let text = MacroText(written: try box.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: box,
                debugDescription: "a brace has no partner, or names no parameter"
            )
        }
        self = text
    }

    public func encode(to encoder: any Encoder) throws {
        var box = encoder.singleValueContainer()
        try box.encode(description)
    }
}
