// SPDX-License-Identifier: Apache-2.0

/// What the account of the goal says for and against ending a run, in logarithms of odds.
///
/// The numbers are rounded from counts over the oracle's states of the training templates: of 2,646 states with something open the end was
/// right in 65, with an unanswered question in none of 449, with all done in 337 of 495, and in 545 of 4,086 altogether.
enum RulePriors {
    /// For the end of a run while its question is unanswered, and for an answer where nothing was asked.
    static let contradicted = -3.0
    /// For the end of a run while something is open.
    static let early = -1.5
    /// For the end of a run when all is done.
    static let due = 2.0

    /// - Returns: 0 for all candidates where the goal names nothing that can be proven.
    static func of(_ candidates: [Candidate], _ ledger: Ledger?) -> [Double] {
        guard let ledger, !ledger.isEmpty else { return [Double](repeating: 0, count: candidates.count) }
        let (end, answer) = (end(ledger), ledger.awaitsAnswer ? 0 : contradicted)
        return candidates.map { candidate in
            switch candidate.action {
            case .complete: end
            case .answer: answer
            default: 0
            }
        }
    }

    private static func end(_ ledger: Ledger) -> Double {
        if ledger.awaitsAnswer { return contradicted }
        if ledger.isAllDone { return due }
        return ledger.hasOpen ? early : 0
    }
}

extension Decision {
    /// What rules say of each candidate before a model does, in logarithms of odds: 0 where they say nothing.
    public var priors: [Double] { RulePriors.of(candidates, ledger) }
}
