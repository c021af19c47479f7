// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Bytes on their way from the connection to a command, with an answer to the sender only as they are taken.
///
/// One end pushes from the event loop, the other takes them from a task. Acknowledgements are held back while much
/// lies here, so a command that does not read its input stops the sender and nobody else.
final class BytePipe: Sendable {
    private struct State {
        var chunks: [ArraySlice<UInt8>] = []
        var buffered = 0
        var owed = 0
        var finished = false
        var waiter: CheckedContinuation<ArraySlice<UInt8>?, Never>?
    }

    private static let limit = 1 << 20
    private let state = Mutex(State())
    private let acknowledge: @Sendable (Int) -> Void

    /// - Parameter acknowledge: called with the number of writes that may be answered; from any thread.
    init(acknowledge: @escaping @Sendable (Int) -> Void) { self.acknowledge = acknowledge }

    /// Adds the bytes of one write of the peer.
    func push(_ pieces: [ArraySlice<UInt8>]) {
        let (waiter, chunk, answers) = state.withLock {
            state -> (CheckedContinuation<ArraySlice<UInt8>?, Never>?, ArraySlice<UInt8>?, Int) in
            state.owed += 1
            if !state.finished {
                for piece in pieces where !piece.isEmpty {
                    state.chunks.append(piece)
                    state.buffered += piece.count
                }
            }
            guard let waiter = state.waiter, !state.chunks.isEmpty else { return (nil, nil, Self.settle(&state)) }
            state.waiter = nil
            let chunk = state.chunks.removeFirst()
            state.buffered -= chunk.count
            return (waiter, chunk, Self.settle(&state))
        }
        if answers > 0 { acknowledge(answers) }
        waiter?.resume(returning: chunk)
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
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (ready, chunk, answers) = state.withLock { state -> (Bool, ArraySlice<UInt8>?, Int) in
                    if !state.chunks.isEmpty {
                        let chunk = state.chunks.removeFirst()
                        state.buffered -= chunk.count
                        return (true, chunk, Self.settle(&state))
                    }
                    if state.finished || Task.isCancelled { return (true, nil, 0) }
                    state.waiter = continuation
                    return (false, nil, 0)
                }
                if answers > 0 { acknowledge(answers) }
                if ready { continuation.resume(returning: chunk) }
            }
        } onCancel: {
            finish()
        }
    }

    /// As a sequence, for `ShellInput`.
    var stream: AsyncStream<ArraySlice<UInt8>> { AsyncStream { await self.next() } }

    private static func settle(_ state: inout State) -> Int {
        guard state.buffered <= limit else { return 0 }
        defer { state.owed = 0 }
        return state.owed
    }
}
