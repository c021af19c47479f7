// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Pages

/// The page and the JSON document that a distillation leaves behind.
public struct DistillationReport: Codable, Sendable {
    public var title: String
    /// What was trained on what, as names and values.
    public var facts: [String: String]
    public var options: DistillationOptions
    public var curve: [DistillationPoint]
    /// On what is held back: cut down without learning, and with it.
    public var before: DistillationQuality
    public var after: DistillationQuality
    public var step: Int
    public var seconds: Double
    public var machine: String
    public var commit: String

    public init(
        title: String,
        facts: [String: String],
        trainer: DistillationTrainer,
        before: DistillationQuality,
        after: DistillationQuality
    ) {
        self.title = title
        self.facts = facts
        options = trainer.options
        curve = trainer.curve
        (self.before, self.after) = (before, after)
        (step, seconds) = (trainer.step, trainer.seconds)
        machine = Machine.description
        commit = BuildInfo.commit
    }

    /// Writes `PATH.json` and `PATH.html`.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public func write(to path: String) throws {
        try FileBytes.write(JSON.pretty(self) + "\n", to: path + ".json")
        try FileBytes.write(html, to: path + ".html")
    }

    /// The self-contained page.
    public var html: String {
        let minutes = String(format: "%.0f min", seconds / 60)
        var page = PageShell(
            title: title,
            subtitle: "\(step) of \(options.steps) steps in \(minutes)"
        )
        page.section("How close it is to the verifier as it was, on what is held back", quality)
        page.section("Share of decisions with the same first choice", plot(\.kept, 0...1))
        page.section("Divergence over candidates, nats", plot(\.divergence, nil))
        page.section("Divergence over the vocabulary, nats", plot(\.textDivergence, nil))
        page.section("What was done", HTML.table(head: ["", ""], rows: rows))
        return page.html
    }

    private var quality: String {
        func row(_ name: String, _ quality: DistillationQuality) -> [String] {
            let ratio = quality.teacherPerplexity > 0 ? quality.studentPerplexity / quality.teacherPerplexity : 0
            return [
                name, "\(quality.decisions)", String(format: "%.1f %%", quality.kept * 100),
                String(format: "%.3f", quality.divergence), "\(quality.tokens)",
                String(format: "%.2f", quality.studentPerplexity), String(format: "%.3f", ratio),
            ]
        }
        return HTML.table(
            head: ["", "decisions", "same choice", "divergence", "tokens", "perplexity", "ratio"],
            rows: [row("without learning", before), row("with it", after)],
            numeric: [1, 2, 3, 4, 5, 6]
        )
    }

    private var rows: [[String]] {
        let (shape, rate) = (options.shape, options.optimizer.rate)
        let cut =
            options.target == .masks
            ? ["left out", String(format: "%.0f %% of all inputs", options.sparsity * 100)]
            : ["rate of weights", "\(options.weightRate), rounded over \(Int(options.ramp * 100)) % of the steps"]
        return facts.sorted { $0.key < $1.key }.map { [$0.key, $0.value] } + [
            cut, ["adapter", "rank \(shape.rank), alpha \(shape.alpha), from block \(shape.firstBlock) on"],
            ["learning rate", "\(rate), \(options.schedule.rawValue), warm-up \(options.warmUp)"],
            ["a step", "\(options.decisions) decisions, \(options.texts) texts of \(options.textTokens) tokens"],
            ["precision", options.precision.rawValue], ["seed", "\(options.seed)"], ["machine", machine],
            ["commit", commit],
        ]
    }

    private func plot(_ figure: KeyPath<DistillationQuality, Double>, _ range: ClosedRange<Double>?) -> String {
        let seen = curve.map { (x: Double($0.step), y: $0.training[keyPath: figure]) }
        let unseen = curve.compactMap { point in
            point.validation.map { (x: Double(point.step), y: $0[keyPath: figure]) }
        }
        var series = [Plot.Series(name: "training", points: seen)]
        if !unseen.isEmpty { series.append(Plot.Series(name: "held back", points: unseen)) }
        return Plot.lines(series, xTitle: "step", yRange: range)
    }
}
