// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Cosine and sine of an angle.
func cosineAndSine(_ angle: Double) -> (Double, Double) { (cos(angle), sin(angle)) }

func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }

/// log(1 + exp(x)), also where exp(x) is too large for a number.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

func logSumExp(_ values: [Double]) -> Double {
    guard let top = values.max() else { return -.infinity }
    return top + log(values.reduce(0) { $0 + exp($1 - top) })
}

/// Seconds on a clock that only moves forward.
func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
