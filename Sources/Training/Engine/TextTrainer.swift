// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

/// Fine-tunes an adapter on long texts, token by token: what long contexts cost, with and without sparsity.
public final class TextTrainer {
    public let pass: TrainingPass
    private let loss: VocabularyLoss
    private let optimizer: AdamW
    private let gradient: FloatBuffer
    private let rows: Int

    /// - Parameter rows: tokens of a text at most.
    public init(_ pass: TrainingPass, rows: Int, optimizer: AdamWOptions = AdamWOptions(rate: 1e-3)) throws {
        self.pass = pass
        self.rows = rows
        loss = try VocabularyLoss(pass)
        self.optimizer = AdamW(pass.layout.count, optimizer)
        gradient = try FloatBuffer(rows * pass.width)
    }

    /// The mean loss of a text, without learning.
    public func evaluate(_ text: [Int32]) throws -> Double {
        loss.evaluate(try states(text), targets: targets(text), gradient: nil)
    }

    /// One step of the optimizer on a text.
    ///
    /// - Returns: the mean loss before it.
    @discardableResult
    public func advance(_ text: [Int32], factor: Double = 1) throws -> Double {
        pass.clearGradients()
        let value = loss.evaluate(try states(text), targets: targets(text), gradient: gradient.base)
        pass.backward(gradient.base)
        optimizer.step(pass.values, pass.gradients, factor: factor, special: (pass.layout.head, 0))
        pass.refresh()
        return value
    }

    private func states(_ text: [Int32]) throws -> UnsafePointer<Float> {
        precondition(text.count <= rows)
        var batch = TokenBatch()
        batch.append(text)
        return try pass.forward(batch)
    }

    private func targets(_ text: [Int32]) -> [Int32] { Array(text.dropFirst()) + [-1] }

    /// Makes lessons for a predictor: what attention of the sparse blocks finds informative in a text that goes through densely.
    public func lessons(_ text: [Int32], sparsity: TokenSparsity) throws -> [BlockPredictor.Lesson] {
        var batch = TokenBatch()
        batch.append(text)
        return try pass.observe(
            batch,
            blocks: (0..<pass.config.blockCount).filter { sparsity.isSparse($0, of: pass.config.blockCount) }
        )
    }

    /// The share of the truly most informative blocks of tokens that a predictor finds, over lessons it has not seen.
    public static func recall(
        _ predictor: BlockPredictor,
        _ lessons: [BlockPredictor.Lesson],
        sparsity: TokenSparsity
    ) -> Double {
        var (found, all) = (0, 0)
        for lesson in lessons {
            let count = sparsity.tokenBlocks(of: lesson.features.count)
            func top(_ scores: [Float]) -> Set<Int> {
                Set(
                    scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }.prefix(count)
                )
            }
            guard let guess = predictor.informativeness(lesson.block, lesson.features) else { continue }
            found += top(guess).intersection(top(lesson.informativeness)).count
            all += count
        }
        return all == 0 ? 0 : Double(found) / Double(all)
    }
}

extension TrainingPass {
    /// Takes a batch through all blocks, and looks at what attention of some of them finds informative.
    func observe(_ batch: TokenBatch, blocks: [Int]) throws -> [BlockPredictor.Lesson] {
        var features: [Int: [[Float]]] = [:]
        var lessons: [BlockPredictor.Lesson] = []
        watcher = { [self] block, isBefore in
            guard blocks.contains(block) else { return }
            if isBefore {
                features[block] = pooledFeatures(block)
            } else if let seen = features[block] {
                lessons.append(
                    BlockPredictor.Lesson(block: block, features: seen, informativeness: measuredInformativeness(block))
                )
            }
        }
        defer { watcher = nil }
        _ = try forward(batch)
        return lessons
    }
}
