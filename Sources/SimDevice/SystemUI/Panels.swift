// SPDX-License-Identifier: Apache-2.0

import Media

/// The system's panels: the notification shade, quick settings, the internet panel, the recents screen.
extension WindowManager {
    func expandNotifications() {
        leaveForPanel()
        panel = .notifications
    }

    func expandQuickSettings() {
        leaveForPanel()
        panel = .quickSettings
    }

    func openRecents() {
        leaveForPanel()
        pauseFront()
        panel = .recents
    }

    func collapsePanels() {
        closePanels()
        invalidate()
    }

    func closePanels() {
        panel = .none
        systemOffsets = [:]
    }

    private func leaveForPanel() {
        guard displayOn else { return }
        keyboardShown = false
        front.openMenu = nil
        systemOffsets = [:]
        invalidate()
    }

    /// The shade is dark in both themes; dialogs of the system follow the theme.
    var panelPalette: Palette { Palette(dark: panel == .internet ? palette.dark : true) }

    /// The window of the panel that is open.
    func panelWindow() -> Window? {
        let view: View
        switch panel {
        case .none: return nil
        case .notifications: view = Shade(manager: self, expanded: false).view
        case .quickSettings: view = Shade(manager: self, expanded: true).view
        case .internet: view = InternetPanel(manager: self).view
        case .recents: view = RecentsScreen(manager: self).view
        }
        var layout = Layout(text: text, offsets: systemOffsets)
        let node = layout.run(view, key: RootKey.panel, in: system.display.bounds)
        systemOffsets = layout.offsets
        let package = panel == .recents ? LauncherApp.manifest.package : "com.android.systemui"
        return Window(kind: .panel, root: node, package: package)
    }
}

/// The notification shade, closed to four tiles or open to all of them.
struct Shade: Component {
    unowned let manager: WindowManager
    let expanded: Bool

    private var system: DeviceSystem { manager.system }

    var view: View {
        let tiles = QuickTile.all(manager)
        let display = system.display
        return ZStack {
            VStack {
                header
                if expanded { brightness }
                tileGrid(expanded ? tiles : Array(tiles.prefix(4)))
                if expanded { footer }
                if !expanded { notifications }
            }
            .id("com.android.systemui:id/notification_panel")
            .className("android.widget.FrameLayout")
            .fill()
            .padding(
                left: 16 + display.leftInset,
                top: display.statusBar,
                right: 16 + display.rightInset,
                bottom: Screen.navigationBar
            )
        }
        .fill()
        .background(.rgba(0x0f1116, 0.985))
    }

    private var header: View {
        let time = DeviceTime(system)
        return HStack {
            Text(time.timeText, size: expanded ? 22 : 18).id("com.android.systemui:id/clock").described(
                time.longTimeText
            )
            Spacer(10)
            Text(time.day.short, size: 16).id("com.android.systemui:id/date")
            Spacer()
        }
        .id("com.android.systemui:id/split_shade_status_bar")
        .fillWidth()
        .padding(horizontal: 8, vertical: 12)
    }

    private var brightness: View {
        SeekBar(
            value: Brightness.toSlider(system.settings.int(.system, "screen_brightness") ?? 102),
            range: 0...Brightness.steps,
            id: "com.android.systemui:id/slider"
        ) { [system] value in
            system.settings.put(.system, "screen_brightness", "\(Brightness.fromSlider(value))")
        }
        .described("Display brightness")
        .margin(vertical: 8)
    }

    private func tileGrid(_ tiles: [QuickTile]) -> View {
        Grid(columns: system.display.isLandscape ? 4 : 2) {
            for tile in tiles { tile.view }
        }
        .className("android.view.ViewGroup")
        .id(expanded ? "com.android.systemui:id/tile_page" : "com.android.systemui:id/quick_qs_panel")
    }

    private var footer: View {
        HStack {
            Text("13 (\(system.properties["ro.build.id"] ?? "TE1A.220922.034"))", size: 13, color: .onSurfaceVariant)
                .id("com.android.systemui:id/build")
            Spacer()
            IconButton(.settings, "Open settings.") { [unowned manager] in
                manager.collapsePanels()
                manager.start(Intent(action: "android.settings.SETTINGS"))
            }
            .id("com.android.systemui:id/settings_button_container")
        }
        .id("com.android.systemui:id/qs_footer_actions")
        .fillWidth()
        .padding(horizontal: 8, vertical: 8)
    }

    private var notifications: View {
        let items = system.notifications.items
        return List {
            for item in items { notification(item) }
            if items.isEmpty {
                Text("No notifications", size: 16, color: .onSurfaceVariant, align: .center)
                    .id("com.android.systemui:id/no_notifications")
                    .fillWidth()
                    .padding(24)
            } else {
                HStack {
                    Button("Manage", style: .tonal) { [unowned manager] in
                        manager.collapsePanels()
                        manager.start(Intent(action: "android.settings.NOTIFICATION_SETTINGS"))
                    }
                    .id("com.android.systemui:id/manage_text")
                    Spacer()
                    Button("Clear all", style: .tonal) { [system] in system.notifications.clear() }
                        .id("com.android.systemui:id/dismiss_text")
                }
                .fillWidth()
                .padding(vertical: 12)
            }
        }
        .id("com.android.systemui:id/notification_stack_scroller")
        .className("android.view.ViewGroup")
        .weight()
        .margin(top: 12)
    }

    private func notification(_ item: NotificationList.Item) -> View {
        let label = manager.app(item.package)?.manifest.label ?? item.package
        return VStack(spacing: 4) {
            HStack {
                Text(label, size: 12, color: .onSurfaceVariant).id("android:id/app_name_text")
                Text(" • " + DeviceTime(system, at: item.time).timeText, size: 12, color: .onSurfaceVariant)
                    .id("android:id/time")
            }
            Text(item.title, size: 15, weight: .medium, maxLines: 1).id("android:id/title")
            if !item.text.isEmpty {
                Text(item.text, size: 14, color: .onSurfaceVariant, maxLines: 3).id("android:id/big_text")
            }
        }
        .className("android.widget.FrameLayout")
        .id("com.android.systemui:id/expandableNotificationRow")
        .key("notification \(item.id)")
        .fillWidth()
        .padding(16)
        .margin(bottom: 4)
        .background(.surfaceVariant, radius: 20)
        .onClick { [unowned manager, system] in
            if !item.ongoing { system.notifications.cancel(item.id) }
            manager.collapsePanels()
            manager.start(item.intent)
        }
        .onSwipe { [unowned manager, system] direction in
            guard direction == .left || direction == .right, !item.ongoing else { return }
            system.notifications.cancel(item.id)
            manager.invalidate()
        }
    }
}

/// Android's brightness slider is not linear: it follows how bright the eye takes the display to be.
enum Brightness {
    static let steps = 65535

    /// The slider's place for a brightness of 1...255 (hybrid log-gamma, as `BrightnessUtils` has it).
    static func toSlider(_ brightness: Int) -> Int {
        let share = (Double(min(max(brightness, 1), 255)) - 1) / 254 * 12
        let value = share <= 1 ? share.squareRoot() * 0.5 : 0.17883277 * logOf(share - 0.28466892) + 0.55991073
        return Int((value * Double(steps)).rounded())
    }

    /// The brightness for a place of the slider.
    static func fromSlider(_ place: Int) -> Int {
        let value = Double(min(max(place, 0), steps)) / Double(steps)
        let share = value <= 0.5 ? (value / 0.5) * (value / 0.5) : expOf((value - 0.55991073) / 0.17883277) + 0.28466892
        return min(max(1 + Int((min(share, 12) / 12 * 254).rounded()), 1), 255)
    }

    /// What the settings show, such as `40%`.
    static func percent(_ brightness: Int) -> String {
        "\(Int((Double(toSlider(brightness)) / Double(steps) * 100).rounded()))%"
    }
}
