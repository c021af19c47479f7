// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Pages

/// The rounds of a store as one self-contained page.
public enum ReportPage {
    /// The page.
    public static func html(_ store: AnnotationStore) throws -> String {
        let reports = try store.rounds().map { try store.report($0.id) }
        var page = PageShell(
            title: "Joint annotation",
            subtitle: "\(try store.count()) states · \(reports.count) rounds",
            style: style
        )
        if let last = reports.last { page.section("Round \(last.round.id)", latest(last)) }
        if reports.count > 1 { page.section("Rounds", rounds(reports)) }
        if let last = reports.last {
            page.section("Annotators", annotators(last))
            if let calibration = last.round.calibration, !calibration.bins.isEmpty {
                page.section("Calibration", reliability(calibration))
            }
        }
        let gaps = try store.coverageGaps()
        if !gaps.isEmpty {
            let rows = gaps.prefix(200).map { [$0.task, "\($0.step + 1)", $0.goal, $0.note ?? "", $0.annotator] }
            page.section(
                "Where no candidate is right",
                HTML.table(head: ["task", "step", "goal", "what is missing", "annotator"], rows: rows, numeric: [1])
            )
        }
        return page.html
    }

    static func percent(_ share: MeasuredShare) -> String {
        guard let value = share.share else { return "–" }
        return String(format: "%.1f %%", value * 100)
    }

    /// A share with what it is of and where it may lie.
    static func detail(_ share: MeasuredShare) -> String {
        guard share.of > 0 else { return "nothing to tell it by yet" }
        return String(format: "\(share.part) of \(share.of), 95 %%: %.1f to %.1f", share.low * 100, share.high * 100)
    }

    private static func latest(_ report: RoundReport) -> String {
        let calibration = report.round.calibration
        func accuracy(_ value: Double?) -> String { value.map { String(format: "%.1f %%", $0 * 100) } ?? "–" }
        let cards: [(String, String, String)] = [
            ("human share", percent(report.humanShare), "\(report.human) of \(report.items) states"),
            ("right on audit", percent(report.audited), detail(report.audited)),
            (
                "verifier's first choice right", percent(report.sampleTopOne),
                "random sample: \(detail(report.sampleTopOne))"
            ),
            ("pairs in the right order", percent(report.pairwise), "\(report.pairwise.of) pairs"),
            (
                "accuracy before → after",
                "\(accuracy(report.round.accuracyBefore)) → \(accuracy(report.round.accuracyAfter))",
                "as measured by who trains"
            ),
            (
                "accepted from", calibration?.threshold.map { String(format: "%.3f", $0) } ?? "nothing yet",
                calibration.map { String(format: "temperature %.3g, \($0.samples) labels", $0.temperature) }
                    ?? "no verifier"
            ),
        ]
        let shown = cards.map { name, value, more in
            "<div class=\"card fact\"><div class=\"dim\">\(HTML.escape(name))</div><div class=\"value\">"
                + "\(HTML.escape(value))</div><div class=\"dim small\">\(HTML.escape(more))</div></div>"
        }
        var notes = [
            "\(report.accepted) states were accepted without a person; \(report.disputed) are disputed, "
                + "\(report.uncovered) have no right candidate.",
            "The first choice is to go back at \(percent(report.backChosen)) of labelled states, and that is right at "
                + "\(percent(report.backRight)). It would have ended \(report.premature) runs too early.",
        ]
        if report.harmful > 0 {
            notes.append("\(report.harmful) candidates are harmful; \(report.harmfulChosen) of them came first.")
        }
        if let verifier = report.round.options.verifier { notes.append("Verifier \(verifier).") }
        return "<div class=\"facts\">\(shown.joined())</div>"
            + notes.map { "<p class=\"dim\">\(HTML.escape($0))</p>" }.joined()
    }

    private static func rounds(_ reports: [RoundReport]) -> String {
        let table = HTML.table(
            head: [
                "round", "states", "human share", "right on audit", "first choice right, random sample", "before",
                "after", "verifier",
            ],
            rows: reports.map { report in
                func accuracy(_ value: Double?) -> String { value.map { String(format: "%.1f %%", $0 * 100) } ?? "–" }
                return [
                    "\(report.round.id)", "\(report.items)", percent(report.humanShare), percent(report.audited),
                    percent(report.sampleTopOne), accuracy(report.round.accuracyBefore),
                    accuracy(report.round.accuracyAfter),
                    report.round.options.verifier ?? "none",
                ]
            },
            numeric: [1, 2, 3, 4, 5, 6]
        )
        func series(_ name: String, _ value: (RoundReport) -> Double?) -> Plot.Series {
            Plot.Series(name: name, points: reports.compactMap { r in value(r).map { (Double(r.round.id), $0) } })
        }
        let plot = Plot.lines(
            [
                series("human share") { $0.humanShare.share }, series("right on audit") { $0.audited.share },
                series("first choice right, random sample") { $0.sampleTopOne.share },
            ],
            xTitle: "round",
            yRange: 0...1
        )
        return "<div class=\"card\">\(plot)</div>\(table)"
    }

    private static func annotators(_ report: RoundReport) -> String {
        var out = HTML.table(
            head: ["annotator", "labels", "skipped", "undone", "seconds each", "known answers right"],
            rows: report.annotators.map {
                [
                    $0.name, "\($0.labels)", "\($0.skipped)", "\($0.undone)", String(format: "%.1f", $0.medianSeconds),
                    $0.gold.of > 0 ? "\(percent($0.gold)) of \($0.gold.of)" : "–",
                ]
            },
            numeric: [1, 2, 3, 4, 5]
        )
        if !report.agreements.isEmpty {
            out += HTML.table(
                head: ["two annotators", "states", "the same", "Cohen's kappa"],
                rows: report.agreements.map {
                    [
                        "\($0.first), \($0.second)", "\($0.items)", "\($0.same)",
                        $0.kappa.map { String(format: "%.3f", $0) } ?? "–",
                    ]
                },
                numeric: [1, 2, 3]
            )
        }
        return out
    }

    private static func reliability(_ calibration: Calibration) -> String {
        let plot = Plot.lines(
            [
                Plot.Series(name: "states", points: calibration.bins.map { ($0.confidence, $0.accuracy) }),
                Plot.Series(name: "as sure as right", points: [(0, 0), (1, 1)]),
            ],
            xTitle: "confidence",
            yTitle: "accuracy",
            yRange: 0...1
        )
        let text = String(
            format: "Expected calibration error %.3f; %.3f without the temperature.",
            calibration.error,
            calibration.rawError
        )
        return "<div class=\"card\">\(plot)</div><p class=\"dim\">\(text)</p>"
    }

    private static let style = """
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 14px; }
        .fact .value { font-size: 24px; font-weight: 650; font-variant-numeric: tabular-nums; margin: 2px 0; }
        .small { font-size: 13px; } table { margin-top: 14px; }

        """
}
