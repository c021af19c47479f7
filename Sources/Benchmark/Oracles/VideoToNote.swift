// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// Writes down the words that a film shows one after another: `file`, `count` of words that are shown for eight seconds each, and
/// the note's `name` and `content`.
///
/// It stops the film at its first word and leaps from word to word by ten seconds.
struct VideoToNoteOracle: TaskOracle {
    private static let package = "org.videolan.vlc"
    private static let app = "VLC"
    private let file: String
    private let count: Int
    private let note: MarkorNoteOracle

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        count = try arguments.integer("count")
        note = MarkorNoteOracle(new: try arguments.need("name"), content: try arguments.need("content"))
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if leaps(page.history) < count - 1 { return watch(page) }
        return try await note.move(page, device).noting(words(page))
    }

    /// The picture of a stopped film, where words were read in it.
    private func words(_ page: OraclePage) -> [Element] {
        guard page.package == Self.package, page.element(id: "player_overlay_title") != nil, !page.shows("Pause") else {
            return []
        }
        return page.screen.elements.filter { page.screen.readTexts[$0.id] != nil }
    }

    /// How often the film was moved on since it was opened last, as the working memory has it.
    private func leaps(_ history: [String]) -> Int {
        guard let opened = history.lastIndex(where: { $0.hasPrefix("tap ") && $0.contains(file) }) else { return 0 }
        return history[opened...].filter { $0.hasPrefix("tap \"Forward\"") }.count
    }

    private func watch(_ page: OraclePage) -> OracleMove {
        guard page.package == Self.package else { return page.open(Self.app) }
        if let bar = page.element(id: "player_overlay_title") {
            guard page.inside(bar.id).contains(where: { $0.text == file }) else { return page.leave("another film") }
            if page.shows("Pause") { return OracleMove(page.taps("Pause"), note: "stop at the first word") }
            // From here on, ten seconds lead from each word to the next.
            if leaps(page.history) == 0, let time = page.element(id: "player_overlay_time")?.text, time > "00:03" {
                return OracleMove(page.taps("Rewind"), note: "to the first word")
            }
            return OracleMove(page.taps("Forward"), note: "to the next word").noting(words(page))
        }
        guard page.element(id: "navigation") != nil, page.element(id: "action_mode_bar") == nil,
            let bar = page.element(id: "main_toolbar")
        else { return page.leave() }
        guard page.inside(bar.id).contains(where: { $0.text == "VLC" }) else {
            return OracleMove(page.taps(id: "nav_video"), note: "to the films")
        }
        return page.choose(file)
    }
}
