// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media
import Testing

@testable import SimDevice

/// Draws pages into the folder that `SIM_PICTURES` names, for people to look at.
@Suite struct PictureTests {
    private static let folder = ProcessInfo.processInfo.environment["SIM_PICTURES"]

    private func keep(_ phone: Phone, _ name: String) throws {
        let picture = phone.windows.screenshot()
        #expect(picture.width == Screen.width && picture.height == Screen.height)
        guard let folder = Self.folder else { return }
        try FileBytes.write(try PNG.encode(picture, effort: .fast), to: "\(folder)/\(name).png")
        try FileBytes.write(phone.windows.hierarchy(), to: "\(folder)/\(name).xml")
    }

    @Test func everyPageOfTheSystemCanBeDrawn() throws {
        let phone = try Phone()
        try keep(phone, "home")
        phone.windows.swipe(x1: 540, y1: 1800, x2: 540, y2: 800, ms: 300)
        try keep(phone, "drawer")
        phone.open("com.android.settings")
        try keep(phone, "settings")
        phone.tap("Network & internet")
        try keep(phone, "network")
        phone.tap("Internet")
        try keep(phone, "internet")
        phone.windows.expandNotifications()
        try keep(phone, "notifications")
        phone.windows.expandQuickSettings()
        try keep(phone, "quick")
        phone.tap("Internet,AndroidWifi")
        try keep(phone, "internet-panel")
        phone.windows.openRecents()
        try keep(phone, "recents")
        phone.windows.goHome()
    }

    @Test func everyPageOfSettingsCanBeDrawn() throws {
        let phone = try Phone()
        for entry in SettingsApp.entries where entry.page != .appInfo("") {
            #expect(phone.windows.start(Intent(action: entry.action)) != .unresolved)
            try keep(phone, "settings-" + entry.action.split(separator: ".").last!.lowercased())
        }
        phone.windows.start(
            Intent(action: "android.settings.APPLICATION_DETAILS_SETTINGS", dataURI: "package:org.example.notes")
        )
        try keep(phone, "settings-app")
        phone.windows.start(Intent(action: "android.settings.DISPLAY_SETTINGS"))
        phone.tap("Brightness level")
        try keep(phone, "settings-brightness")
        phone.windows.back()
        phone.tap("Screen timeout")
        try keep(phone, "settings-timeout")
        phone.windows.back()
        phone.windows.start(Intent(action: "android.settings.DATE_SETTINGS"))
        phone.tap("Date")
        try keep(phone, "settings-date")
        phone.windows.back()
        phone.tap("Time")
        try keep(phone, "settings-time")
        phone.tap("Switch to text input mode for the time input.")
        try keep(phone, "settings-time-typed")
        phone.windows.back()
        phone.windows.back()
        phone.windows.start(Intent(action: "android.settings.SETTINGS"))
        phone.tap("com.android.settings:id/search_action_bar")
        phone.windows.type("wi")
        try keep(phone, "settings-search")
        phone.system.settings.put(.secure, "ui_night_mode", "2")
        phone.windows.start(Intent(action: "android.settings.DISPLAY_SETTINGS"))
        try keep(phone, "settings-dark")
    }

    @Test func everyAppCanBeDrawnByDayAndByNight() throws {
        let phone = try Phone()
        for night in ["1", "2"] {
            phone.system.settings.put(.secure, "ui_night_mode", night)
            // A viewer without a launcher icon is only opened with a file.
            for app in AppRegistry.standard where app.manifest.mainActivity != nil {
                phone.open(app.manifest.package)
                #expect(phone.windows.foreground?.package == app.manifest.package)
                try keep(phone, "app-\(app.manifest.label.lowercased())-\(night)")
            }
        }
        phone.system.settings.put(.secure, "ui_night_mode", "1")
        phone.open("com.google.android.deskclock")
        for tab in ["Alarm", "Clock", "Timer", "Stopwatch"] {
            phone.tap(tab)
            try keep(phone, "clock-\(tab.lowercased())")
        }
        phone.open("com.google.android.contacts")
        phone.tap("Create contact")
        try keep(phone, "contacts-new")
    }

    @Test func anAppOfOneFileCanBeDrawn() throws {
        let phone = try Phone()
        phone.open("org.example.notes")
        phone.tap("New note")
        phone.windows.type("Shopping")
        try keep(phone, "notes-edit")
        phone.tap("Save")
        try keep(phone, "notes")
        phone.tap("More options")
        try keep(phone, "notes-menu")
        phone.windows.back()
        phone.tap("Shopping", long: true)
        try keep(phone, "notes-dialog")
        phone.tap("Delete")
        try keep(phone, "notes-snackbar")
    }
}
