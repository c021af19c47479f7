// SPDX-License-Identifier: Apache-2.0

import Base

/// Which inputs of a model's matrices count: those whose magnitude reaches a threshold, one for each kind of input of each block
/// (TEAL, arXiv 2408.14690; ActiveFlow thresholds in the same way). What does not count is taken as 0, and its weights need not be read.
///
/// Gate's inputs have a threshold of their own. Up and down have none: a neuron whose |silu(gate)| does not reach its threshold is left out
/// of both. A low-rank adapter on queries, keys, values, attention's output, gate and up reads all inputs; on down those that count.
public struct ActivationMask: Codable, Sendable, Equatable {
    /// What is masked, in the order in which a block reads it.
    public enum Place: Int, CaseIterable, Sendable {
        /// Normed rows that queries, keys and values read.
        case attention
        /// What attention gives to its output matrix.
        case output
        /// Normed rows that gate reads.
        case gate
        /// Neurons, by |silu(gate)|.
        case neuron
    }

    /// The thresholds of a block.
    public struct Block: Codable, Sendable, Equatable {
        public var attention: Float
        public var output: Float
        public var gate: Float
        public var neuron: Float

        public init(attention: Float, output: Float, gate: Float, neuron: Float) {
            (self.attention, self.output, self.gate, self.neuron) = (attention, output, gate, neuron)
        }

        public subscript(place: Place) -> Float {
            switch place {
            case .attention: attention
            case .output: output
            case .gate: gate
            case .neuron: neuron
            }
        }
    }

    /// The share of inputs that did not count on the texts that the thresholds are from.
    public var sparsity: Double
    /// SHA-256 of the model's file.
    public var model: String
    public var blocks: [Block]

    public init(sparsity: Double, model: String, blocks: [Block]) {
        (self.sparsity, self.model, self.blocks) = (sparsity, model, blocks)
    }

    /// Reads a mask from a JSON file.
    ///
    /// - Parameters:
    ///   - model: SHA-256 of the file of the model that it is for.
    ///   - count: the model's blocks.
    /// - Throws: `DroidError` with code `file.read`, or `mask.format` for what is no mask, or one of another model.
    public static func read(_ path: String, model: String, blocks count: Int) throws -> ActivationMask {
        let bytes = try FileBytes.read(path)
        let mask: ActivationMask
        do {
            mask = try JSON.decode(ActivationMask.self, from: bytes)
        } catch {
            throw DroidError.wrapping(
                error,
                "mask.format",
                "\(path) is no activation mask",
                next: "make one with `droidagent train distill`"
            )
        }
        var why: String?
        if mask.model != model {
            why = "it is for the model \(mask.model.prefix(12)), not for \(model.prefix(12))"
        } else if mask.blocks.count != count {
            why = "it has \(mask.blocks.count) blocks, and the model has \(count)"
        } else if !(0..<1).contains(mask.sparsity) {
            why = "a share of \(mask.sparsity) cannot be left out"
        } else if mask.blocks.contains(where: { block in
            Place.allCases.contains { !(block[$0] >= 0 && block[$0].isFinite) }
        }) {
            why = "a threshold is negative or no number"
        }
        if let why {
            throw DroidError(
                "mask.format",
                "the activation mask \(path) cannot be used",
                why: why,
                next: "make one for this model with `droidagent train distill`"
            )
        }
        return mask
    }

    /// Writes it as a JSON file.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public func write(to path: String) throws { try FileBytes.write(try JSON.pretty(self) + "\n", to: path) }
}
