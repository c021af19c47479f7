// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// A task of a suite with its values left open: what is asked, how it starts, and how it is judged.
public struct TaskTemplate: Sendable {
    /// Whether verifiers may be trained on it.
    public enum Split: String, Codable, Sendable, CaseIterable {
        case train, heldout
    }

    /// How hard a task is for a person, as AndroidWorld's annotators saw it.
    public enum Difficulty: String, Codable, Sendable, CaseIterable {
        case easy, medium, hard
    }

    /// The file's name without its ending.
    public let name: String
    /// The app it is about, by the name in the launcher.
    public let app: String
    /// Ways to say the goal; all of them mean the same.
    public let goals: [TextTemplate]
    /// Further wordings, which `--goals paraphrase` draws from: how well an agent does where a goal is put as it was never seen.
    public let paraphrases: [TextTemplate]
    public let split: Split
    public let tags: [String]
    /// Nil where nobody has said.
    public let difficulty: Difficulty?
    /// The step budget.
    public let maxSteps: Int
    /// The least number of steps that the task takes, its ending included.
    public let optimalSteps: Int
    /// The Swift oracle that can do it, and what it is given; nil for a task that has none.
    public let oracle: ProgramCall?
    /// The file it came from.
    public let file: String

    let parameters: [Parameter]
    let setup: [SetupStep]
    let check: [CheckStep]

    private static let keys = [
        "app", "goals", "paraphrases", "split", "tags", "difficulty", "max_steps", "optimal_steps", "params", "setup",
        "check",
        "oracle",
    ]

    /// Reads a task file. `lists` are the word lists that `draw:` may name.
    ///
    /// - Throws: `DroidError` with code `tasks.yaml`, `tasks.field` or `tasks.parameter`, naming file, line
    /// and field.
    public static func load(_ file: String, lists: WordLists = [:]) throws -> TaskTemplate {
        try TaskTemplate(YAMLField.read(file), lists: lists)
    }

    init(_ root: YAMLField, lists: WordLists) throws {
        file = root.file
        name = ((root.file as NSString).lastPathComponent as NSString).deletingPathExtension
        let fields = try root.fields(Self.keys)
        app = try fields.need("app").string()
        func texts(_ field: YAMLField) throws -> [TextTemplate] {
            try field.list().map { field in
                _ = try field.string()
                return TextTemplate(field)
            }
        }
        goals = try texts(fields.need("goals"))
        paraphrases = try fields["paraphrases"].map(texts) ?? []
        guard !goals.isEmpty else { throw try fields.need("goals").failure("needs at least one goal") }
        let splitField = try fields.need("split")
        guard let split = Split(rawValue: try splitField.string()) else {
            throw splitField.failure("needs train or heldout")
        }
        self.split = split
        tags = try fields["tags"]?.strings() ?? []
        difficulty = try fields["difficulty"].map { field in
            guard let difficulty = Difficulty(rawValue: try field.string()) else {
                throw field.failure("needs easy, medium or hard")
            }
            return difficulty
        }
        maxSteps = try fields.need("max_steps").integer(1...1000)
        optimalSteps = try fields.need("optimal_steps").integer(1...1000)

        var known: Set<String> = []
        var parameters: [Parameter] = []
        for entry in try fields["params"]?.entries() ?? [] {
            parameters.append(try Parameter(entry.key, entry.value, known: known, lists: lists))
            known.insert(entry.key)
        }
        self.parameters = parameters
        setup = try fields["setup"]?.list().map { try SetupStep($0) } ?? []
        check = try fields.need("check").list().map { try CheckStep($0) }
        guard !check.isEmpty else { throw try fields.need("check").failure("needs at least one step") }
        oracle = try fields["oracle"].map { try ProgramCall($0) }

        let all =
            goals + paraphrases + setup.flatMap(\.texts) + check.flatMap(\.texts)
            + Array(oracle?.arguments.values ?? [:].values)
        for text in all { try text.validated(known) }
    }
}

/// The name of a Swift type and the values that it is given, as `program:` and `oracle:` write it.
public struct ProgramCall: Sendable {
    public let name: String
    public let arguments: [String: TextTemplate]
    let place: String

    init(_ field: YAMLField) throws {
        place = field.place
        if field.isText {
            (name, arguments) = (try field.string(), [:])
            return
        }
        let fields = try field.fields(["program", "with"])
        name = try fields.need("program").string()
        let pairs = try fields["with"]?.entries().map { entry in
            _ = try entry.value.string()
            return (entry.key, TextTemplate(entry.value))
        }
        arguments = Dictionary(pairs ?? []) { first, _ in first }
    }

    /// The values with parameters filled in.
    func filled(_ values: [String: String]) throws -> ProgramArguments {
        ProgramArguments(name: name, place: place, values: try arguments.mapValues { try $0.filled(values) })
    }
}

/// What a program of a task is given.
public struct ProgramArguments: Sendable {
    public let name: String
    let place: String
    public let values: [String: String]

    /// A value that must be there.
    ///
    /// - Throws: `DroidError` with code `tasks.program`.
    public func need(_ key: String) throws -> String {
        guard let value = values[key] else {
            throw DroidError("tasks.program", "\(place): \(name) needs \"\(key)\"", next: "add it under with:")
        }
        return value
    }

    /// The same call with other values.
    func with(_ values: [String: String]) -> ProgramArguments {
        ProgramArguments(name: name, place: place, values: values)
    }

    /// An error about these arguments.
    func failure(_ what: String) -> DroidError {
        DroidError("tasks.program", "\(place): \(name): \(what)", next: "mend what stands under with:")
    }

    /// A value that may be absent.
    public subscript(key: String) -> String? { values[key] }
}

/// A task with its values: what one episode is about.
public struct TaskInstance: Sendable {
    public let template: TaskTemplate
    public let seed: UInt64
    /// Which of its task's episodes it is, counted from 0.
    public var episode = 0
    /// The value of each parameter.
    public let values: [String: String]
    /// The goal as it is put to the agent.
    public let goal: String
    /// Which of the template's wordings it is, or of its paraphrases.
    public let wording: Int

    /// Which wording of a goal an instance gets.
    public enum Goals: Sendable, Equatable {
        /// The one that the seed draws.
        case bySeed
        /// Always this one, counted from 0; templates with fewer start over.
        case wording(Int)
        /// One of the paraphrases, as the seed draws.
        case paraphrase
    }

    /// Makes the instance of a seed: the same template and seed give the same values and wording on every machine.
    ///
    /// - Parameters:
    ///   - template: the task.
    ///   - seed: where its randomness starts.
    ///   - goals: the wording to use.
    /// - Throws: `DroidError` with code `tasks.parameter`, or `tasks.paraphrase` when there is none.
    public init(_ template: TaskTemplate, seed: UInt64, goals: Goals = .bySeed) throws {
        self.template = template
        self.seed = seed
        var values: [String: String] = [:]
        for parameter in template.parameters {
            values[parameter.name] = try parameter.value(seed: seed, task: template.name, before: values)
        }
        self.values = values
        var random = SeededRandom(seed: seed, name: "\(template.name)/goal")
        let texts = goals == .paraphrase ? template.paraphrases : template.goals
        guard !texts.isEmpty else {
            throw DroidError(
                "tasks.paraphrase",
                "\(template.name) has no paraphrases of its goal",
                next: "leave --goals out, or choose tasks that have some with --tasks"
            )
        }
        let drawn = Int.random(in: 0..<texts.count, using: &random)
        wording = if case .wording(let number) = goals { number % texts.count } else { drawn }
        goal = try texts[wording].filled(values)
    }
}
