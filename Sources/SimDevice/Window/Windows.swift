// SPDX-License-Identifier: Apache-2.0

import Media

/// A window that has been laid out.
struct Window {
    enum Kind {
        case page, dialog, menu, editBar, prompt, panel, keyboard, toast, headsUp

        /// A dump shows the topmost of these.
        var canBeActive: Bool { self != .editBar && self != .keyboard && self != .toast && self != .headsUp }
        var belongsToActivity: Bool { self == .page || self == .dialog || self == .menu || self == .editBar }
    }

    var kind: Kind
    var root: Node
    var package: String
    /// What is below is darkened.
    var dims = false
    /// A touch beside the window.
    var outside: Handler?
}

extension WindowManager {
    /// The key of a window's root node, by what the window is.
    enum RootKey {
        static let page = 1
        static let dialog = 2
        static let menu = 3
        static let panel = 4
        static let keyboard = 5
        static let toast = 6
        static let prompt = 7
        static let headsUp = 8
        static let editBar = 9
    }

    /// Makes all windows from the state of the app in front and of the system.
    func makeWindows() -> [Window] {
        takeFontScale()
        let activity = front
        var windows = activityWindows(activity)
        if settleFocus(activity, windows) { windows = activityWindows(activity) }
        if revealField(activity, windows) { windows = activityWindows(activity) }
        if let bar = editBarWindow(activity, windows) { windows.append(bar) }
        let prompt = promptWindow()
        if keyboardShown, prompt == nil { windows.append(keyboardWindow(activity, windows)) }
        if let prompt { windows.append(prompt) }
        if let card = headsUpWindow() { windows.append(card) }
        if let panel = panelWindow() { windows.append(panel) }
        if let toast { windows.append(toastWindow(toast.text)) }
        return windows
    }

    /// The page, the dialog over it and the menu over both.
    func activityWindows(_ activity: Activity) -> [Window] {
        var layout = Layout(text: text, offsets: activity.offsets)
        let package = activity.component.package
        let display = system.display
        let bottom = keyboardShown ? Keyboard.height(display) + Screen.navigationBar : Screen.navigationBar
        let page = Chrome.page(
            activity.body(),
            package: package,
            background: activity.background,
            display: display,
            bottomInset: bottom,
            snackbar: activity.snackbar?.bar,
            act: { [weak self] action in
                activity.snackbar = nil
                self?.perform(activity, action.handler)
            }
        )
        var windows = [
            Window(kind: .page, root: layout.run(page, key: RootKey.page, in: display.bounds), package: package)
        ]
        if let dialog = activity.dialog() { windows.append(dialogWindow(dialog, activity, bottom, &layout)) }
        activity.offsets = layout.offsets
        if let menu = menuWindow(activity, windows, &layout) { windows.append(menu) }
        return windows
    }

    private func dialogWindow(_ dialog: Dialog, _ activity: Activity, _ bottom: Dp, _ layout: inout Layout) -> Window {
        let node = place(dialog, key: RootKey.dialog, above: bottom, &layout) { [weak self] handler in
            self?.perform(activity, handler)
        }
        let dismiss = dialog.dismiss
        return Window(
            kind: .dialog,
            root: node,
            package: dialog.package ?? activity.component.package,
            dims: true,
            outside: { [weak self] in if let dismiss { self?.perform(activity, dismiss) } }
        )
    }

    /// Lays a dialog out where it belongs on the display.
    ///
    /// - Parameter bottom: what keyboard and navigation bar take.
    func place(
        _ dialog: Dialog,
        key: Int,
        above bottom: Dp,
        _ layout: inout Layout,
        run: @escaping (Handler) -> Void
    ) -> Node {
        let display = system.display
        let gap = dialog.place == .center ? Screen.pixels(display.isLandscape ? 8 : 24) : 0
        let top = dialog.place == .top ? 0 : Screen.pixels(display.statusBar)
        let room = Bounds(
            left: 0,
            top: dialog.place == .fullScreen ? 0 : top + gap,
            right: display.width,
            bottom: display.height - Screen.pixels(bottom) - gap
        )
        let view = Chrome.dialog(dialog, display: display, run: run)
        var node = layout.run(view, key: key, in: room)
        if dialog.place != .fullScreen && node.height >= room.height {
            // Too tall: the content gets what the title and the buttons leave, and scrolls in it.
            var tall = Chrome.dialog(display.isLandscape ? dialog.scrolling : dialog, display: display, run: run)
            tall.size.height = .fixed(Double(room.height) / Screen.scale)
            node = layout.run(tall, key: key, in: room)
        }
        let left = (display.width - node.width) / 2
        let y =
            switch dialog.place {
            case .center: room.top + (room.height - node.height) / 2
            case .bottom: room.bottom - node.height
            case .top, .fullScreen: room.top
            }
        return node.moved(dx: left - node.frame.left, dy: y - node.frame.top)
    }

    private func menuWindow(_ activity: Activity, _ windows: [Window], _ layout: inout Layout) -> Window? {
        guard let key = activity.openMenu else { return nil }
        guard let anchor = windows.last?.root.first({ $0.key == key }), let items = anchor.view.handlers.menu else {
            activity.openMenu = nil
            return nil
        }
        let display = system.display
        let view = Chrome.menu(items) { [weak self] item in
            activity.openMenu = nil
            self?.perform(activity, item.action)
        }
        let room = Bounds(
            left: Screen.pixels(display.leftInset + 8),
            top: Screen.pixels(display.statusBar + 4),
            right: display.width - Screen.pixels(display.rightInset + 8),
            bottom: display.height - Screen.pixels(Screen.navigationBar + 8)
        )
        let node = layout.run(view, key: RootKey.menu, in: room)
        let right = min(max(anchor.frame.right, room.left + node.width), room.right)
        let left = anchor.frame.centerX > display.width / 2 ? right - node.width : max(room.left, anchor.frame.left)
        let top = max(room.top, min(anchor.frame.top, room.bottom - node.height))
        let placed = node.moved(dx: min(left, room.right - node.width) - node.frame.left, dy: top - node.frame.top)
        return Window(
            kind: .menu,
            root: placed,
            package: activity.component.package,
            outside: { [weak self] in
                activity.openMenu = nil
                self?.invalidate()
            }
        )
    }

    private func keyboardWindow(_ activity: Activity, _ windows: [Window]) -> Window {
        let field = focusedField(activity, windows)
        let display = system.display
        let keyboard = Keyboard(
            page: keyboardPage,
            shifted: keyboardShift,
            kind: field?.view.handlers.text?.kind ?? .text,
            display: display,
            press: { [weak self] key in self?.press(key) }
        )
        let top = display.height - Screen.pixels(Keyboard.height(display) + Screen.navigationBar)
        var layout = Layout(text: text, offsets: [:])
        let room = Bounds(left: 0, top: top, right: display.width, bottom: display.height)
        return Window(
            kind: .keyboard,
            root: layout.run(keyboard.view, key: RootKey.keyboard, in: room),
            package: "com.google.android.inputmethod.latin"
        )
    }

    private func toastWindow(_ words: String) -> Window {
        var layout = Layout(text: text, offsets: [:])
        let display = system.display
        let bottom = display.height - Screen.pixels(Screen.navigationBar + (display.isLandscape ? 24 : 64))
        let room = Bounds(left: Screen.pixels(32), top: 0, right: display.width - Screen.pixels(32), bottom: bottom)
        let node = layout.run(Chrome.toast(words), key: RootKey.toast, in: room)
        let placed = node.moved(
            dx: (display.width - node.width) / 2 - node.frame.left,
            dy: bottom - node.height - node.frame.top
        )
        return Window(kind: .toast, root: placed, package: "com.android.systemui")
    }

    // MARK: Focus

    /// The text field with the focus, in the windows of an activity.
    func focusedField(_ activity: Activity, _ windows: [Window]) -> Node? {
        guard let key = activity.focus else { return nil }
        let window = windows.last { $0.kind == .page || $0.kind == .dialog }
        return window?.root.first { $0.key == key && $0.view.handlers.text != nil }
    }

    /// Gives a new window's first field the focus where it asks for it, and takes the focus from what is gone.
    /// True when the windows have to be made anew, since the keyboard came or went.
    private func settleFocus(_ activity: Activity, _ windows: [Window]) -> Bool {
        let hasDialog = windows.contains { $0.kind == .dialog }
        if !hasDialog { activity.focusedOnce.remove(RootKey.dialog) }
        guard let window = windows.last(where: { $0.kind == .page || $0.kind == .dialog }) else { return false }
        let shown = keyboardShown
        if let key = activity.focus, window.root.first({ $0.key == key }) == nil {
            activity.focus = nil
            keyboardShown = false
        }
        let root = window.kind == .dialog ? RootKey.dialog : RootKey.page
        if !activity.focusedOnce.contains(root), panel == .none,
            let field = window.root.first({ $0.view.handlers.text?.autofocus ?? false })
        {
            activity.focusedOnce.insert(root)
            focus(activity, field)
        } else if activity.focus == nil {
            keyboardShown = false
        }
        if let field = focusedField(activity, windows) {
            let count = field.view.text.count
            let selection = activity.selection
            activity.selection = min(selection.lowerBound, count)..<min(selection.upperBound, count)
        }
        return keyboardShown != shown
    }

    /// Gives a text field the focus, with the cursor at its end, and brings up the keyboard.
    func focus(_ activity: Activity, _ field: Node) {
        activity.focus = field.key
        activity.selection = field.view.text.count..<field.view.text.count
        keyboardShown = true
        activity.reveals = true
        activity.showsEditBar = false
        keyboardPage = .letters
        keyboardShift = field.view.text.isEmpty && field.view.handlers.text?.kind == .text
        invalidate()
    }

    // MARK: Drawing

    func draw(_ windows: [Window], on canvas: Canvas) {
        let palette = palette
        let wallpaper = front.background == .clear
        let display = system.display
        if wallpaper { Wallpaper.draw(canvas, palette, display) }
        var dark = wallpaper || palette(front.background).isDark
        for window in windows {
            if window.dims { canvas.fill(display.bounds.rect, RGBA(hex: 0, alpha: 0.5)) }
            if window.kind == .panel { dark = true }
            var painter = Painter(canvas: canvas, palette: window.kind == .panel ? panelPalette : palette)
            if window.kind == .page || window.kind == .dialog {
                painter.focus = front.focus
                painter.selection = front.selection
            }
            painter.draw(window.root)
            if window.kind == .page, !wallpaper { drawBeside(display, canvas) }
            if window.dims { dark = window.root.frame.top > 0 || palette.dark }
        }
        let ink = RGBA(hex: dark ? 0xffffff : 0x1a1b1f)
        StatusBar(system).draw(canvas, display, ink: ink)
        let lightBelow = keyboardShown && !palette.dark
        let dimmed = windows.contains { $0.dims }
        let line = RGBA(hex: lightBelow ? 0x1a1b1f : (dark || dimmed ? 0xffffff : 0x1a1b1f))
        StatusBar.drawGestureLine(canvas, display, ink: line)
    }
}

extension WindowManager {
    /// The strip beside the camera hole, which pages leave alone.
    private func drawBeside(_ display: Display, _ canvas: Canvas) {
        for (left, inset) in [
            (0, display.leftInset), (display.width - Screen.pixels(display.rightInset), display.rightInset),
        ]
        where inset > 0 {
            let right = left + Screen.pixels(inset)
            canvas.fill(Bounds(left: left, top: 0, right: right, bottom: display.height).rect, RGBA(hex: 0))
        }
    }

    /// On a display held sideways the keyboard leaves little: the field that is typed into is brought into what is left.
    /// True when a list has moved.
    func revealField(_ activity: Activity, _ windows: [Window]) -> Bool {
        guard system.display.isLandscape, keyboardShown, activity.reveals else { return false }
        activity.reveals = false
        guard let field = focusedField(activity, windows) else { return false }
        var list = field.parent
        while let node = list, node.axis != .vertical { list = node.parent }
        guard let list else { return false }
        let below = field.frame.bottom - list.visible.bottom
        let above = list.visible.top - field.frame.top
        guard below > 0 || above > 0 else { return false }
        activity.offsets[list.key] = min(max(0, list.offset + (below > 0 ? below : -above)), list.maximumOffset)
        return true
    }
}

extension Node {
    /// The node and all below it moved by a distance.
    func moved(dx: Int, dy: Int) -> Node {
        guard dx != 0 || dy != 0 else { return self }
        forEach { node in
            node.frame = node.frame.moved(dx, dy)
            node.visible = node.visible.moved(dx, dy)
        }
        return self
    }
}

extension Bounds {
    func moved(_ dx: Int, _ dy: Int) -> Bounds {
        Bounds(left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy)
    }
}
