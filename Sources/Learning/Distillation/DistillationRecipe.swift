// SPDX-License-Identifier: Apache-2.0

import Base
import Training

/// How a verifier is taught to do with less work, as a recipe file under `Training/recipes` says it.
public struct DistillationRecipe: Codable, Sendable, Equatable {
    /// What the verifier is called in its file and its report.
    public var name: String
    public var target: DistillationOptions.Target
    /// The share of inputs that masks leave out.
    public var sparsity: Double
    public var rank: Int
    public var alpha: Double
    public var firstBlock: Int
    public var learningRate: Double
    /// The rate of weights that become ternary, and the share of all steps over which they are rounded more and more.
    public var weightRate: Double
    public var ramp: Double
    public var schedule: LearningSchedule
    public var warmUp: Int
    public var clip: Double
    public var steps: Int
    /// Decisions and texts of a step.
    public var decisions: Int
    public var texts: Int
    public var textTokens: Int
    public var textWeight: Double
    public var passTokens: Int
    public var candidateTokens: Int
    public var precision: TrainingPrecision
    public var seed: UInt64
    /// Decisions and texts that are only looked at, and those from which thresholds are found.
    public var validation: Int
    public var calibration: Int
    public var reportEvery: Int
    public var validateEvery: Int

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, target, sparsity, rank, alpha, ramp, schedule, clip, steps, decisions, texts, precision, seed
        case validation, calibration
        case firstBlock = "first_block"
        case learningRate = "learning_rate"
        case weightRate = "weight_rate"
        case warmUp = "warm_up"
        case textTokens = "text_tokens"
        case textWeight = "text_weight"
        case passTokens = "pass_tokens"
        case candidateTokens = "candidate_tokens"
        case reportEvery = "report_every"
        case validateEvery = "validate_every"
    }

    /// Reads a recipe.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `recipe.format` naming what is missing, not known or out of range.
    public static func load(_ path: String) throws -> DistillationRecipe {
        let recipe: DistillationRecipe = try RecipeFile.load(path, keys: CodingKeys.allCases.map(\.rawValue))
        try RecipeFile.check(
            path,
            counts: [
                ("rank", recipe.rank, 1...64), ("first_block", recipe.firstBlock, 0...1000),
                ("warm_up", recipe.warmUp, 0...1_000_000), ("steps", recipe.steps, 1...1_000_000),
                ("decisions", recipe.decisions, 0...1024), ("texts", recipe.texts, 0...1024),
                ("text_tokens", recipe.textTokens, 8...16_384), ("pass_tokens", recipe.passTokens, 64...65_536),
                ("candidate_tokens", recipe.candidateTokens, 16...16_384),
                ("validation", recipe.validation, 0...100_000),
                ("calibration", recipe.calibration, 1...10_000), ("report_every", recipe.reportEvery, 1...100_000),
                ("validate_every", recipe.validateEvery, 1...1_000_000),
            ],
            sizes: [
                ("sparsity", recipe.sparsity, 0...0.99), ("alpha", recipe.alpha, 0.001...10_000),
                ("learning_rate", recipe.learningRate, 1e-9...1), ("weight_rate", recipe.weightRate, 0...1),
                ("ramp", recipe.ramp, 0...1), ("clip", recipe.clip, 0...1e9),
                ("text_weight", recipe.textWeight, 0...1000),
            ]
        )
        if recipe.target == .ternary, recipe.firstBlock != 0 {
            throw DroidError(
                "recipe.format",
                "\(path) is no recipe",
                why: "first_block is \(recipe.firstBlock), and weights of all blocks become ternary",
                next: "set it to 0"
            )
        }
        return recipe
    }

    /// All that values follow from: a distillation under another recipe is another one, but for its name and its reports.
    func identity() throws -> String {
        var copy = self
        (copy.name, copy.reportEvery, copy.validateEvery) = ("", 1, 1)
        return try JSON.line(copy)
    }

    func options(temperature: Double) -> DistillationOptions {
        DistillationOptions(
            target: target,
            sparsity: sparsity,
            shape: AdapterShape(rank: rank, alpha: alpha, firstBlock: firstBlock),
            optimizer: AdamWOptions(rate: learningRate, clip: clip),
            weightRate: weightRate,
            ramp: ramp,
            schedule: schedule,
            warmUp: warmUp,
            steps: steps,
            decisions: decisions,
            texts: texts,
            textTokens: textTokens,
            textWeight: textWeight,
            passTokens: passTokens,
            candidateTokens: candidateTokens,
            temperature: temperature,
            precision: precision,
            seed: seed
        )
    }
}
