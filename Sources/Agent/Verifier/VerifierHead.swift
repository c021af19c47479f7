// SPDX-License-Identifier: Apache-2.0

import Base
import Inference

/// What turns a model's facts about a candidate into one score.
///
/// A head fits one base model, one prompt version and one action space; `check` refuses any other.
public struct VerifierHead: Codable, Sendable, Hashable {
    /// How the score is read.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// A linear function of hidden states, mean log-likelihood and length: the trained head.
        case linear
        /// The log-odds of "Yes" against "No" after a question about the candidate.
        case yesNo = "yes_no"
        /// The mean log-likelihood of the candidate's tokens.
        case likelihood
    }

    /// The version of the format.
    public static let formatVersion = 1
    /// Features beyond the hidden states: mean log-likelihood and the logarithm of the length.
    public static let extraFeatures = 2

    public var format: Int
    public var kind: Kind
    /// The layers whose states are read, as `ScoreRequest.hiddenLayers` counts them.
    public var layers: [Int]
    /// Whether the mean over the candidate's tokens is read beside the state at its last token.
    public var readsMean: Bool
    /// The width of a state.
    public var dModel: Int
    /// One weight a feature: for each layer the last state (and then the mean state), then mean log-likelihood, then
    /// log length.
    public var weights: [Float]
    /// What is subtracted from each feature, and what it is then multiplied by; empty for neither.
    public var mean: [Float]
    public var scale: [Float]
    public var bias: Float
    /// What scores are divided by before they become shares; it never changes a ranking.
    public var temperature: Float
    /// SHA-256 of the base model's file; empty where any model will do.
    public var baseSHA256: String
    public var promptVersion: Int
    public var actionSpaceVersion: Int
    /// The prompt options that the head was trained with.
    public var prompt: PromptOptions
    /// What each fact of a candidate is worth, in logarithms of odds; nil for a head that reads none.
    public var facts: CandidateFacts?
    /// What facts are worth together, beside that; nil for nothing more.
    public var network: FactNetwork?

    public init(
        kind: Kind,
        layers: [Int] = [],
        readsMean: Bool = false,
        dModel: Int = 0,
        weights: [Float] = [],
        mean: [Float] = [],
        scale: [Float] = [],
        bias: Float = 0,
        temperature: Float = 1,
        baseSHA256: String = "",
        prompt: PromptOptions = PromptOptions(),
        facts: CandidateFacts? = nil,
        network: FactNetwork? = nil
    ) {
        (self.facts, self.network) = (facts, network)
        format = Self.formatVersion
        self.kind = kind
        self.layers = layers
        self.readsMean = readsMean
        self.dModel = dModel
        self.weights = weights
        self.mean = mean
        self.scale = scale
        self.bias = bias
        self.temperature = temperature
        self.baseSHA256 = baseSHA256
        promptVersion = PromptBuilder.version
        actionSpaceVersion = ActionSpace.version
        self.prompt = prompt
    }

    /// The head that needs no training: length-normalised likelihood.
    public static let likelihood = VerifierHead(kind: .likelihood, prompt: .withLedger)
    /// The head that asks the model for Yes or No.
    public static let yesNo = VerifierHead(kind: .yesNo, prompt: .withLedger)

    /// How many features a head with these layers has.
    public static func featureCount(layers: Int, readsMean: Bool, dModel: Int) -> Int {
        layers * dModel * (readsMean ? 2 : 1) + extraFeatures
    }

    /// The number of features of this head.
    public var featureCount: Int { Self.featureCount(layers: layers.count, readsMean: readsMean, dModel: dModel) }

    /// Whether the score depends on how likely a candidate's words are, or on their number. A head that reads states alone spares the model
    /// the whole vocabulary.
    public var readsWords: Bool {
        switch kind {
        case .linear: weights.suffix(Self.extraFeatures).contains { $0 != 0 }
        case .likelihood: true
        case .yesNo: false
        }
    }

    /// The features of a candidate, before mean and scale. Training and choosing both call this, so they cannot differ.
    ///
    /// - Parameters:
    ///   - score: what the model gave for the candidate.
    ///   - readsMean: whether `score.meanHidden` is taken, too.
    public static func features(_ score: CandidateScore, readsMean: Bool) -> [Float] {
        var out: [Float] = []
        for place in score.hidden.indices {
            out += score.hidden[place]
            if readsMean, place < score.meanHidden.count { out += score.meanHidden[place] }
        }
        let count = Float(max(1, score.logProbs.count))
        out.append(score.logLikelihood / count)
        out.append(logarithm(count))
        return out
    }

    /// The score of a candidate from its features.
    ///
    /// The sum runs in double precision and in the order of the features, so it is the same everywhere.
    public func score(_ features: [Float]) -> Double {
        var sum = Double(bias)
        for place in 0..<min(features.count, weights.count) {
            var value = Double(features[place])
            if !mean.isEmpty { value -= Double(mean[place]) }
            if !scale.isEmpty { value *= Double(scale[place]) }
            sum += value * Double(weights[place])
        }
        return sum
    }

    /// What the facts of a decision's candidates are worth, in logarithms of odds and in their order. Sums run in the order of all facts, so
    /// they are the same everywhere.
    public func priors(_ candidates: [CandidateFacts]) -> [Double] {
        guard let weights = facts else { return candidates.map { _ in 0 } }
        let linear = candidates.map { candidate in
            CandidateFact.allCases.reduce(0) { sum, fact in
                guard let value = candidate[fact], let weight = weights[fact] else { return sum }
                return sum + Double(value) * Double(weight)
            }
        }
        guard let network else { return linear }
        return zip(linear, network.scores(candidates)).map { $0 + $1 }
    }

    /// What is known of a text by rule, as this head weighs it.
    public func prior(ofText fit: Double) -> Double { fit * Double(facts?[.textFit] ?? 1) }

    /// Makes sure that the head fits.
    ///
    /// - Throws: `DroidError` with code `head.mismatch`, saying in what it does not.
    public func check(baseSHA256 sha: String, dModel width: Int, blocks: Int) throws {
        func refuse(_ why: String, _ next: String) -> DroidError {
            DroidError("head.mismatch", "the verifier head does not fit", why: why, next: next)
        }
        guard format == Self.formatVersion else {
            throw refuse("its format is version \(format), this program reads \(Self.formatVersion)", "train it again")
        }
        guard promptVersion == PromptBuilder.version else {
            throw refuse(
                "it was trained on prompt version \(promptVersion), this program writes \(PromptBuilder.version)",
                "train it again with `droidagent train head`"
            )
        }
        guard actionSpaceVersion == ActionSpace.version else {
            throw refuse(
                "it was trained on action space \(actionSpaceVersion), this program has \(ActionSpace.version)",
                "train it again with `droidagent train head`"
            )
        }
        guard baseSHA256.isEmpty || baseSHA256 == sha else {
            throw refuse(
                "it was trained on the model \(baseSHA256.prefix(12))…, and this one is \(sha.prefix(12))…",
                "give the model it was trained on with --model, or another head with --adapter"
            )
        }
        guard kind == .linear else { return }
        guard dModel == width, layers.allSatisfy({ (0...blocks).contains($0) }) else {
            throw refuse(
                "it reads states of width \(dModel) in layers \(layers); the model has \(width) and \(blocks)",
                ""
            )
        }
        try checkShape()
    }

    /// Makes sure that the arrays belong together and hold numbers.
    ///
    /// - Throws: `DroidError` with code `head.corrupt`.
    public func checkShape() throws {
        if let network, !network.isSound {
            throw DroidError(
                "head.corrupt",
                "the verifier head is damaged",
                why: "its network of facts has arrays that do not belong together, or values that are no numbers",
                next: "fetch or train it again"
            )
        }
        guard kind == .linear else { return }
        let count = featureCount
        let isWhole = weights.count == count && [0, count].contains(mean.count) && [0, count].contains(scale.count)
        let numbers = weights + mean + scale + [bias, temperature] + (facts.map { Array($0.values) } ?? [])
        let isFinite = numbers.allSatisfy(\.isFinite)
        guard isWhole, isFinite, temperature > 0 else {
            throw DroidError(
                "head.corrupt",
                "the verifier head is damaged",
                why: isWhole
                    ? "it holds values that are no numbers" : "it has \(weights.count) weights for \(count) features",
                next: "fetch or train it again"
            )
        }
    }
}
