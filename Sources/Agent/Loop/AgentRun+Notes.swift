// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

extension AgentRun {
    /// The screen once it has settled, with what its pictures say.
    func look(after previous: String?) async throws -> ScreenState {
        let screen = try await loop.settle.settled(after: previous).state
        return try await mind?.read(screen, device: loop.device) ?? screen
    }

    /// Writes down what an element says. What was written is told.
    mutating func remember(_ id: Int, on screen: ScreenState) -> String {
        let tables = ListReading.tables(ofElement: id, on: screen)
        guard let last = tables.last else { return "nothing to note" }
        mind?.notes.remember(tables)
        return Self.noted(last.rows.count)
    }

    static func noted(_ rows: Int) -> String { "noted \(rows) \(rows == 1 ? "line" : "lines")" }

    /// Reads a list to its end, or as far as the budget goes, and writes its rows down.
    ///
    /// - Returns: the screen that it ended on, the scrolls that were sent, and what was written, in words.
    mutating func readList(
        _ id: Int,
        on screen: ScreenState,
        timings: inout StepTimings
    ) async throws -> (ScreenState, Int, String) {
        var reading = ListReading(list: id, on: screen, isUntouched: !scrolled.contains(screen.package))
        var current = screen
        var sent = 0
        while case .scroll(let direction) = reading.add(current), spent + sent < loop.options.maxSteps - 1 {
            guard let list = reading.scroller else { break }
            current = try await carryOut(.scroll(list, direction), on: current, timings: &timings)
            sent += 1
            scrolled.insert(screen.package)
        }
        mind?.notes.add(reading.table)
        return (current, sent, Self.noted(reading.table.rows.count) + (reading.table.isComplete ? "" : " so far"))
    }
}
