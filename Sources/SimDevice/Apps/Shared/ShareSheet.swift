// SPDX-License-Identifier: Apache-2.0

import Media

/// The system's sheet that asks with which app a text is shared (`ChooserActivity`).
///
/// It lists every app with a filter for `ACTION_SEND` and the type; the one that is touched gets the text.
struct ShareSheetApp: App {
    static let package = "android"
    static let activity = "com.android.internal.app.ChooserActivity"
    static let manifest = AppManifest(package: package, label: "Android System", activities: [activity])
    static let icon = AppIcon(glyph: .share, disc: 0x5f6368)
    private static let send = "android.intent.action.SEND"
    private static let textKey = "android.intent.extra.TEXT"

    private let text: String
    private let mimeType: String

    /// What starts the sheet for a text.
    static func intent(text: String) -> Intent {
        Intent(
            action: "android.intent.action.CHOOSER",
            mimeType: "text/plain",
            component: ComponentName(package: package, activity: activity),
            extras: [textKey: text]
        )
    }

    init?(intent: Intent, context: AppContext) {
        text = intent.extras[Self.textKey] ?? ""
        mimeType = intent.mimeType ?? "text/plain"
    }

    var background: Tone { .rgb(0x74757a) }

    func body(_ ui: UI<Self>) -> any Component {
        let targets = targets(ui.context)
        return VStack {
            ZStack().unlisted().weight().fillWidth().onClick(ui.finish)
            VStack {
                Spacer(4).width(32).background(.outline, radius: 2).align(.center).margin(top: 12, bottom: 12)
                preview(ui)
                if targets.isEmpty {
                    Text("No apps can perform this action.", align: .center).padding(32).fillWidth()
                }
                Grid(columns: 4) {
                    for target in targets { cell(target, ui) }
                }
                .className("androidx.recyclerview.widget.RecyclerView")
                .id("android:id/resolver_list")
                .margin(top: 16, bottom: 24)
            }
            .className("android.widget.LinearLayout")
            .id("android:id/contentPanel")
            .fillWidth()
            .background(.surfaceHigh, radius: 24)
        }
        .fill()
    }

    private func preview(_ ui: UI<Self>) -> View {
        HStack(spacing: 12) {
            Text(text, size: 14, maxLines: 2).id("android:id/content_preview_text").weight()
            IconButton(
                .copy,
                "Copy",
                onClick: ui.on { app, context in
                    context.system.clipboard = app.text
                    context.toast("Copied")
                    context.finish()
                }
            )
            .className("android.widget.Button")
            .id("android:id/chooser_copy_button")
        }
        .id("android:id/content_preview_text_layout")
        .padding(horizontal: 24, vertical: 8)
        .fillWidth()
    }

    private func targets(_ context: AppContext) -> [any App.Type] {
        let intent = Intent(action: Self.send, mimeType: mimeType)
        return context.apps.filter { app in app.manifest.intentFilters.contains { $0.matches(intent) } }
            .sorted { $0.manifest.label < $1.manifest.label }
    }

    private func cell(_ target: any App.Type, _ ui: UI<Self>) -> View {
        let manifest = target.manifest
        return VStack(spacing: 8) {
            AppIconView(icon: target.icon, size: 52).align(.center).id("android:id/icon")
            Text(manifest.label, size: 12, maxLines: 2, align: .center).id("android:id/text1").align(.center)
        }
        .className("android.widget.LinearLayout")
        .padding(horizontal: 6, vertical: 10)
        .fillWidth()
        .key(manifest.package)
        .onClick(ui.on { $0.choose(manifest, $1) })
    }

    private func choose(_ manifest: AppManifest, _ context: AppContext) {
        let plain = Intent(action: Self.send, mimeType: mimeType)
        guard let filter = manifest.intentFilters.first(where: { $0.matches(plain) }) else { return context.finish() }
        context.start(
            Intent(
                action: Self.send,
                mimeType: mimeType,
                component: ComponentName(package: manifest.package, activity: filter.activity),
                extras: [Self.textKey: text]
            )
        )
        context.finish()
    }
}
