// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// A part of the mind that an agent can be without, to see what it is worth.
public enum MindPart: String, Sendable, CaseIterable {
    /// What the goal wants and what is proven of it.
    case ledger
    /// Lists and texts that are written down; what the screen shows now is left.
    case notes
    /// Answers that programs find in notes and screen; the rules of fields are left.
    case programs
    /// The choice among texts; the one that the rules put first is left.
    case texts
    /// The facts of candidates; what the model makes of their words is left.
    case facts
}

/// How an agent keeps its goal, its notes and what it has read in mind.
public struct MindOptions: Sendable {
    /// Whether text in pictures is read; each picture once, by tesseract, on one thread.
    public var readsPictures = true
    /// What it does without.
    public var without: Set<MindPart> = []

    public init() {}
}

/// What a text for a placeholder is chosen from.
public struct TextQuery: Sendable {
    /// The candidate whose text is missing.
    public var candidate: Candidate
    /// The texts, the best by rule first; at least one.
    public var options: [TextOption]
    public var decision: Decision

    public init(candidate: Candidate, options: [TextOption], decision: Decision) {
        (self.candidate, self.options, self.decision) = (candidate, options, decision)
    }

    /// The candidate with an option filled in, in the words in which a step is remembered.
    public func words(_ option: Int) -> String {
        Memory.words(candidate, action: candidate.action.filled(with: options[option].text))
    }
}

/// How an answer was found: the program over notes, and the rows that it was made of.
public struct AnswerProof: Sendable, Codable, Hashable {
    /// The program in words.
    public var program: String
    public var columns: [String]
    /// The rows that count, cell by cell.
    public var rows: [[String]]

    init(_ answer: AnswerCandidate, tables: [NoteTable]) {
        program = answer.words
        let table = tables.indices.contains(answer.program.table) ? tables[answer.program.table] : nil
        columns = table?.columns ?? []
        rows = answer.evidence.compactMap { place in
            guard let table, table.rows.indices.contains(place) else { return nil }
            return table.rows[place].cells.map { $0 ?? "" }
        }
    }
}

/// What one run keeps in mind: the goal, read once, and its notes.
struct Mind: Sendable {
    let goal: GoalState
    var notes = NoteBook()
    /// What stood in fields that were emptied, oldest first.
    var emptied: [String] = []
    /// What the agent does without.
    let without: Set<MindPart>
    private let pictures: PictureText?

    /// Reads the goal, with the device's clock for days such as "tomorrow".
    ///
    /// - Throws: what the link throws.
    init(_ goal: String, _ options: MindOptions, device: any DeviceLink) async throws {
        let clock = try await device.run(DeviceMoment.command).text
        guard let now = DeviceMoment(clock) else {
            throw DroidError(
                "agent.clock",
                "the device's clock cannot be read",
                why: "`\(DeviceMoment.command)` printed \"\(PromptBuilder.clip(PromptBuilder.oneLine(clock), 80))\""
            )
        }
        self.goal = GoalState(goal, now: now)
        without = options.without
        pictures = options.readsPictures ? PictureText() : nil
    }

    /// The screen with what its pictures say. A picture of the display is taken where there is none yet and one is needed.
    func read(_ screen: ScreenState, device: any DeviceLink) async throws -> ScreenState {
        guard let pictures else { return screen }
        return try await pictures.read(screen, from: device)
    }

    /// Whether something can be written down.
    var keepsNotes: Bool { !without.contains(.notes) }

    /// Everything that programs run over: what was written down, and what the screen shows now.
    func tables(_ screen: ScreenState) -> [NoteTable] { notes.tables + ListReading.tables(of: screen) }
}

/// The texts that may fill a placeholder.
struct PlaceholderOptions {
    var options: [TextOption] = []
    /// Where the options are answers: one for each, in the same order.
    var answers: [AnswerCandidate] = []
    var tables: [NoteTable] = []

    init(_ action: Action, _ decision: Decision, mind: Mind) {
        switch action {
        case .inputText(let id, nil):
            let sources = TextSources(
                goal: mind.goal,
                notes: mind.notes,
                typed: decision.typed,
                emptied: mind.emptied
            )
            options = TextOptions.options(for: id, on: decision.screen, sources)
        case .openApp(nil):
            // What the rules find comes first; every app can be meant.
            let named = Filler(goal: decision.goal).fill(action, screen: decision.screen, apps: decision.apps)?.text
            let labels = decision.apps.apps.map(\.label)
            options = labels.filter { $0 == named }.map { TextOption(text: $0, source: "app named", prior: 3) }
            options += labels.filter { $0 != named }.map { TextOption(text: $0, source: "app", prior: 0) }
        case .answer(nil) where !mind.without.contains(.programs):
            tables = mind.tables(decision.screen)
            answers = AnswerPrograms.candidates(mind.goal, tables: tables)
            options = answers.map { TextOption(text: $0.value, source: "program \($0.words)", prior: $0.prior) }
        default: break
        }
    }
}
