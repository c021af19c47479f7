// SPDX-License-Identifier: Apache-2.0

import ADB
import ADBWire
import Base
import Media
import Screen
import Synchronization
import Testing

/// A clock that a test moves.
private final class ManualClock: WaitClock {
    private struct State {
        var now = Duration.zero
        var next = 0
        var sleepers: [Int: (due: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func now() -> Duration { state.withLock { $0.now } }

    func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                    if Task.isCancelled || duration <= .zero { return nil }
                    state.sleepers[id] = (state.now + duration, continuation)
                    let ready = state.watchers.filter { $0.count <= state.sleepers.count }.map(\.continuation)
                    state.watchers.removeAll { $0.count <= state.sleepers.count }
                    return ready
                }
                if let ready { return ready.forEach { $0.resume() } }
                continuation.resume(with: Task.isCancelled ? .failure(CancellationError()) : .success(()))
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Returns when so many sleep.
    func sleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if ready { continuation.resume() }
        }
    }

    func advance(_ duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.due <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }
}

/// A device that does nothing but send a video, of bytes that the test gives.
private final class FilmedDevice: DeviceLink {
    final class Stream: LinkStream {
        private let bytes: AsyncStream<[UInt8]>
        private let feed: AsyncStream<[UInt8]>.Continuation
        /// A value each time that bytes are asked for: those before are dealt with by then.
        let reads: AsyncStream<Void>
        private let asked: AsyncStream<Void>.Continuation

        init() {
            (bytes, feed) = AsyncStream.makeStream()
            (reads, asked) = AsyncStream.makeStream()
        }

        func send(_ bytes: [UInt8]) { feed.yield(bytes) }
        func read() async throws -> ArraySlice<UInt8>? {
            asked.yield()
            for await piece in bytes { return piece[...] }
            return nil
        }
        func write(_ bytes: ArraySlice<UInt8>) async throws {}
        func close() { feed.finish() }
    }

    let serial = "filmed"
    let video = Stream()

    func shell(raw command: String, stdin: [UInt8], timeout: Duration) async throws -> ShellResult {
        ShellResult(exitCode: 1, stdout: [], stderr: [])
    }
    func exec(_ command: String, timeout: Duration) async throws -> [UInt8] { [] }
    func pull(_ path: String) async throws -> [UInt8] { [] }
    func push(_ bytes: [UInt8], to path: String, mode: UInt32, modified: Int64?) async throws {}
    func stream(to service: String, timeout: Duration) async throws -> any LinkStream { video }
}

/// A film of pictures that grow brighter.
private func film(_ count: Int) throws -> [H264Encoder.Unit] {
    let encoder = try H264Encoder(width: 64, height: 96)
    var units: [H264Encoder.Unit] = []
    for number in 0..<count {
        let colour = RGBA(red: UInt8(40 + number * 12), green: 90, blue: 60)
        let picture = PixelBuffer(width: 64, height: 96, filled: colour)
        units += try encoder.encode(picture, at: Int64(number * 40))
    }
    units += try encoder.finish()
    return units
}

@Suite("A live video", .timeLimit(.minutes(1)))
struct LiveVideoTests {
    @Test("A picture is whole when nothing has come for a moment, and the newest one is handed out")
    func quiet() async throws {
        let (device, clock, units) = (FilmedDevice(), ManualClock(), try film(2))
        let video = try LiveVideo(device, clock: clock)
        let first = Task { try await video.picture(since: nil, timeout: .seconds(10)) }
        let bytes = units[0].bytes
        var reads = device.video.reads.makeAsyncIterator()
        await reads.next()
        device.video.send(Array(bytes.prefix(bytes.count / 2)))
        await reads.next()
        // One waits for the picture until its time is up, the other for the end of the bytes.
        await clock.sleepers(2)
        clock.advance(.milliseconds(20))
        device.video.send(Array(bytes.dropFirst(bytes.count / 2)))
        await reads.next()
        // 25 ms are over since the first half, but not since the second: both go on waiting.
        clock.advance(.milliseconds(10))
        await clock.sleepers(2)
        clock.advance(.milliseconds(15))
        let picture = try await first.value
        #expect(picture.width == 64 && picture.height == 96)
        await video.stop()
    }

    @Test("A change that cannot be seen is not waited for longer than the video lags behind")
    func lag() async throws {
        let (device, clock, units) = (FilmedDevice(), ManualClock(), try film(2))
        let video = try LiveVideo(device, clock: clock)
        let first = Task { try await video.picture(since: nil, timeout: .seconds(10)) }
        device.video.send(units[0].bytes)
        await clock.sleepers(2)
        clock.advance(.milliseconds(25))
        let before = try await first.value
        // Nothing comes: what is there is what the display shows.
        let asked = clock.now()
        let second = Task { try await video.picture(since: asked, timeout: .seconds(10)) }
        await clock.sleepers(1)
        clock.advance(.milliseconds(400))
        #expect(try await second.value == before)
        // Something comes: it is waited for, and handed out.
        let third = Task { try await video.picture(since: clock.now(), timeout: .seconds(10)) }
        await clock.sleepers(1)
        device.video.send(units[1].bytes)
        await clock.sleepers(2)
        clock.advance(.milliseconds(25))
        #expect(try await third.value != before)
        await video.stop()
    }

    @Test("A device that sends no video is an error when the time is up")
    func nothing() async throws {
        let (device, clock) = (FilmedDevice(), ManualClock())
        let video = try LiveVideo(device, clock: clock)
        let waiting = Task { try await video.picture(since: nil, timeout: .seconds(10)) }
        await clock.sleepers(1)
        clock.advance(.seconds(10))
        do {
            _ = try await waiting.value
            Issue.record("there was a picture")
        } catch let error as DroidError {
            #expect(error.code == "screen.noVideo")
        }
        await video.stop()
    }

    @Test("A real stream in pieces of any size is cut into its pictures", arguments: [1, 3, 7, 64, 1000, 100_000])
    func pieces(size: Int) throws {
        let units = try film(12)
        let stream = units.flatMap(\.bytes)
        var splitter = AccessUnitSplitter()
        var found: [AccessUnit] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            found += splitter.append(stream[start..<min(start + size, stream.count)])
        }
        if let last = splitter.flush() { found.append(last) }
        #expect(found.map(\.bytes) == units.map(\.bytes))
        #expect(found.map(\.isKey) == units.map(\.isKey))
        #expect(splitter.flush() == nil)
    }
}
