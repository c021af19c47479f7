// SPDX-License-Identifier: Apache-2.0

import Screen

/// V-Droid's discretized action space: everything that a screen allows, as a finite list.
///
/// From the paper's table: click and long press on what takes them (of fields the one with the focus, where it brings up
/// Cut, Copy and Paste), text and clear on fields, scrolling on what scrolls, the slides of a slider, and the defaults (home, back, open
/// app, wait, status, answer). Beyond it: `keyboard_enter` where a field has the focus or the keyboard is shown, and short
/// strokes over an opaque canvas. Two nodes with the same effect (a row and the text inside it) make one candidate.
public enum ActionSpace {
    /// The version of the rules below. It is in every report, since scores of different spaces do not compare.
    /// Since 2 it has `remember` and `read_list`, for agents that keep notes.
    public static let version = 2

    /// Elements beyond this many make no candidates; the screen text says so.
    public static let elementLimit = 400

    /// The candidates of a screen in the order of its elements, then the defaults.
    ///
    /// - Parameters:
    ///   - screen: what is on the display.
    ///   - goal: the goal, for spaces that depend on it; this one does not.
    public static func candidates(for screen: ScreenState, goal: String = "") -> [Candidate] {
        ScreenActions(screen).candidates
    }
}

/// The elements of a screen that make candidates, with the numbers that the screen text shows, and the candidates.
public struct ScreenActions: Sendable {
    /// One element that can be acted on.
    public struct Target: Sendable {
        /// The element's id.
        public var id: Int
        /// The number that the screen text shows, from 1 in document order.
        public var number: Int
        public var role: Element.Role
        public var label: String
        /// A summary line, or the value of a field.
        public var detail: String
        /// `on` or `off` for what can be checked, otherwise nil.
        public var isOn: Bool?
        public var isSelected: Bool
        public var canClick: Bool
        public var canLongPress: Bool
        public var canType: Bool
        public var scrolls: [ScrollDirection]
        public var canStroke: Bool
        /// The words by which it is named in a candidate: the label, cut, with a number where labels repeat.
        public var name: String

        /// The word before its name in a candidate, with a space after it; empty for what is simply tapped.
        var kind: String {
            switch role {
            case .toggle: "switch "
            case .checkbox: "checkbox "
            case .radio: "option "
            case .tab: "tab "
            case .field: "field "
            default: ""
            }
        }
    }

    public let targets: [Target]
    public let candidates: [Candidate]
    /// Elements that are part of a target and need no line of their own in the screen text.
    let covered: Set<Int>

    /// Works out what a screen allows.
    ///
    /// - Parameters:
    ///   - screen: what is on the display.
    ///   - notes: whether what is shown can be written down.
    public init(_ screen: ScreenState, notes: Bool = false) {
        var builder = TargetBuilder(screen)
        builder.collect()
        targets = builder.targets
        covered = builder.covered
        var out: [Candidate] = []
        for target in targets { Self.add(target, main: builder.mainScroll, to: &out) }
        if screen.keyboardShown || screen.focusedField != nil {
            out.append(Candidate(action: .keyboardEnter, text: "press enter"))
        }
        if notes { out += NoteActions.candidates(screen, targets) }
        out += [
            Candidate(action: .openApp(nil), text: "open app"),
            Candidate(action: .navigateBack, text: "go back"),
            Candidate(action: .navigateHome, text: "go home"),
            Candidate(action: .wait, text: "wait"),
            Candidate(action: .answer(nil), text: "answer the question"),
            Candidate(action: .complete, text: "done"),
            Candidate(action: .infeasible, text: "give up, impossible"),
        ]
        candidates = out
    }

    /// The boxes of everything that can be acted on, for `BoxDrawing`.
    ///
    /// - Parameters:
    ///   - screen: the screen that these actions are of.
    ///   - chosen: the element whose box stands out, or nil.
    public func boxes(on screen: ScreenState, chosen: Int? = nil) -> [BoxDrawing.Box] {
        targets.map {
            BoxDrawing.Box(bounds: screen.visibleBounds(of: $0.id), number: $0.number, isChosen: $0.id == chosen)
        }
    }

    /// The candidates as lines for a terminal: the number of the element, where there is one, and the words.
    public var listing: String {
        candidates.map { candidate in
            let number = candidate.number.map { "[\($0)]" } ?? ""
            return String(repeating: " ", count: max(0, 5 - number.count)) + number + " " + candidate.text
        }
        .joined(separator: "\n")
    }

    private static func add(_ target: Target, main: Int?, to out: inout [Candidate]) {
        func candidate(_ action: Action, _ text: String) {
            out.append(
                Candidate(action: action, elementID: target.id, number: target.number, text: text, label: target.label)
            )
        }
        let state = target.isOn.map { $0 ? " (on)" : " (off)" } ?? ""
        if target.canClick && !target.canType {
            candidate(.click(target.id), "tap \(target.kind)\(target.name)\(state)")
        }
        if target.canType {
            let value = target.detail.isEmpty ? "" : " (has text)"
            candidate(.inputText(target.id, text: nil), "type into \(target.name)\(value)")
            candidate(.click(target.id), "tap field \(target.name)")
            if !target.detail.isEmpty { candidate(.clearText(target.id), "clear \(target.name)") }
        }
        if target.canLongPress { candidate(.longPress(target.id), "long press \(target.name)") }
        for direction in target.scrolls {
            if target.role == .slider {
                candidate(
                    .scroll(target.id, direction),
                    "slide \(target.name) \(direction == .left ? "to lowest" : "to highest")"
                )
            } else {
                let place = target.id == main ? "" : " in \(target.name)"
                candidate(.scroll(target.id, direction), "scroll \(direction.rawValue)\(place)")
            }
        }
        if target.canStroke {
            for direction in StrokeDirection.allCases {
                candidate(.stroke(target.id, direction), "draw \(direction.rawValue) on \(target.name)")
            }
        }
    }
}
