// SPDX-License-Identifier: Apache-2.0

import Media

@testable import SimDevice

/// The example of `Sources/SimDevice/View/README.md`: a list, a floating button, a dialog, text fields, a menu.
struct NotesDemo: App {
    static let manifest = AppManifest(
        package: "org.example.notes",
        label: "Notes",
        mainActivity: ".MainActivity",
        activities: [".EditActivity"],
        intentFilters: [
            IntentFilter(activity: "org.example.notes.EditActivity", actions: ["android.intent.action.INSERT"])
        ],
        isSystem: false
    )

    private enum Page { case list, edit }

    private var page = Page.list
    private var title = ""
    private var words = ""
    private var deleting: String?

    init?(intent: Intent, context: AppContext) {
        if intent.action == "android.intent.action.INSERT" {
            page = .edit
            title = intent.extras["title"] ?? ""
        }
    }

    private init(editing title: String, words: String) {
        (page, self.title, self.words) = (.edit, title, words)
    }

    // MARK: Pages

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .list: list(ui)
        case .edit: editor(ui)
        }
    }

    private func list(_ ui: UI<Self>) -> any Component {
        let names = Self.names(ui.context)
        return ZStack {
            VStack {
                AppBar("Notes", menu: [MenuItem("Delete all", action: ui.on { $0.deleteAll($1) })])
                List(count: names.count, rowHeight: 64) { index in
                    ListRow(
                        names[index],
                        icon: .file,
                        onClick: ui.on { $0.open(names[index], $1) },
                        onLongClick: ui.on { app, _ in app.deleting = names[index] }
                    )
                }
                .id("org.example.notes:id/list")
                .weight()
            }
            .fill()
            FloatingButton(.add, "New note", id: "org.example.notes:id/fab", onClick: ui.on { $0.open(nil, $1) })
        }
        .fill()
    }

    private func editor(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar("Edit", leading: .up(ui.finish)) {
                Button("Save", onClick: ui.on { $0.save($1) })
            }
            ScrollView {
                TextField("Title", text: ui.binding(\.title), id: "org.example.notes:id/title", autofocus: true)
                TextField("Text", text: ui.binding(\.words), id: "org.example.notes:id/text", multiline: true)
                    .margin(top: 16)
            }
            .padding(16)
            .weight()
        }
        .fill()
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        guard let deleting else { return nil }
        return .confirm(
            "Delete \(deleting)?",
            yes: "Delete",
            onYes: ui.on { app, context in
                try? context.system.files.remove(Self.folder + "/" + deleting)
                app.deleting = nil
                context.snackbar("\(deleting) deleted")
            },
            onNo: ui.on { app, _ in app.deleting = nil }
        )
    }

    // MARK: What the user does

    private func open(_ name: String?, _ context: AppContext) {
        let bytes = name.flatMap { try? context.system.files.read(Self.folder + "/" + $0) } ?? []
        context.open(".EditActivity", NotesDemo(editing: name ?? "", words: String(decoding: bytes, as: UTF8.self)))
    }

    private func save(_ context: AppContext) {
        guard !title.isEmpty else { return context.toast("A note needs a title") }
        try? context.system.files.makeFolder(Self.folder)
        try? context.system.files.write(Array(words.utf8), to: Self.folder + "/" + title)
        context.finish()
    }

    private func deleteAll(_ context: AppContext) {
        for name in Self.names(context) { try? context.system.files.remove(Self.folder + "/" + name) }
    }

    // MARK: Files

    private static let folder = manifest.dataFolder + "/files"

    private static func names(_ context: AppContext) -> [String] {
        ((try? context.system.files.list(folder)) ?? []).map { "\($0)" }.sorted()
    }
}
