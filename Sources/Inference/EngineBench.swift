// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// The engine's own clock: what the verb `model bench` prints.
public enum EngineBench {
    /// Seconds that the parts of the work took; the best of several runs each.
    public struct Times: Sendable, Codable {
        /// 512 tokens of a prefix, all new.
        public var prompt512 = Double.infinity
        /// 288 tokens behind 600 that are cached.
        public var suffix288 = Double.infinity
        /// 32 tokens, one after the other, behind 16.
        public var decode32 = Double.infinity

        public init() {}

        /// Takes what was faster in another run.
        public mutating func improve(_ other: Times) {
            prompt512 = min(prompt512, other.prompt512)
            suffix288 = min(suffix288, other.suffix288)
            decode32 = min(decode32, other.decode32)
        }
    }

    /// A program that does the same work on the same file.
    public struct Peer {
        public let name: String
        /// Does the work once.
        public let measure: () throws -> Times

        public init(name: String, measure: @escaping () throws -> Times) {
            self.name = name
            self.measure = measure
        }
    }

    /// Measures models and a peer in turn, so that what else the machine does meets all of them.
    ///
    /// - Parameters:
    ///   - models: the models to measure, usually one file in several precisions. The rows of the first are named
    ///     `engine.*`, those of another `engine.PRECISION.*`.
    ///   - peer: who is measured beside them.
    ///   - threads: threads to work with; the number of cores when nil.
    ///   - repeats: how often each thing is done; the best counts.
    ///   - command: the command that prints these figures again.
    /// - Throws: `DroidError` of the session, or what the peer throws.
    public static func run(
        _ models: [LanguageModel],
        peer: Peer? = nil,
        threads: Int? = nil,
        repeats: Int = 3,
        command: String
    ) throws -> [MeasurementRow] {
        let runs = try models.map { try EngineRun($0, threads: threads) }
        var peerTimes = Times()
        for _ in 0..<max(repeats, 1) {
            for run in runs { try run.round() }
            if let peer { peerTimes.improve(try peer.measure()) }
        }
        var rows: [MeasurementRow] = []
        for (index, run) in runs.enumerated() {
            let prefix = index == 0 ? "engine" : "engine.\(run.model.precision.rawValue)"
            func add(
                _ name: String,
                _ value: Double,
                _ unit: String,
                peer other: Double? = nil,
                floor: Double? = nil,
                goal: Double? = nil
            ) {
                rows.append(
                    MeasurementRow(
                        name: "\(prefix).\(name)",
                        value: value,
                        unit: unit,
                        peer: other == nil ? nil : peer?.name,
                        peerValue: other,
                        floor: index == 0 ? floor : nil,
                        goal: index == 0 ? goal : nil,
                        command: command
                    )
                )
            }
            func rate(_ tokens: Double, _ of: KeyPath<Times, Double>) -> (own: Double, peer: Double?) {
                (tokens / run.times[keyPath: of], peer.map { _ in tokens / peerTimes[keyPath: of] })
            }
            let (prompt, suffix, decode) = (rate(512, \.prompt512), rate(288, \.suffix288), rate(32, \.decode32))
            add("prompt512.tokens_per_second", prompt.own, "tokens/s", peer: prompt.peer, floor: 2800, goal: 3500)
            add("suffix288.tokens_per_second", suffix.own, "tokens/s", peer: suffix.peer, floor: 2350, goal: 2900)
            add("decode.tokens_per_second", decode.own, "tokens/s", peer: decode.peer)
            add("decision.seconds", run.decision, "s", floor: 0.36, goal: 0.26)
            add("decision_cached.seconds", run.decisionCached, "s", floor: 0.13, goal: 0.095)
            add("prompt512.gops_per_core", run.gopsPerCore, "GOPS")
            add("weights.bytes", Double(run.model.matrices.reduce(0) { $0 + $1.bytes }), "bytes")
            if run.model.precision == .integer, run.peak > 0 {
                add("prompt512.peak_share", run.gopsPerCore / run.peak, "of \(Int(run.peak)) GOPS")
                add("prompt512.block_peak_share", run.gopsPerCore / run.blockPeak, "of \(Int(run.blockPeak)) GOPS")
            }
        }
        return rows
    }
}

/// One model under measurement.
private final class EngineRun {
    let model: LanguageModel
    let session: ScoringSession
    var times = EngineBench.Times()
    var decision = Double.infinity
    var decisionCached = Double.infinity
    /// Products and sums with weights over the time of all threads, in the fastest prompt.
    var gopsPerCore = 0.0
    /// GOPS of one core's multipliers alone, and with scales and minima of groups of 32.
    var peak = 0.0
    var blockPeak = 0.0
    private var random = SeededRandom(seed: 1, name: "engine bench")

    init(_ model: LanguageModel, threads: Int?) throws {
        self.model = model
        session = try ScoringSession(model: model, threads: threads)
    }

    private func tokens(_ count: Int) -> [Int32] {
        let limit = min(model.tokenizer.vocabularySize, model.config.vocabularySize)
        return (0..<count).map { _ in Int32.random(in: 0..<Int32(limit), using: &random) }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = monotonicSeconds()
        try body()
        return monotonicSeconds() - start
    }

    func round() throws {
        peak = max(peak, dk_integer_peak(0))
        blockPeak = max(blockPeak, dk_integer_peak(1))
        let prompt = tokens(512)
        session.reset()
        let processor = processorSeconds()
        times.prompt512 = min(times.prompt512, try seconds { _ = try session.generate(prefix: prompt, maxTokens: 1) })
        let matrices = model.blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.gateUp, $0.down] }
        let perToken = matrices.reduce(0.0) { $0 + 2 * Double($1.weights.depth * $1.weights.paddedOutputs) }
        let operations = 512 * perToken + 2 * Double(model.config.width * model.output.paddedOutputs)
        gopsPerCore = max(gopsPerCore, operations / (processorSeconds() - processor) * 1e-9)

        // Candidates that share no token, as in design.md's clock.
        var request = ScoreRequest(prefix: tokens(600), candidates: (0..<24).map { _ in tokens(12) })
        session.reset()
        decision = min(decision, try seconds { _ = try session.score(request) })
        decisionCached = min(decisionCached, try seconds { _ = try session.score(request) })
        request.wantsLogProbs = false
        request.hiddenLayers = [model.config.blockCount]
        times.suffix288 = min(times.suffix288, try seconds { _ = try session.score(request) })

        let start = tokens(16)
        _ = try session.generate(prefix: start, maxTokens: 1)
        times.decode32 = min(times.decode32, try seconds { _ = try session.generate(prefix: start, maxTokens: 32) })
    }
}
