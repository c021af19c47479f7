// SPDX-License-Identifier: Apache-2.0
//
// What ThreadSanitizer must say of a lock: nothing of what it guards, something of what is beside it. With an argument
// the threads also count outside the lock. `Scripts/sanitize thread` runs both before it believes a quiet test run.

import Foundation
import Synchronization

final class Guarded: Sendable {
    let values = Mutex<[Int]>([])
}

final class Unguarded: @unchecked Sendable {  // Sendable: it is not, which is the point.
    var count = 0
}

let guarded = Guarded()
let unguarded = Unguarded()
let races = CommandLine.arguments.count > 1
let finished = DispatchGroup()
for _ in 0..<4 {
    finished.enter()
    Thread {
        for value in 0..<20_000 {
            guarded.values.withLock { values in
                values.append(value)
                if values.count > 100 { values.removeAll() }
            }
            if races { unguarded.count += 1 }
        }
        finished.leave()
    }.start()
}
finished.wait()
