// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// What goes out in one write: bytes that were gathered, and behind them one large piece that is not copied.
public struct OutputBatch: Sendable {
    public var small: [UInt8] = []
    public var large: ArraySlice<UInt8> = []
    /// What of both has gone out.
    fileprivate var done = 0

    public init() {}
}

/// The writing side of a socket, for many callers that must not wait.
///
/// Whoever has something to write calls `schedule`, and bytes are asked for until there are none. That happens on the
/// caller's own thread as long as the system takes them at once, which saves a change of threads for each small message;
/// when it does not, a thread of the output's own goes on and waits. At any time one thread writes, in order.
public final class SocketOutput: Sendable {
    /// Fills an empty batch with what goes out next; false where there is nothing. One call at a time.
    public typealias Source = @Sendable (inout OutputBatch) -> Bool

    private struct State {
        var isActive = false
        var isAsked = false
        var hasThread = false
        var isClosed = false
        /// What the thread is to finish.
        var handedOver: OutputBatch?
    }

    private let socket: any ByteSocket
    private let name: String
    private let source: Source
    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - socket: the socket that is written to.
    ///   - name: what the thread is called in lists of threads.
    ///   - source: what gives the bytes to write.
    public init(_ socket: any ByteSocket, name: String, source: @escaping Source) {
        self.socket = socket
        self.name = name
        self.source = source
    }

    /// There may be something to write. It returns without waiting for the peer.
    public func schedule() {
        let mayWrite = state.withLock { state in
            guard !state.isClosed else { return false }
            guard !state.isActive else {
                state.isAsked = true
                return false
            }
            state.isActive = true
            return true
        }
        if mayWrite { run(OutputBatch(), waiting: false) }
    }

    /// Ends the connection; what is queued is dropped and the thread ends.
    public func close() {
        let hasThread = state.withLock { state in
            state.isClosed = true
            return state.hasThread
        }
        socket.shutDown()
        if hasThread { bell.signal() }
    }

    /// Writes until there is nothing left or, where it must not wait, until the system is full.
    private func run(_ first: OutputBatch, waiting: Bool) {
        var batch = first
        while true {
            if batch.done == batch.small.count + batch.large.count {
                batch.small.removeAll(keepingCapacity: true)
                batch.large = []
                batch.done = 0
                if !source(&batch) {
                    let isOver = state.withLock { state in
                        if state.isAsked, !state.isClosed {
                            state.isAsked = false
                            return false
                        }
                        state.isActive = false
                        return true
                    }
                    if isOver { return }
                    continue
                }
            }
            switch write(batch, waiting: waiting) {
            case .bytes(let count): batch.done += count
            case .full:
                handOver(batch)
                return
            case .gone:
                close()
                return
            }
        }
    }

    private func write(_ batch: OutputBatch, waiting: Bool) -> StreamSocket.Written {
        batch.small.withUnsafeBytes { small in
            batch.large.withUnsafeBytes { large in
                let first = UnsafeRawBufferPointer(rebasing: small[min(batch.done, small.count)...])
                let second = UnsafeRawBufferPointer(rebasing: large[max(0, batch.done - small.count)...])
                return socket.write(first, second, waiting: waiting)
            }
        }
    }

    private func handOver(_ batch: OutputBatch) {
        let needsThread = state.withLock { state in
            state.handedOver = batch
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if needsThread { startThread(name) { self.serve() } }
        bell.signal()
    }

    private func serve() {
        while true {
            bell.wait()
            let (batch, isClosed) = state.withLock { state in
                defer { state.handedOver = nil }
                return (state.handedOver, state.isClosed)
            }
            if isClosed { return }
            if let batch { run(batch, waiting: true) }
        }
    }
}
