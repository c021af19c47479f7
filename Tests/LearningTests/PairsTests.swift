// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Testing

@testable import Benchmark
@testable import Learning

@Suite struct PairsTests {
    private func state(
        _ step: Int,
        kind: StateRecord.Kind = .decision,
        right: [Int] = [0],
        prefix: String? = nil,
        space: Int = ActionSpace.version
    ) -> StateRecord {
        StateRecord(
            task: "wifi",
            app: "Settings",
            split: .train,
            seed: 1000,
            run: 0,
            step: step,
            kind: kind,
            goal: "Turn Wi-Fi off",
            prefix: prefix ?? "prompt \(step)",
            suffixes: [" tap a\n", " tap b\n", " tap c\n", " tap a\n"],
            right: right,
            wrong: (0..<4).filter { !right.contains($0) },
            chosen: right[0],
            actionSpace: space
        )
    }

    private func temporary() -> String { NSTemporaryDirectory() + "/learning-\(UUID().uuidString)" }

    @Test func `pairs have the fields of the format and come back as groups`() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let pairs = PairBuilder.pairs([state(0), state(1, right: [1, 2])])
        try PairsFile.write(pairs, to: path)
        let line = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")[0]
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        for key in ["schema", "task", "step", "prefix", "chosen", "rejected", "kind", "source", "weight"] {
            #expect(object?[key] != nil, "\(key)")
        }
        let groups = try PairsFile.groups(path)
        #expect(groups.count == 2)
        #expect(groups[0].right.map { groups[0].candidates[$0] } == [" tap a\n"])
        #expect(Set(groups[0].wrong.map { groups[0].candidates[$0] }) == [" tap b\n", " tap c\n"])
        #expect(groups[1].right.count == 2)
    }

    @Test func `pairs of another action space are refused before a model is loaded`() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let recipe = Locations.checkout + "/Training/recipes/first-head.yaml"
        func code(_ states: [StateRecord]) throws -> DroidError.Code? {
            try PairsFile.write(PairBuilder.pairs(states), to: path)
            let options = HeadOptions(pairs: [path], model: "/nowhere", recipe: recipe, output: "/nowhere")
            do {
                try HeadTraining.run(options)
                return nil
            } catch let error as DroidError {
                return error.code
            }
        }
        #expect(try code([state(0, space: 1)]) == "pairs.version")
        #expect(try code([state(0, space: 1), state(1)]) == "pairs.mixed")
        #expect(try code([state(0)]) != "pairs.version")
    }

    @Test func `candidates with the same words are never compared`() {
        #expect(PairBuilder.pairs([state(0)]).allSatisfy { $0.chosen != $0.rejected })
    }

    @Test func `states after a wrong step are kept to their share`() {
        let decisions = (0..<90).map { state($0) }
        let corrections = (100..<160).map { state($0, kind: .selfCorrection) }
        let pairs = PairBuilder.pairs(decisions + corrections, options: PairOptions(selfCorrectionShare: 0.1))
        let steps = Set(pairs.filter { $0.kind == .selfCorrection }.map(\.step))
        #expect(steps.count == 10)
        #expect(PairBuilder.pairs(corrections, options: PairOptions(selfCorrectionShare: 0)).isEmpty)
    }

    @Test func `states with orders are kept to their share, one for each choice`() throws {
        let decisions = (0..<90).map { state($0) }
        let orders = (100..<160).map { step in
            var order = state(step, kind: .order)
            order.suffixes[1] = " tap \(step)\n"
            return order
        }
        let pairs = PairBuilder.pairs(decisions + orders, options: PairOptions(orderShare: 0.1))
        #expect(Set(pairs.filter { $0.kind == .order }.map(\.step)).count == 10)
        let same = PairBuilder.pairs(decisions + [state(100, kind: .order), state(101, kind: .order)])
        #expect(Set(same.filter { $0.kind == .order }.map(\.step)).count == 1)
        // The plain state and the one with an order are two decisions, though task, episode and step are the same.
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let both = PairBuilder.pairs(
            [state(0), state(0, kind: .order, prefix: "ordered")],
            options: PairOptions(orderShare: 0.5)
        )
        try PairsFile.write(both, to: path)
        #expect(try PairsFile.groups(path).count == 2)
    }

    @Test func `states of other options are kept apart`() throws {
        var options = CollectOptions(suite: "first", folder: "")
        let suite = try TaskSuite.find("first")
        let first = try options.digest(of: suite)
        #expect(try options.digest(of: suite) == first)
        options.seeds = 1...2
        #expect(try options.digest(of: suite) == first, "more seeds are more files")
        #expect(try options.digest(of: TaskSuite.find("androidworld")) != first)
        options.tokenizer = "another"
        #expect(try options.digest(of: suite) != first)
        options.tokenizer = ""
        options.orders = 0
        #expect(try options.digest(of: suite) != first)
    }

    @Test func `orders to learn from are many, and none is one that verifiers are measured with`() {
        var random = SeededRandom(seed: 3)
        let texts = Set((0..<2000).map { _ in OrderTexts.next(using: &random) })
        let measured = Set(ScreenOrders.texts.map { $0.lowercased() })
        #expect(texts.count > 800)
        #expect(!texts.contains { measured.contains($0.lowercased()) || $0.contains("%") })
    }

    @Test func `equal states count once`() {
        let pairs = PairBuilder.pairs([state(0, prefix: "same"), state(5, prefix: "same")])
        #expect(Set(pairs.map(\.step)) == [0])
    }

    @Test func `a line that is no pair is named`() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try PairsFile.write(PairBuilder.pairs([state(0)]), to: path)
        try FileBytes.write(FileBytes.read(path) + Array("{\"schema\": 1}\n".utf8), to: path)
        #expect { try PairsFile.groups(path) } throws: { "\($0)".contains("line 3") }
    }

    @Test func `features come back, and a record that was cut off is dropped`() throws {
        let path = temporary() + ".features"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (first, second) = (SHA256.hex("a".utf8), SHA256.hex("b".utf8))
        do {
            let store = try FeatureStore(path: path, columns: 3)
            try store.add(first, rows: [[1, -2, 0.5], [0, 3, 1024]])
            try store.add(second, rows: [[7, 8, 9]])
        }
        let bytes = try FileBytes.read(path)
        do {
            let store = try FeatureStore(path: path, columns: 3)
            #expect(store.count == 2)
            #expect(try store.rows(first) == [1, -2, 0.5, 0, 3, 1024])
            #expect(try store.rows(SHA256.hex("c".utf8)) == nil)
            #expect { try FeatureStore(path: path, columns: 3) } throws: {
                ($0 as? DroidError)?.code == "features.busy"
            }
        }
        try FileBytes.write(bytes.dropLast(2), to: path)
        do {
            let store = try FeatureStore(path: path, columns: 3)
            #expect(store.count == 1)
            try store.add(second, rows: [[7, 8, 9]])
            #expect(try FileBytes.read(path) == bytes)
        }
        #expect { try FeatureStore(path: path, columns: 4) } throws: { ($0 as? DroidError)?.code == "features.format" }
    }

    @Test func `a feature file of any bytes is an error or a file`() throws {
        let path = temporary() + ".features"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var random = SeededRandom(seed: 5)
        do {
            let store = try FeatureStore(path: path, columns: 2)
            try store.add(SHA256.hex("a".utf8), rows: [[1, 2]])
        }
        let good = try FileBytes.read(path)
        for _ in 0..<200 {
            var bytes = good
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            try FileBytes.write(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)), to: path)
            do { _ = try FeatureStore(path: path, columns: 2) } catch { #expect(error is DroidError) }
        }
    }

    @Test func `the recipe that ships is read, and a stray key is named`() throws {
        let path = Locations.checkout + "/Training/recipes/first-head.yaml"
        let recipe = try HeadRecipe.load(path)
        #expect(recipe.name == "first-head")
        let stray = temporary() + ".yaml"
        defer { try? FileManager.default.removeItem(atPath: stray) }
        try FileBytes.write(FileBytes.read(path) + Array("\nl3: 1\n".utf8), to: stray)
        #expect { try HeadRecipe.load(stray) } throws: { "\($0)".contains("\"l3\"") }
    }
}
