// SPDX-License-Identifier: Apache-2.0

import Media

/// A contact's own page.
extension ContactsApp {
    func detailPage(_ id: Int64, _ ui: UI<Self>) -> any Component {
        guard let contact = try? ui.context.system.contacts.get(id) else {
            return VStack {
                AppBar("", leading: .up(ui.finish))
                EmptyState("The contact doesn't exist.", icon: .person).view.weight()
            }
            .fill()
        }
        return VStack {
            AppBar(
                "",
                leading: .up(ui.finish),
                id: Self.id("toolbar"),
                menu: [MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete([id]) })]
            ) {
                IconButton(.edit, "Edit contact", onClick: ui.on { $0.edit(contact, $1) }).id(Self.id("menu_edit"))
                IconButton(
                    contact.starred ? .star : .starOutline,
                    contact.starred ? "Remove from favorites" : "Add to favorites",
                    onClick: ui.on { $0.star(contact, $1) }
                )
                .id(Self.id("menu_star"))
            }
            ScrollView {
                Avatar(name: contact.display, size: 144).view.id(Self.id("photo")).align(.center).margin(top: 8)
                Text(contact.display, size: 30, maxLines: 3, align: .center)
                    .id(Self.id("large_title"))
                    .padding(horizontal: 24)
                    .margin(top: 16)
                    .align(.center)
                if !contact.company.isEmpty && contact.company != contact.display {
                    Text(contact.company, size: 14, color: .onSurfaceVariant, align: .center)
                        .id(Self.id("organization_name"))
                        .margin(top: 4)
                        .align(.center)
                }
                verbs(contact, ui)
                information(contact, ui)
            }
            .weight()
        }
        .fill()
    }

    private func verbs(_ contact: ContactsStore.Contact, _ ui: UI<Self>) -> View {
        let phone = contact.phones.first?.value
        let email = contact.emails.first?.value
        return HStack(justify: .between) {
            verb(.phone, "Call", phone.map { number in ui.on { $0.call(number, $1) } })
            verb(.message, "Text", phone.map { number in ui.on { $0.text(number, $1) } })
            verb(.mail, "Email", email.map { address in ui.on { $0.mail(address, $1) } })
        }
        .id(Self.id("verb_buttons"))
        .padding(horizontal: 48, vertical: 20)
        .fillWidth()
    }

    private func verb(_ icon: Icon, _ title: String, _ click: Handler?) -> View {
        VStack(spacing: 6) {
            ZStack { IconView(icon, color: .onSecondaryContainer).unlisted().align(.center) }
                .unlisted()
                .size(56, 48)
                .background(.secondaryContainer, radius: 24)
                .align(.center)
            Text(title, size: 13, weight: .medium, align: .center)
                .id(Self.id("verb_text"))
                .align(.center)
        }
        .id(Self.id("verb_\(title.lowercased())"))
        .described(title)
        .width(72)
        .enabled(click != nil)
        .onClick(click)
    }

    private func information(_ contact: ContactsStore.Contact, _ ui: UI<Self>) -> View {
        VStack {
            Text("Contact info", size: 16, weight: .medium)
                .id(Self.id("card_title"))
                .padding(left: 20, top: 16, right: 20, bottom: 4)
            if contact.phones.isEmpty && contact.emails.isEmpty {
                entry(.phone, "Add phone number", "", ui.on { $0.edit(contact, $1) }, nil)
                entry(.mail, "Add email", "", ui.on { $0.edit(contact, $1) }, nil)
            }
            for phone in contact.phones {
                entry(
                    .phone,
                    phone.value,
                    ContactLabels.name(phone, .phone),
                    ui.on { $0.call(phone.value, $1) },
                    IconButton(.message, "Text \(contact.display)", onClick: ui.on { $0.text(phone.value, $1) }).view
                )
            }
            for email in contact.emails {
                entry(.mail, email.value, ContactLabels.name(email, .email), ui.on { $0.mail(email.value, $1) }, nil)
            }
        }
        .id(Self.id("contact_info_card"))
        .padding(bottom: 8)
        .margin(horizontal: 16, vertical: 8)
        .fillWidth()
        .background(.surfaceVariant, radius: 24)
    }

    private func entry(_ icon: Icon, _ title: String, _ label: String, _ click: @escaping Handler, _ end: View?) -> View
    {
        HStack {
            IconView(icon).unlisted().margin(right: 20)
            VStack(spacing: 2) {
                Text(title, size: 17, maxLines: 1).id(Self.id("header"))
                if !label.isEmpty { Text(label, size: 14, color: .onSurfaceVariant).id(Self.id("sub_header")) }
            }
            .unlisted()
            .weight()
            if let end { end.id(Self.id("alternate_icon")) }
        }
        .className("android.widget.RelativeLayout")
        .padding(left: 20, top: 8, right: 8, bottom: 8)
        .minHeight(60)
        .fillWidth()
        .onClick(click)
    }

    // MARK: Doing

    private func call(_ number: String, _ context: AppContext) {
        let uri = "tel:" + number.filter { !$0.isWhitespace }
        let call = Intent(action: "android.intent.action.CALL", dataURI: uri)
        let dial = Intent(action: "android.intent.action.DIAL", dataURI: uri)
        context.start(context.canStart(call) ? call : dial, orSay: "No app can perform this action")
    }

    private func text(_ number: String, _ context: AppContext) {
        let uri = "sms:" + number.filter { !$0.isWhitespace }
        context.start(
            Intent(action: "android.intent.action.SENDTO", dataURI: uri),
            orSay: "No app can perform this action"
        )
    }

    private func mail(_ address: String, _ context: AppContext) {
        context.start(
            Intent(action: "android.intent.action.SENDTO", dataURI: "mailto:" + address),
            orSay: "No app can perform this action"
        )
    }

    private func edit(_ contact: ContactsStore.Contact, _ context: AppContext) {
        context.open(Self.editorActivity, ContactsApp(page: .editor, draft: ContactDraft(contact)))
    }

    private func star(_ contact: ContactsStore.Contact, _ context: AppContext) {
        var changed = contact
        changed.starred.toggle()
        _ = try? context.system.contacts.update(changed)
        context.toast(changed.starred ? "Added to favorites" : "Removed from favorites")
    }
}
