// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Base
import Foundation

/// `droidagent view RUN`: one page of a run.
struct ViewVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view",
        abstract: "Make one self-contained HTML page of a run: screens, candidates, scores, times."
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The folder of the run, or its name under the user's runs. Default: the last one.")
    var run: String?
    @Option(help: ArgumentHelp("Where the page goes. Default: run.html in the folder.", valueName: "file")) var out:
        String?

    private struct Line: Encodable { let page: String }

    func run() async throws {
        let folder = try self.folder()
        let page = out ?? folder + "/run.html"
        try FileBytes.write(RunPage.html(folder: folder), to: page, mode: 0o600)
        try global.emit(Line(page: page))
        if !global.json { global.say(page) }
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
