// SPDX-License-Identifier: Apache-2.0

/// One picture of an H.264 stream, with the parameter sets that stand in front of it.
public struct AccessUnit: Hashable, Sendable {
    /// NAL units with their start codes (Annex B).
    public var bytes: [UInt8]
    /// Whether a decoder can start here.
    public var isKey: Bool

    public init(bytes: [UInt8], isKey: Bool) {
        self.bytes = bytes
        self.isKey = isKey
    }
}

/// Cuts a bare H.264 stream (Annex B) into pictures, from bytes in any split.
///
/// Such a stream does not say where a picture ends: that shows only when the next one starts. On a still screen nothing
/// follows, so whoever reads calls `flush` after a short silence and gets the last picture without waiting for the next.
public struct AccessUnitSplitter: Sendable {
    /// Bytes that one picture may have; more is cut off there, so that a stream without a start code costs nothing.
    public static let limit = 32 << 20

    private var bytes: [UInt8] = []
    /// How far start codes have been looked for.
    private var scanned = 0
    private var hasPicture = false
    private var isKey = false

    public init() {}

    /// Adds bytes and takes out the pictures that they complete.
    public mutating func append(_ more: some Collection<UInt8>) -> [AccessUnit] {
        bytes.append(contentsOf: more)
        var done: [AccessUnit] = []
        // A start code with the byte that follows it: 00 00 01 xx. A slice needs one byte more to tell its place.
        while scanned + 4 < bytes.count {
            guard let found = next() else { break }
            let start = found > 0 && bytes[found - 1] == 0 ? found - 1 : found
            let kind = bytes[found + 3] & 0x1f
            let isSlice = kind == 1 || kind == 2 || kind == 5
            // The first number of a slice is 0, a single set bit, where it starts a picture.
            let opens = isSlice ? bytes[found + 4] & 0x80 != 0 : (6...9).contains(kind) || (14...18).contains(kind)
            if hasPicture, opens {
                done.append(AccessUnit(bytes: Array(bytes[..<start]), isKey: isKey))
                bytes.removeFirst(start)
                scanned = found - start + 4
                (hasPicture, isKey) = (false, false)
            } else {
                scanned = found + 4
            }
            if isSlice { hasPicture = true }
            if kind == 5 { isKey = true }
        }
        if bytes.count > AccessUnitSplitter.limit, let unit = flush() { done.append(unit) }
        return done
    }

    /// Whether bytes of a picture are held.
    public var holdsPicture: Bool { hasPicture }

    /// The picture that is held, complete or not; nil where there is none. Parameter sets alone stay held.
    public mutating func flush() -> AccessUnit? {
        guard hasPicture || bytes.count > AccessUnitSplitter.limit else { return nil }
        let unit = AccessUnit(bytes: bytes, isKey: isKey)
        bytes = []
        scanned = 0
        (hasPicture, isKey) = (false, false)
        return unit
    }

    /// Where the next start code is, with two bytes after it.
    private mutating func next() -> Int? {
        let (from, end) = (scanned, bytes.count - 4)
        let found = bytes.withUnsafeBufferPointer { raw -> Int? in
            var at = from
            while at < end {
                let third = raw[at + 2]
                if third > 1 {
                    at += 3
                } else if third == 1, raw[at] == 0, raw[at + 1] == 0 {
                    return at
                } else {
                    at += 1
                }
            }
            return nil
        }
        if found == nil { scanned = max(scanned, end) }
        return found
    }
}
