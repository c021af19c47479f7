// SPDX-License-Identifier: Apache-2.0

/// A text that may go into a field, before it is known how well it fits.
struct TextCandidate: Sendable {
    /// Where a text comes from.
    enum Origin: Sendable, Hashable {
        case goal, cell, note, clipboard, screen, program
    }

    var text: String
    /// What it was made of, or itself.
    private(set) var root: String
    var value: TypedValue?
    /// The words that say what it is for; empty where nothing does.
    var name: NameWords
    /// What the name tells; a transform's own kind, such as the hour of a time.
    var kind: TextKind?
    var shape: TextShape
    var source: String
    var origin: Origin
    /// How much there is to say for it, whatever the field.
    var base: Double
    /// Whether a transform made it.
    var isMade = false
    /// Whether it stands for a person.
    var isPerson = false
    /// Whether what was typed before counts against it; a row that is being entered may repeat what others have.
    var mindsTyped = true

    init(
        _ text: String,
        value: TypedValue? = nil,
        name: String = "",
        source: String,
        origin: Origin,
        base: Double
    ) {
        (self.text, root) = (text, text)
        self.value = value
        self.name = NameWords(name)
        kind = TextKind(self.name)
        shape = TextShape.of(text, value)
        self.source = source
        self.origin = origin
        self.base = base
        isPerson = shape.contains(.person) && ![.body, .file, .company, .place].contains(kind)
    }

    /// A transform of it.
    func made(_ text: String, _ how: String, cost: Double, kind: TextKind? = nil) -> TextCandidate {
        var out = self
        out.text = text
        out.shape = TextShape.of(text, nil)
        out.value = nil
        out.source = "\(source), \(how)"
        out.base -= cost
        out.isMade = true
        out.isPerson = false
        if let kind { out.kind = kind }
        return out
    }
}

/// Texts compared by what counts in them.
enum TextEssence {
    /// Letters and digits alone, in lower case: fields format telephone numbers and change case.
    static func of(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x61...0x7A: bytes.append(byte)
            case 0x41...0x5A: bytes.append(byte | 0x20)
            case 0x80...: return text.lowercased().filter { $0.isLetter || $0.isNumber }
            default: break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
