// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// The clock of the ternary kernels: what the verb `model ternary` prints.
///
/// Kernels are timed by the clock of the thread that runs them, so that what else the machine does costs them little; the
/// best of the runs counts. A file is raced with a peer by the wall, and medians count.
public struct TernaryBench {
    public var threads: Int
    public var repeats: Int
    /// The command that prints the rows again.
    public var command: String
    let report: (EngineRow) throws -> Void

    /// - Parameter report: takes each row as soon as it is known.
    public init(threads: Int, repeats: Int, command: String, report: @escaping (EngineRow) throws -> Void) {
        (self.threads, self.repeats, self.command, self.report) = (threads, max(repeats, 1), command, report)
    }

    private func add(
        _ name: String,
        _ value: Double,
        _ unit: String,
        peer: (name: String, value: Double)? = nil,
        floor: Double? = nil,
        goal: Double? = nil,
        note: String? = nil
    ) throws {
        var row = MeasurementRow(
            name: "engine.ternary.\(name)",
            value: value,
            unit: unit,
            peer: peer?.name,
            peerValue: peer?.value,
            floor: floor,
            goal: goal,
            command: command
        )
        row.note = note
        try report(EngineRow(row: row, lowerIsBetter: false))
    }

    /// The least that some works take in this many rounds, each in turn.
    private func best(_ works: [() -> Double]) -> [Double] {
        var least = [Double](repeating: .infinity, count: works.count)
        for _ in 0...repeats {
            for (index, work) in works.enumerated() { least[index] = min(least[index], work()) }
        }
        return least
    }

    // MARK: - Kernels

    /// Measures the kernels alone, on the shapes of BitNet b1.58 2B: many rows on one core, one row on all cores from
    /// memory, and the same weights as tables and with five in a byte. The peer is Bitnet.cpp's loop over I2_S, written anew.
    ///
    /// - Throws: `DroidError` with code `model.memory`, or what `report` throws.
    public func kernels() throws {
        for (depth, outputs) in [(2560, 6912), (6912, 2560), (2560, 2560)] { try manyRows(depth, outputs) }
        try oneRow()
        try otherForms()
    }

    private static let loop = "the I2_S loop"

    private func manyRows(_ depth: Int, _ outputs: Int) throws {
        let work = try TernaryWork(depth: depth, outputs: outputs, rows: 384)
        let operations = 2 * Double(work.rows) * Double(depth) * Double(outputs)
        let times = best([{ timed(work.multiply) }, { timed(work.peer) }])
        let peak = (0..<3).map { _ in dk_integer_peak(0) }.max() ?? 0
        let (own, other) = (operations / times[0] * 1e-9, operations / times[1] * 1e-9)
        let name = "rows384.\(depth)x\(outputs)"
        try add(
            "\(name).gops_per_core",
            own,
            "GOPS",
            peer: (TernaryBench.loop, other),
            floor: 390,
            goal: 440,
            note: "rounding of the activations included"
        )
        if peak > 0 { try add("\(name).peak_share", own / peak, "of \(Int(peak)) GOPS") }
    }

    private func oneRow() throws {
        // More than the caches hold.
        let work = try TernaryWork(depth: 2560, outputs: 6912 * 16, rows: 1)
        let pool = try ThreadPool(threads: threads)
        let parts = 64
        func all(_ body: (Range<Int>) -> Void) -> Double {
            let seconds = (0..<parts).map { _ in Seconds() }
            pool.run(parts) { index, _ in
                let panels = (work.panels * index / parts)..<(work.panels * (index + 1) / parts)
                seconds[index].value = timed { body(panels) }
            }
            return seconds.reduce(0) { $0 + $1.value }
        }
        let times = best([{ all(work.multiply) }, { all(work.peer) }, { all(work.read) }])
        let weights = Double(work.depth * work.outputs) * 1e-9
        let (own, other) = (weights / times[0], weights / times[1])
        try add(
            "one_row.gweights_per_core",
            own,
            "Gweights/s",
            peer: (TernaryBench.loop, other),
            floor: 110,
            goal: 125,
            note: "\(work.bytes >> 20) MiB from memory, \(threads) cores busy"
        )
        try add(
            "one_row.memory_share",
            times[2] / times[0],
            "of \(Int(Double(work.bytes) / times[2] * 1e-9)) GB/s",
            note: "of what a core reads when it does nothing else, with all cores busy"
        )
    }

    private func otherForms() throws {
        let work = try TernaryWork(depth: 2560, outputs: 6912, rows: 1)
        let (first, second) = (try work.tables(DK_TL1), try work.tables(DK_TL2))
        let folded = try work.folded()
        let times = best([
            { timed(work.multiply) }, { timed { work.lookUp(DK_TL1, first) } },
            { timed { work.lookUp(DK_TL2, second) } },
            { timed { work.unfold(folded) } },
        ])
        let weights = Double(work.depth * work.outputs) * 1e-9
        try add("one_row_cached.gweights_per_core", weights / times[0], "Gweights/s")
        let products = ("products", weights / times[0])
        try add("tl1.gweights_per_core", weights / times[1], "Gweights/s", peer: products, note: "2 bits a weight")
        try add("tl2.gweights_per_core", weights / times[2], "Gweights/s", peer: products, note: "1.67 bits a weight")
        let bits = Double(dk_folded_bytes(Int64(work.depth))) * 8 / Double(work.depth * lanes)
        try add("five_trits.gweights_per_core", weights / times[3], "Gweights/s", note: "back to 2 bits a weight")
        try add("five_trits.bits", bits, "bits/weight")
    }

    // MARK: - A file

    /// Races the engine with a peer on a ternary file: a prompt of 512 tokens, and one token after the other.
    ///
    /// - Parameter peer: starts the peer; gives nil where there is none.
    /// - Throws: as `LanguageModel.load`, or what the peer or `report` throws.
    public func file(_ path: String, peer: (EnginePeerSetting) throws -> (any EnginePeer)?) throws {
        let model = try LanguageModel.load(path, threads: threads)
        let other = try peer(EnginePeerSetting(path))
        let runner = try EngineRunner(model, threads: threads)
        let contestants: [any EngineContestant] = [runner] + (other.map { [$0] } ?? [])
        let jobs: [(name: String, job: EngineJob, tokens: Double, floor: Double, goal: Double)] = [
            ("prompt512", .prompt(512), 512, 2.8, 3.3), ("one_token", .decode(32, depth: 16), 32, 2.3, 3.2),
        ]
        for (name, job, tokens, floor, goal) in jobs {
            var seconds = [[Double]](repeating: [], count: contestants.count)
            for round in 0...repeats {
                for (index, contestant) in contestants.enumerated() {
                    let taken = try contestant.seconds(job)
                    if round > 0 { seconds[index].append(taken) }
                }
            }
            let medians = seconds.map { EngineBench.median($0) }
            let beside = medians.dropFirst().first.flatMap { time in other.map { ($0.name, tokens / time) } }
            try add("file.\(name).tokens_per_second", tokens / medians[0], "tokens/s", peer: beside)
            if let beside {
                let ratio = tokens / medians[0] / beside.1
                try add("file.\(name).ratio", ratio, "x", peer: (beside.0, 1), floor: floor, goal: goal)
            }
        }
        try add("file.prompt512.gops_per_core", runner.gopsPerCore, "GOPS")
    }
}

/// Seconds that this thread works.
private func timed(_ body: () -> Void) -> Double {
    let start = threadSeconds()
    body()
    return threadSeconds() - start
}

/// A number that the task of a pool leaves behind.
// Sendable: one task writes it, and it is read when the job is done.
private final class Seconds: @unchecked Sendable {
    var value = 0.0
}
