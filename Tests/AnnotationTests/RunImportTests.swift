// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation
import Media
import Screen
import Testing

@testable import Annotation

@Suite("Runs become states to label")
struct RunImportTests {
    /// Writes a run of so many steps as the agent writes one.
    static func writeRun(_ folder: String, steps: Int, agent: String = "verifier", ended: Bool = true) async throws {
        var header = RunHeader(
            goal: "Turn Wi-Fi off",
            device: "test",
            agent: agent,
            prompt: PromptOptions(),
            maxSteps: 20
        )
        header.model = FileIdentity(path: "model.gguf", sha256: String(repeating: "a", count: 64))
        header.adapter = FileIdentity(path: "head.gguf", sha256: String(repeating: "b", count: 64))
        let recorder = try RunRecorder(folder: folder, header: header)
        for step in 0..<steps {
            var screen = try ScreenState(
                HierarchyParser.parse(
                    Array("<hierarchy rotation=\"0\"><node text=\"a\" bounds=\"[0,0][360,640]\"/></hierarchy>".utf8)
                ),
                displaySize: DisplaySize(width: 360, height: 640)
            )
            screen.screenshot = .png(try picture(step))
            try await recorder.begin(step: step, screen: screen)
            try await recorder.end(try record(step))
        }
        if ended {
            try await recorder.finish(RunEnding(verdict: .done, said: .complete, steps: steps, seconds: 1), screen: nil)
        }
    }

    static func picture(_ step: Int) throws -> [UInt8] {
        let canvas = Canvas(width: 360, height: 640)
        canvas.fill(Rect(x: 0, y: 0, width: 360, height: 640), RGBA(hex: 0xEEF1F5))
        for row in 0..<4 {
            canvas.fill(
                Rect(x: 20, y: 120 + Double(row) * 110, width: 320, height: 80),
                RGBA(hex: row == step % 4 ? 0x1A66D6 : 0xFFFFFF),
                radius: 12
            )
        }
        return try PNG.encode(canvas.pixels())
    }

    static func record(_ step: Int) throws -> StepRecord {
        let rows = (0..<4).map { row in
            """
            {"text": "tap \\"Row \(row)\\"", "action": {"action_type": "click", "index": \(row)}, "elementID": \(row),
             "bounds": {"left": 20, "top": \(120 + row * 110), "right": 340, "bottom": \(200 + row * 110)},
             "score": \(row == step % 4 ? 2.5 : Double(row) * 0.1), "normalised": \(row == step % 4 ? 0.8 : 0.05)}
            """
        }
        let typing = """
            {"text": "type into Name", "action": {"action_type": "input_text", "index": 9}, "elementID": 9,
             "bounds": {"left": 20, "top": 20, "right": 340, "bottom": 80}, "score": -1, "normalised": 0.01}
            """
        let done = """
            {"text": "done", "action": {"action_type": "status", "goal_status": "complete"}, "score": -2, "normalised": 0.01}
            """
        let text = """
            {"step": \(step), "promptSHA256": "", "prefix": "Goal: Turn Wi-Fi off\\nStep \(step)\\nNext:", "promptTokens": 9,
             "reusedTokens": 0, "candidates": [\((rows + [typing, done]).joined(separator: ","))],
             "ranking": [0, 1, 2, 3, 4, 5], "chosen": \(step % 4), "action": {"action_type": "click", "index": 0},
             "words": "tap", "screen": {"package": "com.android.settings", "activity": "", "contentHash": "h",
               "keyboardShown": false, "displaySize": {"width": 360, "height": 640}, "flags": [], "elements": 4},
             "timings": {"observe": 0, "encode": 0, "score": 0, "fill": 0, "act": 0, "settle": 0}}
            """
        return try JSON.decode(StepRecord.self, from: Array(text.utf8))
    }

    @Test("A run's steps come with pictures, boxes and the verifier's scores, once")
    func steps() async throws {
        let fixture = Fixture()
        try await Self.writeRun(fixture.folder + "/runs/one", steps: 3)
        let store = try fixture.store()
        let outcome = try RunImport.add(fixture.folder + "/runs", to: store)
        #expect(outcome.runs == 1 && outcome.new == 3 && outcome.unreadable.isEmpty)
        #expect(try RunImport.add(fixture.folder + "/runs/one", to: store).known == 3)
        let items = try store.items()
        let look = try #require(items[1].item.look)
        #expect(look.boxes[0] == [20, 120, 340, 200] && look.boxes[5] == [])
        #expect(store.picture(try #require(look.picture)) == (try Self.picture(1)))
        #expect(items[1].item.suffixes[1] == " tap \"Row 1\"\n" && items[1].item.asks(4))
        let version = String(repeating: "b", count: 12) + "@" + String(repeating: "a", count: 12)
        #expect(try store.verifiers() == [version])
        #expect(try store.scores(items[1].id, verifier: version)?[1] == 2.5)
        let episode = try #require(try store.episodes().first)
        #expect(episode.verdict == "done" && episode.said == "complete" && episode.passed == nil)
        #expect(try store.episode(episode.episode, task: episode.task)?.steps.map(\.step) == [0, 1, 2])
    }

    @Test("A run that broke off is imported up to its last step, and what no verifier scored has no scores")
    func broken() async throws {
        let fixture = Fixture()
        let run = fixture.folder + "/runs/cut"
        try await Self.writeRun(run, steps: 3, agent: "human", ended: false)
        try FileBytes.write(Array("{\"step\": 2".utf8), to: run + "/steps/002/step.json")
        try FileManager.default.removeItem(atPath: run + "/steps/000/screen.png")
        let store = try fixture.store()
        let outcome = try RunImport.add(run, to: store)
        #expect(outcome.new == 2)
        #expect(outcome.unreadable.count == 1 && outcome.unreadable[0].contains("steps/002/step.json"))
        #expect(try store.items()[0].item.look?.picture == nil)
        #expect(try store.verifiers().isEmpty)
        try FileBytes.write(Array("nothing".utf8), to: fixture.folder + "/runs/cut/run.json")
        #expect(try RunImport.add(fixture.folder + "/runs", to: store).unreadable.count == 1)
        #expect { try RunImport.add(fixture.folder + "/nowhere", to: store) } throws: {
            ($0 as? DroidError)?.code == "annotation.import"
        }
    }

    @Test("In a benchmark's folder the checks' verdict, the task and its split come along")
    func benchmark() async throws {
        let fixture = Fixture()
        let bench = fixture.folder + "/results"
        try await Self.writeRun(bench + "/runs/WifiOff-30", steps: 1)
        let result = """
            {"task": "WifiOff", "seed": 30, "success": false, "said": "complete", "steps": 1, "cause": "premature",
             "seconds": 1, "goal": "Turn Wi-Fi off", "app": "Settings", "split": "heldout", "tags": [], "optimalSteps": 1,
             "maxSteps": 10, "held": false, "checks": [], "run": "runs/WifiOff-30"}
            """
        try FileBytes.write(result.split(separator: "\n").joined() + "\n{\"cut", to: bench + "/results.jsonl")
        let store = try fixture.store()
        #expect(try RunImport.add(bench, to: store).new == 1)
        let episode = try #require(try store.episodes().first)
        #expect(episode.task == "WifiOff" && episode.passed == false && episode.cause == "premature")
        #expect(try store.items()[0].item.split == .heldout)
    }
}
