// SPDX-License-Identifier: Apache-2.0

/// The two float loops that training spends its time in. Each has one fixed order of operations.
enum VectorMath {
    /// The inner product of two vectors of `count` values, summed in 32 lanes and then lane by lane.
    @inline(__always)
    static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
        var sum0 = SIMD16<Float>.zero
        var sum1 = SIMD16<Float>.zero
        var index = 0
        let rawA = UnsafeRawPointer(a)
        let rawB = UnsafeRawPointer(b)
        while index + 32 <= count {
            let x0 = rawA.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
            let y0 = rawB.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
            let x1 = rawA.loadUnaligned(fromByteOffset: index * 4 + 64, as: SIMD16<Float>.self)
            let y1 = rawB.loadUnaligned(fromByteOffset: index * 4 + 64, as: SIMD16<Float>.self)
            sum0 += x0 * y0
            sum1 += x1 * y1
            index += 32
        }
        var sum = (sum0 + sum1).sum()
        while index < count {
            sum += a[index] * b[index]
            index += 1
        }
        return sum
    }

    /// `target += factor * source`, over `count` values.
    @inline(__always)
    static func add(
        _ factor: Float,
        _ source: UnsafePointer<Float>,
        to target: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        let from = UnsafeRawPointer(source)
        let to = UnsafeMutableRawPointer(target)
        let factors = SIMD16<Float>(repeating: factor)
        var index = 0
        while index + 16 <= count {
            let x = from.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
            let y = to.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
            to.storeBytes(of: y + factors * x, toByteOffset: index * 4, as: SIMD16<Float>.self)
            index += 16
        }
        while index < count {
            target[index] += factor * source[index]
            index += 1
        }
    }
}
