// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SimDevice

@Suite("Phone app") struct DialerAppTests {
    private func robot() throws -> Robot {
        let robot = try Robot()
        for (given, number, starred) in [("Zoe", "5550199", true), ("Yuki", "5550177", false)] {
            var person = ContactsStore.Contact()
            person.given = given
            person.phones = [.init(number, type: 2)]
            person.starred = starred
            _ = try robot.system.contacts.insert(person)
        }
        robot.open(DialerApp.package)
        return robot
    }

    @Test("the pad dials, the call page comes up, and the call ends up in the log")
    func dial() throws {
        let robot = try robot()
        #expect(robot.sees("Your call log is empty"))
        try robot.tap("key pad")
        for key in ["five", "five", "five", "zero", "one", "nine", "nine"] { try robot.tap(key) }
        #expect(robot.text("digits") == "5550199" && robot.sees("Zoe"))
        try robot.tap("backspace")
        #expect(robot.text("digits") == "555019")
        try robot.tap("nine")
        try robot.tap("dial")
        #expect(robot.windows.foreground?.activity == InCallApp.activity && robot.sees("Calling…"))
        try robot.tap("End call")
        #expect(robot.windows.foreground?.activity == DialerApp.mainActivity)
        #expect(robot.text("call_log_title") == "Zoe" && robot.sees("Outgoing • Just now"))
        robot.windows.forceStop(DialerApp.package)
        robot.open(DialerApp.package)
        #expect(robot.text("call_log_title") == "Zoe")
        try robot.menu("Clear call history")
        try robot.tap("OK")
        #expect(robot.sees("Your call log is empty"))
    }

    @Test("favourites and search call who is touched; the contacts tab shows the person")
    func people() throws {
        let robot = try robot()
        try robot.tap("Favorites")
        #expect(robot.sees("Zoe") && !robot.sees("Yuki"))
        try robot.tap("Zoe")
        #expect(robot.system.telephony.calls.map(\.number) == ["5550199"])
        try robot.tap("End call")
        try robot.tap("Search contacts & places")
        try robot.fill("Search contacts & places", "yu")
        #expect(robot.sees("5550177") && !robot.sees("5550199"))
        try robot.tap("Yuki")
        #expect(robot.system.telephony.calls.map(\.number) == ["5550177"])
        try robot.tap("End call")
        try robot.tap("Contacts")
        try robot.tap("Yuki")
        #expect(robot.windows.foreground?.package == ContactsApp.package)
    }

    @Test("a link with a number opens the pad with it and calls nobody")
    func link() throws {
        let robot = try robot()
        robot.windows.start(Intent(action: "android.intent.action.DIAL", dataURI: "tel:%2B1 555-0100"))
        #expect(robot.text("digits") == "+15550100" && robot.system.telephony.calls.isEmpty)
        robot.back()
        #expect(robot.text("digits") == nil && robot.sees("Recents"))
    }
}
