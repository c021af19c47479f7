// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Inference
@testable import Training

@Suite("Token sparsity")
struct SparsityTests {
    /// Text with repetitions, so that there is something to learn.
    static func text(_ count: Int, seed: UInt64 = 1) -> [Int32] {
        var random = SeededRandom(seed: seed)
        let words = (0..<6).map { _ in (0..<5).map { _ in Int32.random(in: 0..<256, using: &random) } }
        var out: [Int32] = []
        while out.count < count { out += words[Int.random(in: 0..<6, using: &random)] }
        return Array(out.prefix(count))
    }

    let model = SmallModel(blocks: 4)

    func trainer(
        _ sparsity: TokenSparsity?,
        checkpoints: Bool = false,
        precision: TrainingPrecision = .float
    ) throws -> TextTrainer {
        let frozen = try FrozenModel(model.file(), precision: precision, threads: 1)
        let pass = try TrainingPass(
            frozen,
            shape: AdapterShape(rank: 4, alpha: 8),
            checkpoints: checkpoints,
            sparsity: sparsity,
            threads: 2
        )
        pass.start(seed: 3)
        var random = SeededRandom(seed: 5)
        for part in pass.layout.parts.joined() {
            for index in part.b..<(part.b + part.outputs * 4) {
                pass.values[index] = .random(in: -0.1...0.1, using: &random)
            }
        }
        pass.refresh()
        return try TextTrainer(pass, rows: 600)
    }

    func gradients(_ trainer: TextTrainer, _ text: [Int32]) throws -> (loss: Double, values: [Float]) {
        let loss = try trainer.advance(text)
        return (loss, (0..<trainer.pass.layout.count).map { trainer.pass.gradients[$0] })
    }

    @Test("of nothing is training as it is", arguments: [false, true])
    func zero(checkpoints: Bool) throws {
        let text = SparsityTests.text(450)
        let dense = try gradients(trainer(nil, checkpoints: checkpoints), text)
        let none = TokenSparsity(keptTokens: 1, firstBlock: 1, keptColumns: 1, minimumRows: 64)
        let sparse = try gradients(trainer(none, checkpoints: checkpoints), text)
        #expect(abs(dense.loss - sparse.loss) < 1e-6)
        #expect(relative(dense.values, sparse.values) < 1e-4)
    }

    @Test("keeps less, and its loss goes down as well")
    func half() throws {
        let text = SparsityTests.text(512)
        let sparsity = TokenSparsity(keptTokens: 0.5, firstBlock: 1, keptColumns: 0.5, minimumRows: 64)
        let (dense, sparse) = (try trainer(nil), try trainer(sparsity))
        let before = try sparse.evaluate(text)
        for _ in 0..<25 {
            try dense.advance(text)
            try sparse.advance(text)
        }
        #expect(sparse.pass.keptBytes * 10 < dense.pass.keptBytes * 8)
        #expect(sparse.pass.seen[1]?.count == 256 && sparse.pass.seen[0] == nil && sparse.pass.seen[3] == nil)
        #expect(try sparse.evaluate(text) < before - 0.3)
    }

    @Test("forward is exact where columns alone are left out")
    func columnsAlone() throws {
        let text = SparsityTests.text(300)
        let columns = TokenSparsity(keptTokens: 1, firstBlock: 1, keptColumns: 0.5, minimumRows: 64)
        let (dense, sparse) = (try gradients(trainer(nil), text), try gradients(trainer(columns), text))
        #expect(dense.loss == sparse.loss)
        let distance = relative(dense.values, sparse.values)
        #expect(distance > 0.01 && distance < 0.7)
    }

    @Test("what is computed again on the way back leaves out the same")
    func checkpoints() throws {
        let text = SparsityTests.text(512)
        let sparsity = TokenSparsity(keptTokens: 0.5, firstBlock: 1, keptColumns: 0.5, minimumRows: 64)
        let kept = try gradients(trainer(sparsity), text)
        let again = try gradients(trainer(sparsity, checkpoints: true), text)
        #expect(kept.values == again.values)
    }

    @Test("short sequences, and candidates behind a prefix, are trained as they are")
    func short() throws {
        let sparsity = TokenSparsity(keptTokens: 0.5, firstBlock: 1, keptColumns: 0.5, minimumRows: 400)
        let text = SparsityTests.text(399)
        #expect(try gradients(trainer(nil), text).values == gradients(trainer(sparsity), text).values)
    }

    @Test("the loss over a text is that of its tokens one by one, and its gradient follows it")
    func vocabulary() throws {
        let trainer = try trainer(nil)
        let text = SparsityTests.text(140)
        let session = try ScoringSession(model: LanguageModel(model.file(), threads: 1, precision: .float), threads: 1)
        // Without an adapter the engine says how likely each token is.
        for part in trainer.pass.layout.parts.joined() {
            for index in part.b..<(part.b + part.outputs * 4) { trainer.pass.values[index] = 0 }
        }
        trainer.pass.refresh()
        let request = ScoreRequest(prefix: [text[0]], candidates: [Array(text.dropFirst())])
        let expected = -Double(try session.score(request).scores[0].logLikelihood) / 139
        #expect(abs(try trainer.evaluate(text) - expected) < 1e-3 * expected)
    }

    @Test("a predictor learns which blocks of tokens are informative")
    func predictor() throws {
        var random = SeededRandom(seed: 8)
        // Blocks whose first feature is large are informative.
        func lesson() -> BlockPredictor.Lesson {
            let features = (0..<24).map { _ in (0..<16).map { _ in Float.random(in: -1...1, using: &random) } }
            let scores = features.enumerated().map { index, row in max(0.05, row[0]) * Float(24 - index) }
            return BlockPredictor.Lesson(block: 2, features: features, informativeness: scores)
        }
        var predictor = BlockPredictor(width: 16, inner: 4)
        let unseen = (0..<10).map { _ in lesson() }
        let sparsity = TokenSparsity(keptTokens: 0.3, firstBlock: 1)
        predictor.learn((0..<40).map { _ in lesson() }, steps: 0)
        let before = TextTrainer.recall(predictor, unseen, sparsity: sparsity)
        predictor.learn((0..<40).map { _ in lesson() }, steps: 400)
        let after = TextTrainer.recall(predictor, unseen, sparsity: sparsity)
        #expect(after > 0.75 && after > before, "\(before) \(after)")
    }

    @Test("informativeness is measured in a forward pass, for the blocks that leave tokens out")
    func measured() throws {
        let trainer = try trainer(nil)
        let sparsity = TokenSparsity(keptTokens: 0.5, firstBlock: 1)
        let lessons = try trainer.lessons(SparsityTests.text(300), sparsity: sparsity)
        #expect(lessons.map(\.block) == [1, 2])
        for lesson in lessons {
            #expect(lesson.features.count == 5 && lesson.informativeness.count == 5)
            #expect(lesson.informativeness.allSatisfy { $0 > 0 })
        }
    }
}
