// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// How a session keeps the keys and values of a prefix. A score depends on it, so it belongs to the name of a model.
public enum KeyValueFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// As exact as the precision: words of 16 bits with a step for each key and each value where weights are multiplied as
    /// integers, 32-bit floats where all is floats.
    case float
    /// Blocks of 128 positions in 4 bits: keys per channel over the block, values per position; the block at hand in words
    /// (BitDecoding, arXiv 2503.18773, section 4).
    case q4
    /// The same in 2 bits, keys over 32 positions and values over 32 channels: small, and visibly worse.
    case q2

    // The keys of the first block have two bits more: what the first positions draw to themselves is felt by every token
    // behind them, and half of the noise of a decision's margin came from there.
    static let firstKeyRest: Int64 = 2

    /// Changes whenever the bits of a block or of what is computed from it do.
    static let numericsVersion = 3

    /// The form of a packed block of one head; nil for floats.
    ///
    /// - Throws: `DroidError` with code `model.unsupported` when the model's heads do not fit it.
    func packed(_ config: ModelConfig) throws -> dk_kv_format? {
        let head = Int64(config.headWidth)
        // A scale for at most 128 channels.
        let widest = head > 128 && head % 128 == 0 ? 128 : head
        var format: dk_kv_format
        switch self {
        case .float: return nil
        case .q4: format = dk_kv_format(bits: 4, head: head, key_group: 128, value_group: widest, key_rest: 0)
        case .q2:
            let narrow: Int64 = head % 32 == 0 ? 32 : 16
            format = dk_kv_format(bits: 2, head: head, key_group: 32, value_group: narrow, key_rest: 0)
        }
        guard dk_kv_block_bytes(&format) > 0 else {
            throw DroidError(
                "model.unsupported",
                "the keys and values of this model cannot be kept as \(rawValue)",
                why: "its heads are \(config.headWidth) wide, and at most 256 are supported",
                next: "leave them as floats"
            )
        }
        return format
    }
}

/// The keys and values of a prefix, from its first token on.
protocol KeyValueCache: AnyObject {
    /// The tokens whose keys and values are in place.
    var tokens: [Int32] { get }
    /// Bytes that hold them, and what is there for more.
    var bytes: Int { get }
    /// Keeps at most the first `count` tokens; returns how many, since some may only be kept to the beginning of their
    /// block.
    func keep(_ count: Int) -> Int
    /// Takes back what is there of a prefix that begins with `tokens`, from earlier requests; returns how many of its tokens
    /// are in place then, all but the last at most.
    func resume(_ prefix: [Int32]) -> Int
    /// Forgets everything.
    func clear()
    /// Declares that the keys and values of these tokens are in place.
    func append(_ added: ArraySlice<Int32>)
    /// Declares that whole blocks of 128 tokens were read into their places, in the form that they are kept in.
    func appendLoaded(_ added: ArraySlice<Int32>)
    /// Where a whole block of 128 tokens lies, in the form that it is kept in.
    func block(_ index: Int) -> [UnsafeRawBufferPointer]
    /// Makes room for `count` positions.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    func reserve(_ count: Int) throws
}

/// What the attention of one layer reads of a prefix: packed blocks from the first position on, then tiles.
struct Past {
    let blocks: [UnsafePointer<UInt8>]
    /// The heads of keys before those of the layer.
    let headsBefore: Int
    let tiles: [UnsafePointer<Float>]
    /// The position of the first tile.
    let firstTile: Int
    /// Where the keys of the first head begin in a tile, and from one head to the next.
    let tileOffset: Int
    let tileStride: Int
}
