// SPDX-License-Identifier: Apache-2.0

/// MD5 (RFC 1321), for `md5sum` alone: it protects nothing.
enum MD5 {
    private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

    private static let constants: [UInt32] = (1...64).map { index in
        // The RFC's table: the whole part of 2^32 * |sin(i)|.
        UInt32((sine(Double(index)).magnitude * 4_294_967_296).rounded(.down))
    }

    private static func sine(_ x: Double) -> Double {
        // Reduced to [-pi, pi]; the series is exact to double precision there.
        let reduced = x - (x / (2 * .pi)).rounded() * 2 * .pi
        var term = reduced
        var sum = reduced
        for n in 1..<20 {
            term *= -reduced * reduced / Double(2 * n * (2 * n + 1))
            sum += term
        }
        return sum
    }

    /// 32 lower-case hexadecimal digits.
    static func hex(_ message: [UInt8]) -> String {
        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
        var tail = Array(message.suffix(message.count % 64)) + [0x80]
        while tail.count % 64 != 56 { tail.append(0) }
        let bits = UInt64(message.count) &* 8
        tail += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        message.withUnsafeBufferPointer { whole in
            for start in stride(from: 0, to: message.count / 64 * 64, by: 64) {
                block(UnsafeBufferPointer(rebasing: whole[start..<(start + 64)]), &state)
            }
        }
        tail.withUnsafeBufferPointer { whole in
            for start in stride(from: 0, to: tail.count, by: 64) {
                block(UnsafeBufferPointer(rebasing: whole[start..<(start + 64)]), &state)
            }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func block(_ bytes: UnsafeBufferPointer<UInt8>, _ state: inout [UInt32]) {
        var words = [UInt32](repeating: 0, count: 16)
        for index in 0..<64 { words[index / 4] |= UInt32(bytes[index]) << UInt32(8 * (index % 4)) }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        for round in 0..<64 {
            var f: UInt32
            let g: Int
            switch round / 16 {
            case 0: (f, g) = ((b & c) | (~b & d), round)
            case 1: (f, g) = ((d & b) | (~d & c), (5 * round + 1) % 16)
            case 2: (f, g) = (b ^ c ^ d, (3 * round + 5) % 16)
            default: (f, g) = (c ^ (b | ~d), (7 * round) % 16)
            }
            f = f &+ a &+ constants[round] &+ words[g]
            let shift = shifts[round / 16 * 4 + round % 4]
            (a, d, c, b) = (d, c, b, b &+ (f << shift | f >> (32 - shift)))
        }
        state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
    }
}
