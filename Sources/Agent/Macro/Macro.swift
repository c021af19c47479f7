// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

/// A run as a script: what was done on which screens, with the values that its goal states as parameters.
///
/// A macro is a JSON file. It names elements by selectors, never by numbers, and says of each step what the screen has to be like.
public struct Macro: Sendable, Codable, Equatable {
    /// The version of the file's form.
    public static let schemaVersion = 1

    /// A value that the goal states and the steps use.
    public struct Parameter: Sendable, Codable, Hashable {
        /// Small letters, digits and hyphens.
        public var name: String
        /// The value of the run that the macro was made of.
        public var value: String
        /// What the goal calls it, such as `file name`; nil where it has no name there.
        public var slot: String?

        public init(name: String, value: String, slot: String? = nil) {
            (self.name, self.value, self.slot) = (name, value, slot)
        }
    }

    /// One action.
    public struct Step: Sendable, Codable, Hashable {
        /// The kind of action.
        public var action: Kind
        /// Of a scroll or a stroke.
        public var direction: String?
        /// The element that it acts on.
        public var element: Selector?
        /// The area that scrolls around the element, where there is one.
        public var list: Selector?
        /// What is typed, or the app that is opened.
        public var text: MacroText?
        /// Whether the text has words that are not the goal's: it is typed again only if this run, too, has seen them on the
        /// device.
        public var isSeen: Bool?
        /// For what can be checked: its state before.
        public var wasOn: Bool?
        /// For a field: whether it held a text before.
        public var hadText: Bool?
        /// Whether it changed the screen.
        public var changes: Bool
        /// The action in words, for people.
        public var words: String
        /// What the screen has to be like.
        public var screen: ScreenShape
        /// Of the end: texts outside of lists that the last action brought. One of them has to be there again.
        public var brought: [MacroText]?

        public init(action: Kind, words: String, screen: ScreenShape, changes: Bool = true) {
            (self.action, self.words, self.screen, self.changes) = (action, words, screen, changes)
        }
    }

    /// What can be done, as `Action` names it; what ends a run has names of its own.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case click, longPress = "long_press", type = "input_text", clear = "clear_text", scroll, stroke
        case enter = "keyboard_enter", home = "navigate_home", back = "navigate_back", open = "open_app", answer
        case complete

        /// The kind of an action; nil for waiting and giving up, which no macro does.
        public init?(_ action: Action) { self.init(rawValue: action == .complete ? "complete" : action.type) }
    }

    public var schema: Int
    public var goal: String
    /// The goal with parameters in the places of their values.
    public var template: MacroText
    /// In the order of the goal.
    public var parameters: [Parameter]
    /// The run that it was made of.
    public var run: String
    public var actionSpaceVersion: Int
    public var program: String
    public var steps: [Step]

    public init(goal: String, template: MacroText, parameters: [Parameter], run: String, steps: [Step]) {
        schema = Self.schemaVersion
        actionSpaceVersion = ActionSpace.version
        program = "droidagent \(BuildInfo.version) (\(BuildInfo.commit))"
        (self.goal, self.template, self.parameters, self.run, self.steps) = (goal, template, parameters, run, steps)
    }

    /// The values of the run that it was made of.
    public var values: [String: String] {
        Dictionary(parameters.map { ($0.name, $0.value) }) { first, _ in first }
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 40
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }
}

extension Macro {
    /// Reads a macro file.
    ///
    /// - Throws: `DroidError` with code `macro.corrupt`, `macro.version`, or `file.read`.
    public static func load(_ path: String) throws -> Macro {
        struct Head: Decodable { var schema: Int }
        let bytes = try FileBytes.read(path)
        let macro: Macro
        do {
            let schema = try JSON.decode(Head.self, from: bytes).schema
            guard schema == schemaVersion else {
                throw DroidError(
                    "macro.version",
                    "\(path) is a macro of version \(schema)",
                    why: "this program reads version \(schemaVersion)",
                    next: "make it again from its run: droidagent view RUN --macro FILE"
                )
            }
            macro = try JSON.decode(Macro.self, from: bytes)
        } catch {
            throw DroidError.wrapping(
                error,
                "macro.corrupt",
                "\(path) is no macro",
                next: "make one from a run that was done: droidagent view RUN --macro FILE"
            )
        }
        if let fault = macro.fault {
            throw DroidError("macro.corrupt", "\(path) is no macro that can be done", why: fault)
        }
        guard macro.actionSpaceVersion == ActionSpace.version else {
            throw DroidError(
                "macro.version",
                "\(path) was made for another action space",
                why: "it is version \(macro.actionSpaceVersion), and this program has version \(ActionSpace.version)",
                next: "do the task once more without the macro, and make a new one from that run"
            )
        }
        return macro
    }

    /// Writes the file whole, readable by its user only, since it holds what was on the screen.
    public func write(to path: String) throws {
        try FileBytes.write(try JSON.pretty(self) + "\n", to: path, mode: 0o600)
    }

    /// Why the parts do not fit each other, or nil.
    var fault: String? {
        let names = Set(parameters.map(\.name))
        if names.count != parameters.count { return "two parameters have one name" }
        if let wrong = parameters.first(where: { !Self.isName($0.name) || $0.value.isEmpty }) {
            return "the parameter \"\(wrong.name)\" needs a name of small letters, digits and hyphens, and a value"
        }
        if steps.isEmpty { return "it has no step" }
        var used = template.names
        for step in steps {
            let texts = [
                step.text, step.element?.label, step.element?.beside, step.list?.label, step.list?.beside,
                step.screen.title,
            ]
            used += (step.brought ?? []).flatMap(\.names)
            used += texts.flatMap { $0?.names ?? [] }
            let needsElement = [.click, .longPress, .type, .clear, .scroll, .stroke].contains(step.action)
            if needsElement && step.element == nil { return "the step \"\(step.words)\" has no element" }
            if [.type, .open].contains(step.action) && step.text == nil {
                return "the step \"\(step.words)\" has no text"
            }
        }
        if let unknown = used.first(where: { !names.contains($0) }) { return "there is no parameter \"\(unknown)\"" }
        return nil
    }
}

extension Macro.Step {
    /// Whether a person would have to be asked before it, as far as its selector tells.
    var isSensitive: Bool {
        var element = Element(id: 0, parent: nil, depth: 0)
        element.label = self.element?.label.map(\.description) ?? words
        element.resourceID = self.element?.resourceID ?? ""
        element.role = .button
        let screen = ScreenState(elements: [element], displaySize: DisplaySize(width: 1, height: 1))
        return Sensitivity.of(.click(0), on: screen) != nil
    }
}
