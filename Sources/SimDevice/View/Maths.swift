// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The C library's functions, named apart so that no file has to import it only for them.
func sinOf(_ angle: Double) -> Double { sin(angle) }
func cosOf(_ angle: Double) -> Double { cos(angle) }
func logOf(_ value: Double) -> Double { log(value) }
func expOf(_ value: Double) -> Double { exp(value) }
