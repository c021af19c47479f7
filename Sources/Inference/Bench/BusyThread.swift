// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A neighbour that takes a core for itself: a thread that computes until it is told to stop, pinned nowhere.
final class BusyThread: Sendable {
    private let isStopping = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts it.
    init() {
        let thread = Thread { [self] in
            while !isStopping.load(ordering: .relaxed) {}
            ended.signal()
        }
        thread.start()
    }

    /// Ends it, and returns once it has ended.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        ended.wait()
    }
}
