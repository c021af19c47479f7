// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Media

/// How a screen is read.
public struct ObserverOptions: Sendable {
    /// How the picture is asked for.
    public enum Picture: String, Sendable {
        /// No picture.
        case none
        /// Raw pixels: fastest where the link is fast.
        case raw
        /// A PNG made by the device: less to carry, slower to make.
        case png
    }

    public var picture: Picture = .raw
    /// How long a screen may keep changing before it is taken as it is.
    public var settleDeadline: Duration = .seconds(6)
    /// How long a screen that looks as it did before an action is watched for a late reaction.
    public var reactionTime: Duration = .milliseconds(300)
    /// The pause between two reads of a screen that still changes.
    public var pause: Duration = .milliseconds(40)
    /// How long one tool may take on the device.
    public var toolTimeout: Duration = .seconds(20)

    public init(picture: Picture = .raw) { self.picture = picture }
}

/// What reading a screen gave, and what it took.
public struct Observation: Sendable {
    public var state: ScreenState
    /// Hierarchies read until two in a row were equal.
    public var dumps: Int
    public var seconds: Double
    /// Why there is no picture although one was asked for.
    public var pictureProblem: DroidError?
}

/// Reads screens: hierarchy, picture and small probes in parallel streams, until two reads in a row are equal.
///
/// Nothing sleeps for a fixed time. `uiautomator` itself waits for the display to be quiet; two equal hierarchies tell
/// that it is.
public final class ScreenObserver: Sendable {
    public let options: ObserverOptions
    private let device: any DeviceLink
    private let clock: any WaitClock

    public init(
        _ device: any DeviceLink,
        options: ObserverOptions = ObserverOptions(),
        clock: any WaitClock = SystemClock()
    ) {
        self.device = device
        self.options = options
        self.clock = clock
    }

    /// Reads the screen once it has settled.
    ///
    /// - Parameter previous: the content hash before the action whose effect is awaited. While the screen still looks
    ///   like that, it is watched for `reactionTime`.
    /// - Throws: `DroidError` with a code of `adb`, or `screen.empty`, `screen.noRoot` or `screen.notXML` when that
    ///   stayed so until the deadline. A display that never stands still is no error: the state then has only a
    ///   picture.
    public func observe(after previous: String? = nil) async throws -> Observation {
        let start = clock.now()
        var dumps = 0
        var last: Read?
        var wantsPicture = false
        var ticks = 0
        while true {
            let isLate = clock.now() - start >= options.settleDeadline
            var current: Read
            do {
                dumps += 1
                current = try await read(picture: wantsPicture || isLate)
            } catch let error as DroidError where Self.mayPass(error) {
                if error.code == "screen.notIdle" {
                    return try await pictureOnly(start: start, dumps: dumps, because: error)
                }
                if isLate { throw error }
                last = nil
                try await clock.sleep(for: options.pause)
                continue
            }
            var isSame = last?.state.contentHash == current.state.contentHash
            if !isSame, let before = last?.state {
                // A running stopwatch never stands still; when only its numbers move, the screen has settled.
                ticks = before.shapeHash == current.state.shapeHash ? ticks + 1 : 0
                isSame = ticks >= 2
            }
            let unchanged = current.state.contentHash == previous
            let mayReact = unchanged && clock.now() - start < options.reactionTime
            if isSame && !mayReact || isLate {
                if !isSame && last != nil { current.state.flags.insert(.unsettled) }
                if current.picture == nil && options.picture != .none && current.pictureProblem == nil {
                    let (picture, problem) = await takePicture()
                    current.state.screenshot = picture
                    current.pictureProblem = problem
                }
                return Observation(
                    state: current.state,
                    dumps: dumps,
                    seconds: (clock.now() - start).inSeconds,
                    pictureProblem: current.pictureProblem
                )
            }
            // The picture comes with the read that may be the last one; no byte of it moves before.
            wantsPicture = !mayReact
            if last != nil { try await clock.sleep(for: options.pause) }
            last = current
        }
    }

    private struct Read {
        var state: ScreenState
        var picture: Screenshot?
        var pictureProblem: DroidError?
    }

    private static func mayPass(_ error: DroidError) -> Bool {
        ["screen.empty", "screen.noRoot", "screen.notXML", "screen.notIdle"].contains(error.code)
    }

    private func read(picture: Bool) async throws -> Read {
        async let dump = dumped()
        async let probe = probed()
        async let shot = picture && options.picture != .none ? takePicture() : (nil, nil)
        let (tree, xml) = try await dump
        let facts = try await probe
        let (screenshot, problem) = await shot
        var state = ScreenState(tree, displaySize: rotated(facts.size, tree.rotation), xml: xml)
        if state.package.isEmpty || state.package == facts.package {
            state.package = facts.package
            state.activity = facts.activity
        }
        state.keyboardShown = facts.keyboardShown
        state.screenshot = screenshot
        return Read(state: state, picture: screenshot, pictureProblem: problem)
    }

    /// `wm size` tells the size in the natural rotation.
    private func rotated(_ size: DisplaySize?, _ rotation: Int) -> DisplaySize? {
        guard let size, rotation % 2 == 1 else { return size }
        return DisplaySize(width: size.height, height: size.width)
    }

    private func dumped() async throws -> (Hierarchy, [UInt8]) {
        let bytes = try await device.exec("uiautomator dump /dev/tty", timeout: options.toolTimeout)
        do {
            return (try HierarchyParser.parse(bytes), bytes)
        } catch let error as DroidError where error.code == "screen.notIdle" {
            // The compressed form skips the wait on some releases.
            let again = try await device.exec("uiautomator dump --compressed /dev/tty", timeout: options.toolTimeout)
            return (try HierarchyParser.parse(again), again)
        }
    }

    private func probed() async throws -> ScreenProbe {
        let answer = try await device.run(ScreenProbe.command, timeout: options.toolTimeout)
        var probe = ScreenProbe(answer.text)
        if probe.package.isEmpty {
            let focus = try await device.run(ScreenProbe.focusCommand, timeout: options.toolTimeout)
            if let found = ScreenProbe.focus(focus.text) { (probe.package, probe.activity) = found }
        }
        return probe
    }

    private func takePicture() async -> (Screenshot?, DroidError?) {
        do {
            let isPNG = options.picture == .png
            let bytes = try await device.exec(isPNG ? "screencap -p" : "screencap", timeout: options.toolTimeout)
            return (isPNG ? try Screencap.png(bytes) : try Screencap.raw(bytes), nil)
        } catch {
            return (nil, DroidError.wrapping(error, "screen.noPicture", "the device sent no picture of its display"))
        }
    }

    private func pictureOnly(start: Duration, dumps: Int, because error: DroidError) async throws -> Observation {
        async let probe = probed()
        async let shot = takePicture()
        let facts = try await probe
        let (picture, problem) = await shot
        guard let picture else { throw error }
        var state = ScreenState(
            displaySize: facts.size ?? DisplaySize(width: 0, height: 0),
            package: facts.package,
            activity: facts.activity,
            keyboardShown: facts.keyboardShown,
            screenshot: picture,
            flags: .screenshotOnly
        )
        // Without a hierarchy the picture is what tells screens apart.
        if case .pixels(let buffer) = picture { state.contentHash = SHA256.hex(buffer.pixels) }
        if case .png(let bytes) = picture { state.contentHash = SHA256.hex(bytes) }
        return Observation(
            state: state,
            dumps: dumps,
            seconds: (clock.now() - start).inSeconds,
            pictureProblem: problem
        )
    }
}
