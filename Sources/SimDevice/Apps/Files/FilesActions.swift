// SPDX-License-Identifier: Apache-2.0

/// What Files does to the storage and to its own page.
extension FilesApp {
    // MARK: Going about

    mutating func open(_ root: DocumentRoot, _ context: AppContext) {
        (self.root, folders, drawerOpen) = (root, [], false)
        (selection, searching, query) = ([], false, "")
        context.scrollToTop()
    }

    mutating func touch(_ document: Document, _ context: AppContext) {
        if !selection.isEmpty { return tick(document) }
        if document.isFolder {
            if searching { (root, folders) = (.storage, Self.chain(to: DevicePath.parent(document.path))) }
            (searching, query) = (false, "")
            folders.append(document.path)
            return context.scrollToTop()
        }
        guard !isPicker else { return }
        context.view(
            Intent(
                action: "android.intent.action.VIEW",
                dataURI: "file://" + document.path,
                mimeType: document.type.mime
            ),
            orSay: "Can't open file"
        )
    }

    /// The folders that lead from the storage to a folder, the outermost first.
    static func chain(to path: String) -> [String] {
        guard path.hasPrefix(DocumentStore.storage + "/") else { return [] }
        var chain: [String] = []
        var folder = path
        while folder != DocumentStore.storage {
            chain.insert(folder, at: 0)
            folder = DevicePath.parent(folder)
        }
        return chain
    }

    mutating func tick(_ document: Document) {
        if let index = selection.firstIndex(of: document.path) {
            selection.remove(at: index)
        } else {
            selection.append(document.path)
        }
    }

    func setGrid(_ grid: Bool, _ context: AppContext) {
        var preferences = Self.preferences(context)
        preferences["viewMode"] = .int(grid ? 2 : 1)
        try? preferences.save()
    }

    func setShowHidden(_ on: Bool, _ context: AppContext) {
        var preferences = Self.preferences(context)
        preferences["showHiddenFiles"] = .boolean(on)
        try? preferences.save()
    }

    // MARK: Changing files

    mutating func makeFolder(_ context: AppContext) {
        asking = nil
        guard let folder else { return }
        guard let path = store(context).makeFolder(name, in: folder) else {
            return context.snackbar("Failed to create folder")
        }
        // The picker goes into the new folder, since that is what it was made for.
        if isPicker { folders.append(path) }
    }

    mutating func startRenaming(_ path: String) { (asking, name) = (.rename(path), DevicePath.name(path)) }

    mutating func rename(_ path: String, _ context: AppContext) {
        (asking, selection) = (nil, [])
        let target = DevicePath.join(DevicePath.parent(path), name)
        if target != path && context.system.files.exists(target) {
            context.snackbar("An item with this name already exists.")
        } else if !store(context).rename(path, to: name) {
            context.snackbar("Failed to rename document")
        }
    }

    mutating func delete(_ paths: [String], _ context: AppContext) {
        (asking, selection) = (nil, [])
        let store = store(context)
        let failed = paths.filter { !store.delete($0) }.count
        context.snackbar(
            failed == 0
                ? Self.items("Deleting", paths.count) : "Couldn't delete \(failed) \(failed == 1 ? "item" : "items")."
        )
    }

    func startPicking(_ operation: Operation, _ context: AppContext) {
        let start = folders.isEmpty && root.folder == nil ? (DocumentRoot.storage, []) : (root, folders)
        let picker = FilesApp(page: .picker(operation, paths: selection), root: start.0, folders: start.1)
        context.open(Self.pickActivity, picker, request: operation.rawValue)
    }

    /// The picker's button: carries out what it was opened for.
    func finishPicking(_ context: AppContext) {
        guard case .picker(let operation, let paths) = page, let folder else { return }
        let store = store(context)
        let failed = paths.filter { operation == .move ? !store.move($0, into: folder) : !store.copy($0, into: folder) }
        let word = operation == .move ? "Moving" : "Copying"
        context.finish([
            "words": failed.isEmpty
                ? Self.items(word, paths.count)
                : "Couldn't \(operation.rawValue) \(failed.count) \(failed.count == 1 ? "item" : "items")."
        ])
    }

    /// The button of the picker of a new file: makes it and tells whoever asked where it lies.
    func finishCreating(_ context: AppContext) {
        guard case .create(let mime) = page, let folder else { return }
        guard let path = store(context).makeFile(FileType.named(fileName, mime: mime), in: folder) else {
            return context.snackbar("Failed to save document")
        }
        context.finish([Self.createdPath: path])
    }

    private static func items(_ doing: String, _ count: Int) -> String {
        "\(doing) \(count) \(count == 1 ? "item" : "items")."
    }
}
