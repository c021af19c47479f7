// SPDX-License-Identifier: Apache-2.0

import Base
import Training

/// How a verifier head is made, as a recipe file under `Training/recipes` says it.
public struct HeadRecipe: Codable, Sendable, Equatable {
    /// What the head is called in its report.
    public var name: String
    /// The layers whose state at a candidate's last token is read: i is the output of block i, the number of
    /// blocks the
    /// state after the final norm.
    public var layers: [Int]
    /// Whether the mean state over a candidate's tokens is read as well.
    public var mean: Bool
    /// Weight of the squared length of the weights.
    public var l2: Double
    public var maxSteps: Int
    public var patience: Int
    public var seed: UInt64
    /// The share of episodes that is held back to know when to stop.
    public var validationShare: Double
    /// Tasks that are held back whole.
    public var validationTasks: [String]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, layers, mean, l2, seed, patience
        case maxSteps = "max_steps"
        case validationShare = "validation_share"
        case validationTasks = "validation_tasks"
    }

    /// Reads a recipe.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `recipe.format` naming what is missing, not known or out of range.
    public static func load(_ path: String) throws -> HeadRecipe {
        let recipe: HeadRecipe = try RecipeFile.load(path, keys: CodingKeys.allCases.map(\.rawValue))
        try RecipeFile.check(
            path,
            counts: [("max_steps", recipe.maxSteps, 1...1_000_000), ("patience", recipe.patience, 1...1_000_000)],
            sizes: [("l2", recipe.l2, 0...1e9), ("validation_share", recipe.validationShare, 0...0.9)]
        )
        return recipe
    }

    /// The part that the training engine needs.
    var pairwise: PairwiseOptions {
        PairwiseOptions(
            l2: l2,
            maxSteps: maxSteps,
            patience: patience,
            seed: seed,
            validationShare: validationShare
        )
    }
}
