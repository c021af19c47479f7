// SPDX-License-Identifier: Apache-2.0

import Base
import Benchmark

/// How states are put together to a set to learn from, or to measure with.
public struct StateSetOptions: Sendable, Codable, Equatable {
    /// The most states right after a wrong step, as a share of all states; 1 for no bound. Many of them teach an agent to go in
    /// circles.
    public var selfCorrectionShare: Double
    /// The most states with a text that gives an order, as a share of all states.
    public var orderShare: Double
    /// The most states of the set; nil for all. What is left out is drawn so that groups have as equal numbers as can be.
    public var limit: Int?
    /// Only states of this kind, without regard to its share; nil for all.
    public var only: StateRecord.Kind?
    /// Seed of what is drawn.
    public var seed: UInt64

    public init(
        selfCorrectionShare: Double = 0.03,
        orderShare: Double = 0.1,
        limit: Int? = nil,
        only: StateRecord.Kind? = nil,
        seed: UInt64 = 1
    ) {
        self.selfCorrectionShare = selfCorrectionShare
        self.orderShare = orderShare
        self.limit = limit
        self.only = only
        self.seed = seed
    }
}

/// Puts states together to a set.
public enum StateSet {
    /// The states of a set, in the order in which they were given.
    public static func assemble(_ states: [StateRecord], options: StateSetOptions = StateSetOptions()) -> [StateRecord]
    {
        places(states, options: options).map { states[$0] }
    }

    /// Where the states of a set stand among those that were given, ascending. Of equal states (same prompt, same verdict) one is kept,
    /// so that a home screen that starts every run does not outweigh all else; states that have nothing to compare are left out.
    public static func places(_ states: [StateRecord], options: StateSetOptions = StateSetOptions()) -> [Int] {
        var random = SeededRandom(seed: options.seed, name: "states")
        let useful = distinct(states)
        func all(_ matches: (StateRecord.Kind) -> Bool) -> [Int] { useful.filter { matches(states[$0].kind) } }
        if let only = options.only { return drawn(all { $0 == only }, of: states, options.limit, &random).sorted() }
        // What may be all of the set is drawn with all else; otherwise a limit would leave room for it alone.
        func bounded(_ kind: StateRecord.Kind) -> Bool {
            kind == .selfCorrection && options.selfCorrectionShare < 1 || kind == .order && options.orderShare < 1
        }
        let corrections = all { $0 == .selfCorrection && bounded($0) }
        let orders = all { $0 == .order && bounded($0) }
        let common = all { !bounded($0) }
        // From above to the most of each that keeps all shares: fewer of one make less of the whole, and less of it for the other.
        var (first, second, rest) = (corrections.count, orders.count, common.count)
        while true {
            let limit = options.limit ?? .max
            let before = (first, second, rest)
            let total = min(limit, common.count + first + second)
            first = min(first, share(options.selfCorrectionShare, of: total))
            second = min(second, share(options.orderShare, of: total))
            rest = min(common.count, max(0, limit - first - second))
            if before == (first, second, rest) { break }
        }
        let chosen =
            drawn(common, of: states, rest, &random) + drawn(corrections, of: states, first, &random)
            + drawn(orders, of: states, second, &random)
        return chosen.sorted()
    }

    private static func share(_ share: Double, of total: Int) -> Int {
        share > 0 ? Int((min(share, 1) * Double(total) + 1e-9).rounded(.down)) : 0
    }

    /// Where states stand that have something to compare, each once.
    static func distinct(_ states: [StateRecord]) -> [Int] {
        var seen: Set<String> = []
        return states.indices.filter { index in
            let state = states[index]
            guard !state.right.isEmpty, !state.wrong.isEmpty else { return false }
            // Each order is another text; one is enough for a goal and what is the same without it.
            let prefix = state.kind == .order ? "order \(state.goal)" : state.prefix
            return seen.insert("\(state.task)\u{0}\(prefix)\u{0}\(state.suffixes)\u{0}\(state.right)").inserted
        }
    }

    /// What states are balanced by: their task, and for short orders app and kind of action.
    static func group(_ state: StateRecord) -> String {
        state.kind == .instruction ? "\(state.app)\u{0}\(action(state))" : state.task
    }

    /// The kind of action that is right, as the first words of a candidate tell it.
    public static func action(_ state: StateRecord) -> String {
        guard let right = state.right.first, state.suffixes.indices.contains(right) else { return "" }
        let text = state.suffixes[right].drop { $0 == " " }
        return actions.first { text.hasPrefix($0) } ?? text.split(whereSeparator: \.isWhitespace).first.map(String.init)
            ?? ""
    }

    /// Longer ones before those that begin them.
    private static let actions = [
        "tap switch", "tap checkbox", "tap option", "tap tab", "tap field", "tap", "long press", "type", "clear",
        "scroll", "slide", "draw", "press enter", "remember", "read the", "open app", "go back", "go home", "wait",
        "answer", "done", "give up",
    ]

    /// At most `limit` of some places, drawn so that the smallest groups stay whole and the others are cut to the same number.
    private static func drawn(
        _ places: [Int],
        of states: [StateRecord],
        _ limit: Int?,
        _ random: inout SeededRandom
    ) -> [Int] {
        guard let limit, limit < places.count else { return places }
        var groups: [String: [Int]] = [:]
        for place in places { groups[group(states[place]), default: []].append(place) }
        var queues = groups.keys.sorted().map { groups[$0, default: []].shuffled(using: &random) }
        var out: [Int] = []
        while out.count < limit {
            // Who goes first in a round is drawn, too: the last round is mostly cut short.
            for queue in queues.indices.shuffled(using: &random) where out.count < limit {
                if let place = queues[queue].popLast() { out.append(place) }
            }
        }
        return out
    }
}
