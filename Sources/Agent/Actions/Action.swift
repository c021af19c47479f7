// SPDX-License-Identifier: Apache-2.0

/// Where a scroll goes: `down` shows what lies further down.
public enum ScrollDirection: String, Sendable, Codable, CaseIterable {
    case up, down, left, right

    /// The way back.
    public var opposite: ScrollDirection {
        switch self {
        case .up: .down
        case .down: .up
        case .left: .right
        case .right: .left
        }
    }
}

/// The way of a short stroke over an opaque area.
public enum StrokeDirection: String, Sendable, Codable, CaseIterable {
    case up, upRight = "up right", right, downRight = "down right", down, downLeft = "down left", left
    case upLeft = "up left"

    /// The direction as steps of -1, 0 and 1 along x and y; y grows downwards.
    public var vector: (x: Int, y: Int) {
        switch self {
        case .up: (0, -1)
        case .upRight: (1, -1)
        case .right: (1, 0)
        case .downRight: (1, 1)
        case .down: (0, 1)
        case .downLeft: (-1, 1)
        case .left: (-1, 0)
        case .upLeft: (-1, -1)
        }
    }
}

/// What the agent can do in one step. Numbers are element ids of the screen that it was made for.
///
/// The names and fields of the JSON form are AndroidWorld's (`action_type`, `index`, `text`, `direction`, `app_name`,
/// `goal_status`), with `stroke`, `remember` and `read_list` added. Text, app name and answer are nil while they are placeholders.
public enum Action: Sendable, Hashable {
    case click(Int)
    case longPress(Int)
    case inputText(Int, text: String?)
    case clearText(Int)
    case scroll(Int, ScrollDirection)
    case stroke(Int, StrokeDirection)
    case keyboardEnter
    case navigateHome
    case navigateBack
    case openApp(String?)
    case wait
    case answer(String?)
    /// Writes down what an element says. Nothing is sent to the device.
    case remember(Int)
    /// Reads a list from its first row to its last and writes the rows down; each scroll that this takes is a step.
    case readList(Int)
    case complete
    case infeasible

    /// The name of the kind, as AndroidWorld writes it.
    public var type: String {
        switch self {
        case .click: "click"
        case .longPress: "long_press"
        case .inputText: "input_text"
        case .clearText: "clear_text"
        case .scroll: "scroll"
        case .stroke: "stroke"
        case .keyboardEnter: "keyboard_enter"
        case .navigateHome: "navigate_home"
        case .navigateBack: "navigate_back"
        case .openApp: "open_app"
        case .wait: "wait"
        case .answer: "answer"
        case .remember: "remember"
        case .readList: "read_list"
        case .complete, .infeasible: "status"
        }
    }

    /// The element that it acts on, or nil.
    public var elementID: Int? {
        switch self {
        case .click(let id), .longPress(let id), .inputText(let id, _), .clearText(let id), .scroll(let id, _),
            .stroke(let id, _), .remember(let id), .readList(let id):
            id
        default: nil
        }
    }

    /// Whether it ends the run.
    public var isStatus: Bool { self == .complete || self == .infeasible }

    /// Whether a text has to be found before it can be done.
    public var isPlaceholder: Bool {
        switch self {
        case .inputText(_, nil), .openApp(nil), .answer(nil): true
        default: false
        }
    }

    /// The same action with its text, app name or answer; other actions are given back as they are.
    public func filled(with text: String) -> Action {
        switch self {
        case .inputText(let id, _): .inputText(id, text: text)
        case .openApp: .openApp(text)
        case .answer: .answer(text)
        default: self
        }
    }

    /// The text, app name or answer that is filled in, or nil.
    public var filledText: String? {
        switch self {
        case .inputText(_, let text), .openApp(let text), .answer(let text): text
        default: nil
        }
    }
}

extension Action: Codable {
    private enum Key: String, CodingKey {
        case type = "action_type", index, text, direction, appName = "app_name", status = "goal_status"
    }

    public init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: Key.self)
        let type = try box.decode(String.self, forKey: .type)
        func index() throws -> Int { try box.decode(Int.self, forKey: .index) }
        switch type {
        case "click": self = .click(try index())
        case "long_press": self = .longPress(try index())
        case "input_text": self = .inputText(try index(), text: try box.decodeIfPresent(String.self, forKey: .text))
        case "clear_text": self = .clearText(try index())
        case "scroll": self = .scroll(try index(), try box.decode(ScrollDirection.self, forKey: .direction))
        case "stroke": self = .stroke(try index(), try box.decode(StrokeDirection.self, forKey: .direction))
        case "keyboard_enter": self = .keyboardEnter
        case "navigate_home": self = .navigateHome
        case "navigate_back": self = .navigateBack
        case "open_app": self = .openApp(try box.decodeIfPresent(String.self, forKey: .appName))
        case "wait": self = .wait
        case "remember": self = .remember(try index())
        case "read_list": self = .readList(try index())
        case "answer": self = .answer(try box.decodeIfPresent(String.self, forKey: .text))
        case "status":
            self = try box.decode(String.self, forKey: .status) == "infeasible" ? .infeasible : .complete
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type,
                in: box,
                debugDescription: "no action is called \(type)"
            )
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var box = encoder.container(keyedBy: Key.self)
        try box.encode(type, forKey: .type)
        try box.encodeIfPresent(elementID, forKey: .index)
        switch self {
        case .inputText(_, let text), .answer(let text): try box.encodeIfPresent(text, forKey: .text)
        case .openApp(let name): try box.encodeIfPresent(name, forKey: .appName)
        case .scroll(_, let direction): try box.encode(direction, forKey: .direction)
        case .stroke(_, let direction): try box.encode(direction, forKey: .direction)
        case .complete: try box.encode("complete", forKey: .status)
        case .infeasible: try box.encode("infeasible", forKey: .status)
        default: break
        }
    }
}

/// One thing that the screen allows, and the words under which it is scored.
public struct Candidate: Sendable, Hashable, Codable {
    public var action: Action
    /// The element it comes from, or nil for what is always possible.
    public var elementID: Int?
    /// The number that the screen text shows for its element, or nil.
    public var number: Int?
    /// The words that follow the prompt, such as `tap "Bluetooth"`, without space or line break around them.
    public var text: String
    /// The label of its element in full, or the empty string.
    public var label: String

    public init(action: Action, elementID: Int? = nil, number: Int? = nil, text: String, label: String = "") {
        self.action = action
        self.elementID = elementID
        self.number = number
        self.text = text
        self.label = label
    }
}
