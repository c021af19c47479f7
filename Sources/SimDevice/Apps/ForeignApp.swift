// SPDX-License-Identifier: Apache-2.0

import Media

/// An app that was installed from an APK. Its code cannot run here, and its page says so.
struct ForeignApp: App {
    /// Each package has its own, which the package manager keeps.
    static let manifest = AppManifest(package: "", label: "")
    static let icon = AppIcon(glyph: .apps, disc: 0x7f8790)

    private let label: String

    init?(intent: Intent, context: AppContext) {
        let manifest = context.system.installed.first { $0.package == context.package }
        label = manifest?.label ?? context.package
    }

    func body(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar(label)
            VStack(spacing: 12, justify: .center) {
                Text(label, size: 22, align: .center).id("android:id/title").fillWidth()
                Text(
                    "This app is installed, but its code cannot run on the built-in device.",
                    size: 16,
                    color: .onSurfaceVariant,
                    align: .center
                )
                .id("android:id/message")
                .fillWidth()
            }
            .padding(horizontal: 32)
            .fillWidth()
            .weight()
        }
        .fill()
    }
}
