// SPDX-License-Identifier: Apache-2.0

/// What the gallery finds in the storage, and how it copies and moves.
struct GalleryStore {
    /// A folder that holds pictures.
    struct Folder: Hashable {
        var path: String
        var pictures: [Document]
    }

    /// What happens to a file whose name is taken where it is to go.
    enum Conflict: Int, CaseIterable {
        case skip, overwrite, keepBoth

        var title: String {
            switch self {
            case .skip: "Skip"
            case .overwrite: "Overwrite"
            case .keepBoth: "Keep both"
            }
        }
    }

    let documents: DocumentStore
    let order: DocumentOrder

    init(_ context: AppContext) {
        documents = DocumentStore(files: context.system.files)
        let stored = Self.preferences(context).int("sort_order") ?? Int64(DocumentOrder.newest.rawValue)
        order = DocumentOrder(rawValue: Int(clamping: stored)) ?? .newest
    }

    static func preferences(_ context: AppContext) -> SharedPreferences {
        SharedPreferences(context.system.files, package: GalleryApp.package)
    }

    /// Every folder with pictures in it, in the chosen order; the newest picture tells a folder's age.
    func folders() -> [Folder] {
        let found = documents.find(in: DocumentStore.storage) { $0.type.family == .image }
        let groups = Dictionary(grouping: found) { DevicePath.parent($0.path) }
        let entries = groups.map { path, pictures in
            Document(
                path: path,
                size: pictures.reduce(0) { $0 + $1.size },
                modified: pictures.map(\.modified).max() ?? 0,
                type: .folder
            )
        }
        return order.sorted(entries).map { Folder(path: $0.path, pictures: order.sorted(groups[$0.path] ?? [])) }
    }

    /// The pictures of a folder, in the chosen order.
    func pictures(in folder: String) -> [Document] {
        order.sorted(documents.list(folder).filter { $0.type.family == .image })
    }

    /// The first of these files whose name is taken in a folder.
    func taken(_ paths: [String], in folder: String) -> String? {
        paths.first { documents.files.exists(DevicePath.join(folder, DevicePath.name($0))) }
    }

    /// Copies or moves files into a folder.
    ///
    /// - Returns: how many of them are there now, or nil where one could not be brought there.
    func bring(_ paths: [String], into folder: String, move: Bool, _ conflict: Conflict) -> Int? {
        var count = 0
        for path in paths {
            let target = DevicePath.join(folder, DevicePath.name(path))
            if documents.files.exists(target) {
                if conflict == .skip { continue }
                if conflict == .overwrite, !documents.delete(target) { return nil }
            }
            guard move ? documents.move(path, into: folder) : documents.copy(path, into: folder) else { return nil }
            count += 1
        }
        return count
    }

    /// How the gallery calls a folder.
    static func title(_ folder: String) -> String {
        folder == DocumentStore.storage ? "Internal" : DevicePath.name(folder)
    }
}
