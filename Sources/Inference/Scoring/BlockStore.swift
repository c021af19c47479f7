// SPDX-License-Identifier: Apache-2.0

/// Packed blocks of prefixes that a session has left, by the digest of all that their bits depend on: the model, the
/// format, the version of the numerics, and every token up to the block's end. The one that was put away longest ago goes
/// first when they are too many.
struct BlockStore {
    private var blocks: [String: (buffer: FloatBuffer, age: Int)] = [:]
    private let limit: Int
    private var clock = 0

    /// - Parameter limit: how many blocks are kept.
    init(limit: Int) { self.limit = limit }

    var count: Int { blocks.count }

    /// Puts a block away; returns one that is not needed any more.
    mutating func put(_ key: String, _ buffer: FloatBuffer) -> FloatBuffer? {
        clock += 1
        let same = blocks.updateValue((buffer, clock), forKey: key)?.buffer
        if same != nil || blocks.count <= limit { return same }
        guard let oldest = blocks.min(by: { $0.value.age < $1.value.age })?.key else { return nil }
        return blocks.removeValue(forKey: oldest)?.buffer
    }

    /// Takes a block out.
    mutating func take(_ key: String) -> FloatBuffer? { blocks.removeValue(forKey: key)?.buffer }

    mutating func clear() { blocks = [:] }
}
