// SPDX-License-Identifier: Apache-2.0

import Media

/// A window over the page that has to be answered, or left by BACK or a touch beside it.
///
/// An app shows one by giving it back from `dialog(_:)`; it is gone as soon as `dialog(_:)` gives `nil`. While it
/// stands, it is the active window: the hierarchy holds the dialog alone, as `uiautomator` gives it.
struct Dialog {
    struct Action {
        var title: String
        var enabled = true
        var handler: Handler

        init(_ title: String, enabled: Bool = true, _ handler: @escaping Handler) {
            (self.title, self.enabled, self.handler) = (title, enabled, handler)
        }
    }

    enum Place { case center, top, bottom, fullScreen }

    var title = ""
    var message = ""
    var icon: Icon?
    /// Between the message and the buttons.
    var content: (any Component)?
    /// `android:id/button1`, at the right.
    var positive: Action?
    /// `android:id/button2`
    var negative: Action?
    /// `android:id/button3`, at the left.
    var neutral: Action?
    var place = Place.center
    /// What BACK and a touch beside the dialog do; `nil` keeps it open.
    var dismiss: Handler?
    /// The package that the dialog's nodes name when it is not the app's, as in a permission dialog.
    var package: String?
    /// Content that brings its own surface, without title and buttons.
    var bare = false

    /// A question with a way out.
    static func confirm(
        _ title: String,
        message: String = "",
        yes: String,
        no: String = "Cancel",
        onYes: @escaping Handler,
        onNo: @escaping Handler
    ) -> Dialog {
        Dialog(
            title: title,
            message: message,
            positive: Action(yes, onYes),
            negative: Action(no, onNo),
            dismiss: onNo
        )
    }

    /// One of several, taken at a touch, as Android's `ListPreference` does.
    static func choice(
        _ title: String,
        _ options: [String],
        selected: Int?,
        onPick: @escaping (Int) -> Void,
        onCancel: @escaping Handler
    ) -> Dialog {
        var dialog = Dialog(title: title, negative: Action("Cancel", onCancel), dismiss: onCancel)
        dialog.content = ScrollView {
            for (index, option) in options.enumerated() {
                choiceRow(option, on: index == selected) { onPick(index) }
            }
        }
        .className("android.widget.ListView")
        .id("android:id/select_dialog_listview")
        .fillWidth()
        .wrapHeight()
        return dialog
    }

    /// A text field with a way out.
    static func input(
        _ title: String,
        hint: String = "",
        text: Binding<String>,
        id: String = "android:id/edit",
        kind: View.TextEditing.Kind = .text,
        ok: String = "OK",
        cancel: String = "Cancel",
        okEnabled: Bool = true,
        onOK: @escaping Handler,
        onCancel: @escaping Handler
    ) -> Dialog {
        Dialog(
            title: title,
            content: TextField(
                hint,
                text: text,
                id: id,
                kind: kind,
                style: .underlined,
                autofocus: true,
                onSubmit: okEnabled ? onOK : nil
            )
            .margin(horizontal: 24, vertical: 8),
            positive: Action(ok, enabled: okEnabled, onOK),
            negative: Action(cancel, onCancel),
            dismiss: onCancel
        )
    }

    private static func choiceRow(_ title: String, on: Bool, _ pick: @escaping Handler) -> View {
        let mark = Drawing { canvas, rect, palette in ControlDrawing.radio(canvas, rect, palette, on: on) }
            .unlisted()
            .size(24, 24)
        return HStack(spacing: 20) {
            mark
            Text(title, size: 16).unlisted().weight()
        }
        .className("android.widget.CheckedTextView")
        .id("android:id/text1")
        .withText(title)
        .checkable()
        .checked(on)
        .padding(horizontal: 24, vertical: 4)
        .minHeight(52)
        .fillWidth()
        .onClick(pick)
    }
}

extension Dialog {
    /// The same with content that moves under the finger where it does not do so by itself.
    var scrolling: Dialog {
        guard let inner = content?.view, place != .fullScreen, !inner.scrolls else { return self }
        var copy = self
        copy.content = ScrollView { inner }.fillWidth().weight()
        return copy
    }
}

extension View {
    /// Whether it, or something in it, moves up and down under the finger.
    fileprivate var scrolls: Bool {
        switch arrangement {
        case .scroll(.vertical), .lazy: true
        default: children.contains { $0.scrolls }
        }
    }
}

extension Component {
    /// The node's text in the hierarchy, where its children draw it.
    func withText(_ text: String) -> View {
        var copy = view
        copy.text = text
        return copy
    }

    func wrapHeight() -> View {
        var copy = view
        copy.size.height = .wrap
        return copy
    }
}

/// A line at the bottom of the page that goes away by itself.
struct Snackbar {
    var text: String
    var action: Dialog.Action?
}
