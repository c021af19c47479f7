// SPDX-License-Identifier: Apache-2.0

import Media

/// The list of notes, the side menu, and the search.
extension JoplinApp {
    func listPage(_ ui: UI<Self>) -> any Component {
        let store = JoplinStore(ui.context)
        let notes = store.notes(in: folder)
        let title = folder.map { id in store.folders().first { $0.id == id }?.title ?? "" } ?? "All notes"
        let content = VStack {
            AppBar(
                title,
                titleView: HStack {
                    Self.button(.drawer, "Sidebar", ui.on { app, _ in app.menuOpen = true })
                    Text(title, size: 20, color: Self.ink, maxLines: 1).weight().margin(horizontal: 8)
                }
                .unlisted(),
                background: Self.bar
            ) {
                Self.button(
                    .search,
                    "Search",
                    ui.on { _, context in
                        context.open(Self.mainActivity, JoplinApp(searching: ()))
                    }
                )
            }
            if notes.isEmpty {
                EmptyState(
                    folder == nil && store.folders().isEmpty
                        ? "You currently have no notebooks."
                        : "There are currently no notes. Create one by clicking on the (+) button."
                )
                .view.weight()
            } else {
                list(notes, ui).weight()
            }
        }
        .fill()
        return ZStack {
            if menuOpen || adding { content.withoutListing() } else { content }
            if menuOpen {
                menu(store.folders(), ui)
            } else if adding {
                choice(ui)
            } else {
                FloatingButton(.add, "Add new", id: "", onClick: ui.on { app, _ in app.adding = true })
            }
        }
        .fill()
    }

    static func button(_ icon: Icon, _ title: String, _ handler: @escaping Handler) -> View {
        IconButton(icon, title, color: ink, onClick: handler).className("android.widget.Button").key(title)
    }

    // MARK: The list

    private func list(_ notes: [JoplinNote], _ ui: UI<Self>) -> View {
        // The last row can be moved up from under the floating button.
        List(count: notes.count + 1, height: { $0 < notes.count ? 52 : 64 }) { index in
            index < notes.count ? row(notes[index], ui) : Spacer(64).view
        }
        .className("android.widget.ScrollView")
        .fillWidth()
    }

    private func row(_ note: JoplinNote, _ ui: UI<Self>) -> View {
        let done = note.isTodo && note.completed > 0
        let title = note.title.isEmpty ? "Untitled" : note.title
        return VStack {
            HStack {
                if note.isTodo {
                    CheckBox(on: done, id: "") { [tick = ui.on { $0.tick(note, $1) }] _ in tick() }
                        .described("to-do: \(title)")
                        .margin(right: 12)
                }
                Text(title, size: 16, maxLines: 1).weight()
            }
            .unlisted()
            .padding(horizontal: 16)
            .weight()
            .fillWidth()
            Divider()
        }
        .className("android.view.ViewGroup")
        .height(52)
        .fillWidth()
        .opacity(done ? 0.4 : 1)
        .onClick(ui.on { $0.open(note, $1) })
        .key(note.id)
    }

    /// The two things that can be added, over the list.
    private func choice(_ ui: UI<Self>) -> View {
        ZStack {
            ZStack().unlisted().fill().background(.rgba(0xffffff, 0.7)).onClick(ui.on { app, _ in app.adding = false })
            entry("New to-do", .check, bottom: 148, ui.on { $0.add(todo: true, $1) })
            entry("New note", .file, bottom: 88, ui.on { $0.add(todo: false, $1) })
            FloatingButton(.close, "Add new", id: "", onClick: ui.on { app, _ in app.adding = false })
        }
        .unlisted()
        .fill()
    }

    private func entry(_ title: String, _ icon: Icon, bottom: Dp, _ onClick: @escaping Handler) -> View {
        HStack(spacing: 12) {
            Text(title, size: 15, weight: .medium)
            IconView(icon, color: .onPrimaryContainer).unlisted()
        }
        .className("android.widget.Button")
        .described(title)
        .padding(horizontal: 16, vertical: 12)
        .background(.primaryContainer, radius: 12, elevation: 3)
        .align(.bottomEnd)
        .margin(right: 16, bottom: bottom)
        .onClick(onClick)
    }

    // MARK: The side menu

    private func menu(_ folders: [JoplinFolder], _ ui: UI<Self>) -> View {
        HStack {
            VStack {
                ScrollView {
                    menuRow("All notes", .file, depth: 0, on: folder == nil, ui.on { $0.show(nil, $1) })
                    Divider()
                    Text("Notebooks", size: 14, weight: .medium, color: .onSurfaceVariant)
                        .padding(left: 16, top: 14, bottom: 6)
                    for (folder, depth) in Self.tree(folders) {
                        menuRow(
                            folder.title,
                            .folder,
                            depth: depth,
                            on: folder.id == self.folder,
                            ui.on { $0.show(folder.id, $1) }
                        )
                        .key(folder.id)
                    }
                }
                .weight()
                Divider()
                menuRow(
                    "New Notebook",
                    .add,
                    depth: 0,
                    on: false,
                    ui.on { app, _ in (app.asking, app.name) = (.notebook, "") }
                )
            }
            .width(300)
            .fillHeight()
            .background(.surface)
            ZStack().unlisted().weight().fillHeight().background(.rgba(0x000000, 0.4))
                .onClick(ui.on { app, _ in app.menuOpen = false })
        }
        .unlisted()
        .fill()
    }

    /// The notebooks, each followed by those in it; one whose parent is missing stands at the top.
    private static func tree(_ folders: [JoplinFolder]) -> [(JoplinFolder, Int)] {
        let ids = Set(folders.map(\.id))
        var placed: Set<String> = []
        var found: [(JoplinFolder, Int)] = []
        func visit(_ folder: JoplinFolder, _ depth: Int) {
            // A notebook may be its own ancestor in a file that came from outside.
            guard placed.insert(folder.id).inserted else { return }
            found.append((folder, depth))
            for child in folders where child.parent == folder.id { visit(child, min(depth + 1, 6)) }
        }
        for folder in folders where !ids.contains(folder.parent) { visit(folder, 0) }
        for folder in folders { visit(folder, 0) }
        return found
    }

    private func menuRow(_ title: String, _ icon: Icon, depth: Int, on: Bool, _ onClick: @escaping Handler) -> View {
        HStack(spacing: 16) {
            IconView(icon, size: 20).unlisted()
            Text(title, size: 16, weight: on ? .medium : .regular, maxLines: 1).weight()
        }
        .className("android.widget.Button")
        .padding(left: 16 + Dp(depth) * 16, right: 16)
        .height(48)
        .fillWidth()
        .background(on ? .surfaceVariant : .clear)
        .selected(on)
        .onClick(onClick)
    }

    private mutating func show(_ folder: String?, _ context: AppContext) {
        (self.folder, menuOpen) = (folder, false)
        context.scrollToTop()
    }

    // MARK: The search

    func searchPage(_ ui: UI<Self>) -> any Component {
        let notes = JoplinStore(ui.context).search(query)
        return VStack {
            AppBar(
                "Search",
                titleView: HStack {
                    Self.button(.back, "Back", ui.finish)
                    Text("Search", size: 20, color: Self.ink).weight().margin(horizontal: 8)
                }
                .unlisted(),
                background: Self.bar
            )
            HStack {
                TextField("Search…", text: ui.binding(\.query), style: .bare, autofocus: true).view.weight()
                if !query.isEmpty {
                    IconButton(.close, "Clear", onClick: ui.on { app, _ in app.query = "" }).key("clear")
                }
            }
            .unlisted()
            .padding(horizontal: 12)
            .height(56)
            .fillWidth()
            Divider()
            if query.isEmpty || !notes.isEmpty {
                list(notes, ui).weight()
            } else {
                Text("No search results", color: .onSurfaceVariant).padding(16).fillWidth()
            }
        }
        .fill()
    }
}
