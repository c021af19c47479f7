// SPDX-License-Identifier: Apache-2.0

import Training

extension PreferenceTrainer {
    /// What the training will take.
    func plan(_ states: [PreferenceState], validation: [PreferenceState]) throws -> PreferencePlan {
        let measured = try measure(states)
        let tokens = states.reduce(0) { $0 + $1.tokens }
        let left = totalSteps - step
        let share = Double(left) / Double(max(1, totalSteps))
        return PreferencePlan(
            states: states.count,
            validation: validation.count,
            tokens: tokens,
            unsharedTokens: states.reduce(0) {
                $0 + $1.candidates.count * $1.prefix.count + $1.tokens - $1.prefix.count
            },
            steps: totalSteps,
            doneSteps: step,
            bytes: measured.bytes,
            seconds: left > 0 ? measured.secondsPerToken * Double(tokens * options.epochs) * share : nil
        )
    }
}
