// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen
import Synchronization

/// Screens as `uiautomator` prints them, and states made of them.
enum Fixture {
    static func node(
        _ className: String,
        text: String = "",
        id: String = "",
        description: String = "",
        package: String = "com.android.settings",
        flags: Set<String> = [],
        bounds: String = "[0,0][1080,2400]",
        _ children: String = ""
    ) -> String {
        let names = [
            "checkable", "checked", "clickable", "enabled", "focusable", "focused", "scrollable", "long-clickable",
            "password",
            "selected",
        ]
        let set = flags.contains("disabled") ? flags : flags.union(["enabled"])
        let states = names.map { "\($0)=\"\(set.contains($0))\"" }.joined(separator: " ")
        return
            "<node index=\"0\" text=\"\(text)\" resource-id=\"\(id)\" class=\"android.widget.\(className)\" package=\"\(package)\" "
            + "content-desc=\"\(description)\" \(states) bounds=\"\(bounds)\">\(children)</node>"
    }

    static func document(_ nodes: String) -> String {
        "<?xml version='1.0' ?><hierarchy rotation=\"0\">\(nodes)</hierarchy>UI hierchary dumped to: /dev/tty\n"
    }

    static func screen(_ nodes: String, keyboard: Bool = false) throws -> ScreenState {
        let bytes = Array(document(nodes).utf8)
        var state = ScreenState(
            try HierarchyParser.parse(bytes),
            displaySize: DisplaySize(width: 1080, height: 2400),
            xml: bytes
        )
        state.keyboardShown = keyboard
        return state
    }

    static func row(
        _ title: String,
        summary: String = "",
        top: Int,
        switched: Bool? = nil,
        long: Bool = false
    ) -> String {
        let inert = switched.map { on in
            node(
                "Switch",
                flags: on ? ["checkable", "checked"] : ["checkable"],
                bounds: "[900,\(top)][1040,\(top + 150)]"
            )
        }
        return node(
            "LinearLayout",
            flags: long ? ["clickable", "long-clickable"] : ["clickable"],
            bounds: "[0,\(top)][1080,\(top + 160)]",
            node("TextView", text: title, bounds: "[40,\(top)][800,\(top + 80)]")
                + (summary.isEmpty ? "" : node("TextView", text: summary, bounds: "[40,\(top + 80)][800,\(top + 160)]"))
                + (inert ?? "")
        )
    }

    static func list(_ rows: String) -> String {
        node("RecyclerView", flags: ["scrollable"], bounds: "[0,300][1080,2400]", rows)
    }

    /// A settings page with a title, two switches and two rows.
    static let internet =
        node(
            "FrameLayout",
            node("ImageButton", description: "Navigate up", flags: ["clickable"], bounds: "[0,100][140,240]")
                + node("TextView", text: "Internet", bounds: "[200,100][900,240]")
                + list(
                    row("Wi-Fi", top: 300, switched: true) + row("Airplane mode", top: 480, switched: false)
                        + row("AndroidWifi", summary: "Connected", top: 660, long: true)
                        + row("SIMs", summary: "T-Mobile", top: 840)
                )
        )

    static func temporaryFolder() -> String {
        NSTemporaryDirectory() + "/droidagent-agent-\(UInt64.random(in: 0 ... .max))"
    }
}

/// A phone with three screens: a launcher, a settings list, and a page with a Wi-Fi switch. It answers the tools that
/// the agent uses.
final class FakePhone: DeviceLink {
    struct State {
        var place = "home"
        var wifi = true
        var commands: [String] = []
        /// Commands after which the device is gone.
        var lastsFor = Int.max
        var focused = false
        var text = ""
    }

    let serial = "fake"
    let state: Mutex<State>

    init(lastsFor: Int = .max, place: String = "home") {
        var first = State()
        first.lastsFor = lastsFor
        first.place = place
        state = Mutex(first)
    }

    var wifi: Bool { state.withLock { $0.wifi } }
    var commands: [String] { state.withLock { $0.commands } }

    private static func screen(_ state: State) -> String {
        switch state.place {
        case "home":
            Fixture.node(
                "FrameLayout",
                package: "com.android.launcher3",
                Fixture.node(
                    "TextView",
                    text: "Settings",
                    package: "com.android.launcher3",
                    flags: ["clickable"],
                    bounds: "[0,2000][200,2200]"
                )
            )
        case "settings":
            Fixture.node(
                "FrameLayout",
                Fixture.list(
                    Fixture.row("Network & internet".replacing("&", with: "&amp;"), top: 300)
                        + Fixture.row("Erase all data", top: 480)
                )
            )
        case "form":
            Fixture.node(
                "FrameLayout",
                Fixture.node(
                    "EditText",
                    text: state.text,
                    id: "a:id/name",
                    flags: state.focused ? ["clickable", "focusable", "focused"] : ["clickable", "focusable"],
                    bounds: "[0,300][1080,460]"
                )
            )
        default:
            Fixture.node("FrameLayout", Fixture.list(Fixture.row("Wi-Fi", top: 300, switched: state.wifi)))
        }
    }

    private static func answer(_ command: String, _ state: inout State) -> (Int32, String) {
        let words = command.split(separator: " ").map(String.init)
        let package = state.place == "home" ? "com.android.launcher3" : "com.android.settings"
        switch (words.first ?? "", words.dropFirst().first ?? "") {
        case ("wm", _):
            return (
                0,
                "Physical size: 1080x2400\n@@part\n visible=true topActivity=ComponentInfo{\(package)/\(package).Main}\n@@part\n"
            )
        case ("cmd", "package") where command.contains("query"):
            return (
                0, "2 activities found:\n  com.android.settings/.Settings\n  com.google.android.deskclock/.DeskClock\n"
            )
        case ("cmd", "package"): return (0, "priority=0\ncom.android.settings/.Settings\n")
        case ("am", "start"):
            state.place = "settings"
            return (0, "Starting: Intent\n")
        case ("am", "stack"): return (0, "  visible=true topActivity=ComponentInfo{\(package)/\(package).Main}\n")
        case ("settings", "list"):
            return (0, command.hasSuffix("global") ? "adb_enabled=1\nwifi_on=\(state.wifi ? 1 : 0)\n" : "a=b\n")
        case ("input", "tap"):
            let y = Int(words[3]) ?? 0
            switch state.place {
            case "home" where y > 2000: state.place = "settings"
            case "settings" where (300..<460).contains(y): state.place = "network"
            case "network" where (300..<460).contains(y): state.wifi.toggle()
            case "form": state.focused = true
            default: break
            }
            return (0, "")
        case ("input", "text"):
            state.text += words.dropFirst(2).joined(separator: " ").replacing("'", with: "").replacing("%s", with: " ")
            return (0, "")
        case ("input", "keyevent"):
            if words[2] == "3" { state.place = "home" }
            if words[2] == "4" { state.place = state.place == "network" ? "settings" : "home" }
            return (0, "")
        case ("content", _): return (0, "No result found.\n")
        case ("find", _): return (0, "12 1700000000 /sdcard/a b.txt\n")
        default: return (0, "")
        }
    }

    func shell(raw command: String, stdin: [UInt8], timeout: Duration) async throws -> ShellResult {
        try state.withLock { state in
            state.commands.append(command)
            guard state.commands.count <= state.lastsFor else { throw DroidError("adb.lost", "the device is gone") }
            let (code, text) = Self.answer(command, &state)
            return ShellResult(exitCode: code, stdout: Array(text.utf8), stderr: [])
        }
    }

    func exec(_ command: String, timeout: Duration) async throws -> [UInt8] {
        try state.withLock { state in
            state.commands.append(command)
            guard state.commands.count <= state.lastsFor else { throw DroidError("adb.lost", "the device is gone") }
            if command.hasPrefix("screencap") {
                let size: [UInt8] = [90, 0, 0, 0, 200, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
                return size + [UInt8](repeating: state.wifi ? 200 : 90, count: 90 * 200 * 4)
            }
            return Array(Fixture.document(Self.screen(state)).utf8)
        }
    }

    func pull(_ path: String) async throws -> [UInt8] { [] }
    func push(_ bytes: [UInt8], to path: String, mode: UInt32, modified: Int64?) async throws {}
}

/// A clock that moves only when somebody sleeps on it.
final class StepClock: WaitClock {
    private let time = Mutex(Duration.zero)
    func now() -> Duration { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws { time.withLock { $0 += duration } }
}

/// Chooses the first candidate whose words begin with the next wish; a wish that does not fit is kept for later.
final class WishfulChooser: ActionChooser {
    private let wishes: Mutex<[String]>

    init(_ wishes: [String]) { self.wishes = Mutex(wishes) }

    func choose(_ decision: Decision) async throws -> Choice {
        let wish = wishes.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? "done" }
        let index = decision.candidates.firstIndex { $0.text.hasPrefix(wish) } ?? 0
        return .certain(index, of: decision.candidates.count)
    }
}
