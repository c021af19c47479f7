// SPDX-License-Identifier: Apache-2.0

import Kernels
import Testing

@Suite("Thread pool")
struct PoolTests {
    @Test("runs each task of each job exactly once, on threads with proper numbers", arguments: [1, 2, 5])
    func tasks(threads: Int32) throws {
        let pool = try #require(dk_pool_create(threads))
        defer { dk_pool_destroy(pool) }
        struct Job {
            var counts: UnsafeMutablePointer<Int32>
            var workers: UnsafeMutablePointer<Int64>
        }
        for tasks in [0, 1, 2, 3, 100, 1000, 1] {
            var job = Job(counts: .allocate(capacity: tasks + 1), workers: .allocate(capacity: tasks + 1))
            defer {
                job.counts.deallocate()
                job.workers.deallocate()
            }
            job.counts.initialize(repeating: 0, count: tasks + 1)
            job.workers.initialize(repeating: 0, count: tasks + 1)
            dk_pool_run(
                pool,
                Int64(tasks),
                { context, task, worker in
                    let job = context.assumingMemoryBound(to: Job.self).pointee
                    job.counts[Int(task)] += 1
                    job.workers[Int(task)] = worker
                },
                &job
            )
            #expect((0..<tasks).allSatisfy { job.counts[$0] == 1 && (0..<Int64(threads)).contains(job.workers[$0]) })
        }
    }

    @Test("many jobs in a row end, also where threads fell asleep between")
    func manyJobs() throws {
        let pool = try #require(dk_pool_create(3))
        defer { dk_pool_destroy(pool) }
        let total = UnsafeMutablePointer<Int64>.allocate(capacity: 8)
        defer { total.deallocate() }
        total.initialize(repeating: 0, count: 8)
        for _ in 0..<20_000 {
            let count: dk_task = { context, task, _ in context.assumingMemoryBound(to: Int64.self)[Int(task)] += 1 }
            dk_pool_run(pool, 4, count, total)
        }
        #expect((0..<4).allSatisfy { total[$0] == 20_000 })
    }
}
