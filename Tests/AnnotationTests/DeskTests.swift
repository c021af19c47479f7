// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Annotation
@testable import Pages

/// What the page asks, without a page.
@Suite("The annotation desk")
struct DeskTests {
    private func ask(
        _ desk: AnnotationDesk,
        _ path: String,
        _ body: String? = nil,
        query: [String: String] = [:]
    ) async throws -> PageResponse {
        try await desk.handle(
            PageRequest(method: body == nil ? .get : .post, path: path, query: query, body: Array((body ?? "").utf8))
        )
    }

    @Test("Requests that are none are refused with words, whatever is in them, and write nothing")
    func hostile() async throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(3))
        try store.startRound()
        let desk = AnnotationDesk(store, annotator: "ada")
        let good =
            #"{"item": 1, "request": "r", "seconds": 1, "judgement": {"kind": "right", "right": [1], "harmful": []}}"#
        var random = SeededRandom(seed: 4)
        for path in ["label", "undo", "episode", "live/start", "nothing"] {
            for _ in 0..<60 {
                var bytes = Array(good.utf8)
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
                }
                let text = String(decoding: bytes, as: UTF8.self)
                let answer = try await ask(desk, path, text)
                #expect([200, 400, 404].contains(answer.status), "\(path) \(text)")
            }
        }
        for query in [["item": "x"], ["item": "-1"], ["item": "99999999999999999999"]] {
            #expect(try await ask(desk, "task", query: query).status == 404)
        }
        for query in [[:], ["of": ""], ["of": "../../etc/passwd"]] {
            #expect(try await ask(desk, "picture", query: query).status == 404)
        }
        #expect(try await ask(desk, "task", query: ["as": "verifier"]).status == 400)
        #expect(try await ask(desk, "episode", query: ["task": "a", "episode": "b"]).status == 404)
        // A list that names a candidate twice, or in no order, is one of candidates all the same.
        let odd = good.replacing("[1]", with: "[3,1,3]").replacing("\"r\"", with: "\"odd\"")
        #expect(try await ask(desk, "label", odd).status == 200)
        #expect(try store.verdict(1)?.judgement.right == [1, 3])
    }

    @Test("The page cannot tell an audit or a known answer from any other state")
    func blind() async throws {
        let store = try Fixture().store()
        try store.addGold([(Fixture.item(0), .right([0]))])
        try store.startRound(RoundOptions(goldShare: 1))
        let answer = try await ask(AnnotationDesk(store, annotator: "ada"), "task")
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(text.contains("\"id\":1") && !text.contains("gold") && !text.contains("purpose"))
    }

    @Test("A label that is sent again after the answer was lost is one label")
    func again() async throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(3))
        try store.startRound(RoundOptions(sampleShare: 0))
        let desk = AnnotationDesk(store, annotator: "ada")
        _ = try await ask(desk, "task")
        let word =
            #"{"item": 1, "request": "r", "seconds": 1, "judgement": {"kind": "right", "right": [1], "harmful": []}}"#
        let first = try await ask(desk, "label", word)
        let second = try await ask(desk, "label", word)
        #expect(first.status == 200 && first.body == second.body)
        #expect(try store.history(1).count == 1)
    }

    /// The page's request for a word.
    private func word(_ item: Int, _ request: String) -> String {
        #"{"item": \#(item), "request": "\#(request)", "seconds": 1, "#
            + #""judgement": {"kind": "right", "right": [1], "harmful": []}}"#
    }

    @Test("When the round ends under the page, the word is kept and can be taken back, and the page is told")
    func ended() async throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(3))
        try store.startRound(RoundOptions(sampleShare: 0))
        let desk = AnnotationDesk(store, annotator: "ada")
        _ = try await ask(desk, "task")
        try store.endRound()
        let answer = try await ask(desk, "label", word(1, "r"))
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("No round goes on"))
        #expect(try store.history(1).map(\.round) == [1])
        let undone = String(decoding: try await ask(desk, "undo", "{}").body, as: UTF8.self)
        #expect(undone.contains("\"given\"") && undone.contains("\"task\""))
        #expect(try store.verdict(1) == nil)
    }

    @Test("Undo takes back what it names: the word of a request whose answer was lost, and none where it never came")
    func undoing() async throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(3))
        try store.startRound(RoundOptions(sampleShare: 0))
        let desk = AnnotationDesk(store, annotator: "ada")
        for (item, request) in [(1, "a"), (2, "b")] {
            #expect(try await ask(desk, "label", word(item, request)).status == 200)
        }
        let none = try await ask(desk, "undo", #"{"request": "never"}"#)
        #expect(none.status == 200 && !String(decoding: none.body, as: UTF8.self).contains("given"))
        func judged() throws -> [Int64] { try [1, 2].filter { try store.verdict($0) != nil } }
        #expect(try judged() == [1, 2])
        #expect(try await ask(desk, "undo", #"{"request": "a"}"#).status == 200)
        #expect(try judged() == [2])
        let last = try #require(try store.lastWord("ada"))
        for _ in 0..<2 { #expect(try await ask(desk, "undo", #"{"label": \#(last)}"#).status == 200) }
        #expect(try judged().isEmpty)
        #expect(try await ask(desk, "undo", "[").status == 400)
    }

    @Test("What is said of one field of an episode leaves the others as they are")
    func fields() async throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(3))
        try store.set(AnnotationEpisode(task: "wifi", app: "Settings", episode: "1000-0", goal: "Turn Wi-Fi off"))
        let desk = AnnotationDesk(store, annotator: "ada")
        func say(_ judgement: String, _ field: String) async throws -> Int {
            let place = #""task": "wifi", "episode": "1000-0""#
            let body = #"{\#(place), "judgement": \#(judgement), "fields": ["\#(field)"]}"#
            return try await ask(desk, "episode", body).status
        }
        func said() throws -> EpisodeJudgement? { try store.episode("1000-0", task: "wifi")?.judgements["ada"] }
        #expect(try await say(#"{"reached": false}"#, "reached") == 200)
        #expect(try await say(#"{"firstWrong": 1}"#, "firstWrong") == 200)
        #expect(try await say(#"{"note": "slow"}"#, "note") == 200)
        #expect(try said() == EpisodeJudgement(reached: false, firstWrong: 1, note: "slow"))
        #expect(try await say(#"{"firstWrong": 99}"#, "firstWrong") == 400)
        #expect(try await say(#"{"firstWrong": null}"#, "firstWrong") == 200)
        #expect(try said() == EpisodeJudgement(reached: false, note: "slow"))
    }

    @Test("A report of a store without anything, and of one with rounds, is a page")
    func report() async throws {
        let store = try Fixture().store()
        let desk = AnnotationDesk(store, annotator: "ada")
        #expect(try await ask(desk, "report").status == 200)
        try store.add(Fixture.items(40))
        try store.setScores(
            try store.items().map { ($0.id, Fixture.scores(5, top: $0.item.step % 5, margin: 2)) },
            verifier: "v<1>"
        )
        for _ in 0..<2 {
            try store.startRound(RoundOptions(verifier: "v<1>"))
            for _ in 0..<15 {
                let task = try #require(try store.next("ada"))
                try store.save(
                    task.item.step == 3 ? .none("<b>what</b>") : .right([task.item.step % 5]),
                    for: task,
                    annotator: "ada"
                )
            }
        }
        let page = String(decoding: try await ask(desk, "report").body, as: UTF8.self)
        #expect(page.contains("Round 2") && page.contains("Calibration") && page.contains("v&lt;1&gt;"))
        #expect(!page.contains("<b>what") && !page.contains("v<1>"))
    }
}
