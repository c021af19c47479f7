// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// Carries actions out on a device with the `input`, `am` and `monkey` tools.
public struct Actuator: Sendable {
    private let device: any DeviceLink
    /// Whether Enter follows every typed text, as AndroidWorld's own agent interface does.
    public let trailingEnter: Bool

    public init(_ device: any DeviceLink, trailingEnter: Bool = false) {
        self.device = device
        self.trailingEnter = trailingEnter
    }

    private static let enter = 66

    /// Does an action. Placeholders must be filled.
    ///
    /// - Throws: `DroidError` with code `agent.act` where the device refuses, `agent.placeholder` for an action that
    ///   is not filled, or a code of `adb`. The device may then have done a part of it.
    public func perform(_ action: Action, on screen: ScreenState, apps: AppCatalog) async throws {
        switch action {
        case .openApp(let name):
            guard let name else { throw unfilled(action) }
            try await open(name, apps)
        case .inputText(let id, let text):
            guard let text else { throw unfilled(action) }
            try await type(text, into: id, on: screen)
        case .clearText(let id):
            try await clear(id, on: screen)
        case .answer(nil):
            throw unfilled(action)
        case .answer, .complete, .infeasible:
            return
        default:
            for command in Self.commands(action, on: screen) { try await run(command) }
        }
    }

    /// The shell commands of an action that needs no look at the device. Places are in the display's current rotation.
    static func commands(_ action: Action, on screen: ScreenState) -> [String] {
        switch action {
        case .click(let id):
            guard let point = tapPoint(id, on: screen) else { return [] }
            return ["input tap \(point.x) \(point.y)"]
        case .longPress(let id):
            guard let point = tapPoint(id, on: screen) else { return [] }
            return ["input swipe \(point.x) \(point.y) \(point.x) \(point.y) 1000"]
        case .scroll(let id, let direction):
            return [swipe(id, direction, on: screen)].compactMap { $0 }
        case .stroke(let id, let direction):
            return [stroke(id, direction, on: screen)].compactMap { $0 }
        case .keyboardEnter: return ["input keyevent \(enter)"]
        case .navigateHome: return ["input keyevent 3"]
        case .navigateBack: return ["input keyevent 4"]
        // The device waits, not this machine: its clock may be another one.
        case .wait: return ["sleep 1"]
        default: return []
        }
    }

    /// The middle of what can be seen of an element, moved off clickable elements that lie inside it.
    static func tapPoint(_ id: Int, on screen: ScreenState) -> (x: Int, y: Int)? {
        let bounds = screen.visibleBounds(of: id)
        guard !bounds.isEmpty else { return nil }
        let inner = screen.descendants(of: id)
            .filter { screen.elements[$0].isClickable && screen.elements[$0].isEnabled }
            .map { screen.elements[$0].bounds }
        func isFree(_ x: Int, _ y: Int) -> Bool {
            !inner.contains { $0.left <= x && x < $0.right && $0.top <= y && y < $0.bottom }
        }
        let center = bounds.center
        if isFree(center.x, center.y) { return center }
        for (across, down) in [(1, 2), (3, 2), (2, 1), (2, 3), (1, 1), (3, 1), (1, 3), (3, 3)] {
            let point = (x: bounds.left + bounds.width * across / 4, y: bounds.top + bounds.height * down / 4)
            if isFree(point.x, point.y) { return point }
        }
        return center
    }

    /// A swipe against the direction of the scroll, inside the element; on a slider the thumb's way to one end.
    private static func swipe(_ id: Int, _ direction: ScrollDirection, on screen: ScreenState) -> String? {
        let bounds = screen.visibleBounds(of: id)
        guard let element = screen.element(id), !bounds.isEmpty else { return nil }
        let (x, y) = bounds.center
        if element.isSlider {
            let end = direction == .left || direction == .down ? bounds.left + 1 : bounds.right - 2
            return "input swipe \(x) \(y) \(end) \(y) 400"
        }
        let (low, high) = (3, 7)
        func across(_ part: Int) -> Int { bounds.left + bounds.width * part / 10 }
        func down(_ part: Int) -> Int { bounds.top + bounds.height * part / 10 }
        return switch direction {
        case .down: "input swipe \(x) \(down(high)) \(x) \(down(low)) 400"
        case .up: "input swipe \(x) \(down(low)) \(x) \(down(high)) 400"
        case .right: "input swipe \(across(high)) \(y) \(across(low)) \(y) 400"
        case .left: "input swipe \(across(low)) \(y) \(across(high)) \(y) 400"
        }
    }

    /// A stroke through the middle, half as long as the shorter side.
    private static func stroke(_ id: Int, _ direction: StrokeDirection, on screen: ScreenState) -> String? {
        let bounds = screen.visibleBounds(of: id)
        guard !bounds.isEmpty else { return nil }
        let reach = min(bounds.width, bounds.height) / 4
        let (x, y) = bounds.center
        let (dx, dy) = direction.vector
        return "input swipe \(x - dx * reach) \(y - dy * reach) \(x + dx * reach) \(y + dy * reach) 300"
    }

    // MARK: - Text

    private func type(_ text: String, into id: Int, on screen: ScreenState) async throws {
        guard let field = screen.element(id) else { return }
        if !(field.isFocused && screen.keyboardShown) {
            for command in Self.commands(.click(id), on: screen) { try await run(command) }
        }
        for command in Self.typing(text) + (trailingEnter ? ["input keyevent \(Self.enter)"] : []) {
            try await run(command)
        }
    }

    /// The commands that type a text into the focused field.
    ///
    /// `input text` takes `%s` for a space and knows no other escape, so a literal `%s` is typed as two texts. Long
    /// text goes in pieces of whole words, since long ones arrive out of order on real devices. Line breaks become
    /// Enter.
    static func typing(_ text: String) -> [String] {
        var out: [String] = []
        let lines = text.replacing("\r\n", with: "\n").split(omittingEmptySubsequences: false) { $0.isNewline }
        for (place, line) in lines.enumerated() {
            if place > 0 { out.append("input keyevent \(enter)") }
            for piece in pieces(line) {
                out.append("input text \(ShellQuoting.quote(piece.replacing(" ", with: "%s")))")
            }
        }
        return out
    }

    private static let pieceLimit = 40

    private static func pieces(_ line: Substring) -> [String] {
        var out: [String] = []
        var current = ""
        for character in line {
            if character == "s" && current.hasSuffix("%") {
                out.append(current)
                current = ""
            }
            current.append(character == "\t" ? " " : character)
            if character == " " && current.count >= pieceLimit {
                out.append(current)
                current = ""
            }
        }
        if !current.isEmpty { out.append(current) }
        return out
    }

    /// Selects all and deletes; where the key combination is not known, goes to the end and deletes character by
    /// character.
    private func clear(_ id: Int, on screen: ScreenState) async throws {
        guard let field = screen.element(id) else { return }
        for command in Self.commands(.click(id), on: screen) { try await run(command) }
        let answer = try await device.run("input keycombination 113 29 && input keyevent 67")
        guard answer.exitCode != 0 || answer.errorText.contains("Unknown command") else { return }
        let count = min(max(field.text.count, 1), 500)
        try await run("input keyevent 123 " + Array(repeating: "67", count: count).joined(separator: " "))
    }

    // MARK: - Apps

    private func open(_ name: String, _ apps: AppCatalog) async throws {
        guard let app = apps.app(named: name) else {
            throw DroidError(
                "agent.act",
                "there is no app called \(name) on the device",
                why: apps.apps.isEmpty
                    ? "the device lists no app" : "it has \(apps.apps.prefix(20).map(\.label).joined(separator: ", "))"
            )
        }
        let package = ShellQuoting.quote(app.package)
        let resolved = try await device.run(
            "cmd package resolve-activity --brief -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -p \(package)"
        )
        let component = resolved.text.split(whereSeparator: \.isNewline).last { $0.hasPrefix(app.package + "/") }
        if let component {
            let answer = try await device.run(
                "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -n \(ShellQuoting.quote(String(component)))"
            )
            if !(answer.text + answer.errorText).contains("Error") { return }
        }
        let answer = try await device.run("monkey -p \(package) -c android.intent.category.LAUNCHER 1")
        guard (answer.text + answer.errorText).contains("Events injected: 1") else {
            throw refused("the app \(app.label) did not start", answer)
        }
    }

    private func run(_ command: String) async throws {
        let answer = try await device.run(command)
        let failed = (answer.exitCode ?? 0) != 0 || answer.errorText.contains("Exception")
        if failed { throw refused("the device refused `\(command)`", answer) }
    }

    private func refused(_ what: String, _ answer: ShellResult) -> DroidError {
        let said = PromptBuilder.oneLine(answer.errorText.isEmpty ? answer.text : answer.errorText)
        let isText = what.contains("input text")
        return DroidError(
            "agent.act",
            what,
            why: said.isEmpty
                ? "exit code \(answer.exitCode.map { String($0) } ?? "unknown")" : PromptBuilder.clip(said, 200),
            next: isText
                ? "stock `input text` types only what the key map has; letters beyond ASCII need another keyboard"
                : "on Xiaomi, allow USB debugging (security settings); otherwise see the device's developer options"
        )
    }

    private func unfilled(_ action: Action) -> DroidError {
        DroidError(
            "agent.placeholder",
            "the action \(action.type) has no text yet",
            why: "nothing in the goal fits its place"
        )
    }
}
