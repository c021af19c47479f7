// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import FoundationNetworking
import Pages
import Testing

@testable import Benchmark

/// A person's page, over HTTP.
private struct PersonPage: Sendable {
    struct State: Decodable {
        struct Question: Decodable {
            struct Candidate: Decodable {
                var text: String
                var type: String
                var bounds: [Int]?
                var asks: Bool
            }
            var id: Int
            var goal: String
            var step: Int
            var budget: Int?
            var memory: [String]
            var candidates: [Candidate]
            var apps: [String]
        }
        var version: Int
        var picture: Int
        var question: Question?
        var notes: [String]
        var isOver: Bool
    }

    let address: String

    func get(_ path: String) async throws -> (status: Int, type: String, body: Data) {
        let (data, answer) = try await URLSession.shared.data(from: try #require(URL(string: address + path)))
        let http = try #require(answer as? HTTPURLResponse)
        return (http.statusCode, http.value(forHTTPHeaderField: "Content-Type") ?? "", data)
    }

    func state(after version: Int = -1) async throws -> State {
        try JSON.decode(State.self, from: Array(try await get("state?after=\(version)").body))
    }

    /// Waits for a decision that is later than one that is over.
    func question(after id: Int) async throws -> (State, State.Question) {
        var state = try await state()
        for _ in 0..<50 {
            if let question = state.question, question.id > id { return (state, question) }
            state = try await self.state(after: state.version)
        }
        throw DroidError("test.page", "no decision came")
    }

    /// What the page answers to a choice.
    func choose(_ body: String) async throws -> Int {
        var request = URLRequest(url: try #require(URL(string: address + "choose")))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        let (_, answer) = try await URLSession.shared.data(for: request)
        return try #require(answer as? HTTPURLResponse).statusCode
    }

    func choose(_ index: Int, of id: Int, text: String?) async throws -> Int {
        let words = try text.map { ",\"text\":\(try JSON.line($0))" } ?? ""
        return try await choose("{\"decision\":\(id),\"index\":\(index)\(words)}")
    }
}

/// Does at the page what the tasks' oracles say, as a person would: from what the page shows, by what it lets choose.
private struct PlayedPerson: ActionChooser {
    let human: HumanChooser
    let page: PersonPage
    let oracles: [String: Oracle]

    var isGuarded: Bool { human.isGuarded }

    func choose(_ decision: Decision) async throws -> Choice {
        let oracle = try #require(oracles[decision.goal])
        let move = try await oracle.judge(decision)
        let before = try await page.state().question?.id ?? 0
        async let choice = human.choose(decision)
        let (state, question) = try await page.question(after: before)
        #expect(question.goal == decision.goal && question.step == decision.step + 1)
        #expect(question.budget == decision.maxSteps && question.memory == decision.history)
        #expect(question.candidates.map(\.text) == decision.candidates.map(\.text))
        let picture = try await page.get("picture")
        #expect(
            state.picture > 0 && picture.type == "image/png" && picture.body.starts(with: [0x89, 0x50, 0x4E, 0x47])
        )
        let index = move.right[0]
        let candidate = question.candidates[index]
        #expect(candidate.asks == decision.candidates[index].action.isPlaceholder)
        // Wrong words change nothing.
        #expect(try await page.choose(question.candidates.count, of: question.id, text: nil) == 400)
        #expect(try await page.choose(-1, of: question.id, text: nil) == 400)
        #expect(try await page.choose(index, of: question.id + 1, text: "x") == 409)
        #expect(try await page.choose("{\"decision\":") == 400)
        // Where the oracle leaves the text to the rules, the person types what they find.
        let fill = Filler(goal: decision.goal, typed: decision.typed)
            .fill(decision.candidates[index].action, screen: decision.screen, apps: decision.apps)
        let text = candidate.asks ? move.text ?? fill?.text : nil
        if candidate.asks { #expect(try await page.choose(index, of: question.id, text: nil) == 400) }
        #expect(try await page.choose(index, of: question.id, text: text) == 200)
        let made = try await choice
        #expect(made.ranked.first?.index == index && made.filledText == text)
        #expect(try await page.choose(index, of: question.id, text: text) == 409)
        return made
    }
}

/// Whoever does the tasks on the page has them judged as any agent.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HumanChooserTests {
    @Test func `a person who does on the page what the oracle says passes`() async throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/first")
        let human = HumanChooser()
        let server = try await LoopbackServer.start { try await human.handle($0) }
        let page = PersonPage(address: server.address)
        var options = SuiteOptions(agent: .noop)
        options.tasks = ["wifi", "contact-*"]
        options.repeats = 1
        let plan = try SuiteRunner(suite, options: options).plan()
        #expect(plan.count >= 2)
        let oracles = Dictionary(try plan.map { ($0.goal, try Oracle($0)) }, uniquingKeysWith: { first, _ in first })
        options.agent = .chooser(name: "human", PlayedPerson(human: human, page: page, oracles: oracles))
        let outcome = try await SuiteRunner(suite, options: options).run()
        #expect(outcome.summary.agent == "human" && outcome.results.count == plan.count)
        for result in outcome.results {
            #expect(result.success, "\(result.task) \(result.goal): \(result.cause) \(result.problem ?? "")")
            await human.note("\(result.task) passed")
        }
        await human.finish()
        let last = try await page.state()
        #expect(last.isOver && last.question == nil && last.notes.count == plan.count)
        let html = try await page.get("")
        #expect(html.status == 200 && String(decoding: html.body, as: UTF8.self).contains("Infeasible"))
        await server.stop()
    }

    @Test func `a decision that nobody makes ends with its run`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/first")
        let instance = try TaskInstance(try #require(suite.templates.first), seed: 1)
        let human = HumanChooser()
        let server = try await LoopbackServer.start { try await human.handle($0) }
        let page = PersonPage(address: server.address)
        let run = Task { await EpisodeRunner(device, agentName: "human").run(instance, chooser: human) }
        let (_, question) = try await page.question(after: 0)
        run.cancel()
        let result = await run.value
        #expect(!result.success)
        #expect(try await page.choose(0, of: question.id, text: "x") == 409)
        await server.stop()
        await device.stop()
    }
}
