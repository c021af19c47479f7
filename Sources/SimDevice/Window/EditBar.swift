// SPDX-License-Identifier: Apache-2.0

import Media

/// The floating bar over a text field, as Android shows it after a long press: Cut, Copy, Paste, Select all.
///
/// It is a window of its own above the selection, which goes with the next touch, key or typed text.
extension WindowManager {
    /// What the bar offers for the focused field as it is: what makes no sense now is not there.
    private func editActions(_ field: Node, _ activity: Activity) -> [(title: String, run: Handler)] {
        let selection = activity.selection
        let count = field.view.text.count
        let isSecret = field.view.flags.contains(.password)
        var actions: [(title: String, run: Handler)] = []
        if !selection.isEmpty, !isSecret {
            actions.append(("Cut", { [weak self] in self?.copySelection(cut: true) }))
            actions.append(("Copy", { [weak self] in self?.copyAndCollapse() }))
        }
        if system.clipboard?.isEmpty == false {
            actions.append(("Paste", { [weak self] in self?.paste() }))
        }
        if count > 0, selection.count < count {
            actions.append(
                (
                    "Select all",
                    { [weak self] in
                        self?.selectAll()
                        activity.showsEditBar = true
                    }
                )
            )
        }
        return actions
    }

    /// Copies, and leaves the cursor at the end of what was marked.
    private func copyAndCollapse() {
        copySelection(cut: false)
        front.selection = front.selection.upperBound..<front.selection.upperBound
    }

    /// Takes the bar away; what was marked for it is marked no longer. False where there is none.
    func closeEditBar() -> Bool {
        let activity = front
        guard activity.showsEditBar, windows().contains(where: { $0.kind == .editBar }) else { return false }
        activity.showsEditBar = false
        activity.selection = activity.selection.upperBound..<activity.selection.upperBound
        invalidate()
        return true
    }

    /// The bar's window, or nil where no field shows one.
    func editBarWindow(_ activity: Activity, _ windows: [Window]) -> Window? {
        guard activity.showsEditBar else { return nil }
        guard activity.openMenu == nil, panel == .none, let field = focusedField(activity, windows) else { return nil }
        let actions = editActions(field, activity)
        guard !actions.isEmpty else {
            activity.showsEditBar = false
            return nil
        }
        let display = system.display
        let room = Bounds(
            left: Screen.pixels(display.leftInset + 8),
            top: Screen.pixels(display.statusBar),
            right: display.width - Screen.pixels(display.rightInset + 8),
            bottom: display.height
        )
        var layout = Layout(text: text, offsets: [:])
        let node = layout.run(Chrome.editBar(actions), key: RootKey.editBar, in: room)
        let mark = selectionBounds(field, activity)
        let gap = Screen.pixels(8)
        let left = min(max(room.left, mark.centerX - node.width / 2), max(room.left, room.right - node.width))
        // Above the marked text; below it, past the handles, where there is no room.
        let above = mark.top - gap - node.height
        let top = above >= room.top ? above : mark.bottom + Screen.pixels(24)
        return Window(
            kind: .editBar,
            root: node.moved(dx: left - node.frame.left, dy: top - node.frame.top),
            package: activity.component.package
        )
    }

    /// Where the marked text, or the cursor, stands on the display.
    private func selectionBounds(_ field: Node, _ activity: Activity) -> Bounds {
        guard case .text(let style) = field.view.content, !field.view.text.isEmpty else { return field.visible }
        let view = field.view
        let left = field.frame.left + Screen.pixels(view.padding.left)
        let right = field.frame.right - Screen.pixels(view.padding.right)
        let words = view.text
        let block = text.block(words, FontStyle(style), width: style.maxLines == 1 ? nil : max(1, right - left))
        let start = block.cursor(at: words.prefix(activity.selection.lowerBound).utf8.count)
        let end = block.cursor(at: words.prefix(activity.selection.upperBound).utf8.count)
        let top = style.maxLines == 1 ? field.frame.top : field.frame.top + Screen.pixels(view.padding.top)
        // A field of one line is taken as a whole: the text may have moved in it.
        let (first, last) = style.maxLines == 1 ? (0, field.height) : (Int(start.y), Int(end.y + end.height))
        let oneLine = start.y == end.y
        return Bounds(
            left: min(right, left + (oneLine ? Int(start.x) : 0)),
            top: max(field.visible.top, min(top + first, field.visible.bottom)),
            right: min(right, oneLine ? left + Int(end.x) : right),
            bottom: max(field.visible.top, min(top + last, field.visible.bottom))
        )
    }
}

extension Chrome {
    /// The bar's content, with the ids of Android's `FloatingToolbar`.
    static func editBar(_ actions: [(title: String, run: Handler)]) -> View {
        HStack {
            for action in actions {
                HStack {
                    Text(action.title, size: 14, weight: .medium, maxLines: 1)
                        .id("android:id/floating_toolbar_menu_item_text")
                        .align(.center)
                }
                .className("android.widget.LinearLayout")
                .described(action.title)
                .padding(horizontal: 14)
                .height(48)
                .key(action.title)
                .onClick(action.run)
            }
        }
        .className("android.widget.FrameLayout")
        .padding(horizontal: 4)
        .background(.surfaceHigh, radius: 24, elevation: 5)
    }
}
