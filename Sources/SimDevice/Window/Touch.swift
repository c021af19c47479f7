// SPDX-License-Identifier: Apache-2.0

/// What fingers do. A touch goes to the topmost node that takes it, as Android dispatches it: children on top first,
/// then their parent; a disabled node swallows it.
extension WindowManager {
    /// Android's touch slop: less movement than this is no movement.
    static let slop = 21
    /// A finger that stays this long, in milliseconds, presses long.
    static let longPressTime = 500
    private static let edge = 40

    func tap(x: Int, y: Int) { touch(x, y, long: false) }

    func longPress(x: Int, y: Int) { touch(x, y, long: true) }

    /// A finger that moves in a straight line. Without movement it is a tap, or a long press after 500 ms.
    func swipe(x1: Int, y1: Int, x2: Int, y2: Int, ms: Int = 300) {
        guard displayOn else { return }
        let (dx, dy) = (x2 - x1, y2 - y1)
        if abs(dx) < Self.slop && abs(dy) < Self.slop {
            return touch(x1, y1, long: ms >= Self.longPressTime)
        }
        let receiver = inputReceiver
        defer { noteInput(of: receiver) }
        if systemGesture(x1, y1, dx, dy, ms) { return }
        guard let window = window(at: x1, y1) else { return }
        if window.kind == .keyboard || window.kind == .toast { return }
        front.showsEditBar = false
        stroke(window, [.init(x: x1, y: y1), .init(x: x2, y: y2)])
        invalidate()
    }

    /// A finger that first stays and then moves, as when an icon is carried.
    func drag(x1: Int, y1: Int, x2: Int, y2: Int, ms: Int = 300) {
        guard displayOn, let window = window(at: x1, y1) else { return }
        if let node = hit(window.root, x1, y1), node.view.handlers.longClick != nil { return longPress(x: x1, y: y1) }
        stroke(window, [.init(x: x1, y: y1), .init(x: x2, y: y2)])
        invalidate()
    }

    // MARK: One finger, event by event

    /// The most places of a finger that are kept; a longer way goes on in straight lines.
    private static let longestPath = 10_000

    func motionDown(x: Int, y: Int) { finger = (system.clock.now, [.init(x: x, y: y)]) }

    func motionMove(x: Int, y: Int) {
        if let count = finger?.path.count, count < Self.longestPath { finger?.path.append(.init(x: x, y: y)) }
    }

    func motionUp(x: Int, y: Int) {
        guard let down = finger, let start = down.path.first else { return }
        finger = nil
        let ms = Int(clamping: system.clock.now - down.time)
        // What draws is told the whole way; everything else asks for its ends.
        if displayOn, down.path.count > 1, let window = window(at: start.x, start.y),
            traces(nodes(at: start.x, start.y, from: window.root))
        {
            stroke(window, down.path + [.init(x: x, y: y)])
            return invalidate()
        }
        swipe(x1: start.x, y1: start.y, x2: x, y2: y, ms: ms)
    }

    func motionCancel() { finger = nil }

    // MARK: Taps

    private func touch(_ x: Int, _ y: Int, long: Bool) {
        guard displayOn, system.display.bounds.contains(x, y) else { return }
        let receiver = inputReceiver
        defer { noteInput(of: receiver) }
        guard let window = window(at: x, y) else {
            // Beside the topmost window that has an outside.
            if let outside = windows().last(where: { $0.kind.canBeActive })?.outside { outside() }
            return invalidate()
        }
        defer { invalidate() }
        // Any touch takes the bar away, also one on the bar itself.
        front.showsEditBar = false
        guard let node = hit(window.root, x, y), node.isEnabled else { return }
        act(on: node, in: window, x: x, y: y, long: long)
    }

    /// Does what a touch on a node does.
    func act(on node: Node, in window: Window, x: Int, y: Int, long: Bool) {
        let handlers = node.view.handlers
        let activity = front
        if handlers.text != nil, window.kind.belongsToActivity {
            return touchField(activity, node, x, y, long: long)
        }
        if let trace = handlers.trace {
            return run(window) { trace(Self.trace([.init(x: x, y: y)], on: node)) }
        }
        if let seek = handlers.seek {
            return run(window) { seek(self.share(node, x)) }
        }
        if let point = handlers.point {
            return run(window) { point(Self.place(node, x, y), long) }
        }
        if long, let longClick = handlers.longClick { return run(window, longClick) }
        if handlers.menu != nil, window.kind.belongsToActivity {
            activity.openMenu = node.key
            keyboardShown = false
        } else if let click = handlers.click {
            run(window, click)
        }
    }

    private func run(_ window: Window, _ handler: Handler) {
        if window.kind.belongsToActivity { perform(front, handler) } else { handler() }
    }

    private func share(_ node: Node, _ x: Int) -> Double {
        ControlDrawing.sliderShare(x: x, left: node.frame.left, right: node.frame.right, height: node.height)
    }

    private static func place(_ node: Node, _ x: Int, _ y: Int) -> View.Place {
        func dp(_ pixels: Int) -> Dp { Dp(pixels) / Screen.scale }
        return View.Place(
            x: dp(x - node.frame.left),
            y: dp(y - node.frame.top),
            width: dp(node.width),
            height: dp(node.height)
        )
    }

    /// The topmost window at a place. A window that darkens what is below, or a menu, takes all touches.
    private func window(at x: Int, _ y: Int) -> Window? {
        for window in windows().reversed() where window.kind != .toast {
            if window.root.visible.contains(x, y) { return window }
            if window.kind.canBeActive { return nil }
        }
        return nil
    }

    /// The node that takes a finger at a place.
    func hit(_ node: Node, _ x: Int, _ y: Int) -> Node? {
        guard node.visible.contains(x, y) else { return nil }
        for child in node.children.reversed() {
            if let found = hit(child, x, y) { return found }
        }
        return node.takesTouch || !node.isEnabled ? node : nil
    }

    // MARK: Strokes

    /// A finger's way from a node's own corner.
    private static func trace(_ points: [View.Trace.Point], on node: Node) -> View.Trace {
        let own = points.map { View.Trace.Point(x: $0.x - node.frame.left, y: $0.y - node.frame.top) }
        return View.Trace(points: own, width: node.width, height: node.height)
    }

    private func traces(_ path: [Node]) -> Bool { path.contains { $0.view.handlers.trace != nil } }

    private func stroke(_ window: Window, _ points: [View.Trace.Point]) {
        guard let start = points.first, let end = points.last else { return }
        let (x1, y1, x2) = (start.x, start.y, end.x)
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let vertical = abs(dy) >= abs(dx)
        let path = nodes(at: x1, y1, from: window.root)
        if let node = path.last(where: { $0.view.handlers.trace != nil && $0.isEnabled }),
            let trace = node.view.handlers.trace
        {
            return run(window) { trace(Self.trace(points, on: node)) }
        }
        if let slider = path.last(where: { $0.view.handlers.seek != nil && $0.isEnabled }), !vertical {
            return run(window) { slider.view.handlers.seek?(self.share(slider, x2)) }
        }
        let axis = vertical ? View.Axis.vertical : .horizontal
        let distance = vertical ? -dy : -dx
        if let node = path.last(where: { $0.view.handlers.drag != nil }) {
            return run(window) { node.view.handlers.drag?(Self.place(node, x1, y1), Self.place(node, end.x, end.y)) }
        }
        // The innermost list that can still move that way takes the stroke; at its end, the one around it.
        if let list = path.last(where: { $0.axis == axis && Self.canMove($0, distance) }) {
            return scroll(list, by: distance, in: window)
        }
        let direction: View.SwipeDirection = vertical ? (dy < 0 ? .up : .down) : (dx < 0 ? .left : .right)
        if let swipe = path.last(where: { $0.view.handlers.swipe != nil })?.view.handlers.swipe {
            run(window) { swipe(direction) }
        }
    }

    private static func canMove(_ node: Node, _ distance: Int) -> Bool {
        distance > 0 ? node.offset < node.maximumOffset : node.offset > 0
    }

    /// Moves the content of a scrolling node.
    func scroll(_ node: Node, by distance: Int, in window: Window) {
        let offset = min(max(0, node.offset + distance), node.maximumOffset)
        if window.kind.belongsToActivity {
            front.offsets[node.key] = offset
        } else {
            systemOffsets[node.key] = offset
        }
        if let handler = node.view.handlers.scroll { run(window) { handler(offset) } }
        invalidate()
    }

    /// All nodes at a place, from the root inwards, following the topmost child at each step.
    private func nodes(at x: Int, _ y: Int, from root: Node) -> [Node] {
        guard root.visible.contains(x, y) else { return [] }
        var path = [root]
        while let next = path.last?.children.last(where: { $0.visible.contains(x, y) }) { path.append(next) }
        return path
    }

    /// Gesture navigation and the panels: home and recents from below, back from the sides, the shade from above.
    private func systemGesture(_ x: Int, _ y: Int, _ dx: Int, _ dy: Int, _ ms: Int) -> Bool {
        let vertical = abs(dy) >= abs(dx)
        let display = system.display
        let fromBottom = y >= display.height - Screen.pixels(Screen.navigationBar)
        if fromBottom && vertical && dy < -100 {
            // Up and hold is the recents screen; it is told by a slow stroke.
            if ms >= 700 && dy > (display.isLandscape ? -630 : -1400) { openRecents() } else { goHome() }
            return true
        }
        if panel == .notifications && vertical && dy > 100 {
            panel = .quickSettings
            invalidate()
            return true
        }
        if panel == .notifications || panel == .quickSettings {
            if vertical && dy < -100 && !canScrollPanel(x, y, -dy) {
                collapsePanels()
                return true
            }
            return false
        }
        if y < Screen.pixels(display.statusBar) && vertical && dy > 100 {
            expandNotifications()
            return true
        }
        let fromSide = x < Self.edge && dx > 100 || x > display.width - Self.edge && dx < -100
        if fromSide && !vertical {
            back()
            return true
        }
        return false
    }

    private func canScrollPanel(_ x: Int, _ y: Int, _ distance: Int) -> Bool {
        guard let window = windows().last(where: { $0.kind == .panel }) else { return false }
        return nodes(at: x, y, from: window.root).contains { $0.axis == .vertical && Self.canMove($0, distance) }
    }
}
