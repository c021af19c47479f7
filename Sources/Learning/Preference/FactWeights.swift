// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Training

/// What facts of candidates are worth, learned from states.
public struct FactWeights: Sendable, Equatable {
    /// One a fact.
    public var linear: CandidateFacts
    /// What they are worth together; nil for nothing more.
    public var network: FactNetwork?

    public init(linear: CandidateFacts, network: FactNetwork? = nil) {
        (self.linear, self.network) = (linear, network)
    }

    /// Hidden units of the network.
    var units: Int { network?.bias.count ?? 0 }

    /// What a head knows; nil for a head that reads no facts.
    init?(_ head: VerifierHead) {
        guard let linear = head.facts else { return nil }
        self.init(linear: linear, network: head.network)
    }

    /// Weights by which the right candidates of decisions have the greatest share; nil where no state has facts.
    ///
    /// A model that learns beside them learns what they do not say. They are few and say the same of every app, so they hold where a model
    /// has seen nothing alike.
    ///
    /// - Parameters:
    ///   - units: hidden units; 0 for linear weights alone.
    ///   - known: weights from before, which change only as far as states say so; where a text's fit has none, it counts as it is.
    ///   - scores: what a model makes of the candidates of each state by itself, in logarithms of odds; nil for no model.
    public static func fit(
        _ states: [StateRecord],
        units: Int = 0,
        from known: FactWeights? = nil,
        beside scores: [[Double]]? = nil
    ) -> FactWeights? {
        var decisions: [ChoiceNetwork.Choice] = []
        var texts: [ChoiceNetwork.Choice] = []
        for (place, state) in states.enumerated() {
            let offsets = scores?[place] ?? []
            func choice(_ values: [ChoiceNetwork.Values]) -> ChoiceNetwork.Choice {
                ChoiceNetwork.Choice(values: values, right: state.right, wrong: state.wrong, offsets: offsets)
            }
            if let facts = state.facts {
                decisions.append(choice(facts.map(values)))
            } else if let priors = state.priors {
                // Of a text its fit is known.
                texts.append(choice(priors.map { [(0, $0)] }))
            }
        }
        guard !decisions.isEmpty else { return nil }
        var text = ChoiceNetwork(inputs: 1, units: 0)
        if let known { text.linear = [Double(known.linear[.textFit] ?? 1)] }
        let fit = ChoiceNetwork.fit(texts, inputs: 1, center: text).linear[0]
        let center = known.map { start($0, units: units) }
        // A network from before was fitted to many more states than are scored by a model; it is not to forget them.
        let isKnown = units > 0 && center?.units == units
        let found = ChoiceNetwork.fit(
            decisions,
            inputs: facts.count,
            units: units,
            center: center,
            l2: isKnown ? Self.hold : 1e-3,
            unitL2: isKnown ? Self.hold : 3e-3
        )
        var linear = CandidateFacts(
            uniqueKeysWithValues: zip(facts, found.linear).filter { $0.1 != 0 }.map { ($0, Float($1)) }
        )
        if fit != 0 { linear[.textFit] = Float(fit) }
        return FactWeights(linear: linear, network: units > 0 ? network(found) : nil)
    }

    /// How strongly a network is held where it was.
    private static let hold = 0.1

    /// What decisions are ranked by; texts have one fact of their own.
    private static let facts = CandidateFact.allCases.filter { $0 != .textFit }

    private static func values(_ candidate: CandidateFacts) -> ChoiceNetwork.Values {
        facts.enumerated().compactMap { place, fact in candidate[fact].map { (place, Double($0)) } }
    }

    /// Weights from before as a network of all facts that there are now.
    private static func start(_ known: FactWeights, units: Int) -> ChoiceNetwork {
        let old = known.network
        var network = ChoiceNetwork(inputs: facts.count, units: old?.bias.count == units ? units : 0)
        network.linear = facts.map { Double(known.linear[$0] ?? 0) }
        guard let old, network.units > 0 else { return network }
        for (row, fact) in old.facts.enumerated() {
            guard let place = facts.firstIndex(of: fact) else { continue }
            for unit in 0..<units {
                network.own[place * units + unit] = Double(old.own[row * units + unit])
                network.all[place * units + unit] = Double(old.all[row * units + unit])
            }
        }
        (network.bias, network.out) = (old.bias.map(Double.init), old.out.map(Double.init))
        return network
    }

    private static func network(_ found: ChoiceNetwork) -> FactNetwork {
        FactNetwork(
            facts: facts,
            own: found.own.map(Float.init),
            all: found.all.map(Float.init),
            bias: found.bias.map(Float.init),
            out: found.out.map(Float.init)
        )
    }
}
