// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs calls that block on a thread of their own, so that they hold up nobody who serves them.
public func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
