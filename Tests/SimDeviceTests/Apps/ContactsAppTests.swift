// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SimDevice

@Suite("Contacts app") struct ContactsAppTests {
    private typealias Contact = ContactsStore.Contact

    private func robot(_ people: [(String, String, String)] = []) throws -> Robot {
        let robot = try Robot()
        for (given, family, phone) in people {
            try robot.system.contacts.insert(Contact(given: given, family: family, phones: [.init(phone, type: 2)]))
        }
        robot.open(ContactsApp.package)
        return robot
    }

    @Test("a new contact is stored and its page is shown")
    func create() throws {
        let robot = try robot()
        try robot.tap("Create contact")
        try robot.fill("First name", "Ada")
        try robot.fill("Last name", "Lovelace")
        try robot.fill("Phone", "+44 20 7946 0958")
        try robot.tap("Save")
        let stored = try #require(try robot.system.contacts.all().first)
        #expect(stored.display == "Ada Lovelace")
        #expect(stored.phones == [.init("+44 20 7946 0958", type: 2)])
        #expect(robot.text("large_title") == "Ada Lovelace")
        robot.back()
        #expect(robot.sees("Search contacts") && robot.sees("Ada Lovelace"))
    }

    @Test("the label of a number is chosen from a menu and shown beside the field")
    func label() throws {
        let robot = try robot()
        try robot.tap("Create contact")
        try robot.fill("Phone", "555 1234")
        try robot.tap("Mobile Phone")
        try robot.tap("Work")
        #expect(robot.sees("Work Phone") && robot.sees("Work"))
        try robot.fill("First name", "Bo")
        try robot.tap("Save")
        #expect(try robot.system.contacts.all().first?.phones.first?.type == 3)
        #expect(robot.sees("Work"))
    }

    @Test("an editor with changes asks before it is left")
    func discard() throws {
        let robot = try robot()
        try robot.tap("Create contact")
        try robot.fill("First name", "Ada")
        try robot.tap("Close")
        #expect(robot.sees("Discard changes?"))
        try robot.tap("Keep editing")
        #expect(robot.sees("Ada"))
        try robot.tap("Close")
        try robot.tap("Discard")
        #expect(robot.sees("Create contact"))
        #expect(try robot.system.contacts.all().isEmpty)
        try robot.tap("Create contact")
        try robot.tap("Close")
        #expect(robot.sees("open_search_bar"))
    }

    @Test("nothing is saved where nothing was typed")
    func empty() throws {
        let robot = try robot()
        try robot.tap("Create contact")
        try robot.tap("Save")
        #expect(robot.message == "Add info to save as a contact")
        #expect(try robot.system.contacts.all().isEmpty)
    }

    @Test("an INSERT intent opens the editor filled in")
    func insert() throws {
        let robot = try Robot()
        _ = robot.windows.start(
            Intent(
                action: "android.intent.action.INSERT",
                mimeType: "vnd.android.cursor.dir/contact",
                extras: ["name": "Grace Brewster Hopper", "phone": "5550100"]
            )
        )
        #expect(robot.sees("Grace Brewster") && robot.sees("Hopper") && robot.sees("5550100"))
        try robot.tap("Save")
        #expect(try robot.system.contacts.all().map(\.display) == ["Grace Brewster Hopper"])
    }

    @Test("a contact is edited, starred and deleted from its page")
    func change() throws {
        let robot = try robot([("Ada", "Lovelace", "1")])
        try robot.tap("Ada Lovelace")
        try robot.tap("Add to favorites")
        try robot.tap("Edit contact")
        try robot.fill("Lovelace", "Byron")
        try robot.tap("Save")
        let stored = try #require(try robot.system.contacts.all().first)
        #expect(stored.display == "Ada Byron" && stored.starred)
        #expect(robot.text("large_title") == "Ada Byron")
        try robot.menu("Delete")
        #expect(robot.sees("Delete this contact?"))
        try robot.tap("Cancel")
        #expect(try robot.system.contacts.all().count == 1)
        try robot.menu("Delete")
        try robot.tap("Delete")
        #expect(try robot.system.contacts.all().isEmpty)
        #expect(robot.sees("open_search_bar"))
    }

    @Test("a long press selects, and the selected are deleted together")
    func select() throws {
        let robot = try robot([("Ann", "A", "1"), ("Bob", "B", "2"), ("Cy", "C", "3")])
        try robot.hold("Ann A")
        #expect(robot.sees("1 selected"))
        try robot.tap("Cy C")
        #expect(robot.sees("2 selected"))
        try robot.tap("Delete")
        try robot.tap("Delete")
        #expect(try robot.system.contacts.all().map(\.display) == ["Bob B"])
        #expect(robot.sees("Bob B") && !robot.sees("Ann A"))
    }

    @Test("the list has a letter over the first name of each, and the search finds numbers")
    func list() throws {
        let robot = try robot([("Ann", "A", "1"), ("Al", "Z", "222"), ("Bob", "B", "333")])
        #expect(robot.texts.filter { $0 == "A" }.count == 1)
        try robot.tap("open_search_bar")
        robot.windows.type("33")
        #expect(robot.sees("Bob B") && !robot.sees("Ann A"))
        robot.back()
        robot.back()
        #expect(robot.sees("Ann A"))
    }

    @Test("a number is handed to the telephone app")
    func call() throws {
        let robot = try robot([("Ann", "A", "5550100")])
        try robot.tap("Ann A")
        try robot.tap("5550100")
        #expect(robot.message == nil)
        #expect(robot.windows.foreground?.package == DialerApp.package)
    }

    @Test("force-stop drops what was typed and keeps what was stored")
    func forceStop() throws {
        let robot = try robot([("Ann", "A", "1")])
        try robot.tap("Create contact")
        try robot.fill("First name", "Lost")
        robot.windows.forceStop(ContactsApp.package)
        robot.open(ContactsApp.package)
        #expect(robot.sees("Ann A") && !robot.sees("Lost"))
    }
}
