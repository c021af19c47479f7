// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// The engine's own clock: what the verb `model bench` prints.
///
/// Whoever is compared does the same job in turn, so that what else the machine does meets all of them; the median of the
/// runs counts. A peer runs on the file itself and on what it makes of it in other types, and a row names the best of those.
public final class EngineBench {
    /// What can be measured by itself.
    public enum Section: String, CaseIterable, Sendable {
        /// A prompt of 512 tokens, and 288 tokens behind 600.
        case prompt
        /// One token after the other.
        case decode
        /// One decision with an adapter, all new and with parts of it cached.
        case decision
        /// The same with a neighbour that takes a core for itself.
        case busy
        /// A prompt on the second model.
        case second
        /// Keys and values in 4 bits behind a long text.
        case kv
        /// Bits of a kept value.
        case bits
        /// How far the predictions are from those in floats.
        case quality

        /// Those that take minutes: they run when they are named.
        public var isLong: Bool { self == .kv }
    }

    /// What is measured, and against whom.
    public struct Plan {
        /// The model's file.
        public var path: String
        public var precision = Precision.integer
        /// Whether the same file is measured in floats as well.
        public var floats = true
        /// A model whose prompt is measured as well, and the name of its rows.
        public var second: (name: String, path: String)?
        /// The adapter of a decision; a row says what it is.
        public var adapter: LanguageModel.AdapterChoice?
        public var adapterNote: String?
        /// A text to compare predictions on; without one there are no rows of quality.
        public var text: String?
        /// Tokens that are there when keys and values are measured.
        public var depth = 8192
        public var threads: Int
        public var repeats = 3
        /// Digest of the model that the floors and goals are meant for; rows of others have none.
        public var shipped: String?
        /// The command that prints the rows again, without its `--rows`.
        public var command: String
        /// Starts a peer; nil where there is none.
        public var peer: (EnginePeerSetting) throws -> (any EnginePeer)? = { _ in nil }
        /// Told what is measured next.
        public var progress: (String) -> Void = { _ in }

        public init(path: String, threads: Int, command: String) {
            (self.path, self.threads, self.command) = (path, threads, command)
        }
    }

    let plan: Plan
    let model: LanguageModel
    private let report: (EngineRow) throws -> Void
    private(set) var section = Section.prompt

    /// Reads the model.
    ///
    /// - Parameter report: takes each row as soon as it is known.
    /// - Throws: as `LanguageModel.load`.
    public init(_ plan: Plan, report: @escaping (EngineRow) throws -> Void) throws {
        self.plan = plan
        self.report = report
        model = try LanguageModel.load(plan.path, threads: plan.threads, precision: plan.precision)
    }

    /// Measures, one section after the other.
    ///
    /// - Throws: `DroidError` of the engine, or what a peer or `report` throws.
    public func run(_ sections: [Section]) throws {
        for section in sections {
            self.section = section
            switch section {
            case .prompt: try prompt()
            case .decode: try decode()
            case .decision: try decision()
            case .busy: try busy()
            case .second: try second()
            case .kv: try keyValues()
            case .bits: try bits()
            case .quality: try quality()
            }
        }
    }

    // MARK: - For the sections

    /// Times a job: each contestant once to warm up, then all in turn. Gives their medians. Between two there is a pause, since the
    /// threads of a pool look out for more work for a while after its last, and would take a core from the next contestant.
    func race(_ job: EngineJob, _ contestants: [any EngineContestant], what: String) throws -> [Double] {
        var seconds = [[Double]](repeating: [], count: contestants.count)
        for round in 0...plan.repeats {
            plan.progress("\(what): \(round == 0 ? "warming up" : "run \(round) of \(plan.repeats)")")
            for (index, contestant) in contestants.enumerated() {
                if contestants.count > 1 { usleep(EngineBench.pause) }
                let taken = try contestant.seconds(job)
                if round > 0 { seconds[index].append(taken) }
            }
        }
        return seconds.map { EngineBench.median($0) }
    }

    /// Microseconds; threads of llama.cpp look out for up to some 100 ms.
    private static let pause: UInt32 = 250_000

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The types that a peer's weights are tried in beside the file's own.
    static let peerTypes = ["Q4_0", "Q8_0"]

    /// A peer on a file as it is, and on what it makes of it.
    func peers(_ path: String, adapter: String? = nil) throws -> [any EnginePeer] {
        try ([nil] + EngineBench.peerTypes.map { $0 }).compactMap { (type: String?) in
            plan.progress("starting a peer" + (type.map { " on \($0)" } ?? ""))
            var setting = EnginePeerSetting(path, type: type)
            setting.adapter = adapter
            return try plan.peer(setting)
        }
    }

    /// What is asked of a figure.
    struct Demand {
        var floor: Double?
        var goal: Double?
        var lowerIsBetter = false

        static let none = Demand()
    }

    /// Reports a row; floors and goals are those of the shipped model, except for what `isGeneral`.
    func add(
        _ name: String,
        _ value: Double,
        _ unit: String,
        peer: (name: String, value: Double)? = nil,
        _ demand: Demand = .none,
        isGeneral: Bool = false,
        note: String? = nil
    ) throws {
        let isMeant =
            isGeneral || plan.shipped == nil || (plan.shipped == model.sha256 && plan.precision == .integer)
        var row = MeasurementRow(
            name: "engine.\(name)",
            value: value,
            unit: unit,
            peer: peer?.name,
            peerValue: peer?.value,
            floor: isMeant ? demand.floor : nil,
            goal: isMeant ? demand.goal : nil,
            command: "\(plan.command) --rows \(section.rawValue)"
        )
        row.note = note
        try report(EngineRow(row: row, lowerIsBetter: demand.lowerIsBetter))
    }

    /// A ratio: how many times the peer's speed it is.
    func ratio(_ name: String, _ value: Double, to peer: String, _ demand: Demand = .none, note: String? = nil) throws {
        try add("\(name).ratio", value, "x", peer: (peer, 1), demand, note: note)
    }

    /// The fastest of some contestants, given their times; nil when there are none.
    func best(_ contestants: [any EngineContestant], _ seconds: [Double]) -> (name: String, seconds: Double)? {
        zip(contestants, seconds).min { $0.1 < $1.1 }.map { ($0.0.name, $0.1) }
    }

    /// Rows of a speed in tokens a second: our own with the best peer beside it, the ratio to that, and the one to the peer
    /// on the file as it is. The first contestant is our own.
    func speed(
        _ name: String,
        tokens: Double,
        _ contestants: [any EngineContestant],
        _ seconds: [Double],
        _ demand: Demand,
        ratio: Demand,
        fileRatio: Demand = .none,
        note: String? = nil
    ) throws {
        let (peers, times) = (Array(contestants.dropFirst()), Array(seconds.dropFirst()))
        let best = best(peers, times)
        let rate = tokens / seconds[0]
        let beside = best.map { ($0.name, tokens / $0.seconds) }
        try add("\(name).tokens_per_second", rate, "tokens/s", peer: beside, demand, note: note)
        guard let best else { return }
        try self.ratio(name, best.seconds / seconds[0], to: best.name, ratio, note: note)
        try self.ratio("\(name).file", times[0] / seconds[0], to: peers[0].name, fileRatio, note: note)
    }
}
