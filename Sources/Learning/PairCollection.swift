// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Inference

/// What `train pairs` is asked for.
public struct PairCollectionOptions: Sendable {
    public var collect: CollectOptions
    public var pairs = PairOptions()
    /// The pairs file.
    public var output: String
    /// The GGUF file of the model whose tokens the prompt's budget counts; nil for an estimate, which fits no head.
    public var model: String?

    /// - Parameters:
    ///   - suite: the suite's folder or name.
    ///   - output: the pairs file.
    public init(suite: String, output: String) {
        self.output = output
        collect = CollectOptions(suite: suite, folder: (output as NSString).deletingPathExtension + ".states")
    }
}

/// From oracle runs on the built-in device to a pairs file.
public enum PairCollection {
    /// What was made.
    public struct Outcome: Codable, Sendable, Equatable {
        public var states: Int
        public var pairs: Int
        /// Decisions that are among the pairs, and those of them right after a wrong step.
        public var decisions: Int
        public var corrections: Int
        /// Pairs of each task.
        public var tasks: [String: Int]
    }

    /// Collects what is missing, makes the pairs and writes them.
    ///
    /// - Throws: `DroidError` from the suite, a device, the model or a file. Finished runs are kept.
    public static func run(
        _ options: PairCollectionOptions,
        progress: @escaping @Sendable (StateCollector.Progress) -> Void = { _ in }
    ) async throws -> Outcome {
        var collect = options.collect
        if let path = options.model {
            let tokenizer = try LanguageModel.load(path).tokenizer
            collect.counter = { tokenizer.encode($0).count }
        }
        let states = try await StateCollector.run(collect, progress: progress)
        let pairs = PairBuilder.pairs(states, options: options.pairs)
        try PairsFile.write(pairs, to: options.output)
        let decisions = Set(pairs.map { "\($0.task) \($0.episode) \($0.step) \($0.kind.rawValue)" })
        return Outcome(
            states: states.count,
            pairs: pairs.count,
            decisions: decisions.count,
            corrections: decisions.count { $0.hasSuffix(StateRecord.Kind.selfCorrection.rawValue) },
            tasks: Dictionary(grouping: pairs, by: \.task).mapValues(\.count)
        )
    }
}
