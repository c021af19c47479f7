// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media
import Testing

@testable import SimDevice

@Suite("A display that turns")
struct RotationTests {
    /// The rectangles of all nodes in a dump, and its rotation.
    private func read(_ xml: String) -> (rotation: String, boxes: [Bounds]) {
        let rotation = xml.firstMatch(of: /<hierarchy rotation="(\d)">/).map { String($0.1) } ?? ""
        let boxes = xml.matches(of: /bounds="\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]"/).map { match in
            Bounds(
                left: Int(match.1) ?? 0,
                top: Int(match.2) ?? 0,
                right: Int(match.3) ?? 0,
                bottom: Int(match.4) ?? 0
            )
        }
        return (rotation, boxes)
    }

    @Test("dump, picture, tools and touches agree at each rotation", arguments: 0...3)
    func agrees(rotation: Int) async throws {
        let device = try TestDevice()
        _ = await device.run("wm user-rotation lock \(rotation); am start -a android.settings.SETTINGS")
        #expect(await device.run("wm user-rotation").out == "lock \(rotation)\n")
        let (width, height) = rotation % 2 == 1 ? (2400, 1080) : (1080, 2400)
        let dump = read(await device.run("uiautomator dump /dev/tty").out)
        #expect(dump.rotation == "\(rotation)" && dump.boxes.count > 10)
        #expect(dump.boxes.first == Bounds(left: 0, top: 0, right: width, bottom: height))
        for box in dump.boxes { #expect(box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height) }
        let picture = device.context.windows.screenshot()
        #expect(picture.width == width && picture.height == height)
        #expect(await device.run("wm size").out == "Physical size: 1080x2400\n")
        #expect(await device.run("dumpsys window").out.contains("mCurrentRotation=ROTATION_\(rotation * 90) "))
        let input = await device.run("dumpsys input").out
        #expect(input.contains("SurfaceOrientation: \(rotation)\n"))
        #expect(input.contains("orientation=\(rotation), logicalFrame=[0, 0, \(width), \(height)]"))
        let display = await device.run("dumpsys display").out
        #expect(display.contains("orientation=\(rotation), logicalFrame=Rect(0, 0 - \(width), \(height))"))
        #expect(display.contains("deviceWidth=\(width), deviceHeight=\(height)"))
        let stack = await device.run("am stack list").out
        #expect(stack.contains("bounds=[0,0][\(width),\(height)]"))
        #expect(stack.contains("mDisplayRotation=ROTATION_\(rotation * 90)"))
        // A touch in the middle of a row goes to that row.
        let row = try #require(device.context.windows.activeWindow?.root.first { $0.view.text == "Network & internet" })
        _ = await device.run("input tap \(row.visible.centerX) \(row.visible.centerY)")
        #expect(await device.run("uiautomator dump /dev/tty").out.contains("content-desc=\"Network &amp; internet\""))
        // Gestures count from the edges as they are now.
        _ = await device.run("input swipe \(width / 2) \(height - 10) \(width / 2) \(height / 3)")
        #expect(device.context.windows.atHome)
        _ = await device.run("input swipe \(width / 2) 10 \(width / 2) \(height * 2 / 3)")
        #expect(device.context.windows.panel == .notifications)
    }

    @Test("sensors turn it only where auto-rotation is on, and never upside down")
    func sensors() throws {
        let phone = try Phone()
        phone.system.hardware.hold(1)
        #expect(phone.system.display.rotation == 0)
        phone.system.settings.put(.system, "accelerometer_rotation", "1")
        #expect(phone.system.display.rotation == 1)
        phone.system.hardware.hold(2)
        #expect(phone.system.display.rotation == 1)
        phone.system.hardware.hold(3)
        #expect(phone.system.display.rotation == 3)
        #expect(phone.xml.contains("<hierarchy rotation=\"3\">"))
        // The tile of the quick settings puts it upright.
        phone.windows.expandQuickSettings()
        phone.tap("Auto-rotate")
        #expect(phone.system.settings.get(.system, "accelerometer_rotation") == "0")
        #expect(phone.system.display.rotation == 0 && phone.xml.contains("<hierarchy rotation=\"0\">"))
        // What is no rotation is none.
        phone.system.settings.put(.system, "user_rotation", "7")
        #expect(phone.system.display.rotation == 0)
    }

    @Test("what an app shows stays when the display turns, and the keyboard with its field")
    func keeps() throws {
        let phone = try Phone()
        try phone.system.contacts.insert(.init(given: "Ann"))
        phone.open("com.google.android.contacts")
        phone.tap("Create contact")
        phone.windows.type("Bo")
        #expect(phone.windows.keyboardShown)
        phone.system.settings.put(.system, "user_rotation", "1")
        #expect(phone.xml.contains("rotation=\"1\"") && phone.windows.keyboardShown)
        phone.windows.type("b")
        #expect(phone.xml.contains("text=\"Bob\""))
        let keyboard = try #require(phone.windows.windows().first { $0.kind == .keyboard })
        #expect(keyboard.root.frame.bottom == 1080 && keyboard.root.frame.right == 2400)
        // The field is above the keyboard.
        let field = try #require(phone.windows.focusedField)
        #expect(!field.visible.isEmpty && field.visible.bottom <= keyboard.root.frame.top)
        phone.system.settings.put(.system, "user_rotation", "0")
        #expect(phone.xml.contains("text=\"Bob\""))
    }

    @Test("no touch harms a turned display, and the same touches give the same one")
    func monkey() throws {
        func play(_ seed: UInt64) throws -> [UInt8] {
            let robot = try Robot()
            var random = SeededRandom(seed: seed, name: "rotation")
            for step in 0..<200 {
                if step % 10 == 0 {
                    robot.system.settings.put(.system, "user_rotation", "\(Int.random(in: 0...3, using: &random))")
                }
                if step % 40 == 0 {
                    robot.open(
                        [SettingsApp.self, DeskClock.self, ContactsApp.self, FilesApp.self].map { (app: any App.Type) in
                            app.manifest.package
                        }[step / 40 % 4]
                    )
                }
                let display = robot.system.display
                let nodes = robot.nodes.filter { $0.view.flags.contains(.clickable) }
                for node in robot.nodes {
                    #expect(display.bounds.intersection(node.visible) == node.visible)
                }
                if let node = nodes.randomElement(using: &random), Int.random(in: 0..<5, using: &random) > 0 {
                    robot.windows.tap(x: node.visible.centerX, y: node.visible.centerY)
                } else {
                    robot.back()
                }
            }
            return robot.windows.hierarchy()
        }
        for seed in 0..<2 as Range<UInt64> { #expect(try play(seed) == play(seed)) }
    }
}
