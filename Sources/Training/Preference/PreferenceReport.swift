// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Pages

/// The page and the JSON document that a training from preferences leaves behind.
public struct PreferenceReport: Codable, Sendable {
    public var title: String
    /// What was trained on what, as names and values.
    public var facts: [String: String]
    public var options: PreferenceOptions
    public var curve: [PreferencePoint]
    public var step: Int
    public var steps: Int
    public var seconds: Double
    public var machine: String
    public var commit: String

    public init(title: String, facts: [String: String], trainer: PreferenceTrainer) {
        self.title = title
        self.facts = facts
        options = trainer.options
        curve = trainer.curve
        (step, steps, seconds) = (trainer.step, trainer.totalSteps, trainer.seconds)
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
        var page = PageShell(title: title, subtitle: "\(step) of \(steps) steps in \(minutes)")
        page.section("How well it ranks", quality)
        page.section("Share of decisions with a right candidate on top", plot(\.topOne, 0...1))
        page.section("Share of pairs in order", plot(\.pairs, 0...1))
        page.section("Loss", plot(\.loss, nil))
        page.section("What was done", HTML.table(head: ["", ""], rows: rows))
        return page.html
    }

    private var rows: [[String]] {
        let shape = options.shape
        let optimizer = options.optimizer
        return facts.sorted { $0.key < $1.key }.map { [$0.key, $0.value] } + [
            ["adapter", "rank \(shape.rank), alpha \(shape.alpha)"],
            ["loss", "\(options.objective.loss.rawValue), margin \(options.objective.margin)"],
            ["rivals", options.objective.rivals == 0 ? "all" : "\(options.objective.rivals) with the highest scores"],
            ["learning rate", "\(optimizer.rate), \(options.schedule.rawValue), warm-up \(options.warmUp)"],
            [
                "left out of the way back",
                options.skipBelow == 0 ? "nothing" : "states with a loss below \(options.skipBelow)",
            ],
            ["head", "\(options.headFactor) times the rate"], ["epochs", "\(options.epochs)"],
            ["states a step", "\(options.batch)"], ["precision", options.precision.rawValue],
            ["seed", "\(options.seed)"], ["machine", machine], ["commit", commit],
        ]
    }

    private var quality: String {
        func row(_ name: String, _ quality: RankingQuality?) -> [String]? {
            guard let quality else { return nil }
            return [
                name, "\(quality.states)", percent(quality.topOne), percent(quality.pairs),
                String(format: "%.3g", quality.loss), percent(quality.skipped),
            ]
        }
        let rows = [
            row("training, since the point before", curve.last?.training),
            row("held back", curve.last { $0.validation != nil }?.validation),
        ]
        return HTML.table(
            head: ["decisions", "number", "right on top", "pairs in order", "loss", "left out of the way back"],
            rows: rows.compactMap(\.self),
            numeric: [1, 2, 3, 4, 5]
        )
    }

    private func plot(_ figure: KeyPath<RankingQuality, Double>, _ range: ClosedRange<Double>?) -> String {
        let seen = curve.map { (x: Double($0.step), y: $0.training[keyPath: figure]) }
        let unseen = curve.compactMap { point in
            point.validation.map { (x: Double(point.step), y: $0[keyPath: figure]) }
        }
        var series = [Plot.Series(name: "training", points: seen)]
        if !unseen.isEmpty { series.append(Plot.Series(name: "held back", points: unseen)) }
        return Plot.lines(series, xTitle: "step", yRange: range)
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
