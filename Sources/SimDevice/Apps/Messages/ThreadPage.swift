// SPDX-License-Identifier: Apache-2.0

import Media

/// The messages with one number, and the field for the next.
extension MessagesApp {
    private typealias Message = MessageStore.Message

    func threadPage(_ address: String, _ ui: UI<Self>) -> any Component {
        let people = (try? ui.context.system.contacts.all()) ?? []
        let all = (try? ui.context.system.messages.messages(with: address)) ?? []
        let messages = all.filter { $0.box != MessageStore.Box.draft.rawValue }
        return VStack {
            if selection.isEmpty { bar(address, people, ui) } else { selectionBar(messages, ui) }
            List {
                for (index, message) in messages.enumerated() {
                    if index == 0 || message.date - messages[index - 1].date > Self.pause {
                        Text(Self.moment(message.date, ui.context), size: 13, color: .onSurfaceVariant, align: .center)
                            .id(Self.id("thread_date_time"))
                            .key("time \(message.id)")
                            .padding(vertical: 8)
                            .fillWidth()
                    }
                    bubble(message, ui)
                }
            }
            .id(Self.id("thread_messages_list"))
            .startsAtEnd()
            .weight()
            Divider()
            composer(address, ui)
        }
        .id(Self.id("thread_holder"))
        .fill()
    }

    /// Messages further apart than this have the time between them: five minutes.
    private static let pause: Int64 = 300_000

    /// `3:34 PM` of today, else the day with it.
    private static func moment(_ date: Int64, _ context: AppContext) -> String {
        let time = LocalTime(date, zone: context.system.timeZone)
        let clock = time.clock(is24Hour: context.is24Hour)
        return time.day == context.localNow.day ? clock : "\(day(date, context)), \(clock)"
    }

    // MARK: Bars

    private func bar(_ address: String, _ people: [ContactsStore.Contact], _ ui: UI<Self>) -> View {
        let title = Self.title(address, people)
        var menu = [
            MenuItem("Delete", action: ui.on { app, _ in app.asking = .deleteConversations([address]) }),
            MenuItem(
                "Mark as unread",
                action: ui.on { _, context in
                    context.finish()
                    try? context.system.messages.mark(address, read: false)
                }
            ),
        ]
        if title == address && PhoneNumber.isNumber(address) {
            menu.insert(MenuItem("Add Contact", action: ui.on { $0.addContact(address, $1) }), at: 0)
        }
        return AppBar(
            title,
            leading: .up(
                ui.on { app, context in
                    app.keepDraft(context)
                    context.finish()
                }
            ),
            id: Self.id("thread_toolbar"),
            menu: menu
        ) {
            if PhoneNumber.isNumber(address) {
                IconButton(.phone, "Dial number", onClick: ui.on { $0.dial(address, $1) })
                    .className("android.widget.Button")
                    .id(Self.id("dial_number"))
            }
        }
        .view
    }

    private func selectionBar(_ messages: [Message], _ ui: UI<Self>) -> View {
        let chosen = messages.filter { selection.contains($0.id) }
        var menu = [MenuItem("Select all", action: ui.on { app, _ in app.selection = Set(messages.map(\.id)) })]
        if chosen.count == 1 {
            menu.append(MenuItem("Forward message", action: ui.on { $0.forward(chosen[0], $1) }))
        }
        return AppBar(
            "\(chosen.count) / \(messages.count)",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: Self.id("action_mode_bar"),
            menu: menu
        ) {
            if chosen.count == 1 {
                IconButton(.copy, "Copy to clipboard", onClick: ui.on { $0.copy(chosen[0], $1) })
                    .className("android.widget.Button")
                    .id(Self.id("cab_copy_to_clipboard"))
            }
            IconButton(
                .delete,
                "Delete",
                onClick: ui.on { app, _ in app.asking = .deleteMessages(app.selection) }
            )
            .className("android.widget.Button")
            .id(Self.id("cab_delete"))
        }
        .view
    }

    private func composer(_ address: String, _ ui: UI<Self>) -> View {
        HStack {
            TextField(
                "Type a message…",
                text: ui.binding(\.text),
                id: Self.id("thread_type_message"),
                style: .bare,
                multiline: true
            )
            .weight()
            Button("SMS", onClick: trimmedText.isEmpty ? nil : ui.on { $0.send(to: address, $1) })
                .id(Self.id("thread_send_message"))
                .enabled(!trimmedText.isEmpty)
                .margin(left: 8)
        }
        .padding(horizontal: 16, vertical: 8)
        .fillWidth()
    }

    // MARK: Bubbles

    private func bubble(_ message: Message, _ ui: UI<Self>) -> View {
        let incoming = message.box == MessageStore.Box.inbox.rawValue
        let failed = message.box == MessageStore.Box.failed.rawValue
        let on = selection.contains(message.id)
        return VStack {
            Text(message.body, color: incoming ? .onSurface : .onPrimary)
                .id(Self.id("thread_message_body"))
                .padding(horizontal: 14, vertical: 10)
                .background(incoming ? .surfaceVariant : .primary, radius: 16)
                .align(incoming ? .start : .end)
            if failed {
                Text("Not sent. Touch to retry.", size: 13, color: .error)
                    .id(Self.id("thread_message_failed"))
                    .align(.end)
            }
        }
        .className("android.view.ViewGroup")
        .id(Self.id("thread_message_holder"))
        .key("message \(message.id)")
        .padding(left: incoming ? 16 : 64, top: 3, right: incoming ? 64 : 16, bottom: 3)
        .fillWidth()
        .background(on ? .secondaryContainer : .clear)
        .selected(on)
        .onClick(ui.on { $0.touch(message, $1) })
        .onLongClick(ui.on { app, _ in app.selection.insert(message.id) })
    }

    // MARK: Doing

    private mutating func touch(_ message: Message, _ context: AppContext) {
        if !selection.isEmpty {
            selection.formSymmetricDifference([message.id])
        } else if message.box == MessageStore.Box.failed.rawValue {
            try? context.system.messages.delete([message])
            deliver(message.body, to: message.address, context)
        }
    }

    private mutating func send(to address: String, _ context: AppContext) {
        let body = trimmedText
        guard !body.isEmpty else { return }
        text = ""
        try? context.system.messages.setDraft("", for: address)
        deliver(body, to: address, context)
        // Back to where the list begins, which is its end.
        context.scrollToTop()
    }

    /// Hands a message to the network, which may not be there.
    private func deliver(_ body: String, to address: String, _ context: AppContext) {
        let goes = !context.system.isOn(.airplane) && context.system.hardware.voice.works
        _ = try? context.system.messages.add(address: address, body: body, box: goes ? .sent : .failed)
        if !goes { context.toast("Message not sent") }
    }

    private mutating func copy(_ message: Message, _ context: AppContext) {
        context.system.clipboard = message.body
        context.toast("Value copied to clipboard")
        selection = []
    }

    private mutating func forward(_ message: Message, _ context: AppContext) {
        selection = []
        context.open(Self.newActivity, Self.newConversation(text: message.body))
    }

    private func dial(_ address: String, _ context: AppContext) {
        let call = Intent(action: "android.intent.action.CALL", dataURI: "tel:" + address.filter { !$0.isWhitespace })
        context.start(call, orSay: "No app can perform this action")
    }

    private func addContact(_ address: String, _ context: AppContext) {
        let insert = Intent(
            action: "android.intent.action.INSERT",
            mimeType: "vnd.android.cursor.dir/contact",
            extras: ["phone": address]
        )
        context.start(insert, orSay: "No app can perform this action")
    }
}
