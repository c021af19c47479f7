// SPDX-License-Identifier: Apache-2.0

import Media

/// The list of people, its search and its selection.
extension ContactsApp {
    func listPage(_ ui: UI<Self>) -> any Component {
        let store = ui.context.system.contacts
        let everybody = (try? store.all()) ?? []
        return VStack {
            if let selection {
                selectionBar(selection, everybody, ui)
            } else if searching {
                searchField(ui)
            } else {
                searchBar(everybody, ui)
            }
            content(everybody, ui).view.weight().fillWidth()
            if selection == nil && !searching { tabs(ui) }
        }
        .id(Self.id("root"))
        .fill()
    }

    private func content(_ everybody: [ContactsStore.Contact], _ ui: UI<Self>) -> any Component {
        if searching {
            let found = query.isEmpty ? [] : (try? ui.context.system.contacts.search(query)) ?? []
            guard !query.isEmpty else { return ZStack() }
            return found.isEmpty ? EmptyState("No contacts found", icon: .search) : people(found, letters: false, ui)
        }
        if tab == .highlights && selection == nil {
            let starred = everybody.filter(\.starred)
            return VStack {
                SectionHeader("Favorites")
                if starred.isEmpty {
                    EmptyState("Add favorites to see them here", icon: .starOutline).view.weight()
                } else {
                    people(starred, letters: false, ui).weight()
                }
            }
        }
        return ZStack {
            if everybody.isEmpty {
                EmptyState("No contacts in this account", icon: .people)
            } else {
                people(everybody, letters: true, ui)
            }
            if selection == nil {
                FloatingButton(
                    .add,
                    "Create contact",
                    id: Self.id("floating_action_button"),
                    onClick: ui.on { $1.open(Self.editorActivity, ContactsApp(page: .editor)) }
                )
            }
        }
    }

    // MARK: Bars

    private func searchBar(_ everybody: [ContactsStore.Contact], _ ui: UI<Self>) -> View {
        HStack {
            IconView(.search).unlisted().margin(right: 16)
            Text("Search contacts", color: .onSurfaceVariant, maxLines: 1)
                .id(Self.id("open_search_bar_text_view"))
                .weight()
            IconButton(.more, "More options")
                .className("android.widget.ImageView")
                .menu([
                    MenuItem("Select", enabled: !everybody.isEmpty, action: ui.on { app, _ in app.selection = [] }),
                    MenuItem(
                        "Select all",
                        enabled: !everybody.isEmpty,
                        action: ui.on { app, _ in app.selection = Set(everybody.map(\.id)) }
                    ),
                ])
        }
        .className("android.view.ViewGroup")
        .id(Self.id("open_search_bar"))
        .padding(left: 16, right: 4)
        .margin(horizontal: 16, vertical: 8)
        .height(56)
        .fillWidth()
        .background(.surfaceVariant, radius: 28)
        .onClick(ui.on { app, _ in (app.searching, app.query) = (true, "") })
    }

    private func searchField(_ ui: UI<Self>) -> View {
        let field = TextField(
            "Search contacts",
            text: ui.binding(\.query),
            id: Self.id("open_search_view_edit_text"),
            style: .bare,
            size: 18,
            autofocus: true
        )
        return AppBar("", leading: .up(ui.on { app, _ in (app.searching, app.query) = (false, "") }), titleView: field)
        {
            if !query.isEmpty {
                IconButton(.close, "Clear text", onClick: ui.on { app, _ in app.query = "" })
                    .id(Self.id("open_search_view_clear_button"))
            }
        }
        .view
        .background(.surfaceHigh)
    }

    private func selectionBar(
        _ selection: Set<Int64>,
        _ everybody: [ContactsStore.Contact],
        _ ui: UI<Self>
    ) -> View {
        AppBar(
            selection.isEmpty ? "Select contacts" : "\(selection.count) selected",
            leading: .close(ui.on { app, _ in app.selection = nil }),
            background: .surfaceHigh,
            id: Self.id("selection_toolbar"),
            menu: [MenuItem("Select all", action: ui.on { app, _ in app.selection = Set(everybody.map(\.id)) })]
        ) {
            if !selection.isEmpty {
                IconButton(.delete, "Delete", onClick: ui.on { app, _ in app.asking = .delete(selection.sorted()) })
                    .className("android.widget.Button")
                    .id(Self.id("menu_delete"))
            }
        }
        .view
    }

    private func tabs(_ ui: UI<Self>) -> TabBar {
        TabBar(
            tabs: [
                .init(title: "Contacts", icon: .person, id: Self.id("contacts")),
                .init(title: "Highlights", icon: .star, id: Self.id("highlights")),
            ],
            selected: tab.rawValue,
            bottom: true,
            onSelect: ui.on { app, _, index in app.tab = Tab(rawValue: index) ?? .contacts }
        )
    }

    // MARK: Rows

    private func people(_ people: [ContactsStore.Contact], letters: Bool, _ ui: UI<Self>) -> View {
        List(count: people.count, rowHeight: 64) { index in
            let contact = people[index]
            let letter = Self.letter(contact.display)
            let first = index == 0 || Self.letter(people[index - 1].display) != letter
            return row(contact, letter: letters ? (first ? letter : "") : nil, ui)
        }
        .id("android:id/list")
    }

    private func row(_ contact: ContactsStore.Contact, letter: String?, _ ui: UI<Self>) -> View {
        let ticked = selection?.contains(contact.id) == true
        return HStack {
            if let letter {
                if letter.isEmpty {
                    Spacer(56)
                } else {
                    Text(letter, size: 16, weight: .medium, color: .primary, align: .center)
                        .id(Self.id("header"))
                        .width(56)
                }
            }
            if ticked {
                ZStack { IconView(.check, color: .onPrimary).unlisted().align(.center) }
                    .className("android.widget.ImageView")
                    .size(40, 40)
                    .background(.primary, radius: 20)
            } else {
                Avatar(name: contact.display, size: 40)
            }
            Text(contact.display, size: 17, maxLines: 1).id(Self.id("cliv_name_textview")).weight().margin(left: 16)
        }
        .className("android.view.ViewGroup")
        .described(contact.display)
        .padding(left: letter == nil ? 16 : 0, right: 16)
        .height(64)
        .fillWidth()
        .background(ticked ? .secondaryContainer : .clear)
        .selected(ticked)
        .onClick(ui.on { $0.touch(contact, $1) })
        .onLongClick(
            ui.on { app, _ in if !app.searching { app.selection = (app.selection ?? []).union([contact.id]) } }
        )
    }

    /// The heading under which a name stands.
    static func letter(_ name: String) -> String {
        guard let first = name.first, first.isLetter else { return "#" }
        return String(first).uppercased()
    }

    private mutating func touch(_ contact: ContactsStore.Contact, _ context: AppContext) {
        guard let ticked = selection else {
            return context.open(Self.detailActivity, ContactsApp(page: .detail(contact.id)))
        }
        let rest = ticked.symmetricDifference([contact.id])
        selection = rest.isEmpty ? nil : rest
    }
}

/// The round picture of a person: the first letter on a colour of the name's own.
struct Avatar: Component {
    var name: String
    var size: Dp

    private static let colours: [UInt32] = [
        0x8e24aa, 0x3949ab, 0x1e88e5, 0x00897b, 0x43a047, 0xf4511e, 0xd81b60, 0x6d4c41, 0x546e7a, 0xef6c00,
    ]

    var view: View {
        let sum = name.unicodeScalars.reduce(0) { ($0 &* 31 &+ Int($1.value)) & 0xffff }
        return ZStack {
            if let letter = name.first, letter.isLetter {
                Text(letter.uppercased(), size: size * 0.5, color: .rgb(0xffffff)).unlisted().align(.center)
            } else {
                IconView(.person, color: .rgb(0xffffff), size: size * 0.6).unlisted().align(.center)
            }
        }
        .className("android.widget.ImageView")
        .size(size, size)
        .background(.rgb(Self.colours[sum % Self.colours.count]), radius: size / 2)
    }
}
