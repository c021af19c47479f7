// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Base
import Foundation

/// `droidagent view RUN`: one page of a run, or the run as a script.
struct ViewVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view",
        abstract: "Make one self-contained HTML page of a run: screens, candidates, scores, times.",
        discussion: """
            With --macro the run is written as a script, which `do --macro FILE` does again. What the goal states and the run \
            typed or tapped becomes a parameter.
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The folder of the run, or its name under the user's runs. Default: the last one.")
    var run: String?
    @Option(help: ArgumentHelp("Where the page goes. Default: run.html in the folder.", valueName: "file")) var out:
        String?
    @Option(help: ArgumentHelp("Write a run that was done as a script instead.", valueName: "file")) var macro: String?

    private struct Line: Encodable { let page: String }

    private struct MacroLine: Encodable {
        let macro: String
        let goal: String
        let parameters: [Macro.Parameter]
        let steps: Int
    }

    func validate() throws {
        if macro != nil && out != nil { throw ValidationError("--out is for the page, and --macro writes none") }
    }

    func run() async throws {
        let folder = try self.folder()
        if let macro { return try write(macro, of: folder) }
        let page = out ?? folder + "/run.html"
        try FileBytes.write(RunPage.html(folder: folder), to: page, mode: 0o600)
        try global.emit(Line(page: page))
        if !global.json { global.say(page) }
    }

    private func write(_ path: String, of folder: String) throws {
        let script = try MacroRecorder.macro(of: RunRecord.load(folder))
        try script.write(to: path)
        let line = MacroLine(
            macro: path,
            goal: script.template.description,
            parameters: script.parameters,
            steps: script.steps.count
        )
        try global.emit(line)
        if global.json { return }
        global.say("\(path): \(script.steps.count) steps")
        global.say("goal       \(script.template)")
        for parameter in script.parameters { global.say("parameter  \(parameter.name) = \(parameter.value)") }
        global.say("again      droidagent do --macro \(path)")
    }

    private func folder() throws -> String {
        let runs = "\(Locations.state)/runs"
        if let run {
            let places = [run, "\(runs)/\(run)"]
            if let found = places.first(where: { FileManager.default.fileExists(atPath: $0 + "/run.json") }) {
                return found
            }
            throw DroidError(
                "run.missing",
                "there is no run at \(run)",
                why: "neither \(places.joined(separator: " nor ")) holds a run.json",
                next: "ls \(runs)"
            )
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
        guard let last = names.sorted().last else {
            throw DroidError("run.missing", "no task was run yet", next: "droidagent do \"Turn Wi-Fi off\"")
        }
        return "\(runs)/\(last)"
    }
}
