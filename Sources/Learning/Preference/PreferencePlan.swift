// SPDX-License-Identifier: Apache-2.0

import Base
import Training

extension PreferenceTrainer {
    /// What the training will take.
    func plan(_ states: [PreferenceState], validation: [PreferenceState]) throws -> PreferencePlan {
        // As they are trained on, without the candidates that do not fit.
        var random = SeededRandom(seed: options.seed, name: "plan")
        let states = states.map { $0.limited(to: options.candidateTokens, using: &random) }
        let measured = try measure(states)
        let tokens = states.reduce(0) { $0 + $1.tokens }
        let unshared = states.reduce(0) { sum, state in
            sum + state.candidates.count * state.prefix.count + state.tokens - state.prefix.count
        }
        let left = totalSteps - step
        let share = Double(left) / Double(max(1, totalSteps))
        return PreferencePlan(
            states: states.count,
            validation: validation.count,
            tokens: tokens,
            unsharedTokens: unshared,
            steps: totalSteps,
            doneSteps: step,
            bytes: measured.bytes,
            seconds: left > 0 ? measured.secondsPerToken * Double(tokens * options.epochs) * share : nil
        )
    }
}
