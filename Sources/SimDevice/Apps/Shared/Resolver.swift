// SPDX-License-Identifier: Apache-2.0

import Media

/// The system's question with which app a file is opened (`ResolverActivity`), asked where more than one can do it.
///
/// A row chooses; "Just once" opens, "Always" also remembers the app for files of that type.
struct ResolverApp: App {
    static let package = "android"
    static let activity = "com.android.internal.app.ResolverActivity"
    static let manifest = AppManifest(package: package, label: "Android System", activities: [activity])
    static let icon = AppIcon(glyph: .apps, disc: 0x5f6368)

    private let intent: Intent
    /// The package that is marked.
    private var chosen: String?

    init?(intent: Intent, context: AppContext) {
        var asked = intent
        asked.component = nil
        asked.action = "android.intent.action.VIEW"
        self.intent = asked
    }

    /// The apps that can do what an intent asks for, by name.
    static func targets(_ intent: Intent, _ context: AppContext) -> [any App.Type] {
        context.apps.filter { app in app.manifest.intentFilters.contains { $0.matches(intent) } }
            .sorted { $0.manifest.label < $1.manifest.label }
    }

    /// What the user opens files of a type with, for good.
    fileprivate static func preferences(_ context: AppContext) -> SharedPreferences {
        SharedPreferences(context.system.files, package: package, name: "preferred_activities")
    }

    var background: Tone { .rgb(0x74757a) }

    func body(_ ui: UI<Self>) -> any Component {
        VStack {
            ZStack().unlisted().weight().fillWidth().onClick(ui.finish)
            VStack {
                Text("Open with", size: 18, weight: .medium).id("android:id/title")
                    .padding(left: 24, top: 20, right: 24, bottom: 8)
                for target in Self.targets(intent, ui.context) { row(target, ui) }
                HStack {
                    Spacer()
                    Button("Just once", onClick: chosen == nil ? nil : ui.on { $0.open(always: false, $1) })
                        .id("android:id/button_once").enabled(chosen != nil)
                    Button("Always", onClick: chosen == nil ? nil : ui.on { $0.open(always: true, $1) })
                        .id("android:id/button_always").enabled(chosen != nil)
                }
                .id("android:id/button_bar").padding(horizontal: 16, vertical: 8).fillWidth()
            }
            .id("android:id/contentPanel")
            .fillWidth()
            .background(.surfaceHigh, radius: 24)
        }
        .fill()
    }

    private func row(_ target: any App.Type, _ ui: UI<Self>) -> View {
        let manifest = target.manifest
        let isChosen = chosen == manifest.package
        return HStack(spacing: 20) {
            AppIconView(icon: target.icon, size: 36).id("android:id/icon")
            Text(manifest.label, size: 16, maxLines: 1).id("android:id/text1").weight()
        }
        .padding(horizontal: 24)
        .height(60)
        .fillWidth()
        .background(isChosen ? .secondaryContainer : .clear)
        .selected(isChosen)
        .key(manifest.package)
        .onClick(ui.on { app, _ in app.chosen = manifest.package })
    }

    private func open(always: Bool, _ context: AppContext) {
        guard let chosen else { return }
        if always, let mime = intent.mimeType {
            var preferences = Self.preferences(context)
            preferences[mime] = .string(chosen)
            try? preferences.save()
        }
        var intent = intent
        intent.package = chosen
        // In the app's own task: whoever comes back to Files finds Files.
        intent.flags |= IntentFlag.newTask
        context.start(intent)
        context.finish()
    }
}

extension AppContext {
    /// Opens what the intent is about: with the one app that can, or with the one that the user always wants; otherwise the
    /// system asks. `words` is a toast for when no app can.
    func view(_ intent: Intent, orSay words: String) {
        let targets = ResolverApp.targets(intent, self)
        guard targets.count > 1 else { return start(intent, orSay: words) }
        var intent = intent
        let preferred = intent.mimeType.flatMap { ResolverApp.preferences(self).string($0) }
        if let preferred, targets.contains(where: { $0.manifest.package == preferred }) {
            intent.package = preferred
            intent.flags |= IntentFlag.newTask
        } else {
            intent.component = ComponentName(package: ResolverApp.package, activity: ResolverApp.activity)
        }
        start(intent)
    }
}
