// SPDX-License-Identifier: Apache-2.0

/// Works out what only the whole tree tells: who takes a click, what a person would call an element, and its role.
enum Labels {
    /// How many pieces of text inside a container make up its label and detail.
    private static let pieceLimit = 4

    static func worked(_ input: [Element]) -> [Element] {
        var elements = input
        for id in elements.indices {
            if elements[id].isClickable {
                elements[id].clickTarget = id
            } else if let parent = elements[id].parent {
                elements[id].clickTarget = elements[parent].clickTarget
            }
        }
        var kinds: [String: Kind] = [:]
        for id in elements.indices {
            let name = elements[id].className
            let kind = kinds[name] ?? kind(name)
            kinds[name] = kind
            elements[id].role = role(of: elements[id], kind)
        }
        for id in elements.indices { name(id, in: &elements) }
        return elements
    }

    /// Collapses white space, so that a label is one line.
    static func oneLine(_ text: String) -> String {
        if !text.utf8.contains(where: { $0 <= 0x20 }) { return text }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// What a class name alone tells. Names repeat on thousands of nodes, so each is looked at once.
    private enum Kind {
        case field, slider, toggle, radio, checkbox, tab, button, image, other
    }

    private static func kind(_ className: String) -> Kind {
        func ends(_ endings: String...) -> Bool { endings.contains { className.hasSuffix($0) } }
        if ends("EditText", "AutoCompleteTextView", "SearchAutoComplete") { return .field }
        if ends("SeekBar", "Slider") { return .slider }
        if ends("Switch", "SwitchCompat", "ToggleButton") { return .toggle }
        if ends("RadioButton") { return .radio }
        if ends("CheckBox", "CheckedTextView") { return .checkbox }
        if ends("TabView", "Tab") { return .tab }
        if ends("Button") { return .button }
        return ends("ImageView") ? .image : .other
    }

    private static func role(of element: Element, _ kind: Kind) -> Element.Role {
        switch kind {
        case .field: return .field
        case .slider: return .slider
        case .toggle: return .toggle
        case .radio: return .radio
        case .checkbox: return .checkbox
        case .tab: return .tab
        case .button: return element.isCheckable && element.isLeaf ? .checkbox : .button
        case .image, .other: break
        }
        if element.isCheckable && element.isLeaf { return .checkbox }
        if element.isScrollable { return .list }
        let isNamed = !element.text.isEmpty || !element.contentDescription.isEmpty
        if element.isClickable { return element.isLeaf ? (isNamed || !isCanvas(element) ? .button : .canvas) : .item }
        let draws = element.flags.contains(.focusable) && isCanvas(element)
        if kind == .image { return draws ? .canvas : .image }
        if element.isLeaf && isNamed { return .text }
        return draws ? .canvas : .group
    }

    /// Whether it is a large area that draws what it shows: it has no child and says nothing about its content.
    static func isCanvas(_ element: Element) -> Bool {
        element.isLeaf && element.text.isEmpty && !element.isScrollable
            && element.bounds.width >= 300 && element.bounds.height >= 300
    }

    private static func name(_ id: Int, in elements: inout [Element]) {
        let element = elements[id]
        if element.role == .field {
            // An empty field prints its hint as its text. Newer builds tell which it is; where they do not, words that
            // usually stand in empty fields are taken for a hint.
            let value = oneLine(element.text)
            let told = oneLine(element.hint)
            let isHint = !value.isEmpty && (value == told || (told.isEmpty && looksLikeHint(value, element)))
            // Line breaks alone are a content, too: it can be cleared.
            elements[id].detail = isHint ? "" : value.isEmpty && !element.text.isEmpty ? "blank" : value
            elements[id].label = firstNonEmpty([
                told, isHint ? value : "", oneLine(element.contentDescription), floatingLabel(of: id, in: elements),
                element.resourceWords, neighbour(of: id, in: elements), "text",
            ])
            return
        }
        // What a slider gives as its text is where it stands.
        let names = [oneLine(element.text), oneLine(element.contentDescription)]
        var label = element.isSlider ? names[1] : firstNonEmpty(names)
        if element.isSlider { elements[id].detail = names[0] }
        let interactive = element.isClickable || element.isCheckable || element.flags.contains(.longClickable)
        if interactive && !element.isLeaf {
            var pieces: [String] = []
            collect(id, in: elements, &pieces)
            if label.isEmpty, !pieces.isEmpty { label = pieces.removeFirst() }
            elements[id].detail = pieces.filter { $0 != label }.joined(separator: ", ")
        }
        if label.isEmpty && (element.isCheckable || element.isSlider) { label = neighbour(of: id, in: elements) }
        if label.isEmpty && (interactive || element.isScrollable || element.isSlider || element.role == .canvas) {
            label = firstNonEmpty([element.resourceWords, interactive ? element.shortClass : ""])
        }
        elements[id].label = label
    }

    private static let hintWords: Set<String> = [
        "name", "first name", "last name", "middle name", "given name", "family name", "surname", "nickname",
        "full name", "company", "title",
        "job title", "department", "phone", "phone number", "mobile", "email", "e-mail", "email address", "address",
        "website", "url", "label",
        "note", "notes", "description", "message", "text message", "password", "username", "user name", "pin", "amount",
        "price", "quantity",
        "location", "date", "time", "hour", "hours", "minute", "minutes", "second", "seconds", "comment", "subject",
        "to", "tags", "folder name",
        "file name", "filename", "folder", "playlist name", "event title", "timer name", "alarm name", "name prefix",
        "name suffix", "sip",
        "phonetic name", "document name", "device name",
    ]

    /// Whether a field's text is what stands in it while it is empty: the name of a common field, the words of its own
    /// id, or an invitation.
    private static func looksLikeHint(_ text: String, _ element: Element) -> Bool {
        let lower = text.lowercased()
        if hintWords.contains(lower) || lower == element.resourceWords { return true }
        if lower.hasSuffix("…") || lower.hasSuffix("...") { return true }
        let first = lower.split(separator: " ").first ?? ""
        return lower.count <= 40 && ["search", "enter", "type", "add", "write"].contains(first)
    }

    /// The text beside a field within its own box: the label that floats above what was typed.
    private static func floatingLabel(of id: Int, in elements: [Element]) -> String {
        guard let box = elements[id].parent, elements[box].descendantCount <= 4 else { return "" }
        for place in (box + 1)..<min(elements.count, box + 1 + elements[box].descendantCount) where place != id {
            let element = elements[place]
            if element.isEditable || element.isClickable { return "" }
            if !element.text.isEmpty { return oneLine(element.text) }
        }
        return ""
    }

    private static func firstNonEmpty(_ candidates: [String]) -> String {
        candidates.first { !$0.isEmpty } ?? ""
    }

    /// Texts inside a container that belong to it: those of clickable elements inside it are their own.
    private static func collect(_ id: Int, in elements: [Element], _ pieces: inout [String]) {
        var next = id + 1
        let end = min(elements.count, id + 1 + elements[id].descendantCount)
        while next < end && pieces.count < pieceLimit {
            let element = elements[next]
            if element.isClickable || element.isEditable {
                next += 1 + element.descendantCount
                continue
            }
            let own = firstNonEmpty([oneLine(element.text), oneLine(element.contentDescription)])
            if !own.isEmpty && !element.isCheckable && !pieces.contains(own) { pieces.append(own) }
            next += 1
        }
    }

    /// The text that stands beside an unnamed control: the first one inside the nearest container that has any.
    private static func neighbour(of id: Int, in elements: [Element]) -> String {
        var above = elements[id].parent
        var steps = 0
        while let container = above, steps < 4 {
            let end = min(elements.count, container + 1 + elements[container].descendantCount)
            var seen = 0
            var place = container + 1
            while place < end && seen < 40 {
                if place != id {
                    let element = elements[place]
                    let own = oneLine(element.text.isEmpty ? element.contentDescription : element.text)
                    if !own.isEmpty && !element.isEditable && !element.isCheckable { return own }
                }
                seen += 1
                place += 1
            }
            above = elements[container].parent
            steps += 1
        }
        return ""
    }
}
