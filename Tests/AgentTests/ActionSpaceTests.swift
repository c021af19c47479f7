// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Screen
import Testing

@Suite("The action space")
struct ActionSpaceTests {
    private func texts(_ nodes: String, keyboard: Bool = false) throws -> [String] {
        ActionSpace.candidates(for: try Fixture.screen(nodes, keyboard: keyboard)).map(\.text)
    }

    private let defaults = [
        "open app", "go back", "go home", "wait", "answer the question", "done", "give up, impossible",
    ]

    @Test("A settings page gives one candidate for each effect, with the state of its switches")
    func settings() throws {
        #expect(
            try texts(Fixture.internet) == [
                "tap \"Navigate up\"", "scroll down", "scroll up", "tap switch \"Wi-Fi\" (on)",
                "tap switch \"Airplane mode\" (off)",
                "tap \"AndroidWifi\"", "long press \"AndroidWifi\"", "tap \"SIMs\"",
            ] + defaults
        )
    }

    @Test("An empty screen still allows the defaults")
    func empty() throws { #expect(try texts(Fixture.node("FrameLayout")) == defaults) }

    @Test("Every candidate with an element can be traced to it")
    func traceable() throws {
        let screen = try Fixture.screen(Fixture.internet)
        for candidate in ActionSpace.candidates(for: screen) {
            #expect(candidate.elementID == candidate.action.elementID)
            if let id = candidate.elementID { #expect(screen.element(id)?.label == candidate.label) }
        }
    }

    @Test("A field can be typed into, and cleared only where it holds something")
    func fields() throws {
        let empty = Fixture.node(
            "EditText",
            id: "a:id/first_name",
            flags: ["clickable", "focusable"],
            bounds: "[0,0][500,100]"
        )
        let full = Fixture.node(
            "EditText",
            text: "Bob",
            id: "a:id/company",
            flags: ["clickable", "focused"],
            bounds: "[0,100][500,200]"
        )
        let found = try texts(Fixture.node("FrameLayout", empty + full))
        #expect(found.contains("type into \"first name\""))
        #expect(!found.contains("clear \"first name\""))
        #expect(found.contains("type into \"company\" (has text)"))
        #expect(found.contains("clear \"company\""))
        #expect(found.contains("press enter"))
        #expect(!found.contains { $0.hasPrefix("long press") })
    }

    @Test("The field with the focus takes a long press, for its Cut, Copy and Paste")
    func fieldBar() throws {
        let one = Fixture.node(
            "EditText",
            id: "a:id/one",
            flags: ["clickable", "long-clickable"],
            bounds: "[0,0][500,100]"
        )
        let two = Fixture.node(
            "EditText",
            id: "a:id/two",
            flags: ["clickable", "long-clickable", "focused"],
            bounds: "[0,100][500,200]"
        )
        let found = try texts(Fixture.node("FrameLayout", one + two))
        #expect(found.filter { $0.hasPrefix("long press") } == ["long press \"two\""])
    }

    @Test("Enter is offered with the keyboard, and not without")
    func enter() throws {
        #expect(try texts(Fixture.node("FrameLayout"), keyboard: true).contains("press enter"))
    }

    @Test("Disabled elements and those without a visible pixel make no candidates")
    func hidden() throws {
        let off = Fixture.node("Button", text: "Off", flags: ["clickable", "disabled"], bounds: "[0,0][100,100]")
        let gone = Fixture.node("Button", text: "Gone", flags: ["clickable"], bounds: "[0,2400][100,2500]")
        #expect(try texts(Fixture.node("FrameLayout", off + gone)) == defaults)
    }

    @Test("Labels that repeat are told apart by what stands beside them, else by their number")
    func ambiguous() throws {
        func item(_ name: String, _ top: Int) -> String {
            Fixture.node(
                "LinearLayout",
                bounds: "[0,\(top)][1080,\(top + 100)]",
                Fixture.node("TextView", text: name, bounds: "[0,\(top)][500,\(top + 100)]")
                    + Fixture.node(
                        "ImageButton",
                        description: "More",
                        flags: ["clickable"],
                        bounds: "[900,\(top)][1000,\(top + 100)]"
                    )
            )
        }
        let named = try texts(Fixture.node("FrameLayout", item("a.txt", 100) + item("b.txt", 300)))
        #expect(named.prefix(2) == ["tap \"More\" of \"a.txt\"", "tap \"More\" of \"b.txt\""])
        let bare = (0..<2).map {
            Fixture.node("Button", text: "Go", flags: ["clickable"], bounds: "[0,\($0 * 200)][100,\($0 * 200 + 100)]")
        }
        #expect(try texts(Fixture.node("FrameLayout", bare.joined())).prefix(2) == ["tap \"Go\" #1", "tap \"Go\" #2"])
    }

    @Test("A large silent view that takes touches is a canvas with eight strokes")
    func canvas() throws {
        let view = Fixture.node(
            "View",
            id: "a:id/canvas",
            flags: ["clickable", "focusable"],
            bounds: "[0,300][1080,2000]"
        )
        let found = try texts(Fixture.node("FrameLayout", view))
        #expect(found.count { $0.hasPrefix("draw ") } == 8)
        #expect(found.contains("draw up right on \"canvas\""))
    }

    @Test("A slider slides to its ends, and a pager scrolls sideways")
    func sideways() throws {
        let slider = Fixture.node("SeekBar", description: "Brightness", bounds: "[0,0][1080,100]")
        let pager = Fixture.node("HorizontalScrollView", flags: ["scrollable"], bounds: "[0,100][1080,600]")
        let found = try texts(Fixture.node("FrameLayout", slider + pager))
        #expect(found.contains("slide \"Brightness\" to highest"))
        #expect(found.contains("scroll right") && !found.contains("scroll down"))
    }

    @Test("Long labels, quotes and line breaks stay within a short suffix")
    func labels() throws {
        let label = "one two three four five six seven eight nine &quot;ten&quot;&#10;eleven"
        let found = try texts(Fixture.node("Button", text: label, flags: ["clickable"], bounds: "[0,0][900,100]"))
        #expect(found[0] == "tap \"one two three four five…\"")
        let long = try texts(
            Fixture.node(
                "Button",
                text: String(repeating: "x", count: 500),
                flags: ["clickable"],
                bounds: "[0,0][900,100]"
            )
        )
        #expect(long[0].count < 40)
        let quoted = try texts(
            Fixture.node("Button", text: "say &quot;hi&quot;", flags: ["clickable"], bounds: "[0,0][900,100]")
        )
        #expect(quoted[0] == "tap \"say 'hi'\"")
    }

    @Test("Ten thousand nodes give a bounded list")
    func many() throws {
        let rows = (0..<10_000).map {
            Fixture.node("Button", text: "Row \($0)", flags: ["clickable"], bounds: "[0,0][100,100]")
        }
        let actions = ScreenActions(try Fixture.screen(Fixture.node("FrameLayout", rows.joined())))
        #expect(actions.targets.count == ActionSpace.elementLimit)
    }

    @Test("Actions survive their JSON form, which is AndroidWorld's")
    func json() throws {
        let all: [Action] = [
            .click(1), .longPress(2), .inputText(3, text: nil), .inputText(3, text: "a\nb"), .clearText(4),
            .scroll(5, .down), .stroke(6, .upLeft),
            .keyboardEnter, .navigateHome, .navigateBack, .openApp(nil), .openApp("Clock"), .wait, .answer("7"),
            .complete, .infeasible,
        ]
        for action in all { #expect(try JSON.decode(Action.self, from: Array(try JSON.line(action).utf8)) == action) }
        #expect(try JSON.line(Action.scroll(5, .down)) == #"{"action_type":"scroll","direction":"down","index":5}"#)
        #expect(try JSON.line(Action.complete) == #"{"action_type":"status","goal_status":"complete"}"#)
    }
}
