// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// A screen with its candidates, as page objects ask about it: what is shown, and which candidates do a thing to it.
public struct OraclePage: Sendable {
    public let screen: ScreenState
    public let candidates: [Candidate]
    /// Working memory: one line a step.
    public let history: [String]

    public init(_ decision: Decision) {
        screen = decision.screen
        candidates = decision.candidates
        history = decision.history
    }

    /// What was answered last in this run, or nil.
    var lastAnswer: String? {
        for line in history.reversed() where line.hasPrefix("answer \"") {
            return String(line.dropFirst(8).prefix { $0 != "\"" })
        }
        return nil
    }

    /// The package in front.
    var package: String { screen.package }

    // MARK: What is shown

    /// Whether an element shows exactly this text, or is described by it.
    func shows(_ text: String) -> Bool { element(text) != nil }

    /// The first element with exactly this text or description.
    func element(_ text: String) -> Element? {
        screen.elements.first { $0.text == text || $0.contentDescription == text }
    }

    /// The first element whose resource id ends like this.
    func element(id: String) -> Element? { screen.elements.first { $0.resourceID.hasSuffix("/" + id) } }

    /// All elements whose resource id ends like this.
    func elements(id: String) -> [Element] { screen.elements.filter { $0.resourceID.hasSuffix("/" + id) } }

    /// The texts inside an element and its own.
    func texts(in id: Int) -> [String] {
        ([screen.element(id)].compactMap { $0 } + inside(id))
            .flatMap { [$0.text, $0.contentDescription] }.filter { !$0.isEmpty }
    }

    /// What lies inside an element, in document order.
    func inside(_ id: Int) -> [Element] { screen.descendants(of: id).compactMap { screen.element($0) } }

    // MARK: Candidates

    private func indices(_ matches: (Candidate) -> Bool) -> [Int] {
        candidates.indices.filter { matches(candidates[$0]) }
    }

    private func single(_ action: Action) -> [Int] { indices { $0.action == action } }

    var back: [Int] { single(.navigateBack) }
    var home: [Int] { single(.navigateHome) }
    var openApp: [Int] { single(.openApp(nil)) }
    var wait: [Int] { single(.wait) }
    var answer: [Int] { single(.answer(nil)) }
    var complete: [Int] { single(.complete) }
    var enter: [Int] { single(.keyboardEnter) }

    /// Candidates that act on an element, or on the one that takes its clicks.
    private func acting(on element: Element, _ matches: (Action) -> Bool) -> [Int] {
        let own = indices { $0.elementID == element.id && matches($0.action) }
        if !own.isEmpty { return own }
        guard let target = element.clickTarget, target != element.id else { return [] }
        return indices { $0.elementID == target && matches($0.action) }
    }

    /// Taps on an element.
    func taps(on element: Element) -> [Int] {
        acting(on: element) { if case .click = $0 { true } else { false } }
    }

    /// Taps on the elements that show exactly this text.
    func taps(_ text: String) -> [Int] {
        let hits = screen.elements.filter { $0.text == text || $0.contentDescription == text }
        return unique(hits.flatMap { taps(on: $0) })
    }

    /// Taps on the elements whose resource id ends like this.
    func taps(id: String) -> [Int] { unique(elements(id: id).flatMap { taps(on: $0) }) }

    /// Long presses on the elements that show exactly this text.
    func longPresses(_ text: String) -> [Int] {
        let hits = screen.elements.filter { $0.text == text || $0.contentDescription == text }
        return unique(
            hits.flatMap { element in acting(on: element) { if case .longPress = $0 { true } else { false } } }
        )
    }

    /// Typing into an element.
    func types(into element: Element) -> [Int] {
        acting(on: element) { if case .inputText = $0 { true } else { false } }
    }

    /// Emptying a field.
    func clears(_ element: Element) -> [Int] {
        acting(on: element) { if case .clearText = $0 { true } else { false } }
    }

    /// Scrolls of an area, or of any area when none is named, the largest first.
    func scrolls(_ direction: ScrollDirection, on element: Element? = nil) -> [Int] {
        if let element { return single(.scroll(element.id, direction)) }
        let found = indices { if case .scroll(_, direction) = $0.action { true } else { false } }
        func area(_ index: Int) -> Int {
            guard let id = candidates[index].elementID, let element = screen.element(id), !element.isSlider else {
                return 0
            }
            return screen.visibleBounds(of: id).area
        }
        return found.sorted { area($0) > area($1) }.filter { area($0) > 0 }
    }

    /// The fields that text can be typed into, in document order.
    var fields: [Element] { screen.elements.filter(\.isEditable) }

    /// The switch that stands in the row of a text, where it is a control of its own.
    func toggle(beside text: String) -> Element? {
        guard let row = element(text)?.clickTarget else { return nil }
        return inside(row).first { $0.isCheckable && $0.isClickable }
    }

    private func unique(_ indices: [Int]) -> [Int] {
        var seen: Set<Int> = []
        return indices.filter { seen.insert($0).inserted }
    }
}

extension OraclePage {
    /// The way into an app from anywhere: opening it by name; its icon on the home screen is as good.
    ///
    /// Going home first only delays, so it is neither right nor wrong.
    func open(_ app: String) -> OracleMove {
        // A panel or a system window stays over the app until it is left.
        if package == "com.android.systemui" { return leave("close the system's window") }
        let icons = screen.package.contains("launcher") ? taps(app) : []
        return OracleMove(openApp + icons, neutral: Set(home), text: app, note: "open \(app)")
    }

    /// The end of a task.
    func done(_ note: String = "everything is as wanted") -> OracleMove { OracleMove(complete, note: note) }

    /// One step back.
    func leave(_ note: String = "this is not the way") -> OracleMove { OracleMove(back, note: note) }

    /// Taps that are right, or nil when there are none.
    func tap(_ text: String, note: String? = nil) -> OracleMove? {
        let found = taps(text)
        return found.isEmpty ? nil : OracleMove(found, note: note ?? "tap \(text)")
    }

    /// Looks at what of a list is not in sight.
    func look(_ direction: ScrollDirection = .down, note: String = "look further down") -> OracleMove {
        OracleMove(Array(scrolls(direction).prefix(1)), note: note)
    }

    /// Taps an entry of a list, or looks further down for it.
    func choose(_ entry: String) -> OracleMove { tap(entry) ?? look() }
}
