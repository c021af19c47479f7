// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// Signals of the system as events: they end nothing by themselves from the moment that somebody asks for them.
final class Signals: Sendable {
    /// The sources are only ever made and cancelled; dispatch guards what is in them.
    private struct Sources: @unchecked Sendable { var all: [any DispatchSourceSignal] = [] }

    private let sources: Mutex<Sources>

    /// Calls `body` with each of the signals that comes, until this is cancelled.
    init(_ numbers: [Int32], _ body: @escaping @Sendable (Int32) -> Void) {
        var sources = Sources()
        for number in numbers {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { body(number) }
            source.resume()
            sources.all.append(source)
        }
        self.sources = Mutex(sources)
    }

    func cancel() {
        let all = sources.withLock { sources in
            defer { sources = Sources() }
            return sources
        }
        for source in all.all { source.cancel() }
    }

    /// Waits until somebody wants to end the program (SIGINT, SIGTERM), or the task is cancelled.
    static func interruption() async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let signals = Signals([SIGINT, SIGTERM]) { _ in continuation.yield() }
        for await _ in stream { break }
        signals.cancel()
    }
}
