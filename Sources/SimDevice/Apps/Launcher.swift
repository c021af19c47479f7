// SPDX-License-Identifier: Apache-2.0

import Media

/// The home screen and the drawer of all apps.
struct LauncherApp: App {
    static let activity = "com.google.android.apps.nexuslauncher.NexusLauncherActivity"
    static let manifest = AppManifest(
        package: "com.google.android.apps.nexuslauncher",
        label: "Pixel Launcher",
        activities: [activity],
        intentFilters: [
            IntentFilter(
                activity: activity,
                actions: ["android.intent.action.MAIN"],
                categories: ["android.intent.category.HOME"]
            )
        ]
    )
    static let icon = AppIcon(glyph: .home, disc: 0x5f6368)

    private var drawerOpen = false
    private var query = ""

    init?(intent: Intent, context: AppContext) {}
    init(context: AppContext) {}

    var background: Tone { drawerOpen ? .surface : .clear }

    mutating func resumed(_ context: AppContext) { close() }

    mutating func back(_ context: AppContext) -> Bool {
        close()
        return true
    }

    private mutating func close() {
        drawerOpen = false
        query = ""
    }

    // MARK: Pages

    func body(_ ui: UI<Self>) -> any Component { drawerOpen ? drawer(ui) : homeScreen(ui) }

    private func homeScreen(_ ui: UI<Self>) -> any Component {
        let apps = Self.launchable(ui.context)
        let time = DeviceTime(ui.context.system)
        return VStack {
            Text(time.day.short, size: 24, color: .rgb(0xffffff))
                .id("com.google.android.apps.nexuslauncher:id/date")
                .described(time.day.short)
                .padding(left: 24, top: 28)
            Spacer()
            Grid(columns: 4) {
                for app in apps.dropFirst(5).prefix(12) { cell(app, ui, ink: .rgb(0xffffff)) }
            }
            .className("android.view.ViewGroup")
            .id("com.google.android.apps.nexuslauncher:id/workspace_grid")
            .padding(horizontal: 12)
            Text("⌃", size: 20, color: .rgb(0xffffff), align: .center).unlisted().fillWidth().height(28)
            Grid(columns: 5) {
                for app in apps.prefix(5) { cell(app, ui, ink: .rgb(0xffffff), named: false) }
            }
            .className("android.view.ViewGroup")
            .id("com.google.android.apps.nexuslauncher:id/hotseat")
            .padding(horizontal: 10)
            SearchBar(prompt: "Search", id: "com.google.android.apps.nexuslauncher:id/search_container_hotseat") {
                ui.on { app, _ in app.drawerOpen = true }()
                ui.context.focus(Self.searchID)
            }
            .view
            .margin(horizontal: 24, vertical: 14)
        }
        .className("android.view.ViewGroup")
        .id("com.google.android.apps.nexuslauncher:id/workspace")
        .described("Home")
        .fill()
        .onSwipe { direction in
            if direction == .up { ui.on { app, _ in app.drawerOpen = true }() }
        }
    }

    private static let searchID = "com.google.android.apps.nexuslauncher:id/input"

    private func drawer(_ ui: UI<Self>) -> any Component {
        let wanted = query.lowercased()
        let apps = Self.launchable(ui.context)
            .filter { wanted.isEmpty || $0.manifest.label.lowercased().contains(wanted) }
            .sorted { $0.manifest.label.lowercased() < $1.manifest.label.lowercased() }
        return VStack {
            TextField(
                "Search apps",
                text: ui.binding(\.query),
                id: Self.searchID,
                style: .filled,
                onSubmit: apps.first.map { app in { Self.open(app, ui) } }
            )
            .margin(horizontal: 20, vertical: 12)
            List {
                Grid(columns: 4) {
                    for app in apps { cell(app, ui, ink: .onSurface) }
                }
                .className("")
                .padding(horizontal: 12, vertical: 8)
                if apps.isEmpty {
                    Text("No apps found", size: 16, color: .onSurfaceVariant, align: .center).fillWidth().padding(40)
                }
            }
            .id("com.google.android.apps.nexuslauncher:id/apps_list_view")
            .weight()
        }
        .className("android.widget.RelativeLayout")
        .id("com.google.android.apps.nexuslauncher:id/apps_view")
        .fill()
        .background(.surface, radius: 0)
        .onSwipe { direction in
            if direction == .down { ui.on { app, _ in app.close() }() }
        }
    }

    private func cell(_ app: Entry, _ ui: UI<Self>, ink: Tone, named: Bool = true) -> View {
        let label = app.manifest.label
        return VStack(spacing: 6, justify: .center) {
            AppIconView(icon: app.icon, size: 56).align(.center)
            if named { Text(label, size: 13, color: ink, maxLines: 1, align: .center).unlisted().align(.center) }
        }
        .className("android.widget.TextView")
        .id(drawerOpen ? "com.google.android.apps.nexuslauncher:id/icon" : "")
        .withText(label)
        .described(label)
        .key(app.manifest.package)
        .height(named ? 100 : 76)
        .onClick { Self.open(app, ui) }
        .onLongClick {
            ui.context.start(
                Intent(
                    action: "android.settings.APPLICATION_DETAILS_SETTINGS",
                    dataURI: "package:" + app.manifest.package
                )
            )
        }
    }

    private static func open(_ app: Entry, _ ui: UI<Self>) {
        guard let main = app.manifest.mainActivity else { return }
        ui.context.start(
            Intent(
                action: "android.intent.action.MAIN",
                component: ComponentName(package: app.manifest.package, activity: main),
                categories: ["android.intent.category.LAUNCHER"]
            )
        )
    }

    /// What the launcher shows of an app.
    private struct Entry {
        var manifest: AppManifest
        var icon: AppIcon
    }

    /// The apps that the launcher shows: the built-in ones, then those that came as APKs.
    private static func launchable(_ context: AppContext) -> [Entry] {
        let builtIn = context.apps.map { Entry(manifest: $0.manifest, icon: $0.icon) }
        let foreign = context.system.installed.filter { $0.apk != nil }.map {
            Entry(manifest: $0, icon: ForeignApp.icon)
        }
        return (builtIn + foreign).filter { $0.manifest.mainActivity != nil }
    }
}
