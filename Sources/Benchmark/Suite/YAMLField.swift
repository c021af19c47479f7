// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Yams

/// A place in a YAML file, which knows its file, line and way from the root, so that an error can name all three.
struct YAMLField {
    let node: Node
    let file: String
    /// The way from the root, such as `check[1].sqlite.query`.
    let path: String

    /// Reads a file.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `tasks.yaml` when it is no YAML or empty.
    static func read(_ file: String) throws -> YAMLField {
        try parse(String(decoding: FileBytes.read(file), as: UTF8.self), file: file)
    }

    /// Reads text as the content of `file`.
    static func parse(_ text: String, file: String) throws -> YAMLField {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw DroidError("tasks.yaml", "\(file) is empty", next: "see Tasks/README.md for what belongs there")
            }
            return YAMLField(node: node, file: file, path: "")
        } catch {
            throw DroidError.wrapping(error, "tasks.yaml", "\(file) is no YAML", next: "mend the place that is named")
        }
    }

    /// `file:line`, and the path where there is one.
    var place: String {
        let line = node.mark.map { ":\($0.line)" } ?? ""
        return path.isEmpty ? "\(file)\(line)" : "\(file)\(line): \(path)"
    }

    /// The text of a scalar, or nil for a list or mapping.
    var text: String? { node.scalar?.string }

    /// Whether it is a scalar.
    var isText: Bool { node.scalar != nil }

    /// Whether it is a mapping.
    var isMapping: Bool { node.mapping != nil }

    /// Whether it is a mapping with this key.
    func has(_ key: String) -> Bool { node.mapping?.contains { $0.key.scalar?.string == key } ?? false }

    /// An error at this place.
    func failure(_ what: String, next: String = "see Tasks/README.md for what belongs there") -> DroidError {
        DroidError("tasks.field", "\(place): \(what)", next: next)
    }

    /// The text of a scalar as it is written, quotes removed: `on` stays `on`.
    func string() throws -> String {
        guard let scalar = node.scalar else { throw failure("needs a text or number, not a \(kind)") }
        return scalar.string
    }

    func integer(_ range: ClosedRange<Int> = 0...1_000_000_000) throws -> Int {
        let text = try string()
        guard let value = Int(text) else { throw failure("needs a whole number, not \"\(text)\"") }
        guard range.contains(value) else {
            throw failure("\(value) is outside \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func boolean() throws -> Bool {
        switch try string().lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: throw failure("needs true or false")
        }
    }

    /// The parts of a list.
    func list() throws -> [YAMLField] {
        guard let sequence = node.sequence else { throw failure("needs a list, not a \(kind)") }
        return sequence.enumerated().map { YAMLField(node: $1, file: file, path: "\(path)[\($0)]") }
    }

    /// A list of texts; a single text is a list of one.
    func strings() throws -> [String] {
        node.scalar != nil ? [try string()] : try list().map { try $0.string() }
    }

    /// The entries of a mapping, in the order of the file.
    func entries() throws -> [(key: String, value: YAMLField)] {
        guard let mapping = node.mapping else { throw failure("needs keys and values, not a \(kind)") }
        var seen: Set<String> = []
        return try mapping.map { key, value in
            let field = YAMLField(node: key, file: file, path: path)
            let name = try field.string()
            guard seen.insert(name).inserted else { throw field.failure("\"\(name)\" stands there twice") }
            return (name, YAMLField(node: value, file: file, path: path.isEmpty ? name : "\(path).\(name)"))
        }
    }

    /// The entries of a mapping that may only have these keys.
    func fields(_ allowed: [String]) throws -> YAMLFields {
        let entries = try entries()
        for entry in entries where !allowed.contains(entry.key) {
            throw unknown(entry.key, among: allowed, at: entry.value)
        }
        return YAMLFields(owner: self, values: Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first })
    }

    /// The one entry of a mapping that has exactly one, such as a step.
    func only(_ allowed: [String]) throws -> (key: String, value: YAMLField) {
        let entries = try entries()
        guard let entry = entries.first, entries.count == 1 else {
            throw failure("needs exactly one of \(allowed.joined(separator: ", "))")
        }
        guard allowed.contains(entry.key) else { throw unknown(entry.key, among: allowed, at: entry.value) }
        return entry
    }

    private func unknown(_ key: String, among allowed: [String], at field: YAMLField) -> DroidError {
        let near = allowed.min { Spelling.distance(key, $0) < Spelling.distance(key, $1) }
        let hint = near.flatMap { Spelling.distance(key, $0) <= 3 ? " (did you mean \($0)?)" : nil } ?? ""
        return field.failure(
            "\"\(key)\" is not known here\(hint)",
            next: "known are: \(allowed.joined(separator: ", "))"
        )
    }

    private var kind: String {
        switch node {
        case .mapping: "mapping"
        case .sequence: "list"
        default: "text"
        }
    }
}

/// The values of a mapping by key.
struct YAMLFields {
    let owner: YAMLField
    let values: [String: YAMLField]

    /// A value that may be absent.
    subscript(key: String) -> YAMLField? { values[key] }

    /// A value that must be there.
    func need(_ key: String) throws -> YAMLField {
        guard let value = values[key] else { throw owner.failure("\"\(key)\" is missing") }
        return value
    }

    func text(_ key: String) throws -> TextTemplate { TextTemplate(try need(key)) }
    func optionalText(_ key: String) -> TextTemplate? { values[key].map { TextTemplate($0) } }
}

/// How far two words are apart.
enum Spelling {
    /// The number of letters to change, add or remove (Levenshtein's distance).
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.lowercased())
        let b = Array(b.lowercased())
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var current = [i]
            for j in 1...b.count {
                let change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                current.append(min(change, previous[j] + 1, current[j - 1] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }

    /// How alike two texts are, 0 to 1, letters' case aside: 1 less the share of letters to change.
    static func likeness(_ a: String, _ b: String) -> Double {
        let longest = max(a.count, b.count)
        return longest == 0 ? 1 : 1 - Double(distance(a, b)) / Double(longest)
    }
}
