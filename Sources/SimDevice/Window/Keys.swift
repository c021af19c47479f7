// SPDX-License-Identifier: Apache-2.0

/// Android's key codes that do something here.
enum KeyCode {
    static let home = 3
    static let back = 4
    static let call = 5
    static let endCall = 6
    static let digit0 = 7
    static let dpadUp = 19
    static let dpadDown = 20
    static let dpadLeft = 21
    static let dpadRight = 22
    static let dpadCenter = 23
    static let volumeUp = 24
    static let volumeDown = 25
    static let power = 26
    static let letterA = 29
    static let tab = 61
    static let space = 62
    static let enter = 66
    static let delete = 67
    static let menu = 82
    static let notification = 83
    static let pageUp = 92
    static let pageDown = 93
    static let escape = 111
    static let forwardDelete = 112
    static let moveHome = 122
    static let moveEnd = 123
    static let numpadEnter = 160
    static let appSwitch = 187
    static let sleep = 223
    static let wakeUp = 224
    static let cut = 277
    static let copy = 278
    static let paste = 279

    /// Bits of the meta state.
    static let shift = 0x1
    static let control = 0x1000
}

extension WindowManager {
    /// A key, by Android's code; `meta` has the bits of the keys that are held with it.
    func key(_ code: Int, meta: Int = 0, longPress: Bool = false) {
        invalidate()
        switch code {
        case KeyCode.power: return setDisplay(!displayOn)
        case KeyCode.sleep: return setDisplay(false)
        case KeyCode.wakeUp: return setDisplay(true)
        default: break
        }
        if code == KeyCode.endCall {
            if !endCallKey() { setDisplay(false) }
            return
        }
        guard displayOn else { return }
        let receiver = inputReceiver
        defer { noteInput(of: receiver) }
        if meta & KeyCode.control != 0, controlKey(code) { return }
        switch code {
        case KeyCode.home: goHome()
        case KeyCode.call: callKey()
        case KeyCode.back, KeyCode.escape: back()
        case KeyCode.appSwitch: if panel == .recents { panel = .none } else { openRecents() }
        case KeyCode.notification: expandNotifications()
        case KeyCode.menu: openOverflow()
        case KeyCode.enter, KeyCode.numpadEnter, KeyCode.dpadCenter: enter()
        case KeyCode.delete: deleteCharacter()
        case KeyCode.forwardDelete: deleteCharacter(forward: true)
        case KeyCode.tab: moveFocus(forward: meta & KeyCode.shift == 0, wraps: true)
        case KeyCode.moveHome: moveCursor(by: nil)
        case KeyCode.moveEnd: moveCursor(by: nil, toEnd: true)
        case KeyCode.pageUp: scrollPage(-1)
        case KeyCode.pageDown: scrollPage(1)
        case KeyCode.dpadLeft where focusedField != nil: moveCursor(by: -1)
        case KeyCode.dpadRight where focusedField != nil: moveCursor(by: 1)
        case KeyCode.dpadUp, KeyCode.dpadLeft: moveSelection(-1)
        case KeyCode.dpadDown, KeyCode.dpadRight: moveSelection(1)
        case KeyCode.volumeUp: changeVolume(1)
        case KeyCode.volumeDown: changeVolume(-1)
        case KeyCode.cut: copySelection(cut: true)
        case KeyCode.copy: copySelection(cut: false)
        case KeyCode.paste: paste()
        default:
            if let character = Self.character(code, shift: meta & KeyCode.shift != 0) { insert(character) }
        }
    }

    private func controlKey(_ code: Int) -> Bool {
        switch code {
        case KeyCode.letterA: selectAll()
        case KeyCode.letterA + 2: copySelection(cut: false)
        case KeyCode.letterA + 21: paste()
        case KeyCode.letterA + 23: copySelection(cut: true)
        default: return false
        }
        return true
    }

    private func setDisplay(_ on: Bool) {
        displayOn = on
        if !on {
            pauseFront()
            closePanels()
            keyboardShown = false
        }
    }

    /// MENU opens the overflow menu of the page.
    private func openOverflow() {
        guard panel == .none, let page = windows().last(where: { $0.kind == .page }) else { return }
        front.openMenu = page.root.first { $0.view.handlers.menu != nil }?.key
    }

    private func scrollPage(_ direction: Int) {
        guard let window = activeWindow, let list = window.root.first({ $0.axis == .vertical && $0.isScrollable })
        else {
            return
        }
        scroll(list, by: direction * list.viewport, in: window)
    }

    /// Moves the focus among what can be clicked, and brings it into sight.
    private func moveSelection(_ step: Int) {
        guard let window = activeWindow, window.kind.belongsToActivity else { return }
        let activity = front
        var stops: [Node] = []
        window.root.forEach {
            if $0.isEnabled && $0.view.flags.contains(.focusable) && $0.takesTouch && !$0.visible.isEmpty {
                stops.append($0)
            }
        }
        guard !stops.isEmpty else { return }
        let current = stops.firstIndex { $0.key == activity.focus }
        let next = current.map { $0 + step } ?? (step > 0 ? 0 : stops.count - 1)
        if stops.indices.contains(next) {
            if stops[next].view.handlers.text != nil { return focus(activity, stops[next]) }
            activity.focus = stops[next].key
            keyboardShown = false
        } else if let list = window.root.first({ $0.axis == .vertical && $0.isScrollable }) {
            scroll(list, by: step * list.viewport / 2, in: window)
        }
    }

    private func changeVolume(_ step: Int) {
        let old = system.settings.int(.system, "volume_music_speaker") ?? 5
        system.settings.put(.system, "volume_music_speaker", "\(min(max(0, old + step), 15))")
    }

    private static func character(_ code: Int, shift: Bool) -> String? {
        switch code {
        case 7...16:
            let digit = code - 7
            return shift ? String(Array(")!@#$%^&*(")[digit]) : "\(digit)"
        case 144...153: return "\(code - 144)"
        case 29...54:
            let letter = String(UnicodeScalar(UInt8(97 + code - 29)))
            return shift ? letter.uppercased() : letter
        default: break
        }
        let pairs: [Int: (String, String)] = [
            55: (",", "<"), 56: (".", ">"), 62: (" ", " "), 68: ("`", "~"), 69: ("-", "_"), 70: ("=", "+"),
            71: ("[", "{"), 72: ("]", "}"), 73: ("\\", "|"), 74: (";", ":"), 75: ("'", "\""), 76: ("/", "?"),
            77: ("@", "@"), 81: ("+", "+"), 17: ("*", "*"), 18: ("#", "#"), 154: ("/", "/"), 155: ("*", "*"),
            156: ("-", "-"), 157: ("+", "+"), 158: (".", "."), 159: (",", ","),
        ]
        return pairs[code].map { shift ? $0.1 : $0.0 }
    }
}
