// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// Zeroed floats outside the heap, on huge pages where the system gives them: a matrix that is streamed through once per
/// pass would otherwise spend its time on address translation.
package final class FloatBuffer: @unchecked Sendable {  // Sendable: owners hand out writes to disjoint parts only.
    package let base: UnsafeMutablePointer<Float>
    package let count: Int
    private let mapped: Int

    /// - Throws: `DroidError` with code `model.memory`.
    package init(_ count: Int) throws {
        let page = 1 << 21
        self.count = count
        mapped = (max(count, 1) * MemoryLayout<Float>.stride + 63) / page * page + page
        let memory = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            throw DroidError(
                "model.memory",
                "there is not enough memory for the model",
                why: "\(mapped >> 20) MiB were refused: \(String(cString: strerror(errno)))",
                next: "close other programs, or use a smaller model"
            )
        }
        if mapped >= 4 * page { _ = madvise(memory, mapped, MADV_HUGEPAGE) }
        base = memory.bindMemory(to: Float.self, capacity: mapped / MemoryLayout<Float>.stride)
    }

    deinit { munmap(base, mapped) }
}
