// SPDX-License-Identifier: Apache-2.0

import Media

/// Typing: into the field with the focus, by `input text`, by keys, or by the soft keyboard.
extension WindowManager {
    /// The field that takes what is typed.
    var focusedField: Node? {
        guard panel == .none, shownPrompt == nil, front.openMenu == nil else { return nil }
        return focusedField(front, windows())
    }

    /// Types text into the focused field; without one it goes nowhere, as on a phone.
    func type(_ text: String) {
        guard displayOn else { return }
        let receiver = inputReceiver
        defer { noteInput(of: receiver) }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { enter() }
            if !line.isEmpty { insert(String(line)) }
        }
    }

    /// Puts text in the place of the selection.
    func insert(_ text: String) {
        edit { old, selection in
            let (before, after) = Self.cut(old, selection)
            let cursor = selection.lowerBound + text.count
            return (before + text + after, cursor..<cursor)
        }
    }

    /// DEL: the selection, or the character before the cursor (`forward`: after it).
    func deleteCharacter(forward: Bool = false) {
        edit { old, selection in
            var range = selection
            if range.isEmpty {
                range =
                    forward
                    ? range.lowerBound..<min(range.lowerBound + 1, old.count)
                    : max(0, range.lowerBound - 1)..<range.lowerBound
            }
            let (before, after) = Self.cut(old, range)
            return (before + after, range.lowerBound..<range.lowerBound)
        }
    }

    /// ENTER: a new line in a field of many lines; else the field's action, the next field, or the end of typing.
    func enter() {
        let activity = front
        guard let field = focusedField, let editing = field.view.handlers.text else {
            // Without a field, ENTER clicks the node that has the focus.
            if let key = activity.focus, let window = activeWindow, let node = window.root.first({ $0.key == key }) {
                act(on: node, in: window, x: node.frame.centerX, y: node.frame.centerY, long: false)
                invalidate()
            }
            return
        }
        if editing.multiline { return insert("\n") }
        if let submit = editing.submit {
            keyboardShown = false
            return perform(activity, submit)
        }
        if !moveFocus(forward: true, wraps: false) { keyboardShown = false }
        invalidate()
    }

    /// Gives the focus to the next or previous text field of the window. False when there is none.
    @discardableResult
    func moveFocus(forward: Bool, wraps: Bool) -> Bool {
        let activity = front
        guard let window = windows().last(where: { $0.kind == .page || $0.kind == .dialog }) else { return false }
        var fields: [Node] = []
        window.root.forEach { if $0.view.handlers.text != nil && $0.isEnabled { fields.append($0) } }
        guard !fields.isEmpty else { return false }
        let current = fields.firstIndex { $0.key == activity.focus }
        var next = current.map { $0 + (forward ? 1 : -1) } ?? 0
        if wraps { next = (next + fields.count) % fields.count }
        guard fields.indices.contains(next) else { return false }
        focus(activity, fields[next])
        return true
    }

    func selectAll() {
        guard let field = focusedField else { return }
        front.selection = 0..<field.view.text.count
        invalidate()
    }

    func copySelection(cut: Bool) {
        guard let field = focusedField, !front.selection.isEmpty else { return }
        let text = field.view.text
        let start = text.index(text.startIndex, offsetBy: front.selection.lowerBound, limitedBy: text.endIndex)
        let end = text.index(text.startIndex, offsetBy: front.selection.upperBound, limitedBy: text.endIndex)
        guard let start, let end else { return }
        system.clipboard = String(text[start..<end])
        if cut { deleteCharacter() }
    }

    func paste() {
        if let text = system.clipboard { insert(text) }
    }

    /// Moves the cursor by characters, or to an end of the text.
    func moveCursor(by distance: Int?, toEnd: Bool = false) {
        guard let field = focusedField else { return }
        let count = field.view.text.count
        let selection = front.selection
        var place = toEnd ? count : 0
        if let distance {
            if selection.isEmpty {
                place = selection.lowerBound + distance
            } else {
                place = distance < 0 ? selection.lowerBound : selection.upperBound
            }
        }
        place = min(max(0, place), count)
        front.showsEditBar = false
        front.selection = place..<place
        invalidate()
    }

    /// A touch on a field: the focus, the cursor under the finger; a long one marks the word there.
    func touchField(_ activity: Activity, _ node: Node, _ x: Int, _ y: Int, long: Bool) {
        let gainsFocus = activity.focus != node.key
        focus(activity, node)
        if long { activity.showsEditBar = true }
        let content = node.view.text
        guard case .text(let style) = node.view.content, !content.isEmpty, !gainsFocus || long else { return }
        let left = node.frame.left + Screen.pixels(node.view.padding.left)
        let top = node.frame.top + Screen.pixels(node.view.padding.top)
        let width = node.frame.right - Screen.pixels(node.view.padding.right) - left
        let block = text.block(content, FontStyle(style), width: style.maxLines == 1 ? nil : width)
        let utf8 = block.offset(x: Double(x - left), y: Double(y - top))
        let index =
            content.utf8.index(content.startIndex, offsetBy: utf8, limitedBy: content.endIndex) ?? content.endIndex
        let place = content.distance(from: content.startIndex, to: index)
        activity.selection = long ? Self.word(in: Array(content), at: place) : place..<place
    }

    // MARK: The soft keyboard

    /// A key of the soft keyboard.
    func press(_ key: Keyboard.Key) {
        switch key {
        case .character(let character):
            insert(String(character))
            keyboardShift = false
        case .space: insert(" ")
        case .backspace: deleteCharacter()
        case .enter: enter()
        case .shift: keyboardShift.toggle()
        case .symbols: keyboardPage = .symbols
        case .letters: keyboardPage = .letters
        }
        invalidate()
    }

    // MARK: Helpers

    private func edit(_ change: (String, Range<Int>) -> (String, Range<Int>)) {
        guard let field = focusedField, let editing = field.view.handlers.text else { return }
        let activity = front
        activity.showsEditBar = false
        let old = field.view.text
        let count = old.count
        let selection = activity.selection
        let (text, cursor) = change(old, min(selection.lowerBound, count)..<min(selection.upperBound, count))
        activity.selection = cursor
        guard text != old else { return invalidate() }
        perform(activity) { editing.binding.set(text) }
        // The app may have taken something else than what was typed, such as digits only.
        if let now = focusedField?.view.text, now != text {
            activity.selection = min(cursor.lowerBound, now.count)..<min(cursor.upperBound, now.count)
            if cursor.lowerBound == text.count { activity.selection = now.count..<now.count }
        }
    }

    private static func cut(_ text: String, _ range: Range<Int>) -> (String, String) {
        (String(text.prefix(range.lowerBound)), String(text.dropFirst(range.upperBound)))
    }

    private static func word(in text: [Character], at place: Int) -> Range<Int> {
        guard !text.isEmpty else { return 0..<0 }
        var start = min(place, text.count - 1)
        var end = start
        while start > 0 && !text[start - 1].isWhitespace { start -= 1 }
        while end < text.count && !text[end].isWhitespace { end += 1 }
        return start..<max(end, start)
    }
}
