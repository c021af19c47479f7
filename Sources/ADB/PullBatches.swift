// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import NIOPosix
import Synchronization

/// Takes what a `SyncPuller` brings to a `PullWriter`, in batches that another thread writes.
///
/// Several batches may wait, so that a disk that is busy for a moment stops neither the link nor the writer; beyond that
/// the puller waits, and by that the device. Nothing is handed back and forth for a single batch.
struct PullBatches {
    /// Bytes, and events, that make a batch.
    private static let limit = (bytes: 1 << 20, events: 1024)

    private let lane: Lane
    private var events: [(item: Int, event: PullWriter.Event)] = []
    private var bytes = 0
    private(set) var failures: [Int: DroidError] = [:]
    private(set) var files = 0
    private(set) var written: Int64 = 0

    init(_ writer: PullWriter, _ targets: [PullTarget]) { lane = Lane(writer, targets) }

    mutating func add(_ item: Int, _ arrival: SyncPuller.Arrival, _ packed: Compression?) async throws {
        switch arrival {
        case .data(let part):
            events.append((item, .data(part, packed: packed)))
            bytes += part.count
        case .end: events.append((item, .end(packed: packed)))
        case .refused(let error):
            failures[item] = error
            events.append((item, .failed))
        }
        if bytes >= PullBatches.limit.bytes || events.count >= PullBatches.limit.events { await submit() }
    }

    /// Waits until everything is written.
    mutating func finish() async throws {
        await submit()
        await lane.wait(until: 0)
        let outcome = lane.outcome
        for (item, error) in outcome.failures where failures[item] == nil { failures[item] = error }
        files = outcome.files
        written = outcome.bytes
    }

    private mutating func submit() async {
        guard !events.isEmpty else { return }
        lane.add(Lane.Batch(events: events, bytes: bytes))
        events = []
        bytes = 0
        await lane.wait(until: Lane.depth)
    }

    /// Batches in the order in which they came, written by one thread of the blocking pool at a time.
    private final class Lane: Sendable {
        struct Batch: Sendable {
            var events: [(item: Int, event: PullWriter.Event)]
            var bytes: Int
        }

        private struct State {
            var batches: [Batch] = []
            /// Batches that are not written, with the one that is being written.
            var unfinished = 0
            var isActive = false
            var outcome = PullWriter.Outcome()
            var waiter: (depth: Int, continuation: CheckedContinuation<Void, Never>)?

            /// Who may go on; woken early enough that the thread does not run out of work meanwhile.
            mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
                guard let waiting = waiter, unfinished <= (waiting.depth + 1) / 2 else { return nil }
                waiter = nil
                return waiting.continuation
            }
        }

        /// Batches that may wait while the next one is collected.
        static let depth = 6
        /// Batches after which a thread of the pool is given to somebody else.
        private static let turn = 16

        private let writer: PullWriter
        private let targets: [PullTarget]
        private let state = Mutex(State())

        init(_ writer: PullWriter, _ targets: [PullTarget]) {
            self.writer = writer
            self.targets = targets
        }

        var outcome: PullWriter.Outcome { state.withLock { $0.outcome } }

        func add(_ batch: Batch) {
            let starts = state.withLock { state in
                state.batches.append(batch)
                state.unfinished += 1
                defer { state.isActive = true }
                return !state.isActive
            }
            if starts { start() }
        }

        /// Waits until no more than so many batches are unfinished. One task waits at a time.
        func wait(until depth: Int) async {
            if state.withLock({ $0.unfinished <= depth }) { return }
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.unfinished <= depth { return true }
                    state.waiter = (depth, continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        }

        private func start() { NIOThreadPool.singleton.submit { _ in self.work() } }

        private func work() {
            for _ in 0..<Lane.turn {
                let batch = state.withLock { state -> Batch? in
                    guard !state.batches.isEmpty else {
                        state.isActive = false
                        return nil
                    }
                    return state.batches.removeFirst()
                }
                guard let batch else { return }
                let outcome = writer.apply(batch.events, targets)
                let waiter = state.withLock { state in
                    state.outcome.add(outcome)
                    state.unfinished -= 1
                    return state.takeWaiter()
                }
                waiter?.resume()
            }
            start()
        }
    }
}
