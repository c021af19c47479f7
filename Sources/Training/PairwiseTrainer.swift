// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// How a linear ranking head is trained.
public struct PairwiseOptions: Codable, Sendable, Equatable {
    /// Weight of the squared length of the weights, on scaled features.
    public var l2: Double
    /// The most optimizer steps that are taken.
    public var maxSteps: Int
    /// Training stops after this many steps without a better validation loss; the best weights are kept.
    public var patience: Int
    /// Seed of the split; the optimizer itself draws nothing.
    public var seed: UInt64
    /// The share of training episodes that is only looked at, to know when to stop.
    public var validationShare: Double

    public init(
        l2: Double = 1e-3,
        maxSteps: Int = 200,
        patience: Int = 20,
        seed: UInt64 = 1,
        validationShare: Double = 0.15
    ) {
        self.l2 = l2
        self.maxSteps = maxSteps
        self.patience = patience
        self.seed = seed
        self.validationShare = validationShare
    }
}

/// How the weights did after one optimizer step.
public struct TrainingPoint: Codable, Sendable, Equatable {
    public var step: Int
    /// Mean pair loss, without the L2 term; validation figures are absent when nothing is held back.
    public var trainingLoss: Double
    public var validationLoss: Double?
    /// Share of pairs in the right order.
    public var trainingPairs: Double
    public var validationPairs: Double?
    /// Share of groups with a right candidate on top.
    public var trainingTopOne: Double
    public var validationTopOne: Double?
}

/// A trained linear head, for features as they come.
public struct RankingHead: Sendable {
    /// One weight per feature.
    public var weights: [Float]
    /// What is added to every score; it moves no ranking.
    public var constant: Float
    /// The way of the training, one point per step, the start at step 0.
    public var curve: [TrainingPoint]
    /// The step whose weights these are.
    public var bestStep: Int
    public var seconds: Double

    /// The score of one row.
    public func score(_ row: some Collection<Float>) -> Float {
        constant + Float(zip(row, weights).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
    }
}

/// Trains a linear head on pairs, by L-BFGS over the whole set: the loss is convex, so there is nothing to tune
/// but L2.
///
/// The same data, options and seed give the same bits for any number of threads.
public enum PairwiseTrainer {
    /// Trains on the groups of `split`.
    ///
    /// The matrix is taken over, since it is scaled in place: pass it with `consume` where it is not needed any more.
    ///
    /// - Throws: `DroidError` with code `training.empty` when no group has both a right and a wrong row, and
    ///   `training.rows` when a group names a row that is not there or a value is not finite.
    public static func train(
        _ features: consuming FeatureMatrix,
        split: RankingSplit,
        options: PairwiseOptions,
        progress: (TrainingPoint) -> Void = { _ in }
    ) throws -> RankingHead {
        let started = Date()
        var matrix = consume features
        try check(matrix, split.training + split.validation)
        let scaling = FeatureScaling(matrix, groups: split.training)
        scaling.apply(to: &matrix)
        let objective = PairwiseObjective(matrix: matrix, groups: split.training, l2: options.l2)
        let validation = PairwiseObjective(matrix: matrix, groups: split.validation, l2: 0)
        guard !objective.groups.isEmpty else {
            throw DroidError(
                "training.empty",
                "there is nothing to train on",
                why: "no group outside of validation has both a right and a wrong candidate",
                next: "collect more runs, or hold fewer families back"
            )
        }

        var optimizer = LBFGS(start: [Double](repeating: 0, count: matrix.columns)) { point, gradient in
            objective.evaluate(point, gradient: &gradient)
        }
        var curve: [TrainingPoint] = []
        var best = (step: 0, measure: Double.infinity, point: optimizer.point)
        for step in 0...max(options.maxSteps, 0) {
            if step > 0 && !optimizer.step() { break }
            let point = measure(step, optimizer.point, objective, validation)
            curve.append(point)
            progress(point)
            let measure = point.validationLoss ?? optimizer.value
            if measure < best.measure { best = (step, measure, optimizer.point) }
            if step - best.step >= options.patience { break }
        }
        let head = scaling.unscaled(best.point.map { Float($0) })
        return RankingHead(
            weights: head.weights,
            constant: head.constant,
            curve: curve,
            bestStep: best.step,
            seconds: Date().timeIntervalSince(started)
        )
    }

    /// How a head does on groups: mean pair loss, share of pairs in order, share of groups with a right one on top.
    public static func evaluate(_ head: RankingHead, _ matrix: FeatureMatrix, groups: [RankingGroup]) -> HeadQuality {
        let objective = PairwiseObjective(matrix: matrix, groups: groups, l2: 0)
        let quality = objective.quality(head.weights.map { Double($0) })
        return HeadQuality(
            groups: objective.groups.count,
            loss: quality.loss,
            pairAccuracy: quality.pairAccuracy,
            topOne: quality.topOne
        )
    }

    private static func measure(
        _ step: Int,
        _ weights: [Double],
        _ training: PairwiseObjective,
        _ validation: PairwiseObjective
    ) -> TrainingPoint {
        let seen = training.quality(weights)
        let unseen = validation.groups.isEmpty ? nil : validation.quality(weights)
        return TrainingPoint(
            step: step,
            trainingLoss: seen.loss,
            validationLoss: unseen?.loss,
            trainingPairs: seen.pairAccuracy,
            validationPairs: unseen?.pairAccuracy,
            trainingTopOne: seen.topOne,
            validationTopOne: unseen?.topOne
        )
    }

    private static func check(_ matrix: FeatureMatrix, _ groups: [RankingGroup]) throws {
        let rows = 0..<matrix.rows
        for group in groups {
            if let bad = (group.right + group.wrong).first(where: { !rows.contains($0) }) {
                throw DroidError(
                    "training.rows",
                    "the training data do not fit together",
                    why: "a group of \(group.family) names row \(bad), and there are \(matrix.rows)",
                    next: "make the features again"
                )
            }
        }
        guard matrix.values.allSatisfy(\.isFinite) else {
            throw DroidError(
                "training.rows",
                "a feature is not a finite number",
                why: "the feature file is damaged, or the model gave an infinity",
                next: "make the features again"
            )
        }
    }
}

/// How well a head ranks.
public struct HeadQuality: Codable, Sendable, Equatable {
    /// The number of decisions that it was measured on.
    public var groups: Int
    public var loss: Double
    public var pairAccuracy: Double
    public var topOne: Double
}
