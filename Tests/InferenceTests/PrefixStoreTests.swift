// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Inference

@Suite("Prefixes kept from run to run")
struct PrefixStoreTests {
    let model: LanguageModel
    let folder = NSTemporaryDirectory() + "prefixes-\(UUID().uuidString)"

    init() throws { model = try SyntheticModel(architecture: "llama").load() }

    func request(_ length: Int = 300, seed: UInt64 = 1) -> ScoreRequest {
        var random = SeededRandom(seed: seed)
        let tokens = (0..<length).map { _ in Int32.random(in: 0..<Int32(SyntheticModel.vocabularySize), using: &random)
        }
        return ScoreRequest(prefix: tokens, candidates: [[1, 2, 3], [4]], hiddenLayers: [1], probeTokens: [7])
    }

    func session(limit: Int = 1 << 30, model: LanguageModel? = nil) throws -> ScoringSession {
        try ScoringSession(model: model ?? self.model, threads: 1, store: PrefixStore(folder: folder, limit: limit))
    }

    var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    @Test(
        "a new session takes whole blocks from the last run, and the scores are the same bits",
        arguments: [127, 128, 129, 256, 300]
    )
    func reuse(length: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let request = request(length)
        let plain = try ScoringSession(model: model, threads: 1).score(request)
        let first = try session().score(request)
        #expect(first.scores == plain.scores && first.cost.prefixReused == 0)
        #expect(files.count == length / 128 && files.allSatisfy { $0.hasSuffix(".kv") })
        let second = try session().score(request)
        #expect(second.scores == plain.scores)
        // The last token is computed in any case.
        #expect(second.cost.prefixReused == min(length / 128 * 128, length - 1))
        // A longer prefix with the same beginning takes it too, and one with another first token nothing.
        var longer = request
        longer.prefix += [5, 6, 7]
        #expect(try session().score(longer).cost.prefixReused == min(length / 128 * 128, length + 2))
        var other = request
        other.prefix[0] = (other.prefix[0] + 1) % 200
        #expect(try session().score(other).cost.prefixReused == 0)
    }

    @Test("blocks in few bits are kept as they are packed", arguments: [KeyValueFormat.q4, .q2])
    func packed(format: KeyValueFormat) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func session(_ store: PrefixStore?) throws -> ScoringSession {
            try ScoringSession(model: model, threads: 1, keyValues: format, store: store)
        }
        for length in [128, 256, 300] {
            let request = request(length)
            let plain = try session(nil).score(request).scores
            #expect(try session(PrefixStore(folder: folder)).score(request).scores == plain)
            let again = try session(PrefixStore(folder: folder)).score(request)
            // The rows of the last block are not kept, so one that ends the prefix is computed again.
            #expect(again.scores == plain && again.cost.prefixReused == (length - 1) / 128 * 128)
            // A session that goes on from a shorter prefix takes them as well.
            let going = try session(PrefixStore(folder: folder))
            _ = try going.score(self.request(40))
            #expect(try going.score(request).scores == plain)
        }
        #expect(try self.session().score(request()).cost.prefixReused == 0)
        let sizes = try files.map { try FileBytes.read("\(folder)/\($0)").count }
        #expect((sizes.min() ?? 0) * 3 < (sizes.max() ?? 0))
    }

    @Test("a damaged, cut or foreign file is a miss and is replaced; the scores stay")
    func damage() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let request = request()
        let expected = try session().score(request).scores
        var random = SeededRandom(seed: 3)
        for round in 0..<40 {
            let path = folder + "/" + files[round % files.count]
            var bytes = try FileBytes.read(path)
            switch round % 4 {
            case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            case 1:
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8(
                    1 << Int.random(in: 0..<8, using: &random)
                )
            case 2: bytes = try FileBytes.read(folder + "/" + files[(round + 1) % files.count])
            default: bytes += [0]
            }
            try FileBytes.write(bytes, to: path)
            let result = try session().score(request)
            #expect(result.scores == expected && result.cost.prefixReused < 256)
            #expect(try session().score(request).cost.prefixReused == 256)
        }
    }

    @Test("a store that writes later has written all when it says so, and a request may keep nothing")
    func later() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = PrefixStore(folder: folder, isWrittenLater: true)
        let writing = try ScoringSession(model: model, threads: 1, store: store)
        var request = request()
        request.isKept = false
        let expected = try writing.score(request).scores
        store.finish()
        #expect(files.isEmpty)
        // What the session holds by itself is written as well, once a request is to be kept; the next request changes the
        // places that it is copied from.
        request.isKept = true
        _ = try writing.score(request)
        _ = try writing.score(self.request(300, seed: 5))
        store.finish()
        #expect(files.count == 4)
        request.isKept = false
        #expect(try session().score(request).cost.prefixReused == 0)
        request.isKept = true
        let again = try session().score(request)
        #expect(again.scores == expected && again.cost.prefixReused == 256)
    }

    @Test("another model or adapter does not take them")
    func others() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try session().score(request())
        let file = try GGUFFile(bytes: SyntheticModel(architecture: "llama").writer().bytes())
        let tests = AdapterTests()
        for scale in [Float(0.75), 1] {
            for merged in [false, true] {
                let adapter = try tests.adapter(tests.gguf(), scale: scale)
                let other = try LanguageModel(file, adapter: adapter, merged: merged, threads: 1)
                #expect(try session(model: other).score(request()).cost.prefixReused == 0)
                #expect(try session(model: other).score(request()).cost.prefixReused == 256)
            }
        }
        #expect(files.count == 10)
    }

    @Test("the folder stays within its limit, and what was used last stays")
    func bounds() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try session().score(request(128))
        let size = try FileBytes.read(folder + "/" + files[0]).count
        let limit = size * 4 + 100
        for seed in 1..<9 {
            _ = try session(limit: limit).score(request(128, seed: UInt64(seed)))
            let total = try files.reduce(0) { $0 + (try FileBytes.read("\(folder)/\($1)").count) }
            #expect(total <= limit)
        }
        #expect(try session(limit: limit).score(request(128, seed: 8)).cost.prefixReused == 127)
        #expect(try session(limit: limit).score(request(128, seed: 1)).cost.prefixReused == 0)
        let small = folder + "-small"
        let store = PrefixStore(folder: small, limit: 10)
        _ = try ScoringSession(model: model, threads: 1, store: store).score(request())
        #expect(!FileManager.default.fileExists(atPath: small) || files.isEmpty)
    }

    @Test("a folder that cannot be written costs time, not scores")
    func unwritable() throws {
        try FileBytes.write("a file", to: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            try session().score(request()).scores == ScoringSession(model: model, threads: 1).score(request()).scores
        )
    }
}
