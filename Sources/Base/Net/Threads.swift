// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs `body` on a thread of its own: for what waits in the system, which a task must not do.
public func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.name = name
    thread.stackSize = 1 << 20
    thread.start()
}
