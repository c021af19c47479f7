// SPDX-License-Identifier: Apache-2.0

/// What changed between two readings of a device.
public struct FactsDifference: Sendable, Codable, Hashable {
    /// One change. `before` is nil for what is new, `after` for what is gone.
    public struct Change: Sendable, Codable, Hashable {
        public var section: String
        public var key: String
        public var before: String?
        public var after: String?

        public init(section: String, key: String, before: String?, after: String?) {
            self.section = section
            self.key = key
            self.before = before
            self.after = after
        }

        /// The change in words.
        public var words: String {
            let name = key.split(whereSeparator: \.isNewline).joined(separator: " ")
            let isRow = section == "contacts" || section == "messages"
            return switch (before, after) {
            case (nil, let after?): isRow ? "new: \(name)" : "\(name): new, \(after)"
            case (let before?, nil): isRow ? "gone: \(name)" : "\(name): gone, was \(before)"
            case (let before?, let after?): "\(name): \(before) → \(after)"
            case (nil, nil): name
            }
        }
    }

    /// By section in the order of `DeviceFacts.order`, then by key.
    public var changes: [Change]
    /// Sections that could not be read, with the reason.
    public var unread: [String: String]

    /// Compares two readings. A section that could not be read on one side shows no change.
    public init(before: DeviceFacts, after: DeviceFacts) {
        changes = []
        unread = [:]
        for section in DeviceFacts.order {
            let old = before.sections[section]
            let new = after.sections[section]
            if let problem = old?.problem ?? new?.problem {
                unread[section] = problem
                continue
            }
            guard let old, let new else {
                unread[section] = "not read"
                continue
            }
            for key in Set(old.values.keys).union(new.values.keys).sorted() {
                let was = old.values[key]
                let now = new.values[key]
                if was != now { changes.append(Change(section: section, key: key, before: was, after: now)) }
            }
        }
    }

    /// The difference as lines for a terminal, at most `limit` changes.
    public func text(limit: Int = 40) -> String {
        var lines: [String] = []
        if changes.isEmpty { lines.append("nothing that is watched has changed") }
        var section = ""
        for change in changes.prefix(limit) {
            if change.section != section {
                section = change.section
                lines.append("\(section):")
            }
            lines.append("  \(change.words)")
        }
        if changes.count > limit { lines.append("  and \(changes.count - limit) more") }
        for (name, reason) in unread.sorted(by: { $0.key < $1.key }) { lines.append("\(name): not read (\(reason))") }
        return lines.joined(separator: "\n")
    }
}
