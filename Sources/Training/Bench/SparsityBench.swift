// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference

extension TrainingBench {
    /// Texts to train on: pieces of the plan's text, or of words drawn at random where there is none.
    private func texts(_ count: Int) throws -> [[Int32]] {
        var all: [Int32] = []
        if let path = plan.text {
            all = model.tokenizer.encode(String(decoding: try FileBytes.read(path), as: UTF8.self))
            // None twice: what is looked at at the end must not have been learned from.
            guard all.count >= plan.longTokens * count else {
                throw DroidError(
                    "bench.text",
                    "the text is too short",
                    why: "it has \(all.count) tokens, and \(count) pieces of \(plan.longTokens) are needed",
                    next: "name a longer text, or ask for fewer tokens with --long"
                )
            }
        } else {
            var random = SeededRandom(seed: 5)
            let phrases = (0..<400).map { _ in tokens(8, &random) }
            while all.count < plan.longTokens * count { all += phrases[Int.random(in: 0..<400, using: &random)] }
        }
        return (0..<count).map { Array(all[($0 * plan.longTokens)..<(($0 + 1) * plan.longTokens)]) }
    }

    private var options: TokenSparsity {
        TokenSparsity(
            keptTokens: plan.keptTokens,
            firstBlock: model.config.blockCount / 2,
            keptColumns: plan.keptColumns,
            minimumRows: 1024
        )
    }

    /// A predictor that has learned from other texts, and the share of informative blocks that it finds in one of them.
    private func predictor() throws -> BlockPredictor {
        let trainer = try TextTrainer(makePass(model), rows: plan.longTokens)
        let pieces = try texts(4).map { Array($0.prefix(min(4096, plan.longTokens))) }
        let lessons = try pieces.prefix(3).flatMap { try trainer.lessons($0, sparsity: options) }
        var predictor = BlockPredictor(width: model.config.width)
        predictor.learn(lessons, steps: 400)
        let unseen = try trainer.lessons(pieces[3], sparsity: options)
        try row(
            "training.sparsity.recall",
            TextTrainer.recall(predictor, unseen, sparsity: options),
            "",
            floor: 0.9,
            note: "of the \(Int(plan.keptTokens * 100)) % most informative blocks of a text that it has not seen"
        )
        return predictor
    }

    /// Four corners: with and without checkpoints, with and without sparsity. Attention is tiled and the loss is cut into segments in all.
    func sparsity() throws {
        let predictor = try predictor()
        let text = try texts(1)[0]
        var results: [String: (bytes: Double, seconds: Double)] = [:]
        for checkpoints in [false, true] {
            for isSparse in [false, true] {
                let pass = try makePass(model, sparsity: isSparse ? options : nil, checkpoints: checkpoints)
                pass.predictor = predictor
                let trainer = try TextTrainer(pass, rows: text.count)
                var seconds: [Double] = []
                for _ in 0..<3 {
                    let start = monotonicSeconds()
                    try trainer.advance(text)
                    seconds.append(monotonicSeconds() - start)
                }
                let corner = (checkpoints ? "checkpoints" : "plain") + (isSparse ? "_sparse" : "")
                results[corner] = (Double(pass.keptBytes), seconds.sorted()[1])
                try row(
                    "training.sparsity.\(corner).bytes",
                    Double(pass.keptBytes),
                    "bytes",
                    note: "kept from forward to backward"
                )
                try row(
                    "training.sparsity.\(corner).seconds",
                    seconds.sorted()[1],
                    "s",
                    note: "a step on \(text.count) tokens"
                )
            }
        }
        for corner in ["plain", "checkpoints"] {
            guard let dense = results[corner], let sparse = results["\(corner)_sparse"] else { continue }
            let isHeadline = corner == "plain"
            try row(
                "training.sparsity.\(corner).memory_ratio",
                dense.bytes / sparse.bytes,
                "x",
                floor: isHeadline ? 1.4 : nil,
                goal: isHeadline ? 1.8 : nil
            )
            try row(
                "training.sparsity.\(corner).time_ratio",
                dense.seconds / sparse.seconds,
                "x",
                floor: isHeadline ? 1.3 : nil,
                goal: isHeadline ? 1.6 : nil
            )
        }
    }

    /// The loss over some steps with and without sparsity, each measured densely on a text that is not trained on.
    func losses() throws {
        let predictor = try predictor()
        let all = try texts(9)
        var held: [Double] = []
        for isSparse in [false, true] {
            let pass = try makePass(model, sparsity: isSparse ? options : nil)
            pass.predictor = predictor
            let trainer = try TextTrainer(pass, rows: plan.longTokens)
            var last: [Double] = []
            for step in 0..<plan.steps {
                let loss = try trainer.advance(
                    all[step % 8],
                    factor: LearningSchedule.cosine.factor(step: step, of: plan.steps, warmUp: 5)
                )
                if step >= plan.steps - 8 { last.append(loss) }
            }
            let dense = try TextTrainer(makePass(model), rows: plan.longTokens)
            for index in 0..<pass.layout.count { dense.pass.values[index] = pass.values[index] }
            dense.pass.refresh()
            held.append(try dense.evaluate(all[8]))
            let name = isSparse ? "sparse" : "dense"
            try row("training.sparsity.loss.\(name).training", last.reduce(0, +) / Double(max(1, last.count)), "nats")
            try row("training.sparsity.loss.\(name).held_out", held[held.count - 1], "nats", note: "read densely")
        }
        try row(
            "training.sparsity.loss.difference",
            held[1] / held[0] - 1,
            "",
            floor: 0.02,
            note: "of the held-out loss"
        )
    }
}
