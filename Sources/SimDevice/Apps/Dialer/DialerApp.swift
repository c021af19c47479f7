// SPDX-License-Identifier: Apache-2.0

import Media

/// Phone: favourites, the call log, people, and the dial pad. Calls themselves have a page of their own, `InCallApp`.
///
/// People are the contacts provider's and calls the call log's; a value holds what is typed and which tab is open.
struct DialerApp: App {
    static let package = InCallApp.package
    static let mainActivity = "com.google.android.dialer.extensions.GoogleDialtactsActivity"
    static let icon = InCallApp.icon
    static let manifest = AppManifest(
        package: package,
        label: "Phone",
        mainActivity: mainActivity,
        intentFilters: [
            IntentFilter(
                activity: mainActivity,
                actions: ["android.intent.action.DIAL", "android.intent.action.VIEW"],
                categories: ["android.intent.category.DEFAULT", "android.intent.category.BROWSABLE"],
                schemes: ["tel"]
            ),
            IntentFilter(
                activity: mainActivity,
                actions: ["android.intent.action.DIAL"],
                categories: ["android.intent.category.DEFAULT"]
            ),
        ]
    )

    enum Tab: Int { case favorites, recents, contacts }

    /// One number of one person.
    struct Choice: Hashable {
        var name: String
        var number: String
    }

    var tab = Tab.recents
    /// What is on the dial pad; nil while it is closed.
    var digits: String?
    /// What is searched for; nil outside of the search.
    var query: String?
    private var asksToClear = false

    init?(intent: Intent, context: AppContext) { take(intent) }

    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool {
        take(intent)
        return true
    }

    private mutating func take(_ intent: Intent) {
        guard ["android.intent.action.DIAL", "android.intent.action.VIEW"].contains(intent.action) else { return }
        let text = (intent.dataURI ?? "").drop { $0 != ":" }.replacing("%2B", with: "+").replacing("%23", with: "#")
        digits = String(text.filter { Self.isDialled($0) }.prefix(32))
    }

    static func isDialled(_ letter: Character) -> Bool { letter.isASCII && (letter.isNumber || "+*#".contains(letter)) }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    mutating func back(_ context: AppContext) -> Bool {
        if digits != nil {
            digits = nil
            return true
        }
        guard query != nil else { return false }
        query = nil
        return true
    }

    // MARK: The page

    func body(_ ui: UI<Self>) -> any Component {
        let page = VStack {
            if query == nil { searchBar(ui) } else { searchField(ui) }
            content(ui).weight().fillWidth()
            if query == nil { tabs(ui) }
        }
        .fill()
        return ZStack {
            page
            if digits == nil && query == nil {
                FloatingButton(
                    .grid,
                    "key pad",
                    id: Self.id("dialpad_fab"),
                    onClick: ui.on { app, _ in app.digits = "" }
                )
                .margin(left: 16, top: 16, right: 16, bottom: 96)
            }
            if let digits { dialPad(digits, ui).align(.bottomCenter) }
        }
        .id(Self.id("coordinator_layout"))
        .fill()
    }

    private func searchBar(_ ui: UI<Self>) -> View {
        HStack {
            IconView(.search).unlisted().margin(right: 16)
            Text("Search contacts & places", color: .onSurfaceVariant, maxLines: 1)
                .id(Self.id("open_search_bar_text_view"))
                .weight()
            IconButton(.more, "More options")
                .className("android.widget.ImageView")
                .id(Self.id("main_options_menu_button"))
                .menu([MenuItem("Clear call history", action: ui.on { app, _ in app.asksToClear = true })])
        }
        .className("android.view.ViewGroup")
        .id(Self.id("open_search_bar"))
        .padding(left: 16, right: 4)
        .margin(horizontal: 16, vertical: 8)
        .height(56)
        .fillWidth()
        .background(.surfaceVariant, radius: 28)
        .onClick(ui.on { app, _ in app.query = "" })
    }

    private func searchField(_ ui: UI<Self>) -> View {
        let field = TextField(
            "Search contacts & places",
            text: Binding(
                get: { [store = ui.store] in store.app.query ?? "" },
                set: ui.on { app, _, text in app.query = text }
            ),
            id: Self.id("open_search_view_edit_text"),
            style: .bare,
            size: 18,
            autofocus: true
        )
        return AppBar("", leading: .up(ui.on { app, _ in app.query = nil }), titleView: field) {
            if query?.isEmpty == false {
                IconButton(.close, "Clear text", onClick: ui.on { app, _ in app.query = "" })
                    .id(Self.id("open_search_view_clear_button"))
            }
        }
        .view
        .background(.surfaceHigh)
    }

    private func tabs(_ ui: UI<Self>) -> TabBar {
        TabBar(
            tabs: [
                .init(title: "Favorites", icon: .starOutline, id: Self.id("tab_favorites")),
                .init(title: "Recents", icon: .clock, id: Self.id("tab_call_history")),
                .init(title: "Contacts", icon: .people, id: Self.id("tab_contacts")),
            ],
            selected: tab.rawValue,
            bottom: true,
            onSelect: ui.on { app, _, index in app.tab = Tab(rawValue: index) ?? .recents }
        )
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        guard asksToClear else { return nil }
        return .confirm(
            "Clear call history?",
            message: "This will delete all calls from your history",
            yes: "OK",
            onYes: ui.on { app, context in
                app.asksToClear = false
                if (try? context.system.calls.clear()) == nil { context.toast("Couldn't clear the call history") }
            },
            onNo: ui.on { app, _ in app.asksToClear = false }
        )
    }

    // MARK: Calling

    /// Calls a number; the page of the call comes up over this one.
    mutating func call(_ number: String, _ context: AppContext) {
        let number = String(number.filter(Self.isDialled).prefix(32))
        guard !number.isEmpty else { return }
        (digits, query) = (nil, nil)
        context.hideKeyboard()
        let uri = "tel:" + number.replacing("#", with: "%23")
        context.start(
            Intent(action: "android.intent.action.CALL", dataURI: uri, component: InCallApp.component)
        )
    }
}
