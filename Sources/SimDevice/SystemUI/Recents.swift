// SPDX-License-Identifier: Apache-2.0

import Media

/// The recents screen: the tasks as cards side by side, each with its page as it is now.
struct RecentsScreen: Component {
    unowned let manager: WindowManager

    private static let share = 0.66

    var view: View {
        let display = manager.system.display
        let cards = manager.stacks.filter { stack in
            stack.activities.contains { $0.component != InCallApp.component }
        }.compactMap { stack in
            stack.top.map { (stack, $0) }
        }
        return ZStack {
            if cards.isEmpty {
                Text("No recent items", size: 18, color: .onSurface, align: .center)
                    .id("com.google.android.apps.nexuslauncher:id/recents_empty_message")
                    .align(.center)
            } else {
                ScrollView(.horizontal) {
                    Spacer(display.widthInDp * (1 - Self.share) / 2 - 8)
                    for (stack, activity) in cards { card(stack, activity) }
                    Button("Clear all", style: .tonal) { [unowned manager] in clearAll(manager) }
                        .id("com.google.android.apps.nexuslauncher:id/clear_all")
                        .align(.center)
                        .margin(horizontal: 40)
                }
                .id("com.google.android.apps.nexuslauncher:id/overview_panel")
                .fill()
            }
        }
        .fill()
        .background(.rgb(0x1b2230))
        .onClick { [unowned manager] in manager.collapsePanels() }
        .clickable(false)
    }

    private func clearAll(_ manager: WindowManager) {
        for stack in manager.stacks { manager.removeTask(stack.id) }
        manager.closePanels()
        manager.goHome()
    }

    private func card(_ stack: TaskStack, _ activity: Activity) -> View {
        let label = manager.app(stack.package)?.manifest.label ?? stack.package
        let icon = manager.app(stack.package)?.icon
        let display = manager.system.display
        let thumbnail = Drawing { [unowned manager] canvas, rect, _ in
            canvas.clipped(to: rect, radius: 24 * Screen.scale * Self.share) {
                canvas.transformed(x: rect.x, y: rect.y, scale: Self.share) {
                    canvas.fill(display.bounds.rect, manager.palette(activity.background))
                    let windows = manager.activityWindows(activity).filter { $0.kind == .page }
                    for window in windows { Painter(canvas: canvas, palette: manager.palette).draw(window.root) }
                }
            }
        }
        return VStack(spacing: 12) {
            if let icon { AppIconView(icon: icon, size: 44).align(.center) }
            thumbnail
                .className("android.view.View")
                .id("com.google.android.apps.nexuslauncher:id/snapshot")
                .size(display.widthInDp * Self.share, display.heightInDp * Self.share)
        }
        .className("android.widget.FrameLayout")
        .id("com.google.android.apps.nexuslauncher:id/task")
        .described(label)
        .key("task \(stack.id)")
        .margin(horizontal: 8)
        .align(.center)
        .onClick { [unowned manager] in manager.switchTo(stack.id) }
        .onSwipe { [unowned manager] direction in
            if direction == .up { manager.removeTask(stack.id) }
        }
    }
}

/// The launcher's picture of an app.
struct AppIconView: Component {
    var icon: AppIcon
    var size: Dp = 56

    var view: View {
        Drawing { [icon] canvas, rect, _ in
            canvas.fillCircle(x: rect.centerX, y: rect.centerY, radius: rect.width / 2, RGBA(hex: icon.disc))
            canvas.draw(icon.glyph, in: rect.inset(rect.width * 0.23), RGBA(hex: icon.ink))
        }
        .unlisted()
        .size(size, size)
    }
}

/// What lies behind the launcher.
enum Wallpaper {
    static func draw(_ canvas: Canvas, _ palette: Palette, _ display: Display) {
        let all = display.bounds.rect
        canvas.fillGradient(all, top: RGBA(hex: 0x23406e), bottom: RGBA(hex: 0xd88a6c))
        canvas.fillCircle(x: all.width * 0.72, y: all.height * 0.52, radius: 150, RGBA(hex: 0xffe3bd, alpha: 0.9))
        hills(canvas, all, base: 0.66, height: 0.10, RGBA(hex: 0x6d5a86, alpha: 0.85))
        hills(canvas, all, base: 0.76, height: 0.08, RGBA(hex: 0x43446f, alpha: 0.95))
        hills(canvas, all, base: 0.86, height: 0.06, RGBA(hex: 0x252c4f))
        if palette.dark { canvas.fill(all, RGBA(hex: 0, alpha: 0.35)) }
    }

    private static func hills(_ canvas: Canvas, _ all: Rect, base: Double, height: Double, _ color: RGBA) {
        let (w, h) = (all.width, all.height)
        var ridge = VectorPath([.move(0, h)])
        for step in 0...90 {
            let x = Double(step) / 90
            let wave = sinOf(x * 5.2 + base * 23) * 0.6 + sinOf(x * 9.7 + base * 41) * 0.4
            ridge.elements.append(.line(x * w, h * (base - height * (0.5 + wave * 0.5))))
        }
        ridge.elements += [.line(w, h), .close]
        canvas.draw(ridge, color)
    }
}
