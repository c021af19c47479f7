// SPDX-License-Identifier: Apache-2.0

import Media

/// Children one below the other (`android.widget.LinearLayout`).
struct VStack: Component {
    let view: View

    init(spacing: Dp = 0, justify: View.Justify = .start, @ViewBuilder _ children: () -> [View]) {
        var view = View("android.widget.LinearLayout")
        view.arrangement = .column(spacing: spacing, justify: justify)
        view.children = children()
        self.view = view
    }
}

/// Children side by side (`android.widget.LinearLayout`), centred across unless they are aligned otherwise.
struct HStack: Component {
    let view: View

    init(spacing: Dp = 0, justify: View.Justify = .start, @ViewBuilder _ children: () -> [View]) {
        var view = View("android.widget.LinearLayout")
        view.arrangement = .row(spacing: spacing, justify: justify)
        view.children = children().map { child in
            var child = child
            if child.alignment == .start { child.alignment = .center }
            return child
        }
        self.view = view
    }
}

/// Children one over the other (`android.widget.FrameLayout`), each where its alignment puts it.
struct ZStack: Component {
    let view: View

    init(@ViewBuilder _ children: () -> [View] = { [] }) {
        var view = View("android.widget.FrameLayout")
        view.arrangement = .box
        view.children = children()
        self.view = view
    }
}

/// A column or row that moves under the finger when it is longer than its place (`android.widget.ScrollView`).
struct ScrollView: Component {
    let view: View

    init(_ axis: View.Axis = .vertical, @ViewBuilder _ children: () -> [View]) {
        var view = View(axis == .vertical ? "android.widget.ScrollView" : "android.widget.HorizontalScrollView")
        view.arrangement = .scroll(axis)
        view.children = children()
        if axis == .vertical { view.size = .init(width: .fill, height: .fill) }
        self.view = view
    }
}

/// A list (`androidx.recyclerview.widget.RecyclerView`).
struct List: Component {
    let view: View

    /// A list of rows of any height. Suits a screenful or a few.
    init(@ViewBuilder _ rows: () -> [View]) {
        var view = View("androidx.recyclerview.widget.RecyclerView")
        view.arrangement = .scroll(.vertical)
        view.children = rows()
        view.flags.insert(.focusable)
        view.size = .init(width: .fill, height: .fill)
        self.view = view
    }

    /// A list whose rows are made only where they are seen. Suits any length.
    init(count: Int, height: @escaping (Int) -> Dp, row: @escaping (Int) -> any Component) {
        var view = View("androidx.recyclerview.widget.RecyclerView")
        view.arrangement = .lazy(.init(count: count, height: height, row: { row($0).view }))
        view.flags.insert(.focusable)
        view.size = .init(width: .fill, height: .fill)
        self.view = view
    }

    init(count: Int, rowHeight: Dp, row: @escaping (Int) -> any Component) {
        self.init(count: count, height: { _ in rowHeight }, row: row)
    }
}

/// Equal cells from left to right, then from top to bottom.
struct Grid: Component {
    let view: View

    init(columns: Int, @ViewBuilder _ cells: () -> [View]) {
        var view = View("android.widget.GridView")
        view.arrangement = .grid(columns: columns)
        view.children = cells()
        view.size.width = .fill
        self.view = view
    }
}

/// Text (`android.widget.TextView`).
struct Text: Component {
    let view: View

    init(
        _ text: String,
        size: Dp = 16,
        weight: TextStyle.Weight = .regular,
        color: Tone = .onSurface,
        maxLines: Int = 0,
        align: TextStyle.Align = .start
    ) {
        var view = View("android.widget.TextView")
        view.text = text
        view.content = .text(
            TextStyle(size: size, weight: weight, color: color, maxLines: maxLines, align: align)
        )
        self.view = view
    }
}

/// A vector picture (`android.widget.ImageView`). Without a description it is decoration.
struct IconView: Component {
    let view: View

    init(_ icon: Icon, color: Tone = .onSurfaceVariant, size: Dp = 24) {
        var view = View("android.widget.ImageView")
        view.content = .icon(icon, color, size)
        view.size = .init(width: .fixed(size), height: .fixed(size))
        self.view = view
    }
}

/// A picture from a file on the device (`android.widget.ImageView`).
struct Picture: Component {
    let view: View

    init(_ pixels: PixelBuffer, fit: View.Fit = .contain) {
        var view = View("android.widget.ImageView")
        view.content = .picture(pixels, fit)
        self.view = view
    }
}

/// Pixels that the hierarchy does not describe (`android.view.View`): a dial, a graph, a map.
struct Drawing: Component {
    let view: View

    init(_ draw: @escaping (Canvas, Rect, Palette) -> Void) {
        var view = View("android.view.View")
        view.content = .drawing(draw)
        self.view = view
    }
}

/// Room that is not listed: a fixed piece, or what is left over.
struct Spacer: Component {
    let view: View

    init(_ length: Dp? = nil) {
        var view = View("")
        if let length {
            view.size = .init(width: .fixed(length), height: .fixed(length))
        } else {
            view.size.weight = 1
        }
        self.view = view
    }
}

/// A thin line that is not listed.
struct Divider: Component {
    var inset: Dp = 0

    var view: View {
        var view = View("")
        view.size = .init(width: .fill, height: .fixed(1))
        view.margin = .init(left: inset)
        view.background = .init(color: .divider)
        return view
    }
}
