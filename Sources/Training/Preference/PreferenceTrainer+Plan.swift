// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference

extension PreferenceTrainer {
    /// Times one pass and says what the training will take. The values stay as they are.
    public func measure(_ states: [PreferenceState]) throws -> (bytes: Int, secondsPerToken: Double) {
        let longest = states.map(\.tokens).max() ?? 0
        let rows = max(longest, options.passTokens)
        let memory = TrainingPass.bytes(
            rows: rows,
            pass.config,
            shape: options.shape,
            precision: options.precision,
            checkpoints: options.checkpoints
        )
        // Values, gradients and two moments; a checkpoint is put together in memory with three of them and once more as bytes.
        let parameters = pass.layout.count * 4 * 4 + pass.layout.count * 12 * 2
        let bytes = memory.kept + memory.work + parameters + pass.model.byteCount + pass.model.file.bytes.count
        // A state of about the mean length, twice: the first time pays for memory that was never touched.
        let mean = states.reduce(0) { $0 + $1.tokens } / max(1, states.count)
        guard let typical = states.min(by: { abs($0.tokens - mean) < abs($1.tokens - mean) }) else { return (bytes, 0) }
        var seconds = 0.0
        for _ in 0..<2 {
            let start = monotonicSeconds()
            try passOver(typical)
            seconds = monotonicSeconds() - start
        }
        return (bytes, seconds / Double(max(1, typical.tokens)))
    }
}
