// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import SimDevice

@Suite("What lies under the screen")
struct SystemTests {
    @Test("settings survive a restart and go back to the image's values")
    func settings() throws {
        let device = try TestDevice()
        device.system.settings.put(.system, "screen_brightness", "7")
        let again = SettingsStore(files: device.files)
        #expect(again.get(.system, "screen_brightness") == "7")
        device.system.settings.reset(.system)
        #expect(device.system.settings.get(.system, "screen_brightness") == "102")
    }

    @Test("airplane mode turns radios off and leaving it brings them back")
    func radios() throws {
        let device = try TestDevice()
        defer { withExtendedLifetime(device) {} }
        let system = device.system
        system.setRadio(.airplane, true)
        #expect(!system.isOn(.wifi) && !system.isOn(.bluetooth) && !system.isOn(.mobileData))
        system.setRadio(.wifi, true)
        #expect(system.settings.get(.global, "wifi_on") == "2")
        system.setRadio(.airplane, false)
        #expect(system.settings.get(.global, "wifi_on") == "1")
        #expect(system.isOn(.bluetooth) && system.isOn(.mobileData))
    }

    @Test("contacts are stored, found, changed and removed")
    func contacts() throws {
        let device = try TestDevice()
        defer { withExtendedLifetime(device) {} }
        let store = device.system.contacts
        let id = try store.insert(
            .init(
                given: "Zoë",
                family: "Quill",
                company: "Ink",
                phones: [.init("(555) 123-4567", type: 2)],
                emails: [.init("z@example.com", type: 2)]
            )
        )
        var contact = try #require(try store.get(id))
        #expect(contact.display == "Zoë Quill")
        #expect(try store.search("5551234").map(\.id) == [id])
        #expect(try store.search("quill").map(\.id) == [id])
        contact.phones = []
        contact.starred = true
        #expect(try store.update(contact))
        #expect(try store.get(id) == contact)
        #expect(try store.delete(id))
        #expect(try store.get(id) == nil)
        #expect(try !store.delete(id))
    }

    @Test("a database that was exchanged behind the back is read anew")
    func exchanged() throws {
        let device = try TestDevice()
        let before = try device.system.contacts.all().count
        let copy = try device.files.read(ContactsStore.path)
        try device.system.contacts.insert(.init(given: "New"))
        #expect(try device.system.contacts.all().count == before + 1)
        try device.files.write(copy, to: ContactsStore.path)
        #expect(try device.system.contacts.all().count == before)
    }

    @Test("a stepped clock stands still until it is moved")
    func clock() throws {
        let clock = DeviceClock(mode: .stepped)
        #expect(clock.now == DeviceClock.start)
        clock.advance(1500)
        clock.set(5000)
        clock.advance(10)
        #expect(clock.now == 5010)
        #expect(clock.uptime == 1510)
    }

    @Test("snapshots copy nothing that did not change, and bring everything back")
    func snapshots() async throws {
        let device = try TestDevice()
        let store = try SnapshotStore(folder: device.folder + "/snapshots", files: device.files)
        func save(_ name: String) throws {
            device.system.closeDatabases()
            try store.save(name, clock: device.system.clock.now, properties: [:])
        }
        func load(_ name: String) throws {
            device.system.closeDatabases()
            _ = try store.load(name)
            device.system.reload()
        }
        try save("a")
        #expect(store.copied > 10)
        try save("b")
        #expect(store.copied == 0)
        try load("a")
        #expect(store.copied == 0)
        let before = await device.run("find / | sort; cat /sdcard/Documents/*; settings list system; ls -lR /sdcard")
            .out
        _ = await device.run(
            "rm -r /sdcard/Documents; echo x > /sdcard/new; ln -s /data /sdcard/link; settings put system screen_brightness 3; chmod 777 /sdcard/Download/museum_tickets.txt"
        )
        try device.system.contacts.insert(.init(given: "Extra"))
        let people = try device.system.contacts.all().count
        try load("a")
        #expect(store.copied > 0)
        #expect(
            await device.run("find / | sort; cat /sdcard/Documents/*; settings list system; ls -lR /sdcard").out
                == before
        )
        #expect(try device.system.contacts.all().count == people - 1)
        #expect(throws: DroidError.self) { try store.load("none") }
        #expect(throws: DroidError.self) { try store.load("../a") }
    }

    @Test("saving and loading the default image is quick")
    func snapshotSpeed() throws {
        let device = try TestDevice()
        let store = try SnapshotStore(folder: device.folder + "/snapshots", files: device.files)
        device.system.closeDatabases()
        try store.save("a", clock: 0, properties: [:])
        _ = try store.load("a")
        // Work is counted, not time: no byte is copied for a tree that did not change.
        #expect(store.copied == 0)
    }
}
