// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A progress bar with rate and time left on standard error.
///
/// On a terminal it shows itself when the work takes longer than two seconds; elsewhere, as in a log, it writes a line a minute.
public final class ProgressBar {
    private let label: String
    private let total: Double
    private let unit: String
    private let isShown: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    /// What was done before, as in a training that goes on, says nothing about the rate.
    private var before: Int?
    private var start = ContinuousClock.now
    private var lastDrawn = ContinuousClock.now
    private var drawn = false

    /// - Parameters:
    ///   - label: what is being done.
    ///   - total: how much there is to do, in `unit`s.
    ///   - unit: what is counted, such as `MB`.
    ///   - isEnabled: false keeps it silent whatever standard error is.
    public init(_ label: String, total: Int, unit: String, isEnabled: Bool = true) {
        self.label = label
        self.total = Double(max(total, 1))
        self.unit = unit
        isShown = isEnabled
    }

    /// Says how much is done; draws at most ten times a second, and writes at most a line a minute.
    public func update(_ done: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard let before else {
            (before, start) = (done, now)
            return
        }
        let pause = isTerminal ? Duration.milliseconds(100) : .seconds(60)
        guard now - start > .seconds(2), now - lastDrawn > pause else { return }
        lastDrawn = now
        let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
        let rate = Double(done - before) / seconds
        let left = rate > 0 ? Int((total - Double(done)) / rate) : 0
        let percent = Int(Double(done) / total * 100)
        guard isTerminal else {
            return StandardError.write("\(label): \(percent) %, \(left / 60) min \(left % 60) s left\n")
        }
        drawn = true
        let filled = min(24, Int(Double(done) / total * 24))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        let shownRate = rate >= 10 ? "\(Int(rate))" : "\((rate * 10).rounded() / 10)"
        let line =
            "\r\u{1B}[2K\(label) \(bar) \(percent) %  \(shownRate) \(unit)/s  \(left / 60) min \(left % 60) s left"
        StandardError.write(line)
    }

    /// Takes the bar away.
    public func finish() {
        if drawn { StandardError.write("\r\u{1B}[2K") }
        drawn = false
    }
}
