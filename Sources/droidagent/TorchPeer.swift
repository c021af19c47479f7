// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference
import Training

/// torch and peft, as `Scripts/peers torch` installs them, doing the same training step: `Scripts/compare/training_peer.py`.
final class TorchPeer: TrainingPeer {
    private static var python: String { "\(Locations.cache)/peers/torch/bin/python" }

    static var isHere: Bool { FileManager.default.isExecutableFile(atPath: python) }

    private(set) var name = "torch"
    private let config: ModelConfig
    private let shape: AdapterShape
    private let threads: Int
    private let repeats: Int

    /// - Returns: nil where they are not installed.
    init?(_ config: ModelConfig, shape: AdapterShape, threads: Int, repeats: Int) {
        guard TorchPeer.isHere else { return nil }
        (self.config, self.shape, self.threads, self.repeats) = (config, shape, threads, repeats)
    }

    private struct Answer: Decodable {
        let seconds: Double
        let name: String
    }

    private struct Job: Encodable {
        struct Config: Encodable {
            let hiddenSize: Int
            let intermediateSize: Int
            let numHiddenLayers: Int
            let numAttentionHeads: Int
            let numKeyValueHeads: Int
            let headDim: Int
            let vocabSize: Int
            let maxPositionEmbeddings: Int
        }
        let config: Config
        let rank: Int
        let alpha: Double
        let threads: Int
        let sequences: Int
        let tokens: Int
        let repeats: Int
    }

    func seconds(sequences: Int, tokens: Int) throws -> Double {
        let job = Job(
            config: Job.Config(
                hiddenSize: config.width,
                intermediateSize: config.feedForwardWidth,
                numHiddenLayers: config.blockCount,
                numAttentionHeads: config.headCount,
                numKeyValueHeads: config.keyValueHeadCount,
                headDim: config.headWidth,
                vocabSize: config.vocabularySize,
                maxPositionEmbeddings: max(config.contextLength, tokens)
            ),
            rank: shape.rank,
            alpha: shape.alpha,
            threads: threads,
            sequences: sequences,
            tokens: tokens,
            repeats: repeats
        )
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: TorchPeer.python)
        process.arguments = [
            try Locations.data("Scripts/compare/training_peer.py"),
            String(decoding: try encoder.encode(job), as: UTF8.self),
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let answer = try? JSONDecoder().decode(Answer.self, from: bytes) else {
            throw DroidError(
                "bench.torch",
                "torch did not do its part",
                why: "it ended with \(process.terminationStatus)",
                next: "install it again with `Scripts/peers torch`"
            )
        }
        name = answer.name
        return answer.seconds
    }
}
