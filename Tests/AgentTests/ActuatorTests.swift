// SPDX-License-Identifier: Apache-2.0

import Base
import Screen
import Testing

@testable import Agent

@Suite("Carrying actions out")
struct ActuatorTests {
    @Test(
        "Text is typed so that the device's shell and its input tool both leave it as it is",
        arguments: [
            ("Bob", ["input text Bob"]), ("a b", ["input text a%sb"]), ("it's", ["input text 'it'\\''s'"]),
            ("$(reboot); `x`", ["input text '$(reboot);%s`x`'"]),
            ("a\nb", ["input text a", "input keyevent 66", "input text b"]),
            ("100%sure", ["input text 100%", "input text sure"]), ("a\"b", ["input text 'a\"b'"]), ("", []),
            ("\n", ["input keyevent 66"]), ("x\r\ny", ["input text x", "input keyevent 66", "input text y"]),
        ]
    )
    func typing(text: String, commands: [String]) {
        // Which harmless signs stand without quotes is the quoting's business.
        func plain(_ list: [String]) -> [String] {
            list.map { $0.replacing("'\\''", with: "\u{1}").replacing("'", with: "") }
        }
        #expect(plain(Actuator.typing(text)) == plain(commands))
    }

    @Test("Long text goes in pieces of whole words")
    func pieces() {
        let text = (0..<40).map { "word\($0)" }.joined(separator: " ")
        let commands = Actuator.typing(text)
        #expect(commands.count > 4)
        let joined = commands.map { $0.dropFirst("input text ".count).replacing("'", with: "") }.joined().replacing(
            "%s",
            with: " "
        )
        #expect(joined == text)
    }

    @Test("Taps hit the visible middle, and miss buttons that lie inside a row")
    func taps() throws {
        let inner = Fixture.node("Switch", flags: ["clickable", "checkable"], bounds: "[400,300][1080,460]")
        let row = Fixture.node("LinearLayout", flags: ["clickable"], bounds: "[0,300][1080,460]", inner)
        let screen = try Fixture.screen(Fixture.node("FrameLayout", row))
        let command = try #require(Actuator.commands(.click(1), on: screen).first)
        #expect(command == "input tap 270 380")
        #expect(Actuator.commands(.click(2), on: screen) == ["input tap 740 380"])
        #expect(Actuator.commands(.longPress(2), on: screen) == ["input swipe 740 380 740 380 1000"])
        #expect(Actuator.commands(.click(99), on: screen).isEmpty)
    }

    @Test("A scroll is a swipe the other way, inside the element")
    func scrolls() throws {
        let list = Fixture.node("RecyclerView", flags: ["scrollable"], bounds: "[0,400][1000,1400]")
        let screen = try Fixture.screen(Fixture.node("FrameLayout", list))
        #expect(Actuator.commands(.scroll(1, .down), on: screen) == ["input swipe 500 1150 500 650 400"])
        #expect(Actuator.commands(.scroll(1, .up), on: screen) == ["input swipe 500 650 500 1150 400"])
        #expect(Actuator.commands(.scroll(1, .right), on: screen) == ["input swipe 750 900 250 900 400"])
    }

    @Test(
        "With the harness' quirk a scroll of element 0 goes over the whole screen, and of no other",
        arguments: [true, false]
    )
    func zeroIsScreen(_ quirk: Bool) async throws {
        let inner = Fixture.node("RecyclerView", flags: ["scrollable"], bounds: "[0,600][1000,1000]")
        let screen = try Fixture.screen(
            Fixture.node("ScrollView", flags: ["scrollable"], bounds: "[0,400][1000,1400]", inner)
        )
        let size = screen.displaySize
        let phone = FakePhone()
        let actuator = Actuator(phone, zeroIsScreen: quirk)
        try await actuator.perform(.scroll(0, .down), on: screen, apps: AppCatalog())
        let whole =
            "input swipe \(size.width / 2) \(size.height * 3 / 4) \(size.width / 2) \(size.height / 4) 400"
        #expect(phone.commands == (quirk ? [whole] : Actuator.commands(.scroll(0, .down), on: screen)))
        try await actuator.perform(.scroll(1, .down), on: screen, apps: AppCatalog())
        #expect(phone.commands.last == "input swipe 500 900 500 700 400")
    }

    @Test("A slider's thumb goes from the middle to one end")
    func slider() throws {
        let screen = try Fixture.screen(
            Fixture.node("FrameLayout", Fixture.node("SeekBar", bounds: "[100,100][900,200]"))
        )
        #expect(Actuator.commands(.scroll(1, .right), on: screen) == ["input swipe 500 150 898 150 400"])
        #expect(Actuator.commands(.scroll(1, .left), on: screen) == ["input swipe 500 150 101 150 400"])
    }

    @Test("A placeholder is never carried out")
    func placeholder() async throws {
        let screen = try Fixture.screen(Fixture.internet)
        for action: Action in [.openApp(nil), .inputText(1, text: nil), .answer(nil)] {
            let error = await #expect(throws: DroidError.self) {
                try await Actuator(FakePhone()).perform(action, on: screen, apps: AppCatalog())
            }
            #expect(error?.code == "agent.placeholder")
        }
    }

    @Test("An unknown app is refused with the names of those there are")
    func unknownApp() async throws {
        let apps = try await AppCatalog.read(FakePhone())
        #expect(apps.apps.map(\.label) == ["Clock", "Settings"])
        let error = await #expect(throws: DroidError.self) {
            try await Actuator(FakePhone()).perform(
                .openApp("Maps"),
                on: try Fixture.screen(Fixture.internet),
                apps: apps
            )
        }
        #expect(error?.why.contains("Clock, Settings") == true)
    }
}
