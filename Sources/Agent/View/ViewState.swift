// SPDX-License-Identifier: Apache-2.0

import Pages
import Screen

/// What the page of a device is told.
struct ViewState: LiveState {
    /// What a person is asked to choose.
    struct Question: Sendable, Encodable {
        /// Counts decisions from 1; an answer names the decision that it is to.
        var id: Int
        var goal: String
        /// 1 for the first step.
        var step: Int
        var budget: Int?
        var memory: [String]
        var candidates: [Option]
        var apps: [String]
    }

    /// One candidate.
    struct Option: Sendable, Encodable {
        var text: String
        var type: String
        /// Left, top, right and bottom of what can be seen of its element; nil for what acts on none.
        var bounds: [Int]?
        /// Whether a text has to come with it.
        var asks: Bool
    }

    /// Grows with each change of anything here.
    var version = 0
    /// Grows with each other picture.
    var picture = 0
    var serial: String
    var width = 0
    var height = 0
    var package = ""
    var activity = ""
    /// Pictures taken a second, lately.
    var rate = 0.0
    /// What is wrong with the device, or nil.
    var problem: String?
    var question: Question?
    /// What happened before: how episodes ended.
    var notes: [String] = []
    /// Whether nothing more will come.
    var isOver = false
}

/// One element of the screen, as the page outlines it.
struct ViewElement: Sendable, Encodable {
    var bounds: [Int]
    var text: String
    var id: String
    var type: String
    var isClickable: Bool

    /// The elements of a screen that can be seen; no more than a page can take.
    static func of(_ screen: ScreenState) -> [ViewElement] {
        screen.elements.prefix(5000).compactMap { element in
            let bounds = screen.visibleBounds(of: element.id)
            guard !bounds.isEmpty else { return nil }
            return ViewElement(
                bounds: bounds.edges,
                text: PromptBuilder.clip(element.text.isEmpty ? element.contentDescription : element.text, 200),
                id: element.resourceID,
                type: element.shortClass,
                isClickable: element.isClickable
            )
        }
    }
}

extension Bounds {
    /// Left, top, right and bottom.
    var edges: [Int] { [left, top, right, bottom] }
}
