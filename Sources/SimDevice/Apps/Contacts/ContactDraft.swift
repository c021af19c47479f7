// SPDX-License-Identifier: Apache-2.0

/// What stands in the editor's fields.
struct ContactDraft: Hashable {
    /// 0 for a new contact.
    var id: Int64 = 0
    var given = ""
    var family = ""
    var company = ""
    var phones: [ContactsStore.Labelled]
    var emails: [ContactsStore.Labelled]
    var starred = false

    /// An empty draft has one field of each kind.
    init() {
        phones = [.init("", type: ContactLabels.standard(.phone))]
        emails = [.init("", type: ContactLabels.standard(.email))]
    }

    init(_ contact: ContactsStore.Contact) {
        self.init()
        (id, given, family) = (contact.id, contact.given, contact.family)
        (company, starred) = (contact.company, contact.starred)
        if !contact.phones.isEmpty { phones = contact.phones }
        if !contact.emails.isEmpty { emails = contact.emails }
    }

    /// Fills in what an INSERT intent brings along.
    init(extras: [String: String]) {
        self.init()
        var words = (extras["name"] ?? "").split(separator: " ").map(String.init)
        if words.count > 1 { family = words.removeLast() }
        given = words.joined(separator: " ")
        company = extras["company"] ?? ""
        if let phone = extras["phone"] { phones[0].value = phone }
        if let type = extras["phone_type"].flatMap({ Int($0) }) { phones[0].type = type }
        if let email = extras["email"] { emails[0].value = email }
        if let type = extras["email_type"].flatMap({ Int($0) }) { emails[0].type = type }
    }

    /// The contact to store; fields that hold nothing but blanks are left out.
    var contact: ContactsStore.Contact {
        ContactsStore.Contact(
            id: id,
            given: Self.trimmed(given),
            family: Self.trimmed(family),
            company: Self.trimmed(company),
            phones: phones.compactMap(Self.filled),
            emails: emails.compactMap(Self.filled),
            starred: starred
        )
    }

    var isEmpty: Bool { contact.display.isEmpty }

    private static func filled(_ value: ContactsStore.Labelled) -> ContactsStore.Labelled? {
        let text = trimmed(value.value)
        return text.isEmpty ? nil : .init(text, type: value.type, label: value.type == 0 ? value.label : nil)
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}
