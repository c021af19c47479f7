// SPDX-License-Identifier: Apache-2.0

/// Modifiers give back a changed copy: `Text("Save").id("android:id/title").padding(16)`.
extension Component {
    private func with(_ change: (inout View) -> Void) -> View {
        var copy = view
        change(&copy)
        return copy
    }

    // MARK: What the hierarchy tells

    /// The full resource id.
    func id(_ resourceID: String) -> View { with { $0.resourceID = resourceID } }
    /// The Android class name.
    func className(_ name: String) -> View { with { $0.className = name } }
    /// The content description.
    func described(_ description: String) -> View { with { $0.contentDescription = description } }
    /// Draws the node without listing it; its children are listed as its parent's.
    func unlisted() -> View { with { $0.className = "" } }
    func enabled(_ on: Bool) -> View {
        with {
            if on { $0.flags.insert(.enabled) } else { $0.flags.remove(.enabled) }
            if !on { $0.opacity = 0.38 }
        }
    }
    func selected(_ on: Bool = true) -> View { set(.selected, on) }
    func checkable(_ on: Bool = true) -> View { set(.checkable, on) }
    func checked(_ on: Bool) -> View { set(.checked, on) }
    func clickable(_ on: Bool = true) -> View { set(.clickable, on) }
    func focusable(_ on: Bool = true) -> View { set(.focusable, on) }
    func longClickable(_ on: Bool = true) -> View { set(.longClickable, on) }
    /// Tells the node from its siblings when siblings come and go.
    func key(_ key: String) -> View { with { $0.key = key } }

    private func set(_ flag: View.Flags, _ on: Bool) -> View {
        with { if on { $0.flags.insert(flag) } else { $0.flags.remove(flag) } }
    }

    // MARK: What is touched

    /// Makes the node clickable.
    func onClick(_ handler: Handler?) -> View {
        with {
            $0.handlers.click = handler
            if handler != nil { $0.flags.formUnion([.clickable, .focusable]) }
        }
    }
    func onLongClick(_ handler: Handler?) -> View {
        with {
            $0.handlers.longClick = handler
            if handler != nil { $0.flags.insert(.longClickable) }
        }
    }
    func onSwipe(_ handler: @escaping (View.SwipeDirection) -> Void) -> View { with { $0.handlers.swipe = handler } }
    /// Touches count by their place.
    func onPoint(_ handler: @escaping (View.Place, Bool) -> Void) -> View { with { $0.handlers.point = handler } }
    /// Strokes count by both of their ends; nothing around the node scrolls by them.
    func onDrag(_ handler: @escaping (View.Place, View.Place) -> Void) -> View { with { $0.handlers.drag = handler } }
    func onTrace(_ handler: @escaping (View.Trace) -> Void) -> View { with { $0.handlers.trace = handler } }
    func onScroll(_ handler: @escaping (Int) -> Void) -> View { with { $0.handlers.scroll = handler } }
    /// A click opens a pop-up menu at the node.
    func menu(_ items: [MenuItem]) -> View {
        with {
            $0.handlers.menu = items
            $0.flags.formUnion([.clickable, .focusable])
        }
    }

    // MARK: Where it stands

    func width(_ width: Dp) -> View { with { $0.size.width = .fixed(width) } }
    func height(_ height: Dp) -> View { with { $0.size.height = .fixed(height) } }
    func size(_ width: Dp, _ height: Dp) -> View { self.width(width).height(height) }
    func minWidth(_ width: Dp) -> View { with { $0.size.minWidth = width } }
    func minHeight(_ height: Dp) -> View { with { $0.size.minHeight = height } }
    func fillWidth() -> View { with { $0.size.width = .fill } }
    func fillHeight() -> View { with { $0.size.height = .fill } }
    func fill() -> View { fillWidth().fillHeight() }
    /// A share of what the row or column has left over.
    func weight(_ weight: Double = 1) -> View { with { $0.size.weight = weight } }
    func padding(_ all: Dp) -> View { with { $0.padding = .init(all) } }
    func padding(horizontal: Dp = 0, vertical: Dp = 0) -> View {
        with { $0.padding = .init(horizontal: horizontal, vertical: vertical) }
    }
    func padding(left: Dp = 0, top: Dp = 0, right: Dp = 0, bottom: Dp = 0) -> View {
        with { $0.padding = .init(left: left, top: top, right: right, bottom: bottom) }
    }
    func margin(_ all: Dp) -> View { with { $0.margin = .init(all) } }
    func margin(horizontal: Dp = 0, vertical: Dp = 0) -> View {
        with { $0.margin = .init(horizontal: horizontal, vertical: vertical) }
    }
    func margin(left: Dp = 0, top: Dp = 0, right: Dp = 0, bottom: Dp = 0) -> View {
        with { $0.margin = .init(left: left, top: top, right: right, bottom: bottom) }
    }
    /// A list or scroll column shows its end until it is scrolled.
    func startsAtEnd() -> View { with { $0.startsAtEnd = true } }
    func align(_ alignment: View.Alignment) -> View { with { $0.alignment = alignment } }

    // MARK: How it looks

    func background(
        _ color: Tone,
        radius: Dp = 0,
        border: Tone? = nil,
        borderWidth: Dp = 1,
        elevation: Dp = 0
    ) -> View {
        with {
            $0.background = .init(
                color: color,
                radius: radius,
                border: border,
                borderWidth: borderWidth,
                elevation: elevation
            )
        }
    }
    func opacity(_ opacity: Double) -> View { with { $0.opacity = opacity } }
}
