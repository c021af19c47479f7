// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Testing

@testable import SimDevice

@Suite("Messages app") struct MessagesAppTests {
    private func robot(_ incoming: [(String, String)] = []) throws -> Robot {
        let robot = try Robot()
        for (number, text) in incoming {
            try robot.system.messages.add(address: number, body: text, box: .inbox)
            robot.system.clock.advance(60_000)
        }
        robot.open(MessagesApp.package)
        return robot
    }

    private func sent(_ robot: Robot) throws -> [String] {
        try robot.system.messages.all(.sent).map { "\($0.address): \($0.body)" }
    }

    @Test("a message to a typed number is stored as sent, with the device's time")
    func send() throws {
        let robot = try robot()
        #expect(robot.sees("No stored conversations have been found"))
        try robot.tap("conversations_fab")
        #expect(!robot.sees("Confirm"))
        try robot.fill("Add Contact or Number…", "+15550100200")
        try robot.tap("Confirm")
        try robot.fill("Type a message…", "Hello there\n")
        try robot.tap("SMS")
        let message = try #require(try robot.system.messages.all(.sent).first)
        #expect(message.address == "+15550100200" && message.body == "Hello there")
        #expect(message.date == robot.system.clock.now)
        #expect(robot.texts.contains("Hello there") && robot.sees("Type a message…"))
        try robot.tap("Navigate up")
        try robot.tap("Navigate up")
        #expect(robot.text("conversation_address") == "+15550100200")
    }

    @Test("a contact is chosen from the list, by name or by a part of the number")
    func contact() throws {
        let robot = try robot()
        for (name, number) in [("Ada", "+15550100200"), ("Bob", "+15557777777")] {
            try robot.system.contacts.insert(.init(given: name, phones: [.init(number, type: 2)]))
        }
        try robot.tap("conversations_fab")
        #expect(robot.sees("Ada") && robot.sees("Bob"))
        robot.windows.type("777")
        #expect(!robot.sees("Ada"))
        try robot.tap("Bob")
        #expect(robot.sees("Bob") && robot.sees("Dial number"))
        try robot.fill("Type a message…", "Hi")
        try robot.tap("SMS")
        #expect(try sent(robot) == ["+15557777777: Hi"])
    }

    @Test("an answer goes to the number that wrote, and what was read is marked")
    func reply() throws {
        let robot = try robot([("+15550000001", "First"), ("+15550000002", "Second")])
        let titles = robot.nodes.filter { $0.view.resourceID.hasSuffix("conversation_address") }.map(\.view.text)
        #expect(titles == ["+15550000002", "+15550000001"])
        try robot.tap("+15550000001")
        #expect(robot.sees("First") && !robot.sees("Second"))
        #expect(try robot.system.messages.all(.inbox).filter(\.read).map(\.body) == ["First"])
        try robot.fill("Type a message…", "Yes")
        try robot.tap("SMS")
        #expect(try sent(robot) == ["+15550000001: Yes"])
        #expect(Set(try robot.system.messages.all().map(\.thread)).count == 2)
    }

    @Test("a message that comes in is shown at once, and read only where its conversation is in front")
    func incoming() throws {
        let robot = try robot([("+15550000001", "First")])
        try robot.tap("+15550000001")
        try robot.system.messages.add(address: "+15550000001", body: "Now", box: .inbox)
        robot.wait(1)
        #expect(robot.sees("Now"))
        #expect(try robot.system.messages.all().allSatisfy(\.read))
        robot.windows.goHome()
        try robot.system.messages.add(address: "+15550000001", body: "Later", box: .inbox)
        robot.wait(1)
        #expect(try robot.system.messages.all().filter { !$0.read }.map(\.body) == ["Later"])
    }

    @Test("a long conversation shows its end, and can be scrolled back")
    func long() throws {
        let robot = try robot((1...40).map { ("+15550000001", "Line \($0)") })
        try robot.tap("+15550000001")
        #expect(robot.sees("Line 40") && !robot.sees("Line 1"))
        for _ in 0..<12 { robot.windows.swipe(x1: 540, y1: 700, x2: 540, y2: 1700) }
        #expect(robot.sees("Line 1") && !robot.sees("Line 40"))
        try robot.fill("Type a message…", "New")
        try robot.tap("SMS")
        #expect(robot.sees("New"))
    }

    @Test("what is typed and not sent stands there again")
    func draft() throws {
        let robot = try robot([("+15550000001", "First")])
        try robot.tap("+15550000001")
        try robot.fill("Type a message…", "Half a")
        try robot.tap("Navigate up")
        #expect(robot.sees("Draft:") && robot.sees("Half a"))
        #expect(try sent(robot).isEmpty)
        try robot.tap("+15550000001")
        try robot.fill("Half a", "Whole")
        try robot.tap("SMS")
        #expect(try robot.system.messages.all().map(\.body) == ["Whole", "First"])
    }

    @Test("in airplane mode nothing is sent, and a touch tries again")
    func failing() throws {
        let robot = try robot([("+15550000001", "First")])
        robot.system.setRadio(.airplane, true)
        try robot.tap("+15550000001")
        try robot.fill("Type a message…", "Lost")
        try robot.tap("SMS")
        #expect(try sent(robot).isEmpty)
        #expect(robot.sees("Not sent. Touch to retry."))
        robot.system.setRadio(.airplane, false)
        try robot.tap("Lost")
        #expect(try sent(robot) == ["+15550000001: Lost"])
        #expect(!robot.sees("Not sent. Touch to retry."))
    }

    @Test("a message is selected by a long press, copied, forwarded and deleted")
    func select() throws {
        let robot = try robot([("+15550000001", "Take this"), ("+15550000001", "Leave this")])
        try robot.tap("+15550000001")
        try robot.hold("Take this")
        #expect(robot.sees("1 / 2"))
        try robot.tap("Copy to clipboard")
        #expect(robot.system.clipboard == "Take this")
        try robot.hold("Take this")
        try robot.menu("Forward message")
        try robot.fill("Add Contact or Number…", "5550199")
        try robot.tap("Confirm")
        #expect(robot.text("thread_type_message") == "Take this")
        try robot.tap("SMS")
        #expect(try sent(robot) == ["5550199: Take this"])
        for _ in 0..<2 { try robot.tap("Navigate up") }
        try robot.hold("Take this")
        try robot.tap("Delete")
        try robot.tap("Yes")
        #expect(try robot.system.messages.all(.inbox).map(\.body) == ["Leave this"])
    }

    @Test("conversations are found, and deleted after a question")
    func conversations() throws {
        let robot = try robot([("+15550000001", "Red apple"), ("+15550000002", "Green pear")])
        try robot.tap("main_menu")
        robot.windows.type("pear")
        #expect(robot.sees("+15550000002") && !robot.sees("+15550000001"))
        robot.windows.keyboardShown = false
        robot.back()
        try robot.hold("+15550000001")
        #expect(robot.sees("1 / 2"))
        try robot.tap("Delete")
        try robot.tap("No")
        #expect(try robot.system.messages.all().count == 2)
        try robot.tap("Delete")
        try robot.tap("Yes")
        #expect(try robot.system.messages.all().map(\.body) == ["Green pear"])
        let threads = try robot.system.messages.database.read {
            try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM threads")
        }
        #expect(threads == 1)
    }

    @Test("a SENDTO intent opens the conversation with its text")
    func intent() throws {
        let robot = try Robot()
        _ = robot.windows.start(
            Intent(
                action: "android.intent.action.SENDTO",
                dataURI: "sms:%2B15550100",
                extras: ["sms_body": "See you"]
            )
        )
        #expect(robot.text("thread_type_message") == "See you")
        try robot.tap("SMS")
        #expect(try sent(robot) == ["+15550100: See you"])
    }

    @Test("a notification opens its conversation, and goes when that is read")
    func notification() throws {
        let robot = try robot([("+15550000001", "First"), ("+15550000002", "Second")])
        let thread = ComponentName(package: MessagesApp.package, activity: MessagesApp.threadActivity)
        for number in ["+15550000001", "+15550000002"] {
            robot.system.notifications.post(
                package: MessagesApp.package,
                title: number,
                text: "…",
                opens: thread,
                uri: "sms:" + number
            )
        }
        let item = try #require(robot.system.notifications.items.first { $0.title == "+15550000001" })
        _ = robot.windows.start(item.intent)
        #expect(robot.sees("First") && !robot.sees("Second"))
        #expect(robot.system.notifications.items.map(\.title) == ["+15550000002"])
    }

    @Test("force-stop drops what was typed; another database in its place is seen")
    func replaced() throws {
        let robot = try robot([("+15550000001", "Old")])
        try robot.tap("+15550000001")
        try robot.fill("Type a message…", "Lost")
        robot.windows.forceStop(MessagesApp.package)
        let path = try robot.system.files.hostPath(MessageStore.path)
        try FileManager.default.removeItem(atPath: path)
        let other = try DatabaseQueue(path: path)
        try other.write { db in
            try MessageStore.create(db)
            try db.execute(sql: "INSERT INTO sms (address, date, body, type) VALUES ('+15550000009', 1, 'New', 1)")
        }
        try other.close()
        robot.open(MessagesApp.package)
        #expect(robot.sees("+15550000009") && robot.sees("New") && !robot.sees("+15550000001"))
        #expect(!robot.sees("Lost"))
    }
}
