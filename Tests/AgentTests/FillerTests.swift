// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen
import Testing

@Suite("Filling placeholders by rules")
struct FillerTests {
    private static let apps = AppCatalog([
        AppCatalog.App(label: "Settings", package: "com.android.settings"),
        AppCatalog.App(label: "Clock", package: "com.google.android.deskclock"),
        AppCatalog.App(label: "Contacts", package: "com.google.android.contacts"),
        AppCatalog.App(label: "Files", package: "com.google.android.documentsui"),
        AppCatalog.App(label: "Simple Calendar Pro", package: "com.simplemobiletools.calendar.pro"),
    ])

    private func field(_ label: String, other: String = "") throws -> ScreenState {
        let name = label.replacing(" ", with: "_").lowercased()
        return try Fixture.screen(
            Fixture.node(
                "FrameLayout",
                Fixture.node("EditText", id: "a:id/\(name)", flags: ["clickable"], bounds: "[0,0][500,100]")
                    + Fixture.node(
                        "EditText",
                        text: other,
                        id: "a:id/other",
                        flags: ["clickable"],
                        bounds: "[0,100][500,200]"
                    )
            )
        )
    }

    @Test(
        "A field gets the value that the goal states for it",
        arguments: FieldCases.stated + [("Notiere „x“ und \"Grüße 😀\"", "Name", "Grüße 😀")]
    )
    func fields(goal: String, label: String, text: String) throws {
        let screen = try field(label)
        #expect(Filler(goal: goal).fill(.inputText(1, text: nil), screen: screen, apps: Self.apps)?.text == text)
    }

    @Test("What was typed or stands in another field is not taken again while something is left")
    func used() throws {
        let goal = "Add \"milk\" and \"bread\" to the list"
        let screen = try field("item")
        #expect(
            Filler(goal: goal, typed: ["milk"]).fill(.inputText(1, text: nil), screen: screen, apps: Self.apps)?.text
                == "bread"
        )
        let placed = try field("item", other: "milk")
        #expect(Filler(goal: goal).fill(.inputText(1, text: nil), screen: placed, apps: Self.apps)?.text == "bread")
    }

    @Test("Where the goal states nothing that fits, no rule applies and pieces of the goal are offered")
    func nothing() throws {
        let screen = try field("Email")
        let filler = Filler(goal: "Turn the lights off")
        #expect(filler.fill(.inputText(1, text: nil), screen: screen, apps: Self.apps) == nil)
        let options = filler.options(.inputText(1, text: nil), screen: screen, apps: Self.apps)
        #expect(options.contains("lights") && options.contains("the lights off"))
    }

    @Test(
        "An app is found by name, or by what the goal is about",
        arguments: [
            ("Turn Wi-Fi off", "Settings"), ("Turn off bluetooth.", "Settings"), ("Set an alarm for 7 am", "Clock"),
            ("Run the stopwatch.", "Clock"),
            ("Create a new contact for Bo Li", "Contacts"), ("Move photo.jpg from Downloads to Documents", "Files"),
            ("In Simple Calendar Pro, add an event", "Simple Calendar Pro"), ("Open the Clock app", "Clock"),
            ("Delete the file a.txt in the Files app", "Files"), ("Set brightness to max", "Settings"),
        ]
    )
    func apps(goal: String, label: String) throws {
        let screen = try Fixture.screen(Fixture.node("FrameLayout", package: "com.android.launcher3"))
        #expect(Filler(goal: goal).fill(.openApp(nil), screen: screen, apps: Self.apps)?.text == label)
    }

    @Test("The app in front is not opened again where another fits")
    func current() throws {
        let screen = try Fixture.screen(Fixture.node("FrameLayout"))
        let fill = Filler(goal: "Copy the setting from Settings into the Contacts app").fill(
            .openApp(nil),
            screen: screen,
            apps: Self.apps
        )
        #expect(fill?.text == "Contacts")
    }

    @Test("An answer is read off the screen")
    func answers() throws {
        let screen = try Fixture.screen(
            Fixture.node(
                "FrameLayout",
                Fixture.node("TextView", text: "Bo Li", bounds: "[0,0][100,50]")
                    + Fixture.node("TextView", text: "Mobile 555-010-9999", bounds: "[0,50][100,90]")
                    + Fixture.row("Bluetooth", top: 300, switched: false)
            )
        )
        func answer(_ goal: String) -> String? {
            Filler(goal: goal).fill(.answer(nil), screen: screen, apps: Self.apps)?.text
        }
        #expect(answer("What is the phone number of Bo Li?") == "555-010-9999")
        #expect(answer("Is Bluetooth on?") == "no")
        #expect(answer("Who is on the screen?") == nil)
    }

    @Test(
        "Goals of any content are read without a crash",
        arguments: ["", "\"", "''", "to", "named", "(", "📶", "+++", "to to to To", "12:", "name is"]
    )
    func odd(goal: String) throws {
        let screen = try field("Name")
        _ = Filler(goal: goal).fill(.inputText(1, text: nil), screen: screen, apps: Self.apps)
        _ = Filler(goal: goal).options(.inputText(1, text: nil), screen: screen, apps: Self.apps)
    }
}
