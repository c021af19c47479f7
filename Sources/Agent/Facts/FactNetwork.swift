// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What facts are worth together: a layer of hidden units that sees the facts of a candidate beside those that any candidate of the decision
/// has. So a tap on `More options` is worth more where nothing in sight says what is to be done, without a fact that says so.
///
/// The score is `out . tanh(bias + own x + all max(x))` (a set function as in Zaheer et al., "Deep Sets", 2017).
public struct FactNetwork: Sendable, Codable, Hashable {
    /// The facts that it reads, one row of `own` and `all` each.
    public let facts: [CandidateFact]
    /// A row of units for each fact of a candidate.
    public let own: [Float]
    /// A row of units for the greatest value of each fact.
    public let all: [Float]
    /// One a unit.
    public let bias: [Float]
    public let out: [Float]

    public init(facts: [CandidateFact], own: [Float], all: [Float], bias: [Float], out: [Float]) {
        (self.facts, self.own, self.all, self.bias, self.out) = (facts, own, all, bias, out)
    }

    /// Whether the arrays belong together and hold numbers.
    var isSound: Bool {
        let count = facts.count * bias.count
        return own.count == count && all.count == count && out.count == bias.count
            && Set(facts).count == facts.count && [own, all, bias, out].joined().allSatisfy(\.isFinite)
    }

    /// What the facts of each candidate of a decision are worth beside one another, in logarithms of odds. Sums run in the order of the facts,
    /// so they are the same everywhere.
    func scores(_ candidates: [CandidateFacts]) -> [Double] {
        var shared = bias.map(Double.init)
        for (place, fact) in facts.enumerated() {
            let greatest = candidates.reduce(0) { max($0, $1[fact] ?? 0) }
            if greatest != 0 { add(all, place, greatest, to: &shared) }
        }
        return candidates.map { candidate in
            var state = shared
            for (place, fact) in facts.enumerated() {
                if let value = candidate[fact] { add(own, place, value, to: &state) }
            }
            return zip(state, out).reduce(0) { $0 + tanh($1.0) * Double($1.1) }
        }
    }

    private func add(_ rows: [Float], _ place: Int, _ value: Float, to state: inout [Double]) {
        for unit in state.indices { state[unit] += Double(value) * Double(rows[place * bias.count + unit]) }
    }
}
