// SPDX-License-Identifier: Apache-2.0

import Media

/// The soft keyboard: a window of its own at the bottom of the display. Its keys can be tapped; it is never part of a
/// dump, which holds the active window alone.
struct Keyboard {
    enum Key: Equatable {
        case character(Character)
        case shift, backspace, enter, space, symbols, letters
    }

    enum Page { case letters, symbols }

    /// Height above the navigation bar.
    static func height(_ display: Display) -> Dp { display.isLandscape ? 198 : 262 }

    var page = Page.letters
    var shifted = false
    var kind = View.TextEditing.Kind.text
    var display = Display()
    /// What a key does.
    var press: (Key) -> Void

    private static let letterRows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"]
    private static let symbolRows = ["1234567890", "@#$_&-+()/", "*\"':;!?"]
    private static let numberRows = ["123", "456", "789"]

    var view: View {
        VStack {
            if kind == .number || kind == .phone { numberPad } else { full }
        }
        .unlisted()
        .fillWidth()
        .height(Self.height(display) + Screen.navigationBar)
        .padding(
            left: 3 + sideways + display.leftInset,
            top: display.isLandscape ? 4 : 8,
            right: 3 + sideways + display.rightInset,
            bottom: Screen.navigationBar
        )
        .background(.surfaceVariant)
    }

    /// On a wide display the keys stay near the middle, where thumbs reach them.
    private var sideways: Dp { display.isLandscape ? 40 : 0 }

    private var full: View {
        let rows = page == .letters ? Self.letterRows : Self.symbolRows
        return VStack {
            if !display.isLandscape {
                HStack {
                    for icon in [Icon.grid, .star, .settings, .more] {
                        IconView(icon, size: 20).unlisted().weight()
                    }
                }
                .unlisted()
                .fillWidth()
                .height(40)
            }
            line { characters(rows[0]) }
            line {
                Spacer(rows[1].count < 10 ? 18 : 0)
                characters(rows[1])
                Spacer(rows[1].count < 10 ? 18 : 0)
            }
            line {
                if page == .letters { icon(.shift, .shift, 1.5, on: shifted) } else { label("%", .character("%"), 1.5) }
                characters(rows[2])
                icon(.backspace, .backspace, 1.5)
            }
            line {
                label(page == .letters ? "?123" : "ABC", page == .letters ? .symbols : .letters, 1.5)
                characters(kind == .email ? "@" : ",")
                label(" ", .space, 5)
                characters(".")
                icon(.enter, .enter, 1.5, on: true)
            }
        }
        .unlisted()
        .fill()
    }

    private var numberPad: View {
        VStack {
            for (index, row) in Self.numberRows.enumerated() {
                line {
                    characters(row)
                    switch index {
                    case 0: characters("-")
                    case 1: characters("+")
                    default: icon(.backspace, .backspace, 1)
                    }
                }
            }
            line {
                characters(kind == .phone ? "*0#" : ",0.")
                icon(.enter, .enter, 1, on: true)
            }
        }
        .unlisted()
        .fill()
    }

    private func line(@ViewBuilder _ keys: () -> [View]) -> View {
        HStack(keys).unlisted().fillWidth().weight()
    }

    private func characters(_ keys: String) -> [View] {
        keys.map { key in
            let shown = shifted && page == .letters ? Character(key.uppercased()) : key
            return label(String(shown), .character(shown), 1)
        }
    }

    private func label(_ text: String, _ key: Key, _ weight: Double) -> View {
        let quiet = text.count > 1
        return ZStack { Text(text, size: quiet ? 15 : 22, align: .center).unlisted().align(.center) }
            .unlisted()
            .weight(weight)
            .fillHeight()
            .margin(horizontal: 2.5, vertical: display.isLandscape ? 3 : 4.5)
            .background(quiet ? .secondaryContainer : .surface, radius: key == .space ? 8 : 6)
            .onClick { press(key) }
    }

    private func icon(_ icon: Icon, _ key: Key, _ weight: Double, on: Bool = false) -> View {
        ZStack { IconView(icon, color: on ? .onPrimaryContainer : .onSurface, size: 22).unlisted().align(.center) }
            .unlisted()
            .weight(weight)
            .fillHeight()
            .margin(horizontal: 2.5, vertical: display.isLandscape ? 3 : 4.5)
            .background(on ? .primaryContainer : .secondaryContainer, radius: key == .enter ? 22 : 6)
            .onClick { press(key) }
    }
}
