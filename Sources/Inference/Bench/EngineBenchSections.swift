// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

// The sections of `EngineBench`: each makes its contestants, races them and reports its rows.

extension EngineBench {
    func prompt() throws {
        let own = try EngineRunner(model, threads: plan.threads)
        let contestants: [any EngineContestant] = [own] + (try peers(plan.path))
        let floats = try plan.floats && plan.precision != .float ? inFloats() : nil
        let peaks = (dk_integer_peak(0), dk_integer_peak(1))

        let prompt = try race(.prompt(512), contestants + [floats].compactMap { $0 }, what: "prompt of 512 tokens")
        let shared = contestants.count
        try speed(
            "prompt512",
            tokens: 512,
            contestants,
            Array(prompt[..<shared]),
            Demand(floor: 2800, goal: 3500),
            ratio: Demand(floor: 2.9)
        )
        let suffix = try race(.suffix(288, depth: 600), contestants, what: "288 tokens behind 600")
        try speed("suffix288", tokens: 288, contestants, suffix, Demand(floor: 2350, goal: 2900), ratio: .none)
        try add("prompt512.gops_per_core", own.gopsPerCore, "GOPS", Demand(floor: 390, goal: 440))
        if plan.precision == .integer, peaks.0 > 0 {
            try add("prompt512.peak_share", own.gopsPerCore / peaks.0, "of \(Int(peaks.0)) GOPS")
            try add("prompt512.block_peak_share", own.gopsPerCore / peaks.1, "of \(Int(peaks.1)) GOPS")
        }
        try add("weights.bytes", Double(model.matrices.reduce(0) { $0 + $1.bytes }), "bytes")
        if let floats {
            try add("float.prompt512.tokens_per_second", 512 / prompt[shared], "tokens/s")
            try add("float.prompt512.gops_per_core", floats.gopsPerCore, "GOPS")
        }
    }

    /// The same file in floats.
    private func inFloats() throws -> EngineRunner {
        let model = try LanguageModel.load(plan.path, threads: plan.threads, precision: .float)
        return try EngineRunner(model, threads: plan.threads)
    }

    func decode() throws {
        let contestants: [any EngineContestant] =
            [try EngineRunner(model, threads: plan.threads)] + (try peers(plan.path))
        let seconds = try race(.decode(32, depth: 16), contestants, what: "one token after the other")
        try speed("decode", tokens: 32, contestants, seconds, .none, ratio: Demand(floor: 1.7, goal: 2.4))
    }

    // MARK: - A decision

    private func decider() throws -> EngineRunner {
        guard let adapter = plan.adapter else { return try EngineRunner(model, threads: plan.threads) }
        let adapted = try LanguageModel.load(
            plan.path,
            adapter: adapter,
            threads: plan.threads,
            precision: plan.precision
        )
        return try EngineRunner(adapted, threads: plan.threads)
    }

    func decision() throws {
        let own = try decider()
        let peers = try peers(plan.path, adapter: plan.adapter?.path)
        let work: [(name: String, cached: Int, floor: Double, goal: Double, ratio: Double?)] = [
            ("decision", 0, 0.36, 0.26, 3), ("decision_cached250", 250, 0.25, 0.19, nil),
            ("decision_cached", 600, 0.13, 0.095, nil),
        ]
        for work in work {
            let what = work.cached == 0 ? "a decision" : "a decision with \(work.cached) of 600 tokens cached"
            let seconds = try race(.decision(cached: work.cached), [own] + peers, what: what)
            let best = best(peers, Array(seconds.dropFirst()))
            let demand = Demand(floor: work.floor, goal: work.goal, lowerIsBetter: true)
            let beside = best.map { ($0.name, $0.seconds) }
            try add("\(work.name).seconds", seconds[0], "s", peer: beside, demand, note: plan.adapterNote)
            guard let best else { continue }
            let note = plan.adapterNote
            try ratio(work.name, best.seconds / seconds[0], to: best.name, Demand(floor: work.ratio), note: note)
        }
        // What a head costs more that reads the likelihood as well, as the one that comes with the program does.
        for (name, cached) in [("decision_likelihood", 0), ("decision_likelihood_cached", 600)] {
            let job = EngineJob.decision(cached: cached, readsLikelihood: true)
            let seconds = try race(job, [own], what: "a decision by likelihood")
            try add("\(name).seconds", seconds[0], "s", note: plan.adapterNote)
        }
    }

    func busy() throws {
        let own = try decider()
        let job = EngineJob.decision(cached: 0)
        _ = try own.seconds(job)
        var (idle, busy): ([Double], [Double]) = ([], [])
        for round in 1...max(plan.repeats, 5) {
            plan.progress("a decision beside a busy thread: run \(round) of \(max(plan.repeats, 5))")
            idle.append(try own.seconds(job))
            let neighbour = BusyThread()
            defer { neighbour.stop() }
            busy.append(try own.seconds(job))
        }
        let (quiet, loud) = (EngineBench.median(idle), EngineBench.median(busy))
        try add(
            "decision_busy.seconds",
            loud,
            "s",
            peer: ("the same without a neighbour", quiet),
            note: plan.adapterNote
        )
        let demand = Demand(floor: 2.2, goal: 1.5, lowerIsBetter: true)
        try add("decision_busy.ratio", loud / quiet, "x", demand, isGeneral: true, note: plan.adapterNote)
    }

    // MARK: - The second model

    func second() throws {
        guard let (name, path) = plan.second else { return }
        let other = try LanguageModel.load(path, threads: plan.threads)
        let contestants: [any EngineContestant] =
            [try EngineRunner(other, threads: plan.threads)] + (try peers(path))
        let seconds = try race(.prompt(512), contestants, what: "\(name), prompt of 512 tokens")
        try speed(
            "\(name).prompt512",
            tokens: 512,
            contestants,
            seconds,
            .none,
            ratio: Demand(floor: 2.5),
            fileRatio: Demand(floor: 4, goal: 5)
        )
    }

    // MARK: - Keys and values

    func bits() throws {
        let bits = try KeyValueBench.bits(model, .q4, depth: plan.depth)
        let isDeep = plan.depth == 8192
        func demand(_ floor: Double, _ goal: Double) -> Demand {
            isDeep ? Demand(floor: floor, goal: goal, lowerIsBetter: true) : Demand(lowerIsBetter: true)
        }
        try add("kv4.block_bits", bits.blocks, "bits/value", demand(4.4, 4.3))
        try add("kv4.cache_bits", bits.cache, "bits/value", demand(4.65, 4.5), note: "behind \(plan.depth) tokens")
    }

    func keyValues() throws {
        let packed = try EngineRunner(model, threads: plan.threads, keyValues: .q4)
        let floats = try EngineRunner(model, threads: plan.threads, keyValues: .float)
        var setting = EnginePeerSetting(plan.path, type: EngineBench.peerTypes[0])
        setting.limit = plan.depth + 1024
        plan.progress("starting a peer")
        let contestants: [any EngineContestant] = [packed, floats] + [try plan.peer(setting)].compactMap { $0 }
        // What does not grow with the depth is all but attention.
        let shallow = try race(.decode(16, depth: 16), [packed, floats], what: "one token after the other")
        let decode = try race(.decode(16, depth: plan.depth), contestants, what: "behind \(plan.depth) tokens")
        let suffix = try race(.suffix(288, depth: plan.depth), contestants, what: "288 tokens behind \(plan.depth)")
        let isDeep = plan.depth == 8192
        func demand(_ floor: Double, _ goal: Double) -> Demand { isDeep ? Demand(floor: floor, goal: goal) : .none }
        func rows(_ name: String, _ tokens: Double, _ seconds: [Double], _ ratio: Demand) throws {
            let peer = seconds.count > 2 ? (contestants[2].name, seconds[2]) : nil
            let beside = peer.map { ($0.0, tokens / $0.1) }
            try add("kv4.\(name).tokens_per_second", tokens / seconds[0], "tokens/s", peer: beside)
            try add("kv_float.\(name).tokens_per_second", tokens / seconds[1], "tokens/s", peer: beside)
            if let peer { try self.ratio("kv4.\(name)", peer.1 / seconds[0], to: peer.0, ratio) }
        }
        try rows("decode\(plan.depth)", 16, decode, demand(5, 7))
        try rows("suffix\(plan.depth)", 288, suffix, demand(4, 8))
        let attention = (decode[0] - shallow[0], decode[1] - shallow[1])
        try add(
            "kv4.attention\(plan.depth).ratio",
            attention.1 / attention.0,
            "x",
            peer: ("our own attention over floats", 1),
            demand(1.8, 2.3),
            note: "what a token takes more behind \(plan.depth) tokens than behind 16"
        )
        try keyValueQuality()
    }

    /// The words of the text, in this model's tokens.
    private func words(_ model: LanguageModel) throws -> [Int32]? {
        guard let text = plan.text else { return nil }
        let read = String(decoding: try FileBytes.read(text), as: UTF8.self)
        return Array(model.tokenizer.encode(read).prefix(EngineBench.qualityTokens))
    }

    static let qualityTokens = 4000
    static let qualityWindow = 512
    /// Longer, since keys and values are packed in blocks of 128.
    static let keyValueWindow = 1024

    private func keyValueQuality() throws {
        guard let text = plan.text, let read = try words(model) else { return }
        plan.progress("quality with keys and values in 4 bits")
        let found = try KeyValueBench.quality(
            model,
            .q4,
            tokens: read,
            contextLength: min(EngineBench.keyValueWindow, model.config.contextLength),
            threads: plan.threads
        )
        var setting = EnginePeerSetting(plan.path)
        setting.keyValues = "q4_0"
        let peer = try plan.peer(setting)
        let theirs = try peer?.divergence(
            text: text,
            tokens: EngineBench.qualityTokens,
            window: EngineBench.keyValueWindow,
            referenceType: nil,
            referenceKeyValues: "f16"
        )
        func beside(_ value: Double?) -> (name: String, value: Double)? {
            value.flatMap { value in peer.map { ($0.name, value) } }
        }
        let third = Demand(floor: theirs.map { $0.divergence / 3 }, lowerIsBetter: true)
        try add("kv4.divergence", found.divergence, "nats", peer: beside(theirs?.divergence), third, isGeneral: true)
        let ratio = Demand(floor: 1.03, lowerIsBetter: true)
        let theirRatio = beside(theirs?.perplexityRatio)
        try add("kv4.perplexity_ratio", found.perplexityRatio, "ratio", peer: theirRatio, ratio, isGeneral: true)
        try add("kv4.same_top", found.sameTop, "share", peer: beside(theirs?.sameTop))
    }

    // MARK: - Quality

    func quality() throws {
        try quality(plan.path, model, prefix: "quality")
        guard let (name, path) = plan.second else { return }
        try quality(path, try LanguageModel.load(path, threads: plan.threads), prefix: "\(name).quality")
    }

    private func quality(_ path: String, _ model: LanguageModel, prefix: String) throws {
        guard let text = plan.text, let read = try words(model) else { return }
        plan.progress("quality against floats")
        let floats = try LanguageModel.load(path, threads: plan.threads, precision: .float)
        let found = try ModelComparison.run(
            reference: ScoringSession(model: floats, threads: plan.threads),
            model: ScoringSession(model: model, threads: plan.threads, keyValues: .float),
            tokens: read,
            contextLength: EngineBench.qualityWindow
        )
        plan.progress("the peer's quality against its floats")
        let peer = try plan.peer(EnginePeerSetting(path))
        let theirs = try peer?.divergence(
            text: text,
            tokens: EngineBench.qualityTokens,
            window: EngineBench.qualityWindow,
            referenceType: "F32",
            referenceKeyValues: "f32"
        )
        func beside(_ value: Double?) -> (name: String, value: Double)? {
            value.flatMap { value in peer.map { ($0.name, value) } }
        }
        let note = "\(found.positions) positions"
        let most = Demand(floor: theirs?.divergence, lowerIsBetter: true)
        let divergence = beside(theirs?.divergence)
        try add(
            "\(prefix).divergence",
            found.meanDivergence,
            "nats",
            peer: divergence,
            most,
            isGeneral: true,
            note: note
        )
        let least = Demand(floor: theirs?.sameTop)
        try add("\(prefix).same_top", found.sameTop, "share", peer: beside(theirs?.sameTop), least, isGeneral: true)
        let ratio = found.perplexity / found.referencePerplexity
        let theirRatio = beside(theirs?.perplexityRatio)
        let limit = Demand(floor: 1.01, lowerIsBetter: true)
        try add("\(prefix).perplexity_ratio", ratio, "ratio", peer: theirRatio, limit, isGeneral: true)
    }
}
