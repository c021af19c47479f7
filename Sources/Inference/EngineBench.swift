// SPDX-License-Identifier: Apache-2.0

import Base

/// The engine's own clock: what the verb `model bench` prints.
public enum EngineBench {
    /// Measures a model; each figure is the best of `repeats` runs, all of them on an empty cache.
    ///
    /// - Parameters:
    ///   - model: the model to measure.
    ///   - threads: threads to work with; the number of cores when nil.
    ///   - repeats: how often each thing is done.
    ///   - command: the command that prints these figures again.
    /// - Throws: `DroidError` of the session.
    public static func run(
        _ model: LanguageModel,
        threads: Int? = nil,
        repeats: Int = 3,
        command: String
    ) throws -> [MeasurementRow] {
        let session = try ScoringSession(model: model, threads: threads)
        var random = SeededRandom(seed: 1, name: "engine bench")
        func tokens(_ count: Int) -> [Int32] {
            let limit = min(model.tokenizer.vocabularySize, model.config.vocabularySize)
            return (0..<count).map { _ in Int32.random(in: 0..<Int32(limit), using: &random) }
        }
        func seconds(_ prepare: () throws -> Void = {}, _ body: () throws -> Void) throws -> Double {
            var best = Double.infinity
            for _ in 0..<max(repeats, 1) {
                try prepare()
                let start = monotonicSeconds()
                try body()
                best = min(best, monotonicSeconds() - start)
            }
            return best
        }

        let prompt = tokens(512)
        let promptSeconds = try seconds(session.reset) { _ = try session.generate(prefix: prompt, maxTokens: 1) }

        // Candidates that share no token, as in design.md's clock.
        let decision = ScoreRequest(prefix: tokens(600), candidates: (0..<24).map { _ in tokens(12) })
        let decisionSeconds = try seconds(session.reset) { _ = try session.score(decision) }
        let cachedSeconds = try seconds { _ = try session.score(decision) }

        let generated = 32
        let start = tokens(16)
        let decodeSeconds = try seconds({ _ = try session.generate(prefix: start, maxTokens: 1) }) {
            _ = try session.generate(prefix: start, maxTokens: generated)
        }
        return [
            row("engine.prompt512.tokens_per_second", 512 / promptSeconds, "tokens/s", command),
            row("engine.decision.seconds", decisionSeconds, "s", command, floor: 2),
            row("engine.decision_cached.seconds", cachedSeconds, "s", command),
            row("engine.decode.tokens_per_second", Double(generated) / decodeSeconds, "tokens/s", command),
        ]
    }

    private static func row(
        _ name: String,
        _ value: Double,
        _ unit: String,
        _ command: String,
        floor: Double? = nil
    ) -> MeasurementRow {
        MeasurementRow(name: name, value: value, unit: unit, floor: floor, command: command)
    }
}
