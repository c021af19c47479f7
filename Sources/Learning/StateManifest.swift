// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark

/// What is in a file of states and how it was made: the file beside it that ends in `.manifest.json`.
public struct StateManifest: Codable, Sendable, Equatable {
    /// Median and 95th percentile.
    public struct Spread: Codable, Sendable, Equatable {
        public var median: Int
        public var p95: Int

        init(_ values: [Int]) {
            let sorted = values.sorted()
            func at(_ share: Double) -> Int {
                sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
            }
            (median, p95) = (at(0.5), at(0.95))
        }
    }

    public var schema = 1
    /// The command line that made it, word by word.
    public var command: [String]
    /// What the states follow from beside the program: names and values of all options.
    public var options: [String: String]
    public var sha256: String
    public var bytes: Int
    public var actionSpace: Int
    public var promptVersion: Int
    public var prompt: PromptOptions
    public var states: Int
    public var seeds: [UInt64]
    public var tasks: [String: Int]
    public var kinds: [String: Int]
    public var apps: [String: Int]
    /// States by the kind of action that is right.
    public var actions: [String: Int]
    /// Candidates of a state.
    public var candidates: Spread
    /// Tokens of the part before the candidates, and of prefix and all candidates together.
    public var prefixTokens: Spread
    public var allTokens: Spread
    /// Runs that states were collected from, and those that were left out since they did not reach their goal.
    public var runs: Int
    public var failedRuns: Int

    /// Describes states and the file that they were written to.
    ///
    /// - Throws: `DroidError` with code `file.read` for a file that is not there.
    public init(
        _ states: [StateRecord],
        file: String,
        command: [String],
        options: [String: String],
        prompt: PromptOptions,
        runs: Int,
        failedRuns: Int,
        counter: PromptCounter
    ) throws {
        let content = try FileBytes.read(file)
        sha256 = SHA256.hex(content)
        bytes = content.count
        self.command = command
        self.options = options
        self.prompt = prompt
        self.runs = runs
        self.failedRuns = failedRuns
        actionSpace = ActionSpace.version
        promptVersion = PromptBuilder.version
        self.states = states.count
        seeds = Set(states.map(\.seed)).sorted()
        func counts(_ name: (StateRecord) -> String) -> [String: Int] {
            Dictionary(grouping: states, by: name).mapValues(\.count)
        }
        tasks = counts(\.task)
        kinds = counts(\.kind.rawValue)
        apps = counts(\.app)
        actions = counts(StateSet.action)
        candidates = Spread(states.map(\.suffixes.count))
        func tokens(_ text: String) -> Int { PromptTokens.lines(text).reduce(0) { $0 + counter($1) } }
        let prefixes = states.map { tokens($0.prefix) }
        prefixTokens = Spread(prefixes)
        allTokens = Spread(zip(states, prefixes).map { $1 + $0.suffixes.reduce(0) { $0 + counter($1) } })
    }

    /// Where the manifest of a states file lies.
    public static func path(for file: String) -> String {
        (file.hasSuffix(".jsonl") ? String(file.dropLast(6)) : file) + ".manifest.json"
    }

    /// Writes it beside its file.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public func write(beside file: String) throws {
        try FileBytes.write(JSON.pretty(self) + "\n", to: Self.path(for: file))
    }
}
