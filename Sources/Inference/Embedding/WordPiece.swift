// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// BERT's tokenizer for lower-cased models: text is cleaned, lower-cased, stripped of accents and cut at spaces and
/// punctuation; each word becomes the longest pieces of the vocabulary from the left, or unknown as a whole.
struct WordPiece: Sendable {
    private let pieces: [[UInt8]: Int32]
    let begin: Int32
    let end: Int32
    private let unknown: Int32
    private let lowercases: Bool
    /// Number of pieces, as far as they differ.
    var pieceCount: Int { Int(pieces.values.max() ?? -1) + 1 }
    /// Words of more characters are unknown.
    private static let longest = 100

    /// - Parameter vocabulary: the pieces, in the order of their numbers; those within a word begin with `##`.
    /// - Throws: `DroidError` with code `model.corrupt`.
    init(_ vocabulary: [[UInt8]], lowercases: Bool = true) throws {
        var pieces: [[UInt8]: Int32] = [:]
        for (index, piece) in vocabulary.enumerated() { pieces[piece] = Int32(index) }
        func special(_ name: String) throws -> Int32 {
            guard let token = pieces[Array(name.utf8)] else { throw GGUFFile.corrupt("the vocabulary has no \(name)") }
            return token
        }
        (begin, end, unknown) = (try special("[CLS]"), try special("[SEP]"), try special("[UNK]"))
        self.pieces = pieces
        self.lowercases = lowercases
    }

    /// Reads a `vocab.txt`.
    ///
    /// - Throws: `DroidError` with code `model.missing` or `model.corrupt`.
    init(path: String) throws {
        guard let bytes = try? FileBytes.read(path) else {
            throw DroidError("model.missing", "there is no vocabulary at \(path)", next: "fetch the model again")
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        if lines.last == [] { lines.removeLast() }
        try self.init(lines.map { $0.last == UInt8(ascii: "\r") ? Array($0.dropLast()) : $0 })
    }

    /// The tokens of a text between those that begin and end one, at most `limit` in all.
    func encode(_ text: String, limit: Int = .max) -> [Int32] {
        var out = [begin]
        for word in words(text) {
            encode(word, into: &out)
            if out.count >= limit { break }
        }
        if out.count > limit - 1 { out.removeLast(out.count - max(limit - 1, 1)) }
        return out + [end]
    }

    private func encode(_ word: [Unicode.Scalar], into out: inout [Int32]) {
        guard word.count <= WordPiece.longest else { return out.append(unknown) }
        var tokens: [Int32] = []
        var start = 0
        while start < word.count {
            var stop = word.count
            var found: Int32?
            while stop > start, found == nil {
                var spelling: [UInt8] = start > 0 ? Array("##".utf8) : []
                for scalar in word[start..<stop] { spelling += UTF8.encode(scalar).map { Array($0) } ?? [] }
                found = pieces[spelling]
                if found == nil { stop -= 1 }
            }
            guard let found else { return out.append(unknown) }
            tokens.append(found)
            start = stop
        }
        out += tokens
    }

    /// The words of a text, each punctuation mark and each Chinese character by itself.
    func words(_ text: String) -> [[Unicode.Scalar]] {
        var scalars = text.unicodeScalars.compactMap { WordPiece.clean($0) }
        if lowercases {
            // Accents are marks of their own once a text is decomposed.
            let decomposed = String(String.UnicodeScalarView(scalars)).decomposedStringWithCanonicalMapping
            scalars = decomposed.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark }
                .flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
        }
        var out: [[Unicode.Scalar]] = []
        var word: [Unicode.Scalar] = []
        func close() {
            if !word.isEmpty { out.append(word) }
            word = []
        }
        for scalar in scalars {
            if scalar.properties.isWhitespace {
                close()
            } else if WordPiece.isPunctuation(scalar) || WordPiece.isChinese(scalar.value) {
                close()
                out.append([scalar])
            } else {
                word.append(scalar)
            }
        }
        close()
        return out
    }

    private static func clean(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "\t", "\n", "\r": return " "
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate: return nil
        default:
            return scalar.value == 0 || scalar.value == 0xFFFD ? nil : scalar.properties.isWhitespace ? " " : scalar
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 33...47, 58...64, 91...96, 123...126: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }

    private static func isChinese(_ value: UInt32) -> Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B820...0x2CEAF,
            0xF900...0xFAFF, 0x2F800...0x2FA1F:
            return true
        default: return false
        }
    }
}
