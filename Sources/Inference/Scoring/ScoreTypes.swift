// SPDX-License-Identifier: Apache-2.0

/// What is to be scored: candidates that each continue the same prefix.
public struct ScoreRequest: Sendable {
    /// The tokens before every candidate; at least one.
    public var prefix: [Int32]
    /// The candidates, each of at least one token.
    public var candidates: [[Int32]]
    /// The layers whose state at each candidate's last token is wanted: i is the output of block i, and the number of
    /// blocks is the state after the final norm.
    public var hiddenLayers: [Int]
    /// Tokens whose logits after each candidate's last token are wanted.
    public var probeTokens: [Int32]
    /// Whether the log-probability of each candidate token is wanted.
    public var wantsLogProbs: Bool
    /// Whether the mean over a candidate's tokens of each layer in `hiddenLayers` is wanted.
    public var wantsMeanHidden: Bool
    /// Whether the prefix is looked for among those that the session's store kept, and kept there; without a store it means
    /// nothing.
    public var isKept = true

    public init(
        prefix: [Int32],
        candidates: [[Int32]],
        hiddenLayers: [Int] = [],
        probeTokens: [Int32] = [],
        wantsLogProbs: Bool = true,
        wantsMeanHidden: Bool = false
    ) {
        self.prefix = prefix
        self.candidates = candidates
        self.hiddenLayers = hiddenLayers
        self.probeTokens = probeTokens
        self.wantsLogProbs = wantsLogProbs
        self.wantsMeanHidden = wantsMeanHidden
    }
}

/// What the model says of one candidate: a function of the model, the prefix and the candidate alone.
public struct CandidateScore: Sendable, Equatable {
    /// The natural logarithm of each token's probability after all before it; empty unless wanted.
    public var logProbs: [Float] = []
    /// The state at the last token in each requested layer, `ModelConfig.width` values each.
    public var hidden: [[Float]] = []
    /// The mean state over the candidate's tokens in each requested layer; empty unless wanted.
    public var meanHidden: [[Float]] = []
    /// The logit of each probe token after the last token.
    public var probeLogits: [Float] = []

    /// The sum of the log-probabilities.
    public var logLikelihood: Float { logProbs.reduce(0, +) }
}

/// The scores of a request, and what they cost.
public struct ScoreResult: Sendable {
    /// In the order of the request's candidates.
    public var scores: [CandidateScore]
    public var cost: Cost

    /// Work done for a request.
    public struct Cost: Sendable, Equatable {
        /// Prefix tokens taken from the session, and those computed.
        public var prefixReused = 0
        public var prefixComputed = 0
        /// Tokens of all candidates, and those that were computed: leading tokens that candidates share count once.
        public var candidateTokens = 0
        public var candidateComputed = 0
        public var prefixSeconds = 0.0
        public var candidateSeconds = 0.0
        /// For the output matrix: log-probabilities and probes.
        public var outputSeconds = 0.0

        public init() {}
    }
}

/// A position of a text, and what the model expected there.
public struct TokenPrediction: Sendable, Equatable, Codable {
    /// Index of the token in the text.
    public var position: Int
    public var token: Int32
    /// The natural logarithm of the token's probability after those before it.
    public var logProb: Float
    /// The most probable token there.
    public var top: Int32
}

/// Which tokens may come next in constrained generation.
public enum NextTokens: Sendable {
    case any
    case only([Int32])
    case excluding([Int32])
}
