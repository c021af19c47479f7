// SPDX-License-Identifier: Apache-2.0

import Screen

/// Reads the rows of a list, screen by screen.
///
/// Columns are the resource ids and types of what stands in a row. What a screen shows is aligned, in order and in pixels, with
/// what is known (`ListAlignment`), so a row that was seen twice is one row, and two equal rows are two; a row that is cut off at an
/// edge waits for the next screen. Rows may be added at both ends: a list that is opened in its middle, or at its end as messages
/// are, is first read towards its start.
///
/// A scroll costs a step, so none is asked for that the screen makes needless:
/// * A list that does not scroll is read at once.
/// * Room above the first row, or below the last one, that is wider than any between two rows is an end. So is a scroll that moved
///   the content by less than the finger's way, or not at all.
/// * A row that only touches an edge proves nothing: its bounds are cut to the list's. Its height, or the room around its texts,
///   tells whether it is whole (`ListKind`); and a list that nobody has scrolled since its page was opened, and whose first row is not
///   cut off, is taken to begin there. An app that opens its list in the middle, with a row exactly at the upper edge, deceives this,
///   unless the list then turns out not to move down; `isUntouched: false` asks for a proof instead, which costs one scroll.
public struct ListReading: Sendable {
    /// What there is to do after a screen was added.
    public enum Next: Sendable, Equatable {
        /// The list goes on that way.
        case scroll(ScrollDirection)
        /// All of it has been seen, or it is read no further: `table.isComplete` tells.
        case end
        /// The list is not on the screen any more, or another one is.
        case lost
    }

    /// Lists longer than this are read no further.
    public static let rowLimit = 500

    /// What was read so far. Rows at an edge that may be cut off are not in it before all of them was seen, or the reading has ended.
    public private(set) var table: NoteTable
    /// The element to scroll on the screen that was added last; nil where nothing scrolls.
    public private(set) var scroller: Int?

    private let identity: ListIdentity?
    private let isUntouched: Bool
    private var known: [ListItem] = []
    private var kinds: [String: ListKind] = [:]
    private var last: ListSight?
    private var count = 0
    private var hasStart = false
    private var hasEnd = false
    /// Ends that were taken for granted when the list was first seen. A list that does not move at all tells that one was wrong.
    private var guess: ScrollDirection?
    private var hasMoved = false
    /// What was asked for last, and how far the finger goes for it.
    private var asked: (direction: ScrollDirection, distance: Int)?
    /// Where the list goes on, while a jump that left no overlap is gone back over.
    private var interrupted: ScrollDirection?
    private var retreats = 0
    /// How far the content moved at most by one scroll that came to no end: on some devices it goes on after the finger, on others
    /// it lags behind.
    private var usual: Int?
    /// Items between two screens may be missing.
    private var hasHole = false
    private var stalls = 0

    /// Starts to read a list of a screen; `add` then takes that screen as the first.
    ///
    /// - Parameters:
    ///   - list: the element that scrolls, or that has the rows.
    ///   - screen: the screen that it is on.
    ///   - isUntouched: nobody has scrolled the list since its page was opened.
    public init(list: Int, on screen: ScreenState, isUntouched: Bool = true) {
        identity = ListIdentity(list, on: screen)
        self.isUntouched = isUntouched
        table = NoteTable(
            place: identity?.place ?? NoteTable.Place(package: screen.package, source: "", title: ""),
            columns: [],
            rows: [],
            isComplete: false
        )
    }

    /// Tries to find an overlap again after a jump.
    private static let retreatLimit = 3
    /// Screens in a row that neither move nor tell anything new.
    private static let stallLimit = 2
    /// A scroll that moves the content by less than this share of the finger's way came to an end of the list.
    private static let fullShare = 0.8
    /// Pixels that a finger goes before anything moves.
    private static let slop = 24

    /// Adds what a screen shows of the list, and says what to do next. The first scrolls go up to the list's start where it does
    /// not begin there.
    public mutating func add(_ screen: ScreenState) -> Next {
        guard let identity, let list = identity.find(on: screen) else { return .lost }
        count += 1
        let sight = ListSight(of: list, on: screen, kinds: &kinds, number: count)
        scroller = sight.scroller
        if let last, let asked { merge(sight, last, asked) } else { begin(sight) }
        let next = decide(sight)
        if case .scroll(let direction) = next {
            asked = (direction, sight.scroller.map { Self.reach($0, direction, on: screen) } ?? 0)
        }
        compose(isOver: next == .end)
        return next
    }

    /// How far a finger goes for a scroll: the content moves by no more, unless it goes on by itself.
    private static func reach(_ element: Int, _ direction: ScrollDirection, on screen: ScreenState) -> Int {
        for case .swipe(_, let from, _, let to, _) in Actuator.gestures(.scroll(element, direction), on: screen) {
            return abs(from - to)
        }
        return 0
    }

    // MARK: The first screen

    private mutating func begin(_ sight: ListSight) {
        known = sight.items
        last = sight
        (hasStart, hasEnd) = (sight.showsStart, sight.showsEnd)
        guard sight.scroller != nil, isUntouched, !hasStart else { return }
        let (upper, lower) = (sight.startEdge, sight.endEdge)
        // It scrolls, so what ends here goes on above.
        if hasEnd { return }
        if sight.skipsChildren || upper == .cut || upper == .doubtful && lower == .whole {
            if lower == .whole && !sight.isLoading { (hasEnd, guess) = (true, .down) }
        } else {
            (hasStart, guess) = (true, .up)
            settle(isTop: true)
        }
    }

    /// The list is known to end at an edge of the last screen: what touches it there is whole.
    private mutating func settle(isTop: Bool) {
        for place in known.indices where known[place].sight == count {
            if isTop { known[place].top = .whole } else { known[place].bottom = .whole }
        }
    }

    // MARK: Further screens

    private mutating func merge(
        _ sight: ListSight,
        _ before: ListSight,
        _ asked: (direction: ScrollDirection, distance: Int)
    ) {
        let isDown = asked.direction == .down
        let way = usual ?? asked.distance
        let expected = isDown ? way : -way
        if sight.isSame(as: before) {
            return stand(sight, isDown: isDown)
        }
        let found = ListAlignment.find(
            sight.items,
            in: known,
            after: count - 1,
            expected: expected,
            isUsual: usual != nil
        )
        if let place = found {
            let grew = join(sight.items, at: place.start)
            noteEnds(sight, isDown, shift: before.isLoading ? nil : place.shift, distance: asked.distance)
            if !place.isCertain { hasHole = true }
            if let shift = place.shift, place.isCertain, !(isDown ? hasEnd : hasStart) {
                usual = max(usual ?? 0, abs(shift))
            }
            if grew { retreats = 0 }
            stalls = grew || place.shift.map { abs($0) > ListAlignment.rounding } ?? true ? 0 : stalls + 1
        } else if let mended = ListAlignment.mended(sight.items, known, after: count - 1) {
            known = mended.items
            for (place, item) in sight.items.enumerated() where known.indices.contains(mended.start + place) {
                known[mended.start + place].sight = item.sight
                known[mended.start + place].bounds = item.bounds
            }
            noteEnds(sight, isDown, shift: nil, distance: 0)
            stalls = 0
        } else {
            return jump(sight, asked.direction)
        }
        hasMoved = true
        last = sight
        interrupted = nil
    }

    /// A scroll changed nothing: that end is reached.
    private mutating func stand(_ sight: ListSight, isDown: Bool) {
        stalls += 1
        for place in known.indices where known[place].sight == count - 1 { known[place].sight = count }
        last = sight
        if interrupted != nil {
            // Not even the way back moves it, so there is nothing to compare.
            known += sight.items
            (interrupted, hasHole) = (nil, true)
        }
        if isDown {
            hasEnd = !sight.isLoading || stalls > Self.stallLimit
            if !hasMoved && guess == .up { hasStart = sight.showsStart }
        } else {
            hasStart = true
            if !hasMoved && guess == .down { hasEnd = sight.showsEnd }
        }
        guess = nil
        if hasStart { settle(isTop: true) }
        if hasEnd { settle(isTop: false) }
    }

    /// What a screen after a scroll tells of the list's ends.
    private mutating func noteEnds(_ sight: ListSight, _ isDown: Bool, shift: Int?, distance: Int) {
        let full = Double(distance) * Self.fullShare - Double(Self.slop)
        let isForward = shift.map { ($0 >= 0) == isDown } ?? false
        let isLess = isForward && shift.map { abs($0) + Self.slop < usual ?? .max } ?? false
        let isShort = isLess && shift.map { Double(abs($0)) < full } ?? false
        // Less than before proves less than that, since a finger is not always as fast; the edge must be met exactly then.
        let isShorter = isLess && usual != nil
        let gap = isShort ? (sight.gap ?? 0) + 2 : 1
        if isDown {
            let ends =
                (isShort || isShorter) && sight.endEdge != .cut && sight.bounds.bottom - sight.content.bottom <= gap
            hasEnd = (hasEnd || sight.showsEnd || ends) && !sight.isLoading
            if ends && hasEnd { settle(isTop: false) }
        } else {
            let begins =
                (isShort || isShorter) && sight.startEdge != .cut && !sight.skipsChildren
                && sight.content.top - sight.bounds.top <= gap
            hasStart = hasStart || sight.showsStart || begins
            if begins { settle(isTop: true) }
        }
    }

    /// Puts the items of a screen in, which begin at a place of what is known. True where some are new.
    private mutating func join(_ items: [ListItem], at start: Int) -> Bool {
        var grew = false
        let before = max(0, -start)
        for place in before..<items.count {
            let target = start + place
            if target < known.count {
                if !known[target].isWhole && items[place].isWhole { grew = true }
                known[target] = known[target].joined(with: items[place])
            } else {
                known.append(items[place])
                grew = true
            }
        }
        if before > 0 {
            known.insert(contentsOf: items[..<before], at: 0)
            grew = true
        }
        return grew
    }

    /// Nothing of a screen is known: the scroll went too far. It is gone back over, step by step, until the rows in between are
    /// seen; where that does not help, what follows is added, and the table is not complete.
    private mutating func jump(_ sight: ListSight, _ direction: ScrollDirection) {
        let way = interrupted ?? direction
        hasMoved = true
        last = sight
        if sight.items.isEmpty {
            stalls += 1
        } else if retreats < Self.retreatLimit {
            retreats += 1
            interrupted = way
        } else {
            (interrupted, retreats, hasHole) = (nil, 0, true)
            known = way == .down ? known + sight.items : sight.items + known
        }
    }

    // MARK: What next

    private mutating func decide(_ sight: ListSight) -> Next {
        if sight.scroller == nil {
            (hasStart, hasEnd) = (true, true)
            return .end
        }
        if known.count >= Self.rowLimit || stalls > Self.stallLimit { return .end }
        if let interrupted { return .scroll(interrupted.opposite) }
        if !hasStart { return .scroll(.up) }
        return hasEnd ? .end : .scroll(.down)
    }

    private mutating func compose(isOver: Bool) {
        var items = known[...]
        if !isOver {
            if !hasStart { items = items.drop { !$0.isWhole } }
            if !hasEnd { items = items[...(items.lastIndex(where: \.isWhole) ?? items.startIndex - 1)] }
        }
        table = ListTable(items.prefix(Self.rowLimit)).table(table.place)
        table.isComplete = hasStart && hasEnd && !hasHole && items.count <= Self.rowLimit
    }

    /// All that was seen, with the rows that are cut off.
    var whole: NoteTable {
        var out = ListTable(known.prefix(Self.rowLimit)).table(table.place)
        out.isComplete = table.isComplete
        return out
    }

    /// Whether what was seen is of so many kinds that it is a page rather than a list.
    var isMixed: Bool {
        guard let identity, !identity.isCollection else { return false }
        let counts = Dictionary(known.map { ($0.kind, 1) }, uniquingKeysWith: +)
        return known.count < 2 || (counts.values.max() ?? 0) * 2 < known.count
    }
}
