// SPDX-License-Identifier: Apache-2.0

/// A file or folder of the shared storage.
struct Document: Hashable {
    /// On the device, under `/storage/emulated/0`.
    var path: String
    var size: Int64
    /// Seconds since 1970.
    var modified: Int64
    var type: FileType

    var name: String { DevicePath.name(path) }
    var isFolder: Bool { type.family == .folder }
}

/// Where browsing can begin: the entries of the drawer.
enum DocumentRoot: Int, CaseIterable {
    case images, videos, audio, documents, downloads, storage

    /// The folder that the root shows; `nil` for one that collects files from everywhere.
    var folder: String? {
        switch self {
        case .downloads: DocumentStore.storage + "/Download"
        case .storage: DocumentStore.storage
        default: nil
        }
    }

    var family: FileType.Family? {
        switch self {
        case .images: .image
        case .videos: .video
        case .audio: .audio
        case .documents: .document
        case .downloads, .storage: nil
        }
    }
}

/// The order of a list. Folders always come first.
enum DocumentOrder: Int, CaseIterable {
    case nameUp, nameDown, typeUp, typeDown, smallest, largest, newest, oldest

    var title: String {
        switch self {
        case .nameUp: "File name (A to Z)"
        case .nameDown: "File name (Z to A)"
        case .typeUp: "Type (A to Z)"
        case .typeDown: "Type (Z to A)"
        case .smallest: "Size (smallest first)"
        case .largest: "Size (largest first)"
        case .newest: "Modified (newest first)"
        case .oldest: "Modified (oldest first)"
        }
    }

    func sorted(_ documents: [Document]) -> [Document] {
        documents.sorted { a, b in
            if a.isFolder != b.isFolder { return a.isFolder }
            switch self {
            case .nameUp: return Self.precedes(a, b)
            case .nameDown: return Self.precedes(b, a)
            case .typeUp: return a.type.name == b.type.name ? Self.precedes(a, b) : a.type.name < b.type.name
            case .typeDown: return a.type.name == b.type.name ? Self.precedes(a, b) : a.type.name > b.type.name
            case .smallest: return a.size == b.size ? Self.precedes(a, b) : a.size < b.size
            case .largest: return a.size == b.size ? Self.precedes(a, b) : a.size > b.size
            case .newest: return a.modified == b.modified ? Self.precedes(a, b) : a.modified > b.modified
            case .oldest: return a.modified == b.modified ? Self.precedes(a, b) : a.modified < b.modified
            }
        }
    }

    private static func precedes(_ a: Document, _ b: Document) -> Bool {
        let (first, second) = (a.name.lowercased(), b.name.lowercased())
        return first == second ? a.path < b.path : first < second
    }
}

/// The shared storage as Files sees and changes it.
struct DocumentStore {
    static let storage = "/storage/emulated/0"

    let files: DeviceFiles
    var showHidden = false

    /// One file or folder; `nil` where there is none.
    func document(_ path: String) -> Document? {
        guard let status = try? files.stat(path), status.isFolder || status.isFile else { return nil }
        return Document(
            path: path,
            size: status.isFolder ? 0 : status.size,
            modified: status.modified,
            type: status.isFolder ? .folder : .of(DevicePath.name(path))
        )
    }

    /// What is in a folder, unsorted.
    func list(_ folder: String) -> [Document] {
        ((try? files.list(folder)) ?? [])
            .filter { showHidden || !$0.hasPrefix(".") }
            .compactMap { document(DevicePath.join(folder, $0)) }
    }

    /// Every file under a folder that fulfils the condition; apps' own folders are left out.
    func find(in folder: String, depth: Int = 16, where condition: (Document) -> Bool) -> [Document] {
        list(folder).flatMap { document in
            var found = condition(document) ? [document] : []
            if document.isFolder, depth > 0, document.path != Self.storage + "/Android" {
                found += find(in: document.path, depth: depth - 1, where: condition)
            }
            return found
        }
    }

    /// What a root shows where no folder of it is open.
    func list(_ root: DocumentRoot) -> [Document] {
        if let folder = root.folder { return list(folder) }
        return find(in: Self.storage) { $0.type.family == root.family }
    }

    /// What the storage has room for, of the 6 GB that the device's data partition is said to have.
    var free: Int64 {
        max(0, 6_000_000_000 - find(in: Self.storage, where: { !$0.isFolder }).reduce(0) { $0 + $1.size })
    }

    // MARK: Changing

    /// Makes a folder and gives its path; `nil` where the name is no name or is taken.
    func makeFolder(_ name: String, in folder: String) -> String? {
        guard Self.isName(name) else { return nil }
        let path = DevicePath.join(folder, name)
        guard !files.exists(path), (try? files.makeFolder(path, parents: false)) != nil else { return nil }
        return path
    }

    /// Makes an empty file under a name that is free there, and gives its path; `nil` where the name is no name.
    func makeFile(_ name: String, in folder: String) -> String? {
        guard Self.isName(name) else { return nil }
        let path = freePath(name, in: folder)
        return (try? files.write([UInt8](), to: path)) == nil ? nil : path
    }

    /// Gives a file or folder a new name; `false` where the name is no name or is taken.
    func rename(_ path: String, to name: String) -> Bool {
        guard Self.isName(name) else { return false }
        let target = DevicePath.join(DevicePath.parent(path), name)
        guard target != path else { return true }
        return !files.exists(target) && (try? files.move(path, target)) != nil
    }

    func delete(_ path: String) -> Bool { (try? files.remove(path)) != nil }

    /// Moves into a folder under a name that is free there.
    func move(_ path: String, into folder: String) -> Bool {
        guard DevicePath.parent(path) != folder else { return true }
        guard !Self.contains(path, folder) else { return false }
        return (try? files.move(path, freePath(DevicePath.name(path), in: folder))) != nil
    }

    /// Copies into a folder under a name that is free there.
    func copy(_ path: String, into folder: String) -> Bool {
        guard !Self.contains(path, folder) else { return false }
        return (try? files.copy(path, freePath(DevicePath.name(path), in: folder))) != nil
    }

    /// `a.txt`, or `a (1).txt` where that is taken, and so on.
    private func freePath(_ name: String, in folder: String) -> String {
        let dot = name.lastIndex(of: ".").flatMap { $0 > name.startIndex ? $0 : nil } ?? name.endIndex
        var path = DevicePath.join(folder, name)
        var number = 1
        while files.exists(path) {
            path = DevicePath.join(folder, "\(name[..<dot]) (\(number))\(name[dot...])")
            number += 1
        }
        return path
    }

    private static func contains(_ folder: String, _ path: String) -> Bool {
        path == folder || path.hasPrefix(folder + "/")
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.utf8.contains(0)
            && name.utf8.count <= 255
    }
}
