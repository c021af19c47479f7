// SPDX-License-Identifier: Apache-2.0

import Base
import Screen
import Testing

@Suite("Reading a hierarchy")
struct HierarchyParserTests {
    @Test("Elements come in document order with parents, depths and descendant counts")
    func order() throws {
        let tree = try HierarchyParser.parse(XML.settings)
        #expect(tree.elements.count == 11)
        #expect(tree.elements.map(\.id) == Array(0..<11))
        #expect(tree.elements[0].descendantCount == 10)
        #expect(tree.elements[4].shortClass == "RecyclerView")
        #expect(tree.elements[4].descendantCount == 6)
        #expect(tree.elements[6].parent == 5)
        #expect(tree.elements[6].depth == 3)
        #expect(!tree.isTruncated && !tree.isClipped)
    }

    @Test("A text inside a clickable row takes its clicks to the row, and the row is called after it")
    func effectiveClicks() throws {
        let elements = try HierarchyParser.parse(XML.settings).elements
        #expect(elements[6].clickTarget == 5)
        #expect(elements[7].clickTarget == 5)
        #expect(elements[2].clickTarget == nil)
        #expect(elements[5].label == "Wi-Fi")
        #expect(elements[7].label == "Wi-Fi")
        #expect(elements[8].label == "AndroidWifi")
        #expect(elements[8].detail == "Connected")
        #expect(elements[3].label == "search src text")
        #expect(elements[3].role == .field)
        #expect(elements[7].role == .toggle)
    }

    @Test(
        "An empty field is known by the hint that it prints as its text, a filled one by the label that floats beside it"
    )
    func fields() throws {
        func field(_ text: String, id: String = "") -> String {
            XML.node("EditText", text: text, id: id, flags: ["clickable"], bounds: "[0,0][900,100]")
        }
        let xml = XML.document(
            XML.node(
                "FrameLayout",
                XML.node("FrameLayout", field("First name"))
                    + XML.node("FrameLayout", field("Hugo") + XML.node("TextView", text: "Last name"))
                    + field("Search in Downloads", id: "a:id/search_src_text")
                    + field("notes.txt", id: "a:id/file_name")
            )
        )
        let fields = try HierarchyParser.parse(xml).elements.filter(\.isEditable)
        #expect(fields.map(\.label) == ["First name", "Last name", "Search in Downloads", "file name"])
        #expect(fields.map(\.detail) == ["", "Hugo", "", "notes.txt"])
    }

    @Test(
        "What devices print around and inside a hierarchy is tolerated",
        arguments: [
            ("WARNING: linker: unused DT entry\n", "", false),
            ("", "trailing words < & > that are no XML", false),
            ("Multiple displays <were> found & none\n", XML.tail, false),
        ]
    )
    func noise(before: String, after: String, truncated: Bool) throws {
        let bytes = Array(before.utf8) + XML.settings + Array(after.utf8)
        let tree = try HierarchyParser.parse(bytes)
        #expect(tree.elements.count == 11)
        #expect(tree.isTruncated == truncated)
    }

    @Test("Unknown attributes, any order and single quotes are read")
    func attributes() throws {
        let xml = """
            <hierarchy rotation='1' extra="1"><node NAF="true" bounds='[1,2][3,4]' drawing-order="7" hint="Name" text='a'
             clickable='true' visible-to-user="true"/><!-- note --><window/></hierarchy>
            """
        let tree = try HierarchyParser.parse(Array(xml.utf8))
        let element = try #require(tree.elements.first)
        #expect(tree.rotation == 1)
        #expect(element.bounds == Bounds(left: 1, top: 2, right: 3, bottom: 4))
        #expect(element.hint == "Name")
        #expect(element.isClickable && element.isEnabled)
    }

    @Test(
        "References of every kind become their characters, and forbidden ones a full stop",
        arguments: [
            ("a&#10;b", "a\nb"), ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"), ("&#55357;&#56832;", "\u{1F600}"),
            ("&#x1F600;", "\u{1F600}"), ("&#55357;x", ".x"), ("&#0;&#1;", ".."), ("a & b", "a & b"),
            ("&nbsp;", "&nbsp;"),
            ("&#xD83D;&#xDE00;!", "\u{1F600}!"), ("tab&#9;", "tab\t"),
        ]
    )
    func references(written: String, read: String) throws {
        let tree = try HierarchyParser.parse(XML.document(XML.node("TextView", text: written)))
        #expect(tree.elements.first?.text == read)
    }

    @Test("A hierarchy that breaks off gives what came before, and says so")
    func truncated() throws {
        let whole = XML.settings
        for cut in stride(from: 500, to: whole.count - 60, by: 97) {
            let tree = try HierarchyParser.parse(Array(whole[..<cut]))
            #expect(tree.isTruncated)
            #expect(tree.elements.count <= 11)
            for element in tree.elements { #expect(element.id + element.descendantCount < tree.elements.count) }
        }
    }

    @Test("Pieces of any size give what the whole gives")
    func pieces() throws {
        let bytes = XML.document(XML.node("TextView", text: "ä&#55357;&#56832;€&amp;😀") + XML.node("Button", text: "x"))
        let whole = try HierarchyParser.parse(bytes)
        for size in [1, 2, 3, 5, 7, 64] {
            let parser = HierarchyParser()
            var start = 0
            while start < bytes.count {
                parser.feed(bytes[start..<min(start + size, bytes.count)])
                start += size
            }
            #expect(try parser.finish().elements == whole.elements)
        }
    }

    @Test(
        "What is no hierarchy is a clear error of its own kind",
        arguments: [
            ("", "screen.notXML"), ("Killed", "screen.notXML"), ("<html><body/></html>", "screen.notXML"),
            ("ERROR: could not get idle state.", "screen.notIdle"),
            ("ERROR: null root node returned by UiTestAutomationBridge.", "screen.noRoot"),
            ("<hierarchy rotation=\"0\"></hierarchy>", "screen.empty"), ("<hierarchy/>", "screen.empty"),
        ]
    )
    func errors(text: String, code: String) {
        let error = #expect(throws: DroidError.self) { try HierarchyParser.parse(Array(text.utf8)) }
        #expect(error?.code.rawValue == code)
        #expect(error?.next.isEmpty == false)
    }

    @Test("Nesting beyond the bound is left out, not followed")
    func depth() throws {
        let open = String(repeating: "<node text=\"x\" bounds=\"[0,0][9,9]\">", count: 5000)
        let close = String(repeating: "</node>", count: 5000)
        let tree = try HierarchyParser.parse(Array("<hierarchy>\(open)\(close)</hierarchy>".utf8))
        #expect(tree.elements.count == HierarchyParser.depthLimit)
        #expect(tree.isClipped && !tree.isTruncated)
    }

    @Test("Ten thousand nodes are input like any other")
    func many() throws {
        let rows = (0..<5000).map { row in
            XML.node(
                "LinearLayout",
                flags: ["clickable"],
                bounds: "[0,0][1080,100]",
                XML.node("TextView", text: "Row \(row)")
            )
        }
        let tree = try HierarchyParser.parse(XML.document(rows.joined()))
        #expect(tree.elements.count == 10_000)
        #expect(tree.elements[9998].label == "Row 4999")
    }

    @Test("Damaged bytes neither crash nor hang, and elements stay consistent")
    func fuzz() {
        var random = SeededRandom(seed: 7, name: "hierarchy")
        for _ in 0..<1500 {
            var bytes = XML.settings
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
                case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
                default:
                    bytes.insert(
                        contentsOf: [60, 38, 34, 0xF0, 0xED, 0xA0][..<Int.random(in: 1...6, using: &random)],
                        at: place
                    )
                }
                if bytes.isEmpty { bytes = [60] }
            }
            guard let tree = try? HierarchyParser.parse(bytes) else { continue }
            for element in tree.elements {
                #expect(element.parent.map { $0 < element.id } ?? true)
                #expect(element.id + element.descendantCount < tree.elements.count)
            }
        }
    }

    @Test("The digest tells screens apart by what they show")
    func digest() throws {
        let a = ScreenState(try HierarchyParser.parse(XML.settings))
        let b = ScreenState(try HierarchyParser.parse(Array("noise ".utf8) + XML.settings))
        let text = String(decoding: XML.settings, as: UTF8.self)
        let c = ScreenState(try HierarchyParser.parse(Array(text.replacing("Connected", with: "Saved").utf8)))
        let d = ScreenState(
            try HierarchyParser.parse(Array(text.replacing("checked=\"true\"", with: "checked=\"false\"").utf8))
        )
        #expect(a.contentHash == b.contentHash)
        #expect(Set([a.contentHash, c.contentHash, d.contentHash]).count == 3)
        #expect(a.displaySize == DisplaySize(width: 1080, height: 2400))
    }

    @Test("What scrolls hides what reaches out of it")
    func visible() throws {
        let xml = XML.document(
            XML.node(
                "ScrollView",
                flags: ["scrollable"],
                bounds: "[0,200][1080,1000]",
                XML.node("Button", text: "Half", flags: ["clickable"], bounds: "[0,900][1080,1100]")
                    + XML.node("Button", text: "Gone", flags: ["clickable"], bounds: "[0,1200][1080,1300]")
            )
        )
        let state = ScreenState(try HierarchyParser.parse(xml), displaySize: DisplaySize(width: 1080, height: 2400))
        #expect(state.visibleBounds(of: 1) == Bounds(left: 0, top: 900, right: 1080, bottom: 1000))
        #expect(state.visibleBounds(of: 2).isEmpty)
    }

    @Test(
        "Bounds are read strictly",
        arguments: ["", "[1,2][3]", "[1,2][3,4][5,6]", "[a,2][3,4]", "[99999999999,0][1,1]"]
    )
    func badBounds(text: String) { #expect(Bounds(Array(text.utf8)) == nil) }
}
