// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// The pages of Simple SMS Messenger.
struct MessagesPages {
    static let package = "com.simplemobiletools.smsmessenger"
    static let app = "Simple SMS Messenger"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    /// Whether the conversations are listed and nothing is being selected or searched.
    var isList: Bool { page.element(id: "conversations_fab") != nil }
    var isNew: Bool { page.element(id: "new_conversation_address") != nil }
    var isThread: Bool { page.element(id: "thread_type_message") != nil }

    /// The way to the messenger, or nil when it is in front.
    ///
    /// An app that the messenger itself has opened lies over it in its task, where opening the messenger by name would
    /// only find that app again: it is left.
    func go() -> OracleMove? {
        if isInFront { return nil }
        if page.package.contains("launcher") || page.package == "com.android.systemui" { return page.open(Self.app) }
        return page.tap("Discard") ?? page.leave("leave another app")
    }

    /// Whether the conversation with one of these titles is shown and nothing in it is selected.
    func isThread(of titles: [String]) -> Bool {
        guard isThread, let bar = page.element(id: "thread_toolbar") else { return false }
        return titles.contains { title in page.texts(in: bar.id).contains { Self.same($0, title) } }
    }

    /// Whether two titles are one, numbers by their digits.
    private static func same(_ a: String, _ b: String) -> Bool { a == b || MessageRows.same(a, b) }

    /// What stands in a field, nothing where that is its hint.
    func value(of field: Element, hint: String) -> String { field.text == hint ? "" : field.text }

    /// The way to write a text to somebody in a conversation that is shown.
    func say(_ text: String) -> OracleMove {
        guard let field = page.element(id: "thread_type_message") else { return page.leave() }
        let typed = value(of: field, hint: "Type a message…")
        if typed.trimmingSpaces == text { return OracleMove(page.taps(id: "thread_send_message"), note: "send") }
        if !typed.isEmpty { return OracleMove(page.clears(field), note: "empty the field") }
        return OracleMove(page.types(into: field), text: text, note: "type the message")
    }

    /// The way to the conversation with a number over the page of a new one.
    func start(with number: String) -> OracleMove {
        if isList { return OracleMove(page.taps(id: "conversations_fab"), note: "new conversation") }
        guard isNew, let field = page.element(id: "new_conversation_address") else { return page.leave() }
        let typed = value(of: field, hint: "Add Contact or Number…").trimmingSpaces
        if MessageRows.same(typed, number) {
            return OracleMove(page.taps(id: "new_conversation_confirm"), note: "go on with the number")
        }
        if !typed.isEmpty { return OracleMove(page.clears(field), note: "empty the field") }
        return OracleMove(page.types(into: field), text: number, note: "type the number")
    }
}

/// Sends a message: `number`, `body`; `name` where the number is a contact's. `reply: yes` goes over the conversation
/// that is there, else a new one is begun.
///
/// A message that has gone out before counts as often as `before` says, which is 0 where it is absent. With `source: screen` what is to be
/// said stands in the list of conversations.
struct MessageSendOracle: TaskOracle {
    let number: String
    let body: String
    let name: String?
    let replies: Bool
    let before: Int
    let readsBody: Bool

    init(_ arguments: ProgramArguments) throws {
        readsBody = arguments["source"] == "screen"
        number = try arguments.need("number")
        body = try arguments.need("body")
        name = arguments["name"]
        replies = arguments["reply"] == "yes"
        before = arguments["before"] == nil ? 0 : try arguments.integer("before")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let sent = try await MessageRows(device).sent()
        let done = sent.count { MessageRows.same($0.address, number) && $0.body == body } > before
        let pages = MessagesPages(page)
        if let move = pages.go() { return move }
        if done { return page.done() }
        let titles = [number] + (name.map { [$0] } ?? [])
        if pages.isThread(of: titles) { return pages.say(body) }
        if replies {
            guard pages.isList else { return page.leave() }
            return page.choose(name ?? number)
        }
        if let name, pages.isNew, let person = page.tap(name) { return person }
        if let name, pages.isNew, let field = page.element(id: "new_conversation_address"),
            pages.value(of: field, hint: "Add Contact or Number…").isEmpty
        {
            return OracleMove(
                page.types(into: field),
                neutral: Set(page.scrolls(.down)),
                text: name,
                note: "look for \(name)"
            )
        }
        let heard = readsBody && pages.isList ? page.screen.elements.filter { $0.text == body } : []
        return pages.start(with: number).noting(heard)
    }
}
