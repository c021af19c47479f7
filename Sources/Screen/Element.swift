// SPDX-License-Identifier: Apache-2.0

/// One node of what is on the display.
///
/// Elements lie in one array in document order (parents before children); `id` is the place in that array and is valid
/// for its `ScreenState` alone.
public struct Element: Sendable, Hashable {
    /// What a node says about itself, one bit each.
    public struct Flags: OptionSet, Sendable, Hashable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let checkable = Flags(rawValue: 1 << 0)
        public static let checked = Flags(rawValue: 1 << 1)
        public static let clickable = Flags(rawValue: 1 << 2)
        public static let enabled = Flags(rawValue: 1 << 3)
        public static let focusable = Flags(rawValue: 1 << 4)
        public static let focused = Flags(rawValue: 1 << 5)
        public static let scrollable = Flags(rawValue: 1 << 6)
        public static let longClickable = Flags(rawValue: 1 << 7)
        public static let password = Flags(rawValue: 1 << 8)
        public static let selected = Flags(rawValue: 1 << 9)
    }

    /// What an element is to a person, from its class and flags.
    public enum Role: String, Sendable, Codable {
        case button, link, item, toggle = "switch", checkbox, radio, tab, field, slider, list, image, text, canvas,
            group
    }

    /// The place in the state's array.
    public var id: Int
    /// The place among its siblings, as the node says.
    public var index: Int
    /// The element above, or nil for a root.
    public var parent: Int?
    /// 0 for a root.
    public var depth: Int
    public var text: String
    public var contentDescription: String
    /// The hint of an empty field, where the device prints it.
    public var hint: String
    public var resourceID: String
    public var className: String
    public var package: String
    public var bounds: Bounds
    public var flags: Flags
    /// How many elements below it, children of children included; they are the ones that follow it in the array.
    public var descendantCount: Int
    /// The nearest element that takes its clicks: itself, or the nearest clickable ancestor.
    public var clickTarget: Int?
    /// What a person would call it: its text, its description, the text inside it, or the words of its resource id.
    public var label: String
    /// Text inside it beyond the label: the summary line of a list row, the value of a field.
    public var detail: String
    public var role: Role

    public init(id: Int, parent: Int?, depth: Int) {
        self.id = id
        index = 0
        self.parent = parent
        self.depth = depth
        text = ""
        contentDescription = ""
        hint = ""
        resourceID = ""
        className = ""
        package = ""
        bounds = .zero
        flags = [.enabled]
        descendantCount = 0
        clickTarget = nil
        label = ""
        detail = ""
        role = .group
    }

    public var isClickable: Bool { flags.contains(.clickable) }
    public var isCheckable: Bool { flags.contains(.checkable) }
    public var isChecked: Bool { flags.contains(.checked) }
    public var isEnabled: Bool { flags.contains(.enabled) }
    public var isFocused: Bool { flags.contains(.focused) }
    public var isScrollable: Bool { flags.contains(.scrollable) }
    public var isLongClickable: Bool { flags.contains(.longClickable) }
    public var isLeaf: Bool { descendantCount == 0 }

    /// Whether text can be typed into it.
    public var isEditable: Bool { role == .field }

    /// Whether it is a bar whose thumb can be moved.
    public var isSlider: Bool { role == .slider }

    /// The class without its package: `Switch` for `android.widget.Switch`.
    public var shortClass: String {
        String(className[(className.lastIndex(of: ".").map(className.index(after:)) ?? className.startIndex)...])
    }

    /// The words of the resource id's last part: `search action bar` for `com.x:id/search_action_bar`.
    public var resourceWords: String {
        guard let slash = resourceID.lastIndex(of: "/") else { return "" }
        var out = ""
        var previousIsLower = false
        for character in resourceID[resourceID.index(after: slash)...] {
            if character == "_" || character == "-" || character == "." {
                if !out.isEmpty && out.last != " " { out.append(" ") }
                previousIsLower = false
            } else {
                if character.isUppercase && previousIsLower { out.append(" ") }
                out += character.lowercased()
                previousIsLower = character.isLowercase
            }
        }
        return out.hasSuffix(" ") ? String(out.dropLast()) : out
    }
}
