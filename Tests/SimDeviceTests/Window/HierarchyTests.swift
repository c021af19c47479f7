// SPDX-License-Identifier: Apache-2.0

import Base
import Media
import Testing

@testable import SimDevice

@Suite struct HierarchyTests {
    private func xml(_ component: any Component, width: Int = 400, height: Int = 800) -> String {
        var layout = Layout(text: TextEngine(), offsets: [:])
        let node = layout.run(component.view, key: 1, in: Bounds(left: 0, top: 0, right: width, bottom: height))
        return String(decoding: HierarchyWriter.write(node, package: "p", focus: nil), as: UTF8.self)
    }

    @Test func aNodeIsWrittenExactlyAsUiautomatorDoes() {
        let text = xml(Text("Hi").id("p:id/a").described("d").size(20, 10))
        #expect(
            text == "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>" + "<hierarchy rotation=\"0\">"
                + "<node index=\"0\" text=\"Hi\" resource-id=\"p:id/a\" class=\"android.widget.TextView\" "
                + "package=\"p\" content-desc=\"d\" checkable=\"false\" checked=\"false\" clickable=\"false\" enabled=\"true\" "
                + "focusable=\"false\" focused=\"false\" scrollable=\"false\" long-clickable=\"false\" "
                + "password=\"false\" selected=\"false\" bounds=\"[0,0][53,26]\" /></hierarchy>"
        )
    }

    @Test func charactersAreEscapedAndThoseBeyondXMLBecomeStops() {
        let text = xml(Text("<a> & \"b\" 'c'\nd\u{1}e 🙂 é\u{fffe}"))
        #expect(text.contains("text=\"&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;&#10;d.e .. é.\""))
    }

    @Test func aClickableNodeWithoutWordsIsMarkedUnfriendly() {
        #expect(xml(ZStack().size(10, 10).onClick {}).contains("<node NAF=\"true\" index=\"0\""))
        #expect(!xml(ZStack { Text("x") }.onClick {}).contains("NAF"))
        #expect(!xml(ZStack().size(10, 10).described("x").onClick {}).contains("NAF"))
    }

    @Test func unlistedNodesGiveTheirChildrenToTheirParent() {
        let text = xml(
            VStack {
                VStack { Text("a") }.unlisted(); Text("b")
            }
        )
        #expect(text.contains("index=\"0\" text=\"a\"") && text.contains("index=\"1\" text=\"b\""))
        #expect(text.components("LinearLayout") == 1)
    }

    @Test func onlyWhatIsInSightIsListedAndBoundsAreCutToIt() {
        let list = ScrollView {
            for number in 0..<10 { Text("row \(number)").height(50) }
        }
        .height(120)
        .width(100)
        let text = xml(list)
        #expect(text.contains("row 2\"") && !text.contains("row 3\""))
        #expect(text.contains("bounds=\"[0,262][") && text.contains(",315]\" />"))
        #expect(text.contains("scrollable=\"true\""))
    }

    @Test func aPasswordTellsOnlyItsLength() {
        let binding = Binding<String>(get: { "secret" }, set: { _ in })
        #expect(xml(TextField("Password", text: binding, kind: .password)).contains("text=\"••••••\""))
    }

    @Test func picturesAndHierarchyAgree() throws {
        // Every listed node with a background of its own colour is exactly where the hierarchy says.
        let colors: [UInt32] = [0xff0000, 0x00ff00, 0x0000ff, 0x123456]
        let view = HStack(spacing: 3) {
            for color in colors { ZStack().weight().height(40).background(.rgb(color)) }
        }
        .width(130)
        .padding(7)
        var layout = Layout(text: TextEngine(), offsets: [:])
        let node = layout.run(view, key: 1, in: Bounds(left: 0, top: 0, right: 500, bottom: 300))
        let canvas = Canvas(width: 500, height: 300, text: layout.text)
        Painter(canvas: canvas, palette: Palette(dark: false)).draw(node)
        let picture = canvas.pixels()
        for (child, color) in zip(node.children, colors) {
            let box = child.visible
            #expect(picture[box.left, box.top] == RGBA(hex: color))
            #expect(picture[box.right - 1, box.bottom - 1] == RGBA(hex: color))
            #expect(picture[box.left - 1, box.top].alpha == 0 && picture[box.right, box.top].alpha == 0)
        }
        #expect(node.children.map(\.width).reduce(0, +) == node.width - 2 * Screen.pixels(7) - 3 * Screen.pixels(3))
    }

    @Test func longListsMakeOnlyTheRowsInSight() {
        var made = 0
        let list = List(count: 10_000, rowHeight: 40) { index in
            made += 1
            return Text("row \(index)")
        }
        .height(200)
        var layout = Layout(text: TextEngine(), offsets: [:])
        let node = layout.run(list, key: 1, in: .display)
        #expect(made <= 7 && node.contentLength == 10_000 * 105)
        layout.offsets[node.key] = 1 << 40
        made = 0
        let end = layout.run(list, key: 1, in: .display)
        #expect(made <= 7 && end.children.last?.view.text == "row 9999")
    }
}

extension String {
    /// How often a piece occurs.
    func components(_ piece: String) -> Int { ranges(of: piece).count }
}

/// Small numbers from a seed.
struct SeededSteps {
    private var random: SeededRandom
    init(seed: UInt64) { random = SeededRandom(seed: seed) }
    mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
}
