// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// The pages of the Contacts app.
struct ContactsPages {
    static let package = "com.google.android.contacts"
    static let app = "Contacts"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    /// Whether everybody is listed and nothing is being selected or searched.
    var isList: Bool { page.shows("Create contact") && page.element(id: "floating_action_button") != nil }
    var isEditor: Bool { page.element(id: "contact_editor_fragment") != nil }

    /// Whether a menu is open: a window of its own with entries only.
    var isMenu: Bool {
        page.element(id: "large_title") == nil && page.element(id: "root") == nil && !isEditor
            && !page.taps("Delete").isEmpty
    }

    /// A field of the editor with what stands in it.
    struct Field {
        var element: Element
        var value: String
    }

    /// The names of the editor's fields, from the top.
    private static let names = ["First name", "Last name", "Company", "Phone", "Email"]

    /// The editor's fields by name, as far as they are in sight.
    ///
    /// A hierarchy tells an empty field's hint as its text and a full field's hint not at all, so a full one
    /// is known by its place
    /// beside an empty one, or below the picture at the top.
    var fields: [String: Field] {
        let elements = page.fields
        let anchor = elements.indices.first { Self.names.contains(elements[$0].text) }
        let offset: Int
        if let anchor, let place = Self.names.firstIndex(of: elements[anchor].text) {
            offset = place - anchor
        } else if page.element(id: "photo") != nil {
            offset = 0
        } else {
            return [:]
        }
        var out: [String: Field] = [:]
        for (index, element) in elements.enumerated() where Self.names.indices.contains(index + offset) {
            let name = Self.names[index + offset]
            out[name] = Field(element: element, value: element.text == name ? "" : element.text)
        }
        return out
    }

    /// Whether the page of this person is shown.
    func isPage(of name: String) -> Bool { page.element(id: "large_title")?.text == name }

    /// The tab with everybody, where the app shows another one; it keeps its tab when it is left.
    var toEverybody: OracleMove? {
        guard let tab = page.element(id: "contacts"), !tab.flags.contains(.selected) || !isList else { return nil }
        return OracleMove(page.taps(on: tab), note: "to everybody")
    }

    /// The way to a person's page, or nil when it is shown.
    func go(to name: String) -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        if isPage(of: name) { return nil }
        if isList, page.element("Favorites") == nil { return page.choose(name) }
        return toEverybody ?? page.leave()
    }
}

/// Adds a contact: `given`, `family`, `phone`.
struct ContactAddOracle: TaskOracle {
    let given: String
    let family: String
    let phone: String

    init(_ arguments: ProgramArguments) throws {
        given = try arguments.need("given")
        family = try arguments.need("family")
        phone = try arguments.need("phone")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let wanted = ContactRows.Phone(name: "\(given) \(family)", number: ContactRows.digits(phone))
        if try await ContactRows(device).phones().contains(wanted) { return page.done() }
        let contacts = ContactsPages(page)
        guard contacts.isInFront else { return page.open(ContactsPages.app) }
        guard contacts.isEditor else {
            if contacts.isList { return OracleMove(page.taps(id: "floating_action_button"), note: "new contact") }
            return page.tap("Keep editing") ?? contacts.toEverybody ?? page.leave()
        }
        let wantedTexts = [
            ("First name", given), ("Last name", family), ("Company", ""), ("Phone", phone), ("Email", ""),
        ]
        return contacts.fill(wantedTexts) ?? OracleMove(page.taps("Save"), note: "save")
    }
}

extension ContactsPages {
    /// The move that brings the editor's fields nearer to some texts, or nil when they hold them.
    func fill(_ texts: [(name: String, text: String)]) -> OracleMove? {
        let fields = fields
        var typing: [(move: [Int], text: String)] = []
        for (name, text) in texts {
            guard let field = fields[name], !same(field.value, text) else { continue }
            // What stands in a field is not what belongs there: out with it first.
            if !field.value.isEmpty { return OracleMove(page.clears(field.element), note: "empty \(name)") }
            typing.append((page.types(into: field.element), text))
        }
        if let first = typing.first {
            // The order of the fields is free, but only one text can be filled in.
            let others = Set(typing.dropFirst().flatMap(\.move))
            return OracleMove(first.move, neutral: others, text: first.text, note: "type \(first.text)")
        }
        for (name, direction) in [("Phone", ScrollDirection.down), ("First name", .up)] where fields[name] == nil {
            return page.look(direction, note: "look for \(name)")
        }
        return nil
    }

    /// Fields format telephone numbers as they are typed.
    private func same(_ value: String, _ text: String) -> Bool {
        value == text || (text.contains { $0.isNumber } && ContactRows.digits(value) == ContactRows.digits(text))
    }
}

/// Deletes a contact: `name`.
struct ContactDeleteOracle: TaskOracle {
    let name: String

    init(_ arguments: ProgramArguments) throws { name = try arguments.need("name") }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let people = try await ContactRows(device).names()
        if !people.contains(name) { return page.done() }
        let contacts = ContactsPages(page)
        // The menu and the question stand alone on the screen and name nobody: only the way to them tells
        // who is meant.
        if contacts.isInFront, lastOpened(page, among: people) == name {
            if page.shows("Delete this contact?") { return OracleMove(page.taps("Delete"), note: "confirm") }
            if contacts.isMenu, let delete = page.tap("Delete") { return delete }
        }
        if let move = contacts.go(to: name) { return move }
        return OracleMove(page.taps("More options"), note: "open the menu")
    }
}

extension ContactDeleteOracle {
    /// The person whose row was touched last, as the working memory has it.
    private func lastOpened(_ page: OraclePage, among people: [String]) -> String? {
        for line in page.history.reversed() {
            if let person = people.first(where: { line.hasPrefix("tap \"\($0)\"") }) { return person }
        }
        return nil
    }
}

/// Answers what somebody's number is: `name`, `phone`.
struct ContactPhoneOracle: TaskOracle {
    let name: String
    let phone: String

    init(_ arguments: ProgramArguments) throws {
        name = try arguments.need("name")
        phone = try arguments.need("phone")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let wanted = ContactRows.digits(phone)
        if let answer = page.lastAnswer, ContactRows.digits(answer) == wanted {
            return page.done("the answer is given")
        }
        if let move = ContactsPages(page).go(to: name) { return move }
        let shown = page.screen.elements.map(\.text).first { ContactRows.digits($0) == wanted }
        guard let shown else { return page.look() }
        return OracleMove(page.answer, text: shown, note: "answer")
    }
}

/// Fills in the page of a new contact and does not save it: `first`, `last`, `phone`, and the number's `label`.
struct ContactDraftOracle: TaskOracle {
    let first: String
    let last: String
    let phone: String
    let label: String

    init(_ arguments: ProgramArguments) throws {
        first = try arguments.need("first")
        last = try arguments.need("last")
        phone = try arguments.need("phone")
        label = try arguments.need("label")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let contacts = ContactsPages(page)
        guard contacts.isInFront else { return page.open(ContactsPages.app) }
        guard contacts.isEditor else {
            if contacts.isList { return OracleMove(page.taps(id: "floating_action_button"), note: "new contact") }
            // The menu of labels stands alone on the screen.
            let labels = ["Mobile", "Home", "Work"]
            if labels.allSatisfy({ page.shows($0) }) { return OracleMove(page.taps(label), note: "label \(label)") }
            return page.tap("Keep editing") ?? contacts.toEverybody ?? page.leave()
        }
        let texts = [("First name", first), ("Last name", last), ("Company", ""), ("Phone", phone), ("Email", "")]
        if let move = contacts.fill(texts) { return move }
        let spinner = page.elements(id: "spinner").first { $0.contentDescription.hasSuffix(" Phone") }
        guard let spinner else { return page.look(note: "look for the label") }
        if spinner.contentDescription == "\(label) Phone" { return page.done() }
        return OracleMove(page.taps(on: spinner), note: "choose the label")
    }
}
