// SPDX-License-Identifier: Apache-2.0

extension AppContext {
    /// Whether an installed app answers to the intent.
    func canStart(_ intent: Intent) -> Bool {
        system.installed.contains { app in app.intentFilters.contains { $0.matches(intent) } }
    }

    /// Lets the user choose an app that takes a text, as `Intent.createChooser` does for `ACTION_SEND`.
    func share(_ text: String) { start(ShareSheetApp.intent(text: text)) }

    /// Starts the intent, or says in a toast that no app can do it.
    func start(_ intent: Intent, orSay words: String) {
        if canStart(intent) { start(intent) } else { toast(words) }
    }
}
