// SPDX-License-Identifier: Apache-2.0

import Media

/// The bar at the top of a page: a way back, a title, icons, and the overflow menu.
struct AppBar: Component {
    enum Leading { case none, up(Handler), close(Handler), drawer(Handler) }
    var title: String
    var leading = Leading.none
    /// In the place of the title, such as a search field.
    var titleView: (any Component)?
    var background = Tone.surface
    /// The resource id of the bar in its app.
    var id = ""
    var menu: [MenuItem] = []
    var actions: [any Component] = []

    init(
        _ title: String,
        leading: Leading = .none,
        titleView: (any Component)? = nil,
        background: Tone = .surface,
        id: String = "",
        menu: [MenuItem] = [],
        @ViewBuilder actions: () -> [View] = { [] }
    ) {
        (self.title, self.leading, self.titleView) = (title, leading, titleView)
        (self.background, self.id, self.menu) = (background, id, menu)
        self.actions = actions()
    }

    var view: View {
        var bar = View("android.view.ViewGroup")
        bar.resourceID = id
        bar.arrangement = .row(spacing: 0, justify: .start)
        bar.size = .init(width: .fill, height: .fixed(64))
        bar.background = .init(color: background)
        bar.padding = .init(left: 4, right: 4)
        switch leading {
        case .none: bar.children.append(Spacer(12).view)
        case .up(let back): bar.children.append(IconButton(.back, "Navigate up", onClick: back).view)
        case .close(let close): bar.children.append(IconButton(.close, "Close", onClick: close).view)
        case .drawer(let open): bar.children.append(IconButton(.drawer, "Open navigation drawer", onClick: open).view)
        }
        if let titleView {
            bar.children.append(titleView.view.weight())
        } else if title.isEmpty {
            bar.children.append(Spacer().view)
        } else {
            bar.children.append(Text(title, size: 22, maxLines: 1).weight().margin(horizontal: 4))
        }
        bar.children += actions.map(\.view)
        if !menu.isEmpty {
            bar.children.append(
                IconButton(.more, "More options").className("android.widget.ImageView").menu(menu)
            )
        }
        bar.children = bar.children.map { $0.align(.center) }
        return bar
    }
}

/// Tabs in a row, at the top of a page or (with icons) at its bottom.
struct TabBar: Component {
    struct Tab {
        var title: String
        var icon: Icon?
        /// The resource id of the tab itself.
        var id = ""
    }

    var tabs: [Tab]
    var selected: Int
    /// At the bottom, tabs are a navigation bar: the icon in a pill above the words.
    var bottom = false
    var onSelect: (Int) -> Void

    var view: View {
        var bar = View(bottom ? "android.widget.FrameLayout" : "android.widget.HorizontalScrollView")
        bar.arrangement = .row(spacing: 0, justify: .start)
        bar.size = .init(width: .fill, height: .fixed(bottom ? 80 : 48))
        if bottom { bar.background = .init(color: .surfaceHigh) }
        bar.children = tabs.indices.map { bottom ? destination($0) : tab($0) }
        return bar
    }

    private func destination(_ index: Int) -> View {
        let tab = tabs[index]
        let on = index == selected
        let pill = ZStack {
            IconView(tab.icon ?? .star, color: on ? .onSecondaryContainer : .onSurfaceVariant).align(.center)
        }
        .size(64, 32)
        .background(on ? .secondaryContainer : .clear, radius: 16)
        .align(.center)
        let cell = VStack(spacing: 4, justify: .center) {
            pill
            Text(tab.title, size: 12, weight: .medium, color: on ? .onSurface : .onSurfaceVariant, maxLines: 1)
                .id(tab.id.isEmpty ? "" : "\(packagePart(tab.id)):id/navigation_bar_item_small_label_view")
                .align(.center)
        }
        return cell.className("android.widget.FrameLayout").id(tab.id).described(tab.title).selected(on)
            .weight().fillHeight().onClick { [onSelect] in onSelect(index) }
    }

    private func tab(_ index: Int) -> View {
        let on = index == selected
        let cell = VStack(justify: .end) {
            Spacer()
            Text(tabs[index].title, size: 14, weight: .medium, color: on ? .primary : .onSurfaceVariant, maxLines: 1)
                .align(.center)
            Spacer()
            Spacer(3).background(on ? .primary : .clear, radius: 2).width(48).height(3).align(.center)
        }
        return cell.id(tabs[index].id).described(tabs[index].title).selected(on)
            .weight().fillHeight().onClick { [onSelect] in onSelect(index) }
    }

    private func packagePart(_ id: String) -> Substring { id.prefix { $0 != ":" } }
}

/// The rounded bar that stands for a search: a touch opens the search.
struct SearchBar: Component {
    var prompt: String
    var id = ""
    var onClick: Handler

    var view: View {
        HStack(spacing: 16) {
            IconView(.search)
            Text(prompt, size: 16, color: .onSurfaceVariant, maxLines: 1).weight()
        }
        .className("android.view.ViewGroup")
        .id(id)
        .padding(horizontal: 16)
        .height(56)
        .fillWidth()
        .background(.surfaceVariant, radius: 28)
        .onClick(onClick)
    }
}
