// SPDX-License-Identifier: Apache-2.0

import Media

/// Files, as Android's DocumentsUI shows the shared storage: browsing, selecting, copying, moving, renaming, deleting.
///
/// A value is the browser, the picker of a destination, the picker of another app's new file, or the information page
/// of one file.
struct FilesApp: App {
    static let package = "com.google.android.documentsui"
    static let pickActivity = "com.android.documentsui.picker.PickActivity"
    /// An app asks where a new file of its own is to lie; the result is its path, under `createdPath`.
    static let createAction = "android.intent.action.CREATE_DOCUMENT"
    static let createdPath = "path"
    static let infoActivity = "com.android.documentsui.inspector.InspectorActivity"
    static let icon = AppIcon(glyph: .folder, disc: 0x1967d2)
    static let manifest = AppManifest(
        package: package,
        label: "Files",
        mainActivity: "com.android.documentsui.files.FilesActivity",
        activities: [pickActivity, infoActivity],
        intentFilters: [
            IntentFilter(
                activity: "com.android.documentsui.files.FilesActivity",
                actions: ["android.provider.action.BROWSE", "android.intent.action.VIEW_DOWNLOADS"]
            ),
            IntentFilter(activity: pickActivity, actions: [createAction], mimeTypes: ["*/*"]),
        ]
    )

    enum Operation: String { case copy, move }

    /// What the value is a page of.
    enum Page: Hashable {
        case browser
        /// The choice of the folder into which the files go.
        case picker(Operation, paths: [String])
        /// The choice of the folder and name of another app's new file.
        case create(mime: String)
        case info(String)
    }

    /// What is asked over the page.
    enum Asking: Hashable {
        case newFolder
        case rename(String)
        case delete([String])
        case sort
    }

    var page = Page.browser
    var root = DocumentRoot.downloads
    /// The open folders below the root, the outermost first.
    var folders: [String] = []
    var order = DocumentOrder.nameUp
    var drawerOpen = false
    var searching = false
    var query = ""
    /// Paths that are ticked, in the order of ticking.
    var selection: [String] = []
    var asking: Asking?
    /// The name that is being typed.
    var name = ""
    /// What the new file is to be called.
    var fileName = ""
    let thumbnails = Thumbnails()

    init?(intent: Intent, context: AppContext) {
        if intent.action == Self.createAction {
            page = .create(mime: intent.mimeType ?? "application/octet-stream")
            fileName = intent.extras["android.intent.extra.TITLE"] ?? ""
        } else if intent.component?.activity == Self.infoActivity || intent.component?.activity == Self.pickActivity {
            return nil
        }
    }

    init(page: Page, root: DocumentRoot = .storage, folders: [String] = []) {
        (self.page, self.root, self.folders) = (page, root, folders)
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    // MARK: What is shown

    /// The folder that is open; `nil` in a root that collects files.
    var folder: String? { folders.last ?? root.folder }

    var isPicker: Bool {
        switch page {
        case .picker, .create: true
        case .browser, .info: false
        }
    }

    func title(_ root: DocumentRoot, _ context: AppContext) -> String {
        switch root {
        case .images: "Images"
        case .videos: "Videos"
        case .audio: "Audio"
        case .documents: "Documents"
        case .downloads: "Downloads"
        case .storage:
            context.system.settings.get(.global, "device_name") ?? context.system.properties["ro.product.model"]
                ?? "sdk_gphone_x86_64"
        }
    }

    func documents(_ context: AppContext) -> [Document] {
        let store = store(context)
        if searching {
            let wanted = query.lowercased()
            guard !wanted.isEmpty else { return [] }
            return order.sorted(
                store.find(in: root.folder ?? DocumentStore.storage) { document in
                    document.name.lowercased().contains(wanted)
                        && (root.family == nil || document.type.family == root.family)
                }
            )
        }
        return order.sorted(folders.last.map(store.list) ?? store.list(root))
    }

    func store(_ context: AppContext) -> DocumentStore {
        DocumentStore(
            files: context.system.files,
            showHidden: Self.preferences(context).boolean("showHiddenFiles") ?? false
        )
    }

    static func preferences(_ context: AppContext) -> SharedPreferences {
        SharedPreferences(context.system.files, package: package)
    }

    static func isGrid(_ context: AppContext) -> Bool { preferences(context).int("viewMode") != 1 }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .info(let path): infoPage(path, ui)
        case .browser, .picker, .create: browser(ui)
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        if drawerOpen {
            drawerOpen = false
        } else if !selection.isEmpty {
            selection = []
        } else if searching {
            (searching, query) = (false, "")
        } else if !folders.isEmpty {
            folders.removeLast()
        } else {
            return false
        }
        return true
    }

    mutating func result(of request: String, _ values: [String: String], _ context: AppContext) {
        guard let words = values["words"] else { return }
        selection = []
        context.snackbar(words)
    }

    // MARK: Dialogs

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let cancel = ui.on { app, _ in app.asking = nil }
        switch asking {
        case .newFolder:
            return nameDialog("New folder", ui, ui.on { $0.makeFolder($1) })
        case .rename(let path):
            return nameDialog("Rename", ui, ui.on { $0.rename(path, $1) })
        case .delete(let paths):
            return Dialog(
                message: Self.question(paths, store(ui.context)),
                positive: .init("OK", ui.on { $0.delete(paths, $1) }),
                negative: .init("Cancel", cancel),
                dismiss: cancel
            )
        case .sort:
            return .choice(
                "Sort by",
                DocumentOrder.allCases.map(\.title),
                selected: order.rawValue,
                onPick: ui.on { app, _, index in
                    app.order = DocumentOrder(rawValue: index) ?? .nameUp
                    app.asking = nil
                },
                onCancel: cancel
            )
        case nil:
            return nil
        }
    }

    private func nameDialog(_ title: String, _ ui: UI<Self>, _ ok: @escaping Handler) -> Dialog {
        .input(
            title,
            text: ui.binding(\.name),
            id: "android:id/text1",
            okEnabled: !name.isEmpty,
            onOK: ok,
            onCancel: ui.on { app, _ in app.asking = nil }
        )
    }

    /// `Delete "a.txt"?`, `Delete 3 files?`, as DocumentsUI asks.
    static func question(_ paths: [String], _ store: DocumentStore) -> String {
        let folders = paths.filter { store.files.isFolder($0) }.count
        if paths.count == 1 {
            let name = DevicePath.name(paths[0])
            return folders == 1 ? "Delete folder \"\(name)\" and its contents?" : "Delete \"\(name)\"?"
        }
        if folders == 0 { return "Delete \(paths.count) files?" }
        return folders == paths.count
            ? "Delete \(paths.count) folders and their contents?" : "Delete \(paths.count) items?"
    }
}
