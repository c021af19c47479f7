// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import SimDevice

@Suite("Apps under random touches") struct MonkeyTests {
    /// What was done and what was then on the display, for a number of random touches.
    private func play(_ package: String, seed: UInt64, steps: Int) throws -> [UInt8] {
        let robot = try Robot()
        for name in ["Music/a.mp3", "Download/b.txt", "Download/c/d.txt"] {
            try robot.system.files.write("x", to: "/sdcard/" + name)
        }
        for name in ["Ann", "Bob", "Cy"] {
            try robot.system.contacts.insert(.init(given: name, phones: [.init("555", type: 1)]))
        }
        robot.open(package)
        var random = SeededRandom(seed: seed, name: package)
        for _ in 0..<steps {
            if robot.windows.foreground?.package != package { robot.open(package) }
            let nodes = robot.nodes.filter { $0.view.flags.contains(.clickable) }
            guard let node = nodes.randomElement(using: &random) else {
                robot.back()
                continue
            }
            switch Int.random(in: 0..<20, using: &random) {
            case 0: robot.back()
            case 1: robot.wait(Int64.random(in: 1...100_000_000, using: &random))
            case 2, 3: robot.windows.longPress(x: node.visible.centerX, y: node.visible.centerY)
            case 4: robot.windows.swipe(x1: 540, y1: 1800, x2: 540, y2: 800)
            case 5, 6: robot.windows.type(["a", "12", " ", "é"][Int.random(in: 0..<4, using: &random)])
            default: robot.windows.tap(x: node.visible.centerX, y: node.visible.centerY)
            }
            #expect(!robot.windows.hierarchy().isEmpty)
        }
        return robot.windows.hierarchy()
    }

    @Test(
        "no touch harms an app, and the same touches give the same display",
        arguments: [DeskClock.package, ContactsApp.package, FilesApp.package, MessagesApp.package]
    )
    func touches(package: String) throws {
        for seed in 0..<3 as Range<UInt64> {
            #expect(try play(package, seed: seed, steps: 150) == play(package, seed: seed, steps: 150))
        }
    }
}
