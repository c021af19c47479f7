// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import SimDevice

@Suite("Shared preferences") struct SharedPreferencesTests {
    @Test("every kind of value is read back as it was written")
    func roundTrip() throws {
        let robot = try Robot()
        var written = SharedPreferences(robot.system.files, package: "org.example")
        written["text"] = .string("a <b> & \"c\"\nd 🙂")
        written["int"] = .int(-7)
        written["long"] = .long(.max)
        written["on"] = .boolean(true)
        written["set"] = .strings(["1", "<2>"])
        written["none"] = .strings([])
        try written.save()
        let read = SharedPreferences(robot.system.files, package: "org.example")
        #expect(read.values == written.values)
    }

    @Test("a file of any bytes is read without harm")
    func fuzz() throws {
        let robot = try Robot()
        var random = SeededRandom(seed: 1, name: "preferences")
        let whole = Array(
            "<map><int name=\"a\" value=\"1\" /><string name=\"b\">x&#65;&lt;</string><set name=\"c\"><string>1</string></set></map>"
                .utf8
        )
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<4 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes = Array(bytes.prefix(Int(random.next() % UInt64(bytes.count + 1))))
            let path = "/data/data/p/shared_prefs/p_preferences.xml"
            try robot.system.files.write(bytes, to: path)
            let read = SharedPreferences(robot.system.files, package: "p")
            #expect(read.values.count <= 3)
        }
    }
}
