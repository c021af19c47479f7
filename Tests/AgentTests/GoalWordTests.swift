// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Agent

@Suite struct GoalWordTests {
    private static func words(_ text: String) -> [GoalWord] { GoalTokenizer.tokens(Array(text.utf8)).map(\.lower) }

    @Test func rulesSeeALowerCaseWordInASCII() {
        #expect(Self.words("Open don’t CAFÉ à 日") == ["open", "don't", "caf?c389", "?c3a0", "?e697a5"])
        #expect(GoalWord().isEmpty)
        #expect(GoalWord("".utf8) == "")
    }

    /// Words of up to forty letters against `String`, which does the same slowly.
    @Test func itComparesAsStringsDo() {
        var random = SeededRandom(seed: 5)
        var texts: [String] = ["", "a", "ing", "comma-separated", "comma-separateds"]
        for _ in 0..<300 {
            let count = Int.random(in: 0...40, using: &random)
            texts.append(String((0..<count).map { _ in "abs'g".randomElement(using: &random) ?? "a" }))
        }
        let words = texts.map { GoalWord($0.utf8) }
        let endings: [(GoalWord, String)] = [
            ("'s", "'s"), ("s", "s"), ("abag", "abag"), ("bs'gabs", "bs'gabs"), ("", ""),
        ]
        for (word, text) in zip(words, texts) {
            if text.utf8.count <= 15 { #expect(word.text == text) }
            #expect(word.last == text.utf8.last ?? 0)
            for (ending, other) in endings {
                #expect(word.hasSuffix(ending) == text.hasSuffix(other), "\(text) \(other)")
                if text.utf8.count <= 15 {
                    #expect(word.hasPrefix(ending) == text.hasPrefix(other), "\(text) \(other)")
                }
            }
            if text.utf8.count <= 15 {
                let shorter = String(text.dropLast(2)) + "y"
                #expect(word.dropLast(2, adding: 0x79) == GoalWord(shorter.utf8))
            } else {
                #expect(word.dropLast(1) != word)
            }
            for (other, second) in zip(words, texts) { #expect((word == other) == (text == second)) }
        }
    }

    /// Every set of the parser's and words that differ from its own by a letter: what `Set` says is what it says.
    @Test func aSetSaysWhatASetOfStringsSays() {
        var random = SeededRandom(seed: 7)
        for words in [
            GoalWords.verbs, GoalWords.things, GoalWords.fields, GoalWords.triggers, GoalWords.months, WordSet(""),
        ] {
            let known = words.words.map(\.text)
            let set = Set(known)
            #expect(set.count == known.count)
            var asked = known + ["", "a", "é", "i", "\u{0}", String(repeating: "verb", count: 40)]
            for word in known {
                var bytes = Array(word.utf8)
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0x61...0x7A, using: &random)
                asked.append(String(decoding: bytes, as: UTF8.self))
                asked.append(String(word.dropLast()))
                asked.append(word + "s")
            }
            for word in asked { #expect(words.contains(GoalWord(word.utf8)) == set.contains(word), "\(word)") }
        }
    }

    @Test func unionAndDifferenceKeepTheOrder() {
        let (some, others) = (WordSet("open send call"), WordSet("send text"))
        #expect(some.union(others).words == ["open", "send", "call", "text"])
        #expect(some.subtracting(others).words == ["open", "call"])
    }
}
