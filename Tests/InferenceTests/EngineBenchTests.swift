// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Inference

@Suite("The engine's clock")
struct EngineBenchTests {
    /// A peer that takes no time of its own, and keeps what it was asked for.
    final class Peer: EnginePeer {
        let name: String
        let taken: Double
        private(set) var jobs: [EngineJob] = []

        init(_ name: String, taken: Double) { (self.name, self.taken) = (name, taken) }

        func seconds(_ job: EngineJob) throws -> Double {
            jobs.append(job)
            return taken
        }

        func divergence(
            text: String,
            tokens: Int,
            window: Int,
            referenceType: String?,
            referenceKeyValues: String
        ) throws -> EngineDivergence {
            EngineDivergence(divergence: 1, sameTop: 0, perplexityRatio: 2, positions: 1)
        }
    }

    func folder() throws -> String {
        let folder = NSTemporaryDirectory() + "engine-bench-\(UUID().uuidString)"
        try FileBytes.write(SyntheticModel(architecture: "llama").writer().bytes(), to: folder + "/model.gguf")
        return folder
    }

    func rows(
        _ sections: [EngineBench.Section],
        _ change: (inout EngineBench.Plan) throws -> Void
    ) throws -> [EngineRow] {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var plan = EngineBench.Plan(path: folder + "/model.gguf", threads: 2, command: "bench")
        (plan.repeats, plan.depth) = (1, 256)
        try change(&plan)
        var rows: [EngineRow] = []
        try EngineBench(plan) { rows.append($0) }.run(sections)
        return rows
    }

    @Test("a row names the fastest peer, and its ratio is to that one")
    func best() throws {
        var peers: [Peer] = []
        let found = try rows([.decode]) { plan in
            plan.peer = { setting in
                let peer = Peer(setting.type ?? "file", taken: setting.type == "Q4_0" ? 16 : 64)
                peers.append(peer)
                return peer
            }
        }
        let rate = try #require(found.first { $0.row.name == "engine.decode.tokens_per_second" })
        #expect(rate.row.peer == "Q4_0" && rate.row.peerValue == 2 && rate.row.command == "bench --rows decode")
        let ratio = try #require(found.first { $0.row.name == "engine.decode.ratio" })
        let file = try #require(found.first { $0.row.name == "engine.decode.file.ratio" })
        #expect(ratio.row.floor == 1.7 && ratio.row.goal == 2.4 && ratio.isMet == (ratio.row.value >= 1.7))
        #expect(abs(file.row.value / ratio.row.value - 4) < 1e-6 && file.row.floor == nil && file.isMet == nil)
        // Once to warm up, once for the clock.
        #expect(peers.count == 3 && peers.allSatisfy { $0.jobs.count == 2 })
    }

    @Test("without peers and a text there are our own figures only")
    func alone() throws {
        let found = try rows([.prompt, .decision, .bits, .quality]) { $0.shipped = "another model" }
        #expect(found.allSatisfy { $0.row.peer == nil && $0.row.floor == nil && $0.row.value > 0 })
        let names = Set(found.map(\.row.name))
        #expect(names.isSuperset(of: ["engine.prompt512.tokens_per_second", "engine.decision.seconds"]))
        #expect(names.isSuperset(of: ["engine.decision_cached.seconds", "engine.kv4.cache_bits"]))
        #expect(names.allSatisfy { !$0.hasSuffix(".ratio") && !$0.contains("quality") })
    }

    @Test("quality is held to the peer's, and keys and values in few bits to a third of it")
    func quality() throws {
        let found = try rows([.quality, .kv]) { plan in
            plan.text = plan.path + ".txt"
            try FileBytes.write(String(repeating: "abc ", count: 64), to: plan.path + ".txt")
            plan.peer = { _ in Peer("peer", taken: 1) }
        }
        let values = Dictionary(uniqueKeysWithValues: found.map { ($0.row.name, $0) })
        #expect(
            values["engine.quality.divergence"]?.row.floor == 1 && values["engine.quality.divergence"]?.isMet == true
        )
        #expect(values["engine.quality.perplexity_ratio"]?.row.floor == 1.01)
        #expect(values["engine.kv4.divergence"]?.row.floor == 1.0 / 3)
        #expect(
            values["engine.kv4.attention256.ratio"] != nil && values["engine.kv4.decode256.ratio"]?.row.floor == nil
        )
    }

    @Test("a busy neighbour ends when it is told to")
    func busy() throws {
        let found = try rows([.busy]) { _ in }
        #expect(found.map(\.row.name) == ["engine.decision_busy.seconds", "engine.decision_busy.ratio"])
        #expect(found[1].lowerIsBetter && found[1].isMet == (found[1].row.value <= 2.2))
    }

    @Test("an adapter of random weights is the same every time, is read as any other, and changes what the model says")
    func randomAdapter() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let model = folder + "/model.gguf"
        let path = try RandomAdapter.kept(forModel: model, rank: 3, seed: 1, in: folder + "/adapters")
        let first = try FileBytes.read(path)
        try FileManager.default.removeItem(atPath: path)
        #expect(try RandomAdapter.kept(forModel: model, rank: 3, seed: 1, in: folder + "/adapters") == path)
        #expect(try FileBytes.read(path) == first)
        let config = try ModelConfig(GGUFFile.open(model))
        let adapter = try Adapter.load(path, for: config)
        #expect(adapter.rank == 3 && adapter.count == 7 * config.blockCount)
        let request = ScoreRequest(prefix: [1, 2, 3], candidates: [[4, 5]])
        let plain = try ScoringSession(model: LanguageModel.load(model), threads: 1).score(request)
        let adapted = try LanguageModel.load(model, adapter: LanguageModel.AdapterChoice(path: path))
        let changed = try ScoringSession(model: adapted, threads: 1).score(request)
        #expect(plain.scores != changed.scores && changed.scores[0].logProbs.allSatisfy(\.isFinite))
    }
}
