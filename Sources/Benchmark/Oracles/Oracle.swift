// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Screen

/// What an oracle says about a state.
public struct OracleMove: Sendable, Equatable {
    /// The right candidates, all equally right; the first is the one that is done.
    public var right: [Int]
    /// Candidates that are neither right nor wrong, such as an icon that leads where a right one does, only later.
    public var neutral: Set<Int>
    /// What fills the placeholder of the right one.
    public var text: String?
    /// Why, in a few words.
    public var note: String
    /// Elements of the page that say what is needed later: whoever types only what it has read writes them down before it goes on.
    public var notable: [Int] = []
    /// Texts that fill the placeholder as well as `text`.
    public var alternatives: [String] = []

    public init(_ right: [Int], neutral: Set<Int> = [], text: String? = nil, note: String) {
        self.right = right
        self.neutral = neutral
        self.text = text
        self.note = note
    }

    /// Indices of the candidates that are wrong, among `count`.
    public func wrong(of count: Int) -> [Int] {
        (0..<count).filter { !right.contains($0) && !neutral.contains($0) }
    }
}

/// Knows how a task is done: it looks at the device's state at every step, so it also finds its way back from a
/// wrong one.
///
/// It sees the screen and may read the device over ADB; it has no memory from step to step.
public protocol TaskOracle: Sendable {
    /// Takes what stands under `with:`.
    ///
    /// - Throws: `DroidError` with code `tasks.program` when something is missing.
    init(_ arguments: ProgramArguments) throws

    /// The move for a state.
    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove

    /// What a question is answered with; empty for tasks that ask nothing.
    var answer: String { get }
}

extension TaskOracle {
    var answer: String { "" }
}

extension OracleMove {
    /// The same move, for which these texts are as good.
    func or(_ texts: [String]) -> OracleMove {
        var copy = self
        copy.alternatives += texts
        return copy
    }

    /// The same move from a page whose elements say what is needed later.
    func noting(_ elements: [Element]) -> OracleMove {
        var copy = self
        copy.notable += elements.map(\.id)
        return copy
    }
}

/// The oracles that tasks may name.
enum Oracles {
    private static let known: [String: any TaskOracle.Type] = [
        "SettingsSwitch": SettingsSwitchOracle.self,
        "SettingsSwitches": SettingsSwitchesOracle.self,
        "SwitchThenApp": SwitchThenAppOracle.self,
        "SettingsSlider": SettingsSliderOracle.self,
        "AlarmAdd": AlarmAddOracle.self,
        "TimerSet": TimerSetOracle.self,
        "StopwatchRun": StopwatchRunOracle.self,
        "StopwatchPause": StopwatchPauseOracle.self,
        "Camera": CameraOracle.self,
        "ContactAdd": ContactAddOracle.self,
        "ContactDraft": ContactDraftOracle.self,
        "ContactDelete": ContactDeleteOracle.self,
        "ContactPhone": ContactPhoneOracle.self,
        "FileDelete": FileDeleteOracle.self,
        "FileMove": FileMoveOracle.self,
        "FileRename": FileRenameOracle.self,
        "FolderCreate": FolderCreateOracle.self,
        "MessageSend": MessageSendOracle.self,
        "ExpenseAdd": ExpenseAddOracle.self,
        "ExpenseDelete": ExpenseDeleteOracle.self,
        "ExpenseFromNote": ExpenseFromNoteOracle.self,
        "RecipeAdd": RecipeAddOracle.self,
        "RecipeDelete": RecipeDeleteOracle.self,
        "RecipeFromNote": RecipeFromNoteOracle.self,
        "RetroPlaylist": RetroPlaylistOracle.self,
        "RetroQueue": RetroQueueOracle.self,
        "VLCPlaylists": VLCPlaylistsOracle.self,
        "MarkorNote": MarkorNoteOracle.self,
        "MarkorFolder": MarkorFolderOracle.self,
        "MarkorDelete": MarkorDeleteOracle.self,
        "MarkorMove": MarkorMoveOracle.self,
        "MarkorMerge": MarkorMergeOracle.self,
        "MarkorShare": MarkorShareOracle.self,
        "MarkorPaste": MarkorPasteOracle.self,
        "MessagePaste": MessagePasteOracle.self,
        "ClipboardCopy": ClipboardCopyOracle.self,
        "GalleryCopy": GalleryCopyOracle.self,
        "PictureToExpenses": PictureThenOracle<ExpenseAddOracle>.self,
        "PictureToNote": PictureToNoteOracle.self,
        "PictureToRecipes": PictureThenOracle<RecipeAddOracle>.self,
        "VideoToNote": VideoToNoteOracle.self,
        "CalendarAdd": CalendarAddOracle.self,
        "CalendarDelete": CalendarDeleteOracle.self,
        "CalendarAnswer": CalendarAnswerOracle.self,
        "TasksAnswer": TasksAnswerOracle.self,
        "NotesAnswer": NotesAnswerOracle.self,
        "TrackAnswer": TrackAnswerOracle.self,
        "AudioRecord": AudioRecordOracle.self,
        "OsmFavorite": OsmFavoriteOracle.self,
        "OsmMarker": OsmMarkerOracle.self,
        "OsmTrack": OsmTrackOracle.self,
        "Browser": BrowserOracle.self,
        "DrawCreate": DrawCreateOracle.self,
        "OpenApp": OpenAppOracle.self,
    ]

    /// - Throws: `DroidError` with code `tasks.program`.
    static func make(_ arguments: ProgramArguments) throws -> any TaskOracle {
        guard let type = known[arguments.name] else {
            throw DroidError(
                "tasks.program",
                "\(arguments.place): there is no oracle \"\(arguments.name)\"",
                next: "known are: \(known.keys.sorted().joined(separator: ", "))"
            )
        }
        return try type.init(arguments)
    }

    /// Makes a task's programs once, so that a name that is not known is found when the suite is loaded.
    static func check(_ template: TaskTemplate) throws {
        let instance = try TaskInstance(template, seed: 0)
        if let oracle = template.oracle { _ = try make(oracle.filled(instance.values)) }
        for call in template.setupPrograms + template.check.flatMap(\.programs) {
            _ = try Programs.make(call.filled(instance.values))
        }
    }
}

extension TaskTemplate {
    /// The programs among the set-up steps.
    var setupPrograms: [ProgramCall] {
        setup.compactMap { if case .program(let call) = $0 { call } else { nil } }
    }
}

/// A task's oracle as a chooser.
public struct Oracle: ActionChooser {
    private let oracle: any TaskOracle

    /// The oracle of an instance.
    ///
    /// - Throws: `DroidError` with code `tasks.program`.
    public init(_ instance: TaskInstance) throws {
        guard let call = instance.template.oracle else {
            throw DroidError(
                "tasks.program",
                "\(instance.template.name) has no oracle",
                next: "name one under oracle:, or run another agent"
            )
        }
        oracle = try Oracles.make(call.filled(instance.values))
    }

    /// What the task's question is answered with; empty where it asks nothing.
    var answer: String { oracle.answer }

    /// What the oracle says about a decision. Its right ones are empty where what it wants is no candidate, or where it does
    /// not know the page.
    func verdict(_ decision: Decision) async throws -> OracleMove {
        try await oracle.move(OraclePage(decision), decision.device)
    }

    /// What the oracle says about a decision; its right ones are never empty.
    public func judge(_ decision: Decision) async throws -> OracleMove {
        Self.completed(try await verdict(decision), decision)
    }

    /// A move with something to do: an oracle that does not know the page leaves it; from the home screen it always knows on.
    private static func completed(_ move: OracleMove, _ decision: Decision) -> OracleMove {
        guard move.right.isEmpty else { return move }
        let page = OraclePage(decision)
        let back = page.back + page.home
        return OracleMove(back.isEmpty ? [0] : Array(back.prefix(1)), note: "leave a page that is not known")
    }

    public func choose(_ decision: Decision) async throws -> Choice {
        Self.choice(try await judge(decision), of: decision.candidates.count)
    }

    /// The choice that a verdict leads to.
    static func choice(_ verdict: OracleMove, _ decision: Decision) -> Choice {
        choice(completed(verdict, decision), of: decision.candidates.count)
    }

    private static func choice(_ move: OracleMove, of count: Int) -> Choice {
        let others = (0..<count).filter { !move.right.contains($0) }
        let share = 1 / Double(max(move.right.count, 1))
        let ranked =
            move.right.map { Ranked(index: $0, score: 1, normalised: share) }
            + others.map { Ranked(index: $0, score: 0, normalised: 0) }
        return Choice(ranked: ranked, filledText: move.text)
    }
}
