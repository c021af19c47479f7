// SPDX-License-Identifier: Apache-2.0

import Media

/// A rectangle in whole pixels of the display.
struct Bounds: Hashable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var width: Int { right - left }
    var height: Int { bottom - top }
    var isEmpty: Bool { right <= left || bottom <= top }
    var centerX: Int { (left + right) / 2 }
    var centerY: Int { (top + bottom) / 2 }
    var rect: Rect { Rect(x: Double(left), y: Double(top), width: Double(width), height: Double(height)) }

    func contains(_ x: Int, _ y: Int) -> Bool { x >= left && x < right && y >= top && y < bottom }

    func intersection(_ other: Bounds) -> Bounds {
        Bounds(
            left: max(left, other.left),
            top: max(top, other.top),
            right: min(right, other.right),
            bottom: min(bottom, other.bottom)
        )
    }

    static let display = Bounds(left: 0, top: 0, right: Screen.width, bottom: Screen.height)
}

/// The built-in display: that of a Pixel 6.
enum Screen {
    static let width = 1080
    static let height = 2400
    /// Dots per inch; 160 would make one `Dp` one pixel.
    static let density = 420
    static let scale = Double(density) / 160
    static let statusBar: Dp = 48
    static let navigationBar: Dp = 24
    static let widthInDp = Double(width) / scale
    static let heightInDp = Double(height) / scale

    static func pixels(_ length: Dp) -> Int { Int((length * scale).rounded()) }
}

/// A node of a view tree with its place on the display.
final class Node {
    let view: View
    /// Tells the node from all others of its window, and stays the same while the tree keeps its shape.
    let key: Int
    var children: [Node] = []
    unowned let parent: Node?
    /// Where the node is, parts out of sight included.
    var frame = Bounds(left: 0, top: 0, right: 0, bottom: 0)
    /// The part of the frame that its ancestors let through.
    var visible = Bounds(left: 0, top: 0, right: 0, bottom: 0)
    /// Size in pixels, margins not included; known after measuring.
    var width = 0
    var height = 0
    /// Length of what scrolls, and how far it has moved.
    var contentLength = 0
    var offset = 0
    /// Row number of the first child of a lazy list, and where that child begins in the content.
    var firstRow = 0
    var firstRowStart = 0

    init(_ view: View, key: Int, parent: Node?) {
        self.view = view
        self.key = key
        self.parent = parent
        guard !view.children.isEmpty else { return }
        children.reserveCapacity(view.children.count)
        var seen: [String: Int] = [:]
        for child in view.children {
            let name = child.key ?? (child.resourceID.isEmpty ? child.className : child.resourceID)
            let ordinal = seen[name, default: 0]
            seen[name] = ordinal + 1
            children.append(Node(child, key: Self.key(key, name, ordinal), parent: self))
        }
    }

    /// A key for a child: FNV-1a over the parent's key, the name and the ordinal.
    static func key(_ parent: Int, _ name: String, _ ordinal: Int) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bitPattern: Int64(parent))
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ UInt64(truncatingIfNeeded: ordinal) ^ 0x9e37) &* 0x100_0000_01b3
        return Int(truncatingIfNeeded: hash)
    }

    /// The axis along which the node scrolls.
    var axis: View.Axis? {
        switch view.arrangement {
        case .scroll(let axis): axis
        case .lazy: .vertical
        default: nil
        }
    }

    /// Length of the part of the content that can be seen.
    var viewport: Int {
        switch axis {
        case .vertical: height - Screen.pixels(view.padding.top) - Screen.pixels(view.padding.bottom)
        case .horizontal: width - Screen.pixels(view.padding.left) - Screen.pixels(view.padding.right)
        case nil: 0
        }
    }

    var maximumOffset: Int { max(0, contentLength - viewport) }
    var isScrollable: Bool { axis != nil && maximumOffset > 0 || view.flags.contains(.scrollable) }
    var isEnabled: Bool { view.flags.contains(.enabled) }

    /// Whether a finger on the node is taken by it.
    var takesTouch: Bool {
        let handlers = view.handlers
        return view.flags.contains(.clickable) || handlers.click != nil || handlers.longClick != nil
            || handlers.text != nil || handlers.seek != nil || handlers.point != nil || handlers.trace != nil
    }

    /// Calls `body` for the node and all below it, parents first.
    func forEach(_ body: (Node) -> Void) {
        body(self)
        for child in children { child.forEach(body) }
    }

    /// The first node in drawing order that fits.
    func first(_ fits: (Node) -> Bool) -> Node? {
        if fits(self) { return self }
        for child in children {
            if let found = child.first(fits) { return found }
        }
        return nil
    }
}
