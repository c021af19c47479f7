// SPDX-License-Identifier: Apache-2.0

/// A file name pattern: `*`, `?`, `[...]`, and characters that stand for themselves.
struct Glob {
    private enum Element {
        case character(Unicode.Scalar)
        case any
        case many
        case oneOf([ClosedRange<Unicode.Scalar>], negated: Bool)
    }

    private let elements: [Element]
    /// Whether anything in it is more than a character.
    let isPattern: Bool

    /// - Parameter characters: the pattern; a quoted character stands for itself.
    init(_ characters: [(character: Unicode.Scalar, quoted: Bool)]) {
        var elements: [Element] = []
        var isPattern = false
        var index = 0
        while index < characters.count {
            let (c, quoted) = characters[index]
            index += 1
            switch c {
            case "*" where !quoted:
                if case .many = elements.last { continue }
                elements.append(.many)
                isPattern = true
            case "?" where !quoted:
                elements.append(.any)
                isPattern = true
            case "[" where !quoted:
                if let (element, next) = Self.set(characters, index) {
                    elements.append(element)
                    index = next
                    isPattern = true
                } else {
                    elements.append(.character(c))
                }
            default: elements.append(.character(c))
            }
        }
        self.elements = elements
        self.isPattern = isPattern
    }

    init(_ pattern: String) { self.init(pattern.unicodeScalars.map { ($0, false) }) }

    private static func set(_ characters: [(character: Unicode.Scalar, quoted: Bool)], _ start: Int) -> (Element, Int)?
    {
        var index = start
        var negated = false
        if index < characters.count, characters[index].character == "!" || characters[index].character == "^" {
            negated = true
            index += 1
        }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        let first = index
        while index < characters.count {
            let c = characters[index].character
            if c == "]" && index > first { return (.oneOf(ranges, negated: negated), index + 1) }
            if index + 2 < characters.count, characters[index + 1].character == "-",
                characters[index + 2].character != "]", characters[index + 2].character >= c
            {
                ranges.append(c...characters[index + 2].character)
                index += 3
            } else {
                ranges.append(c...c)
                index += 1
            }
        }
        return nil
    }

    /// Whether the whole text fits; linear in the text for each `*`, never exponential.
    func matches(_ text: String) -> Bool { matches(Array(text.unicodeScalars)[...]) }

    func matches(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var (at, element) = (text.startIndex, 0)
        var retry: (at: Int, element: Int)?
        while true {
            if element < elements.count, case .many = elements[element] {
                element += 1
                retry = (at, element)
                continue
            }
            if at == text.endIndex && element == elements.count { return true }
            if at < text.endIndex, element < elements.count, fits(elements[element], text[at]) {
                at += 1
                element += 1
                continue
            }
            guard let last = retry, last.at < text.endIndex else { return false }
            retry = (last.at + 1, last.element)
            at = last.at + 1
            element = last.element
        }
    }

    private func fits(_ element: Element, _ c: Unicode.Scalar) -> Bool {
        switch element {
        case .character(let wanted): wanted == c
        case .any, .many: true
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(c) } != negated
        }
    }
}
