// SPDX-License-Identifier: Apache-2.0

import Media

/// A page of Settings: the way back, the large title, the rows.
struct SettingsPage: Component {
    let view: View

    init(_ title: String, _ ui: UI<SettingsApp>, @ViewBuilder rows: () -> [View]) {
        view = VStack {
            VStack {
                AppBar("", leading: .up(ui.finish), background: .clear, id: "com.android.settings:id/action_bar")
                Text(title, size: 32, maxLines: 2).unlisted().padding(left: 24, top: 28, right: 24, bottom: 20)
            }
            .className("android.widget.FrameLayout")
            .id("com.android.settings:id/collapsing_toolbar")
            .described(title)
            .fillWidth()
            List(rows).id("com.android.settings:id/recycler_view").weight()
        }
        .className("android.view.ViewGroup")
        .id("com.android.settings:id/content_parent")
        .fill()
        .background(.surface)
    }
}

/// The wide switch at the top of a page that is about one thing.
struct MainSwitch: Component {
    var title: String
    var on: Bool
    var onChange: (Bool) -> Void

    init(_ title: String, on: Bool, onChange: @escaping (Bool) -> Void) {
        (self.title, self.on, self.onChange) = (title, on, onChange)
    }

    var view: View {
        HStack {
            Text(title, size: 20, color: .onPrimaryContainer).id("com.android.settings:id/switch_text").weight()
            Switch(on: on)
        }
        .id("com.android.settings:id/main_switch_bar")
        .fillWidth()
        .padding(horizontal: 20, vertical: 6)
        .minHeight(72)
        .margin(horizontal: 16, vertical: 8)
        .background(on ? .primaryContainer : .surfaceVariant, radius: 28)
        .onClick { [on, onChange] in onChange(!on) }
    }
}

/// Words at the foot of a page.
struct Footnote: Component {
    let words: String
    init(_ words: String) { self.words = words }

    var view: View {
        VStack(spacing: 12) {
            IconView(.info, size: 22).id("android:id/icon")
            Text(words, size: 14, color: .onSurfaceVariant).id("android:id/title").fillWidth()
        }
        .padding(horizontal: 20, vertical: 18)
        .fillWidth()
    }
}

/// A row with a slider, for volumes.
struct SliderRow: Component {
    var title: String
    var icon: Icon
    var value: Int
    var range: ClosedRange<Int>
    var onChange: (Int) -> Void

    var view: View {
        HStack {
            IconView(icon).id("android:id/icon").margin(left: 4, right: 16)
            VStack {
                Text(title, size: 18, maxLines: 1).id("android:id/title").margin(left: 8)
                SeekBar(value: value, range: range, onChange: onChange).described(title)
            }
            .className("android.widget.RelativeLayout")
            .weight()
        }
        .padding(left: 20, top: 12, right: 16, bottom: 4)
        .fillWidth()
    }
}

/// A row of the first page: a coloured disc with an icon, a title, what is in it.
struct DashboardRow: Component {
    var title: String
    var summary: String
    var icon: Icon
    var disc: UInt32
    var onClick: Handler

    var view: View {
        ListRow(
            title,
            summary: summary,
            leading: DiscIcon(icon: icon, disc: disc).view.margin(right: 16),
            onClick: onClick
        ).view
    }
}

struct DiscIcon: Component {
    var icon: Icon
    var disc: UInt32
    var size: Dp = 40

    var view: View {
        ZStack { IconView(icon, color: .rgb(0xffffff), size: size * 0.55).unlisted().align(.center) }
            .className("android.widget.ImageView")
            .id("android:id/icon")
            .size(size, size)
            .background(.rgb(disc), radius: size / 2)
    }
}
