// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// Which tasks of a suite a verifier is trained on, and which it never sees: fixed in a file before anything is trained.
///
/// Tasks are divided by family (`TaskFamily`), never within one. Whole apps are held out, and of the families of the other apps some
/// that a seed draws; an app always keeps a family to train on.
public struct TrainingSplit: Sendable, Equatable {
    /// What a task is for.
    public enum Part: String, Sendable, Codable, CaseIterable {
        case training
        /// Its family is held out; others of its app are trained on.
        case heldOutTemplate = "held-out template"
        /// Nothing of its app is trained on.
        case heldOutApp = "held-out app"
    }

    /// A family and what it is for.
    public struct Family: Sendable, Equatable {
        public var name: String
        public var app: String
        public var part: Part
        public var templates: [String]
    }

    /// How the held-out families were drawn.
    public struct Draw: Sendable, Equatable {
        public var seed: UInt64
        /// How many templates are held out beside those of held-out apps.
        public var templates: Int
        /// From how many families at least.
        public var families: Int

        public init(seed: UInt64, templates: Int, families: Int) {
            (self.seed, self.templates, self.families) = (seed, templates, families)
        }
    }

    /// The suite's name.
    public var suite: String
    /// Nil for families that somebody chose by hand.
    public var draw: Draw?
    public var heldOutApps: [String]
    /// Tasks whose check holds before anything was done; figures leave them out.
    public var noOp: [String]
    public var families: [Family]

    /// What a template is for; nil for one that is not in the file.
    public func part(of template: String) -> Part? {
        families.first { $0.templates.contains(template) }?.part
    }

    /// The names of a part's templates, sorted.
    public func templates(_ part: Part) -> [String] {
        families.filter { $0.part == part }.flatMap(\.templates).sorted()
    }

    /// Reads a file by its path, or by its name in the data folder `Training`, and holds it against its suite.
    ///
    /// - Throws: `DroidError` with code `file.read`, `tasks.yaml`, `tasks.field` or one of `split`.
    public static func find(_ name: String, for suite: TaskSuite) throws -> TrainingSplit {
        let exists = FileManager.default.fileExists(atPath: name)
        let split = try load(exists || name.contains("/") ? name : "\(Locations.data("Training"))/\(name)")
        try split.check(suite)
        return split
    }

    /// Reads a file.
    ///
    /// - Throws: `DroidError` with code `file.read`, `tasks.yaml` or `tasks.field`, naming file, line and field; `split.twice` for
    ///   a template in two families.
    public static func load(_ path: String) throws -> TrainingSplit { try TrainingSplit(YAMLField.read(path)) }

    init(_ root: YAMLField) throws {
        let fields = try root.fields(["suite", "draw", "held_out_apps", "no_op", "families"])
        suite = try fields.need("suite").string()
        draw = try fields["draw"].map { field in
            let fields = try field.fields(["seed", "templates", "families"])
            let seed = try fields.need("seed")
            guard let number = UInt64(try seed.string()) else {
                throw seed.failure("needs a whole number", next: Self.next)
            }
            return Draw(
                seed: number,
                templates: try fields.need("templates").integer(),
                families: try fields.need("families").integer()
            )
        }
        heldOutApps = try fields["held_out_apps"]?.strings() ?? []
        noOp = try fields["no_op"]?.strings() ?? []
        var places: [String: String] = [:]
        families = try fields.need("families").list().map { field in
            let fields = try field.fields(["family", "app", "part", "templates"])
            let part = try fields.need("part")
            guard let kind = Part(rawValue: try part.string()) else {
                throw part.failure(
                    "\"\(try part.string())\" is no part",
                    next: "known are: \(Part.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            let family = Family(
                name: try fields.need("family").string(),
                app: try fields.need("app").string(),
                part: kind,
                templates: try fields.need("templates").strings()
            )
            guard !family.templates.isEmpty else {
                throw field.failure("the family \"\(family.name)\" has no templates", next: Self.next)
            }
            for template in family.templates {
                if let other = places.updateValue(family.name, forKey: template) {
                    throw DroidError(
                        "split.twice",
                        "\(field.place): \(template) is in \"\(other)\" and in \"\(family.name)\"",
                        why: "what is in two families may be trained on and held out",
                        next: Self.next
                    )
                }
            }
            return family
        }
    }

    static let next = "see Training/README.md, or make the file again with `droidagent train split`"

    init(suite: String, draw: Draw?, heldOutApps: [String], noOp: [String], families: [Family]) {
        self.suite = suite
        self.draw = draw
        self.heldOutApps = heldOutApps
        self.noOp = noOp
        self.families = families
    }
}

extension TrainingSplit {
    /// The file.
    public var yaml: String {
        func list(_ names: [String]) -> String { "[\(names.joined(separator: ", "))]" }
        var out = """
            # Which tasks of the suite "\(suite)" verifiers are trained on. Made by `droidagent train split \(suite)` before any training;
            # `droidagent train split \(suite) --check FILE` makes it again and compares. Families: same text of the goal, or same app and
            # verb (see Training/README.md).
            suite: \(suite)

            """
        if let draw {
            out += "draw: {seed: \(draw.seed), templates: \(draw.templates), families: \(draw.families)}\n"
        }
        out += "held_out_apps: \(list(heldOutApps))\n"
        out += "# Their check holds before anything was done.\n"
        out += "no_op: \(list(noOp))\n"
        out += "families:\n"
        for family in families {
            out += "  - family: \(family.name)\n    app: \(family.app)\n    part: \(family.part.rawValue)\n"
            out += "    templates:\n" + family.templates.map { "      - \($0)\n" }.joined()
        }
        return out
    }
}
