// SPDX-License-Identifier: Apache-2.0

import Media

/// Chrome, as far as a device without a network and without an engine for scripts has it: it opens HTML files of the storage, and
/// shows those pages that the device knows (`WebPage`). For all others it says so.
struct ChromeApp: App {
    static let package = "com.android.chrome"
    static let mainActivity = "com.google.android.apps.chrome.Main"
    static let icon = AppIcon(glyph: .world, disc: 0x1a73e8)
    static let manifest = AppManifest(
        package: package,
        label: "Chrome",
        versionName: "109.0.5414.123",
        versionCode: 541_412_334,
        mainActivity: mainActivity,
        intentFilters: [
            IntentFilter(
                activity: mainActivity,
                actions: ["android.intent.action.VIEW"],
                categories: ["android.intent.category.BROWSABLE"],
                schemes: ["http", "https", "file", "content"],
                mimeTypes: ["text/html", "application/xhtml+xml"]
            ),
            IntentFilter(
                activity: mainActivity,
                actions: ["android.intent.action.VIEW"],
                categories: ["android.intent.category.BROWSABLE"],
                schemes: ["http", "https"]
            ),
        ]
    )

    /// What is open, the page in front last; empty for a new tab.
    var history: [String] = []
    var page: WebPage?
    /// What is typed into the address bar; nil while it shows the address.
    var typed: String?
    var sendsStatistics = true

    private static let finishedFirstRun = "first_run_flow"

    init?(intent: Intent, context: AppContext) {
        if let address = intent.dataURI { go(to: address, context) }
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    var background: Tone { .rgb(0xffffff) }

    private func preferences(_ context: AppContext) -> SharedPreferences {
        SharedPreferences(context.system.files, package: Self.package)
    }

    func body(_ ui: UI<Self>) -> any Component {
        // The first run is asked about before anything else, until it was accepted; `pm clear` brings it back.
        preferences(ui.context).boolean(Self.finishedFirstRun) == true ? browser(ui) : welcome(ui)
    }

    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool {
        guard let address = intent.dataURI else { return true }
        go(to: address, context)
        return true
    }

    mutating func back(_ context: AppContext) -> Bool {
        guard history.count > 1 else { return false }
        history.removeLast()
        load(context)
        return true
    }

    // MARK: Going about

    private mutating func go(to address: String, _ context: AppContext) {
        typed = nil
        if history.last != address { history.append(address) }
        load(context)
    }

    private mutating func load(_ context: AppContext) {
        page = history.last.flatMap { WebPage.load($0, context.system.files) }
    }

    private mutating func submit(_ context: AppContext) {
        let words = (typed ?? "").trimming
        context.hideKeyboard()
        guard !words.isEmpty else { return typed = nil }
        go(to: words.contains("://") ? words : words.hasPrefix("/") ? "file://" + words : "https://" + words, context)
    }

    // MARK: Pages

    private func welcome(_ ui: UI<Self>) -> View {
        VStack {
            Spacer()
            IconView(.world, color: .rgb(0x1a73e8), size: 96).unlisted().align(.center)
            Text("Welcome to Chrome", size: 28, color: .rgb(0x202124), align: .center).id(Self.id("title"))
                .fillWidth().padding(24)
            Text(
                "By continuing, you agree to the Terms of Service.",
                size: 14,
                color: .rgb(0x5f6368),
                align: .center
            )
            .id(Self.id("tos_and_privacy")).fillWidth().padding(horizontal: 32)
            CheckBox(
                label: "Help make Chrome better by sending usage statistics and crash reports to Google.",
                on: sendsStatistics,
                id: Self.id("send_report_checkbox"),
                onChange: ui.on { app, _, on in app.sendsStatistics = on }
            )
            .view.margin(horizontal: 32, vertical: 16)
            Spacer()
            Button(
                "Accept & continue",
                style: .filled,
                onClick: ui.on { app, context in
                    var preferences = app.preferences(context)
                    preferences[Self.finishedFirstRun] = .boolean(true)
                    preferences["metrics_reporting"] = .boolean(app.sendsStatistics)
                    try? preferences.save()
                }
            )
            .id(Self.id("terms_accept")).align(.center).margin(bottom: 48)
        }
        .id(Self.id("fre_pager"))
        .fill()
        .background(.rgb(0xffffff))
    }

    private func browser(_ ui: UI<Self>) -> View {
        VStack {
            toolbar(ui)
            Divider()
            if let page {
                WebPageView(page: page) { [store = ui.store] act in
                    var app = store.app
                    if var page = app.page {
                        act(&page)
                        app.page = page
                    }
                    store.app = app
                }
                .view.weight().key("page")
            } else {
                EmptyState(
                    history.isEmpty
                        ? "Open an HTML file from Files." : "This device's Chrome shows only pages it knows.",
                    icon: .world
                )
                .view.weight().key("none")
            }
        }
        .id(Self.id("coordinator"))
        .fill()
    }

    private func toolbar(_ ui: UI<Self>) -> View {
        let address = Binding(
            get: { [store = ui.store] in store.app.typed ?? store.app.history.last ?? "" },
            set: { [store = ui.store] in store.app.typed = $0 }
        )
        return HStack(spacing: 4) {
            TextField(
                "Search or type web address",
                text: address,
                id: Self.id("url_bar"),
                style: .filled,
                onSubmit: ui.on { $0.submit($1) }
            )
            .view.weight().margin(left: 12)
            IconButton(.more, "More options").id(Self.id("menu_button"))
                .menu([
                    MenuItem("Refresh", enabled: !history.isEmpty, action: ui.on { $0.load($1) }),
                    MenuItem(
                        "Share…",
                        enabled: !history.isEmpty,
                        action: ui.on { app, context in context.share(app.history.last ?? "") }
                    ),
                ])
        }
        .className("android.view.ViewGroup")
        .id(Self.id("toolbar"))
        .height(64)
        .fillWidth()
    }
}

extension WebPage {
    /// What lies at an address; nil for anything but a file of a page that is known.
    static func load(_ address: String, _ files: DeviceFiles) -> WebPage? {
        guard address.hasPrefix("file://") else { return nil }
        let path = String(address.dropFirst("file://".count))
        guard let stat = try? files.stat(path), stat.isFile, stat.size < 1 << 20, let text = try? files.readText(path)
        else { return nil }
        return WebPage(html: text)
    }
}

/// Android's own viewer of HTML files: the page alone, without an address bar.
struct HTMLViewerApp: App {
    static let package = "com.android.htmlviewer"
    static let activity = package + ".HTMLViewerActivity"
    static let icon = AppIcon(glyph: .file, disc: 0x5f6368)
    static let manifest = AppManifest(
        package: package,
        label: "HTML Viewer",
        activities: [activity],
        intentFilters: [
            IntentFilter(
                activity: activity,
                actions: ["android.intent.action.VIEW"],
                schemes: ["file", "content"],
                mimeTypes: ["text/html", "application/xhtml+xml"]
            )
        ]
    )

    private var page: WebPage?

    init?(intent: Intent, context: AppContext) {
        page = intent.dataURI.flatMap { WebPage.load($0, context.system.files) }
    }

    func body(_ ui: UI<Self>) -> any Component {
        guard let page else { return EmptyState("This page cannot be shown.") }
        return WebPageView(page: page) { [store = ui.store] act in
            guard var page = store.app.page else { return }
            act(&page)
            store.app.page = page
        }
    }
}
