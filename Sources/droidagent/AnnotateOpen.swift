// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Annotation
import ArgumentParser
import Base
import Foundation
import Inference
import Pages
import Screen

/// `droidagent annotate RUN ...`: imports, and opens the page.
struct AnnotateOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Bring runs or states into the store and open the page on which they are labelled.",
        discussion: """
            Prints the page's address and serves it until interrupted; what was labelled is on the disk at once. The page is \
            on 127.0.0.1 alone, and its address holds a random token. With --listen it serves a network, with a password; \
            nothing is encrypted there.

            With --device or --goal the page also has the agent on a device: you take over and hand back, and what you \
            did becomes labels.

            The store's round goes on, whoever began it, unless another verifier, other options of a round or \
            --new-round are given.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var choice: DeviceOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var head: AdapterOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var eyes: ObserverChoice
    @Argument(help: "Run folders, results of bench, folders of such, or files of states or pairs.") var runs: [String] =
        []
    @Option(help: "Your name. Default: the user's.") var annotator: String?
    @Option(help: "Port of the page; 0 takes a free one.") var port = 0
    @Option(help: ArgumentHelp("Serve a network, on this address of the machine.", valueName: "address")) var listen:
        String?
    @Option(help: ArgumentHelp("The file that holds the password for --listen.", valueName: "file")) var passwordFile:
        String?
    @Option(
        help: ArgumentHelp(
            "The verifier whose scores propose. Default: that of the round that goes on; "
                + "in a new round the one on the device, or the one that scored last.",
            valueName: "version"
        )
    )
    var verifier: String?
    @Flag(help: "Begin another round, even where one goes on.") var newRound = false
    @Option(
        help: ArgumentHelp(
            "Of what is accepted without you so much has to be right. In a new round: 0.97.",
            valueName: "share"
        )
    )
    var acceptAt: Double?
    @Option(
        help: ArgumentHelp(
            "The share of what is accepted that you look at after all. In a new round: 0.1.",
            valueName: "share"
        )
    )
    var audit: Double?
    @Option(
        help: ArgumentHelp(
            "The share of all states that is drawn for you at random. In a new round: 0.1.",
            valueName: "share"
        )
    )
    var sample: Double?
    @Option(
        help: ArgumentHelp(
            "The share of states that a second annotator gets, too. In a new round: 0.1.",
            valueName: "share"
        )
    )
    var double: Double?
    @Flag(help: "Accept nothing without a person.") var acceptNothing = false
    @Option(help: "Begin with the agent on a device doing this.") var goal: String?
    @Option(help: "The most steps of an episode.") var maxSteps = 20
    @Option(help: ArgumentHelp("How long a choice of the agent is shown before it is done.", valueName: "seconds"))
    var pace = 1.0
    @Option(help: "Ask before what sends, pays, deletes, calls or grants: ask or never. Built-in devices: never.")
    var confirm: ConfirmPolicy?

    private struct Line: Encodable {
        let address: String
        let store: String
        let states: Int
        let round: Int64
        let device: String?
    }

    func validate() throws {
        if (listen == nil) != (passwordFile == nil) {
            throw ValidationError("--listen needs --password-file, and that is for nothing else")
        }
        let shares = [("accept-at", acceptAt), ("audit", audit), ("sample", sample), ("double", double)]
        for (name, share) in shares {
            guard let share, !(0...1).contains(share) else { continue }
            throw ValidationError("--\(name) is a share, from 0 to 1")
        }
        if maxSteps < 1 { throw ValidationError("--max-steps must be at least 1") }
        if !(0...60).contains(pace) { throw ValidationError("--pace is from 0 to 60 seconds") }
    }

    func run() async throws {
        let name = annotator ?? (NSUserName().isEmpty ? "person" : NSUserName())
        try AnnotationStore.check(annotator: name)
        let access = try access()
        let store = try store.open()
        for path in runs { _ = try AnnotateInput.add(path, to: store, global) }
        let stage = choice.device != nil || goal != nil ? try await openStage() : nil
        let live = stage.map { LiveEpisode($0.stage, store: store) }
        let desk = AnnotationDesk(store, annotator: name, live: live)
        let round: Round
        let server: LoopbackServer
        do {
            // Behind the stage: in a store without scores it is a round of the verifier that acts there.
            round = try self.round(store, acting: stage?.stage.verifier)
            server = try await LoopbackServer.start(port: port, access: access, bodyLimit: 256 << 10) {
                try await desk.handle($0)
            }
            if let goal { try await live?.start(goal: goal) }
        } catch {
            await stage?.close()
            throw error
        }
        let line = Line(
            address: server.address,
            store: store.folder,
            states: try store.count(),
            round: round.id,
            device: stage?.stage.device.serial
        )
        try global.emit(line)
        if !global.json { say(line, round, name) }
        if listen != nil {
            Terminal.plain(
                "The page is open to the network, unencrypted: anybody on the way can read screens and the password."
            )
        }
        await Signals.interruption()
        await live?.stop()
        await server.stop()
        await stage?.close()
        try store.release(name)
        store.close()
    }

    private func say(_ line: Line, _ round: Round, _ name: String) {
        global.say("\(line.states) states in \(line.store), round \(round.id), labelled by \(name)")
        if line.states == 0 && line.device == nil {
            global.say("Nothing is there to label yet: droidagent annotate RUN_DIR")
        }
        global.say("Label at \(Terminal.bold(line.address))")
        global.say("Interrupt (Ctrl-C) ends it; nothing is lost.")
    }

    private func access() throws -> PageAccess {
        guard let listen, let passwordFile else { return .loopback }
        let text = String(decoding: try FileBytes.read(passwordFile), as: UTF8.self)
        return .network(address: listen, password: text.trimmingCharacters(in: .newlines))
    }

    /// The round that goes on, or another where it is not the one that was asked for.
    ///
    /// - Parameter acting: the verifier on the device.
    private func round(_ store: AnnotationStore, acting: String?) throws -> Round {
        let known = try store.verifiers()
        if let verifier, verifier != acting, !known.contains(verifier) {
            throw DroidError(
                "annotation.round",
                "no state has scores of the verifier \(verifier)",
                why: known.isEmpty ? "no state has scores" : "there are those of \(known.joined(separator: ", "))"
            )
        }
        if !newRound, let round = try store.currentRound(), fits(round.options, known, acting) {
            if let latest = known.first, let own = round.options.verifier, latest != own {
                global.say("Round \(round.id) goes on with what \(own) proposes; --verifier \(latest) begins another.")
            }
            // States that came since are ordered among the others.
            try store.recalibrate()
            return round
        }
        return try store.startRound(asked(of: RoundOptions(verifier: verifier ?? acting ?? known.first)))
    }

    /// Whether a round is what was asked for. The rest is as whoever began it has set it, such as a training.
    private func fits(_ options: RoundOptions, _ known: [String], _ acting: String?) -> Bool {
        guard asked(of: options) == options else { return false }
        if let verifier { return options.verifier == verifier }
        // Without scores in the store no verifier would propose anything better.
        if known.isEmpty { return true }
        return options.verifier.map { known.contains($0) || $0 == acting } ?? false
    }

    /// A round's options with those that were given in their place.
    private func asked(of options: RoundOptions) -> RoundOptions {
        var options = options
        options.precision = acceptAt ?? options.precision
        options.auditShare = audit ?? options.auditShare
        options.sampleShare = sample ?? options.sampleShare
        options.doubleShare = double ?? options.doubleShare
        if acceptNothing { options.accepts = false }
        return options
    }

    /// A device with the verifier on it.
    private func openStage() async throws -> OpenStage {
        let (device, builtIn) = try await DeviceChoice.open(choice.device, log: { global.say(Terminal.dim($0)) })
        do {
            let source = try await eyes.open(on: device)
            let loaded = try LoadedVerifier.load(model, head, threads: threads.count, budget: nil)
            var options = AgentOptions()
            options.maxSteps = maxSteps
            options.prompt = loaded.prompt
            options.mind = MindOptions()
            (options.keepsLedger, options.recovers) = (true, true)
            options.confirm = confirm ?? (builtIn == nil ? .ask : .never)
            let agentOptions = options
            let kind = source.kind
            let name = builtIn.map { "\($0.name) at \($0.serial)" } ?? device.serial
            let (limit, observerSource) = (maxSteps, source)
            let stage = LiveStage(
                device: device,
                settle: observerSource.observer(),
                input: observerSource.input(on: device),
                chooser: loaded.verifier,
                verifier: RunImport.version(model: loaded.model, head: loaded.head),
                options: agentOptions,
                header: { goal in
                    var header = RunHeader(
                        goal: goal,
                        device: name,
                        agent: "joint",
                        prompt: agentOptions.prompt,
                        maxSteps: limit
                    )
                    header.model = loaded.model
                    header.adapter = loaded.head
                    header.observer = kind
                    return header
                },
                pace: .seconds(pace)
            )
            return OpenStage(stage: stage, device: device, source: source)
        } catch {
            await device.close()
            throw error
        }
    }

    private struct OpenStage {
        let stage: LiveStage
        let device: ADBDevice
        let source: ScreenSource

        func close() async {
            await source.close()
            await device.close()
        }
    }
}
