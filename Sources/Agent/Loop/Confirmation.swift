// SPDX-License-Identifier: Apache-2.0

import Screen

/// When a person is asked before an action.
public enum ConfirmPolicy: String, Sendable, Codable, CaseIterable {
    /// Before actions that send, pay, delete, call, grant or install.
    case ask
    /// Never.
    case never
}

/// What makes an action sensitive.
public enum Sensitivity: String, Sendable, Codable, CaseIterable {
    case send, pay, delete, call, grant, install

    /// What an action does to the world as far as its words tell, or nil where it is harmless.
    ///
    /// Only taps and Enter can do harm. The words of the element itself count; a text that merely stands on the screen
    /// does not.
    public static func of(_ action: Action, on screen: ScreenState) -> Sensitivity? {
        let element: Element?
        switch action {
        case .click(let id), .longPress(let id): element = screen.element(id)
        case .keyboardEnter: element = screen.focusedField
        default: return nil
        }
        guard let element else { return nil }
        if case .keyboardEnter = action {
            // Enter sends in a messenger's field, and in others does no harm.
            return words(element.label + " " + element.resourceWords).contains {
                ["message", "compose", "sms"].contains($0)
            } ? .send : nil
        }
        // What is only switched or looked at does nothing to anybody.
        guard ![.field, .toggle, .checkbox, .radio, .tab, .slider].contains(element.role) else { return nil }
        // A button says its business at once: "Delete contact", "Yes, delete". A long label is content, such as a note
        // about sending.
        let own = words(element.label)
        guard own.count <= 4 else { return nil }
        var telling = Set(own.prefix(1)).union(words(element.contentDescription).prefix(1)).union(
            words(element.resourceWords)
        )
        if own.count == 2 { telling.insert(own[1]) }
        return table.first { !telling.isDisjoint(with: $0.words) }?.kind
    }

    private static let table: [(kind: Sensitivity, words: Set<String>)] = [
        (.pay, ["pay", "buy", "purchase", "order", "checkout", "transfer", "donate", "subscribe"]),
        (.delete, ["delete", "remove", "erase", "uninstall", "discard", "wipe", "trash", "reset"]),
        (.send, ["send", "post", "publish", "share", "tweet", "reply", "submit"]),
        (.call, ["call", "dial"]),
        (.grant, ["allow", "grant", "permit", "authorize", "accept", "agree", "trust"]),
        (.install, ["install", "update"]),
    ]

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter }.map(String.init)
    }
}

/// What a person, or the lack of one, said.
public enum ConfirmAnswer: Sendable {
    case yes, no
    /// Nobody is there to ask.
    case nobody
}

/// Asks a person before a sensitive action. The command line implements it on the terminal, a page in the browser.
public protocol Confirmer: Sendable {
    /// - Parameters:
    ///   - kind: what makes the action sensitive.
    ///   - words: the action as a person reads it.
    func confirm(_ kind: Sensitivity, words: String) async -> ConfirmAnswer
}

/// Stands where nobody can be asked.
public struct NobodyToAsk: Confirmer {
    public init() {}
    public func confirm(_ kind: Sensitivity, words: String) async -> ConfirmAnswer { .nobody }
}
