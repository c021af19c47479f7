// SPDX-License-Identifier: Apache-2.0

import Screen

/// One line of a screen's text form.
public struct ScreenLine: Sendable, Hashable {
    /// The element that it tells about.
    public var elementID: Int
    /// The number under which it can be acted on, or nil for plain text.
    public var number: Int?
    /// What must be told: number, role, label and state.
    public var main: String
    /// What is cut first: a summary, a long value.
    public var detail: String

    /// Whether it is about something that can be acted on.
    public var isTarget: Bool { number != nil }
}

/// The compact text form of a screen: `[7] switch "Wi-Fi" on`, one line for each thing that a person would see.
public enum ScreenText {
    /// Plain texts beyond this many are not even considered.
    static let textLimit = 300
    private static let labelLimit = 60

    /// All lines in document order, nothing left out for length.
    public static func lines(_ screen: ScreenState, actions: ScreenActions) -> [ScreenLine] {
        var byID: [Int: ScreenActions.Target] = [:]
        for target in actions.targets { byID[target.id] = target }
        var out: [ScreenLine] = []
        var texts = 0
        var lastText = ""
        for element in screen.elements {
            if let target = byID[element.id] {
                if let line = line(for: target) { out.append(line) }
                continue
            }
            guard !actions.covered.contains(element.id), texts < textLimit, !element.isEditable else { continue }
            let text = PromptBuilder.oneLine(element.text.isEmpty ? element.contentDescription : element.text)
            // A container often repeats in its description what its text says.
            guard !text.isEmpty, text != lastText, !screen.visibleBounds(of: element.id).isEmpty else { continue }
            lastText = text
            texts += 1
            let state = element.isCheckable ? (element.isChecked ? " on" : " off") : ""
            let (main, rest) = split(text, labelLimit)
            out.append(ScreenLine(elementID: element.id, number: nil, main: "\"\(main)\"\(state)", detail: rest))
        }
        return out
    }

    /// The same with a line for each line of text that was read in a picture, where the picture stands in document order.
    static func withReadTexts(_ lines: [ScreenLine], _ screen: ScreenState) -> [ScreenLine] {
        var out = lines
        for (id, texts) in screen.readTexts.sorted(by: { $0.key < $1.key }) {
            let read = texts.map { text in
                let (main, rest) = split(PromptBuilder.oneLine(text.text).replacing("\"", with: "'"), labelLimit)
                return ScreenLine(elementID: id, number: nil, main: "read \"\(main)\"", detail: rest)
            }
            out.insert(contentsOf: read, at: out.firstIndex { $0.elementID > id } ?? out.endIndex)
        }
        return out
    }

    /// The lines that fit into `room` tokens: details go first, then plain texts from the end, then targets from the
    /// end.
    static func fit(_ lines: [ScreenLine], room: Int, count: PromptCounter) -> (text: String, omitted: Int, tokens: Int)
    {
        func total(_ texts: [String]) -> Int { texts.reduce(0) { $0 + count($1) } }
        let full = lines.map { $0.main + ($0.detail.isEmpty ? "" : " " + $0.detail) + "\n" }
        let fullTokens = total(full)
        if fullTokens <= room { return (full.joined(), 0, fullTokens) }
        let cut = lines.map { $0.main + ($0.detail.isEmpty ? "" : " " + PromptBuilder.clip($0.detail, 24)) + "\n" }
        let cutTokens = total(cut)
        if cutTokens <= room { return (cut.joined(), 0, cutTokens) }
        let bare = lines.map { $0.main + "\n" }
        let costs = bare.map(count)
        var left = costs.reduce(0, +)
        var keep = [Bool](repeating: true, count: lines.count)
        let marker = "(more not shown)\n"
        let markerCost = count(marker)
        var omitted = 0
        for wantsTarget in [false, true] {
            for place in lines.indices.reversed() where lines[place].isTarget == wantsTarget {
                guard left + (omitted > 0 ? markerCost : 0) > room else { break }
                keep[place] = false
                left -= costs[place]
                omitted += 1
            }
        }
        var text = ""
        for place in lines.indices where keep[place] { text += bare[place] }
        guard omitted > 0 else { return (text, 0, left) }
        return (text + marker, omitted, left + markerCost)
    }

    private static func line(for target: ScreenActions.Target) -> ScreenLine? {
        // What only scrolls is told by its candidate, unless that refers to its number.
        let acts =
            target.canClick || target.canLongPress || target.canType || target.canStroke || target.role == .slider
        guard acts || target.name.contains("#") else { return nil }
        let (label, rest) = split(target.label.replacing("\"", with: "'"), labelLimit)
        var main = "[\(target.number)] \(word(target.role)) \"\(label)\""
        var detail = rest
        if let isOn = target.isOn { main += isOn ? " on" : " off" }
        if target.isSelected { main += " selected" }
        if target.canType {
            let (value, more) = split(target.detail.replacing("\"", with: "'"), labelLimit)
            main += target.detail.isEmpty ? " empty" : " = \"\(value)\""
            detail = more
        } else if !target.detail.isEmpty {
            detail = rest.isEmpty ? PromptBuilder.clip(target.detail, 60) : rest
        }
        return ScreenLine(elementID: target.id, number: target.number, main: main, detail: detail)
    }

    private static func word(_ role: Element.Role) -> String {
        switch role {
        case .radio: "option"
        case .group, .text, .link: "item"
        case .image: "button"
        default: role.rawValue
        }
    }

    /// The first `limit` characters, and up to twice as many of the rest.
    private static func split(_ text: String, _ limit: Int) -> (String, String) {
        guard text.count > limit else { return (text, "") }
        let head = text.prefix(limit)
        return (String(head) + "…", PromptBuilder.clip(String(text.dropFirst(limit)), limit * 2))
    }
}
