// SPDX-License-Identifier: Apache-2.0

import Media

/// The first page: everybody with whom messages were exchanged.
extension MessagesApp {
    func conversationsPage(_ ui: UI<Self>) -> any Component {
        let people = (try? ui.context.system.contacts.all()) ?? []
        let all = (try? ui.context.system.messages.conversations()) ?? []
        let shown = searching && !query.isEmpty ? all.filter { matches($0, people) } : all
        return VStack {
            if !ticked.isEmpty {
                tickedBar(all, ui)
            } else if searching {
                searchField(ui)
            } else {
                SearchBar(
                    prompt: "Search",
                    id: Self.id("main_menu"),
                    onClick: ui.on { app, _ in (app.searching, app.query) = (true, "") }
                )
                .view.margin(horizontal: 16, vertical: 8)
            }
            ZStack {
                if all.isEmpty {
                    nothing(ui)
                } else if shown.isEmpty {
                    EmptyState("No items found.", icon: .search)
                } else {
                    List(count: shown.count, rowHeight: 80) { row(shown[$0], people, ui) }
                        .id(Self.id("conversations_list"))
                }
                if ticked.isEmpty && !searching {
                    FloatingButton(
                        .add,
                        "New conversation",
                        id: Self.id("conversations_fab"),
                        onClick: ui.on { $1.open(Self.newActivity, Self.newConversation()) }
                    )
                }
            }
            .weight()
            .fillWidth()
        }
        .id(Self.id("main_holder"))
        .fill()
    }

    private func matches(_ conversation: MessageStore.Conversation, _ people: [ContactsStore.Contact]) -> Bool {
        let wanted = query.lowercased()
        return Self.title(conversation.address, people).lowercased().contains(wanted)
            || conversation.address.contains(wanted)
            || conversation.messages.contains { $0.body.lowercased().contains(wanted) }
    }

    private func nothing(_ ui: UI<Self>) -> View {
        VStack(spacing: 8, justify: .center) {
            Text("No stored conversations have been found", color: .onSurfaceVariant, align: .center)
                .id(Self.id("no_conversations_placeholder"))
                .align(.center)
            Button(
                "Start a conversation",
                onClick: ui.on { $1.open(Self.newActivity, Self.newConversation()) }
            )
            .className("android.widget.TextView")
            .id(Self.id("no_conversations_placeholder_2"))
            .align(.center)
        }
        .padding(32)
        .fill()
    }

    // MARK: Bars

    private func searchField(_ ui: UI<Self>) -> View {
        ui.searchBar(\.searching, \.query, field: Self.id("top_toolbar_search"), clearing: "Clear text")
            .background(.surfaceHigh)
    }

    private func tickedBar(_ all: [MessageStore.Conversation], _ ui: UI<Self>) -> View {
        let chosen = all.filter { ticked.contains($0.address) }
        return AppBar(
            "\(chosen.count) / \(all.count)",
            leading: .close(ui.on { app, _ in app.ticked = [] }),
            background: .surfaceHigh,
            id: Self.id("action_mode_bar"),
            menu: [
                MenuItem(
                    chosen.contains(where: \.isUnread) ? "Mark as read" : "Mark as unread",
                    action: ui.on { $0.markTicked(read: chosen.contains(where: \.isUnread), $1) }
                ),
                MenuItem("Select all", action: ui.on { app, _ in app.ticked = Set(all.map(\.address)) }),
            ]
        ) {
            IconButton(
                .delete,
                "Delete",
                onClick: ui.on { app, _ in app.asking = .deleteConversations(app.ticked) }
            )
            .className("android.widget.Button")
            .id(Self.id("cab_delete"))
        }
        .view
    }

    private mutating func markTicked(read: Bool, _ context: AppContext) {
        for address in ticked { try? context.system.messages.mark(address, read: read) }
        ticked = []
    }

    // MARK: Rows

    private func row(
        _ conversation: MessageStore.Conversation,
        _ people: [ContactsStore.Contact],
        _ ui: UI<Self>
    ) -> View {
        let address = conversation.address
        let title = Self.title(address, people)
        let newest = conversation.messages[0]
        let draft = newest.box == MessageStore.Box.draft.rawValue
        let on = ticked.contains(address)
        return HStack {
            Avatar(name: title, size: 44).view.id(Self.id("conversation_image"))
            VStack(spacing: 2) {
                HStack(spacing: 8) {
                    Text(title, size: 16, weight: conversation.isUnread ? .bold : .regular, maxLines: 1)
                        .id(Self.id("conversation_address"))
                        .weight()
                    Text(Self.day(newest.date, ui.context), size: 13, color: .onSurfaceVariant, maxLines: 1)
                        .id(Self.id("conversation_date"))
                }
                .unlisted()
                .fillWidth()
                HStack(spacing: 4) {
                    if draft { Text("Draft:", size: 14, color: .error).id(Self.id("draft_indicator")) }
                    Text(
                        newest.body.replacing("\n", with: " "),
                        size: 14,
                        weight: conversation.isUnread ? .bold : .regular,
                        color: .onSurfaceVariant,
                        maxLines: 1
                    )
                    .id(Self.id("conversation_body_short"))
                    .weight()
                }
                .unlisted()
                .fillWidth()
            }
            .unlisted()
            .weight()
            .margin(left: 16)
        }
        .className("android.view.ViewGroup")
        .id(Self.id("conversation_frame"))
        .key(address)
        .padding(horizontal: 16)
        .height(80)
        .fillWidth()
        .background(on ? .secondaryContainer : .clear)
        .selected(on)
        .onClick(ui.on { $0.touch(address, $1) })
        .onLongClick(ui.on { app, _ in app.ticked.insert(address) })
    }

    private mutating func touch(_ address: String, _ context: AppContext) {
        if ticked.isEmpty {
            context.open(Self.threadActivity, MessagesApp(threadWith: address, context))
        } else {
            ticked.formSymmetricDifference([address])
        }
    }
}
