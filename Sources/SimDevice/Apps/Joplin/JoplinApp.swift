// SPDX-License-Identifier: Apache-2.0

import Media

/// Joplin: the side menu with the notebooks, the list of notes, the search, and the page of a note.
///
/// Notes lie in the app's database alone; a value holds what is listed, searched or typed on one page. The app is made
/// with React Native, so that its nodes have no resource ids.
struct JoplinApp: App {
    static let package = "net.cozic.joplin"
    static let mainActivity = "\(package).MainActivity"
    static let icon = AppIcon(glyph: .edit, disc: 0x1071d3)
    static let manifest = AppManifest(
        package: package,
        label: "Joplin",
        versionName: "2.13.12",
        versionCode: 2_097_740,
        mainActivity: mainActivity
    )
    static let bar = Tone.rgb(0x32507a)
    static let ink = Tone.rgb(0xffffff)

    /// What the value is a page of.
    enum Page: Hashable { case list, search, note }

    /// What stands over the page.
    enum Asking { case notebook, unsaved, delete }

    var page = Page.list
    var asking: Asking?
    // The list and the search.
    /// The notebook that is open; `nil` for all notes.
    var folder: String?
    var menuOpen = false
    /// The choice between note and to-do is open over the list.
    var adding = false
    var query = ""
    /// The name of a new notebook, while it is typed.
    var name = ""
    // The page of a note.
    var draft = JoplinNote()
    /// The note as it is stored.
    var stored = JoplinNote()
    var isEditing = false

    init?(intent: Intent, context: AppContext) {
        // The app opens its database when it starts, and so makes it where it is missing, before anything is drawn.
        _ = JoplinStore(context).folders()
    }

    /// The page of a note.
    init(_ note: JoplinNote) {
        (page, draft, stored) = (.note, note, note)
        isEditing = note.id.isEmpty
    }

    /// The search.
    init(searching: Void) { page = .search }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .list: listPage(ui)
        case .search: searchPage(ui)
        case .note: notePage(ui)
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        if page == .note, draft != stored {
            asking = .unsaved
        } else if page == .note, isEditing, !stored.id.isEmpty {
            isEditing = false
        } else if adding {
            adding = false
        } else if menuOpen {
            menuOpen = false
        } else if page == .list, folder != nil {
            folder = nil
        } else {
            return false
        }
        return true
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case nil: return nil
        case .notebook:
            return .input(
                "New Notebook",
                hint: "Enter notebook title",
                text: ui.binding(\.name),
                okEnabled: name.contains { !$0.isWhitespace },
                onOK: ui.on { $0.addNotebook($1) },
                onCancel: close
            )
        case .unsaved:
            return Dialog(
                message: "This note has been modified:",
                positive: .init(
                    "Save changes",
                    ui.on { app, context in
                        app.asking = nil
                        if app.save(context) { context.finish() }
                    }
                ),
                negative: .init("Discard changes", ui.on { _, context in context.finish() }),
                neutral: .init("Cancel", close),
                dismiss: close
            )
        case .delete:
            return .confirm(
                "Delete note?",
                yes: "OK",
                onYes: ui.on { app, context in
                    app.asking = nil
                    guard (try? JoplinStore(context).delete(app.stored.id)) != nil else {
                        return context.toast("The note could not be deleted")
                    }
                    context.finish()
                },
                onNo: close
            )
        }
    }

    // MARK: Doing

    func open(_ note: JoplinNote, _ context: AppContext) { context.open(Self.mainActivity, JoplinApp(note)) }

    /// Opens a new note in the notebook that is shown. Notes can only be made in a notebook.
    mutating func add(todo: Bool, _ context: AppContext) {
        adding = false
        guard let folder = folder ?? JoplinStore(context).folders().first?.id else {
            return context.toast("To create a new note, please create a notebook first.")
        }
        open(JoplinNote(folder: folder, isTodo: todo), context)
    }

    private mutating func addNotebook(_ context: AppContext) {
        asking = nil
        guard let id = try? JoplinStore(context).addFolder(name) else {
            return context.toast("The notebook could not be saved")
        }
        (folder, menuOpen, name) = (id, false, "")
        context.scrollToTop()
    }

    /// Stores the note; a new one without a title gets its first line as one.
    @discardableResult mutating func save(_ context: AppContext) -> Bool {
        var note = draft
        if note.title.isEmpty {
            note.title = String((note.body.split(whereSeparator: \.isNewline).first ?? "Untitled").prefix(80))
        }
        do {
            note.id = try JoplinStore(context).save(note)
        } catch {
            context.toast("The note could not be saved")
            return false
        }
        (draft, stored) = (note, note)
        return true
    }

    /// Ticks a to-do, or takes the tick away.
    func tick(_ note: JoplinNote, _ context: AppContext) {
        var note = note
        note.completed = note.completed > 0 ? 0 : context.now
        if (try? JoplinStore(context).save(note)) == nil { context.toast("The to-do could not be changed") }
    }
}
