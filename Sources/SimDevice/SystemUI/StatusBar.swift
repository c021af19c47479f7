// SPDX-License-Identifier: Apache-2.0

import Media

/// The bars of the system at the top and the bottom of every page. They are drawn and not listed, since a dump holds
/// the active window alone.
struct StatusBar {
    let time: String
    let icons: [Icon]
    let notificationIcons: [Icon]
    let percentage: String

    init(_ system: DeviceSystem) {
        time = DeviceTime(system).timeText
        var icons: [Icon] = []
        if system.settings.int(.global, "zen_mode") ?? 0 > 0 { icons.append(.doNotDisturb) }
        if system.isOn(.bluetooth) { icons.append(.bluetooth) }
        if system.isOn(.airplane) { icons.append(.airplane) }
        if system.isOn(.wifi) { icons.append(.wifi) }
        if system.isOn(.mobileData) { icons.append(.mobileData) }
        icons.append(.battery)
        self.icons = icons
        percentage = system.settings.get(.system, "status_bar_show_battery_percent") == "1" ? "100%" : ""
        notificationIcons = system.notifications.items.prefix(4).map { _ in .notifications }
    }

    func draw(_ canvas: Canvas, ink: RGBA) {
        let middle = Screen.statusBar * Screen.scale * 0.52
        let font = FontStyle(size: 14.5 * Screen.scale, weight: .medium)
        let clock = canvas.text.block(time, font)
        canvas.draw(clock, x: 62, y: middle - Double(clock.height) / 2, ink)
        let side = 15.5 * Screen.scale
        var x = 62 + Double(clock.width) + 28
        for icon in notificationIcons {
            canvas.draw(icon, in: Rect(x: x, y: middle - side / 2, width: side, height: side), ink)
            x += side + 14
        }
        x = Double(Screen.width) - 58
        if !percentage.isEmpty {
            let block = canvas.text.block(percentage, font)
            x -= Double(block.width)
            canvas.draw(block, x: x, y: middle - Double(block.height) / 2, ink)
            x -= 8
        }
        for icon in icons.reversed() {
            x -= side
            canvas.draw(icon, in: Rect(x: x, y: middle - side / 2, width: side, height: side), ink)
            x -= 10
        }
    }

    /// The line of gesture navigation.
    static func drawGestureLine(_ canvas: Canvas, ink: RGBA) {
        let width = 108 * Screen.scale
        let line = Rect(
            x: (Double(Screen.width) - width) / 2,
            y: Double(Screen.height) - 14 * Screen.scale,
            width: width,
            height: 4 * Screen.scale
        )
        canvas.fill(line, ink, radius: line.height / 2)
    }
}
