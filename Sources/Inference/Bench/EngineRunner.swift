// SPDX-License-Identifier: Apache-2.0

import Base

/// The engine under the clock: a session on a model.
final class EngineRunner: EngineContestant {
    let name: String
    let session: ScoringSession
    /// Products and sums with weights over the time of all threads, in billions a second, in the best prompt so far.
    private(set) var gopsPerCore = 0.0
    private var random = SeededRandom(seed: 1, name: "engine bench")
    /// What stands at each position before a job begins.
    private var text: [Int32] = []

    /// - Throws: `DroidError` of the session.
    init(_ model: LanguageModel, threads: Int?, keyValues: KeyValueFormat = .float) throws {
        name = "\(model.precision.rawValue), keys and values \(keyValues.rawValue)"
        session = try ScoringSession(model: model, threads: threads, keyValues: keyValues)
        // Some models are measured behind more tokens than they were made for.
        session.lengthLimit = .max
    }

    private func tokens(_ count: Int) -> [Int32] {
        let limit = min(session.model.tokenizer.vocabularySize, session.model.config.vocabularySize)
        return (0..<count).map { _ in Int32.random(in: 0..<Int32(limit), using: &random) }
    }

    private func prefix(_ count: Int) -> [Int32] {
        if text.count < count { text += tokens(count - text.count) }
        return Array(text.prefix(count))
    }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        let start = monotonicSeconds()
        try body()
        return monotonicSeconds() - start
    }

    /// Makes the first tokens of `text` be there, and no others.
    private func fill(_ count: Int) throws -> [Int32] {
        guard count > 0 else {
            session.reset()
            return []
        }
        let text = prefix(count)
        _ = try session.generate(prefix: text, maxTokens: 1)
        return text
    }

    func seconds(_ job: EngineJob) throws -> Double {
        let there = try fill(job.depth ?? job.cached ?? 0)
        switch job.job {
        case .prompt, .suffix:
            let all = there + tokens(job.tokens ?? 0)
            let processor = processorSeconds()
            let seconds = try time { _ = try session.generate(prefix: all, maxTokens: 1) }
            if job.job == .prompt { count(all.count, processorSeconds() - processor) }
            return seconds
        case .decode:
            // The last token of those that are there is computed again, so one token is one pass.
            return try time { _ = try session.generate(prefix: there, maxTokens: job.tokens ?? 0) }
        case .decision:
            let prefix = there + tokens((job.prefix ?? 0) - there.count)
            let candidates = (0..<(job.candidates ?? 0)).map { _ in tokens(job.length ?? 0) }
            var request = ScoreRequest(prefix: prefix, candidates: candidates)
            request.wantsLogProbs = job.readsLikelihood
            if !job.readsLikelihood { request.hiddenLayers = [session.model.config.blockCount] }
            return try time { _ = try session.score(request) }
        }
    }

    private func count(_ tokens: Int, _ seconds: Double) {
        let model = session.model
        let matrices = model.blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.gateUp, $0.down] }
        let perToken = matrices.reduce(0.0) { $0 + 2 * Double($1.weights.depth * $1.weights.paddedOutputs) }
        let operations = Double(tokens) * perToken + 2 * Double(model.config.width * model.output.paddedOutputs)
        gopsPerCore = max(gopsPerCore, operations / seconds * 1e-9)
    }
}
