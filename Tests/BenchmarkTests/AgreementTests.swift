// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Synchronization
import Testing

@testable import Agent
@testable import Benchmark

/// A chooser that puts one candidate first, and remembers what it was asked.
private final class FixedChooser: ActionChooser {
    let first: [Int]
    let text: String?
    let asked = Mutex<[Int]>([])
    let filled = Mutex(0)

    init(_ first: [Int], text: String? = nil) {
        self.first = first
        self.text = text
    }

    var counter: PromptCounter? {
        guard text != nil else { return nil }
        return { _ in 7 }
    }

    func choose(_ decision: Decision) async throws -> Choice {
        let count = asked.withLock { asked in
            asked.append(decision.step)
            return asked.count
        }
        let index = first[(count - 1) % first.count]
        guard index >= 0 else { throw DroidError("test", "it does not choose") }
        return .certain(index, of: 3)
    }

    func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        filled.withLock { $0 += 1 }
        return text
    }
}

/// A device that nobody may use.
private struct NoDevice: DeviceLink {
    let serial = "none"
    private var refusal: DroidError { DroidError("test", "a chooser has used the device") }

    func shell(raw command: String, stdin: [UInt8], timeout: Duration) async throws -> ShellResult { throw refusal }
    func exec(_ command: String, timeout: Duration) async throws -> [UInt8] { throw refusal }
    func pull(_ path: String) async throws -> [UInt8] { throw refusal }
    func push(_ bytes: [UInt8], to path: String, mode: UInt32, modified: Int64?) async throws { throw refusal }
    func stream(to service: String, timeout: Duration) async throws -> any LinkStream { throw refusal }
}

@Suite("How far two ways to choose agree")
struct AgreementTests {
    private func decision(_ step: Int) -> Decision {
        let screen = ScreenState(displaySize: DisplaySize(width: 100, height: 200))
        return Decision(
            goal: "x",
            history: [],
            screen: screen,
            actions: ScreenActions(screen),
            prompt: .recorded(prefix: "a", suffixes: ["b", "c", "d"]),
            step: step,
            device: NoDevice()
        )
    }

    @Test("the first chooser's choice is made, the other is only asked, and equal first choices are counted")
    func comparing() async throws {
        let (made, other) = (FixedChooser([0, 1, 2, 1], text: "made"), FixedChooser([0, 2, 2, 0]))
        let both = ComparingChooser(made, against: other)
        #expect(both.agreement.decisions == 0 && both.agreement.same == 0)
        for step in 0..<4 {
            let choice = try await both.choose(decision(step))
            #expect(choice.ranked.first?.index == made.first[step])
        }
        #expect(both.agreement.decisions == 4 && both.agreement.same == 2)
        #expect(made.asked.withLock { $0 } == [0, 1, 2, 3] && other.asked.withLock { $0 } == [0, 1, 2, 3])
        #expect(try await both.fill(.complete, options: ["a"], decision: decision(0)) == "made")
        #expect(made.filled.withLock { $0 } == 1 && other.filled.withLock { $0 } == 0)
        #expect(both.counter?("words") == 7)
    }

    @Test("a decision that either cannot make is an error and counts for nothing")
    func broken() async throws {
        for (made, other) in [([-1], [0]), ([0], [-1])] {
            let both = ComparingChooser(FixedChooser(made), against: FixedChooser(other))
            await #expect(throws: DroidError.self) { try await both.choose(decision(0)) }
            #expect(both.agreement.decisions == 0 && both.agreement.same == 0)
        }
    }

    @Test("agreement over scores: same first choices, the change of the lead, and the leads that were lost")
    func scores() {
        let reference: [[Double]] = [[3, 1, 0], [1, 2, 0], [5, 4], [7], []]
        let found: [[Double]] = [[3, 2, 0], [1.5, 1.25, 0], [4, 4], [1], []]
        let agreement = ChoiceAgreement(reference: reference, scores: found)
        // Of equal scores the earlier candidate is first; decisions without a choice are left out.
        #expect(agreement.decisions == 3 && agreement.same == 2)
        #expect(agreement.greatestFlippedMargin == 1 && agreement.medianMargin == 1)
        #expect(abs(agreement.noise - ((1 + 1.25 * 1.25 + 1) / 3.0).squareRoot()) < 1e-12)
        #expect(ChoiceAgreement(reference: [], scores: []).share == 1)
    }

    @Test("decisions are read from all runs below a folder, each prompt once; without any it is an error")
    func recorded() async throws {
        let folder = NSTemporaryDirectory() + "decisions-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(throws: DroidError.self) { try RecordedDecisions.load(folder) }
        for (name, prefixes) in [("b/one", ["p", "q", "p"]), ("a", ["r"]), ("b/empty", [])] {
            let prompt = PromptOptions(suffixEnd: ";")
            let header = RunHeader(goal: "g", device: "none", agent: "oracle", prompt: prompt, maxSteps: 5)
            let recorder = try RunRecorder(folder: "\(folder)/\(name)", header: header)
            for (step, prefix) in prefixes.enumerated() {
                try await write(record(step, prefix, texts: ["tap", "done"]), recorder)
            }
            // No choice, no decision.
            try await write(record(prefixes.count, "alone", texts: ["done"]), recorder)
        }
        let prompts = try RecordedDecisions.load(folder)
        #expect(prompts.map(\.prefix) == ["r", "p", "q"])
        #expect(prompts.allSatisfy { $0.suffixes == [" tap;", " done;"] })
    }

    private func write(_ record: StepRecord, _ recorder: RunRecorder) async throws {
        let blank = ScreenState(displaySize: DisplaySize(width: 1, height: 1))
        try await recorder.begin(step: record.step, screen: blank)
        try await recorder.end(record)
    }

    private func record(_ step: Int, _ prefix: String, texts: [String]) -> StepRecord {
        StepRecord(
            step: step,
            promptSHA256: "",
            prefix: prefix,
            promptTokens: 1,
            reusedTokens: 0,
            candidates: texts.map {
                StepRecord.Scored(text: $0, action: .complete, score: 0, normalised: 0)
            },
            ranking: Array(texts.indices),
            chosen: 0,
            action: .complete,
            words: texts[0],
            screen: StepRecord.ScreenFacts(
                package: "",
                activity: "",
                contentHash: "",
                keyboardShown: false,
                displaySize: DisplaySize(width: 1, height: 1),
                flags: [],
                elements: 0
            ),
            timings: StepTimings()
        )
    }
}
