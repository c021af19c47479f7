// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media

@testable import SimDevice

/// A device without a connection, for tests of what is on its display.
final class Phone {
    let system: DeviceSystem
    let windows: WindowManager
    private let folder: String

    init(apps: [any App.Type] = AppRegistry.standard + [NotesDemo.self], seed: UInt64 = 0) throws {
        folder = NSTemporaryDirectory() + "phone-\(UUID().uuidString)"
        system = try DeviceSystem(root: folder, clock: DeviceClock(mode: .stepped), seed: seed)
        system.settings.apply(defaults: [
            .global: [
                "wifi_on": "1", "bluetooth_on": "0", "airplane_mode_on": "0", "mobile_data": "1", "auto_time": "0",
            ],
            .system: ["screen_brightness": "102", "time_12_24": "24", "screen_off_timeout": "60000"],
            .secure: ["ui_night_mode": "1"],
        ])
        windows = WindowManager(system: system, apps: apps)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The nodes of the active window that are listed and in sight.
    var nodes: [Node] {
        var found: [Node] = []
        windows.activeWindow?.root.forEach { if !$0.view.className.isEmpty && !$0.visible.isEmpty { found.append($0) } }
        return found
    }

    /// The first node with this text, description or resource id.
    func find(_ words: String) -> Node? {
        nodes.first { $0.view.shownText == words || $0.view.contentDescription == words || $0.view.resourceID == words }
    }

    func shows(_ words: String) -> Bool { find(words) != nil }

    /// Touches the middle of the node with these words. False when there is none.
    @discardableResult
    func tap(_ words: String, long: Bool = false) -> Bool {
        guard let node = find(words) else { return false }
        if long {
            windows.longPress(x: node.visible.centerX, y: node.visible.centerY)
        } else {
            windows.tap(x: node.visible.centerX, y: node.visible.centerY)
        }
        return true
    }

    /// Moves the list until the words are in sight, then touches them.
    @discardableResult
    func scrollAndTap(_ words: String) -> Bool {
        let high = system.display.height
        for _ in 0..<12 where !shows(words) {
            windows.swipe(x1: 540, y1: high * 19 / 24, x2: 540, y2: high * 9 / 24, ms: 300)
        }
        return tap(words)
    }

    func open(_ package: String) {
        windows.start(
            Intent(
                action: "android.intent.action.MAIN",
                package: package,
                categories: ["android.intent.category.LAUNCHER"]
            )
        )
    }

    var xml: String { String(decoding: windows.hierarchy(), as: UTF8.self) }
}
