// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import NIOCore
import NIOPosix
import Synchronization

/// One picture of a screen recording, as H.264.
public struct VideoAccessUnit: Hashable, Sendable {
    /// NAL units with their start codes (Annex B).
    public var bytes: [UInt8]
    /// Whether a decoder can start here.
    public var isKey: Bool
    /// When its last byte came. The stream itself has no times.
    public var arrival: ContinuousClock.Instant

    public init(bytes: [UInt8], isKey: Bool, arrival: ContinuousClock.Instant) {
        (self.bytes, self.isKey, self.arrival) = (bytes, isKey, arrival)
    }
}

/// A screen recording that runs: its pictures, in the order they come.
///
/// A device sends pictures only when the display changes, and a bare stream does not say where a picture ends, so the last
/// one is handed on after a short silence (`idle`). A reader that is slow holds up the recording, not the program. Dropping
/// or closing the recording ends it on the device.
public final class ScreenRecording: Sendable {
    /// Bytes of pictures that may wait for the reader.
    private static let window = 16 << 20

    private enum End {
        case finished
        case failed(any Error)
    }

    private struct State {
        var splitter = AccessUnitSplitter()
        var units: [VideoAccessUnit] = []
        var held = 0
        var end: End?
        var reader: CheckedContinuation<VideoAccessUnit?, any Error>?
        var feeder: CheckedContinuation<Void, Never>?
        var lastBytes = ContinuousClock.now
        var isTimed = false

        /// Queues pictures, and takes out the reader that waits with what it gets.
        mutating func add(_ new: [AccessUnit]) -> Woken? {
            guard end == nil else { return nil }
            for unit in new {
                units.append(VideoAccessUnit(bytes: unit.bytes, isKey: unit.isKey, arrival: lastBytes))
                held += unit.bytes.count
            }
            guard let waiting = reader, !units.isEmpty else { return nil }
            reader = nil
            let first = units.removeFirst()
            held -= first.bytes.count
            return Woken(reader: waiting, unit: first)
        }
    }

    private struct Woken {
        let reader: CheckedContinuation<VideoAccessUnit?, any Error>
        let unit: VideoAccessUnit
        func resume() { reader.resume(returning: unit) }
    }

    private let stream: ADBStream
    private let idle: Duration
    private let state = Shared(State())
    private let feeder: Task<Void, Never>

    /// The state, which the feeding task shares with the recording without keeping the recording itself.
    private final class Shared: Sendable {
        let mutex: Mutex<State>
        init(_ state: sending State) { mutex = Mutex(state) }
        func withLock<Result>(_ body: (inout State) -> sending Result) -> sending Result { mutex.withLock(body) }
    }

    init(_ stream: ADBStream, idle: Duration) {
        self.stream = stream
        self.idle = idle
        let shared = state
        feeder = Task { await Self.feed(stream, shared, idle) }
    }

    deinit {
        feeder.cancel()
        stream.drop()
    }

    /// The next picture; `nil` when the recording has ended on the device.
    ///
    /// - Throws: `DroidError` with code `adb.lost`, or `CancellationError`.
    public func next() async throws -> VideoAccessUnit? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (outcome, feeder) = state.withLock {
                    state -> (Result<VideoAccessUnit?, any Error>?, CheckedContinuation<Void, Never>?) in
                    if !state.units.isEmpty {
                        let unit = state.units.removeFirst()
                        state.held -= unit.bytes.count
                        let feeder = state.held <= Self.window ? state.feeder : nil
                        if feeder != nil { state.feeder = nil }
                        return (.success(unit), feeder)
                    }
                    switch state.end {
                    case .finished: return (.success(nil), nil)
                    case .failed(let error): return (.failure(error), nil)
                    case nil: break
                    }
                    guard state.reader == nil else {
                        let error = ADBError.usage("two tasks read one recording", why: "the first still waits")
                        return (.failure(error), nil)
                    }
                    state.reader = continuation
                    return (nil, nil)
                }
                feeder?.resume()
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            Self.end(state, .failed(CancellationError()))
            feeder.cancel()
        }
    }

    /// Ends the recording.
    public func close() {
        Self.end(state, .finished)
        feeder.cancel()
        stream.drop()
    }

    // MARK: Within

    private static func feed(_ stream: ADBStream, _ state: Shared, _ idle: Duration) async {
        do {
            while let bytes = try await stream.read() {
                let woken = state.withLock { state in
                    state.lastBytes = .now
                    return state.add(state.splitter.append(bytes))
                }
                woken?.resume()
                watch(state, idle)
                await withTaskCancellationHandler {
                    await withCheckedContinuation { continuation in
                        let ready = state.withLock { state in
                            if state.held <= window || state.end != nil || Task.isCancelled { return true }
                            state.feeder = continuation
                            return false
                        }
                        if ready { continuation.resume() }
                    }
                } onCancel: {
                    state.withLock { state in
                        defer { state.feeder = nil }
                        return state.feeder
                    }?.resume()
                }
            }
            state.withLock { $0.add($0.splitter.flush().map { [$0] } ?? []) }?.resume()
            end(state, .finished)
        } catch {
            end(state, .failed(error))
        }
    }

    /// Hands on what is held of a picture once nothing has come for `idle`.
    private static func watch(_ state: Shared, _ idle: Duration) {
        let start = state.withLock { state -> Bool in
            guard state.splitter.holdsPicture, !state.isTimed else { return false }
            state.isTimed = true
            return true
        }
        guard start else { return }
        wait(state, idle, for: idle)
    }

    private static func wait(_ state: Shared, _ idle: Duration, for time: Duration) {
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(clamping: time)) {
            let (again, woken) = state.withLock { state -> (Duration?, Woken?) in
                let left = idle - (ContinuousClock.now - state.lastBytes)
                if left > .zero, state.end == nil { return (left, nil) }
                state.isTimed = false
                return (nil, state.add(state.splitter.flush().map { [$0] } ?? []))
            }
            if let again { wait(state, idle, for: again) }
            woken?.resume()
        }
    }

    private static func end(_ state: Shared, _ end: End) {
        let (reader, feeder) = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { (state.reader, state.feeder) = (nil, nil) }
            return (state.reader, state.feeder)
        }
        feeder?.resume()
        switch end {
        case .finished: reader?.resume(returning: nil)
        case .failed(let error): reader?.resume(throwing: error)
        }
    }
}

extension ADBDevice {
    /// Starts to record the display as H.264 by the device's `screenrecord`.
    ///
    /// - Parameters:
    ///   - size: the video's width and height in pixels; the display's own by default.
    ///   - bitRate: bits a second; the device's choice by default.
    ///   - idle: how long nothing may come before the last picture counts as whole.
    /// - Throws: `DroidError`: `adb.refused`, `adb.timeout`, `adb.lost`. A device whose encoder fails ends the recording.
    public func screenRecording(
        size: (width: Int, height: Int)? = nil,
        bitRate: Int? = nil,
        idle: Duration = .milliseconds(40)
    ) async throws -> ScreenRecording {
        var words = ["screenrecord", "--output-format=h264"]
        if let size { words += ["--size", "\(size.width)x\(size.height)"] }
        if let bitRate { words += ["--bit-rate", "\(bitRate)"] }
        words.append("-")
        return ScreenRecording(try await open("exec:" + ShellQuoting.join(words)), idle: idle)
    }
}
