// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Training

/// How a verifier is trained from preferences, as a recipe file under `Training/recipes` says it.
public struct PreferenceRecipe: Codable, Sendable, Equatable {
    /// What a verifier knows of candidates without the model.
    public enum Facts: String, Codable, Sendable {
        /// Facts are weighted by the states that are learned from.
        case fit
        /// They are worth what they were to the verifier that the training goes on from.
        case keep
        /// The model is alone.
        case none
    }

    /// What the verifier is called in its file and its report.
    public var name: String
    public var rank: Int
    public var alpha: Double
    /// The first block that the adapter changes.
    public var firstBlock: Int
    public var loss: PreferenceObjective.Loss
    public var margin: Double
    /// Wrong candidates that count, those with the highest scores; 0 for all.
    public var rivals: Int
    public var learningRate: Double
    /// The head learns at so many times the rate.
    public var headFactor: Double
    public var schedule: LearningSchedule
    /// Steps in which the learning rate rises.
    public var warmUp: Int
    public var weightDecay: Double
    /// Gradients longer than this are shortened.
    public var clip: Double
    public var epochs: Int
    /// States of one step.
    public var batch: Int
    public var passTokens: Int
    /// Tokens of all candidates of a state, at most.
    public var candidateTokens: Int
    public var precision: TrainingPrecision
    public var checkpoints: Bool
    public var seed: UInt64
    /// States that the head is fitted to before the adapter learns; where it goes on from a verifier, the weights of facts.
    public var probe: Int
    /// States with a smaller loss are not taken back through the model; 0 for none.
    public var skipBelow: Double
    /// What it knows of candidates without the model.
    public var facts: Facts
    /// Hidden units that see the facts of a candidate beside those of all others, where weights of facts are fitted; 0 for none.
    public var factUnits: Int
    /// The share of episodes that is only looked at.
    public var validationShare: Double
    /// The most states right after a wrong step, as a share of all.
    public var correctionShare: Double
    public var reportEvery: Int
    public var validateEvery: Int

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, rank, alpha, facts, probe, loss, margin, rivals, schedule, clip, epochs, batch, precision,
            checkpoints, seed
        case factUnits = "fact_units"
        case firstBlock = "first_block"
        case learningRate = "learning_rate"
        case headFactor = "head_factor"
        case skipBelow = "skip_below"
        case warmUp = "warm_up"
        case weightDecay = "weight_decay"
        case passTokens = "pass_tokens"
        case candidateTokens = "candidate_tokens"
        case validationShare = "validation_share"
        case correctionShare = "correction_share"
        case reportEvery = "report_every"
        case validateEvery = "validate_every"
    }

    /// Reads a recipe.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `recipe.format` naming what is missing, not known or out of range.
    public static func load(_ path: String) throws -> PreferenceRecipe {
        let recipe: PreferenceRecipe = try RecipeFile.load(path, keys: CodingKeys.allCases.map(\.rawValue))
        try recipe.check(path)
        return recipe
    }

    private func check(_ path: String) throws {
        try RecipeFile.check(
            path,
            counts: [
                ("rank", rank, 1...64), ("rivals", rivals, 0...10_000), ("warm_up", warmUp, 0...1_000_000),
                ("epochs", epochs, 0...1000), ("batch", batch, 1...1024), ("pass_tokens", passTokens, 64...65_536),
                ("candidate_tokens", candidateTokens, 16...16_384), ("report_every", reportEvery, 1...100_000),
                ("validate_every", validateEvery, 1...1_000_000), ("first_block", firstBlock, 0...1000),
                ("probe", probe, 0...100_000), ("fact_units", factUnits, 0...1024),
            ],
            sizes: [
                ("alpha", alpha, 0.001...10_000), ("margin", margin, 0...1000),
                ("learning_rate", learningRate, 1e-9...1), ("head_factor", headFactor, 0...10_000),
                ("weight_decay", weightDecay, 0...1), ("clip", clip, 0...1e9), ("skip_below", skipBelow, 0...1e9),
                ("validation_share", validationShare, 0...0.9), ("correction_share", correctionShare, 0...1),
            ]
        )
    }

    /// All that values follow from: a training under another recipe is another one, but for its name and its reports.
    func identity() throws -> String {
        var copy = self
        (copy.name, copy.reportEvery, copy.validateEvery) = ("", 1, 1)
        return try JSON.line(copy)
    }

    /// The part that the training engine needs.
    var options: PreferenceOptions {
        PreferenceOptions(
            shape: AdapterShape(rank: rank, alpha: alpha, firstBlock: firstBlock),
            objective: PreferenceObjective(loss: loss, margin: margin, rivals: rivals),
            optimizer: AdamWOptions(rate: learningRate, decay: weightDecay, clip: clip),
            schedule: schedule,
            warmUp: warmUp,
            headFactor: headFactor,
            epochs: epochs,
            batch: batch,
            passTokens: passTokens,
            candidateTokens: candidateTokens,
            precision: precision,
            checkpoints: checkpoints,
            seed: seed,
            probe: probe,
            skipBelow: skipBelow
        )
    }
}
