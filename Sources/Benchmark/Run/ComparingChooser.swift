// SPDX-License-Identifier: Apache-2.0

import Agent
import Synchronization

/// Chooses as one chooser does, and counts how often another would have put the same candidate first: what a change to the
/// engine, such as the precision of keys and values, does to real decisions.
public final class ComparingChooser: ActionChooser {
    private let chooser: any ActionChooser
    private let other: any ActionChooser
    private let counts = Mutex((decisions: 0, same: 0))

    /// - Parameters:
    ///   - chooser: whose choices are made.
    ///   - other: who is only asked.
    public init(_ chooser: any ActionChooser, against other: any ActionChooser) {
        self.chooser = chooser
        self.other = other
    }

    /// Decisions so far, and those of them with the same first choice.
    public var agreement: (decisions: Int, same: Int) { counts.withLock { $0 } }

    public var counter: PromptCounter? { chooser.counter }

    public func choose(_ decision: Decision) async throws -> Choice {
        let choice = try await chooser.choose(decision)
        let second = try await other.choose(decision)
        counts.withLock {
            $0.decisions += 1
            if choice.ranked.first?.index == second.ranked.first?.index { $0.same += 1 }
        }
        return choice
    }

    public func chooseText(_ query: TextQuery) async throws -> Int? { try await chooser.chooseText(query) }

    public func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        try await chooser.fill(action, options: options, decision: decision)
    }
}
