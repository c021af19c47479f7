// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What one stage of a pipeline writes and the next one reads, while both run.
final class ShellPipe: Sendable {
    private struct State {
        var hasBegun = false
        /// The next stage has ended, so nobody reads any more.
        var isBroken = false
        /// Bytes beyond what may lie here without the writer waiting.
        var excess = 0
        var starter: CheckedContinuation<Void, Never>?
        var writer: CheckedContinuation<Void, Never>?
        var signal: (@Sendable () -> Void)?
    }

    private let bytes: BytePipe
    private let state: Shared

    private final class Shared: Sendable {
        let mutex = Mutex(State())
    }

    init() {
        let state = Shared()
        self.state = state
        bytes = BytePipe { taken in
            let writer = state.mutex.withLock { state -> CheckedContinuation<Void, Never>? in
                state.excess -= taken
                guard state.excess <= 0 else { return nil }
                defer { state.writer = nil }
                return state.writer
            }
            writer?.resume()
        }
    }

    /// The writing end.
    var output: ShellOutput { .stream({ self.write($0) }, drain: { await self.drain() }) }

    /// The reading end; one stage has it.
    var input: ShellInput { ShellInput(bytes.stream) }

    /// What happens to the writer where it writes though nobody reads, as `SIGPIPE` does on a real device.
    func whenBroken(_ signal: @escaping @Sendable () -> Void) { state.mutex.withLock { $0.signal = signal } }

    private func write(_ new: ArraySlice<UInt8>) {
        guard !new.isEmpty else { return }
        let (fits, starter, signal) = state.mutex.withLock {
            state -> (Bool, CheckedContinuation<Void, Never>?, (@Sendable () -> Void)?) in
            if state.isBroken { return (false, nil, state.signal) }
            defer { (state.hasBegun, state.starter) = (true, nil) }
            guard state.excess + new.count <= ShellLimit.buffer else { return (false, state.starter, nil) }
            state.excess += new.count
            return (true, state.starter, nil)
        }
        signal?()
        if fits { bytes.push(new) }
        starter?.resume()
    }

    /// The writer has ended.
    func finish() {
        bytes.finish()
        state.mutex.withLock { state in
            state.hasBegun = true
            defer { state.starter = nil }
            return state.starter
        }?.resume()
    }

    /// The reader has ended.
    func breakOff() {
        state.mutex.withLock { state in
            state.isBroken = true
            defer { state.writer = nil }
            return state.writer
        }?.resume()
    }

    /// Returns once something was written or the writer has ended, or where the task is cancelled.
    func begins() async { await wait(\.starter) { $0.hasBegun } }

    /// Returns once the reader is not far behind.
    private func drain() async { await wait(\.writer) { $0.excess <= 0 || $0.isBroken } }

    private func wait(
        _ place: any WritableKeyPath<State, CheckedContinuation<Void, Never>?> & Sendable,
        until isDone: @Sendable (borrowing State) -> Bool
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.mutex.withLock { state in
                    if isDone(state) || Task.isCancelled { return true }
                    state[keyPath: place] = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            state.mutex.withLock { state in
                defer { state[keyPath: place] = nil }
                return state[keyPath: place]
            }?.resume()
        }
    }
}
