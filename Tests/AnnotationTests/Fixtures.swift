// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Synchronization

@testable import Annotation

/// A store in a folder of its own, with a clock that a test moves.
final class Fixture: Sendable {
    let folder = NSTemporaryDirectory() + "/annotation-\(UUID().uuidString)"
    private let time = Mutex(1_700_000_000.0)

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func store() throws -> AnnotationStore {
        try AnnotationStore(folder: folder + "/store", now: { self.time.withLock { $0 } })
    }

    func pass(seconds: Double) { time.withLock { $0 += seconds } }

    /// States with so many candidates; the right one of state n is n mod the number of candidates.
    static func items(_ count: Int, candidates: Int = 5, task: String = "wifi") -> [AnnotationItem] {
        (0..<count).map { item($0, candidates: candidates, task: task) }
    }

    static func item(
        _ number: Int,
        candidates: Int = 5,
        task: String = "wifi",
        episode: String = "1000-0",
        chosen: Int? = nil
    ) -> AnnotationItem {
        AnnotationItem(
            task: task,
            app: "Settings",
            episode: episode,
            step: number,
            goal: "Turn Wi-Fi off",
            prefix: "Goal: Turn Wi-Fi off\nState \(number)\nNext:",
            suffixes: (0..<candidates).map { " tap \"\(number)-\($0)\"\n" },
            chosen: chosen
        )
    }

    /// Scores with the given candidate on top by a margin.
    static func scores(_ candidates: Int, top: Int, margin: Double) -> [Double] {
        (0..<candidates).map { $0 == top ? margin : Double($0) * 1e-3 }
    }
}
