// SPDX-License-Identifier: Apache-2.0

/// What the head of an MP4 file says of the film, without decoding it.
public struct MP4Facts: Hashable, Sendable {
    public var milliseconds: Int64

    /// Reads a file; nil where it is no MP4 or has no length.
    public init?(_ file: [UInt8]) {
        guard let movie = Self.box("moov", in: file, 0..<file.count),
            let head = Self.box("mvhd", in: file, movie), head.count >= 20
        else { return nil }
        let isLong = file[head.lowerBound] == 1
        guard head.count >= (isLong ? 32 : 20) else { return nil }
        let scale = Self.number(file, head.lowerBound + (isLong ? 20 : 12), 4)
        let length = Self.number(file, head.lowerBound + (isLong ? 24 : 16), isLong ? 8 : 4)
        guard scale > 0, length > 0, length < Int64.max / 1000 else { return nil }
        milliseconds = length * 1000 / scale
    }

    /// Where the content of the first box with this name lies.
    private static func box(_ name: String, in file: [UInt8], _ range: Range<Int>) -> Range<Int>? {
        var at = range.lowerBound
        while at + 8 <= range.upperBound {
            var size = number(file, at, 4)
            var head = 8
            if size == 1, at + 16 <= range.upperBound { (size, head) = (number(file, at + 8, 8), 16) }
            if size == 0 { size = Int64(range.upperBound - at) }
            guard size >= Int64(head), size <= Int64(range.upperBound - at) else { return nil }
            if file[(at + 4)..<(at + 8)].elementsEqual(name.utf8) { return (at + head)..<(at + Int(size)) }
            at += Int(size)
        }
        return nil
    }

    private static func number(_ file: [UInt8], _ at: Int, _ count: Int) -> Int64 {
        let bits = file[at..<(at + count)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(clamping: bits)
    }
}
