// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Numbers of both signs and several magnitudes, the same for the same seed (SplitMix64).
func randomFloats(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        z ^= z >> 31
        let unit = Float(z >> 40) / Float(1 << 23) - 1
        return unit * [0.01, 1, 1, 8][Int(z & 3)]
    }
}

/// The bits of numbers, which tell -0 from 0 and let numbers that are none be equal.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

let plain = dk_kernels_for(DK_SCALAR).pointee

/// The instruction sets of this machine beyond plain C.
let vectorSets: [dk_isa] = [DK_AVX2, DK_AVX512, DK_VNNI, DK_NEON].filter { dk_kernels_for($0).pointee.isa == $0 }
