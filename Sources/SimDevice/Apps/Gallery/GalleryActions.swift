// SPDX-License-Identifier: Apache-2.0

/// What the gallery does to the storage, and to its own page.
extension GalleryApp {
    static func showsNames(_ context: AppContext) -> Bool {
        GalleryStore.preferences(context).boolean("display_file_names") ?? true
    }

    func showNames(_ on: Bool, _ context: AppContext) {
        var preferences = GalleryStore.preferences(context)
        preferences["display_file_names"] = .boolean(on)
        try? preferences.save()
    }

    mutating func sort(_ order: DocumentOrder, _ context: AppContext) {
        asking = nil
        var preferences = GalleryStore.preferences(context)
        preferences["sort_order"] = .int(order.rawValue)
        try? preferences.save()
        context.scrollToTop()
    }

    mutating func tick(_ path: String) {
        if let index = selection.firstIndex(of: path) {
            selection.remove(at: index)
        } else {
            selection.append(path)
        }
    }

    mutating func startRenaming(_ path: String) {
        let whole = DevicePath.name(path)
        let dot = whole.lastIndex(of: ".").flatMap { $0 > whole.startIndex ? $0 : nil } ?? whole.endIndex
        (name, ending) = (String(whole[..<dot]), String(whole[dot...].dropFirst()))
        asking = .rename(path)
    }

    mutating func rename(_ path: String, _ context: AppContext) {
        guard !name.isEmpty else { return context.toast("Filename cannot be empty") }
        let target = DevicePath.join(DevicePath.parent(path), ending.isEmpty ? name : "\(name).\(ending)")
        if target != path, context.system.files.exists(target) {
            return context.toast("A file or folder with this name already exists")
        }
        (asking, selection) = (nil, [])
        guard GalleryStore(context).documents.rename(path, to: DevicePath.name(target)) else {
            return context.toast("Could not rename the file")
        }
        if page == .picture(path) { page = .picture(target) }
    }

    mutating func delete(_ paths: [String], _ context: AppContext) {
        (asking, selection) = (nil, [])
        let documents = GalleryStore(context).documents
        if paths.contains(where: { !documents.delete($0) }) { context.toast("An error occurred") }
        leaveIfGone(paths, context)
    }

    /// After files have gone: on from a picture to its neighbour, and out of a folder that has none left.
    private mutating func leaveIfGone(_ paths: [String], _ context: AppContext) {
        let folder = DevicePath.parent(paths.first ?? "")
        let left = GalleryStore(context).pictures(in: folder)
        switch page {
        case .folders: break
        case .folder: if left.isEmpty { context.finish() }
        case .picture(let path):
            guard !context.system.files.exists(path) else { return }
            if let next = left.first { page = .picture(next.path) } else { context.finish() }
        }
    }

    // MARK: Copying and moving

    /// Brings the files into a folder, after a question where a name is taken.
    mutating func bring(_ transfer: Transfer, into folder: String, _ context: AppContext) {
        let store = GalleryStore(context)
        if transfer.paths.contains(where: { DevicePath.parent($0) == folder }) {
            return context.toast("Source and destination cannot be the same")
        }
        if store.taken(transfer.paths, in: folder) != nil {
            (asking, conflict) = (.conflict(transfer, into: folder), .skip)
            return
        }
        finish(transfer, into: folder, context)
    }

    mutating func finish(_ transfer: Transfer, into folder: String, _ context: AppContext) {
        (asking, selection) = (nil, [])
        let verb = transfer.move ? "move" : "copy"
        switch GalleryStore(context).bring(transfer.paths, into: folder, move: transfer.move, conflict) {
        case nil: context.toast("Could not \(verb) the files")
        case 0: context.toast("No new files have been found")
        case transfer.paths.count:
            let done = transfer.move ? "moved" : "copied"
            context.toast("\(transfer.paths.count == 1 ? "File" : "Files") \(done) successfully")
        default: context.toast("Some files could not be \(transfer.move ? "moved" : "copied")")
        }
        if transfer.move { leaveIfGone(transfer.paths, context) }
    }

    mutating func makeFolder(_ transfer: Transfer, at folder: String, _ context: AppContext) {
        guard let made = GalleryStore(context).documents.makeFolder(name, in: folder) else {
            return context.toast("Could not create the folder")
        }
        asking = .otherFolder(transfer, at: made)
    }
}
