// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@testable import SimDevice

@Suite struct WindowTests {
    private let notes = "org.example.notes"

    private func phoneWithNotes(_ names: [String]) throws -> Phone {
        let phone = try Phone()
        try phone.system.files.makeFolder("/data/data/org.example.notes/files")
        for name in names {
            try phone.system.files.write("text of \(name)", to: "/data/data/org.example.notes/files/\(name)")
        }
        phone.open(notes)
        return phone
    }

    // MARK: Back stack

    @Test func aFreshDeviceShowsTheLauncher() throws {
        let phone = try Phone()
        #expect(phone.windows.foreground?.package == "com.google.android.apps.nexuslauncher")
        #expect(phone.windows.tasks.map(\.visible) == [true])
    }

    @Test func backLeavesPagesOneByOneAndKeepsTheLauncherActivity() throws {
        let phone = try phoneWithNotes(["one"])
        phone.tap("one")
        #expect(phone.windows.foreground?.activity == "org.example.notes.EditActivity")
        phone.windows.back()
        #expect(phone.windows.foreground?.activity == "org.example.notes.MainActivity")
        phone.windows.back()
        #expect(phone.windows.foreground?.package == "com.google.android.apps.nexuslauncher")
        #expect(phone.windows.tasks.contains { $0.package == notes })
    }

    @Test func homeKeepsTheStackAndStartBringsItToTheFront() throws {
        let phone = try phoneWithNotes(["one"])
        phone.tap("one")
        phone.windows.key(KeyCode.home)
        let main = ComponentName(package: notes, activity: ".MainActivity")
        #expect(phone.windows.start(Intent(component: main)) == .broughtToFront(main))
        #expect(phone.windows.foreground?.activity == "org.example.notes.EditActivity")
    }

    @Test func forceStopDropsAllState() throws {
        let phone = try phoneWithNotes(["one"])
        phone.tap("one")
        phone.windows.forceStop(notes)
        #expect(phone.windows.foreground?.package == "com.google.android.apps.nexuslauncher")
        #expect(!phone.windows.tasks.contains { $0.package == notes })
        phone.open(notes)
        #expect(phone.windows.foreground?.activity == "org.example.notes.MainActivity")
    }

    @Test func intentsResolveByComponentActionAndNothing() throws {
        let phone = try Phone()
        let edit = ComponentName(package: notes, activity: ".EditActivity")
        let insert = Intent(action: "android.intent.action.INSERT", package: notes, extras: ["title": "Milk"])
        #expect(phone.windows.start(insert) == .started(cold: true, component: edit))
        #expect(phone.shows("Milk"))
        #expect(phone.windows.start(Intent(action: "no.such.ACTION")) == .unresolved)
        #expect(
            phone.windows.start(Intent(component: ComponentName(package: notes, activity: ".Nope"))) == .noSuchActivity
        )
        #expect(
            phone.windows.start(Intent(component: ComponentName(package: "no.app", activity: ".Main")))
                == .noSuchActivity
        )
    }

    @Test func recentsListTasksAndSwitchBetweenThem() throws {
        let phone = try phoneWithNotes([])
        phone.open("com.android.settings")
        phone.windows.key(KeyCode.appSwitch)
        #expect(phone.shows("Settings"))
        phone.windows.swipe(x1: 900, y1: 1200, x2: 250, y2: 1200)
        #expect(phone.tap("Notes"))
        #expect(phone.windows.foreground?.package == notes)
        phone.windows.key(KeyCode.appSwitch)
        phone.windows.key(KeyCode.back)
        #expect(phone.windows.foreground?.package == notes)
    }

    // MARK: Dialogs and menus

    @Test func aDialogIsTheActiveWindowUntilItIsAnswered() throws {
        let phone = try phoneWithNotes(["one", "two"])
        phone.tap("one", long: true)
        #expect(phone.shows("Delete one?") && !phone.shows("two"))
        phone.windows.back()
        #expect(!phone.shows("Delete one?") && phone.shows("one"))
        phone.tap("one", long: true)
        phone.windows.tap(x: 540, y: 300)
        #expect(!phone.shows("Delete one?") && phone.shows("one"))
        phone.tap("one", long: true)
        phone.tap("android:id/button1")
        #expect(!phone.shows("one") && phone.shows("one deleted") && phone.shows("two"))
    }

    @Test func aSnackBarGoesAwayWithTime() throws {
        let phone = try phoneWithNotes(["one"])
        phone.tap("one", long: true)
        phone.tap("Delete")
        #expect(phone.shows("org.example.notes:id/snackbar_text"))
        phone.system.clock.advance(3500)
        phone.windows.timePassed()
        #expect(!phone.shows("org.example.notes:id/snackbar_text"))
    }

    @Test func theOverflowMenuOpensAtItsButtonAndClosesAgain() throws {
        let phone = try phoneWithNotes(["one", "two"])
        phone.tap("More options")
        #expect(phone.shows("Delete all") && !phone.shows("one"))
        phone.windows.tap(x: 200, y: 2000)
        #expect(phone.shows("one"))
        phone.tap("More options")
        phone.tap("Delete all")
        #expect(!phone.shows("one") && !phone.shows("two"))
    }

    // MARK: Text

    @Test func aFieldWithAutofocusBringsUpTheKeyboardAndTheHintIsTheText() throws {
        let phone = try phoneWithNotes([])
        phone.tap("New note")
        #expect(phone.shows("Title"))
        #expect(phone.windows.keyboardShown)
        #expect(
            phone.xml.contains(
                "text=\"Title\" resource-id=\"org.example.notes:id/title\" class=\"android.widget.EditText\""
            )
        )
        #expect(phone.xml.components("focused=\"true\"") == 1)
        phone.windows.type("Milk")
        #expect(phone.shows("Milk") && !phone.shows("Title"))
    }

    @Test func keysEditTheFocusedField() throws {
        let phone = try phoneWithNotes([])
        phone.tap("New note")
        phone.windows.type("abc")
        phone.windows.key(KeyCode.delete)
        #expect(phone.shows("ab"))
        phone.windows.key(KeyCode.dpadLeft)
        phone.windows.key(KeyCode.letterA + 25, meta: KeyCode.shift)
        #expect(phone.shows("aZb"))
        phone.windows.key(KeyCode.letterA, meta: KeyCode.control)
        phone.windows.key(KeyCode.copy)
        phone.windows.key(KeyCode.moveEnd)
        phone.windows.key(KeyCode.paste)
        #expect(phone.shows("aZbaZb"))
        phone.windows.key(KeyCode.letterA, meta: KeyCode.control)
        phone.windows.type("new")
        #expect(phone.shows("new"))
        #expect(phone.system.clipboard == "aZb")
    }

    @Test func enterGoesToTheNextFieldAndMakesLinesInALongOne() throws {
        let phone = try phoneWithNotes([])
        phone.tap("New note")
        phone.windows.type("Milk\nfirst\nsecond")
        #expect(phone.shows("Milk") && phone.shows("first\nsecond"))
        #expect(phone.xml.contains("first&#10;second"))
    }

    @Test func theSoftKeyboardTypesAndIsNotListed() throws {
        let phone = try phoneWithNotes([])
        phone.tap("New note")
        let keyboard = try #require(phone.windows.windows().last { $0.kind == .keyboard })
        for letter in ["H", "i"] {
            let current = try #require(phone.windows.windows().last { $0.kind == .keyboard })
            let key = try #require(current.root.first { $0.view.text == letter })
            phone.windows.tap(x: key.frame.centerX, y: key.frame.centerY)
        }
        #expect(phone.shows("Hi"))
        #expect(!phone.xml.contains("inputmethod"))
        let page = try #require(phone.find("android:id/content"))
        #expect(page.frame.bottom == keyboard.root.frame.top)
        phone.windows.back()
        #expect(!phone.windows.keyboardShown && phone.shows("Hi"))
    }

    @Test func typingWithoutAFieldDoesNothing() throws {
        let phone = try phoneWithNotes(["one"])
        let before = phone.windows.hierarchy()
        phone.windows.type("hello")
        #expect(phone.windows.hierarchy() == before)
    }

    // MARK: Touch

    @Test func aStrokeMovesTheListByItsLength() throws {
        let phone = try phoneWithNotes((10..<60).map { "note \($0)" })
        let before = try #require(phone.find("note 12")).frame
        phone.windows.swipe(x1: 540, y1: 1500, x2: 540, y2: 1400)
        #expect(phone.find("note 12")?.frame.top == before.top - 100)
        phone.windows.swipe(x1: 540, y1: 400, x2: 540, y2: 2200)
        #expect(phone.find("note 12")?.frame == before)
        for _ in 0..<5 { phone.windows.swipe(x1: 540, y1: 2200, x2: 540, y2: 400) }
        #expect(phone.shows("note 59") && !phone.shows("note 10"))
    }

    @Test func theTopmostNodeTakesTheTouch() throws {
        let phone = try phoneWithNotes((10..<60).map { "note \($0)" })
        let button = try #require(phone.find("New note"))
        phone.windows.tap(x: button.frame.centerX, y: button.frame.centerY)
        #expect(phone.shows("org.example.notes:id/title"))
    }

    @Test func aStrokeFromTheEdgeGoesBackAndOneFromBelowGoesHome() throws {
        let phone = try phoneWithNotes(["one"])
        phone.tap("one")
        phone.windows.swipe(x1: 5, y1: 1000, x2: 600, y2: 1000)
        #expect(phone.windows.foreground?.activity == "org.example.notes.MainActivity")
        phone.windows.swipe(x1: 540, y1: 2390, x2: 540, y2: 1200, ms: 200)
        #expect(phone.windows.foreground?.package == "com.google.android.apps.nexuslauncher")
    }

    @Test func touchesOutsideTheDisplayAndWhileItIsOffAreIgnored() throws {
        let phone = try phoneWithNotes(["one"])
        for place in [-5, 5000, Int.max / 4] { phone.windows.tap(x: place, y: place) }
        phone.windows.key(KeyCode.power)
        #expect(phone.windows.hierarchy().isEmpty && phone.windows.foreground == nil)
        phone.tap("one")
        phone.windows.key(KeyCode.wakeUp)
        #expect(phone.windows.foreground?.activity == "org.example.notes.MainActivity")
    }

    // MARK: Determinism

    @Test func theSameInputsGiveTheSameBytes() throws {
        func play() throws -> ([UInt8], [UInt8]) {
            let phone = try phoneWithNotes(["one", "two"])
            phone.tap("New note")
            phone.windows.type("Milk")
            phone.windows.expandQuickSettings()
            phone.tap("Bluetooth")
            phone.windows.collapsePanels()
            return (phone.windows.hierarchy(), phone.windows.screenshot().pixels)
        }
        let (first, second) = (try play(), try play())
        #expect(first.0 == second.0)
        #expect(first.1 == second.1)
    }

    @Test func randomInputsNeverBreakAnything() throws {
        let phone = try phoneWithNotes(["one", "two", "three"])
        var random = SeededSteps(seed: 42)
        for _ in 0..<600 {
            let (x, y) = (random.below(1080), random.below(2400))
            switch random.below(9) {
            case 0...3: phone.windows.tap(x: x, y: y)
            case 4: phone.windows.longPress(x: x, y: y)
            case 5, 6:
                phone.windows.swipe(x1: x, y1: y, x2: random.below(1080), y2: random.below(2400), ms: random.below(900))
            case 7: phone.windows.key(random.below(290))
            default: phone.windows.type("x\(random.below(100))\n")
            }
            if !phone.windows.displayOn { phone.windows.key(KeyCode.wakeUp) }
            #expect(phone.windows.hierarchy().count > 200)
        }
    }
}
