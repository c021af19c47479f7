// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SimDevice

@Suite struct SettingsAppTests {
    @Test func wifiIsTurnedOffByItsSwitch() throws {
        let phone = try Phone()
        phone.open("com.android.settings")
        phone.tap("Network & internet")
        phone.tap("Internet")
        #expect(phone.shows("AndroidWifi"))
        phone.tap("Wi-Fi")
        #expect(phone.system.settings.get(.global, "wifi_on") == "0")
        #expect(!phone.shows("AndroidWifi"))
        #expect(phone.find("android:id/switch_widget")?.view.flags.contains(.checked) == false)
    }

    @Test func aSettingChangedFromOutsideShowsAtOnce() throws {
        let phone = try Phone()
        phone.windows.start(Intent(action: "android.settings.WIFI_SETTINGS"))
        #expect(phone.shows("AndroidWifi"))
        phone.system.setRadio(.wifi, false)
        #expect(!phone.shows("AndroidWifi"))
    }

    @Test func bluetoothIsReachedThroughConnectionPreferences() throws {
        let phone = try Phone()
        phone.open("com.android.settings")
        for step in ["Connected devices", "Connection preferences", "Bluetooth", "Use Bluetooth"] {
            #expect(phone.tap(step), "\(step)")
        }
        #expect(phone.system.settings.get(.global, "bluetooth_on") == "1")
        #expect(
            phone.windows.activeWindow?.root.first { $0.view.resourceID == "com.android.settings:id/main_switch_bar" }
                != nil
        )
    }

    @Test func theBrightnessSliderReachesBothEnds() throws {
        let phone = try Phone()
        phone.windows.start(Intent(action: "android.settings.DISPLAY_SETTINGS"))
        phone.tap("Brightness level")
        let slider = try #require(phone.find("com.android.systemui:id/slider")).frame
        #expect(phone.xml.contains("package=\"com.android.systemui\""))
        phone.windows.swipe(x1: slider.centerX, y1: slider.centerY, x2: 1079, y2: slider.centerY)
        #expect(phone.system.settings.get(.system, "screen_brightness") == "255")
        phone.windows.swipe(x1: slider.right - 60, y1: slider.centerY, x2: 0, y2: slider.centerY)
        #expect(phone.system.settings.get(.system, "screen_brightness") == "1")
        phone.windows.tap(x: slider.right - 1, y: slider.centerY)
        #expect(phone.system.settings.get(.system, "screen_brightness") == "255")
        phone.windows.back()
        #expect(phone.shows("100%"))
    }

    @Test func brightnessAndSliderAreInverse() {
        for value in 1...255 { #expect(Brightness.fromSlider(Brightness.toSlider(value)) == value) }
        #expect(Brightness.fromSlider(0) == 1 && Brightness.fromSlider(Brightness.steps) == 255)
    }

    @Test func theScreenTimeoutIsChosenFromAList() throws {
        let phone = try Phone()
        phone.windows.start(Intent(action: "android.settings.DISPLAY_SETTINGS"))
        phone.tap("Screen timeout")
        phone.tap("5 minutes")
        #expect(phone.system.settings.get(.system, "screen_off_timeout") == "300000")
        #expect(phone.shows("5 minutes of inactivity"))
    }

    @Test func dateAndTimeAreSetWithThePickers() throws {
        let phone = try Phone()
        phone.windows.start(Intent(action: "android.settings.DATE_SETTINGS"))
        phone.tap("Date")
        phone.tap("Next month")
        phone.tap("03 November 2023")
        phone.tap("OK")
        #expect(phone.shows("November 3, 2023"))
        phone.tap("Time")
        phone.tap("9 hours")
        phone.tap("45 minutes")
        phone.tap("OK")
        #expect(phone.shows("09:45"))
        phone.tap("Time")
        phone.tap("Switch to text input mode for the time input.")
        phone.windows.type("07")
        phone.tap("Minute")
        phone.windows.type("05")
        phone.tap("OK")
        #expect(phone.shows("07:05"))
        phone.tap("Use 24-hour format")
        #expect(phone.shows("7:05 AM"))
    }

    @Test func aDisabledRowSwallowsTheTouch() throws {
        let phone = try Phone()
        phone.system.settings.put(.global, "auto_time", "1")
        phone.windows.start(Intent(action: "android.settings.DATE_SETTINGS"))
        phone.tap("Date")
        #expect(!phone.shows("android:id/datePicker"))
    }

    @Test func searchFindsRowsAndOpensTheirPages() throws {
        let phone = try Phone()
        phone.open("com.android.settings")
        phone.tap("com.android.settings:id/search_action_bar")
        phone.windows.type("blueto")
        #expect(phone.tap("Bluetooth"))
        #expect(phone.shows("Use Bluetooth"))
    }

    @Test func everyRowOfTheFirstPageLeadsToAPage() throws {
        let titles = [
            "Network & internet", "Connected devices", "Apps", "Notifications", "Battery", "Storage",
            "Sound & vibration", "Display",
            "Accessibility", "Privacy", "Location", "System", "About emulated device",
        ]
        for title in titles {
            let phone = try Phone()
            phone.open("com.android.settings")
            #expect(phone.scrollAndTap(title), "\(title)")
            #expect(phone.find("com.android.settings:id/collapsing_toolbar")?.view.contentDescription == title)
            phone.tap("Navigate up")
            #expect(phone.windows.foreground?.activity == "com.android.settings.Settings")
        }
    }

    @Test func appsAreForceStoppedFromTheirPage() throws {
        let phone = try Phone()
        phone.open("org.example.notes")
        phone.windows.start(
            Intent(action: "android.settings.APPLICATION_DETAILS_SETTINGS", dataURI: "package:org.example.notes")
        )
        phone.tap("Force stop")
        phone.tap("OK")
        #expect(!phone.windows.tasks.contains { $0.package == "org.example.notes" })
    }

    @Test func quickSettingsTurnRadiosOver() throws {
        let phone = try Phone()
        phone.windows.swipe(x1: 540, y1: 5, x2: 540, y2: 900)
        #expect(phone.xml.contains("com.android.systemui"))
        phone.windows.swipe(x1: 540, y1: 700, x2: 540, y2: 1400)
        phone.tap("Airplane mode")
        #expect(phone.system.isOn(.airplane) && !phone.system.isOn(.wifi))
        phone.tap("Airplane mode")
        #expect(!phone.system.isOn(.airplane) && phone.system.isOn(.wifi))
        phone.tap("Internet,AndroidWifi")
        phone.tap("com.android.systemui:id/wifi_toggle")
        #expect(!phone.system.isOn(.wifi))
        phone.tap("Done")
        #expect(phone.windows.foreground?.package == "com.google.android.apps.nexuslauncher")
    }

    @Test func notificationsAreShownOpenedAndSweptAway() throws {
        let phone = try Phone()
        phone.system.notifications.post(package: "org.example.notes", title: "Reminder", text: "Buy milk")
        phone.system.notifications.post(package: "org.example.notes", title: "Second", text: "")
        phone.windows.expandNotifications()
        let second = try #require(phone.find("Second")).frame
        phone.windows.swipe(x1: 200, y1: second.centerY, x2: 900, y2: second.centerY)
        #expect(!phone.shows("Second"))
        phone.tap("Reminder")
        #expect(phone.windows.foreground?.package == "org.example.notes")
        #expect(phone.system.notifications.items.isEmpty)
    }

    @Test func theDrawerFindsAppsByName() throws {
        let phone = try Phone()
        phone.windows.swipe(x1: 540, y1: 1700, x2: 540, y2: 700)
        #expect(phone.shows("Search apps"))
        phone.tap("Search apps")
        phone.windows.type("note")
        #expect(!phone.shows("Settings"))
        phone.windows.key(KeyCode.enter)
        #expect(phone.windows.foreground?.package == "org.example.notes")
    }
}
