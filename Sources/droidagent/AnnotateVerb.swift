// SPDX-License-Identifier: Apache-2.0

import Annotation
import ArgumentParser
import Base
import Foundation

/// `droidagent annotate`: a person and the verifier label together.
struct AnnotateVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate",
        abstract: "Label the agent's steps together with the verifier, on a local page.",
        discussion: "droidagent annotate RUN ... is short for droidagent annotate open RUN ....",
        subcommands: [AnnotateOpen.self, AnnotateImport.self, AnnotateExport.self, AnnotateStats.self],
        defaultSubcommand: AnnotateOpen.self
    )
}

/// Where the labels are kept.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The store. Default: the user's own.", valueName: "dir")) var store: String?

    /// Opens it, or makes it.
    func open() throws -> AnnotationStore {
        try AnnotationStore(folder: store ?? AnnotationStore.defaultFolder)
    }

    /// Opens one that is there.
    func existing() throws -> AnnotationStore {
        let folder = store ?? AnnotationStore.defaultFolder
        guard FileManager.default.fileExists(atPath: folder + "/annotations.sqlite") else {
            throw DroidError(
                "annotation.store",
                "there is no store in \(folder)",
                next: "droidagent annotate RUN_DIR makes one, or name another with --store"
            )
        }
        return try AnnotationStore(folder: folder)
    }
}

/// What runs and files are brought in.
enum AnnotateInput {
    /// Imports whatever a path holds, and says what came of it.
    static func add(
        _ path: String,
        to store: AnnotationStore,
        use: LabelImport.Use = .items,
        annotator: String = LabelImport.nobody,
        _ global: GlobalOptions
    ) throws -> ImportOutcome {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw DroidError("annotation.import", "there is nothing at \(path)", next: "name a run folder or a file")
        }
        let outcome: ImportOutcome
        if isFolder.boolValue {
            var bar: ProgressBar?
            outcome = try RunImport.add(path, to: store) { done, of in
                if bar == nil { bar = ProgressBar("runs", total: of, unit: "runs", isEnabled: !global.quiet) }
                bar?.update(done)
            }
            bar?.finish()
        } else {
            outcome = try LabelImport.add(path, to: store, use: use, annotator: annotator)
        }
        for line in outcome.unreadable { Terminal.plain("left out: \(line)") }
        let labels = outcome.labels > 0 ? ", \(outcome.labels) labels" : ""
        global.say("\(path): \(outcome.new) new states, \(outcome.known) known\(labels)")
        return outcome
    }
}

/// `droidagent annotate import`: states, pairs and labels from files and runs.
struct AnnotateImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring runs, states, pairs or Label Studio's results into the store.",
        discussion: "The formats are in Annotations/README.md. A file that cannot be read whole adds nothing."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var store: StoreOptions
    @Argument(help: "Run folders, folders of such, and files.") var paths: [String]
    @Option(name: .customLong("as"), help: "What states of a file are: items to label, labels, or gold: known answers.")
    var use = LabelImport.Use.items
    @Option(help: "Whose words they are, where the file does not say.") var annotator = LabelImport.nobody

    func run() async throws {
        let store = try store.open()
        for path in paths {
            let outcome = try AnnotateInput.add(path, to: store, use: use, annotator: annotator, global)
            try global.emit(outcome)
        }
    }
}

extension LabelImport.Use: ExpressibleByArgument {}

/// `droidagent annotate export`: what a verifier learns from.
struct AnnotateExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the labels as pairs, states, or tasks of Label Studio."
    )

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case pairs, states
        case labelStudio = "label-studio"
    }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Where they go.", valueName: "file")) var out: String
    @Option(help: "pairs (train head learns from them), states, or label-studio.") var format = Form.pairs
    @Option(help: "Whose labels: person, verifier or oracle; may be repeated. Default: all.") var source: [String] = []
    @Option(help: "Only the labels of this round; may be repeated.") var round: [Int64] = []
    @Option(help: "The most steps right after a wrong one, as a share of all states.") var corrections = 0.025
    @Option(help: "The most wrong candidates of a state; 0 for all.") var negatives = 0
    @Option(help: "Seed of what the limits draw.") var seed: UInt64 = 1

    func validate() throws {
        if let wrong = source.first(where: { PairRecord.Source(rawValue: $0) == nil }) {
            throw ValidationError("--source \(wrong): it is person, verifier or oracle")
        }
        if !(0..<1).contains(corrections) { throw ValidationError("--corrections is a share below 1") }
        if negatives < 0 { throw ValidationError("--negatives must not be negative") }
    }

    func run() async throws {
        let store = try store.existing()
        var options = ExportOptions()
        options.sources = Set(source.compactMap(PairRecord.Source.init))
        options.rounds = Set(round)
        options.pairs.selfCorrectionShare = corrections
        options.pairs.negativesPerStep = negatives
        options.pairs.seed = seed
        let (states, pairs, outcome) = try store.export(options)
        // What screens say is nobody else's business.
        switch format {
        case .pairs: try PairsFile.write(pairs, to: out, isPrivate: true)
        case .states:
            let lines = try states.map { try JSON.line($0.state) + "\n" }
            try FileBytes.write(lines.joined(), to: out, mode: 0o600)
        case .labelStudio: try FileBytes.write(LabelStudio.document(pairs), to: out, mode: 0o600)
        }
        try global.emit(outcome)
        switch format {
        case .states: global.say("\(out): \(outcome.kept) states, which come to \(outcome.pairs) pairs")
        case .pairs, .labelStudio: global.say("\(out): \(outcome.pairs) pairs of \(outcome.kept) states")
        }
        for (name, count) in outcome.sources.sorted(by: { $0.key < $1.key }) { global.say("  by \(name): \(count)") }
        global.say(
            "left out: \(outcome.heldOut) states of held-out tasks, \(outcome.disputed) disputed, "
                + "\(outcome.uncovered) without a right candidate, "
                + "\(outcome.equal) equal to others or without a wrong candidate, "
                + "\(outcome.correctionsLeftOut) self-corrections beyond their share"
        )
    }
}
