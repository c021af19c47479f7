// SPDX-License-Identifier: Apache-2.0

/// What the pre-tokenizer must know of a code point.
enum CharacterClass: UInt8 {
    case other, letter, number, space
}

/// The classes of all code points, a byte each, filled a page of 256 at a time: Unicode's properties are slow to ask for.
struct CharacterClasses: Sendable {
    /// For each page, where it lies in `classes`; pages that are equal share one.
    private let pages: [UInt16]
    private let classes: [CharacterClass]

    static let unicode = CharacterClasses()

    private init() {
        var pages: [UInt16] = []
        var classes: [CharacterClass] = []
        var known: [[CharacterClass]: UInt16] = [:]
        for page in 0..<0x1100 {
            let content = (0..<256).map { CharacterClasses.classify(UInt32(page << 8 | $0)) }
            let index = known[content] ?? UInt16(known.count)
            if known[content] == nil {
                known[content] = index
                classes += content
            }
            pages.append(index)
        }
        self.pages = pages
        self.classes = classes
    }

    subscript(codePoint: UInt32) -> CharacterClass {
        guard codePoint < 0x11_0000 else { return .other }
        return classes[Int(pages[Int(codePoint >> 8)]) << 8 | Int(codePoint & 255)]
    }

    private static func classify(_ codePoint: UInt32) -> CharacterClass {
        // Planes 4 to 13 hold nothing, 15 and 16 only private use.
        if (0x4_0000..<0xE_0000).contains(codePoint) || codePoint >= 0xF_0000 { return .other }
        guard let scalar = Unicode.Scalar(codePoint) else { return .other }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return scalar.properties.isWhitespace ? .space : .other
        }
    }
}
