// SPDX-License-Identifier: Apache-2.0

/// One row of a list that was read, or one element that was remembered.
public struct NoteRow: Sendable, Hashable, Codable {
    /// A cell for each column of its table; nil where the row has none.
    public var cells: [String?]
    /// The header that the row stands under, such as a day or `High priority`; nil for none.
    public var group: String?
    /// Whether its box is ticked or its switch on; nil where it has none.
    public var isOn: Bool?
    /// What tells it from other rows: equal for the same row seen again.
    public var signature: String

    public init(cells: [String?], group: String? = nil, isOn: Bool? = nil, signature: String) {
        (self.cells, self.group, self.isOn, self.signature) = (cells, group, isOn, signature)
    }
}

/// Rows of one kind: a list that was read, what was remembered from one place, or the lines of a text.
public struct NoteTable: Sendable, Hashable, Codable {
    /// Where the rows come from. Tables of the same place are one.
    public struct Place: Sendable, Hashable, Codable {
        public var package: String
        /// The list's resource id and class, or the element's.
        public var source: String
        /// What the bar above says, such as a folder's name or a day; empty where there is none.
        public var title: String

        public init(package: String, source: String, title: String) {
            (self.package, self.source, self.title) = (package, source, title)
        }
    }

    public var place: Place
    /// What the columns are called: the words of a resource id, the header of comma-separated values, or `text`.
    public var columns: [String]
    /// In the order of the list.
    public var rows: [NoteRow]
    /// Whether both ends of the list have been seen.
    public var isComplete: Bool

    public init(place: Place, columns: [String], rows: [NoteRow], isComplete: Bool) {
        (self.place, self.columns, self.rows, self.isComplete) = (place, columns, rows, isComplete)
    }
}
