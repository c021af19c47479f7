// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Cuts connections after so many packets or bytes, as the console's `fault disconnect` asks for.
///
/// Each connection asks for every packet, in either direction, before it passes.
final class TransportFaults: Sendable {
    /// What ends a connection.
    struct Cut: Sendable, Equatable {
        enum Unit: String, Sendable { case packets, bytes }
        var after: Int
        var unit: Unit
        /// Every connection is cut, each after its own count; otherwise the first that gets there, and no other.
        var each: Bool
    }

    private struct State {
        var cut: Cut?
        /// Goes up with every `set`, so that counts begin anew.
        var round = 0
    }

    private let state = Mutex(State())

    /// What is set; nil where connections last.
    var cut: Cut? { state.withLock { $0.cut } }

    /// Begins to count on every connection, those that are open included; nil lets them last.
    func set(_ cut: Cut?) {
        state.withLock { state in
            state.cut = cut
            state.round += 1
        }
    }

    /// The counter of one connection: told a packet's size, header included, it gives how many of its bytes still
    /// pass before the connection ends; nil where all pass and the connection goes on.
    func counter() -> (Int) -> Int? {
        var round = -1
        var seen = 0
        var isOver = false
        return { [self] size in
            if isOver { return 0 }
            return state.withLock { state in
                guard let cut = state.cut else { return nil }
                if round != state.round { (round, seen) = (state.round, 0) }
                let before = seen
                seen += cut.unit == .packets ? 1 : size
                guard seen >= cut.after else { return nil }
                isOver = true
                if !cut.each { state.cut = nil }
                switch cut.unit {
                case .packets: return cut.after == 0 ? 0 : size
                case .bytes: return max(0, min(size, cut.after - before))
                }
            }
        }
    }
}
