// SPDX-License-Identifier: Apache-2.0

/// A screen as nested HTML-like text, the form that V-Droid prompts with (its `html_representation`): `input`,
/// `checkbox`, `button`, `p` and `div`, numbered by element id. Wrappers with one child and empty nodes print nothing.
public enum ScreenHTML {
    /// The text, one element a line, indented by nesting.
    public static func render(_ state: ScreenState) -> String {
        var out = ""
        var id = 0
        while id < state.elements.count {
            write(id, of: state, indent: 0, into: &out)
            id += 1 + state.elements[id].descendantCount
        }
        return out
    }

    /// Depth is bounded by the parser, so recursion is too.
    private static func write(_ id: Int, of state: ScreenState, indent: Int, into out: inout String) {
        let element = state.elements[id]
        let pad = String(repeating: " ", count: min(indent, 40))
        let name = text(element.text.isEmpty ? element.label : element.text)
        let description =
            element.contentDescription.isEmpty ? "" : " description=\"\(text(element.contentDescription))\""
        var children: [Int] = []
        var next = id + 1
        let end = state.descendants(of: id).upperBound
        while next < end {
            children.append(next)
            next += 1 + state.elements[next].descendantCount
        }
        let tag: String? =
            if element.isEditable {
                "input"
            } else if element.isCheckable {
                "checkbox"
            } else if element.isClickable || element.isSlider {
                "button"
            } else if !element.text.isEmpty || !element.contentDescription.isEmpty {
                "p"
            } else {
                nil
            }
        if let tag {
            let checked = element.isCheckable ? " checked=\(element.isChecked)" : ""
            out += "\(pad)<\(tag) id=\(id)\(checked)\(description)>\(name)</\(tag)>\n"
        }
        let isGroup = tag == nil && children.count > 1
        let mark = out.utf8.count
        if isGroup { out += "\(pad)<div>\n" }
        let opened = out.utf8.count
        for child in children { write(child, of: state, indent: indent + (isGroup || tag != nil ? 1 : 0), into: &out) }
        guard isGroup else { return }
        if out.utf8.count == opened {
            out.removeSubrange(out.utf8.index(out.startIndex, offsetBy: mark)...)
        } else {
            out += "\(pad)</div>\n"
        }
    }

    private static func text(_ value: String) -> String {
        Labels.oneLine(value).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
