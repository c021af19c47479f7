// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Inference

/// The decisions that recorded runs hold, to be scored again without a device.
public enum RecordedDecisions {
    /// Folders that are looked into, at most.
    private static let folderLimit = 100_000

    /// The prompts of all steps of the runs in a folder, however deep they lie, in the order of their paths. A prompt that comes
    /// again counts once, and steps without a choice are left out.
    ///
    /// - Throws: `DroidError` with code `run.missing` when there is none, or `run.corrupt`.
    public static func load(_ folder: String) throws -> [Prompt] {
        var runs: [String] = []
        var waiting = [folder]
        var seen = 0
        while let next = waiting.popLast(), seen < folderLimit {
            seen += 1
            let names = (try? FileManager.default.contentsOfDirectory(atPath: next)) ?? []
            // A run holds no other runs.
            if names.contains("run.json") {
                runs.append(next)
            } else {
                waiting += names.map { "\(next)/\($0)" }.filter(isFolder)
            }
        }
        var prompts: [Prompt] = []
        var known: Set<String> = []
        for run in runs.sorted() {
            let record = try RunRecord.load(run)
            let end = record.header.prompt.suffixEnd
            for step in record.steps.compactMap(\.record) where step.candidates.count > 1 {
                let prompt = Prompt.recorded(
                    prefix: step.prefix,
                    suffixes: step.candidates.map { " \($0.text)\(end)" }
                )
                if known.insert(prompt.sha256).inserted { prompts.append(prompt) }
            }
        }
        guard !prompts.isEmpty else {
            throw DroidError(
                "run.missing",
                "there are no recorded decisions in \(folder)",
                why: "no folder in it holds a run.json with steps",
                next: "record some: droidagent bench first --agent oracle --resume \(folder)"
            )
        }
        return prompts
    }

    private static func isFolder(_ path: String) -> Bool {
        // Links are not followed, so that no loop is walked.
        (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType == .typeDirectory
    }
}

/// How far two ways to score agree on decisions.
public struct ChoiceAgreement: Codable, Sendable, Equatable {
    public var decisions = 0
    /// Decisions with the same first choice.
    public var same = 0
    /// By how much the score of the reference's first choice over its second changed: root of the mean square.
    public var noise = 0.0
    /// How far the reference's first choice lies before its second, in the median.
    public var medianMargin = 0.0
    /// The same margin where the first choice is another, the greatest of them; 0 where there are none.
    public var greatestFlippedMargin = 0.0

    /// The share of decisions with the same first choice.
    public var share: Double { decisions == 0 ? 1 : Double(same) / Double(decisions) }

    /// Compares the scores of some decisions with those of a reference; each holds the scores of a decision's candidates.
    ///
    /// Decisions of fewer than two candidates are left out. Of equal scores the earlier candidate is first, as in `Ranked`.
    public init(reference: [[Double]], scores: [[Double]]) {
        var margins: [Double] = []
        var squares = 0.0
        for (right, found) in zip(reference, scores) where right.count > 1 && right.count == found.count {
            let order = Ranked.rank(right).map(\.index)
            let margin = right[order[0]] - right[order[1]]
            let change = found[order[0]] - found[order[1]] - margin
            squares += change * change
            margins.append(margin)
            if Ranked.rank(found)[0].index == order[0] {
                same += 1
            } else {
                greatestFlippedMargin = max(greatestFlippedMargin, margin)
            }
        }
        decisions = margins.count
        guard decisions > 0 else { return }
        noise = (squares / Double(decisions)).squareRoot()
        medianMargin = margins.sorted()[decisions / 2]
    }

    /// The scores that a session and a head give to the candidates of some prompts.
    ///
    /// - Throws: `DroidError` of the session.
    public static func scores(
        _ prompts: [Prompt],
        session: ScoringSession,
        head: VerifierHead,
        progress: (Int) -> Void = { _ in }
    ) throws -> [[Double]] {
        try prompts.enumerated().map { index, prompt in
            let request = try Verifier.request(prompt, head: head, tokenizer: session.model.tokenizer)
            progress(index)
            return try session.score(request).scores.map { Verifier.score($0, head: head) }
        }
    }
}
