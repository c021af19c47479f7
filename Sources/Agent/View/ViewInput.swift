// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

/// What a page wants done on the device.
struct ViewInput: Decodable {
    enum Kind: String, Decodable { case tap, press, swipe, text, key }
    enum Key: String, Decodable {
        case back, home, recents, enter, delete

        /// Android's code.
        var code: Int {
            switch self {
            case .home: 3
            case .back: 4
            case .enter: 66
            case .delete: 67
            case .recents: 187
            }
        }
    }

    var kind: Kind
    var x: Int?
    var y: Int?
    var x2: Int?
    var y2: Int?
    var milliseconds: Int?
    var text: String?
    var key: Key?

    /// Texts beyond this are refused: `input` types slowly.
    static let textLimit = 4000

    /// What fingers and keys do for it.
    ///
    /// - Throws: `DroidError` with code `view.input` for what lies outside the display, or lacks something.
    func gestures() throws -> [Gesture] {
        switch kind {
        case .tap: return [.tap(x: try place(x), y: try place(y))]
        case .press: return [.press(x: try place(x), y: try place(y), milliseconds: 1000)]
        case .swipe:
            return [
                .swipe(
                    x1: try place(x),
                    y1: try place(y),
                    x2: try place(x2),
                    y2: try place(y2),
                    milliseconds: min(max(milliseconds ?? 300, 50), 3000)
                )
            ]
        case .text:
            guard let text, !text.isEmpty, text.count <= Self.textLimit else { throw Self.refused("the text") }
            return Actuator.strokes(text)
        case .key:
            guard let key else { throw Self.refused("the key") }
            return [.key(key.code)]
        }
    }

    private func place(_ value: Int?) throws -> Int {
        guard let value, (0..<Screencap.sideLimit).contains(value) else { throw Self.refused("the place") }
        return value
    }

    private static func refused(_ what: String) -> DroidError {
        DroidError("view.input", "\(what) is missing or out of bounds")
    }
}
