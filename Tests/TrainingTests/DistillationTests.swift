// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Kernels
import Testing

@testable import Inference
@testable import Training

@Suite("Distillation")
struct DistillationTests {
    let states = (0..<12).map { SmallModel.state(prefix: 20, candidates: [2, 3, 1, 2], seed: UInt64(300 + $0)) }
    let texts = (0..<6).map { SparsityTests.text(48, seed: UInt64($0)) }

    func options(_ target: DistillationOptions.Target, steps: Int = 40) -> DistillationOptions {
        DistillationOptions(
            target: target,
            sparsity: 0.5,
            shape: AdapterShape(rank: 4, alpha: 8),
            optimizer: AdamWOptions(rate: 4e-3),
            weightRate: 2e-3,
            warmUp: 2,
            steps: steps,
            textTokens: 64,
            precision: .float
        )
    }

    func trainer(_ options: DistillationOptions) throws -> DistillationTrainer {
        let file = try SmallModel().file()
        func load() throws -> FrozenModel { try FrozenModel(file, precision: options.precision, threads: 1) }
        let trainer = try DistillationTrainer(
            load(),
            studentModel: options.target == .ternary ? load() : nil,
            decisions: states,
            texts: texts,
            options: options,
            threads: 2
        )
        // A head, so that decisions have scores; both start from the same values.
        var random = SeededRandom(seed: 9)
        for index in trainer.teacher.layout.head {
            let weight = Float.random(in: -0.5...0.5, using: &random)
            trainer.teacher.values[index] = weight
            trainer.student.values[index] = weight
        }
        for pass in [trainer.teacher, trainer.student] { pass.refresh() }
        if options.target == .masks {
            trainer.student.mask = try trainer.student.findMask(sparsity: options.sparsity, texts.map(batch))
        }
        return trainer
    }

    func batch(_ text: [Int32]) -> TokenBatch {
        var batch = TokenBatch()
        batch.append(text)
        return batch
    }

    @Test("a student with masks comes closer to its teacher, who stays as it was")
    func learnsMasks() throws {
        let trainer = try trainer(options(.masks))
        let before = try trainer.evaluate(states, texts: texts)
        let teacher = (0..<trainer.teacher.layout.count).map { trainer.teacher.values[$0] }
        try trainer.run(validateEvery: 20, validation: (states, texts))
        let after = try #require(trainer.curve.last?.validation)
        #expect(before.divergence > 0 && before.textDivergence > 0)
        #expect(after.divergence < before.divergence * 0.7)
        #expect(after.textDivergence < before.textDivergence * 0.9)
        #expect(after.teacherPerplexity == before.teacherPerplexity)
        #expect(teacher == (0..<trainer.teacher.layout.count).map { trainer.teacher.values[$0] })
        #expect(after.decisions == 12 && after.tokens == 6 * 48)
    }

    @Test("a student whose weights become ternary comes closer than one whose weights are rounded at once")
    func learnsTernary() throws {
        let trainer = try trainer(options(.ternary, steps: 60))
        let weights = try #require(trainer.student.weights)
        weights.share = 1
        trainer.student.refresh()
        let before = try trainer.evaluate(states, texts: texts)
        weights.share = 0
        trainer.student.refresh()
        let dense = try trainer.evaluate(states, texts: texts)
        #expect(abs(dense.divergence) < 1e-9 && abs(dense.textDivergence) < 1e-5 && dense.kept == 1)
        try trainer.run(validateEvery: 60, validation: (states, texts))
        #expect(weights.share == 1)
        let after = try #require(trainer.curve.last?.validation)
        #expect(after.divergence < before.divergence * 0.6)
        #expect(after.textDivergence < before.textDivergence * 0.8)
    }

    @Test("one that was stopped goes on with the same bits", arguments: DistillationOptions.Target.allCases)
    func goesOn(target: DistillationOptions.Target) throws {
        let whole = try trainer(options(target, steps: 10))
        try whole.run()
        let first = try trainer(options(target, steps: 10))
        try first.run { $0.step < 5 }
        let checkpoint = try first.checkpoint(identity: "test")
        let second = try trainer(options(target, steps: 10))
        #expect(throws: DroidError.self) { try second.restore(checkpoint, identity: "other") }
        try second.restore(checkpoint, identity: "test")
        #expect(second.step == 5)
        try second.run()
        #expect(
            (0..<whole.student.layout.count).allSatisfy { whole.student.values[$0] == second.student.values[$0] }
        )
        if let one = whole.student.weights, let other = second.student.weights {
            #expect((0..<one.count).allSatisfy { one.values[$0] == other.values[$0] })
        }
        #expect(whole.curve == second.curve)
    }

    @Test("the divergence over the vocabulary and its gradient are those of the formula")
    func divergence() throws {
        let pass = try SmallModel().pass()
        let loss = try VocabularyLoss(pass)
        let (rows, width) = (5, 64)
        var random = SeededRandom(seed: 4)
        var student = (0..<(rows * width)).map { _ in Float.random(in: -1...1, using: &random) }
        let teacher = (0..<(rows * width)).map { _ in Float.random(in: -1...1, using: &random) }
        var gradient = [Float](repeating: 0, count: rows * width)
        let value = try loss.divergence(student, from: teacher, rows: rows, gradient: &gradient)
        #expect(value > 0.01)
        #expect(abs(try loss.divergence(teacher, from: teacher, rows: rows, gradient: nil)) < 1e-6)
        let length = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }
        let step = 0.02 / length.squareRoot()
        let start = student
        func at(_ factor: Double) throws -> Double {
            for index in student.indices { student[index] = start[index] + Float(factor * step) * gradient[index] }
            return try loss.divergence(student, from: teacher, rows: rows, gradient: nil)
        }
        let found = try (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * step)
        #expect(abs(found - length) < 0.01 * length)
    }
}

@Suite("Activation masks")
struct ActivationMaskTests {
    let texts = (0..<4).map { SparsityTests.text(60, seed: UInt64($0)) }

    func batches() -> [TokenBatch] {
        texts.map { text in
            var batch = TokenBatch()
            batch.append(text)
            return batch
        }
    }

    func states(_ pass: TrainingPass) throws -> [Float] {
        let rows = try pass.forward(batches()[0])
        return (0..<(60 * pass.width)).map { rows[$0] }
    }

    @Test("leave out the share that was asked for, of every kind of input of every block", arguments: [0.3, 0.5, 0.8])
    func share(sparsity: Double) throws {
        let pass = try SmallModel().pass()
        let mask = try pass.findMask(sparsity: sparsity, batches())
        var (below, all) = ([String: Int](), [String: Int]())
        pass.inputWatcher = { block, place, rows, buffer, stride in
            let count = place == .neuron ? 96 : 64
            var values = [Float](repeating: 0, count: count)
            for row in 0..<rows {
                pass.kernels.widen(Int64(count), buffer.at(row * stride), &values)
                for value in values {
                    let x = place == .neuron ? value / (1 + exp(-value)) : value
                    all["\(block) \(place)", default: 0] += 1
                    if abs(x) < mask.blocks[block][place] { below["\(block) \(place)", default: 0] += 1 }
                }
            }
        }
        for batch in batches() { _ = try pass.forward(batch) }
        #expect(all.count == 8)
        for (name, count) in all {
            let share = Double(below[name] ?? 0) / Double(count)
            #expect(abs(share - sparsity) < 0.02, "\(name): \(share)")
        }
    }

    @Test("that leave out nothing change nothing, and those that leave out more change more")
    func more() throws {
        let pass = try SmallModel().pass()
        let dense = try states(pass)
        var distances: [Double] = []
        for sparsity in [0.0, 0.2, 0.5, 0.9] {
            pass.mask = try pass.findMask(sparsity: sparsity, batches())
            distances.append(relative(dense, try states(pass)))
        }
        #expect(distances[0] == 0)
        #expect(distances == distances.sorted() && distances[1] > 0)
    }

    @Test("are taken back straight through: a dense way back for what is left out")
    func straightThrough() throws {
        let pass = try SmallModel().pass()
        pass.mask = try pass.findMask(sparsity: 0.5, batches())
        let state = SmallModel.state()
        let gradients = try pass.sharedGradients([state])
        // Every part learns something, also from inputs that did not count for the frozen matrices.
        for (name, range) in pass.layout.ranges where name.hasSuffix("attn_q A") {
            #expect(range.allSatisfy { gradients[$0] != 0 }, "\(name)")
        }
        // Computed again on the way back, masks are the same.
        let again = try SmallModel().pass(checkpoints: true)
        again.mask = pass.mask
        #expect(try again.sharedGradients([state]) == gradients)
    }

    @Test("are read as they were written, and refused for another model or with values that cannot be")
    func files() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("mask-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let block = ActivationMask.Block(attention: 0.1, output: 0.2, gate: 0.3, neuron: 0.4)
        var mask = ActivationMask(sparsity: 0.5, model: "abc", blocks: [block, block])
        try mask.write(to: path)
        #expect(try ActivationMask.read(path, model: "abc", blocks: 2) == mask)
        #expect(throws: DroidError.self) { try ActivationMask.read(path, model: "abd", blocks: 2) }
        #expect(throws: DroidError.self) { try ActivationMask.read(path, model: "abc", blocks: 3) }
        mask.blocks[1].gate = -1
        try mask.write(to: path)
        #expect(throws: DroidError.self) { try ActivationMask.read(path, model: "abc", blocks: 2) }
        // Whatever the bytes are, the answer is a mask or an error.
        var random = SeededRandom(seed: 8)
        let bytes = Array(try JSON.line(mask).utf8)
        for _ in 0..<300 {
            var broken = bytes
            for _ in 0..<3 {
                broken[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            try FileBytes.write(broken.prefix(Int.random(in: 0...bytes.count, using: &random)), to: path)
            if let read = try? ActivationMask.read(path, model: "abc", blocks: 2) { #expect(read.blocks.count == 2) }
        }
    }
}

@Suite("Ternary weights")
struct TernaryWeightsTests {
    func pass(_ precision: TrainingPrecision = .float) throws -> (TrainingPass, TernaryWeights) {
        let pass = try SmallModel().pass(precision)
        let weights = try TernaryWeights(pass.model, threads: 2)
        pass.weights = weights
        return (pass, weights)
    }

    @Test("that are not rounded are those of the file")
    func same() throws {
        let dense = try SmallModel().pass()
        let (pass, _) = try pass()
        pass.refresh()
        let states = [SmallModel.state()]
        #expect(try dense.sharedGradients(states) == pass.sharedGradients(states))
    }

    @Test("have gradients that follow the loss when they move")
    func finiteDifferences() throws {
        let (pass, weights) = try pass()
        pass.refresh()
        let states = [SmallModel.state(), SmallModel.state(prefix: 9, candidates: [2, 30, 2], seed: 2)]
        var batch = TokenBatch()
        for state in states { batch.append(prefix: state.prefix, branches: state.candidates) }
        _ = try pass.sharedGradients(states)
        for part in weights.parts.joined() {
            let range = part.at..<(part.at + part.inputs * part.outputs)
            let direction = range.map { weights.gradients[$0] }
            let before = range.map { weights.values[$0] }
            let length = direction.reduce(0.0) { $0 + Double($1) * Double($1) }
            #expect(length > 0)
            func loss(_ step: Double) throws -> Double {
                for (place, index) in range.enumerated() {
                    weights.values[index] = before[place] + Float(step) * direction[place]
                }
                pass.refresh()
                return try pass.loss(batch, states)
            }
            let step = 0.02 / max(length, 1e-6).squareRoot()
            let found = try (loss(-2 * step) - 8 * loss(-step) + 8 * loss(step) - loss(2 * step)) / (12 * step)
            _ = try loss(0)
            #expect(abs(found - length) < 0.01 * length, "\(part.block) \(part.projection): \(found), \(length)")
        }
    }

    @Test("are rounded to the bits that the engine's file holds")
    func file() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ternary-\(UUID().uuidString)").path
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pass = try SmallModel().pass()
        let weights = try TernaryWeights(pass.model, threads: 2)
        pass.weights = weights
        weights.share = 1
        pass.refresh()
        try weights.write(to: folder + "/floats.gguf")
        _ = try ModelQuantizer.quantize(
            GGUFFile.open(folder + "/floats.gguf"),
            to: .ternary,
            path: folder + "/ternary.gguf"
        )
        let read = try FrozenModel.load(folder + "/ternary.gguf", precision: .float, threads: 1)
        for part in weights.parts.joined() {
            let found = read.weights(part.block, part.projection)
            #expect(Set(found.map { abs($0) }).count == 2, "\(part.block) \(part.projection)")
            // What products see of it: panels of 16 outputs, reduced along the inputs, floats.
            let matrix = pass.model.blocks[part.block].matrix(part.projection)
            let panels = matrix.forward.base.assumingMemoryBound(to: Float.self)
            for output in 0..<part.outputs {
                let row = part.first + output
                for input in 0..<part.inputs {
                    let seen = panels[(row / 16 * matrix.inputs + input) * 16 + row % 16]
                    #expect(seen == found[output * part.inputs + input], "\(part.block) \(part.projection)")
                }
            }
        }
    }
}
