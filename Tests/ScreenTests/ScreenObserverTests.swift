// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen
import Synchronization
import Testing

/// A device whose answers are a script: dumps in order, the last one again and again.
private final class ScriptedDevice: DeviceLink {
    struct State {
        var dumps: [String]
        var calls: [String] = []
    }

    let serial = "scripted"
    let state: Mutex<State>
    let probe: String
    let fails: DroidError?
    /// What a hierarchy ends with.
    let slow: DroidError?
    let picture: [UInt8]
    /// How long a hierarchy takes by a clock.
    let clock: StepClock?
    let seconds: Int

    init(
        _ dumps: [String],
        probe: String = ScriptedDevice.usual,
        fails: DroidError? = nil,
        slow: DroidError? = nil,
        picture: [UInt8] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 9, 9, 255],
        clock: StepClock? = nil,
        seconds: Int = 0
    ) {
        state = Mutex(State(dumps: dumps))
        self.probe = probe
        self.fails = fails
        self.slow = slow
        self.picture = picture
        self.clock = clock
        self.seconds = seconds
    }

    static let usual = """
        Physical size: 1080x2400
        @@part
          taskId=3: com.android.settings/.Settings bounds=[0,0][1080,2400] userId=0 visible=true \
        topActivity=ComponentInfo{com.android.settings/com.android.settings.Settings}
        @@part
          mShowRequested=true mInputShown=true
        """

    var calls: [String] { state.withLock { $0.calls } }

    func shell(raw command: String, stdin: [UInt8], timeout: Duration) async throws -> ShellResult {
        if let fails { throw fails }
        state.withLock { $0.calls.append(command) }
        return ShellResult(exitCode: 0, stdout: Array(probe.utf8), stderr: [])
    }

    func exec(_ command: String, timeout: Duration) async throws -> [UInt8] {
        if let fails { throw fails }
        if command.contains("uiautomator") {
            try await clock?.sleep(for: .seconds(seconds))
            if let slow { throw slow }
        }
        return state.withLock { state in
            state.calls.append(command)
            guard command.contains("uiautomator") else { return picture }
            let dump = state.dumps.count > 1 ? state.dumps.removeFirst() : state.dumps.first ?? ""
            return Array(dump.utf8)
        }
    }

    func pull(_ path: String) async throws -> [UInt8] { [] }
    func push(_ bytes: [UInt8], to path: String, mode: UInt32, modified: Int64?) async throws {}
}

/// A clock that moves only when somebody sleeps on it.
private final class StepClock: WaitClock {
    let time = Mutex(Duration.zero)
    func now() -> Duration { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws { time.withLock { $0 += duration } }
}

@Suite("Observing a screen")
struct ScreenObserverTests {
    private func dump(_ text: String) -> String {
        String(decoding: XML.document(XML.node("TextView", text: text)), as: UTF8.self)
    }

    private func observer(_ device: ScriptedDevice, picture: ObserverOptions.Picture = .raw) -> ScreenObserver {
        ScreenObserver(device, options: ObserverOptions(picture: picture), clock: StepClock())
    }

    @Test("Two equal hierarchies are settled; the picture comes with the second")
    func settled() async throws {
        let device = ScriptedDevice([dump("a")])
        let seen = try await observer(device).observe()
        #expect(seen.dumps == 2)
        #expect(seen.state.activity == "com.android.settings.Settings")
        #expect(seen.state.keyboardShown)
        #expect(seen.state.screenshot != nil)
        #expect(seen.state.flags.isEmpty)
        #expect(device.calls.count { $0 == "screencap" } == 1)
    }

    @Test("A screen that changes is read until it stands still")
    func changing() async throws {
        let device = ScriptedDevice(["a", "b", "c", "c"].map(dump))
        let seen = try await observer(device).observe()
        #expect(seen.dumps == 4)
        #expect(seen.state.elements.first?.text == "c")
    }

    @Test("A screen that never stands still is taken at the deadline, and says so")
    func unsettled() async throws {
        let device = ScriptedDevice((0..<5000).map { dump(String(repeating: "x", count: 1 + $0)) })
        let seen = try await observer(device).observe()
        #expect(seen.state.flags.contains(.unsettled))
        #expect(seen.dumps < 400)
    }

    @Test("A screen on which only numbers move, such as a stopwatch, has settled")
    func ticking() async throws {
        let device = ScriptedDevice((95..<5000).map { dump("\($0) s") })
        let seen = try await observer(device).observe()
        #expect(seen.dumps == 3)
        #expect(seen.state.flags.isEmpty)
    }

    @Test("After an action, a screen that still looks as before is watched for a late reaction")
    func late() async throws {
        let before = ScreenState(try HierarchyParser.parse(Array(dump("a").utf8)))
        let device = ScriptedDevice(["a", "a", "a", "b", "b"].map(dump))
        let seen = try await observer(device).observe(after: before.contentHash)
        #expect(seen.state.elements.first?.text == "b")
        let still = try await observer(ScriptedDevice([dump("a")])).observe(after: before.contentHash)
        #expect(still.state.contentHash == before.contentHash)
        #expect(still.dumps > 3 && still.dumps < 20)
    }

    @Test("Where the display never idles, the picture alone is the state")
    func pictureOnly() async throws {
        let seen = try await observer(ScriptedDevice(["ERROR: could not get idle state."])).observe()
        #expect(seen.state.flags == .screenshotOnly)
        #expect(seen.state.screenshot != nil)
        #expect(seen.state.package == "com.android.settings")
    }

    @Test(
        "A hierarchy that stays empty or is no XML leaves the picture alone; without a picture it is a clear error",
        arguments: [("<hierarchy/>", "screen.empty"), ("Killed", "screen.notXML")]
    )
    func broken(text: String, code: String) async throws {
        let seen = try await observer(ScriptedDevice([text])).observe()
        #expect(seen.state.flags == .screenshotOnly)
        #expect(seen.treeProblem?.code.rawValue == code)
        let blind = ScriptedDevice([text], picture: [])
        let error = await #expect(throws: DroidError.self) { try await observer(blind).observe() }
        #expect(error?.code.rawValue == code)
    }

    @Test("A hierarchy that takes too long leaves the picture alone")
    func slow() async throws {
        let device = ScriptedDevice([], slow: DroidError("adb.timeout", "uiautomator took too long"))
        let seen = try await observer(device).observe()
        #expect(seen.state.flags == .screenshotOnly && seen.treeProblem?.code == "adb.timeout")
        #expect(seen.state.package == "com.android.settings")
    }

    @Test("Without a picture the hierarchy is the state, and says so")
    func treeOnly() async throws {
        let seen = try await observer(ScriptedDevice([dump("a")], picture: Array("Capturing failed.".utf8))).observe()
        #expect(seen.state.flags == .treeOnly && seen.state.flags.names == ["treeOnly"])
        #expect(seen.pictureProblem?.code == "screen.noPicture")
        #expect(seen.state.elements.count == 1)
    }

    @Test("One hierarchy is enough where the tool took so long that it waited for a quiet display")
    func idle() async throws {
        let clock = StepClock()
        let device = ScriptedDevice([dump("a")], clock: clock, seconds: 1)
        let before = try await ScreenObserver(device, clock: clock).observe()
        #expect(before.dumps == 1 && before.state.screenshot != nil && before.state.flags.isEmpty)
        let after = try await ScreenObserver(device, clock: clock).observe(after: before.state.contentHash)
        #expect(after.dumps == 1)
    }

    @Test("A hierarchy that is empty for a moment is waited for")
    func transient() async throws {
        let seen = try await observer(ScriptedDevice(["<hierarchy/>", "", dump("a")])).observe()
        #expect(seen.state.elements.count == 1)
    }

    @Test("A lost device is told at once")
    func lost() async {
        let device = ScriptedDevice([], fails: DroidError("adb.lost", "the device is gone"))
        let error = await #expect(throws: DroidError.self) { try await observer(device).observe() }
        #expect(error?.code == "adb.lost")
    }

    @Test("Without pictures none is asked for")
    func noPicture() async throws {
        let device = ScriptedDevice([dump("a")])
        let seen = try await observer(device, picture: .none).observe()
        #expect(seen.state.screenshot == nil)
        #expect(!device.calls.contains { $0.hasPrefix("screencap") })
    }

    @Test("The focus line is asked for where the task list names no activity")
    func focusFallback() async throws {
        let device = ScriptedDevice(
            [dump("a")],
            probe: "Physical size: 720x1600\n  mCurrentFocus=Window{5f1a2c3 u0 com.android.settings/.Settings}\n"
        )
        let seen = try await observer(device).observe()
        #expect(seen.state.activity == "com.android.settings.Settings")
        #expect(seen.state.displaySize == DisplaySize(width: 720, height: 1600))
    }
}
