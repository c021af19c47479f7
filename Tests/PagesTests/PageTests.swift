// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Pages
import Testing

/// Whether a page is well-formed XML, which it then is as HTML, too.
func isWellFormed(_ page: String) -> Bool {
    XMLParser(data: Data(page.replacing("<!DOCTYPE html>\n", with: "").utf8)).parse()
}

@Suite("Pages")
struct PageTests {
    @Test(
        "Escaped text cannot become mark-up",
        arguments: [
            ("<script>", "&lt;script&gt;"), ("a & b", "a &amp; b"), ("\"x' y", "&quot;x&#39; y"),
            ("\u{0}\u{8}", "\u{FFFD}\u{FFFD}"),
            ("😀 ü", "😀 ü"),
        ]
    )
    func escape(text: String, escaped: String) { #expect(HTML.escape(text) == escaped) }

    @Test("Base64 agrees with Foundation's for every length")
    func base64() {
        for count in 0..<64 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
            #expect(HTML.dataURI(bytes, type: "x/y") == "data:x/y;base64," + Data(bytes).base64EncodedString())
        }
    }

    @Test("A page is well formed whatever it is given, and loads nothing")
    func wellFormed() {
        var page = PageShell(title: "A \"goal\" <b> & 😀", subtitle: "\u{1}")
        page.section("x < y", HTML.table(head: ["a", "<"], rows: [["1", "&"], ["\"", "'"]], numeric: [0]))
        page.section(
            "bars",
            Plot.bars([Plot.Bar(name: "<a>", value: 0.5, low: 0.2, high: 0.8), Plot.Bar(name: "b", value: -2)])
        )
        page.section("lines", Plot.lines([Plot.Series(name: "&", points: [(0, 1), (1, .nan), (2, 3)])], xTitle: "<x>"))
        #expect(isWellFormed(page.html))
        #expect(
            !page.html.contains("http://") || page.html.components(separatedBy: "http://www.w3.org/2000/svg").count > 1
        )
        #expect(!page.html.contains("https://"))
    }

    @Test("Plots of nothing and of one point are plots still")
    func degenerate() {
        #expect(isWellFormed(Plot.lines([])))
        #expect(isWellFormed(Plot.bars([])))
        #expect(isWellFormed(Plot.lines([Plot.Series(name: "a", points: [(5, 5)])])))
        #expect(isWellFormed(Plot.bars([Plot.Bar(name: "a", value: 0), Plot.Bar(name: "b", value: .infinity)])))
    }

    @Test(
        "Axis numbers are short",
        arguments: [
            (0.0, "0"), (1.0, "1"), (0.25, "0.25"), (12.5, "12.5"), (1234.5, "1235"), (0.00012, "1.2e-4"), (-3.0, "-3"),
            (2_500_000.0, "2.5e6"),
            (.infinity, "–"),
        ]
    )
    func labels(value: Double, label: String) { #expect(Plot.label(value) == label) }
}
