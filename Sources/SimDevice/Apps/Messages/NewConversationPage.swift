// SPDX-License-Identifier: Apache-2.0

import Media

/// The page on which it is said to whom a new message goes: a number that is typed, or somebody from the contacts.
extension MessagesApp {
    /// One number of one person.
    private struct Choice {
        var name: String
        var number: String
    }

    func newPage(_ ui: UI<Self>) -> any Component {
        let choices = choices(ui.context)
        return VStack {
            AppBar("New conversation", leading: .up(ui.finish), id: Self.id("new_conversation_toolbar"))
            HStack {
                TextField(
                    "Add Contact or Number…",
                    text: ui.binding(\.recipient),
                    id: Self.id("new_conversation_address"),
                    style: .underlined,
                    autofocus: true
                )
                .weight()
                // Three letters are the shortest number there is.
                if recipient.count > 2 {
                    IconButton(.check, "Confirm", onClick: ui.on { $0.open($0.recipient, $1) })
                        .className("android.widget.ImageView")
                        .id(Self.id("new_conversation_confirm"))
                        .key("confirm")
                }
            }
            .padding(horizontal: 16)
            .fillWidth()
            if choices.isEmpty {
                EmptyState(
                    recipient.isEmpty ? "No contacts with phone numbers have been found" : "No contacts found",
                    icon: .people
                )
                .view.id(Self.id("no_contacts_placeholder")).weight()
            } else {
                List(count: choices.count, rowHeight: 68) { row(choices[$0], ui) }
                    .id(Self.id("contacts_list"))
                    .weight()
            }
        }
        .id(Self.id("new_conversation_holder"))
        .fill()
    }

    /// Everybody whose name or number holds what is typed.
    private func choices(_ context: AppContext) -> [Choice] {
        let wanted = recipient.lowercased()
        let digits = PhoneNumber.isNumber(recipient) ? PhoneNumber.digits(recipient) : nil
        return ((try? context.system.contacts.all()) ?? []).flatMap { person in
            person.phones.map { Choice(name: person.display, number: $0.value) }
        }
        .filter { choice in
            wanted.isEmpty || choice.name.lowercased().contains(wanted)
                || digits.map { PhoneNumber.digits(choice.number).contains($0) } == true
        }
    }

    private func row(_ choice: Choice, _ ui: UI<Self>) -> View {
        HStack {
            Avatar(name: choice.name, size: 40).view.id(Self.id("item_contact_image"))
            VStack(spacing: 2) {
                Text(choice.name, size: 16, maxLines: 1).id(Self.id("item_contact_name"))
                Text(choice.number, size: 14, color: .onSurfaceVariant, maxLines: 1).id(Self.id("item_contact_number"))
            }
            .unlisted()
            .weight()
            .margin(left: 16)
        }
        .className("android.view.ViewGroup")
        .id(Self.id("item_contact_frame"))
        .padding(horizontal: 16)
        .height(68)
        .fillWidth()
        .onClick(ui.on { $0.open(choice.number, $1) })
    }

    /// Goes on to the conversation with a number, and takes along what is to be said.
    private func open(_ number: String, _ context: AppContext) {
        let number = number.filter { $0 != "\n" }
        context.hideKeyboard()
        context.open(Self.threadActivity, MessagesApp(threadWith: number, text: text, context))
    }
}
