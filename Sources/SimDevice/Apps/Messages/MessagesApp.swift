// SPDX-License-Identifier: Apache-2.0

import Foundation
import Media

/// Simple SMS Messenger: the conversations, the page that starts a new one, and a conversation's own page.
///
/// Messages lie in the telephony provider, unsent texts too; the value holds what is selected, searched or typed.
struct MessagesApp: App {
    static let package = "com.simplemobiletools.smsmessenger"
    static let newActivity = package + ".activities.NewConversationActivity"
    static let threadActivity = package + ".activities.ThreadActivity"
    static let icon = AppIcon(glyph: .message, disc: 0xf57c00)
    static let manifest = AppManifest(
        package: package,
        label: "Simple SMS Messenger",
        versionName: "5.19.3",
        versionCode: 85,
        mainActivity: ".activities.MainActivity",
        activities: [newActivity, threadActivity],
        intentFilters: [
            IntentFilter(
                activity: threadActivity,
                actions: ["android.intent.action.SENDTO", "android.intent.action.VIEW"],
                schemes: ["sms", "smsto", "mms", "mmsto"]
            ),
            IntentFilter(activity: newActivity, actions: ["android.intent.action.SEND"], mimeTypes: ["text/plain"]),
        ],
        permissions: [
            "android.permission.READ_CONTACTS", "android.permission.READ_SMS", "android.permission.SEND_SMS",
            "android.permission.RECEIVE_SMS",
        ]
    )

    /// What the value is a page of.
    enum Page: Hashable {
        case conversations
        case new
        /// The messages with a number.
        case thread(String)
    }

    /// What is asked over the page.
    enum Asking: Hashable {
        case deleteMessages(Set<Int64>)
        case deleteConversations(Set<String>)
    }

    var page = Page.conversations
    var asking: Asking?
    // The conversations.
    var searching = false
    var query = ""
    /// The conversations that are ticked, by address.
    var ticked: Set<String> = []
    // A new conversation.
    var recipient = ""
    // A conversation.
    /// What is typed and not sent.
    var text = ""
    /// The messages that are selected, by their rows.
    var selection: Set<Int64> = []

    init?(intent: Intent, context: AppContext) {
        let said = intent.extras["sms_body"] ?? intent.extras["android.intent.extra.TEXT"]
        switch intent.action {
        case "android.intent.action.SENDTO", "android.intent.action.VIEW":
            let (number, body) = Self.parts(of: intent.dataURI ?? "")
            if number.isEmpty {
                self.init(page: .new, text: said ?? body)
            } else {
                self.init(threadWith: number, text: said ?? body, context)
            }
        case "android.intent.action.SEND": self.init(page: .new, text: said ?? "")
        default:
            self.init(page: intent.component?.activity == Self.newActivity ? .new : .conversations, text: "")
        }
    }

    private init(page: Page, text: String) { (self.page, self.text) = (page, text) }

    /// The page of a new conversation, with a text that goes along to whoever is chosen.
    static func newConversation(text: String = "") -> MessagesApp { MessagesApp(page: .new, text: text) }

    /// A conversation's page. Without a text, what was left unsent stands in the field again.
    init(threadWith number: String, text: String = "", _ context: AppContext) {
        page = .thread(number)
        self.text = text.isEmpty ? (try? context.system.messages.draft(for: number)) ?? "" : text
        markRead(context)
    }

    /// The number and the text of `sms:5550100?body=Hello%20there`.
    private static func parts(of uri: String) -> (number: String, body: String) {
        let rest = uri.drop { $0 != ":" }.dropFirst()
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let number = (parts.first.map(String.init) ?? "").removingPercentEncoding ?? ""
        let fields = parts.count > 1 ? parts[1].split(separator: "&") : []
        let body = fields.first { $0.hasPrefix("body=") }.map { String($0.dropFirst(5)) } ?? ""
        return (String(number.drop { $0 == "/" }), body.removingPercentEncoding ?? body)
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .conversations: conversationsPage(ui)
        case .new: newPage(ui)
        case .thread(let address): threadPage(address, ui)
        }
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let question: String
        switch asking {
        case .deleteMessages(let rows): question = rows.count == 1 ? "1 message" : "\(rows.count) messages"
        case .deleteConversations(let addresses):
            question = addresses.count == 1 ? "1 conversation" : "\(addresses.count) conversations"
        case nil: return nil
        }
        return .confirm(
            "",
            message: "Are you sure you want to delete \(question)?",
            yes: "Yes",
            no: "No",
            onYes: ui.on { $0.delete($1) },
            onNo: ui.on { app, _ in app.asking = nil }
        )
    }

    mutating func back(_ context: AppContext) -> Bool {
        switch page {
        case .conversations:
            if !ticked.isEmpty {
                ticked = []
            } else if searching {
                (searching, query) = (false, "")
            } else {
                return false
            }
            return true
        case .new: return false
        case .thread:
            if !selection.isEmpty {
                selection = []
                return true
            }
            keepDraft(context)
            return false
        }
    }

    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool {
        guard case .thread(let address) = page, let uri = intent.dataURI, intent.extras.isEmpty else { return false }
        return PhoneNumber.same(Self.parts(of: uri).number, address)
    }

    // What comes in while its conversation is in front has been seen.
    mutating func resumed(_ context: AppContext) { markRead(context) }
    mutating func timePassed(_ context: AppContext) {
        if context.isInFront { markRead(context) }
    }

    // MARK: Doing

    private func markRead(_ context: AppContext) {
        guard case .thread(let address) = page else { return }
        try? context.system.messages.mark(address, read: true)
        let notifications = context.system.notifications
        for item in notifications.items where item.package == Self.package {
            if let uri = item.uri, PhoneNumber.same(Self.parts(of: uri).number, address) {
                notifications.cancel(item.id)
            }
        }
    }

    /// Keeps what is typed, so that it stands there again when the conversation is opened.
    func keepDraft(_ context: AppContext) {
        if case .thread(let address) = page { try? context.system.messages.setDraft(trimmedText, for: address) }
    }

    /// What is typed, without spaces and line breaks at its ends, as it is sent.
    var trimmedText: String {
        let inner = text.drop(while: \.isWhitespace)
        return String(inner.reversed().drop(while: \.isWhitespace).reversed())
    }

    private mutating func delete(_ context: AppContext) {
        let messages = context.system.messages
        switch asking {
        case .deleteMessages(let rows):
            try? messages.delete(((try? messages.all()) ?? []).filter { rows.contains($0.id) })
            selection = []
        case .deleteConversations(let addresses):
            for address in addresses { try? messages.delete((try? messages.messages(with: address)) ?? []) }
            ticked = []
            if case .thread = page { context.finish() }
        case nil: break
        }
        asking = nil
    }

    /// How a number is shown: by the name of whoever has it.
    static func title(_ address: String, _ people: [ContactsStore.Contact]) -> String {
        people.first { $0.phones.contains { PhoneNumber.same($0.value, address) } }?.display ?? address
    }

    /// The time of a message of today, else its day.
    static func day(_ moment: Int64, _ context: AppContext) -> String {
        let (then, now) = (LocalTime(moment, zone: context.system.timeZone), context.localNow)
        if then.day == now.day { return then.clock(is24Hour: context.is24Hour) }
        let day = "\(then.day.monthName.prefix(3)) \(then.day.day)"
        return then.day.year == now.day.year ? day : day + ", \(then.day.year)"
    }
}
