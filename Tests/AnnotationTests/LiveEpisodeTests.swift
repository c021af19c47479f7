// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation
import Screen
import Synchronization
import Testing

@testable import Annotation
@testable import Pages

/// Live episodes on a built-in device: take over and hand back.
@Suite("A live episode", .timeLimit(.minutes(3)))
struct LiveEpisodeTests {
    /// Chooses by the words that it was given, one a step; then says that it is done.
    private final class Scripted: ActionChooser {
        private let words: Mutex<[String]>
        init(_ words: [String]) { self.words = Mutex(words) }

        func choose(_ decision: Decision) async throws -> Choice {
            let wanted = words.withLock { $0.isEmpty ? "done" : $0.removeFirst() }
            return Choice(ranked: Ranked.rank(decision.candidates.map { $0.text.contains(wanted) ? 3 : 0 }))
        }
    }

    private struct View: Decodable {
        struct Question: Decodable {
            struct Candidate: Decodable {
                var text: String
                var asks: Bool
            }
            var id: Int
            var candidates: [Candidate]
            var ranking: [Int]
        }
        struct Step: Decodable {
            var step: Int
            var words: String
            var byPerson: Bool
        }
        var version: Int
        var running: Bool
        var person: Bool
        var waits: Bool
        var question: Question?
        var confirm: String?
        var steps: [Step]
        var firstWrong: Int?
        var ending: String?
        var problem: String?
    }

    private struct Desk {
        let desk: AnnotationDesk

        func ask(_ path: String, _ body: String? = nil, query: [String: String] = [:]) async throws -> PageResponse {
            try await desk.handle(
                PageRequest(
                    method: body == nil ? .get : .post,
                    path: path,
                    query: query,
                    body: Array((body ?? "").utf8)
                )
            )
        }

        func view(_ wanted: (View) -> Bool) async throws -> View {
            var version = -1
            for _ in 0..<40 {
                let answer = try await ask("live/state", query: ["after": "\(version)"])
                let view = try JSON.decode(View.self, from: answer.body)
                if wanted(view) { return view }
                version = view.version
            }
            throw DroidError("test.live", "the page was never told what was waited for")
        }
    }

    private func with(
        _ words: [String],
        _ body: (Desk, AnnotationStore, LiveEpisode, Fixture) async throws -> Void
    ) async throws {
        let fixture = Fixture()
        let store = try fixture.store()
        let device = try await BenchDevice.startBuiltIn()
        let source = try await ScreenSource.open(.tools, on: device.adb)
        var options = AgentOptions()
        options.confirm = .never
        let stage = LiveStage(
            device: device.adb,
            settle: source.observer(),
            input: source.input(on: device.adb),
            chooser: Scripted(words),
            verifier: "scripted",
            options: options,
            header: {
                RunHeader(goal: $0, device: "test", agent: "joint", prompt: PromptOptions(), maxSteps: 20)
            },
            folder: { _ in fixture.folder + "/runs/\(UUID().uuidString)" },
            pace: .zero
        )
        let live = LiveEpisode(stage, store: store)
        do {
            try await body(Desk(desk: AnnotationDesk(store, annotator: "ada", live: live)), store, live, fixture)
        } catch {
            await live.stop()
            await device.stop()
            throw error
        }
        await live.stop()
        await device.stop()
    }

    @Test("What the person did becomes a label, what the verifier did a state to label, and the run a record")
    func takeOver() async throws {
        try await with(["go home", "open app"]) { desk, store, live, fixture in
            // Taken over before the first step: it waits for the person.
            #expect(try await desk.ask("live/take", "{}").status == 200)
            #expect(try await desk.ask("live/start", #"{"goal": "Turn Wi-Fi off"}"#).status == 200)
            #expect(try await desk.ask("live/start", #"{"goal": "Another"}"#).status == 400)
            let first = try await desk.view { $0.waits }
            let question = try #require(first.question)
            #expect(first.running && first.person && first.steps.isEmpty)
            #expect(question.candidates[question.ranking[0]].text == "go home")
            let opening = try #require(question.candidates.firstIndex { $0.text == "open app" })
            for (wrong, status) in [
                ("{}", 409), (#"{"decision": \#(question.id), "index": 999}"#, 400),
                (#"{"decision": \#(question.id), "index": \#(opening)}"#, 400), ("[", 400),
                (#"{"decision": \#(question.id + 7), "index": 0}"#, 409),
            ] {
                #expect(try await desk.ask("live/choose", wrong).status == status, "\(wrong)")
            }
            let choice = #"{"decision": \#(question.id), "index": \#(opening), "text": "Settings"}"#
            #expect(try await desk.ask("live/choose", choice).status == 200)
            let second = try await desk.view { $0.waits && $0.question?.id != question.id }
            #expect(second.steps.map(\.byPerson) == [true] && second.steps[0].words == "open app Settings")
            // A picture of the screen is there for the page.
            #expect(try await desk.ask("live/picture").body.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            // Handed back, the verifier does the step that waits, and goes on by itself to its end.
            #expect(try await desk.ask("live/back", "{}").status == 200)
            await live.end()
            let over = try await desk.view { !$0.running }
            #expect(over.steps.dropFirst().allSatisfy { !$0.byPerson } && over.steps.count >= 2, "\(over.steps)")
            #expect(over.problem == nil && over.ending?.hasPrefix("done") == true, "\(over.ending ?? "")")
            let marked = try await desk.ask("live/wrong", #"{"step": 1}"#)
            #expect(marked.status == 200)
            #expect(try await desk.view { _ in true }.firstWrong == 1)
            #expect(try await desk.ask("live/wrong", #"{"step": 77}"#).status == 400)

            let items = try store.items()
            #expect(items.count == over.steps.count)
            let verdict = try #require(try store.verdict(items[0].id))
            #expect(verdict.judgement == .right([opening], text: "Settings") && verdict.source == .person)
            #expect(try store.history(items[0].id).map(\.purpose) == [.live])
            #expect(try store.history(items[1].id).isEmpty)
            #expect(try store.scores(items[1].id, verifier: "scripted")?.count == items[1].item.suffixes.count)
            #expect(items[0].item.look?.picture.flatMap(store.picture) != nil)
            let episode = try #require(try store.episodes().first)
            #expect(episode.said == "complete" && episode.goal == "Turn Wi-Fi off")
            let stored = try #require(try store.episode(episode.episode, task: episode.task))
            #expect(stored.judgements["ada"]?.firstWrong == 1 && stored.steps.map(\.byPerson).first == true)
            // The run's own record brings nothing new.
            let outcome = try RunImport.add(fixture.folder + "/runs", to: store)
            #expect(outcome.new == 0 && outcome.known == items.count)
        }
    }

    @Test("An episode that is stopped while it waits ends, and another can begin")
    func stopping() async throws {
        try await with([]) { desk, store, live, _ in
            try await live.start(goal: "Turn Wi-Fi off")
            await live.end()
            _ = try await desk.ask("live/take", "{}")
            try await live.start(goal: "Turn Bluetooth off")
            _ = try await desk.view { $0.waits }
            #expect(try await desk.ask("live/stop", "{}").status == 200)
            let over = try await desk.view { !$0.running }
            #expect(over.ending?.contains("interrupted") == true && !over.waits)
            try await live.start(goal: "Turn Bluetooth off")
            _ = try await desk.view { $0.waits }
            #expect(try store.episodes().count == 3)
            await #expect { try await live.start(goal: " ") } throws: { ($0 as? DroidError)?.code == "goal.empty" }
        }
    }
}
