// SPDX-License-Identifier: Apache-2.0

import Base
import Screen
import Testing

@Suite("Printing a screen")
struct ScreenPrintingTests {
    @Test("The HTML form has inputs, buttons, checkboxes and texts, and no empty wrappers")
    func html() throws {
        let text = ScreenHTML.render(ScreenState(try HierarchyParser.parse(XML.settings)))
        #expect(text.contains("<button id=5>Wi-Fi</button>"))
        #expect(text.contains("<checkbox id=7 checked=true>Wi-Fi</checkbox>"))
        #expect(text.contains("<p id=2>Internet</p>"))
        #expect(text.contains("<input id=3>search src text</input>"))
        #expect(!text.contains("<div>\n</div>"))
    }

    @Test("The JSON form names set flags only")
    func json() throws {
        let form = ScreenJSON(ScreenState(try HierarchyParser.parse(XML.settings)))
        #expect(form.elements[7].flags == ["checkable", "checked", "enabled"])
        #expect(form.elements[7].clickTarget == 5)
        #expect(form.elements[0].label == nil)
    }
}
