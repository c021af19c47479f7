// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Media

/// The display of a device as a live video: `screenrecord` runs on the device, and the newest picture is always here.
///
/// A picture comes only when the display changes, and the stream does not say where it ends; so it counts as complete
/// when nothing has come for a moment.
public actor LiveVideo {
    /// After so long without a byte, what is here is a whole picture.
    private static let quiet = Duration.milliseconds(25)
    /// A change that the hierarchy shows is waited for in the video at most this long.
    private static let lag = Duration.milliseconds(400)

    private let device: any DeviceLink
    private let clock: any WaitClock
    private let decoder: H264Decoder
    private var splitter = AccessUnitSplitter()
    private var pump: Task<Void, Never>?
    private var flushing: Task<Void, Never>?
    private var stream: (any LinkStream)?
    /// When the newest picture was complete.
    private var arrived: Duration?
    private var lastBytes = Duration.zero
    /// Bytes that belong to a picture which may not be complete.
    private var isMoving = false
    private var problem: DroidError?
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var isStopped = false

    /// - Parameter clock: what waits and moments are told by.
    /// - Throws: `DroidError` with code `video.decode` where there is no decoder.
    public init(_ device: any DeviceLink, clock: any WaitClock = SystemClock()) throws {
        self.device = device
        self.clock = clock
        decoder = try H264Decoder()
    }

    /// Starts the recording; pictures come a moment later.
    public func start() {
        guard pump == nil, !isStopped else { return }
        pump = Task { await run() }
    }

    /// Ends the recording.
    public func stop() {
        isStopped = true
        pump?.cancel()
        flushing?.cancel()
        stream?.close()
        wake()
    }

    /// The newest picture.
    ///
    /// - Parameter since: a moment of the clock at which something was done that has changed the display since: an older picture will
    ///   not do. Where none comes for a while, the change was one that cannot be seen.
    /// - Throws: `DroidError` with code `screen.noVideo`, or a code of `adb`.
    public func picture(since: Duration?, timeout: Duration) async throws -> PixelBuffer {
        start()
        let now = clock.now()
        try await wait(until: now + timeout) { self.arrived != nil }
        if let since { try await wait(until: now + Self.lag) { self.arrived.map { $0 > since } ?? false } }
        // Whatever is under way belongs to the newest picture.
        try await wait(until: now + Self.lag) { !self.isMoving }
        guard let picture = try decoder.picture() else {
            throw problem
                ?? DroidError(
                    "screen.noVideo",
                    "the device sends no video of its display",
                    why: "no picture came within \(Int(timeout.inSeconds)) s",
                    next: "use --observer agent or tools"
                )
        }
        return picture
    }

    /// Waits until something holds, at most until a moment; a device that is lost ends it.
    private func wait(until end: Duration, _ holds: () -> Bool) async throws {
        while !holds(), clock.now() < end, !isStopped {
            if let problem, problem.code == "adb.lost" { throw problem }
            try Task.checkCancellation()
            let alarm = Task {
                try await clock.sleep(for: end - clock.now())
                wake()
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiters.append($0) }
            } onCancel: {
                Task { await wake() }
            }
            alarm.cancel()
        }
    }

    private func wake() {
        let all = waiters
        waiters = []
        for waiter in all { waiter.resume() }
    }

    // MARK: The stream

    private func run() async {
        // A recording ends by itself after three minutes on most devices; then the next one begins.
        var limit = 0
        var failures = 0
        while !Task.isCancelled, !isStopped {
            let before = decoder.count
            let began = clock.now()
            do {
                try await record(limit: limit)
                if decoder.count == before {
                    // Older releases know no recording without a limit.
                    failures += 1
                    limit = 180
                } else {
                    failures = 0
                }
            } catch {
                problem = DroidError.wrapping(error, "screen.noVideo", "the device sends no video of its display")
                failures += 1
                if problem?.code == "adb.lost" { break }
            }
            if failures > 3 { break }
            if clock.now() - began < .milliseconds(300) { try? await clock.sleep(for: .milliseconds(200)) }
        }
        wake()
    }

    private func record(limit: Int) async throws {
        let command = "screenrecord --output-format=h264 --time-limit=\(limit) -"
        let stream = try await device.stream(to: "exec:\(command)", timeout: .seconds(10))
        self.stream = stream
        defer { stream.close() }
        splitter = AccessUnitSplitter()
        while let piece = try await stream.read() {
            lastBytes = clock.now()
            isMoving = true
            for unit in splitter.append(piece) { decode(unit) }
            flushLater()
        }
        flush()
    }

    private func flushLater() {
        guard flushing == nil else { return }
        flushing = Task {
            while true {
                let rest = Self.quiet - (clock.now() - lastBytes)
                guard rest > .zero else { break }
                try? await clock.sleep(for: rest)
                if Task.isCancelled { break }
            }
            flushing = nil
            flush()
        }
    }

    private func flush() {
        if let unit = splitter.flush() { decode(unit) }
        isMoving = false
        wake()
    }

    private func decode(_ unit: AccessUnit) {
        do {
            if try decoder.decode(unit.bytes) {
                arrived = clock.now()
                wake()
            }
        } catch {
            // A new recording begins with a picture that needs no other.
            problem = DroidError.wrapping(error, "screen.noVideo", "a picture of the video is damaged")
            stream?.close()
        }
    }
}
