// SPDX-License-Identifier: Apache-2.0

import Agent
import Base

/// One comparison to learn from, as a line of a pairs file.
public struct PairRecord: Codable, Sendable, Equatable {
    /// Who says that the chosen one is better.
    public enum Source: String, Codable, Sendable, CaseIterable {
        case person, verifier, oracle
    }

    public var schema = 1
    /// The task template, by which sets are divided.
    public var task: String
    public var app: String
    /// What ties the pairs of one episode together.
    public var episode: String
    public var step: Int
    public var prefix: String
    public var chosen: String
    public var rejected: String
    public var kind: StateRecord.Kind
    public var source: Source
    public var weight: Double
    /// The version of the verifier that proposed the chosen one; nil where none had a part in it.
    public var verifier: String?
    /// The action space and the prompt's options that a head which learns from it is for; nil stands for 1, of before it was kept, and for
    /// the default.
    public var actionSpace: Int?
    public var prompt: PromptOptions?

    public init(
        task: String,
        app: String,
        episode: String,
        step: Int,
        prefix: String,
        chosen: String,
        rejected: String,
        kind: StateRecord.Kind,
        source: Source,
        weight: Double,
        verifier: String? = nil,
        actionSpace: Int? = nil,
        prompt: PromptOptions? = nil
    ) {
        (self.task, self.app, self.episode, self.step) = (task, app, episode, step)
        (self.prefix, self.chosen, self.rejected) = (prefix, chosen, rejected)
        (self.kind, self.source, self.weight, self.verifier) = (kind, source, weight, verifier)
        (self.actionSpace, self.prompt) = (actionSpace, prompt)
    }
}

/// A decision put together from its pairs again.
public struct PairGroup: Sendable, Equatable {
    public var task: String
    public var app: String
    public var episode: String
    public var step: Int
    public var kind: StateRecord.Kind
    public var prefix: String
    public var candidates: [String]
    /// Indices into `candidates`.
    public var right: [Int]
    public var wrong: [Int]
    public var weight: Double
    public var source: PairRecord.Source
    public var verifier: String?
    public var actionSpace: Int?
    public var prompt: PromptOptions?

    /// A digest of what the model is shown, by which its features are kept.
    public var key: String {
        var hash = SHA256()
        for text in [prefix] + candidates {
            hash.update(text.utf8)
            hash.update(CollectionOfOne(0))
        }
        return hash.finalHex()
    }
}

/// Files of pairs: one JSON document a line.
public enum PairsFile {
    /// Reads pairs and puts each decision together again, in the order of the file.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `pairs.format` with the number of the line.
    public static func groups(_ path: String) throws -> [PairGroup] { groups(try read(path)) }

    /// Reads pairs.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `pairs.format` with the number of the line.
    public static func read(_ path: String) throws -> [PairRecord] {
        try FileBytes.read(path).split(separator: 10).enumerated().map { number, line in
            do {
                return try JSON.decode(PairRecord.self, from: Array(line))
            } catch {
                throw DroidError(
                    "pairs.format",
                    "line \(number + 1) of \(path) is no pair",
                    why: "\(error)",
                    next: "make the file again with `droidagent train pairs`"
                )
            }
        }
    }

    /// Puts the decisions of pairs together again, in their order.
    public static func groups(_ pairs: [PairRecord]) -> [PairGroup] {
        var groups: [PairGroup] = []
        var places: [String: Int] = [:]
        var candidates: [[String: Int]] = []
        for pair in pairs {
            let key = "\(pair.task)\u{0}\(pair.episode)\u{0}\(pair.step)\u{0}\(pair.kind == .text)\u{0}\(pair.prefix)"
            let place: Int
            if let known = places[key] {
                place = known
            } else {
                place = groups.count
                places[key] = place
                candidates.append([:])
                groups.append(
                    PairGroup(
                        task: pair.task,
                        app: pair.app,
                        episode: pair.episode,
                        step: pair.step,
                        kind: pair.kind,
                        prefix: pair.prefix,
                        candidates: [],
                        right: [],
                        wrong: [],
                        weight: pair.weight,
                        source: pair.source,
                        verifier: pair.verifier,
                        actionSpace: pair.actionSpace,
                        prompt: pair.prompt
                    )
                )
            }
            func index(_ text: String) -> Int {
                if let known = candidates[place][text] { return known }
                candidates[place][text] = groups[place].candidates.count
                groups[place].candidates.append(text)
                return groups[place].candidates.count - 1
            }
            let chosen = index(pair.chosen)
            let rejected = index(pair.rejected)
            if !groups[place].right.contains(chosen) { groups[place].right.append(chosen) }
            if !groups[place].wrong.contains(rejected) { groups[place].wrong.append(rejected) }
        }
        // Somebody's right may be somebody else's wrong; such a candidate teaches nothing.
        for index in groups.indices {
            let torn = Set(groups[index].right).intersection(groups[index].wrong)
            groups[index].right.removeAll { torn.contains($0) }
            groups[index].wrong.removeAll { torn.contains($0) }
        }
        return groups.filter { !$0.right.isEmpty && !$0.wrong.isEmpty }
    }

    /// Writes pairs, one a line.
    ///
    /// - Parameter isPrivate: whether only the user may read the file, since what a screen says is in it.
    /// - Throws: `DroidError` with code `file.write`.
    public static func write(_ pairs: some Sequence<PairRecord>, to path: String, isPrivate: Bool = false) throws {
        var bytes: [UInt8] = []
        for pair in pairs {
            bytes.append(contentsOf: try JSON.line(pair).utf8)
            bytes.append(10)
        }
        try FileBytes.write(bytes, to: path, mode: isPrivate ? 0o600 : 0o644)
    }
}
