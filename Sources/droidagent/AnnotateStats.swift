// SPDX-License-Identifier: Apache-2.0

import Annotation
import ArgumentParser
import Base
import Foundation

/// `droidagent annotate stats`: what the rounds came to.
struct AnnotateStats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show what each round came to: human share, precision on audit, annotators, agreement."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var store: StoreOptions
    @Option(help: "Only this round.") var round: Int64?
    @Flag(help: "List the states for which no candidate is right.") var gaps = false
    @Option(help: ArgumentHelp("Write the rounds as a page.", valueName: "file")) var report: String?

    func validate() throws {
        if gaps && (report != nil || round != nil) {
            throw ValidationError("--gaps lists those of all rounds: leave out --round and --report")
        }
    }

    func run() async throws {
        let store = try store.existing()
        if gaps {
            for gap in try store.coverageGaps() {
                try global.emit(gap)
                global.say("\(gap.task) step \(gap.step + 1): \(gap.goal)\(gap.note.map { " — \($0)" } ?? "")")
                global.say(Terminal.dim("  \(gap.origin)"))
            }
            return
        }
        if let report {
            try FileBytes.write(ReportPage.html(store), to: report, mode: 0o600)
            global.say("report: \(report)")
        }
        let rounds = try round.map { [$0] } ?? store.rounds().map(\.id)
        for id in rounds {
            let report = try store.report(id)
            try global.emit(report)
            show(report)
        }
        let count = try store.count()
        if rounds.isEmpty { global.say("\(count) states, and no round yet: droidagent annotate") }
    }

    private func show(_ report: RoundReport) {
        func line(_ name: String, _ share: MeasuredShare) {
            guard let value = share.share else { return }
            let text = String(
                format: "%.1f %% of %d (95 %% interval %.1f to %.1f)",
                value * 100,
                share.of,
                share.low * 100,
                share.high * 100
            )
            global.say("  \(name.padding(toLength: 30, withPad: " ", startingAt: 0)) \(text)")
        }
        let verifier = report.round.options.verifier ?? "no verifier"
        global.say(Terminal.bold("Round \(report.round.id)") + "  \(verifier)")
        global.say("  \(report.items) states: \(report.human) by a person, \(report.accepted) accepted")
        if let threshold = report.round.calibration?.threshold {
            global.say(String(format: "  accepted from a confidence of %.3f", threshold))
        }
        line("human share", report.humanShare)
        line("right on audit", report.audited)
        line("first choice right, labelled", report.topOne)
        line("the same, random sample", report.sampleTopOne)
        line("pairs in the right order", report.pairwise)
        for (name, value) in [
            ("accuracy before", report.round.accuracyBefore), ("accuracy after", report.round.accuracyAfter),
        ] {
            if let value { global.say(String(format: "  \(name): %.1f %%", value * 100)) }
        }
        for one in report.annotators {
            let gold = one.gold.share.map {
                String(format: ", %.0f %% of %d known answers right", $0 * 100, one.gold.of)
            }
            global.say(
                "  \(one.name): \(one.labels) labels, \(one.skipped) skipped, \(one.undone) taken back, "
                    + String(format: "%.1f s each", one.medianSeconds) + (gold ?? "")
            )
        }
        for pair in report.agreements {
            let kappa = pair.kappa.map { String(format: ", kappa %.3f", $0) } ?? ""
            global.say("  \(pair.first) and \(pair.second): the same on \(pair.same) of \(pair.items)\(kappa)")
        }
    }
}
