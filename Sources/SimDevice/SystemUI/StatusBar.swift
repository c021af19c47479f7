// SPDX-License-Identifier: Apache-2.0

import Media

/// The bars of the system at the top and the bottom of every page. They are drawn and not listed, since a dump holds
/// the active window alone.
struct StatusBar {
    let time: String
    let icons: [Icon]
    let notificationIcons: [Icon]
    let percentage: String
    private let level: Int
    private let isCharging: Bool

    init(_ system: DeviceSystem) {
        time = DeviceTime(system).timeText
        var icons: [Icon] = []
        if system.settings.int(.global, "zen_mode") ?? 0 > 0 { icons.append(.doNotDisturb) }
        if system.isOn(.bluetooth) { icons.append(.bluetooth) }
        if system.isOn(.airplane) { icons.append(.airplane) }
        if system.isOn(.wifi) { icons.append(.wifi) }
        if system.isOn(.mobileData) { icons.append(.mobileData) }
        self.icons = icons
        let battery = system.hardware.battery
        level = battery.level
        isCharging = battery.status == .charging && battery.isPlugged
        percentage =
            system.settings.get(.system, "status_bar_show_battery_percent") == "1" ? "\(battery.level)%" : ""
        notificationIcons = system.notifications.items.prefix(4).map { _ in .notifications }
    }

    func draw(_ canvas: Canvas, _ display: Display, ink: RGBA) {
        let middle = display.statusBar * Screen.scale * 0.52
        let left = 62 + Double(Screen.pixels(display.leftInset))
        let font = FontStyle(size: 14.5 * Screen.scale, weight: .medium)
        let clock = canvas.text.block(time, font)
        canvas.draw(clock, x: left, y: middle - Double(clock.height) / 2, ink)
        let side = 15.5 * Screen.scale
        var x = left + Double(clock.width) + 28
        for icon in notificationIcons {
            canvas.draw(icon, in: Rect(x: x, y: middle - side / 2, width: side, height: side), ink)
            x += side + 14
        }
        x = Double(display.width - Screen.pixels(display.rightInset)) - 58
        if !percentage.isEmpty {
            let block = canvas.text.block(percentage, font)
            x -= Double(block.width)
            canvas.draw(block, x: x, y: middle - Double(block.height) / 2, ink)
            x -= 8
        }
        x -= side
        drawBattery(canvas, Rect(x: x, y: middle - side / 2, width: side, height: side), ink)
        x -= 10
        for icon in icons.reversed() {
            x -= side
            canvas.draw(icon, in: Rect(x: x, y: middle - side / 2, width: side, height: side), ink)
            x -= 10
        }
    }

    /// The battery, as full as it is, with a flash while it is charged.
    private func drawBattery(_ canvas: Canvas, _ rect: Rect, _ ink: RGBA) {
        guard level < 100 || isCharging else { return canvas.draw(.battery, in: rect, ink) }
        canvas.draw(.battery, in: rect, ink.opacity(0.35))
        // The glyph stands from 2.5 to 21.5 on its grid of 24.
        let height = rect.height * 19 / 24 * Double(level) / 100
        let full = Rect(x: rect.x, y: rect.y + rect.height * 21.5 / 24 - height, width: rect.width, height: height)
        canvas.clipped(to: full) { canvas.draw(.battery, in: rect, ink) }
        if isCharging {
            let flash = rect.inset(rect.width * 0.24)
            canvas.draw(.charge, in: flash, RGBA(hex: ink.isDark ? 0xffffff : 0x1a1b1f))
        }
    }

    /// The line of gesture navigation.
    static func drawGestureLine(_ canvas: Canvas, _ display: Display, ink: RGBA) {
        let width = 108 * Screen.scale
        let line = Rect(
            x: (Double(display.width) - width) / 2,
            y: Double(display.height) - 14 * Screen.scale,
            width: width,
            height: 4 * Screen.scale
        )
        canvas.fill(line, ink, radius: line.height / 2)
    }
}
