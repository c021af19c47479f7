// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@testable import SimDevice

@Suite("Questions of the system")
struct PromptTests {
    private let contacts = "com.google.android.contacts"

    @Test("a permission is asked for over its app alone, and the answer is kept")
    func permission() throws {
        let phone = try Phone()
        phone.system.faults.add(
            .permission(package: contacts, permission: "android.permission.READ_CONTACTS", after: 0)
        )
        #expect(!phone.shows("com.android.permissioncontroller:id/permission_message"))
        phone.open(contacts)
        #expect(
            phone.find("com.android.permissioncontroller:id/permission_message")?.view.text
                == "Allow Contacts to access your contacts?"
        )
        #expect(phone.windows.foreground?.activity == SystemPrompt.grantActivity.activity)
        #expect(phone.xml.contains("package=\"com.google.android.permissioncontroller\""))
        // It belongs to the app: HOME leaves it behind, and it is there again with the app.
        phone.windows.goHome()
        #expect(!phone.shows("Allow"))
        phone.open(contacts)
        #expect(phone.tap("Allow"))
        #expect(phone.system.granted[contacts]?.contains("android.permission.WRITE_CONTACTS") == true)
        #expect(phone.windows.foreground?.package == contacts)
        phone.system.faults.add(
            .permission(package: contacts, permission: "android.permission.READ_CONTACTS", after: 0)
        )
        phone.windows.timePassed()
        #expect(phone.tap("Don’t allow"))
        #expect(phone.system.granted[contacts]?.contains("android.permission.READ_CONTACTS") == false)
    }

    @Test("the place can be given exactly or about, while the app is used or once")
    func place() throws {
        let phone = try Phone()
        phone.open(contacts)
        phone.windows.bring(.permission(package: contacts, permission: "android.permission.ACCESS_FINE_LOCATION"))
        #expect(phone.find("Precise")?.view.flags.contains(.checked) == true)
        #expect(phone.tap("Approximate"))
        #expect(phone.find("Precise")?.view.flags.contains(.checked) == false)
        #expect(phone.shows("Only this time") && phone.tap("While using the app"))
        #expect(phone.system.granted[contacts] == ["android.permission.ACCESS_COARSE_LOCATION"])
    }

    @Test("an app dies after so many inputs in it; BACK does not take the dialog away")
    func crash() throws {
        let phone = try Phone()
        phone.system.faults.add(.crash(package: contacts, after: 2))
        phone.open("com.android.settings")
        phone.windows.back()
        phone.windows.key(KeyCode.volumeUp)
        phone.open(contacts)
        phone.windows.tap(x: 540, y: 1200)
        #expect(phone.windows.foreground?.package == contacts && !phone.shows("Contacts keeps stopping"))
        phone.windows.tap(x: 540, y: 1200)
        #expect(phone.shows("Contacts keeps stopping") && phone.windows.foreground?.package != contacts)
        #expect(phone.find("Close app")?.view.resourceID == "android:id/aerr_close")
        phone.windows.back()
        phone.windows.tap(x: 20, y: 600)
        #expect(phone.shows("Contacts keeps stopping"))
        #expect(phone.tap("App info"))
        #expect(phone.windows.foreground?.package == "com.android.settings" && phone.shows("Contacts"))
    }

    @Test("an app that does not respond is waited for or closed")
    func anr() throws {
        let phone = try Phone()
        phone.open(contacts)
        for (answer, stays) in [("Wait", true), ("Close app", false)] {
            phone.system.faults.add(.anr(package: contacts, after: 0))
            #expect(phone.shows("Contacts isn't responding"))
            #expect(phone.tap(answer))
            #expect((phone.windows.foreground?.package == contacts) == stays)
        }
    }

    @Test("the key of a computer is shown and let in by touch")
    func debugging() throws {
        let phone = try Phone()
        var answers: [String] = []
        phone.windows.answerDebugging = { answers.append("\($0) \($1) \($2)") }
        phone.windows.key(KeyCode.power)
        phone.windows.debuggingKeys = ["AA:BB", "CC:DD"]
        #expect(phone.shows("Allow USB debugging?"))
        #expect(phone.find("android:id/message")?.view.text == "The computer’s RSA key fingerprint is:\nAA:BB")
        #expect(phone.tap("Always allow from this computer"))
        #expect(phone.find("android:id/alwaysUse")?.view.flags.contains(.checked) == true)
        #expect(phone.tap("Allow"))
        #expect(phone.find("android:id/message")?.view.text.hasSuffix("CC:DD") == true)
        #expect(phone.find("android:id/alwaysUse")?.view.flags.contains(.checked) == false)
        phone.windows.back()
        #expect(answers == ["AA:BB true true", "CC:DD false false"] && !phone.shows("Allow USB debugging?"))
    }

    @Test("a question hides the keyboard and takes what is typed from the field below")
    func keyboard() throws {
        let phone = try Phone()
        phone.open(contacts)
        phone.tap("Create contact")
        phone.windows.type("Ann")
        phone.windows.bring(.anr(package: contacts))
        #expect(!phone.windows.windows().contains { $0.kind == .keyboard })
        phone.windows.type("xyz")
        #expect(phone.tap("Wait"))
        #expect(phone.xml.contains("text=\"Ann\"") && !phone.xml.contains("xyz"))
    }

    @Test("a secure page gives a black picture, and its hierarchy all the same")
    func secure() throws {
        let phone = try Phone()
        phone.open(contacts)
        let xml = phone.xml
        phone.system.faults.add(.secure)
        let picture = phone.windows.screenshot()
        #expect(
            stride(from: 0, to: picture.pixels.count, by: 4).allSatisfy {
                picture.pixels[$0] == 0 && picture.pixels[$0 + 3] == 255
            }
        )
        #expect(phone.xml == xml)
        phone.system.faults.remove(.secure)
        #expect(phone.windows.screenshot().pixels.contains { $0 > 0 && $0 < 255 })
    }

    @Test("a message shows at the top for five seconds, and a touch opens its app")
    func headsUp() throws {
        let phone = try Phone()
        let post = {
            phone.system.notifications.post(package: "com.google.android.contacts", title: "Ann", text: "Hello")
        }
        phone.windows.headUp(post())
        let card = try #require(phone.windows.windows().first { $0.kind == .headsUp })
        #expect(!phone.xml.contains("Hello"))
        phone.windows.tap(x: card.root.frame.centerX, y: card.root.frame.centerY)
        #expect(phone.windows.foreground?.package == contacts && phone.system.notifications.items.isEmpty)
        phone.windows.headUp(post())
        phone.system.clock.advance(5000)
        phone.windows.timePassed()
        #expect(!phone.windows.windows().contains { $0.kind == .headsUp })
        phone.system.settings.put(.global, "zen_mode", "1")
        phone.windows.headUp(post())
        #expect(!phone.windows.windows().contains { $0.kind == .headsUp })
    }
}
