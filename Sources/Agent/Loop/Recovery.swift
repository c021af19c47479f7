// SPDX-License-Identifier: Apache-2.0

import Screen

/// What is done where nothing leads on: out of a pop-up that is in the way, once more from the home screen, and then an end that
/// says what was tried.
///
/// The second try is the only one. When it ends like the first, the run says `infeasible`: that is what a person would say, and
/// whoever reads the result can tell it from a run whose budget was too small.
struct Recovery: Sendable {
    /// What there is to do at a dead end.
    enum Move: Equatable {
        /// A candidate by its place, and why.
        case choose(Int, why: String)
        /// Both tries ended where nothing leads on.
        case infeasible(String)
        /// There is no room for a second try.
        case stop(String)
    }

    /// A second try needs at least so many steps: home, an app, something in it, and the agent's word.
    static let room = 4

    /// Whether the second try has begun.
    private(set) var hasRetried = false
    private var first: [String] = []

    /// What to do at a dead end.
    ///
    /// - Parameters:
    ///   - stepsLeft: how many steps the budget still has.
    ///   - objections: why candidates are ruled out, by their places.
    mutating func move(
        _ decision: Decision,
        guardian: inout LoopGuard,
        stepsLeft: Int,
        objections: [Int: String]
    ) -> Move {
        let screen = decision.screen
        if let popup = Popup.of(screen) {
            // Going back is left to the way home: where it helped, it would have been no dead end.
            for leaving in popup.dismissals where leaving.action != .navigateBack {
                guard let index = decision.candidates.firstIndex(of: leaving), objections[index] == nil,
                    !guardian.wasTried(screen: screen.contentHash, words: leaving.text)
                else { continue }
                return .choose(index, why: "out of a dead end: a dialog is in the way")
            }
        }
        let tried = guardian.triedWords(limit: 4)
        if hasRetried {
            return .infeasible(
                "two tries ended where nothing led on; the first: \(Self.list(first)); the second: \(Self.list(tried))"
            )
        }
        guard stepsLeft >= Self.room, let home = decision.candidates.firstIndex(where: { $0.action == .navigateHome })
        else {
            return .stop("nothing led on, and the budget has no room for a second try; tried: \(Self.list(tried))")
        }
        hasRetried = true
        first = tried
        guardian.startAgain()
        return .choose(home, why: Self.secondTry)
    }

    /// What memory says of the way home.
    static let secondTry = "nothing led on here, so once more from the start"

    private static func list(_ words: [String]) -> String { words.isEmpty ? "nothing" : words.joined(separator: ", ") }
}
