// SPDX-License-Identifier: Apache-2.0

import Media

/// What stands under the tabs, what the search finds, and the dial pad.
extension DialerApp {
    func content(_ ui: UI<Self>) -> View {
        let people = (try? ui.context.system.contacts.all()) ?? []
        if let query { return found(query, people, ui) }
        switch tab {
        case .favorites: return favorites(people.filter(\.starred), ui)
        case .recents: return recents(ui)
        case .contacts: return contacts(people, ui)
        }
    }

    // MARK: Favourites

    private func favorites(_ people: [ContactsStore.Contact], _ ui: UI<Self>) -> View {
        if people.isEmpty { return EmptyState("No one is on your favorites yet", icon: .starOutline).view }
        return ScrollView {
            Grid(columns: 3) {
                for person in people {
                    VStack(spacing: 8) {
                        Avatar(name: person.display, size: 72).view.align(.center)
                        Text(person.display, size: 14, maxLines: 1, align: .center)
                            .id(Self.id("contact_tile_name"))
                            .fillWidth()
                    }
                    .className("android.widget.FrameLayout")
                    .id(Self.id("contact_tile"))
                    .key("\(person.id)")
                    .padding(horizontal: 8, vertical: 12)
                    .fillWidth()
                    .onClick(ui.on { app, context in app.call(person.phones.first?.value ?? "", context) })
                }
            }
        }
        .id(Self.id("favorites_list"))
    }

    // MARK: Recents

    private func recents(_ ui: UI<Self>) -> View {
        let calls = (try? ui.context.system.calls.history()) ?? []
        if calls.isEmpty { return EmptyState("Your call log is empty", icon: .clock).view }
        return List(count: calls.count, rowHeight: 72) { recent(calls[$0], ui) }
            .id(Self.id("recycler_view"))
    }

    private func recent(_ entry: CallStore.Entry, _ ui: UI<Self>) -> View {
        let missed = entry.kind == .missed || entry.kind == .rejected
        let call = ui.on { (app: inout Self, context: AppContext) in app.call(entry.number, context) }
        return HStack {
            Avatar(name: entry.title, size: 44).view.id(Self.id("quick_contact_photo"))
            VStack(spacing: 2) {
                Text(entry.title, size: 16, color: missed ? .error : .onSurface, maxLines: 1)
                    .id(Self.id("call_log_title"))
                Text(detail(entry, ui.context), size: 14, color: .onSurfaceVariant, maxLines: 1)
                    .id(Self.id("call_log_subtitle"))
            }
            .unlisted()
            .weight()
            .margin(left: 16)
            if !entry.number.isEmpty {
                IconButton(.phone, "Call \(entry.title)", onClick: call)
                    .className("android.widget.ImageView")
                    .id(Self.id("call_back_button"))
            }
        }
        .className("android.widget.RelativeLayout")
        .id(Self.id("call_log_list_item"))
        .key("\(entry.id)")
        .padding(left: 16, right: 8)
        .height(72)
        .fillWidth()
        .onClick(entry.number.isEmpty ? nil : call)
    }

    private func detail(_ entry: CallStore.Entry, _ context: AppContext) -> String {
        let kind =
            switch entry.kind {
            case .incoming: "Incoming"
            case .outgoing: "Outgoing"
            case .missed: "Missed"
            case .rejected: "Declined"
            case nil: "Call"
            }
        return "\(kind) • \(when(entry.date, context))"
    }

    /// How long ago, or on which day.
    private func when(_ date: Int64, _ context: AppContext) -> String {
        let minutes = (context.now - date) / 60_000
        if minutes < 1 { return "Just now" }
        if minutes < 60 { return "\(minutes) min ago" }
        if minutes < 24 * 60 { return "\(minutes / 60) hr ago" }
        let day = LocalTime(date, zone: context.system.timeZone).day
        return "\(day.monthName.prefix(3)) \(day.day)"
    }

    // MARK: People

    private func contacts(_ people: [ContactsStore.Contact], _ ui: UI<Self>) -> View {
        List(count: people.count + 1, rowHeight: 64) { index in
            index == 0 ? create(ui) : person(people[index - 1], ui)
        }
        .id(Self.id("contacts_list"))
    }

    private func create(_ ui: UI<Self>) -> View {
        HStack {
            IconView(.personAdd, color: .primary).unlisted().margin(left: 8, right: 24)
            Text("Create new contact", size: 16, color: .primary).weight()
        }
        .className("android.widget.LinearLayout")
        .id(Self.id("add_contact_container"))
        .key("create")
        .padding(horizontal: 16)
        .height(64)
        .fillWidth()
        .onClick(
            ui.on { _, context in
                context.start(
                    Intent(action: "android.intent.action.INSERT", mimeType: "vnd.android.cursor.dir/contact")
                )
            }
        )
    }

    private func person(_ person: ContactsStore.Contact, _ ui: UI<Self>) -> View {
        row(person.display, "", key: "\(person.id)", id: "contact_name") {
            ui.on { _, context in
                context.start(
                    Intent(
                        action: "android.intent.action.VIEW",
                        dataURI: "content://com.android.contacts/contacts/\(person.id)",
                        mimeType: "vnd.android.cursor.item/contact"
                    )
                )
            }()
        }
    }

    private func row(_ name: String, _ second: String, key: String, id: String, _ act: @escaping Handler) -> View {
        HStack {
            Avatar(name: name, size: 40).view.id(Self.id("photo"))
            VStack(spacing: 2) {
                Text(name, size: 16, maxLines: 1).id(Self.id(id))
                if !second.isEmpty {
                    Text(second, size: 14, color: .onSurfaceVariant, maxLines: 1).id(Self.id("secondary"))
                }
            }
            .unlisted()
            .weight()
            .margin(left: 16)
        }
        .className("android.widget.LinearLayout")
        .id(Self.id("click_target"))
        .key(key)
        .padding(horizontal: 16)
        .height(64)
        .fillWidth()
        .onClick(act)
    }

    // MARK: Search

    /// Everybody with a number whose name or number holds what is typed.
    private func choices(_ text: String, _ people: [ContactsStore.Contact]) -> [Choice] {
        let wanted = text.lowercased()
        let digits = PhoneNumber.isNumber(text) ? PhoneNumber.digits(text) : nil
        return people.flatMap { person in person.phones.map { Choice(name: person.display, number: $0.value) } }
            .filter { choice in
                choice.name.lowercased().contains(wanted)
                    || digits.map { PhoneNumber.digits(choice.number).contains($0) } == true
            }
    }

    private func found(_ query: String, _ people: [ContactsStore.Contact], _ ui: UI<Self>) -> View {
        guard !query.isEmpty else { return ZStack().view }
        let choices = choices(query, people)
        if choices.isEmpty { return EmptyState("No results found", icon: .search).view }
        return List(count: choices.count, rowHeight: 64) { choice(choices[$0], ui) }
            .id(Self.id("search_results"))
    }

    private func choice(_ choice: Choice, _ ui: UI<Self>) -> View {
        row(choice.name, choice.number, key: "\(choice.name) \(choice.number)", id: "primary") {
            ui.on { app, context in app.call(choice.number, context) }()
        }
    }

    // MARK: Dial pad

    private static let keys: [(digit: String, letters: String, name: String)] = [
        ("1", "", "one"), ("2", "ABC", "two"), ("3", "DEF", "three"), ("4", "GHI", "four"), ("5", "JKL", "five"),
        ("6", "MNO", "six"), ("7", "PQRS", "seven"), ("8", "TUV", "eight"), ("9", "WXYZ", "nine"), ("*", "", "star"),
        ("0", "+", "zero"), ("#", "", "pound"),
    ]

    func dialPad(_ digits: String, _ ui: UI<Self>) -> View {
        let people = (try? ui.context.system.contacts.all()) ?? []
        let hits = digits.isEmpty ? [] : Array(choices(digits, people).prefix(3))
        return VStack {
            for hit in hits { choice(hit, ui) }
            HStack {
                Spacer(48)
                TextField(
                    "",
                    text: Binding(
                        get: { [store = ui.store] in store.app.digits ?? "" },
                        set: ui.on { app, _, text in app.digits = String(text.filter(Self.isDialled).prefix(32)) }
                    ),
                    id: Self.id("digits"),
                    kind: .phone,
                    style: .bare,
                    size: 30
                )
                .weight()
                if !digits.isEmpty {
                    IconButton(.backspace, "backspace", onClick: ui.on { app, _ in _ = app.digits?.popLast() })
                        .id(Self.id("deleteButton"))
                        .onLongClick(ui.on { app, _ in app.digits = "" })
                } else {
                    Spacer(48)
                }
            }
            .id(Self.id("digits_container"))
            .fillWidth()
            .padding(horizontal: 8)
            Grid(columns: 3) {
                for key in Self.keys { self.key(key, ui) }
            }
            .id(Self.id("dialpad"))
            ZStack { IconView(.phone, color: .rgb(0xffffff), size: 30).unlisted().align(.center) }
                .className("android.widget.ImageButton")
                .id(Self.id("dialpad_voice_call_button"))
                .described("dial")
                .size(72, 56)
                .margin(vertical: 10)
                .background(.rgb(0x1e8e3e), radius: 28, elevation: 3)
                .align(.center)
                .onClick(ui.on { app, context in app.dial(context) })
        }
        .id(Self.id("dialpad_view"))
        .fillWidth()
        .padding(top: 8, bottom: 12)
        .background(.surfaceHigh, radius: 24, elevation: 8)
    }

    private func key(_ key: (digit: String, letters: String, name: String), _ ui: UI<Self>) -> View {
        let view = VStack(justify: .center) {
            Text(key.digit, size: 28, align: .center).id(Self.id("dialpad_key_number")).align(.center)
            Text(key.letters.isEmpty ? " " : key.letters, size: 11, color: .onSurfaceVariant, align: .center)
                .id(Self.id("dialpad_key_letters"))
                .align(.center)
        }
        .className("android.widget.FrameLayout")
        .id(Self.id(key.name))
        .described(key.letters.isEmpty ? key.digit : "\(key.digit),\(key.letters)")
        .height(72)
        .fillWidth()
        .onClick(ui.on { app, _ in app.press(key.digit) })
        guard key.digit == "0" else { return view }
        return view.onLongClick(ui.on { app, _ in app.press("+") })
    }

    private mutating func press(_ digit: String) {
        if let digits, digits.count < 32 { self.digits = digits + digit }
    }

    /// The button of the pad: calls, or brings back the number that was called last.
    private mutating func dial(_ context: AppContext) {
        if let digits, !digits.isEmpty { return call(digits, context) }
        let last = (try? context.system.calls.history())?.first { $0.kind == .outgoing }
        digits = last.map { String($0.number.filter(Self.isDialled).prefix(32)) } ?? ""
    }
}
