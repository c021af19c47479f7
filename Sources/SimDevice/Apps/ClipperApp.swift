// SPDX-License-Identifier: Apache-2.0

import Media

/// Clipper, the helper with which AndroidWorld's harness reads and sets the clipboard (`am broadcast -a clipper.get`): its page
/// only says what it is for. It has no icon in the launcher, as no task opens it.
struct ClipperApp: App {
    static let package = "ca.zgrs.clipper"
    static let manifest = AppManifest(package: package, label: "Clipper", activities: [package + ".Main"])
    static let icon = AppIcon(glyph: .apps, disc: 0x607d8b)

    init?(intent: Intent, context: AppContext) {}

    func body(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar("Clipper")
            Text(
                "Copies to the clipboard and reads it by broadcasts: clipper.set with the extra text, and clipper.get.",
                size: 16,
                color: .onSurfaceVariant
            )
            .id(Self.package + ":id/message")
            .padding(24)
            .fillWidth()
        }
        .fill()
    }
}
