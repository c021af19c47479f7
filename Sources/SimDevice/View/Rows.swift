// SPDX-License-Identifier: Apache-2.0

import Media

/// A row of a list, as preferences and most lists show it: an icon, a title, a second line, and something at the end.
struct ListRow: Component {
    let title: String
    var summary: String
    var leading: (any Component)?
    var trailing: (any Component)?
    var titleID: String
    var summaryID: String
    var enabled: Bool
    var onClick: Handler?
    var onLongClick: Handler?

    init(
        _ title: String,
        summary: String = "",
        icon: Icon? = nil,
        leading: (any Component)? = nil,
        trailing: (any Component)? = nil,
        titleID: String = "android:id/title",
        summaryID: String = "android:id/summary",
        enabled: Bool = true,
        onClick: Handler? = nil,
        onLongClick: Handler? = nil
    ) {
        self.title = title
        self.summary = summary
        self.leading = leading ?? icon.map { IconView($0).id("android:id/icon").margin(left: 4, right: 20) }
        self.trailing = trailing
        self.titleID = titleID
        self.summaryID = summaryID
        self.enabled = enabled
        self.onClick = onClick
        self.onLongClick = onLongClick
    }

    var view: View {
        let words = VStack {
            Text(title, size: 18, color: .onSurface, maxLines: 2).id(titleID)
            if !summary.isEmpty {
                Text(summary, size: 14, color: .onSurfaceVariant, maxLines: 8).id(summaryID).margin(top: 2)
            }
        }
        return HStack {
            if let leading { leading.view }
            words.className("android.widget.RelativeLayout").weight()
            if let trailing {
                ZStack { trailing.view.align(.center) }.className("android.widget.LinearLayout")
                    .id("android:id/widget_frame").margin(left: 16)
            }
        }
        .padding(horizontal: 20, vertical: 14)
        .minHeight(summary.isEmpty ? 64 : 72)
        .fillWidth()
        .onClick(enabled ? onClick : nil)
        .onLongClick(enabled ? onLongClick : nil)
        .enabled(enabled)
        .focusable()
    }
}

/// A row with a switch; a touch anywhere on it turns it over.
struct SwitchRow: Component {
    let title: String
    var summary = ""
    var icon: Icon?
    var on: Bool
    var enabled = true
    var onChange: (Bool) -> Void

    init(
        _ title: String,
        summary: String = "",
        icon: Icon? = nil,
        on: Bool,
        enabled: Bool = true,
        onChange: @escaping (Bool) -> Void
    ) {
        (self.title, self.summary, self.icon) = (title, summary, icon)
        (self.on, self.enabled, self.onChange) = (on, enabled, onChange)
    }

    var view: View {
        ListRow(
            title,
            summary: summary,
            icon: icon,
            trailing: Switch(on: on),
            enabled: enabled,
            onClick: { [on, onChange] in onChange(!on) }
        ).view
    }
}

/// The heading of a group of rows.
struct SectionHeader: Component {
    let title: String
    init(_ title: String) { self.title = title }

    var view: View {
        Text(title, size: 14, weight: .medium, color: .primary)
            .id("android:id/title")
            .padding(left: 20, top: 20, right: 20, bottom: 8)
            .fillWidth()
    }
}

/// What a list shows when it is empty.
struct EmptyState: Component {
    let message: String
    var icon: Icon?
    init(_ message: String, icon: Icon? = nil) { (self.message, self.icon) = (message, icon) }

    var view: View {
        VStack(spacing: 16, justify: .center) {
            if let icon { IconView(icon, color: .outline, size: 72).align(.center) }
            Text(message, size: 16, color: .onSurfaceVariant, align: .center).id("android:id/empty").align(.center)
        }
        .padding(32)
        .fill()
    }
}
