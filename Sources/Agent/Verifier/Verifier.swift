// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Screen

/// V-Droid's verifier: it scores every candidate with a language model and ranks them.
///
/// An actor, since the session's cache of the prompt prefix is kept from one step to the next.
public actor Verifier: ActionChooser {
    public nonisolated let head: VerifierHead
    public nonisolated let counter: PromptCounter?
    private let model: LanguageModel
    private let session: ScoringSession

    /// A verifier over a model.
    ///
    /// - Parameters:
    ///   - model: the language model that reads the prompt.
    ///   - head: what makes a score of what the model gives.
    ///   - threads: threads to score with; the number of cores when nil.
    ///   - keyValues: how keys and values are kept; as the model says when nil.
    ///   - store: where the first prompt of a task is kept from run to run, as far as it is computed then; nowhere when nil.
    /// - Throws: `DroidError` with code `head.mismatch` where the head belongs to another model or version.
    public init(
        model: LanguageModel,
        head: VerifierHead = .likelihood,
        threads: Int? = nil,
        keyValues: KeyValueFormat? = nil,
        store: PrefixStore? = nil
    ) throws {
        try head.check(baseSHA256: model.sha256, dModel: model.config.width, blocks: model.config.blockCount)
        self.model = model
        self.head = head
        session = try ScoringSession(model: model, threads: threads, keyValues: keyValues, store: store)
        let tokenizer = model.tokenizer
        counter = { tokenizer.encode($0).count }
    }

    /// The request that a head needs for a prompt.
    public static func request(_ prompt: Prompt, head: VerifierHead, tokenizer: Tokenizer) throws -> ScoreRequest {
        var prefix = PromptTokens.encode(prompt.prefix) { tokenizer.encode($0) }
        if prefix.isEmpty { prefix = tokenizer.encode("\n") }
        var request = ScoreRequest(prefix: prefix, candidates: prompt.suffixes.map { tokenizer.encode($0) })
        request.wantsLogProbs = head.readsWords
        switch head.kind {
        case .linear:
            request.hiddenLayers = head.layers
            request.wantsMeanHidden = head.readsMean
        case .likelihood:
            break
        case .yesNo:
            request.candidates = prompt.suffixes.map { suffix in
                let words = suffix.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                return tokenizer.encode(" \(words)\nIs this the right next step? Answer Yes or No:")
            }
            request.probeTokens = try [" Yes", " No"].map { word in
                guard let token = tokenizer.encode(word).first else {
                    throw DroidError("head.mismatch", "the model's tokenizer does not know the word\(word)")
                }
                return token
            }
        }
        return request
    }

    /// The score of a candidate of which something is known beforehand: of two logarithms of odds the sum. The head's score is one once it is
    /// divided by the head's temperature, so it is the prior that is put on the scale of scores.
    public static func score(_ facts: CandidateScore, head: VerifierHead, prior: Double) -> Double {
        score(facts, head: head) + prior * Double(head.temperature)
    }

    /// The raw score of a candidate under a head.
    public static func score(_ facts: CandidateScore, head: VerifierHead) -> Double {
        switch head.kind {
        case .linear: head.score(VerifierHead.features(facts, readsMean: head.readsMean))
        case .likelihood: Double(facts.logLikelihood) / Double(max(1, facts.logProbs.count))
        case .yesNo: facts.probeLogits.count == 2 ? Double(facts.probeLogits[0] - facts.probeLogits[1]) : 0
        }
    }

    /// Scores the candidates of a decision in one batch over the shared prefix.
    public func choose(_ decision: Decision) async throws -> Choice {
        let start = ContinuousClock.now
        var request = try Self.request(decision.prompt, head: head, tokenizer: model.tokenizer)
        // Only the first prompt of a task comes again before all that the run itself brings about.
        request.isKept = decision.step == 0
        let encoded = ContinuousClock.now
        let result = try session.score(request)
        let isWithout = decision.mind?.without.contains(.facts) ?? false
        let facts = head.facts == nil || isWithout ? [] : decision.facts
        let priors = facts.isEmpty ? result.scores.map { _ in 0 } : head.priors(facts)
        let scores = zip(result.scores, priors).map { Self.score($0, head: head, prior: $1) }
        let ranked = Ranked.rank(scores, temperature: Double(head.temperature))
        let done = ContinuousClock.now
        return Choice(
            ranked: ranked,
            facts: facts,
            encodeSeconds: (encoded - start).inSeconds,
            scoreSeconds: (done - encoded).inSeconds,
            computedTokens: result.cost.prefixComputed,
            reusedTokens: result.cost.prefixReused
        )
    }

    /// Scores the offered texts as it scores candidates: each as the words of the step that it would make, in one batch over the prefix
    /// of the decision, together with the rules' priors: what a label says of a field ("Last name") outweighs what a small model makes of a
    /// name, and where rules see no difference the model decides.
    public func chooseText(_ query: TextQuery) async throws -> Int? {
        guard query.options.count > 1 else { return query.options.isEmpty ? nil : 0 }
        let builder = PromptBuilder(options: head.prompt)
        var prompt = query.decision.prompt
        prompt.suffixes = query.options.indices.map { builder.suffix(query.words($0)) }
        let request = try Self.request(prompt, head: head, tokenizer: model.tokenizer)
        let scores = try zip(session.score(request).scores, query.options).map { facts, option in
            Self.score(facts, head: head, prior: head.prior(ofText: option.prior))
        }
        return Ranked.rank(scores).first?.index
    }

    /// Constrained decoding: the model writes the text of a placeholder, token by token, and can write nothing but one
    /// of `options`.
    public func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        let question: String
        switch action {
        case .inputText(let id, _):
            question = " type into \"\(decision.screen.element(id)?.label ?? "field")\" the text: "
        case .openApp: question = " open the app "
        case .answer: question = " answer the question with: "
        default: return nil
        }
        let tokenizer = model.tokenizer
        let prefix =
            PromptTokens.encode(decision.prompt.prefix) { tokenizer.encode($0) }
            + tokenizer.encode(String(question.dropLast()))
        // A line break ends an option, so that one option may begin another.
        let written = options.map { (text: $0, tokens: tokenizer.encode(" " + $0 + "\n")) }.filter {
            $0.tokens.count <= 48
        }
        guard !written.isEmpty else { return nil }
        let longest = written.map(\.tokens.count).max() ?? 0
        let tokens = try session.generate(prefix: prefix, maxTokens: longest) { soFar in
            var next: Set<Int32> = []
            for option in written where option.tokens.count > soFar.count && option.tokens.starts(with: soFar) {
                next.insert(option.tokens[soFar.count])
            }
            return .only(next.sorted())
        }
        return written.first { $0.tokens == tokens }?.text ?? written.first { $0.tokens.starts(with: tokens) }?.text
    }
}
