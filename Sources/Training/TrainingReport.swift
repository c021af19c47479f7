// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Pages

/// The page and the JSON document that a training leaves behind.
public struct TrainingReport: Codable, Sendable {
    /// A named set of decisions and how the head does on it.
    public struct Part: Codable, Sendable {
        public var name: String
        public var quality: HeadQuality

        public init(name: String, quality: HeadQuality) {
            self.name = name
            self.quality = quality
        }
    }

    public var title: String
    /// What was trained on what, as names and values.
    public var facts: [String: String]
    public var options: PairwiseOptions
    public var curve: [TrainingPoint]
    public var bestStep: Int
    public var seconds: Double
    public var parts: [Part]
    public var machine: String
    public var commit: String

    public init(
        title: String,
        facts: [String: String],
        options: PairwiseOptions,
        head: RankingHead,
        parts: [Part]
    ) {
        self.title = title
        self.facts = facts
        self.options = options
        curve = head.curve
        bestStep = head.bestStep
        seconds = head.seconds
        self.parts = parts
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
        var page = PageShell(
            title: title,
            subtitle: "\(curve.count) steps in \(number(seconds)) s, best at step \(bestStep)"
        )
        page.section("How well it ranks", quality)
        page.section(
            "Share of decisions with a right candidate on top",
            plot(\.trainingTopOne, \.validationTopOne, 0...1)
        )
        page.section("Pair loss", plot(\.trainingLoss, \.validationLoss, nil))
        let rows =
            facts.sorted { $0.key < $1.key }.map { [$0.key, $0.value] } + [
                ["l2", "\(options.l2)"], ["steps at most", "\(options.maxSteps)"], ["patience", "\(options.patience)"],
                ["seed", "\(options.seed)"], ["validation share", "\(options.validationShare)"], ["machine", machine],
                ["commit", commit],
            ]
        page.section("What was done", HTML.table(head: ["", ""], rows: rows))
        return page.html
    }

    private var quality: String {
        let rows = parts.map { part in
            [
                part.name, "\(part.quality.groups)", percent(part.quality.topOne), percent(part.quality.pairAccuracy),
                number(part.quality.loss),
            ]
        }
        return HTML.table(
            head: ["decisions", "number", "right on top", "pairs in order", "loss"],
            rows: rows,
            numeric: [1, 2, 3, 4]
        )
    }

    private func plot(
        _ training: KeyPath<TrainingPoint, Double>,
        _ validation: KeyPath<TrainingPoint, Double?>,
        _ range: ClosedRange<Double>?
    ) -> String {
        let seen = curve.map { (x: Double($0.step), y: $0[keyPath: training]) }
        let unseen = curve.compactMap { point in point[keyPath: validation].map { (x: Double(point.step), y: $0) } }
        var series = [Plot.Series(name: "training", points: seen)]
        if !unseen.isEmpty { series.append(Plot.Series(name: "validation", points: unseen)) }
        return Plot.lines(series, xTitle: "step", yRange: range)
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
    private func number(_ value: Double) -> String { String(format: "%.3g", value) }
}
