// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// TLS between a socket and the packets: what is read is opened, what is written is sealed. Two threads may use it, one for
/// each direction.
public final class SecureChannel: Sendable {
    private struct State {
        var machine: TLSMachine
        var plain: ArraySlice<UInt8>
        var failure: DroidError?
        var wasReady = false
    }

    private let state: Mutex<State>
    /// Called when there is something to write: from the reading thread.
    private let wake: @Sendable () -> Void
    /// Called once when the handshake is done: from the reading thread.
    private let ready: @Sendable () -> Void

    public init(
        _ machine: TLSMachine,
        wake: @escaping @Sendable () -> Void,
        ready: @escaping @Sendable () -> Void
    ) {
        state = Mutex(State(machine: machine, plain: []))
        self.wake = wake
        self.ready = ready
    }

    /// Why the connection is of no use any more; nil while it is.
    public var failure: DroidError? { state.withLock { $0.failure } }

    /// Takes bytes that came from the other end.
    ///
    /// - Returns: false where the connection is of no use any more.
    public func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isReady, hasOutput, isSound) = state.withLock { state -> (Bool, Bool, Bool) in
            guard state.failure == nil else { return (false, false, false) }
            do throws(DroidError) {
                let opened = try state.machine.receive(bytes)
                if !opened.isEmpty { state.plain = state.plain.isEmpty ? opened[...] : state.plain + opened }
            } catch {
                state.failure = error
            }
            defer { state.wasReady = state.machine.isReady }
            return (
                state.machine.isReady && !state.wasReady && state.failure == nil, state.machine.hasOutput,
                state.failure == nil
            )
        }
        if isReady { ready() }
        if hasOutput || isReady { wake() }
        return isSound
    }

    /// Waits for bytes in the clear, as a socket's `read` does for others.
    public func read(
        into space: UnsafeMutableRawBufferPointer,
        from source: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
            while true {
                let count = state.withLock { state -> Int in
                    let part = state.plain.prefix(space.count)
                    space.copyBytes(from: part)
                    state.plain = state.plain.dropFirst(part.count)
                    return part.count
                }
                if count > 0 { return count }
                let read = source(buffer)
                guard read > 0, take(UnsafeRawBufferPointer(rebasing: buffer[..<read])) else { return 0 }
            }
        }
    }

    /// Fills an empty batch with sealed bytes: what the handshake has to say, then what `source` gives.
    public func fill(_ batch: inout OutputBatch, from source: (inout OutputBatch) -> Bool) -> Bool {
        let isReady = state.withLock { state in
            batch.small = state.machine.takeOutput()
            return state.machine.isReady && state.failure == nil
        }
        if !batch.small.isEmpty { return true }
        guard isReady else { return false }
        var plain = OutputBatch()
        guard source(&plain) else { return false }
        batch.small = state.withLock { state in
            plain.small.withUnsafeBytes { state.machine.send($0) }
            plain.large.withUnsafeBytes { state.machine.send($0) }
            return state.machine.takeOutput()
        }
        return !batch.small.isEmpty
    }
}
