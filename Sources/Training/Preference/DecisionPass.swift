// SPDX-License-Identifier: Apache-2.0

extension PreferenceState {
    /// Puts decisions together that fit into one pass of so many tokens.
    static func packed(_ batch: [PreferenceState], tokens limit: Int) -> [[PreferenceState]] {
        var packs: [[PreferenceState]] = []
        var room = 0
        for state in batch.sorted(by: { $0.tokens > $1.tokens }) {
            if state.tokens > room || packs.isEmpty {
                packs.append([])
                room = limit
            }
            packs[packs.count - 1].append(state)
            room -= state.tokens
        }
        return packs
    }
}

extension TrainingPass {
    /// The scores of all candidates of some decisions with their priors, and the states that they were made of, which are valid until the
    /// next pass.
    func scores(
        of decisions: [PreferenceState],
        head: ScoreHead
    ) throws -> (states: UnsafePointer<Float>, scores: [[Double]]) {
        var tokens = TokenBatch()
        for state in decisions { tokens.append(prefix: state.prefix, branches: state.candidates) }
        let rows = try forward(tokens)
        let weights = UnsafePointer(values + layout.head.lowerBound)
        let flat = head.scores(rows, rows: tokens.keptCount, weights: weights)
        var at = 0
        return (
            rows,
            decisions.map { state in
                defer { at += state.candidates.count }
                return state.candidates.indices.map { flat[at + $0] + state.prior($0) }
            }
        )
    }

    /// Takes slopes of the scores of the last pass back through head and model.
    func learn(_ rows: UnsafePointer<Float>, _ slopes: [Double], head: ScoreHead) {
        var gradient = [Float](repeating: 0, count: slopes.count * head.width)
        gradient.withUnsafeMutableBufferPointer { gradient in
            guard let base = gradient.baseAddress else { return }
            head.backward(
                rows,
                slopes: slopes,
                weights: UnsafePointer(values + layout.head.lowerBound),
                stateGradients: base,
                weightGradients: gradients + layout.head.lowerBound
            )
            backward(base)
        }
    }
}
