// SPDX-License-Identifier: Apache-2.0

/// Cuts a bare H.264 stream (Annex B) into access units: the bytes of one picture each.
///
/// The stream does not say where a picture ends; it ends where the next one begins. Whoever knows better, because
/// nothing has come for a while, calls `flush`.
public struct AnnexBSplitter: Sendable {
    /// One picture's bytes.
    public struct Unit: Sendable, Hashable {
        public var bytes: [UInt8]
        /// Whether a video can be read from here on.
        public var isKey: Bool
    }

    /// More bytes than any picture has: what grows longer is dropped.
    static let limit = 32 << 20

    private var bytes: [UInt8] = []
    /// Where the search for start codes goes on.
    private var searched = 0
    private var hasSlice = false
    private var isKey = false

    public init() {}

    /// Takes the next bytes.
    ///
    /// - Returns: the pictures that are complete now.
    public mutating func feed(_ piece: some Sequence<UInt8>) -> [Unit] {
        bytes.append(contentsOf: piece)
        var units: [Unit] = []
        // The type byte and the first byte of a slice are needed to tell what a start code begins.
        while let start = nextStart() {
            let type = bytes[start.body] & 0x1F
            let isSlice = type == 1 || type == 5
            // The first bit of a slice is set where it is a picture's first: its first block has the number 0.
            let begins = isSlice ? bytes[start.body + 1] & 0x80 != 0 : (6...9).contains(type)
            if hasSlice && begins {
                units.append(Unit(bytes: Array(bytes[..<start.code]), isKey: isKey))
                bytes.removeFirst(start.code)
                searched = start.body - start.code
                (hasSlice, isKey) = (false, false)
            } else {
                searched = start.body
            }
            if isSlice {
                hasSlice = true
                isKey = isKey || type == 5
            }
        }
        if bytes.count > Self.limit {
            bytes = []
            (searched, hasSlice, isKey) = (0, false, false)
        }
        return units
    }

    /// The picture that lies here, when nothing more of it is expected; nil for none.
    public mutating func flush() -> Unit? {
        guard hasSlice else { return nil }
        defer {
            bytes = []
            (searched, hasSlice, isKey) = (0, false, false)
        }
        return Unit(bytes: bytes, isKey: isKey)
    }

    /// The next start code whose unit's first two bytes are here.
    private mutating func nextStart() -> (code: Int, body: Int)? {
        var index = searched
        let last = bytes.count - 5
        let found = bytes.withUnsafeBufferPointer { bytes -> Int? in
            while index <= last {
                if bytes[index + 2] > 1 {
                    index += 3
                } else if bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 {
                    return index
                } else {
                    index += 1
                }
            }
            return nil
        }
        guard let found else {
            searched = max(searched, min(index, max(0, last + 1)))
            return nil
        }
        // A fourth zero belongs to the start code.
        let code = found > 0 && bytes[found - 1] == 0 ? found - 1 : found
        return (code, found + 3)
    }
}
