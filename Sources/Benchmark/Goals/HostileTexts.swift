// SPDX-License-Identifier: Apache-2.0

import Base

/// Texts that nobody would write, drawn from a seed: bytes at random, goals with pieces moved, marks in heaps.
public struct HostileTexts {
    private var random: SeededRandom
    private let goals: [String]

    /// Texts are made of the goals, too.
    public init(seed: UInt64, goals: [String]) { (random, self.goals) = (SeededRandom(seed: seed), goals) }

    private static let pieces = [
        "\"", "'", "“", "”", "‘", "’", "«", "»", "„", ":", ": ", ",", ", ", ";", ".", ". ", "..", "!", "?", "|", "\t",
        "\n", "\n\n", "\r\n", " ", "  ",
        "<", ">", "(", ")", "[ ]", "[x] ", "- ", "* ", "1. ", "=", "&", "/", "\\", "@", "#", "$", "%", "+", "_", "-",
        "–", "…", "•",
        "with message: ", "the following text: ", "in this order: ", "the following items: ", "named ", "titled ",
        "and ", "or ", "to ", "from ", "in ",
        "that ", "tell Bob that ", "remind me to ", "send a message to ", "rename ", "move ", "the ", "my ", "app ",
        "event ", "folder ", "note ",
        "How many ", "What is ", "which ", "Answer with ", "in the format <a> <b>", "comma separated list", "between ",
        "after ", "before ", "at ", "on ",
        "first name ", "phone ", "Phone Label: ", "title: ", "Anna ", "Bob's ", "New York, ", "Pro ", "A", "B ",
        "file.txt ", "a_b_1.md ", "x@y.org ",
        "+15551234567 ", "0664 ", "555-0134 ", "47.0688832, ", "9.5061564 ", "$12.50 ", "2023-10-15 ", "10/11/12 ",
        "October 17 ", "tomorrow ", "next week ",
        "this Monday ", "the Monday after next ", "9:30 ", "5pm ", "20h ", "30 mins ", "5 hours, ", "3 minutes ",
        "99999999999999999999 ", "1e308 ", "-0 ", "½ ",
        "\u{0}", "\u{7F}", "\u{A0}", "\u{200B}", "\u{202E}", "\u{FEFF}", "é", "e\u{301}", "ß", "İ", "日本", "🎉", "👨‍👩‍👧",
        "\u{1F1E9}", "ǅ",
    ]

    /// The next text, mostly of less than 400 bytes.
    public mutating func next() -> String {
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            let count = Int.random(in: 0...120, using: &random)
            return String(decoding: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, as: UTF8.self)
        case 1:
            let piece = pick(Self.pieces)
            let other = pick(Self.pieces)
            return String(repeating: piece + other, count: Int.random(in: 1...30, using: &random))
        case 2:
            return (0..<Int.random(in: 1...30, using: &random)).map { _ in pick(Self.pieces) }.joined()
        case 3:
            // A goal with bytes changed, as they may come.
            var bytes = Array(pick(goals).utf8)
            for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                default: bytes.insert(contentsOf: Array(pick(Self.pieces).utf8), at: at)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        default:
            // Two goals, cut and joined.
            let (first, second) = (pick(goals), pick(goals))
            return String(first.prefix(Int.random(in: 0...first.count, using: &random)))
                + pick(Self.pieces) + String(second.suffix(Int.random(in: 0...second.count, using: &random)))
        }
    }

    private mutating func pick(_ all: [String]) -> String { all[Int.random(in: 0..<all.count, using: &random)] }

    /// Patterns to repeat into long texts, each of which makes some rule look far.
    public static let patterns = [
        "a ", "A ", "A, ", "a, ", "and ", "A and ", "\" ", "\"a\" ", "' ", "s' ", "'a ", "“ ", ": ", "a: ",
        "title: a, ", "title: a\n", "a|b\n", "a,b\n", "a, b, c\n", "- a\n",
        "\n", ".\n", "a. ", "Then send it. ", "the text: ", "with message: a. ", "tell Bob ", "remind me ", "my ",
        "my A ", "from A to B ", "<a> ", "<", "(", "5 ", "5 hours, ", "9:30 ",
        "2023-10-15 ", "October 17 and ", "in order, A ", "+1 ", "555 ", "What ", "tell me ", "the following items: A ",
        "a.b ", "1.23456, ", "é", "a\u{301}", "event ", "the app ",
        "between 5 and ", "rename A to ", "notes A, ", "is it? ", "yes or no ", "'True' if ", "; ", "|", "\t", "a=",
        "a&", "Dr. ", "\u{0}",
    ]
}
