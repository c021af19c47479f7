// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import GRDB

/// Brings states, pairs and their labels from files into a store.
public enum LabelImport {
    /// What states of a file are to a store.
    public enum Use: String, Sendable, CaseIterable {
        /// States to label; what the file says of them is left out.
        case items
        /// States with the file's word as a label.
        case labels
        /// Questions whose answer is known.
        case gold
    }

    /// Whose words those are of whom nobody says whose they are.
    public static let nobody = "imported"

    /// Imports a file of states, of pairs, or of Label Studio, whichever it is.
    ///
    /// - Parameters:
    ///   - use: what states are to be; pairs and Label Studio's results are labels.
    ///   - annotator: whose words they are; for Label Studio, where the file names nobody. Without a name, a person's
    ///     word that says the same as one that is there is taken to be that.
    /// - Throws: `DroidError` with code `file.read`, `states.format`, `pairs.format`, `labelstudio.format`,
    ///   `annotation.item` or `annotation.label`. Then nothing of the file is in the store.
    public static func add(
        _ path: String,
        to store: AnnotationStore,
        use: Use = .items,
        annotator: String = LabelImport.nobody
    ) throws -> ImportOutcome {
        try AnnotationStore.check(annotator: annotator)
        let bytes = try FileBytes.read(path)
        switch Format(bytes) {
        case .states: return try add(try StatesFile.read(path), path, to: store, use: use, annotator: annotator)
        case .pairs:
            let groups = PairsFile.groups(try PairsFile.read(path))
            return try add(groups.map { ($0, $0.source == .person ? annotator : $0.source.rawValue) }, path, to: store)
        case .labelStudio:
            let words = try LabelStudio.read(bytes, path)
            let people = Dictionary(grouping: words) { $0.annotator ?? annotator }
            let groups = people.sorted { $0.key < $1.key }.flatMap { name, words in
                PairsFile.groups(words.map(\.pair)).map { ($0, name) }
            }
            return try add(groups, path, to: store)
        case nil:
            throw DroidError(
                "annotation.import",
                "\(path) is no file of states, of pairs or of Label Studio",
                why: "its first line is neither a state nor a pair, and the file is no list of tasks",
                next: "the formats are in Annotations/README.md"
            )
        }
    }

    /// The three formats, told apart by the first document.
    private enum Format {
        case states, pairs, labelStudio

        private struct Line: Decodable {
            var suffixes: [String]?
            var rejected: String?
        }

        init?(_ bytes: [UInt8]) {
            guard let start = bytes.first(where: { ![9, 10, 13, 32].contains($0) }) else { return nil }
            if start == UInt8(ascii: "[") {
                self = .labelStudio
                return
            }
            let line = bytes.split(separator: 10).first.map(Array.init) ?? []
            guard let known = try? JSON.decode(Line.self, from: line) else { return nil }
            if known.suffixes != nil {
                self = .states
            } else if known.rejected != nil {
                self = .pairs
            } else {
                return nil
            }
        }
    }

    // MARK: - States

    private static func add(
        _ states: [StateRecord],
        _ path: String,
        to store: AnnotationStore,
        use: Use,
        annotator: String
    ) throws -> ImportOutcome {
        var outcome = ImportOutcome()
        let items = states.map { ($0, AnnotationItem($0, origin: path)) }
        func answer(_ state: StateRecord) -> Judgement { state.right.isEmpty ? .none() : .right(state.right) }
        switch use {
        case .items: outcome.count(try store.add(items.map(\.1)))
        case .gold: outcome.count(try store.addGold(items.map { ($0.1, answer($0.0)) }))
        case .labels:
            let labelled = items.map { state, item in
                AnnotationStore.Labelled(
                    item: item,
                    judgement: answer(state),
                    annotator: annotator == Self.nobody ? "oracle" : annotator,
                    source: .oracle
                )
            }
            outcome = try store.add(labelled: labelled)
        }
        return outcome
    }

    // MARK: - Pairs

    private static func add(
        _ groups: [(group: PairGroup, annotator: String)],
        _ path: String,
        to store: AnnotationStore
    ) throws -> ImportOutcome {
        try store.add(
            labelled: groups.map { group, annotator in
                // Where the store has the state that the pairs came from, they are words on that.
                if let (item, places) = try store.state(of: group) {
                    return AnnotationStore.Labelled(
                        item: item,
                        judgement: .right(group.right.map { places[$0] }),
                        annotator: annotator,
                        source: group.source,
                        probability: group.source == .verifier ? group.weight : nil,
                        verifier: group.verifier
                    )
                }
                let item = AnnotationItem(
                    task: group.task,
                    app: group.app,
                    episode: group.episode,
                    step: group.step,
                    kind: group.kind,
                    goal: goal(in: group.prefix),
                    prefix: group.prefix,
                    suffixes: group.candidates,
                    actionSpace: group.actionSpace ?? 1,
                    prompt: group.prompt,
                    origin: path
                )
                return AnnotationStore.Labelled(
                    item: item,
                    judgement: .right(group.right),
                    annotator: annotator,
                    source: group.source,
                    probability: group.source == .verifier ? group.weight : nil,
                    verifier: group.verifier
                )
            }
        )
    }

    /// The goal as the prompt says it.
    private static func goal(in prefix: String) -> String {
        let line = prefix.split(separator: "\n").first { $0.hasPrefix("Goal: ") }
        return line.map { String($0.dropFirst(6)) } ?? ""
    }
}

extension AnnotationStore {
    /// An item with a word on it that came from elsewhere.
    struct Labelled {
        var item: AnnotationItem
        var judgement: Judgement
        var annotator: String
        var source: PairRecord.Source
        var probability: Double?
        var verifier: String?
    }

    /// Adds items with words, all or none. A word that is there already is not written again, and neither is a person's
    /// without a name where a person says the same: it may have been exported from here, and would agree with itself.
    func add(labelled: [Labelled]) throws -> ImportOutcome {
        for one in labelled {
            try one.item.check()
            try one.judgement.check(one.item)
        }
        return try database.write { database in
            var outcome = ImportOutcome()
            for one in labelled {
                let (id, isNew) = try Self.insert(one.item, time: now(), in: database)
                if isNew { outcome.new += 1 } else { outcome.known += 1 }
                // Only the machine itself has its name.
                let name = one.source == .verifier ? Self.machine : one.annotator
                let isThere = try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM label WHERE item = :item AND isCurrent = 1 AND verdict = :verdict
                          AND (annotator = :name OR (source = 'person' AND :isNameless)))
                        """,
                    arguments: [
                        "item": id, "verdict": one.judgement.verdict, "name": name,
                        "isNameless": one.source == .person && name == LabelImport.nobody,
                    ]
                )
                if isThere == true { continue }
                let label = NewLabel(
                    item: id,
                    annotator: name,
                    source: one.source,
                    purpose: .imported,
                    judgement: one.judgement,
                    probability: one.probability,
                    verifier: one.verifier
                )
                try Self.insert(label, round: nil, time: now(), in: database)
                outcome.labels += 1
            }
            return outcome
        }
    }

    /// The item that a decision's pairs were made from, and where its candidates stand there; nil where there is none.
    func state(of group: PairGroup) throws -> (item: AnnotationItem, places: [Int])? {
        try database.read { database in
            let bodies = try String.fetchAll(
                database,
                sql: "SELECT body FROM item WHERE task = ? AND episode = ? AND step = ?",
                arguments: [group.task, group.episode, group.step]
            )
            for body in bodies {
                let item = try Self.decode(AnnotationItem.self, body, "an item")
                guard item.prefix == group.prefix else { continue }
                let places = group.candidates.compactMap { item.suffixes.firstIndex(of: $0) }
                if places.count == group.candidates.count { return (item, places) }
            }
            return nil
        }
    }
}
