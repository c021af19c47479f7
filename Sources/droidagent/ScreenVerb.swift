// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import ArgumentParser
import Base
import Foundation
import Media
import Screen

/// `droidagent screen`: what the agent sees.
struct ScreenVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen",
        abstract: "Show what the agent sees on a device.",
        discussion:
            "png: numbered boxes drawn over the screenshot. actions: the numbered elements and the candidate list."
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case actions, html, xml, json, png }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @OptionGroup var eyes: ObserverChoice
    @Option(help: "actions, html, xml, json or png.") var format = Format.actions
    @Option(help: ArgumentHelp("Prompt tokens that the list may cost.", valueName: "tokens")) var budget = 700
    @Flag(help: "Read the letters in pictures that the hierarchy does not describe.") var ocr = false
    @Option(help: ArgumentHelp("Where a png goes. Default: screen.png.", valueName: "file")) var out = "screen.png"

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let source = try await eyes.open(on: device)
        let observation = try await source.observer().observe()
        await source.close()
        await device.close()
        var screen = observation.state
        if ocr {
            if screen.screenshot == nil, let problem = observation.pictureProblem { throw problem }
            screen = try await PictureText().read(screen)
        }
        let actions = ScreenActions(screen, notes: true)
        switch global.json ? .json : format {
        case .xml: StandardOutput.write(screen.xml + [10])
        case .html: Terminal.out(ScreenHTML.render(screen))
        case .json: Terminal.out(try JSON.pretty(ScreenJSON(screen)))
        case .png: try draw(screen, actions, problem: observation.pictureProblem)
        case .actions: list(screen, actions)
        }
    }

    private func draw(_ screen: ScreenState, _ actions: ScreenActions, problem: DroidError?) throws {
        guard let picture = try screen.screenshot?.decoded() else {
            throw problem ?? DroidError("screen.noPicture", "the device gave no picture of its screen")
        }
        let boxes = actions.targets.map {
            BoxDrawing.Box(bounds: screen.visibleBounds(of: $0.id), number: $0.number)
        }
        try FileBytes.write(PNG.encode(BoxDrawing.draw(boxes, over: picture)), to: out)
        global.say("\(boxes.count) numbered elements drawn into \(out)")
    }

    private func list(_ screen: ScreenState, _ actions: ScreenActions) {
        let prompt = PromptBuilder(options: PromptOptions(budget: budget, showsReadTexts: ocr ? true : nil)).build(
            goal: "-",
            history: [],
            screen: screen,
            actions: actions,
            appName: AppCatalog.label(of: screen.package)
        )
        let keyboard = screen.keyboardShown ? ", keyboard shown" : ""
        Terminal.out("\(Terminal.bold(screen.package)) \(screen.activity)\(keyboard)")
        let lines = prompt.prefix.split(separator: "\n").drop { !$0.hasPrefix("Screen of") }.dropFirst()
        for line in lines.prefix(while: { !$0.hasPrefix("Goal:") }) { Terminal.out("  \(line)") }
        Terminal.out(Terminal.bold("\(actions.candidates.count) candidates") + " (action space \(ActionSpace.version))")
        for candidate in actions.candidates {
            let source = candidate.number.map { "[\($0)]" } ?? ""
            Terminal.out("  \(Terminal.fit(candidate.text, 56)) \(Terminal.dim("\(candidate.action.type) \(source)"))")
        }
    }
}
