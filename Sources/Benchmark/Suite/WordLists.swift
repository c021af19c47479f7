// SPDX-License-Identifier: Apache-2.0

import Base

/// The words that a suite's values are drawn from (`lists.yaml`): lists, and maps from one word to what belongs beside it.
public struct WordLists: Sendable, ExpressibleByDictionaryLiteral {
    /// The words under each name; of a map its keys.
    private(set) var words: [String: [String]] = [:]
    /// What stands beside each word, under the names of maps.
    private(set) var maps: [String: [String: String]] = [:]

    /// Lists alone.
    public init(dictionaryLiteral elements: (String, [String])...) {
        words = Dictionary(elements) { first, _ in first }
    }

    init(_ root: YAMLField) throws {
        for (name, field) in try root.entries() {
            guard field.isMapping else {
                words[name] = try field.strings()
                continue
            }
            let pairs = try field.entries().map { ($0.key, try $0.value.string()) }
            words[name] = pairs.map(\.0)
            maps[name] = Dictionary(pairs) { first, _ in first }
        }
    }

    /// The list of a name.
    ///
    /// - Throws: `DroidError` with code `tasks.field` at `field` when there is none.
    func list(_ name: String, at field: YAMLField) throws -> [String] {
        guard let list = words[name], !list.isEmpty else { throw missing("list", name, Array(words.keys), field) }
        return list
    }

    /// The map of a name.
    ///
    /// - Throws: `DroidError` with code `tasks.field` at `field` when there is none.
    func map(_ name: String, at field: YAMLField) throws -> [String: String] {
        guard let map = maps[name] else { throw missing("map", name, Array(maps.keys), field) }
        return map
    }

    private func missing(_ kind: String, _ name: String, _ known: [String], _ field: YAMLField) -> DroidError {
        field.failure(
            "there is no \(kind) \"\(name)\"",
            next: "known are: \(known.sorted().joined(separator: ", ")) (lists.yaml of the suite)"
        )
    }
}
