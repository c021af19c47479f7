// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Screen
import Synchronization

/// Wall times between the ends of steps, without what the decisions took.
final class StepWatch: Sendable {
    private struct State {
        var last: ContinuousClock.Instant?
        var times: [Double] = []
    }

    private let state = Mutex(State())

    /// A step is over. The first has no beginning that was seen: it only starts the watch.
    func add(_ step: StepSummary) {
        let now = ContinuousClock.now
        state.withLock { state in
            if let last = state.last {
                let decision = step.timings.encode + step.timings.score + step.timings.fill
                state.times.append((now - last).inSeconds - decision)
            }
            state.last = now
        }
    }

    var times: [Double] { state.withLock { $0.times } }
}
