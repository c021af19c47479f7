// SPDX-License-Identifier: Apache-2.0

/// The order of Markor's file list.
enum MarkorOrder: String, CaseIterable {
    case name = "NAME"
    case date = "MTIME"
    case size = "FILESIZE"
    case type = "MIMETYPE"

    var title: String {
        switch self {
        case .name: "Name"
        case .date: "Date"
        case .size: "Size"
        case .type: "File type"
        }
    }
}

/// The kinds of file that the dialog of a new one offers, with the ending that each brings.
enum MarkorFormat: CaseIterable {
    case markdown, plain, todo, wikitext, asciidoc, csv, org

    var title: String {
        switch self {
        case .markdown: "Markdown"
        case .plain: "Plain text"
        case .todo: "todo.txt"
        case .wikitext: "Wikitext / Zim"
        case .asciidoc: "AsciiDoc"
        case .csv: "CSV"
        case .org: "Org-Mode"
        }
    }

    var ending: String {
        switch self {
        case .markdown: ".md"
        case .plain, .wikitext: ".txt"
        case .todo: ".todo.txt"
        case .asciidoc: ".adoc"
        case .csv: ".csv"
        case .org: ".org"
        }
    }
}

/// The notebook as Markor lists it, and what it remembers of how to list it.
struct MarkorStore {
    /// The folder that the app begins in.
    static let notebook = DocumentStore.storage + "/Documents/Markor"
    private static let orderKey = "pref_key__file_browser__sort_by"
    private static let reverseKey = "pref_key__file_browser__sort_reverse"
    private static let foldersKey = "pref_key__file_browser__sort_folders_first"

    let documents: DocumentStore
    private var preferences: SharedPreferences

    init(_ context: AppContext) {
        documents = DocumentStore(files: context.system.files)
        preferences = SharedPreferences(context.system.files, package: MarkorApp.package)
    }

    var order: MarkorOrder { preferences.string(Self.orderKey).flatMap(MarkorOrder.init) ?? .name }
    var isReversed: Bool { preferences.boolean(Self.reverseKey) ?? false }
    var foldersFirst: Bool { preferences.boolean(Self.foldersKey) ?? true }

    mutating func setOrder(_ order: MarkorOrder) { set(Self.orderKey, .string(order.rawValue)) }
    mutating func setReversed(_ on: Bool) { set(Self.reverseKey, .boolean(on)) }
    mutating func setFoldersFirst(_ on: Bool) { set(Self.foldersKey, .boolean(on)) }

    private mutating func set(_ key: String, _ value: SharedPreferences.Value) {
        preferences[key] = value
        try? preferences.save()
    }

    /// What is in a folder, in the order that was chosen. The newest and the largest come first, as in the app.
    func list(_ folder: String) -> [Document] {
        let (order, reversed) = (order, isReversed)
        return documents.list(folder).sorted { a, b in
            if foldersFirst, a.isFolder != b.isFolder { return a.isFolder }
            let (first, second) = reversed ? (b, a) : (a, b)
            switch order {
            case .date where first.modified != second.modified: return first.modified > second.modified
            case .size where first.size != second.size: return first.size > second.size
            case .type where first.type.name != second.type.name: return first.type.name < second.type.name
            default: return Self.precedes(first.name, second.name)
            }
        }
    }

    private static func precedes(_ a: String, _ b: String) -> Bool {
        let (first, second) = (a.lowercased(), b.lowercased())
        return first == second ? a < b : first < second
    }

    /// A name without what a file's name cannot hold, as the app makes it from what was typed.
    static func fileName(_ typed: String) -> String {
        let kept = typed.filter { !$0.isNewline }.map { "/\\:*?\"<>|".contains($0) ? "_" : $0 }
        let inner = kept.drop { $0 == " " }
        return String(inner.reversed().drop { $0 == " " }.reversed())
    }
}

/// A file that is being edited: what is typed, and what the file holds.
struct MarkorDocument: Hashable {
    /// How far back changes can be taken.
    private static let undoLimit = 200

    let path: String
    var text = ""
    /// What was read or written last.
    private var stored = ""
    private var before = ""
    private var undone: [String] = []
    private var done: [String] = []

    init(_ path: String, _ context: AppContext) {
        self.path = path
        load(context)
    }

    var isChanged: Bool { text != stored }
    var canUndo: Bool { !done.isEmpty }
    var canRedo: Bool { !undone.isEmpty }

    /// The file's name without its ending.
    var title: String {
        let name = DevicePath.name(path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// Reads the file. One that is not there, or cannot be read, counts as empty.
    mutating func load(_ context: AppContext) {
        text = (try? context.system.files.readText(path)) ?? ""
        (stored, before) = (text, text)
        (done, undone) = ([], [])
    }

    /// Takes over what another app has written, unless something is typed and not saved.
    mutating func refresh(_ context: AppContext) {
        guard !isChanged, let now = try? context.system.files.readText(path), now != stored else { return }
        load(context)
    }

    /// Notes that the text was changed by typing.
    mutating func typed() {
        guard text != before else { return }
        done.append(before)
        if done.count > Self.undoLimit { done.removeFirst() }
        (undone, before) = ([], text)
    }

    mutating func undo() {
        guard let last = done.popLast() else { return }
        undone.append(text)
        (text, before) = (last, last)
    }

    mutating func redo() {
        guard let next = undone.popLast() else { return }
        done.append(text)
        (text, before) = (next, next)
    }

    /// Writes the text where it differs from the file's. False where it cannot be written.
    mutating func save(_ context: AppContext) -> Bool {
        guard isChanged else { return true }
        guard (try? context.system.files.write(text, to: path)) != nil else { return false }
        stored = text
        return true
    }
}
