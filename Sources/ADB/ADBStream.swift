// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// One stream to a service of a device: bytes in both directions, and an end.
///
/// One task reads and one writes at a time. A reader that is slow holds up its own stream only: at most about 2 MiB wait
/// for it, then the device is not told to go on. Cancelling a task that waits in `read` or `write` closes the stream.
/// Close a stream that is not needed any more; until then it counts against the connection.
public final class ADBStream: Sendable {
    /// Bytes that may wait for the reader before the device is held up.
    static let window = 1 << 20

    enum End {
        case finished
        case failed(any Error)
    }

    struct State {
        var link: (any StreamLink)?
        var isOpen = false
        /// The device has closed it: the transport knows it no more.
        var isGone = false
        var input = InputQueue(limit: ADBStream.window)
        var end: End?
        var opener: CheckedContinuation<Void, any Error>?
        var reader: CheckedContinuation<ArraySlice<UInt8>?, any Error>?
        var writers: [CheckedContinuation<Void, any Error>] = []
        var watch: Watch?
        var lastWatch: UInt64 = 0
        var lastActivity = DeadlineTimer.now
    }

    /// The service that the stream was opened for.
    public let service: String
    let state = Mutex(State())

    init(service: String) { self.service = service }

    // MARK: For users

    /// The next bytes, as many as there are.
    ///
    /// - Returns: `nil` when the device has closed the stream and everything was read.
    /// - Throws: `DroidError` (`adb.lost`, `adb.timeout`) or `CancellationError`; the stream is closed then.
    public func read() async throws -> ArraySlice<UInt8>? {
        if let ready = try take() { return ready.chunk }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait(continuation)
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// All bytes up to the end of the stream.
    ///
    /// - Parameter limit: how many bytes are believed; more is an error of code `adb.toolarge`.
    public func readAll(limit: Int = 256 << 20) async throws -> [UInt8] {
        var out: [UInt8] = []
        while let chunk = try await read() {
            guard out.count + chunk.count <= limit else {
                let error = ADBError.tooLarge(ADBError.shortened(service), limit)
                fail(error)
                throw error
            }
            out.append(contentsOf: chunk)
        }
        return out
    }

    /// Writes bytes. It returns when they are queued and the queue is short, which need not mean that they have arrived.
    ///
    /// - Throws: `DroidError` (`adb.lost`, `adb.timeout`, `adb.closed`) or `CancellationError`; the stream is closed then.
    public func write(_ bytes: ArraySlice<UInt8>) async throws {
        guard let link = try enqueue(bytes) else { throw closedByPeer }
        guard link.queuedBytes > ADBStream.window else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait(continuation, until: link)
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// Writes bytes, as `write(_:)` over a slice.
    public func write(_ bytes: [UInt8]) async throws { try await write(bytes[...]) }

    /// Closes the stream once what was written has gone out. Bytes that were not read are dropped.
    public func close() { end(.finished, flushing: true) }

    // MARK: For the services of this module

    /// Queues bytes without waiting, for callers that hold them in memory anyway. On a stream that the device has
    /// closed nothing happens: what it said before that can still be read.
    ///
    /// - Returns: what the bytes went to; `nil` when the device has closed the stream.
    @discardableResult
    func enqueue(_ bytes: ArraySlice<UInt8>) throws -> (any StreamLink)? {
        let link = try state.withLock { state in
            if case .failed(let error) = state.end { throw error }
            return state.end == nil ? state.link : nil
        }
        if !bytes.isEmpty { link?.send(bytes) }
        return link
    }

    /// Whether `read` would return at once.
    var isReadable: Bool { state.withLock { !$0.input.isEmpty || $0.end != nil } }

    /// Puts bytes back in front of those that wait.
    func unread(_ bytes: ArraySlice<UInt8>) {
        state.withLock { $0.input.prepend(bytes) }
    }

    /// Waits until the device has opened the stream.
    func waitUntilOpen() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if case .failed(let error) = state.end { return .failure(error) }
                    if state.isOpen || state.end != nil { return .success(()) }
                    state.opener = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// Ends the stream with an error: everything that waits throws it, and so does every later call.
    func fail(_ error: any Error) { end(.failed(error), flushing: false) }

    /// Closes the stream at once, without writing what is queued.
    func drop() { end(.finished, flushing: false) }

    // MARK: For the transport

    /// Tells the stream what carries it.
    func attach(_ link: any StreamLink) {
        let ended = state.withLock { state in
            state.link = link
            return state.end != nil
        }
        if ended { link.close(flushing: false) }
    }

    /// The device has opened the stream.
    func opened() {
        let opener = state.withLock { state in
            state.isOpen = true
            defer { state.opener = nil }
            return state.opener
        }
        opener?.resume()
        drained()  // What was queued before has gone out.
    }

    /// Bytes came.
    func deliver(_ bytes: ArraySlice<UInt8>) {
        let (reader, acknowledged, link) = state.withLock { state in
            state.lastActivity = DeadlineTimer.now
            guard state.end == nil else {
                return (nil as CheckedContinuation<ArraySlice<UInt8>?, any Error>?, Int?.some(bytes.count), state.link)
            }
            state.input.owe(bytes.count)
            let reader = bytes.isEmpty ? nil : state.reader
            if reader == nil { state.input.append(bytes) } else { state.reader = nil }
            return (reader, state.input.takeOwed(), state.link)
        }
        if let acknowledged { link?.acknowledge(bytes: acknowledged) }
        reader?.resume(returning: bytes)
    }

    /// Something that was queued has gone out.
    func drained() {
        let (writers, link) = state.withLock { state in
            state.lastActivity = DeadlineTimer.now
            return (state.writers, state.link)
        }
        guard !writers.isEmpty, let link else { return }
        resumeWriters(link)
    }

    /// The device has closed the stream; what waits can still be read.
    func finished() {
        let woken = state.withLock { state -> Woken in
            state.isGone = true
            guard state.end == nil else { return Woken() }
            state.end = .finished
            return Woken(taking: &state)
        }
        woken.opener?.resume()
        woken.reader?.resume(returning: nil)
        for writer in woken.writers { writer.resume(throwing: closedByPeer) }
        if let timer = woken.timer { DeadlineTimer.shared.cancel(timer) }
    }

    // MARK: Within

    private var closedByPeer: DroidError {
        DroidError("adb.closed", "the device has closed \(ADBError.shortened(service))")
    }

    /// Everything that waits, taken out of the state so that it is resumed outside the lock.
    private struct Woken {
        var opener: CheckedContinuation<Void, any Error>?
        var reader: CheckedContinuation<ArraySlice<UInt8>?, any Error>?
        var writers: [CheckedContinuation<Void, any Error>] = []
        var timer: DeadlineTimer.Token?

        init() {}

        init(taking state: inout State) {
            opener = state.opener
            reader = state.reader
            writers = state.writers
            timer = state.watch?.timer
            state.opener = nil
            state.reader = nil
            state.writers = []
            state.watch = nil
        }
    }

    private func end(_ end: End, flushing: Bool) {
        let (woken, link) = state.withLock { state in
            // A failure after the device has closed the stream still has to reach the reader.
            if case .failed = state.end { return (Woken(), nil as (any StreamLink)?) }
            state.end = end
            state.input.clear()
            return (Woken(taking: &state), state.isGone ? nil : state.link)
        }
        switch end {
        case .finished:
            woken.opener?.resume()
            woken.reader?.resume(returning: nil)
            for writer in woken.writers { writer.resume() }
        case .failed(let error):
            woken.opener?.resume(throwing: error)
            woken.reader?.resume(throwing: error)
            for writer in woken.writers { writer.resume(throwing: error) }
        }
        if let timer = woken.timer { DeadlineTimer.shared.cancel(timer) }
        link?.close(flushing: flushing)
    }

    /// What `read` can return without waiting; `nil` when it has to wait.
    private func take() throws -> (chunk: ArraySlice<UInt8>?, Void)? {
        let (chunk, acknowledged, ended, link) = try state.withLock { state in
            if case .failed(let error) = state.end { throw error }
            let chunk = state.input.take()
            return (chunk, chunk == nil ? nil : state.input.takeOwed(), state.end != nil, state.link)
        }
        if let acknowledged { link?.acknowledge(bytes: acknowledged) }
        if let chunk { return (chunk, ()) }
        return ended ? (nil, ()) : nil
    }

    private func wait(_ continuation: CheckedContinuation<ArraySlice<UInt8>?, any Error>) {
        // Something may have come since `take`.
        let (outcome, acknowledged, link) = state.withLock {
            state -> (Result<ArraySlice<UInt8>?, any Error>?, Int?, (any StreamLink)?) in
            if case .failed(let error) = state.end { return (.failure(error), nil, nil) }
            if let chunk = state.input.take() { return (.success(chunk), state.input.takeOwed(), state.link) }
            if state.end != nil { return (.success(nil), nil, nil) }
            guard state.reader == nil else {
                return (.failure(ADBError.usage("two tasks read one stream", why: "the first still waits")), nil, nil)
            }
            state.reader = continuation
            return (nil, nil, nil)
        }
        if let acknowledged { link?.acknowledge(bytes: acknowledged) }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func wait(_ continuation: CheckedContinuation<Void, any Error>, until link: any StreamLink) {
        let outcome: Result<Void, any Error>? = state.withLock { state in
            if case .failed(let error) = state.end { return .failure(error) }
            if state.end != nil { return .success(()) }
            state.writers.append(continuation)
            return nil
        }
        if let outcome {
            continuation.resume(with: outcome)
        } else {
            resumeWriters(link)  // The queue may have run down before the writer was on the list.
        }
    }

    private func resumeWriters(_ link: any StreamLink) {
        guard link.queuedBytes <= ADBStream.window else { return }
        let writers = state.withLock { state in
            defer { state.writers = [] }
            return state.writers
        }
        for writer in writers { writer.resume() }
    }
}
