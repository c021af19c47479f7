// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Synchronization

/// Bytes on their way from the connection to a command, with an answer to the sender only as they are taken.
///
/// One end pushes from the connection's thread, the other takes them from a task. Acknowledgements are held back while
/// much lies here, so a command that does not read its input stops the sender and nobody else.
final class BytePipe: Sendable {
    private struct State {
        var input: InputQueue
        var finished = false
        var waiter: CheckedContinuation<ArraySlice<UInt8>?, Never>?
    }

    /// Bytes that may lie here before answers are held back, where a connection has few streams.
    static let usualLimit = 1 << 20
    private let state: Mutex<State>
    private let acknowledge: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - limit: how many bytes may lie here before answers are held back.
    ///   - acknowledge: called with the number of the peer's bytes that may be answered; from any thread.
    init(limit: Int = BytePipe.usualLimit, acknowledge: @escaping @Sendable (Int) -> Void) {
        state = Mutex(State(input: InputQueue(limit: limit)))
        self.acknowledge = acknowledge
    }

    /// Adds what one write of the peer brought.
    func push(_ bytes: ArraySlice<UInt8>) {
        let (waiter, answer) = state.withLock { state -> (CheckedContinuation<ArraySlice<UInt8>?, Never>?, Int?) in
            state.input.owe(bytes.count)
            let waiter = bytes.isEmpty ? nil : state.waiter
            if waiter != nil { state.waiter = nil } else if !state.finished { state.input.append(bytes) }
            return (waiter, state.input.takeOwed())
        }
        if let answer { acknowledge(answer) }
        waiter?.resume(returning: bytes)
    }

    /// No more bytes come; what is here can still be taken.
    func finish() {
        let waiter = state.withLock { state in
            state.finished = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// The next bytes; nil at the end, and at once where the task is cancelled.
    func next() async -> ArraySlice<UInt8>? {
        if let ready = ready() { return ready }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isReady, chunk, answer) = state.withLock { state -> (Bool, ArraySlice<UInt8>?, Int?) in
                    if let chunk = state.input.take() { return (true, chunk, state.input.takeOwed()) }
                    if state.finished || Task.isCancelled { return (true, nil, nil) }
                    state.waiter = continuation
                    return (false, nil, nil)
                }
                if let answer { acknowledge(answer) }
                if isReady { continuation.resume(returning: chunk) }
            }
        } onCancel: {
            finish()
        }
    }

    /// As a sequence, for `ShellInput`.
    var stream: AsyncStream<ArraySlice<UInt8>> { AsyncStream { await self.next() } }

    /// What is here already.
    private func ready() -> ArraySlice<UInt8>? {
        let (chunk, answer) = state.withLock { state -> (ArraySlice<UInt8>?, Int?) in
            guard let chunk = state.input.take() else { return (nil, nil) }
            return (chunk, state.input.takeOwed())
        }
        if let answer { acknowledge(answer) }
        return chunk
    }
}
