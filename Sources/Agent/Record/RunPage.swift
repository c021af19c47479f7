// SPDX-License-Identifier: Apache-2.0

import Base
import Media
import Pages
import Screen

/// A run as one self-contained HTML page: verdict and proof, then each step with its screen, the chosen element
/// outlined, the best candidates with their shares, and where the time went.
public enum RunPage {
    /// Pictures are shown this wide, in pixels; they are embedded twice as wide at most.
    static let pictureWidth = 270
    /// Candidates shown of each step; the rest is folded away.
    static let shownCandidates = 8

    /// The page of a run folder.
    ///
    /// - Throws: as `RunRecord.load` does. A picture that cannot be read is left out.
    public static func html(folder: String) throws -> String { html(try RunRecord.load(folder)) }

    /// The page of a run.
    public static func html(_ run: RunRecord) -> String {
        var page = PageShell(
            title: run.header.goal,
            subtitle: "\(run.header.agent) on \(run.header.device) · \(run.header.started) · \(run.header.program)",
            style: style
        )
        page.body += summary(run)
        if let proof = run.header.ending?.answerProof {
            page.section("How the answer was found", answerTable(proof))
        }
        if let proof = run.header.ending?.proof { page.section("What changed on the device", proofTable(proof)) }
        if !run.steps.isEmpty {
            page.section("Steps", run.steps.map(step).joined(separator: "\n"))
        }
        page.section("Where the time went", times(run))
        if let path = run.finalPNGPath, let picture = picture(path, boxes: []) {
            page.section("The last screen", "<div class=\"final\">\(picture)</div>")
        }
        page.body += "<footer>\(HTML.escape(identity(run.header)))</footer>"
        return page.html
    }

    // MARK: - Head

    private static func summary(_ run: RunRecord) -> String {
        let ending = run.header.ending
        let verdict = ending?.verdict.rawValue ?? "broke off"
        let mood = ending?.verdict == .done ? "good" : "bad"
        var facts: [(String, String)] = [
            ("steps", String(ending?.steps ?? run.steps.count)),
            ("seconds", ending.map { Plot.label($0.seconds) } ?? "–"),
            ("the agent said", ending?.said.rawValue ?? "nothing"),
        ]
        if let answer = ending?.answer { facts.append(("answer", answer)) }
        let cells = facts.map { name, value in
            "<div><div class=\"value\">\(HTML.escape(value))</div><div class=\"dim\">\(HTML.escape(name))</div></div>"
        }
        let reason = ending?.reason.map { "<p>\(HTML.escape($0))</p>" } ?? ""
        return "<div class=\"card summary\"><div class=\"verdict \(mood)\">\(HTML.escape(verdict))</div>"
            + cells.joined() + "</div>\(reason)\n"
    }

    /// The program that found the answer, over the rows that it was made of.
    private static func answerTable(_ proof: AnswerProof) -> String {
        let shown = proof.rows.prefix(100)
        var out = "<p>\(HTML.escape(proof.program))</p>" + HTML.table(head: proof.columns, rows: Array(shown))
        if proof.rows.count > shown.count { out += "<p class=\"dim\">and \(proof.rows.count - shown.count) more</p>" }
        return "<div class=\"card\">\(out)</div>"
    }

    private static func proofTable(_ proof: FactsDifference) -> String {
        var out = ""
        if proof.changes.isEmpty {
            out += "<p class=\"dim\">Nothing that is watched has changed.</p>"
        } else {
            let shown = proof.changes.prefix(100)
            out += HTML.table(
                head: ["where", "what", "before", "after"],
                rows: shown.map { [$0.section, $0.key, $0.before ?? "–", $0.after ?? "gone"] }
            )
            if proof.changes.count > shown.count {
                out += "<p class=\"dim\">and \(proof.changes.count - shown.count) more</p>"
            }
        }
        for (name, reason) in proof.unread.sorted(by: { $0.key < $1.key }) {
            out += "<p class=\"dim\">\(HTML.escape(name)) could not be read: \(HTML.escape(reason))</p>"
        }
        return "<div class=\"card\">\(out)</div>"
    }

    // MARK: - Steps

    private static func step(_ step: RunRecord.Step) -> String {
        let number = step.number + 1
        guard let record = step.record else {
            let shown = step.pngPath.flatMap { picture($0, boxes: []) } ?? ""
            return "<article class=\"card step\"><div class=\"screen\">\(shown)</div><div>"
                + "<h3>\(number). The run broke off here</h3></div></article>"
        }
        let chosen = record.candidates.indices.contains(record.chosen) ? record.candidates[record.chosen] : nil
        let boxes = chosen?.bounds.map { [BoxDrawing.Box(bounds: $0, number: number, isChosen: true)] } ?? []
        let shown = step.pngPath.flatMap { picture($0, boxes: boxes) } ?? "<p class=\"dim\">no picture</p>"
        var out = "<article class=\"card step\"><div class=\"screen\">\(shown)</div><div>"
        out += "<h3>\(number). \(HTML.escape(record.words))</h3>"
        var facts = [
            "score \(Plot.label(chosen?.score ?? 0))", "margin \(Plot.label(record.margin))",
            "\(record.candidates.count) candidates", "\(Plot.label(record.timings.total)) s",
            "\(record.promptTokens) prompt tokens, \(record.reusedTokens) reused",
        ]
        if let fill = record.filled { facts.append("text by \(fill.rule)") }
        out += "<p class=\"dim\">\(HTML.escape(facts.joined(separator: " · ")))</p>"
        if let noted = record.noted {
            let scrolls = record.deviceActions.map { " with \($0) \($0 == 1 ? "scroll" : "scrolls")" } ?? ""
            out += "<p class=\"dim\">\(HTML.escape(noted + scrolls))</p>"
        }
        if let offered = record.offered, !offered.isEmpty {
            let rows = offered.map { [$0.text == record.filled?.text ? "•" : "", $0.text, $0.source] }
            out +=
                "<details><summary>texts that were offered, the best by rule first</summary>"
                + HTML.table(head: ["", "text", "from"], rows: rows) + "</details>"
        }
        if let outcome = record.outcome { out += "<p class=\"dim\">\(HTML.escape(words(outcome)))</p>" }
        let ranked = record.ranking.filter(record.candidates.indices.contains)
        out += ranked.prefix(shownCandidates).map { row(record, $0) }.joined()
        let rest = ranked.dropFirst(shownCandidates)
        if !rest.isEmpty {
            out +=
                "<details><summary>\(rest.count) more candidates</summary>"
                + rest.map { row(record, $0) }.joined() + "</details>"
        }
        out += "<details><summary>prompt</summary><pre>\(HTML.escape(record.prefix))</pre></details>"
        return out + "</div></article>"
    }

    private static func row(_ record: StepRecord, _ index: Int) -> String {
        let candidate = record.candidates[index]
        let share = min(max(candidate.normalised, 0), 1)
        let tenths = Int((share * 1000).rounded())
        let state = index == record.chosen ? " chosen" : candidate.ruledOut != nil ? " out" : ""
        let note = candidate.ruledOut.map { " — \($0)" } ?? ""
        return
            "<div class=\"candidate\(state)\"><div class=\"bar\" style=\"width:\(tenths / 10).\(tenths % 10)%\"></div>"
            + "<span>\(HTML.escape(candidate.text + note))</span><span class=\"number\">"
            + "\(HTML.escape(Plot.label(candidate.score)))</span></div>"
    }

    private static func words(_ outcome: StepOutcome) -> String {
        var notes = [outcome.changed ? "The screen changed" : "Nothing changed"]
        if let app = outcome.openedApp { notes.append("\(app) came to the front") }
        if outcome.openedDialog { notes.append("a dialog opened") }
        switch outcome.readBack {
        case .arrived: notes.append("the text arrived")
        case .differs: notes.append("the text did not arrive")
        case .unknown: break
        }
        return notes.joined(separator: ", ") + "."
    }

    /// A picture with boxes, scaled down and embedded; nil where it cannot be read.
    private static func picture(_ path: String, boxes: [BoxDrawing.Box]) -> String? {
        guard let bytes = try? FileBytes.read(path), let full = try? PNG.decode(bytes) else { return nil }
        let drawn = boxes.isEmpty ? full : BoxDrawing.draw(boxes, over: full)
        guard let small = try? PNG.encode(drawn.downscaled(toWidth: pictureWidth * 2), effort: .small) else {
            return nil
        }
        return HTML.empty(
            "img",
            [("src", HTML.dataURI(small, type: "image/png")), ("alt", "screen"), ("width", String(pictureWidth))]
        )
    }

    // MARK: - Foot

    private static func times(_ run: RunRecord) -> String {
        let records = run.steps.compactMap(\.record)
        guard !records.isEmpty else { return "<p class=\"dim\">No step was completed.</p>" }
        let phases: [(String, KeyPath<StepTimings, Double>)] = [
            ("observe", \.observe), ("encode", \.encode), ("score", \.score), ("fill", \.fill), ("act", \.act),
            ("settle", \.settle),
        ]
        let count = Double(records.count)
        let bars = phases.map { name, path in
            Plot.Bar(name: name, value: records.map { $0.timings[keyPath: path] }.reduce(0, +) / count)
        }
        let rows = records.map { record in
            ["\(record.step + 1)"] + phases.map { Plot.label(record.timings[keyPath: $0.1]) } + [
                Plot.label(record.timings.total)
            ]
        }
        return "<div class=\"card\"><p class=\"dim\">mean seconds a step</p>"
            + Plot.bars(bars) { Plot.label($0) + " s" }
            + HTML.table(head: ["step"] + phases.map(\.0) + ["total"], rows: rows, numeric: Set(1...7)) + "</div>"
    }

    private static func identity(_ header: RunHeader) -> String {
        var parts = [
            "action space \(header.actionSpaceVersion)",
            "prompt \(header.promptVersion), budget \(header.prompt.budget)",
            "at most \(header.maxSteps) steps",
        ]
        if let model = header.model {
            parts.append("model \(name(model.path)) \(model.sha256.prefix(12))")
            if let precision = model.precision { parts.append("precision \(precision)") }
            if let form = model.keyValues { parts.append("keys and values \(form)") }
        }
        if let adapter = header.adapter { parts.append("head \(name(adapter.path)) \(adapter.sha256.prefix(12))") }
        if let macro = header.macro { parts.append("macro \(name(macro.path)) \(macro.sha256.prefix(12))") }
        if let rules = header.rules { parts.append("rules \(rules)") }
        return parts.joined(separator: " · ")
    }

    private static func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }

    private static let style = """
        .summary { display: flex; flex-wrap: wrap; gap: 8px 40px; align-items: center; margin-top: 16px; }
        .verdict { font-size: 24px; font-weight: 700; } .summary .value { font-size: 18px; font-weight: 600; }
        .step { display: grid; grid-template-columns: 270px 1fr; gap: 24px; margin-bottom: 16px; }
        .step p { margin: 2px 0 8px; } .step > div { min-width: 0; }
        .screen img, .final img { border-radius: 12px; border: 1px solid var(--line); display: block; }
        .candidate { position: relative; display: flex; justify-content: space-between; gap: 12px; padding: 3px 10px;
          margin: 3px 0; border-radius: 6px; overflow: hidden; background: var(--back); font-size: 14px; }
        .candidate .bar { position: absolute; inset: 0 auto 0 0; background: var(--accent-soft); }
        .candidate span { position: relative; } .candidate.chosen { outline: 2px solid var(--accent); font-weight: 600; }
        .candidate.out { opacity: 0.6; text-decoration: line-through; }
        details { margin-top: 8px; } summary { cursor: pointer; color: var(--dim); }
        details pre { margin-top: 8px; padding: 10px; background: var(--back); border-radius: 8px; }
        @media (max-width: 700px) { .step { grid-template-columns: 1fr; } }

        """
}
