// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Inference

/// 100,000 files that are cut, mutated or made to do harm: each gives an error, or a model that can be used.
@Suite("Hostile model files")
struct HostileFileTests {
    static let seeds = 8
    static let filesPerSeed = 12500

    /// A whole model, as small as can be; the header and where the data begin.
    static func whole() -> (bytes: [UInt8], header: Int) {
        var tiny = SyntheticModel(architecture: "gemma3")
        (tiny.width, tiny.feedForward, tiny.heads, tiny.keyValueHeads, tiny.blocks) = (16, 16, 1, 1, 1)
        (tiny.headNorms, tiny.postNorms, tiny.window) = (true, true, 4)
        var writer = GGUFWriter()
        writer.set("general.architecture", "gemma3")
        for (key, value) in [
            ("block_count", 1), ("context_length", 64), ("embedding_length", 16), ("feed_forward_length", 16),
            ("attention.head_count", 1), ("attention.key_length", 16), ("attention.sliding_window", 4),
        ] { writer.set("gemma3.\(key)", UInt32(value)) }
        writer.set("gemma3.rope.freq_base", Float(10000))
        writer.set("tokenizer.ggml.model", "llama")
        writer.set("tokenizer.ggml.tokens", ["<unk>", "<s>", "<0x41>", "a", "b", "ab", "\u{2581}"])
        writer.set("tokenizer.ggml.token_type", [2, 3, 6, 1, 1, 1, 1])
        writer.raw(
            "tokenizer.ggml.scores",
            type: 9,
            GGUFWriter.little(UInt32(6)) + GGUFWriter.little(UInt64(7)) + [UInt8](repeating: 0, count: 28)
        )
        var data = 0
        for shape in tiny.shapes {
            var dimensions = shape.dimensions
            if shape.name == "token_embd.weight" { dimensions = [16, 7] }
            writer.tensor(shape.name, dimensions, SyntheticModel.values(shape.name, dimensions))
            data += (dimensions.reduce(1, *) * 4 + 31) / 32 * 32
        }
        let bytes = writer.bytes()
        return (bytes, bytes.count - data)
    }

    static func mutate(_ whole: [UInt8], _ header: Int, _ random: inout SeededRandom) -> [UInt8] {
        var bytes = whole
        let hostile: [UInt64] = [
            .max, 1 << 63, 1 << 62, 1 << 32, 1 << 31, 1 << 24, 0, 1, 0xFFFF_FFFF, UInt64(whole.count),
        ]
        func at(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        switch at(7) {
        case 0: bytes.removeLast(1 + at(bytes.count - 1))
        case 1:
            let place = at(header - 8)
            bytes.replaceSubrange(place..<(place + 8), with: GGUFWriter.little(hostile[at(hostile.count)]))
        case 2:
            let place = at(header - 4)
            let value = UInt32(truncatingIfNeeded: hostile[at(hostile.count)])
            bytes.replaceSubrange(place..<(place + 4), with: GGUFWriter.little(value))
        case 3:
            // A stretch of the header, moved into another place.
            let (from, to) = (at(header - 64), at(header - 64))
            bytes.replaceSubrange(to..<(to + 32), with: whole[from..<(from + 32)])
        case 4:
            let place = at(header)
            bytes.insert(contentsOf: (0...at(16)).map { _ in UInt8.random(in: 0...255, using: &random) }, at: place)
        case 5:
            let place = at(header)
            bytes.removeSubrange(place..<min(place + 1 + at(16), bytes.count))
        default:
            for _ in 0...at(4) { bytes[at(header)] = UInt8.random(in: 0...255, using: &random) }
        }
        return bytes
    }

    @Test("never crash the reader, the tokenizer or the model", arguments: 0..<seeds)
    func files(seed: Int) throws {
        let (whole, header) = HostileFileTests.whole()
        var random = SeededRandom(seed: UInt64(seed), name: "hostile files")
        var (refused, loaded) = (0, 0)
        for _ in 0..<HostileFileTests.filesPerSeed {
            let bytes = HostileFileTests.mutate(whole, header, &random)
            do {
                let file = try GGUFFile(bytes: bytes)
                if bytes.count % 4 == 0 { _ = try ModelSummary(file, path: "", tokens: 4096) }
                let model = try LanguageModel(file, threads: 1)
                loaded += 1
                // Most of what loads differs in a name or a number only; a part of it is put to use.
                guard loaded % 16 == 0 else { continue }
                _ = model.tokenizer.encode("ab Aab ", addSpecial: true)
                let session = try ScoringSession(model: model, threads: 1)
                _ = try session.score(ScoreRequest(prefix: [1, 2, 3, 4, 5], candidates: [[3, 1], [4]]))
            } catch {
                let code = (error as? DroidError)?.code.rawValue ?? "\(error)"
                guard code.hasPrefix("model.") || code == "score.input" else {
                    Issue.record("\(error)")
                    return
                }
                refused += 1
            }
        }
        print("hostile files, seed \(seed): \(refused) refused, \(loaded) usable")
        // The whole file is a model, and most of the others are none.
        _ = try LanguageModel(GGUFFile(bytes: whole), threads: 1)
        #expect(refused > HostileFileTests.filesPerSeed / 2 && loaded > 0)
    }
}
