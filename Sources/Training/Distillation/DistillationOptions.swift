// SPDX-License-Identifier: Apache-2.0

/// What a distillation is to do: a verifier whose work is cut down learns to decide as it did before.
public struct DistillationOptions: Codable, Sendable, Equatable {
    /// How the work is cut down.
    public enum Target: String, Codable, Sendable, CaseIterable {
        /// Inputs that do not reach a threshold are left out; the adapter alone learns.
        case masks
        /// The weights of all blocks become -1, 0 and 1 with a scale; they learn, and the adapter with them.
        case ternary
    }

    public var target: Target
    /// The share of inputs that a mask leaves out.
    public var sparsity: Double
    public var shape: AdapterShape
    public var optimizer: AdamWOptions
    /// The learning rate of weights that become ternary.
    public var weightRate: Double
    /// The share of all steps over which weights go from floats to rounded ones.
    public var ramp: Double
    public var schedule: LearningSchedule
    public var warmUp: Int
    public var steps: Int
    /// Decisions of a step, and texts of a step.
    public var decisions: Int
    public var texts: Int
    /// Tokens of a text, and the weight of its divergence beside that of the decisions.
    public var textTokens: Int
    public var textWeight: Double
    /// Tokens that go through the model at once, and tokens of one decision's candidates at most.
    public var passTokens: Int
    public var candidateTokens: Int
    /// What scores are divided by before they become probabilities: the teacher's own temperature.
    public var temperature: Double
    public var precision: TrainingPrecision
    public var seed: UInt64

    public init(
        target: Target,
        sparsity: Double = 0.5,
        shape: AdapterShape = AdapterShape(),
        optimizer: AdamWOptions = AdamWOptions(),
        weightRate: Double = 1e-4,
        ramp: Double = 0.5,
        schedule: LearningSchedule = .cosine,
        warmUp: Int = 10,
        steps: Int = 100,
        decisions: Int = 4,
        texts: Int = 2,
        textTokens: Int = 512,
        textWeight: Double = 1,
        passTokens: Int = 1536,
        candidateTokens: Int = 400,
        temperature: Double = 1,
        precision: TrainingPrecision = .bfloat16,
        seed: UInt64 = 1
    ) {
        self.target = target
        self.sparsity = sparsity
        self.shape = shape
        self.optimizer = optimizer
        self.weightRate = weightRate
        self.ramp = ramp
        self.schedule = schedule
        self.warmUp = warmUp
        self.steps = steps
        self.decisions = decisions
        self.texts = texts
        self.textTokens = textTokens
        self.textWeight = textWeight
        self.passTokens = passTokens
        self.candidateTokens = candidateTokens
        self.temperature = temperature
        self.precision = precision
        self.seed = seed
    }
}

/// How close a student is to its teacher.
public struct DistillationQuality: Codable, Sendable, Equatable {
    public var decisions = 0
    /// The mean of KL(teacher || student) over the candidates of a decision, in nats.
    public var divergence = 0.0
    /// The share of decisions at which both have the same candidate on top.
    public var kept = 0.0
    /// Tokens that were read of texts, and the mean divergence over the vocabulary.
    public var tokens = 0
    public var textDivergence = 0.0
    /// Perplexity of the texts, by the teacher and by the student; 0 where it was not asked for.
    public var teacherPerplexity = 0.0
    public var studentPerplexity = 0.0

    public init() {}

    mutating func merge(_ other: DistillationQuality) {
        decisions += other.decisions
        divergence += other.divergence
        kept += other.kept
        tokens += other.tokens
        textDivergence += other.textDivergence
        teacherPerplexity += other.teacherPerplexity
        studentPerplexity += other.studentPerplexity
    }

    /// Turns sums into means, and losses of texts into perplexities.
    func finished() -> DistillationQuality {
        var copy = self
        let (states, words) = (Double(max(1, decisions)), Double(max(1, tokens)))
        copy.divergence /= states
        copy.kept /= states
        copy.textDivergence /= words
        if teacherPerplexity > 0 { copy.teacherPerplexity = exponential(teacherPerplexity / words) }
        if studentPerplexity > 0 { copy.studentPerplexity = exponential(studentPerplexity / words) }
        return copy
    }
}

/// How a distillation did up to a step.
public struct DistillationPoint: Codable, Sendable, Equatable {
    public var step: Int
    /// Means since the point before.
    public var training: DistillationQuality
    /// On what is held back; nil where it was not looked at.
    public var validation: DistillationQuality?
    public var rate: Double
}
