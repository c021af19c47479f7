// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// A fixed set of threads that share the tasks of one job at a time. Which thread runs a task is left to chance; tasks
/// must not depend on it, nor on their order.
package final class ThreadPool {
    package let threads: Int
    private let pool: OpaquePointer

    /// - Parameter threads: how many threads, the caller's among them; the number of cores when nil.
    /// - Throws: `DroidError` with code `model.memory` when the system refuses threads.
    package init(threads: Int? = nil) throws {
        self.threads = min(max(threads ?? ThreadPool.cores, 1), 256)
        guard let pool = dk_pool_create(Int32(self.threads)) else {
            throw DroidError("model.memory", "the system refuses to start \(self.threads) threads")
        }
        self.pool = pool
    }

    deinit { dk_pool_destroy(pool) }

    /// Processors that this process may run on.
    package static var cores: Int { Int(dk_cores()) }

    private struct Job {
        let body: (_ task: Int, _ worker: Int) -> Void
    }

    /// Runs `body` for the tasks 0 ..< `tasks` and returns when all are done. `worker` is below `threads`, and no two
    /// tasks that run at the same time have the same.
    package func run(_ tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        withoutActuallyEscaping(body) { escaping in
            var job = Job(body: escaping)
            withUnsafeMutablePointer(to: &job) { pointer in
                dk_pool_run(
                    pool,
                    Int64(tasks),
                    { context, task, worker in
                        context.assumingMemoryBound(to: Job.self).pointee.body(Int(task), Int(worker))
                    },
                    pointer
                )
            }
        }
    }
}
