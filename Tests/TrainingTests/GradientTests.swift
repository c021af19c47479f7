// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Kernels
import Testing

@testable import Inference
@testable import Training

@Suite("Gradients")
struct GradientTests {
    let states = [SmallModel.state(), SmallModel.state(prefix: 9, candidates: [2, 30, 2], seed: 2)]

    @Test("of every part follow the loss when its values move", arguments: [0, 1])
    func finiteDifferences(firstBlock: Int) throws {
        let pass = try SmallModel().pass(shape: AdapterShape(rank: 4, alpha: 8, firstBlock: firstBlock))
        var batch = TokenBatch()
        for state in states { batch.append(prefix: state.prefix, branches: state.candidates) }
        let gradients = try pass.sharedGradients(states)
        var random = SeededRandom(seed: 11)
        for (name, range) in pass.layout.ranges {
            // A step along the gradient itself changes the loss most, so rounding matters least; a random part of it, so that
            // no error hides behind another.
            let direction = range.map { gradients[$0] * Float.random(in: 0.5...1.5, using: &random) }
            let expected = zip(range, direction).reduce(0.0) { $0 + Double(gradients[$1.0]) * Double($1.1) }
            let before = range.map { pass.values[$0] }
            func loss(_ step: Double) throws -> Double {
                for (place, index) in range.enumerated() {
                    pass.values[index] = before[place] + Float(step) * direction[place]
                }
                pass.refresh()
                return try pass.loss(batch, states)
            }
            let step = 0.02 / max(expected, 1e-6).squareRoot()
            let found = try (loss(-2 * step) - 8 * loss(-step) + 8 * loss(step) - loss(2 * step)) / (12 * step)
            _ = try loss(0)
            #expect(abs(found - expected) < 0.01 * abs(expected), "\(name): \(found), expected \(expected)")
        }
    }

    @Test("with a shared prefix are those of a full sequence for each candidate")
    func sharedPrefix() throws {
        let pass = try SmallModel().pass()
        let shared = try pass.sharedGradients(states)
        var full = TokenBatch()
        for state in states {
            for candidate in state.candidates { full.append(state.prefix + candidate, readsAll: false) }
        }
        pass.clearGradients()
        _ = try pass.loss(full, states, learns: true)
        let separate = (0..<pass.layout.count).map { pass.gradients[$0] }
        for (name, range) in pass.layout.ranges { #expect(relative(separate, shared, range) < 1e-4, "\(name)") }
    }

    @Test("have the same bits for any number of threads, and when blocks are computed again on the way back")
    func sameBits() throws {
        for precision in TrainingPrecision.allCases {
            let expected = try SmallModel().pass(precision, threads: 1).sharedGradients(states)
            #expect(try SmallModel().pass(precision, threads: 3).sharedGradients(states) == expected)
            #expect(try SmallModel().pass(precision, checkpoints: true).sharedGradients(states) == expected)
        }
    }

    @Test("do not depend on what was computed before")
    func reuse() throws {
        let pass = try SmallModel().pass()
        let first = try pass.sharedGradients([states[0]])
        _ = try pass.sharedGradients([SmallModel.state(prefix: 200, candidates: [40, 40, 3], seed: 9)])
        #expect(try pass.sharedGradients([states[0]]) == first)
    }

    @Test("of the fast kernels are those of the plain ones", arguments: TrainingPrecision.allCases)
    func twins(precision: TrainingPrecision) throws {
        let plain = try SmallModel().pass(precision, plain: true).sharedGradients(states)
        let fast = try SmallModel().pass(precision).sharedGradients(states)
        #expect(relative(plain, fast) < (precision == .float ? 1e-5 : 0.03))
    }

    @Test("in bfloat16 point where those in floats do")
    func bfloat16() throws {
        let exact = try SmallModel().pass().sharedGradients(states)
        let rounded = try SmallModel().pass(.bfloat16).sharedGradients(states)
        #expect(relative(exact, rounded) < 0.05)
    }

    @Test(
        "with frozen products in whole numbers point where those in floats do, with the same bits for any number of threads"
    )
    func integers() throws {
        let small = SmallModel(isQuantized: true)
        let exact = try small.pass().sharedGradients(states)
        let whole = try small.pass(.integer).sharedGradients(states)
        #expect(try small.pass(.bfloat16).sharedGradients(states) != whole, "products in bytes were taken")
        #expect(relative(exact, whole) < 0.08)
        #expect(try small.pass(.integer, threads: 1).sharedGradients(states) == whole)
        #expect(try small.pass(.integer, checkpoints: true, threads: 3).sharedGradients(states) == whole)
        // Where the file has floats there is nothing to multiply bytes with.
        #expect(
            try SmallModel().pass(.integer).sharedGradients(states)
                == SmallModel().pass(.bfloat16).sharedGradients(states)
        )
    }

    @Test("of ranks that fill no panel, one panel, and more than one", arguments: [1, 3, 16, 20])
    func ranks(rank: Int) throws {
        let pass = try SmallModel().pass(shape: AdapterShape(rank: rank, alpha: 8))
        let shared = try pass.sharedGradients(states)
        #expect(shared.allSatisfy { $0.isFinite })
        for (name, range) in pass.layout.ranges { #expect(range.contains { shared[$0] != 0 }, "\(name)") }
        let plain = try SmallModel().pass(shape: AdapterShape(rank: rank, alpha: 8), plain: true).sharedGradients(
            states
        )
        #expect(relative(plain, shared) < 1e-5)
    }

    @Test("a token that the model does not have, and models that cannot be trained, are named")
    func errors() throws {
        let pass = try SmallModel().pass()
        var batch = TokenBatch()
        batch.append([1, 2, 300])
        #expect(throws: DroidError.self) { _ = try pass.forward(batch) }
        #expect(throws: DroidError.self) { try SmallModel().pass(shape: AdapterShape(rank: 0, alpha: 8)) }
        #expect(throws: DroidError.self) { try SmallModel(feedForward: 100).pass() }
    }

    @Test("the engine gives the scores that training saw, from the adapter's file")
    func engine() throws {
        let pass = try SmallModel().pass()
        let state = states[0]
        var batch = TokenBatch()
        batch.append(prefix: state.prefix, branches: state.candidates)
        let rows = try pass.forward(batch)
        let head = ScoreHead(width: 64, epsilon: 1e-5, norm: UnsafePointer(pass.model.outputNorm.base))
        let expected = head.scores(rows, rows: 5, weights: UnsafePointer(pass.values + pass.layout.head.lowerBound))
        let path = "\(NSTemporaryDirectory())/\(UInt64.random(in: 0 ... .max)).gguf"
        defer { unlink(path) }
        try pass.writeAdapter(to: path, name: "test", keys: [("droidagent.test", .floats([1, 2]))])
        let file = try SmallModel().file()
        let adapter = try Adapter.load(path, for: ModelConfig(file))
        let model = try LanguageModel(file, adapter: adapter, threads: 1, precision: .float)
        let session = try ScoringSession(model: model, threads: 1)
        let request = ScoreRequest(prefix: state.prefix, candidates: state.candidates, hiddenLayers: [2])
        let found = try session.score(request).scores.map { score in
            zip(score.hidden[0], pass.layout.head).reduce(0.0) { $0 + Double($1.0) * Double(pass.values[$1.1]) }
        }
        // The file keeps half precision.
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 0.01 * max(1, abs(b)), "\(a) \(b)") }
    }
}
