// SPDX-License-Identifier: Apache-2.0

import Media

/// The page of a note: its text as it is rendered, or as it is edited.
extension JoplinApp {
    func notePage(_ ui: UI<Self>) -> any Component {
        ZStack {
            VStack {
                bar(ui)
                HStack {
                    if draft.isTodo {
                        CheckBox(
                            on: draft.completed > 0,
                            id: "",
                            onChange: ui.on { app, context, on in app.tickDraft(on, context) }
                        )
                        .described("to-do: \(draft.title)")
                        .margin(left: 12)
                    }
                    TextField(
                        "Add title",
                        text: ui.binding(\.draft.title),
                        style: .bare,
                        size: 20,
                        autofocus: stored.id.isEmpty
                    )
                    .view.weight().margin(horizontal: 12)
                }
                .unlisted()
                .height(60)
                .fillWidth()
                Divider()
                if isEditing { editor(ui) } else { rendered() }
            }
            .fill()
            if !isEditing {
                FloatingButton(.edit, "Edit", id: "", onClick: ui.on { app, _ in app.isEditing = true })
            }
        }
        .fill()
    }

    private func bar(_ ui: UI<Self>) -> View {
        AppBar(
            "",
            titleView: HStack {
                Self.button(
                    .back,
                    "Back",
                    ui.on { app, context in if !app.back(context) { context.finish() } }
                )
                Spacer()
                if draft != stored {
                    Self.button(
                        .save,
                        "Save changes",
                        ui.on { app, context in
                            if app.save(context) { context.hideKeyboard() }
                        }
                    )
                }
                IconButton(.more, "Actions", color: Self.ink)
                    .className("android.widget.Button")
                    .menu([
                        MenuItem(
                            draft.isTodo ? "Convert to note" : "Convert to todo",
                            action: ui.on { app, _ in app.draft.isTodo.toggle() }
                        ),
                        MenuItem(
                            "Delete",
                            enabled: !stored.id.isEmpty,
                            action: ui.on { app, _ in app.asking = .delete }
                        ),
                    ])
                    .key("more")
            }
            .unlisted(),
            background: Self.bar
        )
        .view
    }

    /// A tick of a stored to-do is kept at once.
    private mutating func tickDraft(_ on: Bool, _ context: AppContext) {
        draft.completed = on ? context.now : 0
        guard !stored.id.isEmpty else { return }
        stored.completed = draft.completed
        if (try? JoplinStore(context).save(stored)) == nil { context.toast("The to-do could not be changed") }
    }

    private func editor(_ ui: UI<Self>) -> View {
        ScrollView {
            TextField("Add body", text: ui.binding(\.draft.body), style: .bare, multiline: true)
                .view.margin(horizontal: 12, vertical: 8)
        }
        .weight()
    }

    // MARK: Markdown

    /// The text as the viewer shows it, in the elements of Markdown that notes mostly have.
    private func rendered() -> View {
        ScrollView {
            for (index, line) in draft.body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .enumerated()
            where line.contains(where: { !$0.isWhitespace }) {
                Self.paragraph(String(line)).key("\(index)")
            }
            Spacer(88)
        }
        .className("android.webkit.WebView")
        .padding(horizontal: 16, vertical: 8)
        .weight()
    }

    private static func paragraph(_ line: String) -> View {
        let text = line.drop(while: \.isWhitespace)
        let marks = text.prefix { $0 == "#" }.count
        if (1...6).contains(marks), text.dropFirst(marks).first == " " {
            return Text(plain(text.dropFirst(marks + 1)), size: Dp(26 - 2 * marks), weight: .bold)
                .className("android.view.View")
                .padding(vertical: 8)
                .fillWidth()
        }
        for (mark, sign) in [("- [ ] ", "☐"), ("- [x] ", "☑"), ("- ", "•"), ("* ", "•")] where text.hasPrefix(mark) {
            return HStack(spacing: 10) {
                Text(sign, size: 16).unlisted().align(.topCenter)
                Text(plain(text.dropFirst(mark.count))).weight()
            }
            .unlisted()
            .padding(left: 12, top: 4, bottom: 4)
            .fillWidth()
        }
        return Text(plain(text)).padding(vertical: 6).fillWidth()
    }

    /// A line without the signs for bold, italic and code.
    private static func plain(_ text: some StringProtocol) -> String {
        String(text).replacing("**", with: "").replacing("`", with: "")
    }
}
