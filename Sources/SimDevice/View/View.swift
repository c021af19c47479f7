// SPDX-License-Identifier: Apache-2.0

import Media

/// A length in density-independent pixels: 160 to the inch. The built-in screen has 2.625 pixels to one.
typealias Dp = Double

/// One node of a view tree, as a plain value.
///
/// Layout gives each node its bounds; the hierarchy XML and the pixels are both made from the laid-out nodes. Apps
/// rarely make a `View` by hand: they use the components beside this file, and the modifiers in `Modifiers.swift`.
struct View {
    /// The Android class that the hierarchy names. The empty string makes a node that is drawn but not listed; its
    /// children are listed as its parent's.
    var className: String
    /// The full resource id, such as `android:id/title`; empty where the real view has none.
    var resourceID = ""
    /// What the node shows as text, and what the hierarchy gives as `text`.
    var text = ""
    /// What a screen reader would say instead of the text.
    var contentDescription = ""
    /// Shown in place of the text while it is empty. As on Android, the hierarchy then gives it as the text.
    var hint = ""
    var flags: Flags = [.enabled]
    /// Tells the node from its siblings when the tree changes; needed only where siblings of one kind come and go.
    var key: String?

    var size = Size()
    var padding = Insets()
    var margin = Insets()
    /// Where the node stands in a parent that is larger: across a row or column, and both ways in a box.
    var alignment = Alignment.start
    var arrangement = Arrangement.box
    var children: [View] = []

    var content = Content.none
    var background: Background?
    /// A scrolling node shows its end until the finger moves it, as lists of messages do.
    var startsAtEnd = false
    /// 0 is invisible, 1 is opaque; the hierarchy does not tell.
    var opacity = 1.0
    var handlers = Handlers()

    init(_ className: String) { self.className = className }
}

extension View {
    /// The yes-or-no properties of a node.
    struct Flags: OptionSet {
        let rawValue: UInt16
        static let checkable = Flags(rawValue: 1 << 0)
        static let checked = Flags(rawValue: 1 << 1)
        static let clickable = Flags(rawValue: 1 << 2)
        static let enabled = Flags(rawValue: 1 << 3)
        static let focusable = Flags(rawValue: 1 << 4)
        static let scrollable = Flags(rawValue: 1 << 5)
        static let longClickable = Flags(rawValue: 1 << 6)
        static let password = Flags(rawValue: 1 << 7)
        static let selected = Flags(rawValue: 1 << 8)
    }

    /// How long a side is.
    enum Length: Equatable {
        /// As long as the content needs.
        case wrap
        /// As long as the parent allows.
        case fill
        case fixed(Dp)
    }

    struct Size {
        var width = Length.wrap
        var height = Length.wrap
        var minWidth: Dp = 0
        var minHeight: Dp = 0
        /// Share of what a row or column has left over; 0 takes part in no sharing.
        var weight = 0.0
    }

    struct Insets {
        var left: Dp = 0
        var top: Dp = 0
        var right: Dp = 0
        var bottom: Dp = 0

        init(_ all: Dp = 0) { (left, top, right, bottom) = (all, all, all, all) }
        init(horizontal: Dp, vertical: Dp) { (left, top, right, bottom) = (horizontal, vertical, horizontal, vertical) }
        init(left: Dp = 0, top: Dp = 0, right: Dp = 0, bottom: Dp = 0) {
            (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
        }
    }

    /// Where a smaller thing stands in a larger one.
    enum Alignment {
        case start, center, end
        /// For boxes only.
        case topCenter, bottomCenter, topEnd, bottomEnd, bottomStart, centerStart, centerEnd
    }

    /// How a node lays out its children.
    enum Arrangement {
        case column(spacing: Dp, justify: Justify)
        case row(spacing: Dp, justify: Justify)
        /// One over the other; the last child is on top.
        case box
        /// A column, or a row, that is longer than the node and moves under the finger.
        case scroll(Axis)
        /// Rows made only where they are seen.
        case lazy(LazyRows)
        /// Equal cells from left to right, then from top to bottom.
        case grid(columns: Int)
    }

    /// Where the children of a row or column stand when there is room left.
    enum Justify { case start, center, end, between }

    enum Axis { case vertical, horizontal }

    /// The rows of a long list. Heights are asked for all rows, the rows themselves only for those in sight.
    struct LazyRows {
        var count: Int
        var height: (Int) -> Dp
        var row: (Int) -> View
    }

    /// What is drawn inside a node.
    enum Content {
        case none
        case text(TextStyle)
        case icon(Icon, Tone, Dp)
        case picture(PixelBuffer, Fit)
        /// Pixels that the hierarchy does not describe: drawn in pixels into the node's bounds.
        case drawing((Canvas, Rect, Palette) -> Void)
    }

    enum Fit { case contain, cover }

    /// What is drawn behind a node's content.
    struct Background {
        var color: Tone
        var radius: Dp = 0
        var border: Tone?
        var borderWidth: Dp = 1
        var elevation: Dp = 0
    }

    /// What a node does when it is touched. A node with a click handler is clickable, and so on.
    struct Handlers {
        var click: Handler?
        var longClick: Handler?
        /// The field's text; set on text fields.
        var text: TextEditing?
        /// The position 0...1 of the finger on a slider.
        var seek: ((Double) -> Void)?
        /// The distance in pixels that the content has moved.
        var scroll: ((Int) -> Void)?
        /// A stroke over the node that nothing inside it took; used by the launcher and the shade.
        var swipe: ((SwipeDirection) -> Void)?
        /// The way of a finger over a node that draws; taken before anything scrolls.
        var trace: ((Trace) -> Void)?
        /// The pop-up menu that a click opens.
        var menu: [MenuItem]?
        /// A touch at a place, long or not; for maps and canvases, where it matters where.
        var point: ((Place, Bool) -> Void)?
        /// A finger that went from one place to another in a straight line.
        var drag: ((Place, Place) -> Void)?
    }

    /// Where on a node a finger is, from its top left corner, and how large the node is.
    struct Place: Hashable {
        var x: Dp
        var y: Dp
        var width: Dp
        var height: Dp
    }

    enum SwipeDirection { case up, down, left, right }

    /// Where a finger went on a node, from down to up: one point for a tap.
    struct Trace {
        /// Pixels from the node's upper left corner.
        var points: [Point]
        /// The node's size in pixels.
        var width: Int
        var height: Int

        struct Point: Hashable {
            var x: Int
            var y: Int
        }
    }

    /// How a text field takes text.
    struct TextEditing {
        enum Kind { case text, number, phone, email, password }
        var binding: Binding<String>
        var kind = Kind.text
        var multiline = false
        /// ENTER in a field of one line.
        var submit: Handler?
        /// The field has the focus when its window opens.
        var autofocus = false
    }
}

/// An entry of a pop-up menu.
struct MenuItem {
    var title: String
    var enabled = true
    /// `nil` for an entry without a check mark.
    var checked: Bool?
    var action: Handler

    init(_ title: String, enabled: Bool = true, checked: Bool? = nil, action: @escaping Handler) {
        self.title = title
        self.enabled = enabled
        self.checked = checked
        self.action = action
    }
}

/// How text is set.
struct TextStyle {
    enum Weight { case light, regular, medium, bold }
    enum Align { case start, center, end }
    /// Font size in scaled pixels, which are `Dp` at the default font size.
    var size: Dp = 16
    var weight = Weight.regular
    var color = Tone.onSurface
    /// Longer text ends in an ellipsis; 0 is no limit.
    var maxLines = 0
    var align = Align.start
    var italic = false

    /// Line breaks in the text may be more than the lines that are shown.
    func isCutAtLines(_ text: String) -> Bool { maxLines > 1 && text.utf8.contains(10) }
}
