// SPDX-License-Identifier: Apache-2.0

/// Keeps an agent from going round in circles: it rules out what was tried on the same screen before and did not help.
///
/// With `recovers` it also sees two screens that alternate whatever is done on them, and dead ends.
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
    private var tried: Set<Trial> = []
    /// Steps since something new: a screen that was never seen, or progress of the ledger.
    private var stale = 0
    private let recovers: Bool

    /// The same words on the same screen are allowed this often while no new screen is seen.
    static let repeats = 2
    /// The same words in a row, whatever the screens, are allowed this often.
    static let rowLimit = 8
    /// Without anything new for so many steps, a screen on which everything was tried is a dead end.
    static let patience = 6
    /// Without anything new for so many steps, any screen is one.
    static let longPatience = 12

    /// - Parameter recovers: whether alternating screens are ruled out.
    public init(recovers: Bool = false) { self.recovers = recovers }

    /// Remembers a step: the content hashes before and after, and the words of the action with its text.
    ///
    /// - Parameters:
    ///   - progress: whether it brought the goal forward, as far as the ledger can tell.
    ///   - notes: whether it wrote something down, which changes no screen.
    public mutating func record(
        screen: String,
        words: String,
        after: String,
        progress: Bool = false,
        notes: Bool = false
    ) {
        let trial = Trial(screen: screen, words: words)
        steps.append(Step(trial: trial, after: after))
        seen.insert(screen)
        tried.insert(trial)
        stale += 1
        // A screen that was never seen is progress, and what was tried before it counts no more: three things are deleted
        // by the same touches on the same menu and the same question, but the list is a new one each time.
        if seen.insert(after).inserted {
            counts = [:]
            stale = 0
        }
        if progress { stale = 0 }
        counts[trial, default: 0] += 1
        if screen == after, !notes { idle.insert(trial) }
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
        if recovers, alternates(trial) { return "it leads back and forth between two screens" }
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

    /// Whether the last three steps went from this screen's neighbour here, back, and here again, by whatever actions, and this
    /// action is known to lead to the neighbour once more.
    private func alternates(_ trial: Trial) -> Bool {
        guard steps.count >= 3, let last = steps.last, last.after == trial.screen else { return false }
        let three = Array(steps.suffix(3))
        let (here, there) = (trial.screen, three[2].trial.screen)
        guard here != there, stale >= 2, three[0].trial.screen == there, three[0].after == here,
            three[1].trial.screen == here, three[1].after == there
        else { return false }
        return steps.last { $0.trial == trial }?.after == there
    }

    // MARK: - Dead ends

    /// Whether nothing new was reached for a while and this screen offers nothing that was not tried or ruled out.
    ///
    /// What leads away from every screen alike (home, another app, waiting, the agent's word) does not count as offered, and
    /// neither does going back. After twice the patience any screen is a dead end.
    public func isDeadEnd(screen: String, candidates: [Candidate]) -> Bool {
        if stale >= Self.longPatience { return true }
        guard stale >= Self.patience else { return false }
        return candidates.allSatisfy { candidate in
            guard candidate.elementID != nil else { return true }
            if candidate.action.isPlaceholder {
                return tried.contains { $0.screen == screen && Self.types($0, candidate) }
            }
            return tried.contains(Trial(screen: screen, words: candidate.text))
        }
    }

    /// Whether a trial typed something into the candidate's field.
    private static func types(_ trial: Trial, _ candidate: Candidate) -> Bool {
        trial.words.hasPrefix("type \"") && trial.words.hasSuffix(String(candidate.text.dropFirst(4)))
    }

    /// Whether an action was done on a screen in this try.
    public func wasTried(screen: String, words: String) -> Bool { tried.contains(Trial(screen: screen, words: words)) }

    /// Forgets what was tried, for a second try from the start. What was seen stays seen.
    public mutating func startAgain() {
        steps = []
        counts = [:]
        idle = []
        tried = []
        stale = 0
    }

    /// The actions since the last new start, each once, the latest last.
    public func triedWords(limit: Int) -> [String] {
        var out: [String] = []
        var known: Set<String> = []
        for step in steps.reversed() where known.insert(step.trial.words).inserted {
            out.append(step.trial.words)
            if out.count == limit { break }
        }
        return out.reversed()
    }
}
