// SPDX-License-Identifier: Apache-2.0

/// Android's key codes by name, as `input keyevent` takes them.
enum KeyCodes {
    private static let names: [String: Int] = {
        var table: [String: Int] = [
            "UNKNOWN": 0, "SOFT_LEFT": 1, "SOFT_RIGHT": 2, "HOME": 3, "BACK": 4, "CALL": 5, "ENDCALL": 6, "STAR": 17,
            "POUND": 18, "DPAD_UP": 19, "DPAD_DOWN": 20, "DPAD_LEFT": 21, "DPAD_RIGHT": 22, "DPAD_CENTER": 23,
            "VOLUME_UP": 24, "VOLUME_DOWN": 25, "POWER": 26, "CAMERA": 27, "CLEAR": 28, "COMMA": 55, "PERIOD": 56,
            "ALT_LEFT": 57, "ALT_RIGHT": 58, "SHIFT_LEFT": 59, "SHIFT_RIGHT": 60, "TAB": 61, "SPACE": 62, "SYM": 63,
            "EXPLORER": 64, "ENVELOPE": 65, "ENTER": 66, "DEL": 67, "GRAVE": 68, "MINUS": 69, "EQUALS": 70,
            "LEFT_BRACKET": 71, "RIGHT_BRACKET": 72, "BACKSLASH": 73, "SEMICOLON": 74, "APOSTROPHE": 75, "SLASH": 76,
            "AT": 77, "NUM": 78, "HEADSETHOOK": 79, "FOCUS": 80, "PLUS": 81, "MENU": 82, "NOTIFICATION": 83,
            "SEARCH": 84, "MEDIA_PLAY_PAUSE": 85, "MEDIA_STOP": 86, "MEDIA_NEXT": 87, "MEDIA_PREVIOUS": 88,
            "MEDIA_REWIND": 89, "MEDIA_FAST_FORWARD": 90, "MUTE": 91, "PAGE_UP": 92, "PAGE_DOWN": 93, "ESCAPE": 111,
            "FORWARD_DEL": 112, "CTRL_LEFT": 113, "CTRL_RIGHT": 114, "CAPS_LOCK": 115, "META_LEFT": 117,
            "META_RIGHT": 118, "MOVE_HOME": 122, "MOVE_END": 123, "INSERT": 124, "FORWARD": 125, "MEDIA_PLAY": 126,
            "MEDIA_PAUSE": 127, "NUMPAD_ENTER": 160, "VOLUME_MUTE": 164, "SETTINGS": 176, "APP_SWITCH": 187,
            "LANGUAGE_SWITCH": 204, "ASSIST": 219, "BRIGHTNESS_DOWN": 220, "BRIGHTNESS_UP": 221, "SLEEP": 223,
            "WAKEUP": 224, "CUT": 277, "COPY": 278, "PASTE": 279, "ALL_APPS": 284,
        ]
        for digit in 0...9 { table["\(digit)"] = 7 + digit }
        for (index, letter) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ".enumerated() { table[String(letter)] = 29 + index }
        for index in 1...12 { table["F\(index)"] = 130 + index }
        for digit in 0...9 { table["NUMPAD_\(digit)"] = 144 + digit }
        return table
    }()

    /// A number, `HOME` or `KEYCODE_HOME`; nil for what is none of these. `4` is the code 4, not the digit.
    static func code(_ text: String) -> Int? {
        if let number = Int(text) { return (0...1000).contains(number) ? number : nil }
        let name = text.uppercased()
        return names[name.hasPrefix("KEYCODE_") ? String(name.dropFirst(8)) : name]
    }

    /// The meta state that a held key stands for, or 0: shift 1, alt 2, ctrl 0x1000, meta 0x10000.
    static func meta(_ code: Int) -> Int {
        switch code {
        case 59: 0x41
        case 60: 0x81
        case 57: 0x12
        case 58: 0x22
        case 113: 0x3000
        case 114: 0x5000
        case 117: 0x3_0000
        case 118: 0x5_0000
        default: 0
        }
    }
}
