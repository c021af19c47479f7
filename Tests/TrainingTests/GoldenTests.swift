// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Inference
@testable import Training

/// Against torch and peft in 32-bit floats, which compute a full sequence for each candidate (Scripts/golden/training_vectors.py).
@Suite("Training against torch and peft")
struct GoldenTests {
    struct Line: Decodable {
        var tensor: String?
        var half: String?
        var gradient: [Float]?
        var losses: [Double]?
    }

    let lines: [Line]
    let states: [PreferenceState]

    init() throws {
        let url = try #require(Bundle.module.url(forResource: "Resources/training", withExtension: "jsonl"))
        lines = try FileBytes.read(url.path).split(separator: 10).map { try JSON.decode(Line.self, from: Array($0)) }
        states = [
            PreferenceState(
                prefix: (0..<40).map { Int32(($0 * 37 + 11) % 257) },
                candidates: [[5, 6, 7], [5, 9], [100, 101, 102, 103]],
                right: [0],
                wrong: [1, 2]
            ),
            PreferenceState(
                prefix: (0..<23).map { Int32(($0 * 53 + 7) % 257) },
                candidates: [[8, 60], [7, 6, 5, 4, 3], [200], [12, 13]],
                right: [0],
                wrong: [1, 2, 3]
            ),
        ]
    }

    /// Values that follow from a name, as the script makes them.
    func values(_ name: String, _ count: Int, _ scale: Float) -> [Float] {
        var random = SeededRandom(seed: 1, name: name)
        return (0..<count).map { _ in (Float(random.next() >> 40) * 0x1p-24 * 2 - 1) * scale }
    }

    func set(_ pass: TrainingPass) {
        let rank = pass.layout.shape.rank
        for part in pass.layout.parts.joined() {
            let name = "blk.\(part.block).\(part.projection.tensor).weight"
            let a = values("\(name).lora_a", rank * part.inputs, 0.125)
            pass.layout.setRows(a, pass.values, at: part.a, columns: part.inputs, transposed: false)
            let b = values("\(name).lora_b", rank * part.outputs, 0.2)
            pass.layout.setRows(b, pass.values, at: part.b, columns: part.outputs, transposed: true)
        }
        for (index, value) in zip(pass.layout.head, values("head", pass.layout.head.count, 0.5)) {
            pass.values[index] = value
        }
        pass.refresh()
    }

    @Test("gradients are the same to a thousandth, tensor by tensor")
    func gradients() throws {
        let pass = try SmallModel().pass()
        set(pass)
        // The script's loss is the mean over states.
        let found = try pass.sharedGradients(states).map { $0 / 2 }
        var seen = 0
        for line in lines {
            guard let tensor = line.tensor, let expected = line.gradient else { continue }
            var own = pass.layout.head.map { found[$0] }
            if let part = pass.layout.parts.joined().first(where: {
                "blk.\($0.block).\($0.projection.tensor)" == tensor
            }) {
                let isA = line.half == "a"
                own = pass.layout.rows(
                    found,
                    at: isA ? part.a : part.b,
                    columns: isA ? part.inputs : part.outputs,
                    transposed: !isA
                )
            }
            #expect(own.count == expected.count)
            #expect(relative(expected, own) < 1e-3, "\(tensor) \(line.half ?? "")")
            seen += 1
        }
        #expect(seen == 2 * 7 * 2 + 1)
    }

    @Test("the loss of 50 steps is the same to three decimals", arguments: [false, true])
    func curve(checkpoints: Bool) throws {
        let expected = try #require(lines.compactMap(\.losses).last)
        let options = PreferenceOptions(
            shape: AdapterShape(rank: 4, alpha: 8),
            objective: PreferenceObjective(rivals: 0),
            optimizer: AdamWOptions(rate: 3e-4, clip: 0),
            schedule: .constant,
            warmUp: 0,
            headFactor: 1,
            epochs: 50,
            batch: 2,
            precision: .float,
            checkpoints: checkpoints
        )
        let model = try FrozenModel(SmallModel().file(), precision: .float, threads: 1)
        let trainer = try PreferenceTrainer(model, states: states, options: options, identity: "golden", threads: 2)
        set(trainer.pass)
        try trainer.run(reportEvery: 1)
        let found = trainer.curve.map(\.training.loss)
        #expect(found.count == 50 && expected.count == 50)
        for (step, (a, b)) in zip(found, expected).enumerated() {
            #expect(abs(a - b) < 5e-4, "step \(step): \(a), torch \(b)")
        }
        #expect(expected[49] < expected[0] / 2)
    }
}
