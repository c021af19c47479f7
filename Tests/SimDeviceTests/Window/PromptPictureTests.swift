// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media
import Testing

@testable import SimDevice

/// Draws what the console brings up, upright and sideways, into the folder that `SIM_PICTURES` names.
@Suite struct PromptPictureTests {
    private static let folder = ProcessInfo.processInfo.environment["SIM_PICTURES"]

    private func keep(_ phone: Phone, _ name: String) throws {
        let picture = phone.windows.screenshot()
        let display = phone.system.display
        #expect(picture.width == display.width && picture.height == display.height)
        phone.windows.activeWindow?.root.forEach { node in
            #expect(display.bounds.intersection(node.visible) == node.visible || node.visible.isEmpty)
        }
        guard let folder = Self.folder else { return }
        try FileBytes.write(try PNG.encode(picture, effort: .fast), to: "\(folder)/\(name).png")
        try FileBytes.write(phone.windows.hierarchy(), to: "\(folder)/\(name).xml")
    }

    @Test(arguments: [0, 1, 3]) func everythingCanBeDrawnAtEachRotation(rotation: Int) throws {
        let phone = try Phone()
        phone.system.settings.put(.system, "user_rotation", "\(rotation)")
        let name = { (page: String) in "r\(rotation)-\(page)" }
        try keep(phone, name("home"))
        phone.windows.swipe(x1: 540, y1: 800, x2: 540, y2: 200, ms: 300)
        try keep(phone, name("drawer"))
        phone.windows.back()
        phone.open("com.android.settings")
        try keep(phone, name("settings"))
        phone.tap("com.android.settings:id/search_action_bar")
        phone.windows.type("wi")
        try keep(phone, name("keyboard"))
        phone.windows.back()
        phone.windows.start(Intent(action: "android.settings.DISPLAY_SETTINGS"))
        phone.scrollAndTap("Screen timeout")
        try keep(phone, name("choice"))
        phone.windows.back()
        phone.windows.start(Intent(action: "android.settings.DATE_SETTINGS"))
        phone.scrollAndTap("Time")
        try keep(phone, name("time"))
        phone.windows.back()
        phone.scrollAndTap("Date")
        try keep(phone, name("date"))
        phone.windows.back()
        phone.windows.expandNotifications()
        try keep(phone, name("shade"))
        phone.windows.expandQuickSettings()
        try keep(phone, name("quick"))
        phone.windows.openRecents()
        try keep(phone, name("recents"))
        phone.windows.goHome()
        for tab in ["Alarm", "Clock", "Timer", "Stopwatch"] {
            phone.open("com.google.android.deskclock")
            phone.tap(tab)
            try keep(phone, name("clock-\(tab.lowercased())"))
        }
        phone.open("com.google.android.contacts")
        try keep(phone, name("contacts"))
        phone.tap("Create contact")
        phone.windows.type("Ann")
        try keep(phone, name("contacts-new"))
        phone.windows.goHome()
        phone.open("com.google.android.documentsui")
        try keep(phone, name("files"))
    }

    @Test(arguments: [0, 1]) func everyQuestionCanBeDrawn(rotation: Int) throws {
        let phone = try Phone()
        phone.system.settings.put(.system, "user_rotation", "\(rotation)")
        let name = { (page: String) in "q\(rotation)-\(page)" }
        try phone.system.contacts.insert(
            .init(given: "Ines", family: "Moreau", phones: [.init("(555) 010-7713", type: 2)])
        )
        phone.open("com.google.android.contacts")
        let contacts = "com.google.android.contacts"
        for permission in ["READ_CONTACTS", "ACCESS_FINE_LOCATION", "CAMERA"] {
            phone.windows.bring(.permission(package: contacts, permission: "android.permission." + permission))
            try keep(phone, name("permission-" + permission.lowercased()))
            phone.windows.back()
        }
        phone.windows.bring(.crash(package: contacts))
        try keep(phone, name("crash"))
        #expect(phone.tap("Close app"))
        phone.windows.bring(.anr(package: contacts))
        try keep(phone, name("anr"))
        #expect(phone.tap("Wait"))
        phone.windows.debuggingKeys = ["A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90"]
        try keep(phone, name("debugging"))
        #expect(phone.tap("Cancel"))
        phone.system.telephony.begin("5550107713", outgoing: false)
        try keep(phone, name("call-incoming"))
        #expect(phone.tap("Answer"))
        phone.system.clock.advance(83_000)
        phone.windows.timePassed()
        try keep(phone, name("call-active"))
        phone.tap("Hold")
        try keep(phone, name("call-held"))
        phone.windows.expandNotifications()
        try keep(phone, name("call-shade"))
        phone.windows.collapsePanels()
        #expect(phone.tap("End call"))
        #expect(phone.windows.foreground?.package != InCallApp.package)
        phone.system.telephony.begin("5550100", outgoing: false)
        try keep(phone, name("call-stranger"))
        #expect(phone.tap("Decline"))
        let id = phone.system.notifications.post(
            package: "com.android.settings",
            title: "Ines Moreau",
            text: "Can you pick up bread on the way home? And two lemons."
        )
        phone.system.hardware.battery.level = 37
        phone.windows.headUp(id)
        try keep(phone, name("heads-up"))
        phone.system.hardware.battery = .init(ac: true, usb: false, status: .charging, level: 62)
        phone.system.settings.put(.system, "status_bar_show_battery_percent", "1")
        phone.windows.start(Intent(action: "android.intent.action.POWER_USAGE_SUMMARY"))
        try keep(phone, name("battery"))
    }
}
