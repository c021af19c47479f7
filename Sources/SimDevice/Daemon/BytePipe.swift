// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Bytes on their way from the connection to a command, with an answer to the sender only as they are taken.
///
/// One end pushes from the connection's thread, the other takes them from a task. Acknowledgements are held back while
/// much lies here, so a command that does not read its input stops the sender and nobody else.
final class BytePipe: Sendable {
    private struct State {
        var chunks: [ArraySlice<UInt8>] = []
        var first = 0
        var buffered = 0
        /// Bytes of writes that the peer waits to have answered; nil for none. An empty write is owed as well.
        var owed: Int?
        var finished = false
        var waiter: CheckedContinuation<ArraySlice<UInt8>?, Never>?

        mutating func take() -> ArraySlice<UInt8>? {
            guard first < chunks.count else { return nil }
            let chunk = chunks[first]
            chunks[first] = []
            first += 1
            buffered -= chunk.count
            if first == chunks.count {
                chunks.removeAll(keepingCapacity: true)
                first = 0
            }
            return chunk
        }

        mutating func settle(_ limit: Int) -> Int? {
            guard buffered <= limit else { return nil }
            defer { owed = nil }
            return owed
        }
    }

    /// Bytes that may lie here before answers are held back, where a connection has few streams.
    static let usualLimit = 1 << 20
    private let limit: Int
    private let state = Mutex(State())
    private let acknowledge: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - limit: how many bytes may lie here before answers are held back.
    ///   - acknowledge: called with the number of the peer's bytes that may be answered; from any thread.
    init(limit: Int = BytePipe.usualLimit, acknowledge: @escaping @Sendable (Int) -> Void) {
        self.limit = limit
        self.acknowledge = acknowledge
    }

    /// Adds what one write of the peer brought.
    ///
    /// - Parameter owing: the size of the write, of which the pieces may be a part.
    func push(_ pieces: [ArraySlice<UInt8>], owing: Int) {
        let (waiter, chunk, answer) = state.withLock {
            state -> (CheckedContinuation<ArraySlice<UInt8>?, Never>?, ArraySlice<UInt8>?, Int?) in
            state.owed = (state.owed ?? 0) + owing
            if !state.finished {
                for piece in pieces where !piece.isEmpty {
                    state.chunks.append(piece)
                    state.buffered += piece.count
                }
            }
            guard let waiter = state.waiter, let chunk = state.take() else { return (nil, nil, state.settle(limit)) }
            state.waiter = nil
            return (waiter, chunk, state.settle(limit))
        }
        if let answer { acknowledge(answer) }
        waiter?.resume(returning: chunk)
    }

    /// Adds what a write of the peer brought, all of it.
    func push(_ pieces: [ArraySlice<UInt8>]) { push(pieces, owing: pieces.reduce(0) { $0 + $1.count }) }

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
                    if let chunk = state.take() { return (true, chunk, state.settle(limit)) }
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
            guard let chunk = state.take() else { return (nil, nil) }
            return (chunk, state.settle(limit))
        }
        if let answer { acknowledge(answer) }
        return chunk
    }
}
