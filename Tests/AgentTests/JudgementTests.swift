// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Screen
import Testing

@testable import Inference

@Suite("Loop guard and confirmation")
struct GuardTests {
    private let tap = Candidate(action: .click(1), elementID: 1, text: "tap \"A\"", label: "A")
    private let back = Candidate(action: .navigateBack, text: "go back")

    @Test("What changed nothing is not done again on the same screen, but is on another")
    func idle() {
        var guardian = LoopGuard()
        guardian.record(screen: "s", words: tap.text, after: "s")
        #expect(guardian.objection(screen: "s", candidate: tap, words: tap.text) != nil)
        #expect(guardian.objection(screen: "t", candidate: tap, words: tap.text) == nil)
        #expect(guardian.objection(screen: "s", candidate: back, words: back.text) == nil)
    }

    @Test("The same action on the same screen is done twice at most")
    func repeated() {
        var guardian = LoopGuard()
        for _ in 0..<2 {
            #expect(guardian.objection(screen: "s", candidate: tap, words: tap.text) == nil)
            guardian.record(screen: "s", words: tap.text, after: "t")
        }
        #expect(guardian.objection(screen: "s", candidate: tap, words: tap.text) != nil)
    }

    @Test("What leads on to new screens is done as often as it takes, until it leads to none")
    func progress() {
        var guardian = LoopGuard()
        for list in ["two left", "one left", "none left"] {
            #expect(guardian.objection(screen: "question", candidate: tap, words: tap.text) == nil)
            guardian.record(screen: "menu", words: "tap \"Delete\"", after: "question")
            guardian.record(screen: "question", words: tap.text, after: list)
        }
        guardian.record(screen: "question", words: tap.text, after: "none left")
        #expect(guardian.objection(screen: "question", candidate: tap, words: tap.text) != nil)
    }

    @Test("There and back twice is a circle")
    func circle() {
        var guardian = LoopGuard()
        for after in ["t1", "t2"] {
            guardian.record(screen: "s", words: tap.text, after: after)
            guardian.record(screen: after, words: "go back", after: "s")
        }
        #expect(guardian.objection(screen: "s", candidate: tap, words: tap.text) != nil)
    }

    @Test("Saying that the task is done is never ruled out")
    func status() {
        var guardian = LoopGuard()
        let done = Candidate(action: .complete, text: "done")
        for _ in 0..<9 { guardian.record(screen: "s", words: "done", after: "s") }
        #expect(guardian.objection(screen: "s", candidate: done, words: "done") == nil)
    }

    @Test(
        "A button says by its words whether a person is asked",
        arguments: [
            ("Delete", "delete"), ("Send message", "send"), ("Pay $20", "pay"), ("Call", "call"), ("Allow", "grant"),
            ("Install", "install"),
            ("Uninstall", "delete"), ("Save", ""), ("Settings", ""), ("Callum", ""), ("Yes, delete", "delete"),
            ("Use 24-hour format", ""), ("Apps you can call", ""), ("Recall everything that was sent to me today", ""),
        ]
    )
    func sensitive(label: String, kind: String) throws {
        let screen = try Fixture.screen(
            Fixture.node("Button", text: label, flags: ["clickable"], bounds: "[0,0][300,100]")
        )
        #expect(Sensitivity.of(.click(0), on: screen)?.rawValue ?? "" == kind)
        #expect(Sensitivity.of(.navigateBack, on: screen) == nil)
    }
}

@Suite("Ranking and heads")
struct HeadTests {
    @Test("Ranks go by score, then by order; shares sum to one; what is no number comes last")
    func ranks() {
        let ranked = Ranked.rank([1, 3, 3, .nan, -.infinity])
        #expect(ranked.map(\.index) == [1, 2, 0, 3, 4])
        #expect(abs(ranked.map(\.normalised).reduce(0, +) - 1) < 1e-9)
        #expect(Ranked.rank([]).isEmpty)
        #expect(Ranked.rank([1e300, -1e300]).map(\.index) == [0, 1])
    }

    private var head: VerifierHead {
        VerifierHead(
            kind: .linear,
            layers: [1, 2],
            dModel: 2,
            weights: [1, 2, 3, 4, 5, 6],
            mean: [0, 0, 0, 0, 1, 0],
            scale: [1, 1, 1, 1, 2, 1],
            bias: 0.5,
            temperature: 2,
            baseSHA256: "abc"
        )
    }

    @Test("A linear head is the sum of its features' parts")
    func linear() {
        var facts = CandidateScore()
        facts.logProbs = [-1, -3]
        facts.hidden = [[1, 0], [0, 1]]
        let features = VerifierHead.features(facts, readsMean: false)
        #expect(features.count == head.featureCount)
        #expect(features[4] == -2)
        let length: Double = 6 * Double(features[5])
        let expected: Double = 0.5 + 1 + 4 - 30 + length
        #expect(abs(head.score(features) - expected) < 1e-5)
    }

    @Test("A head survives JSON and GGUF metadata")
    func files() throws {
        let folder = Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["head.json", "head.gguf"] {
            try head.save("\(folder)/\(name)")
            #expect(try VerifierHead.load("\(folder)/\(name)") == head)
        }
        #expect(try VerifierHead.load("\(folder)/head.gguf").weights == [1, 2, 3, 4, 5, 6])
    }

    @Test("A head for another model, prompt or action space is refused with the reason")
    func mismatch() throws {
        try head.check(baseSHA256: "abc", dModel: 2, blocks: 2)
        func why(_ change: (inout VerifierHead) -> Void) -> String {
            var other = head
            change(&other)
            let error = #expect(throws: DroidError.self) { try other.check(baseSHA256: "abc", dModel: 2, blocks: 2) }
            #expect(error?.code == "head.mismatch" || error?.code == "head.corrupt")
            return error?.why ?? ""
        }
        #expect(why { $0.baseSHA256 = "xyz" }.contains("trained on the model"))
        #expect(why { $0.promptVersion += 1 }.contains("prompt version"))
        #expect(why { $0.actionSpaceVersion = 3 }.contains("action space"))
        #expect(why { $0.layers = [1, 9] }.contains("layers"))
        #expect(why { $0.weights.removeLast() }.contains("weights"))
        #expect(why { $0.scale[0] = .nan }.contains("no numbers"))
    }

    @Test("Damaged head files are errors and never crash")
    func damaged() throws {
        let whole = head.ggufBytes()
        let folder = Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var random = SeededRandom(seed: 5, name: "head")
        for _ in 0..<300 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            if Bool.random(using: &random) {
                bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            }
            _ = try? VerifierHead.fromGGUF(bytes)
        }
        let missing = #expect(throws: DroidError.self) { try VerifierHead.load(folder + "/none.json") }
        #expect(missing?.code == "head.missing")
        try FileBytes.write("{}", to: folder + "/bad.json")
        let bad = #expect(throws: DroidError.self) { try VerifierHead.load(folder + "/bad.json") }
        #expect(bad?.code == "head.corrupt")
    }
}
