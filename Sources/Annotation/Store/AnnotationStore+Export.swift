// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import GRDB

/// What of a store becomes states and pairs.
public struct ExportOptions: Sendable {
    /// Whose words count; all where it is empty.
    public var sources: Set<PairRecord.Source> = []
    /// Only what was said in these rounds; everything, known answers among it, where it is empty.
    public var rounds: Set<Int64> = []
    public var pairs: PairOptions

    /// With V-Droid's share of self-corrections.
    public init(pairs: PairOptions = PairOptions(selfCorrectionShare: 0.025)) { self.pairs = pairs }
}

/// What came out of a store, and what did not.
public struct ExportOutcome: Codable, Sendable, Equatable {
    /// States with a right candidate.
    public var states = 0
    /// Those of them that are learned from: such as have something to compare, equal ones once, within their shares.
    public var kept = 0
    public var pairs = 0
    /// Pairs by who says so.
    public var sources: [String: Int] = [:]
    /// Pairs of each app.
    public var apps: [String: Int] = [:]
    /// Self-corrections among the kept states, and those that their share left out.
    public var corrections = 0
    public var correctionsLeftOut = 0
    /// States that are equal to one that is kept, or have nothing to compare.
    public var equal = 0
    /// States of tasks that are held out; they are never learned from.
    public var heldOut = 0
    /// States on which annotators are torn, and such as have no right candidate.
    public var disputed = 0
    public var uncovered = 0
}

extension AnnotationStore {
    /// The judged states: every candidate that is not right is wrong. States that nobody judged, that have no right
    /// candidate, on which annotators are torn, or of a held-out task are left out. Seed and run are those of the
    /// episode's name, where it is `SEED-RUN`; 0 otherwise.
    public func judgedStates(_ options: ExportOptions = ExportOptions()) throws -> [JudgedState] {
        try judged(options).states
    }

    /// The pairs of the judged states, within their caps, and what came of them.
    public func pairs(
        _ options: ExportOptions = ExportOptions()
    ) throws -> (pairs: [PairRecord], outcome: ExportOutcome) {
        let (_, pairs, outcome) = try export(options)
        return (pairs, outcome)
    }

    /// The judged states within their caps, each with the wrong candidates that count; their pairs; and what came of it.
    public func export(
        _ options: ExportOptions = ExportOptions()
    ) throws -> (states: [JudgedState], pairs: [PairRecord], outcome: ExportOutcome) {
        let (states, found) = try judged(options)
        var outcome = found
        let kept = PairBuilder.kept(states, options: options.pairs)
        let pairs = PairBuilder.pairs(of: kept)
        let distinct = StateSet.distinct(states.map(\.state))
        outcome.states = states.count
        outcome.kept = kept.count
        outcome.pairs = pairs.count
        outcome.sources = Dictionary(grouping: pairs, by: \.source.rawValue).mapValues(\.count)
        outcome.apps = Dictionary(grouping: pairs, by: \.app).mapValues(\.count)
        outcome.corrections = kept.count { $0.state.kind == .selfCorrection }
        outcome.correctionsLeftOut =
            distinct.count { states[$0].state.kind == .selfCorrection } - outcome.corrections
        outcome.equal = states.count - distinct.count
        return (kept, pairs, outcome)
    }

    private func judged(_ options: ExportOptions) throws -> (states: [JudgedState], outcome: ExportOutcome) {
        let wrongSteps = try firstWrongSteps()
        return try database.read { database in
            let words = try Self.words(where: "1", in: database)
            let golds = try Row.fetchAll(database, sql: "SELECT item, judgement FROM gold")
            let answers = Dictionary(
                try golds.map { row -> (Int64, Judgement) in
                    (row["item"], try Self.decode(Judgement.self, row["judgement"], "a known answer"))
                }
            ) { first, _ in first }
            var outcome = ExportOutcome()
            var states: [JudgedState] = []
            var chosenRight: [String: Bool] = [:]
            var places: [(name: String, before: String)] = []
            let rows = try Row.fetchCursor(database, sql: "SELECT id, body FROM item ORDER BY id")
            while let row = try rows.next() {
                let id: Int64 = row["id"]
                let said = (words[id] ?? []).filter { word in
                    (options.sources.isEmpty || options.sources.contains(word.source))
                        && (options.rounds.isEmpty || word.round.map(options.rounds.contains) ?? false)
                }
                // A known answer was said in no round.
                let usesKnown =
                    options.rounds.isEmpty && (options.sources.isEmpty || options.sources.contains(.oracle))
                let known = usesKnown ? answers[id] : nil
                guard known != nil || said.contains(where: { $0.judgement.kind != .skipped }) else { continue }
                let item = try Self.decode(AnnotationItem.self, row["body"], "item \(id)")
                guard let verdict = known.map({ Verdict(judgement: $0, source: .oracle) }) ?? Verdict.of(said) else {
                    outcome.disputed += 1
                    continue
                }
                if item.split == .heldout {
                    outcome.heldOut += 1
                    continue
                }
                let name = "\(item.task)\u{0}\(item.episode)\u{0}"
                if let chosen = item.chosen, item.kind != .text {
                    chosenRight["\(name)\(item.step)"] = verdict.judgement.right.contains(chosen)
                }
                if verdict.judgement.kind == .none { outcome.uncovered += 1 }
                guard !verdict.judgement.right.isEmpty else { continue }
                for state in Self.states(item, verdict) {
                    states.append(state)
                    places.append((name, "\(name)\(item.step - 1)"))
                }
            }
            // A step right after a wrong one teaches to mend it; too many of them teach to go in circles.
            for place in states.indices where states[place].state.kind == .decision {
                let episode = String(places[place].name.dropLast())
                let isAfterFirst = wrongSteps[episode].map { $0 + 1 == states[place].state.step } ?? false
                if chosenRight[places[place].before] == false || isAfterFirst {
                    states[place].state.kind = .selfCorrection
                }
            }
            return (states, outcome)
        }
    }

    /// The seed and the run that an episode's name tells: what is held back from training goes by them.
    private static func numbers(of episode: String) -> (seed: UInt64, run: Int) {
        let parts = episode.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let seed = UInt64(parts[0]), let run = Int(parts[1]) else { return (0, 0) }
        return (seed, run)
    }

    /// The state of an item, and where its placeholder got a text, the choice of that.
    private static func states(_ item: AnnotationItem, _ verdict: Verdict) -> [JudgedState] {
        let judgement = verdict.judgement
        let (seed, run) = numbers(of: item.episode)
        func state(
            _ suffixes: [String],
            _ right: [Int],
            _ kind: StateRecord.Kind,
            chosen: Int,
            facts: [CandidateFacts]? = nil,
            priors: [Double]? = nil
        ) -> StateRecord {
            let isRight = Set(right)
            return StateRecord(
                task: item.task,
                app: item.app,
                split: item.split,
                seed: seed,
                run: run,
                step: item.step,
                kind: kind,
                goal: item.goal,
                prefix: item.prefix,
                suffixes: suffixes,
                right: right,
                wrong: suffixes.indices.filter { !isRight.contains($0) },
                chosen: chosen,
                facts: facts,
                priors: priors,
                actionSpace: item.actionSpace,
                prompt: item.prompt
            )
        }
        func judged(_ state: StateRecord, harmful: [Int] = []) -> JudgedState {
            JudgedState(
                state,
                source: verdict.source,
                weight: verdict.probability ?? 1,
                verifier: verdict.verifier,
                episode: item.episode,
                harmful: harmful
            )
        }
        var states = [
            judged(
                state(
                    item.suffixes,
                    judgement.right,
                    item.kind,
                    chosen: item.chosen ?? judgement.right[0],
                    facts: item.facts,
                    priors: item.priors
                ),
                harmful: judgement.harmful
            )
        ]
        if let text = judgement.text, let candidate = judgement.right.first(where: item.asks) {
            let builder = PromptBuilder(options: item.prompt ?? PromptOptions())
            let wrong = item.texts(for: candidate).filter { $0 != text }
            let texts = [text] + wrong
            let suffixes = texts.map { builder.suffix(item.textWords($0, for: candidate)) }
            if suffixes.dropFirst().contains(where: { $0 != suffixes[0] }) {
                let priors = texts.map(item.prior(ofText:))
                states.append(judged(state(suffixes, [0], .text, chosen: 0, priors: priors)))
            }
        }
        return states
    }
}

extension AnnotationItem {
    /// The texts that are known for a candidate's placeholder.
    func texts(for candidate: Int) -> [String] {
        guard asks(candidate), candidate == chosen else { return [] }
        return offered + (filled.map { offered.contains($0) ? [] : [$0] } ?? [])
    }

    /// What rules say of an offered text; of one that was not offered as little as of the last.
    func prior(ofText text: String) -> Double {
        guard let offeredPriors else { return 0 }
        return offered.firstIndex(of: text).map { offeredPriors[$0] } ?? offeredPriors.min() ?? 0
    }

    /// A candidate with a text filled in, in the words in which a step is remembered.
    func textWords(_ text: String, for candidate: Int) -> String {
        guard actions.indices.contains(candidate) else { return words(candidate) }
        let action = actions[candidate].filled(with: text)
        return Memory.words(Candidate(action: action, text: words(candidate)), action: action)
    }
}
