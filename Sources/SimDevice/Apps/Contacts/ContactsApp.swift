// SPDX-License-Identifier: Apache-2.0

import Media

/// Contacts, as Android's stock app has them: the list with its search, a contact's page, and the editor.
///
/// People lie in the contacts provider; the value holds what is selected, searched or typed on one page.
struct ContactsApp: App {
    static let package = "com.google.android.contacts"
    static let detailActivity = "com.google.android.apps.contacts.quickcontact.QuickContactActivity"
    static let editorActivity = "com.google.android.apps.contacts.editor.ContactEditorActivity"
    private static let itemTypes = ["vnd.android.cursor.item/contact", "vnd.android.cursor.item/raw_contact"]
    private static let listType = "vnd.android.cursor.dir/contact"
    static let icon = AppIcon(glyph: .person, disc: 0x1a73e8)
    static let manifest = AppManifest(
        package: package,
        label: "Contacts",
        versionName: "4.8.17",
        versionCode: 2_957_613,
        mainActivity: "com.android.contacts.activities.PeopleActivity",
        activities: [detailActivity, editorActivity],
        intentFilters: [
            IntentFilter(
                activity: editorActivity,
                actions: ["android.intent.action.INSERT"],
                mimeTypes: [listType, "vnd.android.cursor.dir/person", "vnd.android.cursor.dir/raw_contact"]
            ),
            IntentFilter(activity: editorActivity, actions: ["android.intent.action.EDIT"], mimeTypes: itemTypes),
            IntentFilter(
                activity: detailActivity,
                actions: ["android.intent.action.VIEW"],
                schemes: ["content"],
                mimeTypes: itemTypes
            ),
            IntentFilter(
                activity: "com.android.contacts.activities.PeopleActivity",
                actions: ["android.intent.action.VIEW"],
                mimeTypes: [listType]
            ),
        ],
        permissions: ["android.permission.READ_CONTACTS", "android.permission.WRITE_CONTACTS"]
    )

    /// What the value is a page of.
    enum Page: Hashable {
        case list
        case detail(Int64)
        case editor
    }

    enum Tab: Int { case contacts, highlights }

    /// What is asked over the page.
    enum Asking: Hashable {
        case delete([Int64])
        case discard
        case customLabel(ContactLabels.Kind, index: Int)
    }

    var page = Page.list
    var tab = Tab.contacts
    var asking: Asking?
    // The list.
    var searching = false
    var query = ""
    /// Contacts that are ticked; `nil` while nothing is being selected.
    var selection: Set<Int64>?
    // The editor.
    var draft = ContactDraft()
    /// The draft as it was when the editor was opened.
    var original = ContactDraft()
    var labelText = ""

    init?(intent: Intent, context: AppContext) {
        switch intent.action {
        case "android.intent.action.INSERT":
            page = .editor
            draft = ContactDraft(extras: intent.extras)
        case "android.intent.action.EDIT":
            guard let id = Self.contactID(intent), let contact = try? context.system.contacts.get(id) else {
                return nil
            }
            page = .editor
            draft = ContactDraft(contact)
            original = draft
        case "android.intent.action.VIEW":
            guard let id = Self.contactID(intent) else { return }
            page = .detail(id)
        default:
            if intent.component?.activity == Self.editorActivity { page = .editor }
        }
    }

    init(page: Page, draft: ContactDraft = ContactDraft()) { (self.page, self.draft, original) = (page, draft, draft) }

    /// The last number of `content://com.android.contacts/contacts/lookup/x/7`.
    private static func contactID(_ intent: Intent) -> Int64? {
        intent.dataURI?.split(separator: "/").last.flatMap { Int64($0) }
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .list: listPage(ui)
        case .detail(let id): detailPage(id, ui)
        case .editor: editorPage(ui)
        }
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        switch asking {
        case .delete(let ids):
            return .confirm(
                ids.count == 1 ? "Delete this contact?" : "Delete \(ids.count) contacts?",
                message: ids.count == 1
                    ? "This contact will be permanently deleted from your device"
                    : "These contacts will be permanently deleted from your device",
                yes: "Delete",
                onYes: ui.on { $0.delete(ids, $1) },
                onNo: ui.on { app, _ in app.asking = nil }
            )
        case .discard:
            return .confirm(
                "Discard changes?",
                yes: "Discard",
                no: "Keep editing",
                onYes: ui.on { app, context in
                    app.asking = nil
                    context.finish()
                },
                onNo: ui.on { app, _ in app.asking = nil }
            )
        case .customLabel(let kind, let index):
            return .input(
                "Custom label name",
                text: ui.binding(\.labelText),
                id: Self.id("edit_text"),
                onOK: ui.on { app, _ in app.setCustomLabel(kind, index) },
                onCancel: ui.on { app, _ in app.asking = nil }
            )
        case nil:
            return nil
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        switch page {
        case .editor: return !leaveEditor()
        case .detail: return false
        case .list:
            if selection != nil {
                selection = nil
            } else if searching {
                (searching, query) = (false, "")
            } else {
                return false
            }
            return true
        }
    }

    // MARK: Deleting

    private mutating func delete(_ ids: [Int64], _ context: AppContext) {
        asking = nil
        let contacts = context.system.contacts
        let name = ids.first.flatMap { try? contacts.get($0) }?.display ?? "Contact"
        for id in ids { _ = try? contacts.delete(id) }
        context.toast(ids.count == 1 ? "\(name) deleted" : "\(ids.count) contacts deleted")
        if case .detail = page { context.finish() }
        selection = nil
    }
}
