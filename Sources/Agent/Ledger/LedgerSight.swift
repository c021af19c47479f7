// SPDX-License-Identifier: Apache-2.0

import Screen

/// What the ledger sees of a screen, worked out once.
struct LedgerSight: Sendable {
    /// One of the screens of an app, as far as a screen tells.
    struct Place: Sendable, Hashable {
        var package: String
        var activity: String
        /// What the bar at the top says.
        var title: [UInt8]
    }

    /// What a field is known by on later screens.
    struct FieldKey: Sendable, Hashable {
        var package: String
        /// The resource id; where there is none, class and label.
        var name: String
    }

    struct Field: Sendable {
        var id: Int
        var key: FieldKey
        /// What stands in it, folded; a hint is no content.
        var content: [UInt8]
    }

    struct Text: Sendable {
        /// The element; for a line that was read in a picture, the picture.
        var id: Int
        var folded: [UInt8]
    }

    let place: Place
    /// What the list in front is known by, whatever the bar above it says; empty for none.
    let list: String
    /// A dialog, a menu or a question lies over what is below.
    let isPopup: Bool
    /// Everything that is written outside fields.
    let texts: [Text]
    let fields: [Field]
    private let screen: ScreenState

    init(_ screen: ScreenState) {
        self.screen = screen
        isPopup = Popup.covers(screen)
        var texts: [Text] = []
        var fields: [Field] = []
        var title: [UInt8] = []
        let barEnd = screen.displaySize.height * 3 / 20
        for element in screen.elements {
            if element.isEditable {
                let name = element.resourceID.isEmpty ? element.className + " " + element.label : element.resourceID
                let key = FieldKey(package: element.package, name: name)
                fields.append(Field(id: element.id, key: key, content: LedgerText.fold(element.detail)))
                continue
            }
            // A passing notice tells what was done, also where it tells what is gone.
            guard !element.resourceID.hasSuffix("snackbar_text") else { continue }
            let own = element.text.isEmpty ? element.contentDescription : element.text
            guard !own.isEmpty else { continue }
            let folded = LedgerText.fold(own)
            guard !folded.isEmpty else { continue }
            texts.append(Text(id: element.id, folded: folded))
            let isTitle = title.isEmpty && !element.isClickable && element.bounds.top < barEnd
            if isTitle && element.bounds.bottom < barEnd * 2 { title = folded }
        }
        for (id, lines) in screen.readTexts {
            texts += lines.map { Text(id: id, folded: LedgerText.fold($0.text)) }.filter { !$0.folded.isEmpty }
        }
        self.texts = texts
        self.fields = fields
        place = Place(package: screen.package, activity: screen.activity, title: title)
        let id = screen.elements.first { $0.isScrollable && !$0.resourceID.isEmpty && !$0.isEditable }?.resourceID
        list = id.map { "\(screen.package)/\(screen.activity) \($0)" } ?? ""
    }

    /// How often a value is written outside fields.
    func count(_ wording: LedgerWording) -> Int { texts.count { wording.stands(in: $0.folded) } }

    /// The field that a value stands in.
    func field(with wording: LedgerWording) -> Field? {
        if fields.isEmpty { return nil }
        if let field = fields.first(where: { wording.stands(in: $0.content) }) { return field }
        // First name and last name stand in fields of their own.
        let words = wording.words
        guard !words.isEmpty, words.count <= fields.count else { return nil }
        return words.allSatisfy { word in fields.contains { $0.content == word } }
            ? fields.first { $0.content == words[0] } : nil
    }

    /// Whether a value is written where it counts as chosen: not on a box that is not ticked, and not beside another one that
    /// is selected in its place.
    func shows(_ wording: LedgerWording) -> Bool {
        texts.contains { text in
            guard wording.stands(in: text.folded), let element = screen.element(text.id) else { return false }
            let target = element.clickTarget.flatMap { screen.element($0) } ?? element
            for one in [element, target] {
                if one.isCheckable && !one.isChecked { return false }
                if one.flags.contains(.selected) || one.isChecked { return true }
            }
            return !hasChosenSibling(target)
        }
    }

    private func hasChosenSibling(_ element: Element) -> Bool {
        guard let parent = element.parent else { return false }
        return screen.descendants(of: parent).contains { id in
            let other = screen.elements[id]
            return other.parent == parent && other.id != element.id && other.className == element.className
                && (other.flags.contains(.selected) || other.isChecked)
        }
    }

    /// Whether a value is written in the row, or on the page, that another one names.
    func shows(_ wording: LedgerWording, beside key: LedgerWording) -> Bool {
        if key.stands(in: place.title) { return count(wording) > 0 }
        let high = screen.displaySize.height * 2 / 5
        for text in texts where key.stands(in: text.folded) {
            if wording.stands(in: text.folded) && wording != key { return true }
            var above = screen.element(text.id)?.parent
            var steps = 0
            while let id = above, steps < 3 {
                let box = screen.elements[id]
                guard !box.isScrollable, box.bounds.height < high else { break }
                let inside = screen.descendants(of: id)
                if texts.contains(where: { inside.contains($0.id) && wording.stands(in: $0.folded) }) { return true }
                above = box.parent
                steps += 1
            }
        }
        return false
    }

    /// The state of the switch or box with a name; nil where there is none.
    func state(of name: LedgerSwitchName) -> Bool? {
        for element in screen.elements where element.isCheckable {
            var labels = [element.label]
            if let target = element.clickTarget.flatMap({ screen.element($0) }) { labels.append(target.label) }
            if let parent = element.parent.flatMap({ screen.element($0) }), parent.isClickable {
                labels.append(parent.label)
            }
            if labels.contains(where: { name.matches(LedgerText.fold($0)) }) { return element.isChecked }
        }
        return nil
    }
}

/// What a switch is called, with or without spaces: `wifi`, `Wi-Fi`, `Use Wi-Fi`.
struct LedgerSwitchName: Sendable, Hashable {
    private let joined: [UInt8]

    init(_ name: String) { joined = LedgerText.joined(LedgerText.fold(name)) }

    func matches(_ label: [UInt8]) -> Bool {
        let label = LedgerText.joined(label)
        guard !joined.isEmpty, label.count >= joined.count, label.suffix(joined.count) == joined[...] else {
            return false
        }
        let before = label.dropLast(joined.count)
        return before.isEmpty || before == Array("use".utf8)[...] || before == Array("enable".utf8)[...]
    }

    /// Whether a folded text has the name somewhere, from the beginning of a word to the end of one.
    func isNamed(in text: [UInt8]) -> Bool {
        guard !joined.isEmpty else { return false }
        let words = text.split(separator: 32)
        return words.indices.contains { start in
            var place = 0
            for word in words[start...] {
                guard place + word.count <= joined.count, joined[place..<(place + word.count)] == word else {
                    return false
                }
                place += word.count
                if place == joined.count { return true }
            }
            return false
        }
    }
}
