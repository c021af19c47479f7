// SPDX-License-Identifier: Apache-2.0

import Base

/// Text to tokens and back, token for token as llama.cpp does it: byte-level byte-pair encoding, or SentencePiece's merges.
///
/// SentencePiece models may put a space before a text; `decode` gives it back as part of the text.
public final class Tokenizer: Sendable {
    /// What a token is, in the numbers that GGUF files use.
    enum Kind: Int, Sendable {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    private enum Scheme: Sendable {
        case bytePairs(BytePairs, PreTokenizer)
        case sentencePiece(SentencePiece, addsSpace: Bool)
    }

    /// The token that begins a text, where the model has one.
    public let beginToken: Int32?
    /// The token that ends a text or a turn.
    public let endToken: Int32?
    /// The model's chat template in Jinja, where its file has one.
    public let chatTemplate: String?

    private let spellings: [[UInt8]]
    private let kinds: [Kind]
    private let scheme: Scheme
    private let addsBegin: Bool
    private let addsEnd: Bool
    /// Tokens whose text is taken whole, longest first.
    private let specials: [(bytes: [UInt8], token: Int32, needsPermission: Bool)]
    private let tokenOfBytes: [[UInt8]: Int32]

    /// Number of tokens.
    public var vocabularySize: Int { spellings.count }

    /// Takes the tokenizer out of a model's file, without its weights.
    ///
    /// - Throws: `DroidError` with code `model.corrupt` or `model.unsupported`.
    public init(_ file: GGUFFile) throws {
        guard let model = file.string("tokenizer.ggml.model") else {
            throw GGUFFile.corrupt("tokenizer.ggml.model is missing")
        }
        guard model == "gpt2" || model == "llama" else {
            throw GGUFFile.unsupported("its tokenizer is of the kind \(model), and only gpt2 and llama are supported")
        }
        guard let texts = file.strings("tokenizer.ggml.tokens") else {
            throw GGUFFile.corrupt("the tokens of the tokenizer are missing")
        }
        let rawKinds = file.integers("tokenizer.ggml.token_type") ?? texts.map { _ in 1 }
        guard !texts.isEmpty, texts.count < 1 << 24, rawKinds.count == texts.count else {
            throw GGUFFile.corrupt("the tokens and their types differ in number")
        }
        let kinds = try rawKinds.map { raw in
            guard let kind = Kind(rawValue: raw) else { throw GGUFFile.corrupt("a token has the unknown type \(raw)") }
            return kind
        }
        self.kinds = kinds
        // Only special tokens may hold characters outside the alphabet; those stand for themselves.
        let spellings =
            model == "gpt2"
            ? texts.map { ByteAlphabet.bytes(of: $0) ?? $0 }
            : zip(texts, kinds).map { text, kind in
                kind == .byte ? SentencePiece.byte(of: text).map { [$0] } ?? text : SentencePiece.text(of: text)
            }
        self.spellings = spellings

        // A byte token stands back behind a piece of the same spelling.
        var symbols: [[UInt8]: Int32] = [:]
        symbols.reserveCapacity(texts.count)
        for bytes in [false, true] {
            for (index, spelling) in spellings.enumerated() where (kinds[index] == .byte) == bytes {
                if symbols[spelling] == nil { symbols[spelling] = Int32(index) }
            }
        }
        tokenOfBytes = symbols
        if model == "gpt2" {
            scheme = try Tokenizer.bytePairs(file, symbols: symbols, tokenCount: texts.count)
        } else {
            scheme = try Tokenizer.sentencePiece(file, texts: texts, kinds: kinds)
        }

        func token(_ key: String) throws -> Int32? {
            guard let value = file.integer("tokenizer.ggml.\(key)") else { return nil }
            guard texts.indices.contains(value) else { throw GGUFFile.corrupt("\(key) is no token") }
            return Int32(value)
        }
        beginToken = try token("bos_token_id")
        endToken = try token("eos_token_id")
        addsBegin = file.bool("tokenizer.ggml.add_bos_token") ?? Tokenizer.addsBeginByItself(scheme)
        addsEnd = file.bool("tokenizer.ggml.add_eos_token") ?? false
        chatTemplate = file.string("tokenizer.chat_template")
        specials = kinds.indices
            .filter { [Kind.control, .userDefined, .unknown].contains(kinds[$0]) && !spellings[$0].isEmpty }
            .map { (model == "gpt2" ? spellings[$0] : texts[$0], Int32($0), kinds[$0] != .userDefined) }
            .sorted { ($0.bytes.count, $1.token) > ($1.bytes.count, $0.token) }
    }

    private static func addsBeginByItself(_ scheme: Scheme) -> Bool {
        switch scheme {
        case .bytePairs(_, let preTokenizer): preTokenizer == .llama3
        case .sentencePiece: true
        }
    }

    private static func bytePairs(_ file: GGUFFile, symbols: [[UInt8]: Int32], tokenCount: Int) throws -> Scheme {
        let pre = file.string("tokenizer.ggml.pre") ?? "gpt-2"
        guard let preTokenizer = PreTokenizer(name: pre) else {
            throw GGUFFile.unsupported("its tokenizer cuts words as \(pre) does, which is not supported")
        }
        guard let merges = file.strings("tokenizer.ggml.merges") else {
            throw GGUFFile.corrupt("the merges of the tokenizer are missing")
        }
        return .bytePairs(try readMerges(merges, symbols: symbols, tokenCount: tokenCount), preTokenizer)
    }

    private static func sentencePiece(_ file: GGUFFile, texts: [[UInt8]], kinds: [Kind]) throws -> Scheme {
        guard let scores = file.numbers("tokenizer.ggml.scores"), scores.count == texts.count,
            scores.allSatisfy(\.isFinite)
        else { throw GGUFFile.corrupt("the scores of the tokenizer are missing or senseless") }
        var pieces: [[UInt8]: (token: Int32, score: Float)] = [:]
        pieces.reserveCapacity(texts.count)
        var bytes = [Int32](repeating: -1, count: 256)
        for (index, text) in texts.enumerated() {
            if kinds[index] == .byte, let byte = SentencePiece.byte(of: text) { bytes[Int(byte)] = Int32(index) }
            // Of two tokens of one spelling the later counts.
            pieces[text] = (Int32(index), scores[index])
        }
        let unknown = file.integer("tokenizer.ggml.unknown_token_id") ?? 0
        let addsSpace = file.bool("tokenizer.ggml.add_space_prefix") ?? true
        return .sentencePiece(
            SentencePiece(
                pieces: pieces,
                bytes: bytes,
                unknown: texts.indices.contains(unknown) ? Int32(unknown) : nil
            ),
            addsSpace: addsSpace
        )
    }

    private static func readMerges(
        _ merges: [[UInt8]],
        symbols known: [[UInt8]: Int32],
        tokenCount: Int
    ) throws -> BytePairs {
        var extra: [[UInt8]: Int32] = [:]
        var next = Int32(tokenCount)
        func symbol(_ bytes: [UInt8]) -> Int32 {
            if let found = known[bytes] ?? extra[bytes] { return found }
            extra[bytes] = next
            next += 1
            return next - 1
        }
        var list: [(left: Int32, right: Int32, becomes: Int32)] = []
        list.reserveCapacity(merges.count)
        for merge in merges {
            // The alphabet has no space, so the first one after the first character parts the two.
            guard let space = merge.dropFirst().firstIndex(of: UInt8(ascii: " ")),
                let left = ByteAlphabet.bytes(of: Array(merge[..<space])),
                let right = ByteAlphabet.bytes(of: Array(merge[(space + 1)...]))
            else { throw GGUFFile.corrupt("a merge of the tokenizer is not a pair of byte strings") }
            list.append((symbol(left), symbol(right), symbol(left + right)))
        }
        let bytes = (0..<256).map { known[[UInt8($0)]] ?? extra[[UInt8($0)]] ?? -1 }
        var pairs = BytePairs(bytes: bytes, tokenCount: tokenCount, merges: list)
        for (bytes, symbol) in extra { pairs.spellings[symbol] = bytes }
        return pairs
    }
}

// MARK: - Encoding and decoding

extension Tokenizer {
    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - addSpecial: whether to add the tokens that begin and end a text, where the model wants them.
    ///   - parseSpecial: whether the text of a control token, such as `<|im_start|>`, becomes that token. Leave it off
    ///     for text from outside: what stands on a screen must not speak with the voice of the system.
    public func encode(_ text: String, addSpecial: Bool = false, parseSpecial: Bool = false) -> [Int32] {
        var out: [Int32] = []
        if addSpecial, addsBegin, let beginToken { out.append(beginToken) }
        var text = text
        text.withUTF8 { encode($0, parseSpecial: parseSpecial, into: &out) }
        if addSpecial, addsEnd, let endToken { out.append(endToken) }
        return out
    }

    /// The bytes that a token stands for; none when there is no such token.
    public func bytes(of token: Int32) -> [UInt8] {
        spellings.indices.contains(Int(token)) ? spellings[Int(token)] : []
    }

    /// The text of tokens, control tokens included. Bytes that are not UTF-8 are replaced.
    public func decode(_ tokens: [Int32]) -> String {
        String(decoding: tokens.flatMap { bytes(of: $0) }, as: UTF8.self)
    }

    /// The token that stands for exactly this text, a control token or not.
    public func token(named text: String) -> Int32? { tokenOfBytes[Array(text.utf8)] }

    /// Whether a token steers the model rather than standing for text.
    public func isControl(_ token: Int32) -> Bool {
        kinds.indices.contains(Int(token)) && kinds[Int(token)] == .control
    }

    /// The token that stands for exactly these bytes and is no control token.
    func textToken(_ bytes: [UInt8]) -> Int32? {
        guard let token = tokenOfBytes[bytes], kinds[Int(token)] == .normal else { return nil }
        return token
    }

    private func encode(_ text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool, into out: inout [Int32]) {
        let active = specials.filter { parseSpecial || !$0.needsPermission }
        guard !active.isEmpty else { return encodePlain(text, afterSpecial: true, into: &out) }
        // Longest first over the whole text, as llama.cpp does: a shorter token never takes part of a longer one.
        var pieces: [(range: Range<Int>, token: Int32?)] = [(0..<text.count, nil)]
        for special in active {
            var cut: [(range: Range<Int>, token: Int32?)] = []
            for piece in pieces {
                guard piece.token == nil else {
                    cut.append(piece)
                    continue
                }
                var start = piece.range.lowerBound
                while let found = Tokenizer.find(special.bytes, in: text, start..<piece.range.upperBound) {
                    if found > start { cut.append((start..<found, nil)) }
                    start = found + special.bytes.count
                    cut.append((found..<start, special.token))
                }
                if start < piece.range.upperBound { cut.append((start..<piece.range.upperBound, nil)) }
            }
            pieces = cut
        }
        var afterSpecial = true
        for piece in pieces {
            if let token = piece.token {
                out.append(token)
                afterSpecial = true
            } else {
                encodePlain(UnsafeBufferPointer(rebasing: text[piece.range]), afterSpecial: afterSpecial, into: &out)
                afterSpecial = false
            }
        }
    }

    /// - Parameter afterSpecial: whether the text begins here, or a special token stands before.
    private func encodePlain(_ text: UnsafeBufferPointer<UInt8>, afterSpecial: Bool, into out: inout [Int32]) {
        guard !text.isEmpty else { return }
        switch scheme {
        case .sentencePiece(let pieces, let addsSpace):
            pieces.encode(text, prefixed: addsSpace && afterSpecial, into: &out)
        case .bytePairs(let pairs, let preTokenizer):
            preTokenizer.forEachWord(in: text) { word in
                if preTokenizer.takesWholeWords, let token = tokenOfBytes[Array(text[word])] {
                    out.append(token)
                } else {
                    pairs.encode(text[word], into: &out)
                }
            }
        }
    }

    private static func find(_ needle: [UInt8], in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        guard range.count >= needle.count, let first = needle.first else { return nil }
        for at in range.lowerBound...(range.upperBound - needle.count) where text[at] == first {
            if text[at..<(at + needle.count)].elementsEqual(needle) { return at }
        }
        return nil
    }
}
