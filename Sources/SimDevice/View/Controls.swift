// SPDX-License-Identifier: Apache-2.0

import Media

/// A button with words (`android.widget.Button`).
struct Button: Component {
    enum Style { case filled, tonal, outlined, text }
    let view: View

    init(_ title: String, style: Style = .text, onClick: Handler?) {
        var view = View("android.widget.Button")
        view.text = title
        var color = Tone.primary
        switch style {
        case .filled:
            view.background = .init(color: .primary, radius: 20)
            color = .onPrimary
        case .tonal:
            view.background = .init(color: .secondaryContainer, radius: 20)
            color = .onSecondaryContainer
        case .outlined: view.background = .init(color: .clear, radius: 20, border: .outline)
        case .text: break
        }
        view.content = .text(TextStyle(size: 14, weight: .medium, color: color, maxLines: 1, align: .center))
        view.padding = style == .text ? .init(horizontal: 12, vertical: 10) : .init(horizontal: 24, vertical: 10)
        view.size = .init(minWidth: 48, minHeight: 40)
        self.view = view.onClick(onClick)
    }
}

/// A button that is a picture (`android.widget.ImageButton`), 48 x 48 to the finger.
struct IconButton: Component {
    let view: View

    init(_ icon: Icon, _ description: String, color: Tone = .onSurfaceVariant, onClick: Handler? = nil) {
        var view = View("android.widget.ImageButton")
        view.contentDescription = description
        view.content = .icon(icon, color, 24)
        view.size = .init(width: .fixed(48), height: .fixed(48))
        self.view = view.onClick(onClick)
    }
}

/// The round button that floats over a page, at its bottom right (`android.widget.ImageButton`).
struct FloatingButton: Component {
    let view: View

    init(
        _ icon: Icon,
        _ description: String,
        id: String,
        align: View.Alignment = .bottomEnd,
        onClick: @escaping Handler
    ) {
        var view = View("android.widget.ImageButton")
        view.resourceID = id
        view.contentDescription = description
        view.content = .icon(icon, .onPrimaryContainer, 24)
        view.size = .init(width: .fixed(56), height: .fixed(56))
        view.margin = .init(16)
        view.alignment = align
        view.background = .init(color: .primaryContainer, radius: 16, elevation: 6)
        self.view = view.onClick(onClick)
    }
}

/// A switch (`android.widget.Switch`). Without a handler it only shows its row's state.
struct Switch: Component {
    var on: Bool
    var id = "android:id/switch_widget"
    var onChange: ((Bool) -> Void)?

    var view: View {
        var view = View("android.widget.Switch")
        view.resourceID = id
        view.flags.insert(.checkable)
        if on { view.flags.insert(.checked) }
        view.size = .init(width: .fixed(52), height: .fixed(48))
        view.content = .drawing { [on] canvas, rect, palette in
            ControlDrawing.toggle(canvas, rect, palette, on: on)
        }
        guard let onChange else { return view }
        return view.onClick { [on] in onChange(!on) }
    }
}

/// A check box (`android.widget.CheckBox`), with a label when given one.
struct CheckBox: Component {
    var label = ""
    var on: Bool
    var id = "android:id/checkbox"
    var onChange: ((Bool) -> Void)?

    var view: View {
        CompoundButton(className: "android.widget.CheckBox", label: label, on: on, id: id, round: false) {
            [on, onChange] in
            onChange.map { change in { change(!on) } }
        }.view
    }
}

/// One of several choices (`android.widget.RadioButton`).
struct RadioButton: Component {
    var label = ""
    var on: Bool
    var id = ""
    var onClick: Handler?

    var view: View {
        CompoundButton(className: "android.widget.RadioButton", label: label, on: on, id: id, round: true) {
            [onClick] in
            onClick
        }.view
    }
}

private struct CompoundButton: Component {
    let view: View

    init(className: String, label: String, on: Bool, id: String, round: Bool, click: () -> Handler?) {
        var view = View(className)
        view.resourceID = id
        view.text = label
        view.flags.insert(.checkable)
        if on { view.flags.insert(.checked) }
        view.size.minHeight = 48
        view.arrangement = .row(spacing: 16, justify: .start)
        var mark = View("")
        mark.size = .init(width: .fixed(24), height: .fixed(24))
        mark.alignment = .center
        mark.content = .drawing { canvas, rect, palette in
            if round {
                ControlDrawing.radio(canvas, rect, palette, on: on)
            } else {
                ControlDrawing.check(canvas, rect, palette, on: on)
            }
        }
        view.children = [mark]
        if !label.isEmpty {
            var words = Text(label, size: 16).view
            words.className = ""
            words.alignment = .center
            view.children.append(words)
        }
        self.view = view.onClick(click())
    }
}

/// A slider (`android.widget.SeekBar`): the finger's place gives a whole number in `range`.
struct SeekBar: Component {
    var value: Int
    var range: ClosedRange<Int>
    var id = "android:id/seekbar"
    /// The hierarchy gives the value as text with a decimal point, as Android's does.
    var onChange: (Int) -> Void

    var view: View {
        var view = View("android.widget.SeekBar")
        view.resourceID = id
        view.text = "\(value).0"
        view.flags.insert(.focusable)
        view.size = .init(width: .fill, height: .fixed(48))
        let span = Double(range.upperBound - range.lowerBound)
        let share = span > 0 ? Double(value - range.lowerBound) / span : 0
        view.content = .drawing { canvas, rect, palette in
            ControlDrawing.slider(canvas, rect, palette, share: share)
        }
        view.handlers.seek = { [range, onChange] share in
            onChange(range.lowerBound + Int((share * span).rounded()))
        }
        return view
    }
}

/// A text field (`android.widget.EditText`). The first touch gives it the focus and brings up the keyboard.
struct TextField: Component {
    enum Style { case underlined, outlined, filled, bare }
    let view: View

    init(
        _ hint: String,
        text: Binding<String>,
        id: String = "",
        kind: View.TextEditing.Kind = .text,
        style: Style = .outlined,
        size: Dp = 16,
        multiline: Bool = false,
        autofocus: Bool = false,
        onSubmit: Handler? = nil
    ) {
        var view = View("android.widget.EditText")
        view.resourceID = id
        view.text = text.value
        view.hint = hint
        view.flags.formUnion([.clickable, .focusable, .longClickable])
        if kind == .password { view.flags.insert(.password) }
        view.content = .text(TextStyle(size: size, maxLines: multiline ? 0 : 1))
        view.size = .init(width: .fill, minHeight: style == .bare ? 40 : 56)
        switch style {
        case .outlined:
            view.background = .init(color: .clear, radius: 4, border: .outline)
            view.padding = .init(horizontal: 16, vertical: 16)
        case .filled:
            view.background = .init(color: .surfaceVariant, radius: 8)
            view.padding = .init(horizontal: 16, vertical: 16)
        case .underlined:
            view.padding = .init(horizontal: 4, vertical: 14)
            view.content = .text(TextStyle(size: size, maxLines: multiline ? 0 : 1))
            view.handlers.scroll = nil
            view.background = .init(color: .clear, border: nil)
        case .bare: view.padding = .init(horizontal: 4, vertical: 8)
        }
        view.handlers.text = .init(
            binding: text,
            kind: kind,
            multiline: multiline,
            submit: onSubmit,
            autofocus: autofocus
        )
        self.view = view
    }
}
