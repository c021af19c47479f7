// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// Carries actions out on a device: fingers and keys by a `ScreenInput`, apps with the `am` and `monkey` tools.
public struct Actuator: Sendable {
    private let device: any DeviceLink
    private let input: any ScreenInput
    /// Whether Enter follows every typed text, as AndroidWorld's own agent interface does.
    public let trailingEnter: Bool
    /// Whether a scroll of element 0 scrolls the whole screen, as AndroidWorld's own agent interface does.
    public let zeroIsScreen: Bool

    /// - Parameter input: what touches and types; nil for the `input` tool.
    public init(
        _ device: any DeviceLink,
        input: (any ScreenInput)? = nil,
        trailingEnter: Bool = false,
        zeroIsScreen: Bool = false
    ) {
        self.device = device
        self.input = input ?? ToolInput(device)
        self.trailingEnter = trailingEnter
        self.zeroIsScreen = zeroIsScreen
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
        case .answer, .complete, .infeasible, .remember, .readList:
            // Nothing of these is for the device; the scrolls of a list's reading are sent one by one.
            return
        case .scroll(0, let direction) where zeroIsScreen:
            let size = screen.displaySize
            try await input.perform(
                Self.swipe(direction, in: Bounds(left: 0, top: 0, right: size.width, bottom: size.height))
            )
        default:
            for gesture in Self.gestures(action, on: screen) { try await input.perform(gesture) }
        }
    }

    /// What fingers and keys do for an action that needs no look at the device. Places are in the display's current
    /// rotation.
    static func gestures(_ action: Action, on screen: ScreenState) -> [Gesture] {
        switch action {
        case .click(let id):
            guard let point = tapPoint(id, on: screen) else { return [] }
            return [.tap(x: point.x, y: point.y)]
        case .longPress(let id):
            guard let point = tapPoint(id, on: screen) else { return [] }
            return [.press(x: point.x, y: point.y, milliseconds: 1000)]
        case .scroll(let id, let direction):
            return [swipe(id, direction, on: screen)].compactMap { $0 }
        case .stroke(let id, let direction):
            return [stroke(id, direction, on: screen)].compactMap { $0 }
        case .keyboardEnter: return [.key(enter)]
        case .navigateHome: return [.key(3)]
        case .navigateBack: return [.key(4)]
        case .wait: return [.pause(seconds: 1)]
        default: return []
        }
    }

    /// The same as commands of the `input` tool.
    static func commands(_ action: Action, on screen: ScreenState) -> [String] {
        gestures(action, on: screen).flatMap(ToolInput.commands)
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
    private static func swipe(_ id: Int, _ direction: ScrollDirection, on screen: ScreenState) -> Gesture? {
        let bounds = screen.visibleBounds(of: id)
        guard let element = screen.element(id), !bounds.isEmpty else { return nil }
        let (x, y) = bounds.center
        if element.isSlider {
            let end = direction == .left || direction == .down ? bounds.left + 1 : bounds.right - 2
            return .swipe(x1: x, y1: y, x2: end, y2: y, milliseconds: 400)
        }
        return swipe(direction, in: bounds)
    }

    /// A swipe against the direction of the scroll through the middle of an area.
    private static func swipe(_ direction: ScrollDirection, in bounds: Bounds) -> Gesture {
        let (x, y) = bounds.center
        // Long enough that a list takes few of them, short enough that what was at one end is still there for comparison.
        let (low, high) = (1, 3)
        func across(_ part: Int) -> Int { bounds.left + bounds.width * part / 4 }
        func down(_ part: Int) -> Int { bounds.top + bounds.height * part / 4 }
        return switch direction {
        case .down: .swipe(x1: x, y1: down(high), x2: x, y2: down(low), milliseconds: 400)
        case .up: .swipe(x1: x, y1: down(low), x2: x, y2: down(high), milliseconds: 400)
        case .right: .swipe(x1: across(high), y1: y, x2: across(low), y2: y, milliseconds: 400)
        case .left: .swipe(x1: across(low), y1: y, x2: across(high), y2: y, milliseconds: 400)
        }
    }

    /// A stroke through the middle, half as long as the shorter side.
    private static func stroke(_ id: Int, _ direction: StrokeDirection, on screen: ScreenState) -> Gesture? {
        let bounds = screen.visibleBounds(of: id)
        guard !bounds.isEmpty else { return nil }
        let reach = min(bounds.width, bounds.height) / 4
        let (x, y) = bounds.center
        let (dx, dy) = direction.vector
        return .swipe(
            x1: x - dx * reach,
            y1: y - dy * reach,
            x2: x + dx * reach,
            y2: y + dy * reach,
            milliseconds: 300
        )
    }

    // MARK: - Text

    private func type(_ text: String, into id: Int, on screen: ScreenState) async throws {
        guard let field = screen.element(id) else { return }
        if !(field.isFocused && screen.keyboardShown) {
            for gesture in Self.gestures(.click(id), on: screen) { try await input.perform(gesture) }
        }
        for gesture in Self.strokes(text) + (trailingEnter ? [.key(Self.enter)] : []) {
            try await input.perform(gesture)
        }
    }

    /// What types a text into the focused field. Line breaks become Enter.
    static func strokes(_ text: String) -> [Gesture] {
        var out: [Gesture] = []
        let lines = text.replacing("\r\n", with: "\n").split(omittingEmptySubsequences: false) { $0.isNewline }
        for (place, line) in lines.enumerated() {
            if place > 0 { out.append(.key(enter)) }
            if !line.isEmpty { out.append(.text(String(line))) }
        }
        return out
    }

    /// The same as commands of the `input` tool.
    static func typing(_ text: String) -> [String] { strokes(text).flatMap(ToolInput.commands) }

    private func clear(_ id: Int, on screen: ScreenState) async throws {
        guard let field = screen.element(id) else { return }
        for gesture in Self.gestures(.click(id), on: screen) { try await input.perform(gesture) }
        try await input.clearField(length: field.text.count)
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

    private func refused(_ what: String, _ answer: ShellResult) -> DroidError { ToolInput.refused(what, answer) }

    private func unfilled(_ action: Action) -> DroidError {
        DroidError(
            "agent.placeholder",
            "the action \(action.type) has no text yet",
            why: "nothing in the goal fits its place"
        )
    }
}
