// SPDX-License-Identifier: Apache-2.0

import Media

/// The editor of a new or a stored contact.
extension ContactsApp {
    func editorPage(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar(
                draft.id == 0 ? "Create contact" : "Edit contact",
                leading: .close(
                    ui.on { app, context in
                        if app.leaveEditor() { context.finish() }
                    }
                ),
                id: Self.id("toolbar")
            ) {
                Button("Save", style: .filled, onClick: ui.on { $0.save($1) }).id(Self.id("toolbar_button")).margin(
                    right: 8
                )
            }
            ScrollView {
                photo
                field("First name", \.given, icon: .person, first: true, ui)
                field("Last name", \.family, icon: nil, ui)
                field("Company", \.company, icon: .company, ui)
                labelled(.phone, \.phones, icon: .phone, ui)
                labelled(.email, \.emails, icon: .mail, ui)
                Spacer(24)
            }
            .id(Self.id("contact_editor_fragment"))
            .weight()
        }
        .fill()
    }

    private var photo: View {
        VStack(spacing: 8) {
            Text("Device only", size: 14, color: .onSurfaceVariant).id(Self.id("account_name")).align(.center)
            ZStack {
                IconView(.camera, color: .onPrimaryContainer, size: 36).unlisted().align(.center)
            }
            .className("android.widget.ImageView")
            .id(Self.id("photo"))
            .described("Contact photo")
            .size(96, 96)
            .background(.primaryContainer, radius: 48)
            .align(.center)
        }
        .unlisted()
        .padding(vertical: 8)
        .fillWidth()
    }

    // MARK: Fields

    private func field(
        _ hint: String,
        _ path: WritableKeyPath<ContactDraft, String>,
        icon: Icon?,
        first: Bool = false,
        _ ui: UI<Self>
    ) -> View {
        let place: WritableKeyPath<ContactsApp, ContactDraft> = \.draft
        return row(icon: icon) {
            box(
                TextField(
                    hint,
                    text: ui.binding(place.appending(path: path)),
                    style: .outlined,
                    autofocus: first && draft.id == 0
                ),
                hint,
                filled: !draft[keyPath: path].isEmpty
            )
        }
    }

    private func labelled(
        _ kind: ContactLabels.Kind,
        _ path: WritableKeyPath<ContactDraft, [ContactsStore.Labelled]>,
        icon: Icon,
        _ ui: UI<Self>
    ) -> [View] {
        let values = draft[keyPath: path]
        let drafts: WritableKeyPath<ContactsApp, ContactDraft> = \.draft
        let place = drafts.appending(path: path)
        let fields = values.indices.map { index in
            row(icon: index == 0 ? icon : nil) {
                VStack(spacing: 8) {
                    box(
                        TextField(
                            kind.rawValue,
                            text: element(place, index, ui),
                            kind: kind == .phone ? .phone : .email,
                            style: .outlined
                        ),
                        kind.rawValue,
                        filled: !values[index].value.isEmpty
                    )
                    spinner(kind, place, index, ui)
                }
                .id(Self.id("kind_editor"))
                .fillWidth()
            }
            .key("\(kind.rawValue)\(index)")
        }
        guard values.last?.value.isEmpty == false else { return fields }
        let add = Button("Add \(kind.rawValue.lowercased())", style: .tonal) {
            ui.store.app[keyPath: place].append(.init("", type: ContactLabels.types(kind)[min(2, values.count)].type))
        }
        return fields + [row(icon: nil) { add.view }.key("add\(kind.rawValue)")]
    }

    /// The button that shows a value's label, with the menu of labels.
    private func spinner(
        _ kind: ContactLabels.Kind,
        _ place: WritableKeyPath<ContactsApp, [ContactsStore.Labelled]>,
        _ index: Int,
        _ ui: UI<Self>
    ) -> View {
        let value = self[keyPath: place][index]
        let name = ContactLabels.name(value, kind)
        return HStack {
            Text(name, size: 15, maxLines: 1).id("android:id/text1").weight()
            IconView(.chevronDown, size: 20).unlisted()
        }
        .className("android.widget.Spinner")
        .id(Self.id("spinner"))
        .described("\(name) \(kind.rawValue)")
        .padding(horizontal: 16)
        .size(168, 48)
        .background(.clear, radius: 4, border: .outline)
        .menu(
            ContactLabels.types(kind).map { type, title in
                MenuItem(title, action: ui.on { app, _ in app.setLabel(kind, place, index, type) })
            }
        )
    }

    private func element(
        _ place: WritableKeyPath<ContactsApp, [ContactsStore.Labelled]>,
        _ index: Int,
        _ ui: UI<Self>
    ) -> Binding<String> {
        Binding(
            get: {
                let values = ui.store.app[keyPath: place]
                return values.indices.contains(index) ? values[index].value : ""
            },
            set: { text in
                guard ui.store.app[keyPath: place].indices.contains(index) else { return }
                ui.store.app[keyPath: place][index].value = text
            }
        )
    }

    private func row(icon: Icon?, _ content: () -> View) -> View {
        HStack {
            if let icon {
                IconView(icon).margin(left: 16, top: 16, right: 16, bottom: 0).align(.start)
            } else {
                Spacer(56)
            }
            content().weight()
            Spacer(24)
        }
        .className("android.widget.LinearLayout")
        .padding(vertical: 6)
        .fillWidth()
    }

    private func box(_ field: TextField, _ hint: String, filled: Bool) -> View {
        HintedField(hint, field, filled: filled).view
    }

    // MARK: Changes

    /// Whether the editor may be left; asks where something would be lost.
    mutating func leaveEditor() -> Bool {
        guard draft != original else { return true }
        asking = .discard
        return false
    }

    private mutating func setLabel(
        _ kind: ContactLabels.Kind,
        _ place: WritableKeyPath<ContactsApp, [ContactsStore.Labelled]>,
        _ index: Int,
        _ type: Int
    ) {
        guard self[keyPath: place].indices.contains(index) else { return }
        if type == 0 {
            labelText = self[keyPath: place][index].label ?? ""
            asking = .customLabel(kind, index: index)
        } else {
            self[keyPath: place][index].type = type
            self[keyPath: place][index].label = nil
        }
    }

    mutating func setCustomLabel(_ kind: ContactLabels.Kind, _ index: Int) {
        asking = nil
        let path = kind == .phone ? \ContactsApp.draft.phones : \ContactsApp.draft.emails
        guard !labelText.isEmpty, self[keyPath: path].indices.contains(index) else { return }
        self[keyPath: path][index].type = 0
        self[keyPath: path][index].label = labelText
    }

    private mutating func save(_ context: AppContext) {
        guard !draft.isEmpty else { return context.toast("Add info to save as a contact") }
        let contacts = context.system.contacts
        let contact = draft.contact
        if contact.id != 0, (try? contacts.update(contact)) == true {
            context.finish()
        } else if let id = try? contacts.insert(contact) {
            // Opened while the editor still has its place in the back stack, which it leaves then.
            context.open(Self.detailActivity, ContactsApp(page: .detail(id)))
            context.finish()
        } else {
            return context.toast("Couldn't save contact changes")
        }
        context.toast("\(contact.display) saved")
    }
}
