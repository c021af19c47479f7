// SPDX-License-Identifier: Apache-2.0

/// Keeps an agent from going round in circles: it rules out what was tried on the same screen before and did not help.
public struct LoopGuard: Sendable {
    private struct Trial: Hashable {
        var screen: String
        var words: String
    }

    private struct Step {
        var trial: Trial
        var after: String
    }

    private var steps: [Step] = []
    private var counts: [Trial: Int] = [:]
    private var idle: Set<Trial> = []
    private var seen: Set<String> = []

    /// The same words on the same screen are allowed this often while no new screen is seen.
    static let repeats = 2
    /// The same words in a row, whatever the screens, are allowed this often.
    static let rowLimit = 8

    public init() {}

    /// Remembers a step: the content hashes before and after, and the words of the action with its text.
    public mutating func record(screen: String, words: String, after: String) {
        let trial = Trial(screen: screen, words: words)
        steps.append(Step(trial: trial, after: after))
        seen.insert(screen)
        // A screen that was never seen is progress, and what was tried before it counts no more: three things are deleted
        // by the same touches on the same menu and the same question, but the list is a new one each time.
        if seen.insert(after).inserted { counts = [:] }
        counts[trial, default: 0] += 1
        if screen == after { idle.insert(trial) }
    }

    /// Why an action is ruled out on a screen, or nil where it may be done.
    public func objection(screen: String, candidate: Candidate, words: String) -> String? {
        guard !candidate.action.isStatus else { return nil }
        let trial = Trial(screen: screen, words: words)
        let count = counts[trial, default: 0]
        if candidate.action == .wait {
            return count >= 3 ? "waited here three times" : nil
        }
        if idle.contains(trial) { return "it changed nothing here before" }
        if count >= Self.repeats { return "done \(count) times on this very screen" }
        if steps.count >= Self.rowLimit, steps.suffix(Self.rowLimit).allSatisfy({ $0.trial.words == words }) {
            return "done \(Self.rowLimit) times in a row"
        }
        if isCycle(trial) { return "it was undone by going back twice" }
        return nil
    }

    /// Whether the action was done from this screen, and going back led here again at once, in each of the last two
    /// tries.
    private func isCycle(_ trial: Trial) -> Bool {
        guard steps.count >= 4 else { return false }
        let last = steps.suffix(4).map { $0 }
        return last[0].trial == trial && last[2].trial == trial && last[1].trial.words == "go back"
            && last[3].trial.words == "go back" && last[3].after == trial.screen
    }
}
