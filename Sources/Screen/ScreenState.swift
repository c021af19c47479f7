// SPDX-License-Identifier: Apache-2.0

import Base

/// What is on the display at one moment.
public struct ScreenState: Sendable {
    /// What went less than well when the screen was read.
    public struct Flags: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The hierarchy broke off; what came before is here.
        public static let truncated = Flags(rawValue: 1 << 0)
        /// No hierarchy could be read; only the picture is here.
        public static let screenshotOnly = Flags(rawValue: 1 << 1)
        /// The screen still changed when the time to settle was over.
        public static let unsettled = Flags(rawValue: 1 << 2)
        /// Nodes below the depth bound or beyond the count bound were left out.
        public static let clipped = Flags(rawValue: 1 << 3)
        /// A picture was asked for and none came; only the hierarchy is here.
        public static let treeOnly = Flags(rawValue: 1 << 4)

        /// The names of the flags that are set.
        public var names: [String] {
            let all: [(Flags, String)] = [
                (.truncated, "truncated"), (.screenshotOnly, "screenshotOnly"), (.unsettled, "unsettled"),
                (.clipped, "clipped"), (.treeOnly, "treeOnly"),
            ]
            return all.filter { contains($0.0) }.map(\.1)
        }
    }

    /// The elements in document order.
    public var elements: [Element]
    /// The display's size in the current rotation, in pixels.
    public var displaySize: DisplaySize
    /// Quarter turns, 0 to 3.
    public var rotation: Int
    /// The package in front.
    public var package: String
    /// The activity in front, or the empty string where it is not known.
    public var activity: String
    /// Whether the soft keyboard is shown.
    public var keyboardShown: Bool
    /// The hierarchy as the device printed it.
    public var xml: [UInt8]
    /// The picture, where one was taken.
    public var screenshot: Screenshot?
    public var flags: Flags
    /// What was read in pictures that the hierarchy does not describe, by the ids of their elements; see `PictureText`. It is no
    /// part of the content hash.
    public var readTexts: [Int: [ReadText]] = [:]

    /// A digest of everything that a hierarchy says about what is shown. Two screens with the same hash look the same
    /// to the agent.
    public var contentHash: String

    public init(
        elements: [Element] = [],
        displaySize: DisplaySize,
        rotation: Int = 0,
        package: String = "",
        activity: String = "",
        keyboardShown: Bool = false,
        xml: [UInt8] = [],
        screenshot: Screenshot? = nil,
        flags: Flags = []
    ) {
        self.elements = elements
        self.displaySize = displaySize
        self.rotation = rotation
        self.package = package
        self.activity = activity
        self.keyboardShown = keyboardShown
        self.xml = xml
        self.screenshot = screenshot
        self.flags = flags
        contentHash = Self.hash(of: elements)
    }

    /// A state from a parsed hierarchy. The display's size is the union of the roots where it is not given.
    public init(_ tree: Hierarchy, displaySize: DisplaySize? = nil, xml: [UInt8] = []) {
        let roots = tree.elements.filter { $0.parent == nil }.map(\.bounds)
        let size =
            displaySize
            ?? DisplaySize(width: roots.map(\.right).max() ?? 0, height: roots.map(\.bottom).max() ?? 0)
        self.init(
            elements: tree.elements,
            displaySize: size,
            rotation: tree.rotation,
            package: tree.elements.last { !$0.package.isEmpty && $0.parent == nil }?.package ?? "",
            xml: xml
        )
        if tree.isTruncated { flags.insert(.truncated) }
        if tree.isClipped { flags.insert(.clipped) }
    }

    /// The element with an id, or nil.
    public func element(_ id: Int) -> Element? {
        elements.indices.contains(id) ? elements[id] : nil
    }

    /// The ids of everything below an element.
    public func descendants(of id: Int) -> Range<Int> {
        guard let element = element(id) else { return 0..<0 }
        return (id + 1)..<min(elements.count, id + 1 + element.descendantCount)
    }

    /// The part of an element that lies on the display and inside everything that scrolls around it.
    public func visibleBounds(of id: Int) -> Bounds {
        guard let element = element(id) else { return .zero }
        var bounds = element.bounds
        if displaySize.width > 0 && displaySize.height > 0 {
            let display = Bounds(left: 0, top: 0, right: displaySize.width, bottom: displaySize.height)
            bounds = bounds.intersection(display)
        }
        var above = element.parent
        while let id = above {
            if elements[id].isScrollable { bounds = bounds.intersection(elements[id].bounds) }
            above = elements[id].parent
        }
        return bounds
    }

    /// The element that has the input focus and takes text.
    public var focusedField: Element? { elements.first { $0.isFocused && $0.isEditable } }

    /// The content hash with numbers taken for equal: the same while nothing but a clock, a timer or a counter moves.
    var shapeHash: String { Self.hash(of: elements, countsNumbers: false) }

    private static func hash(of elements: [Element], countsNumbers: Bool = true) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.count * 96)
        func add(_ text: String) {
            if countsNumbers { bytes.append(contentsOf: text.utf8) } else { bytes.append(contentsOf: masked(text)) }
            bytes.append(0xFF)
        }
        func add(_ number: Int) {
            withUnsafeBytes(of: Int32(truncatingIfNeeded: number).littleEndian) { bytes.append(contentsOf: $0) }
        }
        for element in elements {
            add(element.text)
            add(element.contentDescription)
            add(element.hint)
            add(element.resourceID)
            add(element.className)
            add(element.package)
            add(element.depth)
            add(Int(element.flags.rawValue))
            // A number that grows a digit moves what stands around it.
            guard countsNumbers else { continue }
            add(element.bounds.left)
            add(element.bounds.top)
            add(element.bounds.right)
            add(element.bounds.bottom)
        }
        return SHA256.hex(bytes)
    }

    /// Each run of digits as one zero.
    private static func masked(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        for byte in text.utf8 {
            let isDigit = (0x30...0x39).contains(byte)
            if isDigit && out.last == 0x30 { continue }
            out.append(isDigit ? 0x30 : byte)
        }
        return out
    }
}
