// SPDX-License-Identifier: Apache-2.0

import Media

/// Markor: the notebook's files and folders, the two quick files, and the editor.
///
/// Notes are plain files in the shared storage. A value holds which folder is open, what is ticked or asked, and what is
/// typed and not saved yet; as in the real app that is saved as soon as the page leaves the front.
struct MarkorApp: App {
    static let package = "net.gsantner.markor"
    static let documentActivity = package + ".activity.DocumentActivity"
    static let icon = AppIcon(glyph: .edit, disc: 0x3f51b5)
    static let manifest = AppManifest(
        package: package,
        label: "Markor",
        versionName: "2.10.9",
        versionCode: 146,
        mainActivity: ".activity.MainActivity",
        activities: [documentActivity]
    )

    /// The destinations at the bottom of the main page.
    enum Tab: Int, CaseIterable { case files, todo, quickNote, more }

    /// What the value is a page of.
    enum Page: Hashable {
        case main
        case document
    }

    enum Transfer: String { case move, copy }

    /// What stands over the page.
    enum Asking: Hashable {
        case new
        case rename(String)
        case delete([String])
        /// The folder picker: what is moved or copied, and the folder that is open in it.
        case pick(Transfer, paths: [String], folder: String)
        case share
    }

    var page = Page.main
    var tab = Tab.files
    var asking: Asking?
    // The files.
    /// The folders that were gone through, the one that is open last.
    var trail = [MarkorStore.notebook]
    /// Ticked files and folders, in the order in which they were ticked.
    var selection: [String] = []
    var searching = false
    var query = ""
    // The dialogs of names.
    var name = ""
    var ending = MarkorFormat.markdown.ending
    var format = MarkorFormat.markdown
    // The editor.
    var document: MarkorDocument?
    /// The text is shown and cannot be changed.
    var isViewing = false
    /// The file was just made: typing begins at once.
    var isNew = false

    init?(intent: Intent, context: AppContext) {
        try? context.system.files.makeFolder(MarkorStore.notebook)
    }

    /// The page of a file.
    init(editing path: String, isNew: Bool, _ context: AppContext) {
        (page, self.isNew) = (.document, isNew)
        document = MarkorDocument(path, context)
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    var folder: String { trail.last ?? MarkorStore.notebook }

    func body(_ ui: UI<Self>) -> any Component {
        if page == .document { return documentPage(ui) }
        return VStack {
            switch tab {
            case .files: filesPage(ui).view.weight().fillWidth()
            case .todo, .quickNote: documentPage(ui).view.weight().fillWidth()
            case .more: morePage().view.weight().fillWidth()
            }
            TabBar(
                tabs: [
                    .init(title: "Files", icon: .folder, id: Self.id("nav_notebook")),
                    .init(title: "To-Do", icon: .check, id: Self.id("nav_todo")),
                    .init(title: "QuickNote", icon: .edit, id: Self.id("nav_quicknote")),
                    .init(title: "More", icon: .more, id: Self.id("nav_more")),
                ],
                selected: tab.rawValue,
                bottom: true,
                onSelect: ui.on { app, context, index in app.go(to: Tab(rawValue: index) ?? .files, context) }
            )
            .view.id(Self.id("bottom_navigation_bar"))
        }
        .fill()
    }

    private func morePage() -> any Component {
        VStack {
            AppBar("More", id: Self.id("toolbar"))
            ListRow("Markor", summary: "Text editor - Notes & ToDo", icon: .edit)
            ListRow("Version", summary: "v\(Self.manifest.versionName) (\(Self.manifest.versionCode))", icon: .info)
        }
        .fill()
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        switch asking {
        case .new: newDialog(ui)
        case .rename(let path): renameDialog(path, ui)
        case .delete(let paths): deleteDialog(paths, ui)
        case .pick(let transfer, let paths, let folder): pickDialog(transfer, paths, folder, ui)
        case .share: shareDialog(ui)
        case nil: nil
        }
    }

    // MARK: Getting about

    mutating func go(to target: Tab, _ context: AppContext) {
        keep(context)
        (selection, searching, query) = ([], false, "")
        tab = target
        document =
            switch target {
            case .todo: MarkorDocument(MarkorStore.notebook + "/todo.txt", context)
            case .quickNote: MarkorDocument(MarkorStore.notebook + "/QuickNote.md", context)
            case .files, .more: nil
            }
        isViewing = false
        context.scrollToTop()
    }

    mutating func back(_ context: AppContext) -> Bool {
        guard page == .main else { return false }
        if tab != .files {
            go(to: .files, context)
        } else if !selection.isEmpty {
            selection = []
        } else if searching {
            (searching, query) = (false, "")
        } else if trail.count > 1 {
            trail.removeLast()
            context.scrollToTop()
        } else {
            return false
        }
        return true
    }

    mutating func paused(_ context: AppContext) { keep(context) }
    mutating func resumed(_ context: AppContext) { document?.refresh(context) }

    /// Saves what is typed; the file keeps its time where nothing was.
    mutating func keep(_ context: AppContext) { _ = document?.save(context) }
}
