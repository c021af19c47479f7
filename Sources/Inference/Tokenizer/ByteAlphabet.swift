// SPDX-License-Identifier: Apache-2.0

/// GPT-2's way of writing bytes as printable characters in a vocabulary: bytes that print stand for themselves, the
/// others for the code points from 256 on, in ascending order.
enum ByteAlphabet {
    /// The byte that each code point below 324 stands for, or -1.
    private static let byteOf: [Int16] = {
        var table = [Int16](repeating: -1, count: 324)
        var other = 256
        for byte in 0..<256 {
            if (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte) {
                table[byte] = Int16(byte)
            } else {
                table[other] = Int16(byte)
                other += 1
            }
        }
        return table
    }()

    /// How a byte is written in a vocabulary, in UTF-8.
    static func spelling(of byte: UInt8) -> [UInt8] {
        let point = byteOf.firstIndex(of: Int16(byte)) ?? 0
        return point < 0x80 ? [UInt8(point)] : [0xC0 | UInt8(point >> 6), 0x80 | UInt8(point & 0x3F)]
    }

    /// The bytes that a string of the vocabulary stands for; nil when one of its characters is not of the alphabet.
    static func bytes(of spelling: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(spelling.count)
        var at = 0
        while at < spelling.count {
            let first = spelling[at]
            var codePoint = Int(first)
            if first >= 0x80 {
                // Code points of the alphabet take two bytes at most.
                guard first & 0xE0 == 0xC0, at + 1 < spelling.count, spelling[at + 1] & 0xC0 == 0x80 else { return nil }
                codePoint = Int(first & 0x1F) << 6 | Int(spelling[at + 1] & 0x3F)
                at += 1
            }
            at += 1
            guard codePoint < byteOf.count, byteOf[codePoint] >= 0 else { return nil }
            out.append(UInt8(byteOf[codePoint]))
        }
        return out
    }
}
