// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Media

/// What a screen is read with.
public enum ObserverKind: String, Sendable, Codable, CaseIterable {
    /// The tools that every device has: `uiautomator`, `screencap`, `input`.
    case tools
    /// An agent that runs on the device and answers JSON-RPC, as uiautomator2's does.
    case agent
    /// The hierarchy from the agent (from the tools where there is none), the picture from a live video.
    case h264
}

/// Reads one device's display, in pieces.
protocol ScreenReader: Sendable {
    var device: any DeviceLink { get }
    /// Whether a hierarchy comes only when the display stands still, so that one is enough.
    var waitsForIdle: Bool { get }
    /// Whether a picture costs nothing and should be taken last.
    var isLive: Bool { get }

    /// The hierarchy as the device prints it.
    func tree(timeout: Duration) async throws -> [UInt8]

    /// The picture.
    ///
    /// - Parameter since: where the display has changed since that moment of the observer's clock, the picture must be newer.
    func picture(
        _ form: ObserverOptions.Picture,
        since: Duration?,
        timeout: Duration
    ) async throws
        -> Screenshot
}

extension ScreenReader {
    /// Size, app in front and keyboard, in one round trip.
    func facts(timeout: Duration) async throws -> ScreenProbe {
        let answer = try await device.run(ScreenProbe.command, timeout: timeout)
        var probe = ScreenProbe(answer.text)
        if probe.package.isEmpty {
            let focus = try await device.run(ScreenProbe.focusCommand, timeout: timeout)
            if let found = ScreenProbe.focus(focus.text) { (probe.package, probe.activity) = found }
        }
        return probe
    }
}

/// Reads with the tools that every device has.
struct ToolReader: ScreenReader {
    let device: any DeviceLink
    /// How long a dump took tells whether it waited; see `ScreenObserver`.
    var waitsForIdle: Bool { false }
    var isLive: Bool { false }

    func tree(timeout: Duration) async throws -> [UInt8] {
        let start = ContinuousClock.now
        let bytes = try await device.exec("uiautomator dump /dev/tty", timeout: timeout)
        guard String(decoding: bytes.prefix(512), as: UTF8.self).contains("could not get idle state") else {
            return bytes
        }
        // The compressed form skips the wait on some releases; where it waits as well, there is no use in it.
        let left = min(.seconds(3), timeout - (ContinuousClock.now - start))
        guard left > .milliseconds(500) else { return bytes }
        do {
            return try await device.exec("uiautomator dump --compressed /dev/tty", timeout: left)
        } catch let error as DroidError where error.code == "adb.timeout" {
            return bytes
        }
    }

    func picture(
        _ form: ObserverOptions.Picture,
        since: Duration?,
        timeout: Duration
    ) async throws
        -> Screenshot
    {
        if form == .png { return try Screencap.png(try await device.exec("screencap -p", timeout: timeout)) }
        let stream: any LinkStream
        do {
            stream = try await device.stream(to: "exec:screencap", timeout: timeout)
        } catch let error as DroidError where error.code == "adb.refused" {
            return try Screencap.raw(try await device.exec("screencap", timeout: timeout))
        }
        return try await Deadline.run(timeout, "screencap") {
            defer { stream.close() }
            var decoder = ScreencapStream()
            while let piece = try await stream.read() { try decoder.feed(piece) }
            return try decoder.finish()
        }
    }
}

/// Work that may take only so long.
enum Deadline {
    /// Runs `body`, and cancels it when its time is over.
    ///
    /// - Throws: `DroidError` with code `adb.timeout`, or what `body` throws.
    static func run<Result: Sendable>(
        _ limit: Duration,
        _ what: String,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: limit)
                throw DroidError(
                    "adb.timeout",
                    "\(what) took too long",
                    why: "the device did not answer within \(Int(limit.inSeconds.rounded(.up))) s",
                    next: "see whether the device still reacts"
                )
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
