// SPDX-License-Identifier: Apache-2.0

import Glibc

// The few functions of libm that the engine needs, outside its hot loops.

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
func cosine(_ angle: Double) -> Double { cos(angle) }
func sine(_ angle: Double) -> Double { sin(angle) }
func exponential(_ x: Double) -> Double { exp(x) }
/// The integral of the normal distribution, as C defines it.
func errorFunction(_ x: Double) -> Double { erf(x) }
func logarithm(_ x: Double) -> Double { log(x) }

/// Seconds on a clock that only moves forward.
func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds that all threads of this process have worked.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds that this thread has worked.
func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
