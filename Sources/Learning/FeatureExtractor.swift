// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Inference
import Training

/// Makes the features of decisions with the language model, and keeps them on disk.
///
/// They are made by the very functions that the verifier chooses with, so training and use cannot differ.
public struct FeatureExtractor {
    /// How far it is.
    public struct Progress: Sendable {
        public var done: Int
        public var total: Int
        /// Decisions that were computed now; the others were there.
        public var computed: Int
        public var seconds: Double
    }

    private let model: LanguageModel
    private let session: ScoringSession
    private let head: VerifierHead
    private let store: FeatureStore

    /// Opens the features of a model and a choice of layers under `cache`.
    ///
    /// - Throws: `DroidError` with code `features.format`, `model.memory`, `head.mismatch`.
    public init(model: LanguageModel, layers: [Int], readsMean: Bool, cache: String, threads: Int?) throws {
        self.model = model
        session = try ScoringSession(model: model, threads: threads)
        head = VerifierHead(
            kind: .linear,
            layers: layers,
            readsMean: readsMean,
            dModel: model.config.width,
            weights: [Float](
                repeating: 0,
                count: VerifierHead.featureCount(layers: layers.count, readsMean: readsMean, dModel: model.config.width)
            ),
            baseSHA256: model.sha256
        )
        try head.check(baseSHA256: model.sha256, dModel: model.config.width, blocks: model.config.blockCount)
        // Features in floats go by the name that they had before there were others.
        let precision = model.precision == .float ? "" : " \(model.precision.rawValue)"
        let kept = model.keyValues == .float ? "" : " \(model.keyValues.rawValue)"
        let spec = "\(model.sha256) \(layers) \(readsMean)\(kept)\(precision)"
        store = try FeatureStore(
            path: "\(cache)/\(SHA256.hex(spec.utf8).prefix(24)).features",
            columns: head.featureCount
        )
    }

    /// The number of features of a candidate.
    public var columns: Int { head.featureCount }

    /// Makes the features that are missing. It may be interrupted at any time and goes on where it stopped.
    public func prepare(_ groups: [PairGroup], progress: (Progress) -> Void = { _ in }) throws {
        let start = Date()
        var computed = 0
        for (index, group) in groups.enumerated() {
            let key = group.key
            if !store.contains(key) {
                try store.add(key, rows: rows(group))
                computed += 1
            }
            let seconds = Date().timeIntervalSince(start)
            progress(Progress(done: index + 1, total: groups.count, computed: computed, seconds: seconds))
        }
    }

    /// The matrix and the ranking groups of decisions whose features are there.
    public func load(_ groups: [PairGroup]) throws -> (FeatureMatrix, [RankingGroup]) {
        let rows = groups.reduce(0) { $0 + $1.candidates.count }
        var matrix = FeatureMatrix(columns: columns, reserving: rows)
        var out: [RankingGroup] = []
        out.reserveCapacity(groups.count)
        for group in groups {
            guard let values = try store.rows(group.key), values.count == group.candidates.count * columns else {
                throw DroidError(
                    "features.missing",
                    "the features of a decision of \(group.task) are missing",
                    next: "make the features again"
                )
            }
            let first = matrix.rows
            for row in 0..<group.candidates.count { matrix.append(values[row * columns..<(row + 1) * columns]) }
            out.append(
                RankingGroup(
                    right: group.right.map { first + $0 },
                    wrong: group.wrong.map { first + $0 },
                    weight: Float(group.weight),
                    family: group.task,
                    episode: group.episode
                )
            )
        }
        return (matrix, out)
    }

    private func rows(_ group: PairGroup) throws -> [[Float]] {
        let prompt = Prompt.recorded(prefix: group.prefix, suffixes: group.candidates)
        var request = try Verifier.request(prompt, head: head, tokenizer: model.tokenizer)
        // What the head will read is not known yet.
        request.wantsLogProbs = true
        return try session.score(request).scores.map { VerifierHead.features($0, readsMean: head.readsMean) }
    }
}
