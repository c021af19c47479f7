// SPDX-License-Identifier: Apache-2.0

import Base

extension TrainingSplit {
    /// Tries of a draw until it is given up.
    private static let tries = 10_000

    /// Divides a suite: the apps named are held out whole; of the other families those are held out that the seed draws.
    ///
    /// One try shuffles the families and goes through them: one is held out where its app keeps another to train on and the number of
    /// templates is not passed. The first try with exactly that number, from enough families, counts. Nothing else decides, so the
    /// same seed gives the same file on every machine, and no result can have a part in it.
    ///
    /// - Throws: `DroidError` with code `split.app` for an app that the suite does not have, `split.draw` where no try fits.
    public static func drawn(_ suite: TaskSuite, heldOutApps: [String], draw: Draw) throws -> TrainingSplit {
        let known = Set(suite.templates.map(\.app))
        for app in heldOutApps where !known.contains(app) {
            throw DroidError(
                "split.app",
                "no task of \(suite.name) is about \"\(app)\"",
                next: "apps of the suite are: \(known.sorted().joined(separator: ", "))"
            )
        }
        let all = TaskFamily.all(of: suite.templates)
        let rest = all.filter { !heldOutApps.contains($0.app) }
        guard let chosen = held(rest, draw) else {
            throw DroidError(
                "split.draw",
                "no draw of families has exactly \(draw.templates) templates from at least \(draw.families) families",
                why: "\(rest.count) families can be drawn from, and each app keeps one",
                next: "ask for fewer templates or families"
            )
        }
        return TrainingSplit(
            suite: suite.name,
            draw: draw,
            heldOutApps: heldOutApps,
            noOp: noOp(suite),
            families: all.map { family in
                Family(
                    name: family.name,
                    app: family.app,
                    part: heldOutApps.contains(family.app)
                        ? .heldOutApp : chosen.contains(family.name) ? .heldOutTemplate : .training,
                    templates: family.templates
                )
            }
        )
    }

    /// Tasks in which saying that they are done is all there is to do.
    static func noOp(_ suite: TaskSuite) -> [String] {
        suite.templates.filter { $0.optimalSteps == 1 }.map(\.name).sorted()
    }

    private static func held(_ families: [TaskFamily], _ draw: Draw) -> Set<String>? {
        if draw.templates == 0 && draw.families == 0 { return [] }
        for attempt in 0..<tries {
            var random = SeededRandom(seed: draw.seed, name: "training split \(attempt)")
            var left = Dictionary(grouping: families, by: \.app).mapValues(\.count)
            var (held, templates): (Set<String>, Int) = ([], 0)
            for family in families.shuffled(using: &random) {
                guard let count = left[family.app], count > 1 else { continue }
                guard templates + family.templates.count <= draw.templates else { continue }
                held.insert(family.name)
                templates += family.templates.count
                left[family.app] = count - 1
            }
            if templates == draw.templates && held.count >= draw.families { return held }
        }
        return nil
    }

    /// Holds the file against its suite.
    ///
    /// - Throws: `DroidError`: `split.suite` for another suite, `split.unknown` and `split.missing` for templates, `split.family` where a
    ///   family is torn, `split.part` where an app is held out in part or a held-out template's app has nothing to train on, `split.draw`
    ///   where the file is not what its seed draws.
    public func check(_ suite: TaskSuite) throws {
        guard self.suite == suite.name else {
            throw failure("split.suite", "the split is of the suite \"\(self.suite)\", not of \"\(suite.name)\"")
        }
        let byName = Dictionary(suite.templates.map { ($0.name, $0) }) { first, _ in first }
        for template in families.flatMap(\.templates) + noOp where byName[template] == nil {
            let near = byName.keys.sorted().min { Spelling.distance($0, template) < Spelling.distance($1, template) }
            throw failure(
                "split.unknown",
                "the split names \(template), which \(suite.name) does not have",
                why: near.map { "the nearest name is \($0)" } ?? ""
            )
        }
        let named = Set(families.flatMap(\.templates))
        if let missing = byName.keys.sorted().first(where: { !named.contains($0) }) {
            throw failure("split.missing", "the split does not say what \(missing) is for")
        }
        for family in families {
            if let stranger = family.templates.first(where: { byName[$0]?.app != family.app }) {
                throw failure(
                    "split.family",
                    "\(stranger) is not about \(family.app), as its family \"\(family.name)\" says"
                )
            }
        }
        for family in TaskFamily.all(of: suite.templates) {
            let parts = Set(family.templates.compactMap { part(of: $0) })
            if parts.count > 1 {
                throw failure(
                    "split.family",
                    "the family \"\(family.name)\" is torn: \(family.templates.joined(separator: ", "))",
                    why: "they have the same text of the goal, or the same app and verb"
                )
            }
        }
        try checkParts()
        guard let draw else { return }
        guard try self == Self.drawn(suite, heldOutApps: heldOutApps, draw: draw) else {
            throw failure("split.draw", "the split is not what seed \(draw.seed) draws")
        }
    }

    private func checkParts() throws {
        for family in families where (family.part == .heldOutApp) != heldOutApps.contains(family.app) {
            throw failure(
                "split.part",
                "\"\(family.name)\" is \(family.part.rawValue), and \(family.app) "
                    + (heldOutApps.contains(family.app) ? "is held out whole" : "is not among the held-out apps")
            )
        }
        let trained = Set(families.filter { $0.part == .training }.map(\.app))
        if let lonely = families.first(where: { $0.part == .heldOutTemplate && !trained.contains($0.app) }) {
            throw failure("split.part", "\(lonely.app) has a held-out family and none to train on")
        }
    }

    private func failure(_ code: DroidError.Code, _ what: String, why: String = "") -> DroidError {
        DroidError(code, what, why: why, next: Self.next)
    }
}
