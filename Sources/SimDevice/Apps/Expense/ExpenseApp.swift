// SPDX-License-Identifier: Apache-2.0

import Media

/// Pro Expense: the home page with the latest expenses, the logs of all, statistics, and the page of an entry.
///
/// The app has one activity; its pages stand over each other in it. Expenses lie in its database alone; a value holds
/// what is typed, ticked or asked on one page.
struct ExpenseApp: App {
    static let package = "com.arduia.expense"
    static let mainActivity = "com.arduia.expense.ui.MainActivity"
    static let icon = AppIcon(glyph: .label, disc: 0x1e88e5)
    static let manifest = AppManifest(
        package: package,
        label: "Pro Expense",
        versionName: "1.0.0-beta08",
        versionCode: 11,
        mainActivity: mainActivity
    )

    /// What the value is a page of.
    enum Page: Hashable { case home, logs, statistics, about, entry }

    /// What stands over the page.
    enum Asking: Hashable {
        case detail(Int64)
        case delete([Int64])
    }

    var page = Page.home
    var drawerOpen = false
    var asking: Asking?
    // The logs.
    /// Expenses that are ticked; empty while nothing is being selected.
    var selection: Set<Int64> = []
    var ascending = false
    // The entry.
    var draft = ExpenseDraft()
    /// The page stays open for another entry after one was saved.
    var repeats = false
    /// Save was touched without a sum.
    var lacksAmount = false

    init?(intent: Intent, context: AppContext) {
        // The app opens its database when it starts, and so makes it where it is missing, before anything is drawn.
        _ = ExpenseStore(context).all()
    }

    init(page: Page, draft: ExpenseDraft = ExpenseDraft()) {
        (self.page, self.draft) = (page, draft)
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    /// `Oct 12, 2023`
    static func date(_ milliseconds: Int64, _ context: AppContext) -> String {
        let day = LocalTime(milliseconds, zone: context.system.timeZone).day
        return "\(day.monthName.prefix(3)) \(day.day), \(day.year)"
    }

    func body(_ ui: UI<Self>) -> any Component {
        let content: any Component =
            switch page {
            case .home: homePage(ui)
            case .logs: logsPage(ui)
            case .statistics: statisticsPage(ui)
            case .about: aboutPage(ui)
            case .entry: entryPage(ui)
            }
        return ZStack {
            if drawerOpen { content.view.withoutListing() } else { content.view }
            if drawerOpen { drawer(ui) }
        }
        .id(Self.id("dl_main"))
        .fill()
    }

    mutating func back(_ context: AppContext) -> Bool {
        if drawerOpen {
            drawerOpen = false
        } else if !selection.isEmpty {
            selection = []
        } else {
            return false
        }
        return true
    }

    // MARK: Dialogs

    func dialog(_ ui: UI<Self>) -> Dialog? {
        switch asking {
        case .detail(let id):
            guard let expense = ExpenseStore(ui.context).get(id) else { return nil }
            return detail(expense, ui)
        case .delete(let ids): return question(ids, ui)
        case nil: return nil
        }
    }

    /// The sheet that asks whether expenses are to go.
    private func question(_ ids: [Int64], _ ui: UI<Self>) -> Dialog {
        let close = ui.on { app, _ in app.asking = nil }
        var dialog = Dialog(place: .bottom, dismiss: close, bare: true)
        dialog.content = VStack {
            sheetTitle("Delete Items", id: "tv_delete_item", close: "imv_drop_close", close)
            Text("\(Self.items(ids.count)) will be deleted!", size: 16, align: .center)
                .id(Self.id("tv_delete_description"))
                .padding(24)
                .margin(horizontal: 16, vertical: 8)
                .fillWidth()
                .background(.surfaceVariant, radius: 8)
            Button("Confirm", style: .filled, onClick: ui.on { $0.delete(ids, $1) })
                .id(Self.id("btn_confirm"))
                .margin(16)
                .fillWidth()
        }
        .fillWidth()
        return dialog
    }

    /// The line at the top of a sheet.
    func sheetTitle(_ title: String, id: String, close closeID: String, _ close: @escaping Handler) -> View {
        HStack {
            Text(title, size: 20, weight: .medium).id(Self.id(id)).weight()
            IconButton(.chevronDown, "Close", onClick: close).id(Self.id(closeID))
        }
        .unlisted()
        .padding(left: 20, top: 12, right: 8)
        .fillWidth()
    }

    /// `1 item`, `3 items`
    static func items(_ count: Int) -> String { "\(count) \(count == 1 ? "item" : "items")" }

    private mutating func delete(_ ids: [Int64], _ context: AppContext) {
        asking = nil
        selection = []
        guard (try? ExpenseStore(context).delete(ids)) != nil else { return }
        context.toast(ids.count == 1 ? "Item Deleted" : "\(ids.count) Items Deleted")
    }

    // MARK: Getting about

    /// Opens an entry's page over this one.
    func open(_ draft: ExpenseDraft, _ context: AppContext) {
        context.open(Self.mainActivity, ExpenseApp(page: .entry, draft: draft))
    }

    /// Goes to a page of the drawer. Home lies under all the others, which replace each other.
    mutating func go(to target: Page, _ context: AppContext) {
        drawerOpen = false
        guard target != page else { return }
        if target != .home { context.open(Self.mainActivity, ExpenseApp(page: target)) }
        if page != .home { context.finish() }
    }
}
