// SPDX-License-Identifier: Apache-2.0

import Media

/// The frames of the windows: what Android puts around a page, a dialog, a menu.
enum Chrome {
    /// A whole-display window: the decor views, insets for the bars and the keyboard, the page, the snack bar.
    static func page(
        _ body: View,
        package: String,
        background: Tone,
        display: Display,
        bottomInset: Dp,
        snackbar: Snackbar?,
        act: @escaping (Dialog.Action) -> Void
    ) -> View {
        var page = body
        if page.size.width == .wrap { page.size.width = .fill }
        if page.size.height == .wrap { page.size.height = .fill }
        // Above the snack bar nothing of the page is hidden, as real pages make room for it.
        let content = VStack {
            page.weight()
            if let snackbar { self.snackbar(snackbar, package: package, act: act) }
        }
        .className("android.widget.FrameLayout")
        .id("android:id/content")
        .fill()
        return ZStack {
            VStack { content.weight() }
                .fill()
                .padding(
                    left: display.leftInset,
                    top: display.statusBar,
                    right: display.rightInset,
                    bottom: bottomInset
                )
        }
        .fill()
        .background(background)
    }

    private static func snackbar(_ bar: Snackbar, package: String, act: @escaping (Dialog.Action) -> Void) -> View {
        HStack(spacing: 8) {
            Text(bar.text, size: 14, color: .surface, maxLines: 2).id("\(package):id/snackbar_text").weight()
            if let action = bar.action {
                Button(action.title) { act(action) }.id("\(package):id/snackbar_action")
            }
        }
        .className("android.widget.FrameLayout")
        .fillWidth()
        .minHeight(52)
        .padding(horizontal: 16, vertical: 4)
        .margin(12)
        .background(.onSurface, radius: 6, elevation: 4)
    }

    // MARK: Dialogs

    /// A dialog's window with its panels, as `AlertDialog` lays them out.
    static func dialog(_ dialog: Dialog, display: Display, run: @escaping (Handler) -> Void) -> View {
        if dialog.place == .fullScreen, let content = dialog.content {
            return ZStack { content.view }.fill().background(.surface)
        }
        let bare = dialog.bare
        var parts: [View] = []
        if !bare, !dialog.title.isEmpty || dialog.icon != nil { parts.append(title(dialog)) }
        if !dialog.message.isEmpty { parts.append(message(dialog)) }
        if let content = dialog.content {
            parts.append(
                ZStack { content.view }
                    .id(bare ? "" : "android:id/custom")
                    .fillWidth()
                    .weight()
            )
        }
        let buttons = [dialog.neutral, dialog.negative, dialog.positive].compactMap { $0 }
        if !buttons.isEmpty { parts.append(buttonBar(dialog, run)) }
        let radius: Dp = dialog.place == .top ? 0 : 28
        return ZStack {
            ZStack {
                VStack { parts }.id("android:id/parentPanel").fillWidth().fillHeight()
            }
            .id("android:id/content")
            .fill()
        }
        .background(.surfaceHigh, radius: radius, elevation: 6)
        .width(dialog.place == .center ? (display.isLandscape ? 480 : 330) : display.widthInDp)
    }

    private static func title(_ dialog: Dialog) -> View {
        VStack {
            HStack(spacing: 12) {
                if let icon = dialog.icon { IconView(icon, color: .primary).id("android:id/icon") }
                Text(dialog.title, size: 22, maxLines: 2).id("android:id/alertTitle")
            }
            .id("android:id/title_template")
            .padding(left: 24, top: 22, right: 24, bottom: 12)
            .fillWidth()
        }
        .id("android:id/topPanel")
        .fillWidth()
    }

    private static func message(_ dialog: Dialog) -> View {
        ZStack {
            ScrollView {
                Text(dialog.message, size: 15, color: .onSurfaceVariant)
                    .id("android:id/message")
                    .padding(left: 24, top: dialog.title.isEmpty ? 24 : 4, right: 24, bottom: 8)
                    .fillWidth()
            }
            .id("android:id/scrollView")
            .wrapHeight()
        }
        .id("android:id/contentPanel")
        .fillWidth()
    }

    private static func buttonBar(_ dialog: Dialog, _ run: @escaping (Handler) -> Void) -> View {
        let button = { (action: Dialog.Action, id: String) in
            Button(action.title) { run(action.handler) }.id(id).enabled(action.enabled)
        }
        return ScrollView {
            HStack(spacing: 8) {
                if let neutral = dialog.neutral { button(neutral, "android:id/button3") }
                Spacer()
                if let negative = dialog.negative { button(negative, "android:id/button2") }
                if let positive = dialog.positive { button(positive, "android:id/button1") }
            }
            .fillWidth()
            .padding(horizontal: 16, vertical: 12)
        }
        .id("android:id/buttonPanel")
        .wrapHeight()
    }

    // MARK: Menus and toasts

    static func menu(_ items: [MenuItem], run: @escaping (MenuItem) -> Void) -> View {
        ZStack {
            VStack {
                for item in items {
                    VStack {
                        HStack(spacing: 12) {
                            Text(item.title, size: 16, maxLines: 1).id("android:id/title").weight()
                            if let checked = item.checked {
                                CheckBox(on: checked, id: "android:id/checkbox").view.enabled(true)
                            }
                        }
                        .className("android.widget.RelativeLayout")
                        .id("android:id/content")
                        .fillWidth()
                    }
                    .fillWidth()
                    .minHeight(48)
                    .padding(horizontal: 16, vertical: 13)
                    .enabled(item.enabled)
                    .onClick(item.enabled ? { run(item) } : nil)
                }
            }
            .className("android.widget.ListView")
            .fillWidth()
        }
        .padding(vertical: 8)
        .minWidth(196)
        .background(.surfaceHigh, radius: 6, elevation: 5)
    }

    static func toast(_ text: String) -> View {
        HStack(spacing: 12) {
            Text(text, size: 14, color: .onSurface, maxLines: 2).id("android:id/message")
        }
        .padding(horizontal: 20, vertical: 14)
        .background(.surfaceHigh, radius: 24, elevation: 4)
    }
}
