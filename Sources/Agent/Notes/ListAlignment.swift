// SPDX-License-Identifier: Apache-2.0

import Screen

/// Finds where what a screen shows of a list stands in what is known of it.
///
/// Items are compared in order, never one by one, so two equal rows that really are two stay two. Where several places fit, as
/// among equal rows, pixels tell: all items that both screens show must have moved by the same distance.
enum ListAlignment {
    /// A place that fits.
    struct Place: Equatable {
        /// `seen[i]` is `known[start + i]`; negative where the screen begins before what is known.
        var start: Int
        /// How far the content moved up, in pixels; nil where no item tells.
        var shift: Int?
        /// How many items are in both.
        var overlap: Int
        /// No other place fits as well.
        var isCertain = true
    }

    /// Pixels are rounded differently at different places.
    static let rounding = 3

    /// Where all that overlaps is equal.
    ///
    /// - Parameters:
    ///   - known: what is known, in order.
    ///   - seen: what the screen shows, in order.
    ///   - sight: the number of the screen before, whose items have the places that movement is measured from.
    ///   - expected: how far the content was to move up; negative for down.
    ///   - isUsual: scrolls before this one moved it by no more.
    static func find(
        _ seen: [ListItem],
        in known: [ListItem],
        after sight: Int,
        expected: Int,
        isUsual: Bool = false
    ) -> Place? {
        guard !seen.isEmpty, !known.isEmpty else { return nil }
        var places: [Place] = []
        for start in (1 - seen.count)..<known.count {
            if let place = place(at: start, seen, known, sight) { places.append(place) }
        }
        guard places.count > 1 else { return places.first }
        func distance(_ place: Place) -> Int { place.shift.map { abs($0 - expected) } ?? .max }
        // Among equal rows: the place that the scroll was to lead to, where one is exactly there; at an end, where the content moves
        // less, the longest overlap, so that no row is counted twice.
        if let exact = places.filter({ distance($0) <= rounding }).max(by: { $0.overlap < $1.overlap }) { return exact }
        let forward = places.filter { ($0.shift ?? 0) * expected >= 0 }
        let ranked = (forward.isEmpty ? places : forward).sorted { $1.overlap < $0.overlap }
        guard var best = ranked.first else { return nil }
        let furthest = isUsual ? abs(expected) * 5 / 4 + rounding : .max
        if let second = ranked.dropFirst().first(where: { abs($0.shift ?? 0) <= furthest }) {
            // One or two equal rows may meet by chance, a whole sequence does not, unless it is one row again and again.
            let shared = max(0, -best.start)..<min(seen.count, known.count - best.start)
            let different = Set(seen[shared].map(\.cells)).count
            best.isCertain = second.overlap + 1 < best.overlap && different > 2
        }
        return best
    }

    private static func place(at start: Int, _ seen: [ListItem], _ known: [ListItem], _ sight: Int) -> Place? {
        var shift: Int?
        var overlap = 0
        for place in max(0, -start)..<min(seen.count, known.count - start) {
            let (new, old) = (seen[place], known[start + place])
            guard new.fits(old) else { return nil }
            // A strip of a row without any text fits everything, and tells nothing.
            if new.isWhole && old.isWhole || !new.cells.isEmpty && !old.cells.isEmpty { overlap += 1 }
            guard old.sight == sight else { continue }
            // A tile stays in its column.
            if abs(old.bounds.left - new.bounds.left) > rounding { return nil }
            guard let moved = movement(from: old, to: new) else { continue }
            if let shift, abs(shift - moved) > rounding { return nil }
            shift = shift ?? moved
        }
        return overlap > 0 ? Place(start: start, shift: shift, overlap: overlap) : nil
    }

    /// How far an item moved up between two screens, by an edge of it that neither cut off.
    private static func movement(from old: ListItem, to new: ListItem) -> Int? {
        if old.top == .whole && new.top == .whole { return old.bounds.top - new.bounds.top }
        if old.bottom == .whole && new.bottom == .whole { return old.bounds.bottom - new.bounds.bottom }
        return nil
    }

    // MARK: Lists that change while they are read

    /// How many of the known items around the last screen are compared where the list has changed.
    private static let reach = 80

    /// The known items with those of a screen put in, where rows came, went or changed in between: the longest sequence that
    /// both have in common holds them together, at least two items and most of what lies between its ends.
    ///
    /// - Returns: the new sequence and where the screen's first item stands in it; nil where the two have too little in common.
    static func mended(_ seen: [ListItem], _ known: [ListItem], after sight: Int) -> (items: [ListItem], start: Int)? {
        let last = known.lastIndex { $0.sight == sight } ?? known.count - 1
        let low = max(0, last + 1 - reach)
        let high = min(known.count, last + 1 + reach)
        guard low < high else { return nil }
        let pairs = commonSequence(Array(known[low..<high]), Array(seen.prefix(reach)))
            .map { (known: $0.0 + low, seen: $0.1) }
        guard let first = pairs.first, let end = pairs.last, pairs.count >= 2,
            pairs.count * 5 >= (end.seen - first.seen + 1) * 3
        else { return nil }
        var middle: [ListItem] = []
        var partner = Dictionary(uniqueKeysWithValues: pairs.map { ($0.seen, $0.known) })
        for place in first.seen...end.seen {
            let old = partner.removeValue(forKey: place).map { known[$0] }
            middle.append(old?.joined(with: seen[place]) ?? seen[place])
        }
        // What is known before and after stays; a screen that reaches further than it adds the rest.
        let head = first.known > 0 ? Array(known[..<first.known]) : Array(seen[..<first.seen])
        let tail =
            end.known + 1 < known.count ? Array(known[(end.known + 1)...]) : Array(seen[(end.seen + 1)...])
        return (head + middle + tail, head.count - first.seen)
    }

    /// The longest common subsequence of two short sequences, as pairs of places.
    private static func commonSequence(_ a: [ListItem], _ b: [ListItem]) -> [(Int, Int)] {
        let width = b.count + 1
        var lengths = [Int](repeating: 0, count: (a.count + 1) * width)
        let same = a.map { left in b.map { left.cells == $0.cells && !left.cells.isEmpty && left.fits($0) } }
        for i in a.indices.reversed() {
            for j in b.indices.reversed() {
                lengths[i * width + j] =
                    same[i][j]
                    ? lengths[(i + 1) * width + j + 1] + 1
                    : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
            }
        }
        var pairs: [(Int, Int)] = []
        var (i, j) = (0, 0)
        while i < a.count && j < b.count {
            if same[i][j] {
                pairs.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
                i += 1
            } else {
                j += 1
            }
        }
        return pairs
    }
}
