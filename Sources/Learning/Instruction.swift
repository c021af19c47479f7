// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// A goal that one action on the screen in front does, such as "Switch Wi-Fi off": the first thing that a verifier has to learn is
/// which words mean which candidate.
struct Instruction: Sendable, Equatable {
    /// The version of what is drawn, and of its words; collections of different ones are kept apart.
    static let version = 1

    /// What is asked for, by which instructions of a screen are balanced.
    enum Sort: String, Sendable, CaseIterable {
        case tap, toggle, tick, option, tab, focus, type, clear, longPress, scroll, slide, draw, enter, remember,
            readList
        case openApp, back, home, wait, answer, done

        /// How often one of this sort is drawn against others of a screen that has both.
        var weight: Int {
            switch self {
            case .tap, .toggle, .option: 6
            case .type: 5
            case .tick, .tab, .clear, .scroll, .slide: 4
            case .draw, .answer: 3
            case .focus, .longPress, .enter, .remember, .readList, .openApp, .back, .done: 2
            case .home, .wait: 1
            }
        }
    }

    var sort: Sort
    var goal: String
    /// Places of the right candidates; all do the same.
    var right: [Int]
    /// Places of those that are neither right nor wrong.
    var neutral: Set<Int> = []
    /// What is typed, opened or answered.
    var text: String?
    /// Whether it is an instruction only where that text is offered.
    var needsText = false

    /// Whether a screen is a launcher's.
    static func isHome(_ screen: ScreenState) -> Bool { screen.package.contains("launcher") }

    /// What the app in front is called.
    static func app(of screen: ScreenState) -> String {
        isHome(screen) ? "Launcher" : AppCatalog.label(of: screen.package)
    }
}
