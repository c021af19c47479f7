// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// A folder of tasks: one YAML file each, `lists.yaml` with the words that their values are drawn from, and `suite.yaml` about
/// the whole.
public struct TaskSuite: Sendable {
    /// The folder's name.
    public let name: String
    public let folder: String
    /// What reports call it.
    public let title: String
    /// How the seeds of its episodes are made.
    public let seeding: Seeding
    /// What a device's clock is set to before each episode, where it is not a built-in one (whose clock stands there anyway).
    public let clock: Date?
    /// The tasks, by name.
    public let templates: [TaskTemplate]

    /// How the seed of an episode follows from the seed of the run.
    public enum Seeding: String, Sendable, CaseIterable {
        /// The first episode of each task has the run's seed, and each further one the next.
        case counted
        /// AndroidWorld's: the first 32 bits' worth of SHA-256 over `SEED_TASK_INDEX`, so that tasks share no seed.
        case hashed

        /// The seed of a task's episode, counted from 0.
        public func seed(_ seed: UInt64, task: String, episode: Int) -> UInt64 {
            switch self {
            case .counted: seed &+ UInt64(episode)
            // Modulo 2^32 of a big-endian number are its last eight hexadecimal digits.
            case .hashed: UInt64(SHA256.hex(Array("\(seed)_\(task)_\(episode)".utf8)).suffix(8), radix: 16) ?? 0
            }
        }
    }

    /// A suite of templates; `title`, `seeding` and `clock` come from `suite.yaml`, where there is one.
    private init(folder: String, templates: [TaskTemplate], about: YAMLField?) throws {
        name = (folder as NSString).lastPathComponent
        self.folder = folder
        self.templates = templates
        let fields = try about?.fields(["title", "seeding", "clock"])
        clock = try fields?["clock"].map { field in
            guard let moment = TaskDates.moment(try field.string()) else {
                throw field.failure("needs 2023-10-15 15:34")
            }
            return moment
        }
        title = try fields?["title"]?.string() ?? name
        seeding =
            try fields?["seeding"].map { field in
                guard let seeding = Seeding(rawValue: try field.string()) else {
                    throw field.failure("needs counted or hashed")
                }
                return seeding
            } ?? .counted
    }

    /// Loads a folder and checks all of it, oracles and programs included.
    ///
    /// - Throws: `DroidError` with code `tasks.suite` when there is no task, or what a task file throws.
    public static func load(_ folder: String) throws -> TaskSuite {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw DroidError(
                "tasks.suite",
                "there is no task suite at \(folder)",
                why: error.localizedDescription,
                next: "name a folder under Tasks/, or the path of one"
            )
        }
        let files = names.filter { $0.hasSuffix(".yaml") && !Self.reserved.contains($0) }.sorted()
        guard !files.isEmpty else {
            throw DroidError("tasks.suite", "\(folder) holds no task", next: "add a .yaml file; see Tasks/README.md")
        }
        let lists = names.contains("lists.yaml") ? try WordLists(YAMLField.read("\(folder)/lists.yaml")) : [:]
        let templates = try files.map { try TaskTemplate.load("\(folder)/\($0)", lists: lists) }
        for template in templates { try Oracles.check(template) }
        let about = names.contains("suite.yaml") ? try YAMLField.read("\(folder)/suite.yaml") : nil
        return try TaskSuite(folder: folder, templates: templates, about: about)
    }

    /// SHA-256 of its files, in hexadecimal: what tells its state from a later one.
    ///
    /// - Throws: `DroidError` with code `file.read`.
    public func digest() throws -> String {
        var hash = SHA256()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted() where name.hasSuffix(".yaml") {
            hash.update(name.utf8)
            hash.update(try FileBytes.read("\(folder)/\(name)"))
        }
        return hash.finalHex()
    }

    /// Files of a suite's folder that are no tasks.
    private static let reserved: Set<String> = ["lists.yaml", "suite.yaml"]

    /// Loads a suite by its path, or by its name under the data folder `Tasks`.
    public static func find(_ name: String) throws -> TaskSuite {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue {
            return try load(name)
        }
        return try load("\(Locations.data("Tasks"))/\(name)")
    }

    /// The tasks whose name matches one of `patterns`, in which `*` stands for any letters and `?` for one;
    /// all when empty.
    public func selected(_ patterns: [String]) -> [TaskTemplate] {
        guard !patterns.isEmpty else { return templates }
        return templates.filter { template in patterns.contains { Glob.matches($0, template.name) } }
    }
}

/// Names with `*` and `?`.
enum Glob {
    /// Whether `name` is one that `pattern` stands for.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        // One row of the table "does the pattern's start match the name's start", in the manner of an edit distance.
        let name = Array(name)
        var row = [true] + [Bool](repeating: false, count: name.count)
        for letter in pattern {
            var next = [letter == "*" && row[0]] + [Bool](repeating: false, count: name.count)
            for index in name.indices {
                next[index + 1] =
                    letter == "*"
                    ? row[index + 1] || next[index] : row[index] && (letter == "?" || letter == name[index])
            }
            row = next
        }
        return row[name.count]
    }
}
