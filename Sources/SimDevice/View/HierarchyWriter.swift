// SPDX-License-Identifier: Apache-2.0

/// Writes the hierarchy of a window exactly as Android's `uiautomator dump` prints it.
struct HierarchyWriter {
    /// The key of the node that has the focus.
    var focus: Int?
    private var out: [UInt8] = []

    init(focus: Int?) {
        self.focus = focus
        out.reserveCapacity(1 << 16)
    }

    /// The document for a window whose nodes belong to `package`.
    static func write(_ root: Node, package: String, focus: Int?, rotation: Int = 0) -> [UInt8] {
        var writer = HierarchyWriter(focus: focus)
        writer.append("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"")
        writer.out.append(UInt8(48 + rotation))
        writer.append("\">")
        var index = 0
        writer.write(root, package, &index)
        writer.append("</hierarchy>")
        return writer.out
    }

    private mutating func write(_ node: Node, _ package: String, _ index: inout Int) {
        let view = node.view
        if view.className.isEmpty {
            for child in node.children { write(child, package, &index) }
            return
        }
        defer { index += 1 }
        guard !node.visible.isEmpty else { return }
        append("<node")
        if isUnfriendly(node) { append(" NAF=\"true\"") }
        attribute(" index", "\(index)")
        attribute(" text", view.shownText)
        attribute(" resource-id", view.resourceID)
        attribute(" class", view.className)
        attribute(" package", package)
        attribute(" content-desc", view.contentDescription)
        let flags = view.flags
        flag(" checkable", flags.contains(.checkable))
        flag(" checked", flags.contains(.checked))
        flag(" clickable", flags.contains(.clickable))
        flag(" enabled", flags.contains(.enabled))
        flag(" focusable", flags.contains(.focusable))
        flag(" focused", node.key == focus)
        flag(" scrollable", node.isScrollable)
        flag(" long-clickable", flags.contains(.longClickable))
        flag(" password", flags.contains(.password))
        flag(" selected", flags.contains(.selected))
        let box = node.visible
        attribute(" bounds", "[\(box.left),\(box.top)][\(box.right),\(box.bottom)]")
        let body = out.count
        append(">")
        var childIndex = 0
        for child in node.children { write(child, package, &childIndex) }
        if out.count == body + 1 {
            out.removeLast()
            append(" />")
        } else {
            append("</node>")
        }
    }

    /// "Not accessibility friendly": can be clicked, and neither it nor anything in it has words.
    private func isUnfriendly(_ node: Node) -> Bool {
        guard node.view.flags.isSuperset(of: [.clickable, .enabled]) else { return false }
        let excluded = [
            "android.widget.GridView", "android.widget.GridLayout", "android.widget.ListView",
            "android.widget.TableLayout",
        ]
        return !excluded.contains(node.view.className) && !hasWords(node)
    }

    private func hasWords(_ node: Node) -> Bool {
        let view = node.view
        if !view.className.isEmpty && !(view.shownText.isEmpty && view.contentDescription.isEmpty) { return true }
        return node.children.contains { hasWords($0) }
    }

    private mutating func append(_ text: StaticString) {
        out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func flag(_ name: StaticString, _ on: Bool) {
        append(name)
        if on { append("=\"true\"") } else { append("=\"false\"") }
    }

    private mutating func attribute(_ name: StaticString, _ value: String) {
        append(name)
        append("=\"")
        for scalar in value.unicodeScalars { escape(scalar) }
        append("\"")
    }

    /// Entities as Android's serializer writes them; characters that XML 1.0 cannot hold, and both halves of those
    /// beyond the basic plane, become full stops.
    private mutating func escape(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x26: append("&amp;")
        case 0x3c: append("&lt;")
        case 0x3e: append("&gt;")
        case 0x22: append("&quot;")
        case 0x27: append("&apos;")
        case 0x0a: append("&#10;")
        case 0x09: append("&#9;")
        case 0x0d: append("&#13;")
        case 0x20...0x7e: out.append(UInt8(scalar.value))
        case 0xa0...0xd7ff, 0xe000...0xfdcf, 0xfde0...0xfffd: out.append(contentsOf: UTF8.encode(scalar) ?? .init())
        case 0x85: out.append(contentsOf: UTF8.encode(scalar) ?? .init())
        case 0x10000...: append("..")
        default: append(".")
        }
    }
}

extension View {
    /// The text that the hierarchy tells. As on Android, an empty field tells its hint, and a password only its length.
    var shownText: String {
        if handlers.text != nil {
            if text.isEmpty { return hint }
            if flags.contains(.password) { return String(repeating: "•", count: text.count) }
        }
        return text
    }
}
