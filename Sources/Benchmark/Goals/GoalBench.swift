// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Glibc

/// How long goals take to be read: those of a suite, and texts that nobody would write.
public struct GoalBench {
    /// Hostile texts that are read, and the seed that they are drawn from.
    public var texts = 100_000
    public var seed: UInt64 = 20_231_015

    public init() {}

    /// No goal may take longer, in seconds.
    static let limit = 0.001

    /// Reads every text once, on one thread, and counts the processor's time of that thread alone: what else the machine does is not
    /// the parser's.
    ///
    /// - Throws: `DroidError` of the suite, or from `emit`.
    public func run(_ suite: TaskSuite, emit: (MeasurementRow) throws -> Void) throws {
        let goals = try suite.templates.flatMap { template in
            try (UInt64(0)..<5).map { try TaskInstance(template, seed: $0).goal }
        }
        guard let now = DeviceMoment("2023-10-15 15:34:00") else { return }
        try report("goal.\(suite.name)", goals.map { Self.seconds($0, now) }, emit)
        var hostile = HostileTexts(seed: seed, goals: goals)
        var times: [Double] = []
        times.reserveCapacity(texts)
        for _ in 0..<texts { times.append(Self.seconds(hostile.next(), now)) }
        try report("goal.hostile", times, emit)
    }

    private func report(_ name: String, _ times: [Double], _ emit: (MeasurementRow) throws -> Void) throws {
        let mean = times.reduce(0, +) / Double(max(times.count, 1))
        let command = "droidagent bench goals --texts \(texts)"
        let rows: [(String, Double, String, Double?)] = [
            ("mean_seconds", mean, "s", nil),
            ("p999_seconds", DecisionSizes.quantile(times, 0.999) ?? 0, "s", Self.limit),
            ("worst_seconds", times.max() ?? 0, "s", Self.limit),
            ("over_limit", Double(times.count { $0 > Self.limit }), "texts", nil),
        ]
        for (kind, value, unit, floor) in rows {
            try emit(MeasurementRow(name: "\(name).\(kind)", value: value, unit: unit, floor: floor, command: command))
        }
    }

    /// Seconds of this thread on a processor that reading a text takes.
    private static func seconds(_ text: String, _ now: DeviceMoment) -> Double {
        func clock() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = clock()
        let state = GoalState(text, now: now)
        let end = clock()
        precondition(!state.readings.isEmpty)
        return end - start
    }
}
