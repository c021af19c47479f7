// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Training

/// What facts of candidates are worth, learned from states.
public enum FactWeights {
    /// Weights by which the right candidates of decisions have the greatest share; nil where no state has facts.
    ///
    /// A model that learns beside them learns what they do not say. They are few and say the same of every app, so they hold where a model
    /// has seen nothing alike.
    ///
    /// - Parameters:
    ///   - known: weights from before, which change only as far as states say so; where a text's fit has none, it counts as it is.
    ///   - scores: what a model makes of the candidates of each state by itself, in logarithms of odds; nil for no model.
    public static func fit(
        _ states: [StateRecord],
        from known: CandidateFacts? = nil,
        beside scores: [[Double]]? = nil
    ) -> CandidateFacts? {
        guard states.contains(where: { $0.facts != nil }) else { return nil }
        let choices = states.enumerated().compactMap { place, state in
            // Of a text its fit is known.
            let facts = state.facts ?? state.priors?.map { [.textFit: Float($0)] }
            return facts.map {
                ConditionalLogit.Choice(
                    values: $0.map(values),
                    right: state.right,
                    wrong: state.wrong,
                    offsets: scores?[place] ?? []
                )
            }
        }
        let center = known.map { known in
            CandidateFact.allCases.map { Double(known[$0] ?? ($0 == .textFit ? 1 : 0)) }
        }
        let weights = ConditionalLogit.fit(choices, count: CandidateFact.allCases.count, center: center)
        return CandidateFacts(
            uniqueKeysWithValues: zip(CandidateFact.allCases, weights).filter { $0.1 != 0 }.map { ($0, Float($1)) }
        )
    }

    private static func values(_ facts: CandidateFacts) -> [(place: Int, value: Double)] {
        CandidateFact.allCases.enumerated().compactMap { place, fact in facts[fact].map { (place, Double($0)) } }
    }
}
