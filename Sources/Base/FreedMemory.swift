// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the C library does with memory that was freed.
public enum FreedMemory {
    /// Keeps blocks of up to 4 MiB for the next ones of their kind, up to 32 MiB in each arena of threads.
    ///
    /// As the library comes, it gives each block of a transfer back to the system, which then clears 256 pages for the next
    /// one: a sixth of all the time that a gigabyte takes. It holds for the whole process, so a program calls it at its
    /// start, not a library. Nothing happens where the C library has no `mallopt`.
    public static func keep() {
        typealias Function = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: Function.self)
        let (trimThreshold, mapThreshold): (Int32, Int32) = (-1, -3)  // M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
        _ = mallopt(mapThreshold, 4 << 20)
        _ = mallopt(trimThreshold, 32 << 20)
    }
}
