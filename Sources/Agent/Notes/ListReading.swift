// SPDX-License-Identifier: Apache-2.0

import Screen

/// Reads the rows of a list, screen by screen.
///
/// Columns are the resource ids and types of what stands in a row. Rows are known again by their signature, so a screen that
/// overlaps the one before adds only what is new; a row that is cut off at an edge waits for the next screen.
public struct ListReading: Sendable {
    /// What there is to do after a screen was added.
    public enum Next: Sendable, Equatable {
        /// The list goes on that way.
        case scroll(ScrollDirection)
        /// All of it has been seen.
        case end
        /// The list is not on the screen any more, or another one is.
        case lost
    }

    /// Lists longer than this are read no further.
    public static let rowLimit = 500

    /// What was read so far.
    public private(set) var table: NoteTable

    /// Starts to read a list of a screen.
    ///
    /// - Parameters:
    ///   - list: the element that scrolls, or that has the rows.
    ///   - screen: the screen that it is on.
    public init(list: Int, on screen: ScreenState) {
        table = NoteTable(
            place: NoteTable.Place(package: screen.package, source: "", title: ""),
            columns: [],
            rows: [],
            isComplete: false
        )
    }

    /// Adds what a screen shows of the list, and says what to do next. The first scrolls go up to the list's start where it does
    /// not begin there.
    public mutating func add(_ screen: ScreenState) -> Next { .end }

    /// The list on a screen that followed, or nil where it is gone.
    public func list(on screen: ScreenState) -> Int? { nil }

    /// The elements of a screen that can be read as lists, the largest first.
    public static func lists(of screen: ScreenState) -> [Int] { [] }

    /// What a screen shows of its lists at once, without scrolling: one table a list. Lines that were read in pictures are rows, too.
    public static func tables(of screen: ScreenState) -> [NoteTable] { [] }

    /// What is noted of one element: its text, or what was read in its picture, line by line or as rows where it lists some.
    public static func table(of element: Int, on screen: ScreenState) -> NoteTable? { nil }
}
