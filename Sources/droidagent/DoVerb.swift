// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import ArgumentParser
import Base
import Foundation
import Glibc
import Inference
import Screen

/// `droidagent do GOAL`: runs the agent.
struct DoVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "do",
        abstract: "Do a task on a device.",
        discussion: """
            Shows each step: the chosen action, its score, the margin over the second, the number of candidates and the \
            time. Ends with a verdict and what changed on the device. Exit code 3: the task was not completed, or an \
            action needs a confirmation and nobody can be asked.

            With --macro it does again what `view RUN --macro FILE` wrote, with the values of GOAL in place of the old ones; \
            without GOAL, with the old ones. From the first screen that is not as the macro expects, the model chooses.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var head: AdapterOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var eyes: ObserverChoice
    @Argument(help: "What is to be done, in plain words. With --macro it may be left out.") var goal: String?
    @Option(help: ArgumentHelp("Do the script in a file that view --macro wrote.", valueName: "file")) var macro:
        String?
    @Option(help: ArgumentHelp("A value for a parameter of the macro; may be repeated.", valueName: "name=value"))
    var set: [String] = []
    @Option(help: "The most steps it may take.") var maxSteps = 20
    @Option(help: ArgumentHelp("Prompt tokens before the candidates, at most.", valueName: "tokens")) var budget: Int?
    @Option(help: ArgumentHelp("Folder for the record of the run.", valueName: "dir")) var record: String?
    @Option(help: "Ask before what sends, pays, deletes, calls or grants: ask or never. Built-in devices: never.")
    var confirm: ConfirmPolicy?
    @Flag(help: "Press Enter after every typed text, as AndroidWorld does.") var trailingEnter = false
    @Flag(help: "Print the ranked list for the present screen and do nothing.") var dryRun = false

    func validate() throws {
        if maxSteps < 1 { throw ValidationError("--max-steps must be at least 1") }
        if let budget, budget < 200 { throw ValidationError("--budget must be at least 200 tokens") }
        if goal == nil && macro == nil { throw ValidationError("say what is to be done: droidagent do GOAL") }
        if macro == nil && !set.isEmpty { throw ValidationError("--set gives a value to a parameter of --macro FILE") }
        if let wrong = set.first(where: { Self.pair($0) == nil }) {
            throw ValidationError("--set \(wrong): write it as name=value")
        }
    }

    /// The two sides of `name=value`.
    private static func pair(_ text: String) -> (name: String, value: String)? {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else { return nil }
        return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }

    private func load(_ store: PrefixStore) async throws -> LoadedVerifier {
        try LoadedVerifier.load(model, head, threads: threads.count, budget: budget, store: store)
    }

    func run() async throws {
        if let goal, !goal.contains(where: { !$0.isWhitespace }) {
            throw DroidError(
                "goal.empty",
                "the goal is empty",
                why: "there is nothing to do",
                next: "say what you want, such as: droidagent do \"Turn Wi-Fi off\""
            )
        }
        let script = try macro.map { try Macro.load($0) }
        // The model loads while the device is found and started. A macro needs none unless it hands over.
        let store = PrefixStore(isWrittenLater: true)
        defer { store.finish() }
        async let loading = script == nil ? load(store) : nil
        let (device, builtIn) = try await DeviceChoice.open(choice.device, log: { global.say(Terminal.dim($0)) })
        let source = try await eyes.open(on: device)
        let loaded = try await loading

        var options = AgentOptions()
        options.maxSteps = maxSteps
        options.prompt = try loaded?.prompt ?? LoadedVerifier.prompt(head, budget: budget)
        // A replay keeps in mind what the verifier would, for the moment at which it is handed over.
        options.mind = MindOptions()
        (options.keepsLedger, options.recovers) = (true, true)
        options.confirm = confirm ?? (builtIn == nil ? .ask : .never)
        options.trailingEnter = trailingEnter
        let filled = try await script?.filled(
            goal: goal,
            set: set.compactMap(Self.pair),
            now: DeviceMoment(device.run(DeviceMoment.command).text)
        )
        let goal = filled?.goal ?? goal ?? ""

        var header = RunHeader(
            goal: goal,
            device: builtIn.map { "\($0.name) at \($0.serial)" } ?? device.serial,
            agent: script == nil ? "verifier" : "macro",
            prompt: options.prompt,
            maxSteps: maxSteps
        )
        header.model = loaded?.model
        header.adapter = loaded?.head
        header.macro = try macro.map { FileIdentity(path: $0, sha256: try SHA256.hex(ofFile: $0)) }
        header.trailingEnter = trailingEnter
        header.observer = source.kind
        let recorder =
            dryRun ? nil : try RunRecorder(folder: record ?? RunRecorder.newFolder(goal: goal), header: header)

        let display = StepDisplay(global: global)
        var chooser: (any ActionChooser)? = loaded?.verifier
        if let script, let filled {
            chooser = MacroChooser(script, values: filled.values, prompt: options.prompt, onEvent: display.show) {
                let loaded = try await load(store)
                await recorder?.name(model: loaded.model, adapter: loaded.head)
                return loaded.verifier
            }
        }
        guard let chooser else { return }
        let loop = AgentLoop(
            device: device,
            chooser: chooser,
            options: options,
            settle: source.observer(),
            input: source.input(on: device),
            confirmer: TerminalConfirmer(),
            onEvent: display.show
        )
        guard let recorder else {
            try RankingDisplay(global: global).show(try await loop.dryRun(goal: goal))
            await source.close()
            await device.close()
            return
        }
        let result = try await loop.run(goal: goal, recorder: recorder)
        await source.close()
        await device.close()
        let page = recorder.folder + "/run.html"
        try FileBytes.write(RunPage.html(folder: recorder.folder), to: page, mode: 0o600)
        try finish(result, page: page, device: builtIn?.serial ?? device.serial)
    }

    private struct LastLine: Encodable {
        let verdict: Verdict
        let said: Said
        let answer: String?
        let steps: Int
        let seconds: Double
        let run: String

        enum Key: String, CodingKey { case verdict, said, answer, steps, seconds, run }

        /// `answer` is null where there is none, not absent.
        func encode(to encoder: any Encoder) throws {
            var box = encoder.container(keyedBy: Key.self)
            try box.encode(verdict, forKey: .verdict)
            try box.encode(said, forKey: .said)
            try box.encode(answer, forKey: .answer)
            try box.encode(steps, forKey: .steps)
            try box.encode(seconds, forKey: .seconds)
            try box.encode(run, forKey: .run)
        }
    }

    private func finish(_ result: RunResult, page: String, device: String) throws {
        let folder = result.folder ?? ""
        try global.emit(
            LastLine(
                verdict: result.verdict,
                said: result.said,
                answer: result.answer,
                steps: result.steps,
                seconds: result.seconds,
                run: folder
            )
        )
        if let error = result.error { Terminal.error(error.description) }
        let verdict =
            switch result.verdict {
            case .done: Terminal.green("done")
            case .notDone: Terminal.yellow("not done")
            case .error: Terminal.red("error")
            }
        let reason = result.error == nil ? result.reason.map { ": \($0)" } ?? "" : ""
        global.say("")
        global.say("\(Terminal.bold("Verdict"))   \(verdict)\(reason)")
        let seconds = String(format: "%.1f", result.seconds)
        global.say("          \(result.steps) steps in \(seconds) s; the agent said: \(result.said.rawValue)")
        if let answer = result.answer { global.say("Answer    \(Terminal.bold(answer))") }
        if let proof = result.answerProof {
            global.say("          \(proof.program)")
            for row in proof.rows.prefix(8) {
                let cells = row.filter { !$0.isEmpty }.joined(separator: " · ")
                global.say(Terminal.dim("          · \(Terminal.fit(cells, 90))"))
            }
            if proof.rows.count > 8 { global.say(Terminal.dim("          and \(proof.rows.count - 8) more")) }
        }
        if let proof = result.proof {
            global.say(Terminal.bold("Proof") + "     what changed on the device")
            for line in proof.text().split(separator: "\n") { global.say("          \(line)") }
        }
        if let screen = result.lastScreen {
            let texts = screen.elements.filter { !$0.text.isEmpty }.prefix(6).map(\.text).joined(separator: " · ")
            global.say("          last screen: \(screen.package): \(Terminal.fit(texts, 90))")
        }
        global.say("\(Terminal.bold("Device"))    \(device)")
        global.say("\(Terminal.bold("Page"))      \(page)")
        if result.exitCode != 0 { throw ExitCode(result.exitCode) }
    }
}

/// Asks on the terminal before a sensitive action.
struct TerminalConfirmer: Confirmer {
    func confirm(_ kind: Sensitivity, words: String) async -> ConfirmAnswer {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return .nobody }
        StandardError.write("This would \(kind.rawValue): \(words). Do it? [y/N] ")
        guard let line = readLine() else { return .nobody }
        return ["y", "yes"].contains(line.trimmingCharacters(in: .whitespaces).lowercased()) ? .yes : .no
    }
}
