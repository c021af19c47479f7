// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// What a check found.
public struct CheckOutcome: Codable, Sendable, Equatable {
    public var passed: Bool
    /// What was wanted, in words.
    public var wanted: String
    /// What was found.
    public var found: String

    public init(passed: Bool, wanted: String = "", found: String) {
        self.passed = passed
        self.wanted = wanted
        self.found = found
    }
}

/// Carries out the checks of a task over ADB.
struct CheckRunner {
    let device: any DeviceLink
    let instance: TaskInstance
    /// What the agent answered, if it did.
    var answer: String?
    /// What each program remembered after the set-up, in the order of the checks.
    var baselines: [[String]] = []
    /// How the screen is read; nil for the ordinary way.
    var observer: ScreenObserver?

    /// What the programs among the checks remember; to be taken after the set-up.
    static func baselines(_ device: any DeviceLink, _ instance: TaskInstance) async throws -> [[String]] {
        var out: [[String]] = []
        for call in instance.template.check.flatMap(\.programs) {
            out.append(try await Programs.make(call.filled(instance.values)).baseline(device))
        }
        return out
    }

    /// Runs every check.
    ///
    /// - Throws: what ADB throws, or `DroidError` with code `bench.query`: then the episode cannot be judged.
    func run() async throws -> [CheckOutcome] {
        var remaining = baselines[...]
        var out: [CheckOutcome] = []
        for step in instance.template.check { out.append(try await run(step, &remaining)) }
        return out
    }

    private func run(_ step: CheckStep, _ baselines: inout ArraySlice<[String]>) async throws -> CheckOutcome {
        let values = instance.values
        func fill(_ text: TextTemplate) throws -> String { try text.filled(values) }
        switch step {
        case .setting(let namespace, let key, let comparison):
            let (namespace, key) = (try fill(namespace), try fill(key))
            let found = try await text("settings get \(ShellQuoting.quote(namespace)) \(ShellQuoting.quote(key))")
            return try compare(comparison, found, "\(namespace) \(key)")
        case .file(let path, let exists, let comparison):
            let path = try fill(path)
            let there = try await test("-f", path)
            guard there, exists, let comparison else {
                return CheckOutcome(
                    passed: there == exists,
                    wanted: "\(path) \(exists ? "is there" : "is gone")",
                    found: there ? "it is there" : "it is not there"
                )
            }
            return try compare(comparison, String(decoding: try await device.pull(path), as: UTF8.self), path)
        case .folder(let path, let exists):
            let path = try fill(path)
            let there = try await test("-d", path)
            return CheckOutcome(
                passed: there == exists,
                wanted: "the folder \(path) \(exists ? "is there" : "is gone")",
                found: there ? "it is there" : "it is not there"
            )
        case .sqlite(let database, let query, let rows, let count):
            return try await sqlite(fill(database), fill(query), rows?.map(fill), count)
        case .content(let uri, let condition, let columns, let count):
            let found = try await ContentRows.query(
                device,
                uri: fill(uri),
                projection: columns.map(\.0),
                where: condition.map(fill)
            )
            let hits = try found.filter { row in try columns.allSatisfy { try $1.holds(row[$0] ?? "", values) } }
            let words = columns.map { "\($0) \($1.words(values))" }.joined(separator: ", ")
            return CheckOutcome(
                passed: count.map { $0 == hits.count } ?? !hits.isEmpty,
                wanted: "\(count.map { "\($0)" } ?? "a") row with \(words)",
                found: "\(hits.count) of \(found.count) rows"
            )
        case .ui(let wanted, let present):
            return try await ui(wanted, present: present)
        case .foreground(let package):
            let package = try fill(package)
            let found = try await ForegroundApp.package(device) ?? "nothing"
            return CheckOutcome(passed: found == package, wanted: "\(package) is in front", found: found)
        case .answer(let comparison):
            guard let answer else {
                return CheckOutcome(passed: false, wanted: "an answer: \(comparison.words(values))", found: "no answer")
            }
            return try compare(comparison, answer, "the answer")
        case .anyOf(let steps):
            var outcomes: [CheckOutcome] = []
            for step in steps { outcomes.append(try await run(step, &baselines)) }
            return CheckOutcome(
                passed: outcomes.contains(where: \.passed),
                wanted: outcomes.map(\.wanted).joined(separator: ", or "),
                found: outcomes.map(\.found).joined(separator: "; ")
            )
        case .program(let call):
            let program = try Programs.make(call.filled(values))
            var outcome = try await program.check(device, baseline: baselines.popFirst() ?? [])
            let words = try call.filled(values).values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            outcome.wanted = "\(call.name): \(words.joined(separator: ", "))"
            return outcome
        }
    }

    private func sqlite(
        _ database: String,
        _ query: String,
        _ rows: [String]?,
        _ count: Int?
    ) async throws -> CheckOutcome {
        // A database that the app has not made yet holds no row; sqlite3 would make an empty one in its place.
        guard try await test("-f", database) else {
            let none = rows.map(\.isEmpty) ?? (count == 0)
            return CheckOutcome(passed: none, wanted: query, found: "\(database) is not there")
        }
        let found = try await text("sqlite3 \(ShellQuoting.quote(database)) \(ShellQuoting.quote(query))")
            .split(separator: "\n").map(String.init)
        let wanted = rows.map { "rows \($0.joined(separator: "; "))" } ?? "\(count ?? 0) rows"
        let rowsHold = rows.map { $0.sorted() == found.sorted() } ?? true
        let countHolds = count.map { $0 == found.count } ?? true
        return CheckOutcome(
            passed: rowsHold && countHolds,
            wanted: "\(query): \(wanted)",
            found: found.isEmpty ? "no rows" : found.joined(separator: "; ")
        )
    }

    private func ui(_ wanted: [(CheckStep.Property, Comparison)], present: Bool) async throws -> CheckOutcome {
        let observer = observer ?? ScreenObserver(device, options: ObserverOptions(picture: .none))
        let screen = try await observer.observe().state
        let hit = try screen.elements.first { element in
            try wanted.allSatisfy { property, comparison in
                try comparison.holds(Self.value(of: property, element), instance.values)
            }
        }
        let words = wanted.map { "\($0.rawValue) \($1.words(instance.values))" }.joined(separator: ", ")
        return CheckOutcome(
            passed: (hit != nil) == present,
            wanted: "\(present ? "an" : "no") element with \(words)",
            found: hit == nil ? "none among \(screen.elements.count)" : "there is one"
        )
    }

    private static func value(of property: CheckStep.Property, _ element: Element) -> String {
        switch property {
        case .text: element.text
        case .description: element.contentDescription
        case .id: element.resourceID
        case .hint: element.hint
        case .label: element.label
        case .detail: element.detail
        case .package: element.package
        }
    }

    private func compare(_ comparison: Comparison, _ found: String, _ what: String) throws -> CheckOutcome {
        CheckOutcome(
            passed: try comparison.holds(found, instance.values),
            wanted: "\(what) \(comparison.words(instance.values))",
            found: String(found.trimmingSpaces.prefix(200))
        )
    }

    private func test(_ flag: String, _ path: String) async throws -> Bool {
        try await device.run("test \(flag) \(ShellQuoting.quote(path))").exitCode == 0
    }

    private func text(_ command: String) async throws -> String {
        let result = try await device.run(command)
        guard result.exitCode == 0 else {
            throw DroidError(
                "bench.query",
                "a check could not be carried out",
                why: "`\(command)`: \(String(decoding: result.stderr + result.stdout, as: UTF8.self).prefix(200))"
            )
        }
        return result.text.trimmingSpaces
    }
}

/// The app in front, as `dumpsys` tells it.
enum ForegroundApp {
    /// The package of the resumed activity, or nil where the device does not say.
    static func package(_ device: any DeviceLink) async throws -> String? {
        let text = try await device.run("dumpsys activity activities").text
        for line in text.split(separator: "\n") where line.contains("ResumedActivity") {
            // `topResumedActivity=ActivityRecord{1f0 u0 com.android.settings/.Settings t12}`
            for word in line.split(separator: " ") where word.contains("/") {
                return String(word.prefix { $0 != "/" })
            }
        }
        return nil
    }
}
