// SPDX-License-Identifier: Apache-2.0

import Base
internal import CLibXML2

/// A parsed hierarchy: elements in document order with labels and roles worked out.
public struct Hierarchy: Sendable {
    public var elements: [Element]
    /// Quarter turns, 0 to 3.
    public var rotation: Int
    /// The document broke off before its root was closed.
    public var isTruncated: Bool
    /// Nodes beyond the bounds of depth or count were left out.
    public var isClipped: Bool
}

/// Reads what `uiautomator dump` prints, as it arrives, through libxml2's push parser in recovery mode.
///
/// Real devices print warnings before the document and a sentence after it, leave out or add attributes, break off in
/// the middle and write surrogate pairs as two references; all of that is read. Nothing before `<hierarchy` reaches the
/// XML parser, so a document type with entities cannot either.
public final class HierarchyParser {
    /// Elements nested deeper than this are left out.
    public static let depthLimit = 400
    /// Elements beyond this many are left out.
    public static let countLimit = 100_000

    private var filter = HierarchyFilter()
    private let sink = NodeSink()
    private var context: xmlParserCtxtPtr?
    private var isOver = false

    public init() {}

    deinit {
        if let context { xmlFreeParserCtxt(context) }
    }

    /// Parses a whole answer.
    ///
    /// - Throws: `DroidError` with code `screen.notXML` where there is no hierarchy in it, `screen.notIdle` and
    ///   `screen.noRoot` where the device said so, and `screen.empty` for a hierarchy without a node.
    public static func parse(_ bytes: [UInt8]) throws -> Hierarchy {
        let parser = HierarchyParser()
        var start = 0
        while start < bytes.count {
            let end = min(start + 65_536, bytes.count)
            parser.feed(bytes[start..<end])
            start = end
        }
        return try parser.finish()
    }

    /// Takes the next piece of the device's answer, of any size.
    public func feed(_ piece: some Sequence<UInt8>) {
        guard !isOver else { return }
        filter.feed(piece)
        push(filter.take(), last: false)
        if sink.isClosed { isOver = true }
    }

    /// Ends the input and gives what was in it. The parser takes no more input afterwards.
    ///
    /// - Throws: as `parse` does.
    public func finish() throws -> Hierarchy {
        filter.finish()
        if !isOver { push(filter.take(), last: true) }
        isOver = true
        guard sink.sawRoot else { throw Self.missing(filter.noise) }
        guard !sink.elements.isEmpty else {
            throw DroidError(
                "screen.empty",
                "the device printed a hierarchy without a single node",
                why: "the window in front has no content that accessibility can see, or it is just being replaced",
                next:
                    "try again in a moment; if it stays, the app tells accessibility nothing of its content"
            )
        }
        sink.closeAll()
        return Hierarchy(
            elements: Labels.worked(sink.elements),
            rotation: sink.rotation,
            isTruncated: !sink.isClosed,
            isClipped: sink.isClipped
        )
    }

    private func push(_ bytes: [UInt8], last: Bool) {
        if context == nil {
            guard !bytes.isEmpty else { return }
            context = makeContext()
        }
        guard let context else { return }
        // After a fatal error libxml2 stops calling back; recovery mode leaves only a few of those.
        bytes.withUnsafeBytes { raw in
            let start = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            _ = xmlParseChunk(context, start, Int32(raw.count), last ? 1 : 0)
        }
    }

    private func makeContext() -> xmlParserCtxtPtr? {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { user, name, _, _, _, _, count, _, attributes in
            guard let user, let name else { return }
            NodeSink.of(user).start(name, count: Int(count), attributes)
        }
        handler.endElementNs = { user, name, _, _ in
            guard let user, let name else { return }
            NodeSink.of(user).end(name)
        }
        let user = Unmanaged.passUnretained(sink).toOpaque()
        guard let context = xmlCreatePushParserCtxt(&handler, user, nil, 0, nil) else { return nil }
        let options =
            XML_PARSE_RECOVER.rawValue | XML_PARSE_NOENT.rawValue | XML_PARSE_NONET.rawValue
            | XML_PARSE_NOERROR.rawValue
            | XML_PARSE_NOWARNING.rawValue | XML_PARSE_HUGE.rawValue
        xmlCtxtUseOptions(context, Int32(options))
        // Without a declaration, which the filter drops, XML is UTF-8; the filter hands over nothing else.
        return context
    }

    private static func missing(_ noise: [UInt8]) -> DroidError {
        let said = String(decoding: noise.prefix(400), as: UTF8.self)
        let line = said.split(whereSeparator: \.isNewline).first { !$0.isEmpty }.map { String($0.prefix(160)) } ?? ""
        if said.contains("could not get idle state") {
            return DroidError(
                "screen.notIdle",
                "the device did not print what is on its display",
                why: "uiautomator waited for the display to stand still, and it kept moving",
                next: "turn animations off, or pause what is playing"
            )
        }
        if said.contains("null root node") {
            return DroidError(
                "screen.noRoot",
                "the device did not print what is on its display",
                why: "no window was in front (uiautomator: null root node)",
                next: "unlock the device and try again"
            )
        }
        return DroidError(
            "screen.notXML",
            "the device's answer to uiautomator dump holds no hierarchy",
            why: line.isEmpty ? "it was empty" : "it began with: \(line)",
            next: "another accessibility client may hold uiautomator (Appium, uiautomator2); stop it and try again"
        )
    }
}

/// Builds elements from SAX events.
private final class NodeSink {
    var elements: [Element] = []
    var rotation = 0
    var sawRoot = false
    var isClosed = false
    var isClipped = false
    /// Ids of the open elements; nil for those that are left out.
    private var stack: [Int?] = []
    private var kept: [Int] = []
    private var kinds: [UnsafePointer<xmlChar>: Attribute] = [:]
    private var shared: [String: String] = [:]

    private enum Attribute {
        case index, text, description, hint, resource, className, package, bounds, flag(Element.Flags), rotation, other
    }

    static func of(_ user: UnsafeMutableRawPointer) -> NodeSink {
        Unmanaged<NodeSink>.fromOpaque(user).takeUnretainedValue()
    }

    func start(
        _ name: UnsafePointer<xmlChar>,
        count: Int,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        guard !isClosed else { return }
        guard sawRoot else {
            sawRoot = true
            each(count, attributes) { kind, value in
                if case .rotation = kind, let first = value.first, (48...51).contains(first) {
                    rotation = Int(first - 48)
                }
            }
            stack.append(nil)
            return
        }
        guard stack.count <= HierarchyParser.depthLimit, elements.count < HierarchyParser.countLimit, isNode(name)
        else {
            if isNode(name) { isClipped = true }
            stack.append(nil)
            return
        }
        var element = Element(id: elements.count, parent: kept.last, depth: kept.count)
        element.flags = [.enabled]
        each(count, attributes) { kind, value in Self.set(kind, value, on: &element, sharing: &shared) }
        stack.append(element.id)
        kept.append(element.id)
        elements.append(element)
    }

    func end(_ name: UnsafePointer<xmlChar>) {
        guard !isClosed, let last = stack.popLast() else { return }
        if let last {
            kept.removeLast()
            elements[last].descendantCount = elements.count - last - 1
        }
        if stack.isEmpty && sawRoot { isClosed = true }
    }

    /// Closes what a truncated document left open.
    func closeAll() {
        for id in kept { elements[id].descendantCount = elements.count - id - 1 }
        kept = []
    }

    private func isNode(_ name: UnsafePointer<xmlChar>) -> Bool {
        name[0] == UInt8(ascii: "n") && name[1] == UInt8(ascii: "o") && name[2] == UInt8(ascii: "d")
            && name[3] == UInt8(ascii: "e") && name[4] == 0
    }

    private func each(
        _ count: Int,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?,
        _ body: (Attribute, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard let attributes else { return }
        for place in 0..<count {
            // Five pointers each: name, prefix, namespace, value, end of value.
            guard let name = attributes[place * 5], let start = attributes[place * 5 + 3],
                let end = attributes[place * 5 + 4]
            else { continue }
            body(kind(of: name), UnsafeBufferPointer(start: start, count: end - start))
        }
    }

    /// Names are interned by libxml2 for one context, so the pointer stands for the name.
    private func kind(of name: UnsafePointer<xmlChar>) -> Attribute {
        if let known = kinds[name] { return known }
        let kind: Attribute =
            switch String(cString: name) {
            case "index": .index
            case "text": .text
            case "content-desc": .description
            case "hint": .hint
            case "resource-id": .resource
            case "class": .className
            case "package": .package
            case "bounds": .bounds
            case "rotation": .rotation
            case "checkable": .flag(.checkable)
            case "checked": .flag(.checked)
            case "clickable": .flag(.clickable)
            case "enabled": .flag(.enabled)
            case "focusable": .flag(.focusable)
            case "focused": .flag(.focused)
            case "scrollable": .flag(.scrollable)
            case "long-clickable": .flag(.longClickable)
            case "password": .flag(.password)
            case "selected": .flag(.selected)
            default: .other
            }
        kinds[name] = kind
        return kind
    }

    private static func set(
        _ kind: Attribute,
        _ value: UnsafeBufferPointer<UInt8>,
        on element: inout Element,
        sharing shared: inout [String: String]
    ) {
        func string() -> String { value.isEmpty ? "" : String(decoding: value, as: UTF8.self) }
        // Class names and packages repeat on every node; one copy of each is kept.
        func sharedString() -> String {
            let text = string()
            if let known = shared[text] { return known }
            if shared.count < 4096 { shared[text] = text }
            return text
        }
        switch kind {
        case .index: element.index = value.count <= 9 ? Int(string()) ?? 0 : 0
        case .text: element.text = string()
        case .description: element.contentDescription = string()
        case .hint: element.hint = string()
        case .resource: element.resourceID = sharedString()
        case .className: element.className = sharedString()
        case .package: element.package = sharedString()
        case .bounds: element.bounds = Bounds(value) ?? .zero
        case .flag(let flag):
            if value.count == 4 && value[0] == UInt8(ascii: "t") {
                element.flags.insert(flag)
            } else {
                element.flags.remove(flag)
            }
        case .rotation, .other: break
        }
    }
}
