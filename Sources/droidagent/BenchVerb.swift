// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Base
import Benchmark
import Foundation
import Inference

extension BenchRules: ExpressibleByArgument {}
extension BenchQuirk: ExpressibleByArgument {}
extension BenchScreen: ExpressibleByArgument {}
extension MindPart: ExpressibleByArgument {}

/// `droidagent bench`: a suite of tasks, or one of the reserved names.
struct BenchVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Run a suite of tasks and judge each on the device; or measure a part of the program.",
        discussion: "droidagent bench SUITE is short for droidagent bench suite SUITE.",
        subcommands: [
            BenchSuite.self, BenchMerge.self, BenchCompare.self, BenchNew.self, BridgeBench.self, ObserveBench.self,
            GoalBenchVerb.self,
        ],
        defaultSubcommand: BenchSuite.self
    )
}

/// `droidagent bench SUITE`: how well an agent does the tasks of a suite.
struct BenchSuite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract: "Run a suite of tasks and judge each on the device.",
        discussion: """
            A task passes when two of three seeds do. --json prints one line an episode and a summary. Interrupted runs \
            go on with --resume. With --top-one the verifier is asked at each state of the oracle's way instead.
            """
    )

    enum AgentName: String, ExpressibleByArgument, CaseIterable {
        case verifier, facts, oracle, ceiling, noop, random, human
    }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var head: AdapterOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var eyes: ObserverChoice
    @Argument(help: "A folder under Tasks/, or a path.") var suite: String
    @Option(
        help: """
            verifier, facts (what a verifier knows without its model), oracle, ceiling (the oracle with what is offered), noop, random, or \
            human: you, on a page.
            """
    )
    var agent =
        AgentName.verifier
    @Option(help: ArgumentHelp("Only these tasks, with * and ?; may be given several times.", valueName: "glob"))
    var tasks: [String] = []
    @Option(help: "Where the seeds of the episodes come from.") var seed: UInt64 = 30
    @Option(help: "Episodes of each task.") var repeats = 3
    @Option(
        help: ArgumentHelp(
            "Which wordings of the goals: paraphrase, or a number counted from 1. Default: the seed draws.",
            valueName: "which"
        )
    )
    var goals: String?
    @Option(help: "strict: AndroidWorld's rules; lenient: V-Droid's.") var rules = BenchRules.strict
    @Option(
        help: ArgumentHelp(
            "Imitate AndroidWorld's harness: enter (after every typed text), scroll0 (element 0 is the screen); may be given several times.",
            valueName: "name"
        )
    )
    var quirk: [BenchQuirk] = []
    @Option(help: ArgumentHelp("Run every episode on such a screen: dark, font-large or landscape.", valueName: "how"))
    var screen: BenchScreen?
    @Option(
        help: ArgumentHelp(
            "Do without a part of the agent's mind: ledger, notes, programs (that answer), texts (their choice) or facts (of candidates); may be given several times.",
            valueName: "part"
        )
    )
    var without: [MindPart] = []
    @Option(
        help: ArgumentHelp(
            "Say how the parts of a split did: a file, such as split.yaml of Training/.",
            valueName: "file"
        )
    )
    var split: String?
    @Option(help: "With --split, only tasks of this part.") var part = SplitPart.all
    @Option(help: "Port of the page for the agent human; 0 takes a free one.") var port = 0
    @Option(help: "Built-in devices that run at the same time; one for the agent human.") var jobs = 1
    @Option(help: ArgumentHelp("Only this part of the episodes.", valueName: "k/n")) var shard: String?
    @Option(help: ArgumentHelp("Keep results here, and go on where an earlier run stopped.", valueName: "dir"))
    var resume: String?
    @Option(
        help: ArgumentHelp(
            "Write the report, as .html, .md, .xml (JUnit) or .json; may be given several times.",
            valueName: "file"
        )
    )
    var report: [String] = []
    @Flag(help: "How often the verifier's first choice is right on the oracle's states.") var topOne = false

    func run() async throws {
        let suite = try TaskSuite.find(suite)
        var options = try await options()
        if topOne {
            try await measureTopOne(suite, options)
            return
        }
        let person = agent == .human ? try await HumanDesk.start(port: port, global) : nil
        if let person {
            options.agent = .chooser(name: "human", person.chooser)
            options.jobs = 1
        }
        let global = global
        let start = ContinuousClock.now
        let outcome = try await SuiteRunner(suite, options: options).run { event in
            person?.tell(event)
            switch event {
            case .planned(let total, let done):
                let skipped = done > 0 ? ", \(done) of them are done already" : ""
                global.say("\(suite.name): \(total) episodes\(skipped)")
            case .finished(let result, let done, let total):
                if global.json, let line = try? result.line() { Terminal.out(line) }
                let mark = result.success ? Terminal.green("pass") : Terminal.red("fail")
                let place = Terminal.dim("\(done)/\(total)")
                let figures = String(format: "%3d steps %6.1f s", result.steps, result.seconds)
                let cause = result.success ? "" : "  \(result.cause.rawValue)"
                let problem = result.problem.map { "  \($0)" } ?? ""
                let task = Terminal.fit("\(result.task) #\(result.seed)", 24)
                global.say("\(mark)  \(task) \(figures)  \(place)\(cause)\(problem)")
            case .note(let text): global.say(Terminal.dim(text))
            }
        }
        await person?.stop()
        try show(outcome, seconds: (ContinuousClock.now - start) / .seconds(1))
        if let split = options.split { try show(PartSummary.of(outcome.results, split: split)) }
    }

    private func show(_ parts: [PartSummary]) throws {
        for part in parts {
            if global.json { Terminal.out(try JSON.line(["part": part])) }
            let interval = String(format: "%.1f %% (%.1f to %.1f)", part.rate * 100, part.low * 100, part.high * 100)
            global.say("\(part.part): \(part.successes) of \(part.episodes) episodes, \(interval)")
        }
    }

    private func options() async throws -> SuiteOptions {
        var options = SuiteOptions(agent: try chosenAgent())
        options.tasks = tasks
        options.seed = seed
        options.repeats = repeats
        options.rules = rules
        options.observer = eyes.observer
        options.jobs = jobs
        options.quirks = quirk
        options.screen = screen
        options.without = Set(without)
        if let split { options.split = try TrainingSplit.find(split, for: TaskSuite.find(suite)) }
        if part != .all, split == nil { throw ValidationError("--part needs --split") }
        if part != .all { options.parts = part.parts }
        options.folder = resume
        options.reports = report
        options.records = resume != nil
        if let goals {
            options.goals = try wording(goals)
        }
        if let shard {
            let parts = shard.split(separator: "/").compactMap { Int($0) }
            guard parts.count == 2 else { throw ValidationError("--shard is K/N, such as 1/4") }
            options.shard = (parts[0], parts[1])
        }
        if let name = choice.device {
            options.device = try await DeviceChoice.open(name, log: { global.detail($0) }).device
        }
        if agent == .facts { options.adapter = try head.load().path }
        if agent == .verifier || topOne {
            options.model = try model.path()
            options.adapter = try head.load().path
        }
        return options
    }

    private func wording(_ words: String) throws -> TaskInstance.Goals {
        if words == "paraphrase" { return .paraphrase }
        guard let number = Int(words), number > 0 else {
            throw ValidationError("--goals is paraphrase, or the number of a wording, counted from 1")
        }
        return .wording(number - 1)
    }

    private func chosenAgent() throws -> BenchAgent {
        switch agent {
        case .oracle where !topOne: return .oracle
        case .ceiling where !topOne:
            return .ceiling(counter)
        case .facts where !topOne: return .facts(try head.loadFacts().head, counter)
        case .noop: return .noop
        // The person's page is opened once everything else is known to be right.
        case .human where !topOne: return .noop
        case .random: return .random
        default:
            let files = try VerifierFiles(model, head, threads: threads.count)
            return .verifier(model: try files.language(), head: files.head, threads: threads.count)
        }
    }

    /// Counts as the model does; nil where there is none, and tokens are estimated.
    private var counter: PromptCounter? {
        guard let tokenizer = try? model.load(threads: 1).tokenizer else { return nil }
        return { tokenizer.encode($0).count }
    }

    private func show(_ outcome: SuiteRunner.Outcome, seconds: Double) throws {
        if global.json { Terminal.out(try outcome.summary.line()) }
        let templates = TemplateResult.of(outcome.results)
        let width = max(20, templates.map(\.task.count).max() ?? 0)
        global.say("")
        global.say(
            Terminal.dim(
                "\("task".padding(toLength: width, withPad: " ", startingAt: 0)) app        split     passed  successes  mean steps  best"
            )
        )
        for task in templates {
            let figures = String(
                format: "%4d of %-3d %9.1f %7d",
                task.successes,
                task.episodes,
                task.meanSteps,
                task.optimalSteps
            )
            let mark = task.passed ? Terminal.green("yes") : Terminal.red("no ")
            let name = Terminal.fit(task.task, width)
            global.say(
                "\(name) \(Terminal.fit(task.app, 10)) \(Terminal.fit(task.split.rawValue, 9)) \(mark)    \(figures)"
            )
        }
        for split in TaskTemplate.Split.allCases {
            let part = templates.filter { $0.split == split }
            if part.isEmpty { continue }
            global.say("\(split.rawValue): \(part.count(where: \.passed)) of \(part.count) tasks passed")
        }
        let summary = outcome.summary
        let rate = String(
            format: "%.1f %% (95 %% interval %.1f to %.1f)",
            summary.rate * 100,
            summary.low * 100,
            summary.high * 100
        )
        global.say(
            "\(summary.successes) of \(summary.episodes) episodes: \(rate), \(String(format: "%.0f", seconds)) s"
        )
        let steps = outcome.results.reduce(0) { $0 + $1.steps }
        if steps > 0 {
            let busy = outcome.results.reduce(0) { $0 + $1.seconds }
            global.say(
                String(
                    format: "%d steps in %.1f s, set-up and checks included: %.0f a second",
                    steps,
                    busy,
                    Double(steps) / max(busy, 1e-9)
                )
            )
            let own = outcome.results.compactMap(\.timings).reduce(0) { $0 + $1.total }
            if own > 0 {
                global.say(
                    String(format: "looking, choosing and acting alone: %.0f steps a second", Double(steps) / own)
                )
            }
        }
        if let coverage = outcome.coverage {
            global.say(
                String(
                    format: "the right action was a candidate in %.2f %% of %d decisions on the oracle's way",
                    coverage.share * 100,
                    coverage.decisions
                )
            )
        }
        if let sizes = outcome.sizes { global.say(sizes) }
        if agent == .ceiling {
            for result in outcome.results where !result.success {
                global.say("\(result.task) \(result.seed): \(result.problem ?? result.cause.rawValue)")
            }
        }
        for (fault, count) in outcome.faults { global.say("failed by \(fault.rawValue): \(count)") }
        if summary.skipped > 0 {
            global.say("\(summary.skipped) episodes could not be judged and are no part of the rate")
        }
        for file in report { global.say("report: \(file)") }
    }

    /// What orders on screens do to the verifier's scores.
    private func show(_ effect: TopOneRate.OrderEffect, _ suite: String) throws {
        let command = "droidagent bench \(suite) --top-one --quirk orders --seed \(seed) --repeats \(repeats)"
        for (name, value) in [
            ("mean_change", effect.meanChange), ("largest_change", effect.largest),
            ("flips", Double(effect.flips) / Double(max(1, effect.states))),
            ("top_one", Double(effect.right) / Double(max(1, effect.states))),
        ] {
            try global.emit(
                MeasurementRow(name: "verifier.\(suite).orders.\(name)", value: value, unit: "share", command: command)
            )
        }
        global.say(
            String(
                format: "a text that gives an order moves a candidate's share of the scores by %.4f in the mean "
                    + "and %.3f at most; the first choice changes at %d of %d states, and is right at %d",
                effect.meanChange,
                effect.largest,
                effect.flips,
                effect.states,
                effect.right
            )
        )
    }

    private struct TopLine: Encodable {
        let task: String
        let split: String
        let states: Int
        let right: Int
    }

    private func measureTopOne(_ suite: TaskSuite, _ options: SuiteOptions) async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instances = try SuiteRunner(suite, options: options).plan()
        guard case .verifier(let language, let head, let count) = options.agent else {
            throw ValidationError("--top-one asks the verifier")
        }
        let verifier = try Verifier(model: language, head: head, threads: count)
        let floats = try Verifier(model: language, head: head, threads: count, keyValues: .float)
        let compared = ComparingChooser(verifier, against: floats)
        let rate: TopOneRate
        do {
            rate = try await TopOneRate.measure(
                language.keyValues == .float ? verifier : compared,
                on: instances,
                device: device,
                prompt: head.prompt,
                orders: quirk.contains(.orders)
            ) { part in
                global.detail("\(part.task): \(part.right) of \(part.states)")
            }
        } catch {
            await device.stop()
            throw error
        }
        await device.stop()
        let agreement = compared.agreement
        if agreement.decisions > 0 {
            let share = Double(agreement.same) / Double(agreement.decisions)
            let row = MeasurementRow(
                name: "verifier.\(suite.name).kv_\(language.keyValues.rawValue).same_choice",
                value: share,
                unit: "share",
                floor: language.keyValues == .q4 ? 0.98 : nil,
                command: "droidagent bench \(suite.name) --top-one --kv \(language.keyValues.rawValue) --seed \(seed)"
                    + " --repeats \(repeats)"
            )
            try global.emit(row)
            global.say(
                "first choice as with floats: \(agreement.same) of \(agreement.decisions) decisions"
            )
        }
        if let effect = rate.orders { try show(effect, suite.name) }
        for part in rate.parts {
            try global.emit(
                TopLine(task: part.task, split: part.split.rawValue, states: part.states, right: part.right)
            )
            global.say(
                "\(Terminal.fit(part.task, 20)) \(Terminal.fit(part.split.rawValue, 9)) \(part.right) of \(part.states)"
            )
        }
        for split in TaskTemplate.Split.allCases {
            guard let share = rate.rate(split) else { continue }
            let command = "droidagent bench \(suite.name) --top-one --seed \(seed) --repeats \(repeats)"
            let row = MeasurementRow(
                name: "verifier.\(suite.name).\(split.rawValue).top_one",
                value: share,
                unit: "share",
                floor: split == .train ? 0.75 : nil,
                command: command
            )
            try global.emit(row)
            global.say(String(format: "\(split.rawValue): top-1 %.1f %%", share * 100))
        }
    }
}
