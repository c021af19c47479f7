// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Sine and cosine, named apart so that drawing code needs no C library.
func sinOf(_ angle: Double) -> Double { sin(angle) }
func cosOf(_ angle: Double) -> Double { cos(angle) }
