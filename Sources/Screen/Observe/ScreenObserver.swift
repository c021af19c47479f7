// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Media
import Synchronization

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
    /// A hierarchy that took at least this long waited for the display to stand still: `uiautomator` waits for a whole
    /// second of silence, so one that comes sooner cannot have waited.
    public var idleTime: Duration = .milliseconds(900)
    /// The pause between two reads of a screen that still changes.
    public var pause: Duration = .milliseconds(40)
    /// How long one tool may take on the device.
    public var toolTimeout: Duration = .seconds(20)
    /// How long the whole observation may take; what is there by then is given.
    public var deadline: Duration = .seconds(25)

    public init(picture: Picture = .raw) { self.picture = picture }
}

/// What reading a screen gave, and what it took.
public struct Observation: Sendable {
    public var state: ScreenState
    /// Hierarchies read until the screen had settled.
    public var dumps: Int
    public var seconds: Double
    /// Why there is no picture although one was asked for.
    public var pictureProblem: DroidError?
    /// Why there is no hierarchy.
    public var treeProblem: DroidError?

    public init(
        state: ScreenState,
        dumps: Int,
        seconds: Double,
        pictureProblem: DroidError? = nil,
        treeProblem: DroidError? = nil
    ) {
        self.state = state
        self.dumps = dumps
        self.seconds = seconds
        self.pictureProblem = pictureProblem
        self.treeProblem = treeProblem
    }
}

/// Reads screens: hierarchy, picture and small probes in parallel streams, until the display has settled.
///
/// Nothing sleeps for a fixed time. One hierarchy is enough where the device waited for the display to stand still
/// before it printed it; elsewhere two in a row must be equal. Picture and probes belong to the settled screen: they are
/// begun while the hierarchy is on its way, but not before the app had time to react, and are taken again when the
/// display turns out to have moved after that.
///
/// What cannot be read is left out and flagged (`ScreenState.flags`); only a lost device, or a screen of which neither
/// hierarchy nor picture can be had, is an error.
public final class ScreenObserver: Sendable {
    public let options: ObserverOptions
    private let reader: any ScreenReader
    private let clock: any WaitClock
    /// The shortest time that a hierarchy took: what is left of a longer one was waiting.
    private let quickest = Mutex(Duration.seconds(3600))

    /// An observer with the tools that every device has.
    public convenience init(
        _ device: any DeviceLink,
        options: ObserverOptions = ObserverOptions(),
        clock: any WaitClock = SystemClock()
    ) {
        self.init(reader: ToolReader(device: device), options: options, clock: clock)
    }

    init(reader: any ScreenReader, options: ObserverOptions, clock: any WaitClock = SystemClock()) {
        self.reader = reader
        self.options = options
        self.clock = clock
    }

    /// A picture begun before an action has had its effect is of no use; one begun at once may be for nothing where
    /// hierarchies come at once, too.
    private static let grace = Duration.milliseconds(50)

    /// Reads the screen once it has settled.
    ///
    /// - Parameter previous: the content hash before the action whose effect is awaited. While the screen still looks
    ///   like that, it is watched for `reactionTime`.
    /// - Throws: `DroidError` with a code of `adb` for a lost device; `screen.empty`, `screen.noRoot`, `screen.notXML`,
    ///   `screen.notIdle` or `adb.timeout` when the hierarchy stayed so and no picture could be taken either.
    public func observe(after previous: String? = nil) async throws -> Observation {
        let start = clock.now()
        var dumps = 0
        var last: ScreenState?
        var ticks = 0
        var mayReact = previous != nil
        while true {
            let isLate = clock.now() - start >= options.settleDeadline
            let rest = Rest(self, delay: delay(dumps, previous, isLate, mayReact), limit: left(start))
            defer { rest.cancel() }
            dumps += 1
            let begun = clock.now()
            var state: ScreenState
            do {
                let xml = try await reader.tree(timeout: left(start))
                state = ScreenState(try HierarchyParser.parse(xml), xml: xml)
            } catch let error as DroidError where Self.mayPass(error) {
                let isOver = error.code == "screen.notIdle" || error.code == "adb.timeout"
                if isOver || isLate { return try await pictureOnly(start, dumps, because: error) }
                last = nil
                try await clock.sleep(for: options.pause)
                continue
            }
            let read = clock.now()
            let needed = quickest.withLock { quickest in
                quickest = min(quickest, read - begun)
                return quickest
            }
            var isSame = last?.contentHash == state.contentHash
            if !isSame, let last {
                // A running stopwatch never stands still; when only its numbers move, the screen has settled.
                ticks = last.shapeHash == state.shapeHash ? ticks + 1 : 0
                isSame = ticks >= 2
            }
            let isIdle = reader.waitsForIdle || read - begun >= options.idleTime
            mayReact = state.contentHash == previous && read - start < options.reactionTime
            if (isSame || isIdle) && !mayReact || isLate {
                if !isSame && !isIdle && last != nil { state.flags.insert(.unsettled) }
                let since = state.contentHash == previous || previous == nil ? nil : start
                return try await complete(
                    Observation(state: state, dumps: dumps, seconds: 0),
                    rest,
                    quietSince: read - needed,
                    since: since,
                    start
                )
            }
            rest.cancel()
            if last != nil { try await clock.sleep(for: options.pause) }
            last = state
        }
    }

    /// When picture and probes begin: at once, after a while, or (nil) when they are called for.
    private func delay(_ dumps: Int, _ previous: String?, _ isLate: Bool, _ mayReact: Bool) -> Duration? {
        if isLate { return .zero }
        if dumps == 0 { return previous == nil ? Self.grace : options.reactionTime }
        return mayReact ? nil : .zero
    }

    /// What is left for a tool.
    private func left(_ start: Duration) -> Duration {
        max(.seconds(1), min(options.toolTimeout, options.deadline - (clock.now() - start)))
    }

    private static func mayPass(_ error: DroidError) -> Bool {
        ["screen.empty", "screen.noRoot", "screen.notXML", "screen.notIdle", "adb.timeout", "observer.agent"].contains(
            error.code
        )
    }

    /// Adds picture and facts to a settled hierarchy.
    private func complete(
        _ found: Observation,
        _ early: Rest,
        quietSince: Duration,
        since: Duration?,
        _ start: Duration
    ) async throws -> Observation {
        var out = found
        early.go()
        var answers = try await early.answers()
        if (early.began ?? quietSince) < quietSince - Self.grace {
            // The display moved after they were begun.
            let again = Rest(self, delay: .zero, limit: left(start))
            answers = try await again.answers()
        }
        if reader.isLive, options.picture != .none {
            (answers.picture, answers.problem) = await takePicture(options.picture, since: since, limit: left(start))
        }
        let facts = answers.facts
        if let size = facts.size { out.state.displaySize = rotated(size, out.state.rotation) }
        if out.state.package.isEmpty || out.state.package == facts.package {
            out.state.package = facts.package
            out.state.activity = facts.activity
        }
        out.state.keyboardShown = facts.keyboardShown
        out.state.screenshot = answers.picture
        out.pictureProblem = answers.problem
        if options.picture != .none, answers.picture == nil { out.state.flags.insert(.treeOnly) }
        out.seconds = (clock.now() - start).inSeconds
        return out
    }

    /// `wm size` tells the size in the natural rotation.
    private func rotated(_ size: DisplaySize, _ rotation: Int) -> DisplaySize {
        rotation % 2 == 1 ? DisplaySize(width: size.height, height: size.width) : size
    }

    private func takePicture(
        _ form: ObserverOptions.Picture,
        since: Duration?,
        limit: Duration
    ) async -> (Screenshot?, DroidError?) {
        do {
            return (try await reader.picture(form, since: since, timeout: limit), nil)
        } catch {
            return (nil, DroidError.wrapping(error, "screen.noPicture", "the device sent no picture of its display"))
        }
    }

    private func pictureOnly(_ start: Duration, _ dumps: Int, because error: DroidError) async throws -> Observation {
        let limit = max(.seconds(5), left(start))
        async let probe = known(limit: limit)
        async let shot = takePicture(options.picture == .none ? .raw : options.picture, since: nil, limit: limit)
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
        state.contentHash = SHA256.hex(picture.identity)
        return Observation(
            state: state,
            dumps: dumps,
            seconds: (clock.now() - start).inSeconds,
            pictureProblem: problem,
            treeProblem: error
        )
    }

    /// The facts; unknown ones where they cannot be read.
    private func known(limit: Duration) async throws -> ScreenProbe {
        do {
            return try await reader.facts(timeout: limit)
        } catch let error as DroidError where error.code != "adb.lost" {
            return ScreenProbe()
        }
    }

    // MARK: Beside the hierarchy

    private struct Answers: Sendable {
        var facts = ScreenProbe()
        var picture: Screenshot?
        var problem: DroidError?
    }

    /// Facts and picture, under way beside a hierarchy.
    private final class Rest: Sendable {
        private let waiting: Task<Void, Never>
        private let work: Task<Answers, any Error>
        private let moment = Moment()
        /// When they were begun.
        var began: Duration? { moment.value.withLock { $0 } }

        private final class Moment: Sendable {
            let value = Mutex<Duration?>(nil)
        }

        init(_ observer: ScreenObserver, delay: Duration?, limit: Duration) {
            let waiting = Task {
                if delay != .zero { try? await Task.sleep(for: delay ?? .seconds(3600)) }
            }
            self.waiting = waiting
            work = Task { [moment] in
                await waiting.value
                try Task.checkCancellation()
                moment.value.withLock { $0 = observer.clock.now() }
                async let facts = observer.known(limit: limit)
                var answers = Answers()
                let form = observer.options.picture
                if form != .none, !observer.reader.isLive {
                    (answers.picture, answers.problem) = await observer.takePicture(form, since: nil, limit: limit)
                }
                answers.facts = try await facts
                return answers
            }
        }

        /// Begins now, where it has not begun.
        func go() { waiting.cancel() }

        func cancel() {
            work.cancel()
            waiting.cancel()
        }

        func answers() async throws -> Answers {
            try await withTaskCancellationHandler {
                try await work.value
            } onCancel: {
                cancel()
            }
        }
    }
}
