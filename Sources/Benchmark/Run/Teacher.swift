// SPDX-License-Identifier: Apache-2.0

import Agent

/// Who says what is right at each state of a run: a task's oracle, or, for an agent that keeps notes, the oracle with what that agent is
/// offered.
public struct Teacher: Sendable {
    private let oracle: Oracle
    private let ceiling: Ceiling?

    /// The teacher of an instance, for an agent that keeps this in mind.
    ///
    /// - Throws: `DroidError` with code `tasks.program`.
    public init(_ instance: TaskInstance, mind: MindOptions?) throws {
        oracle = try Oracle(instance)
        ceiling = mind == nil ? nil : try Ceiling(instance)
    }

    /// What is right, and what is neither right nor wrong; the right ones are never empty.
    public func judge(_ decision: Decision) async throws -> OracleMove {
        if let ceiling { return try await ceiling.judge(decision) }
        return try await oracle.judge(decision)
    }

    /// The right one of the texts for the candidate that was judged last; nil where none is.
    public func chooseText(_ query: TextQuery) async throws -> Int? { try await ceiling?.chooseText(query) }
}
