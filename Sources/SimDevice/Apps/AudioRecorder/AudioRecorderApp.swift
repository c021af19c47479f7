// SPDX-License-Identifier: Apache-2.0

import Media

/// Audio Recorder: the welcome and set-up pages of the first start, the page that records and plays, and the list of records.
///
/// Records are files; a value holds what is being recorded, played, typed or asked on one page.
struct AudioRecorderApp: App {
    static let package = "com.dimowner.audiorecorder"
    static let welcomeActivity = ".app.welcome.WelcomeActivity"
    static let setupActivity = ".app.setup.SetupActivity"
    static let mainActivity = ".app.main.MainActivity"
    static let recordsActivity = ".app.records.RecordsActivity"
    static let icon = AppIcon(glyph: .microphone, disc: 0x455a64)
    static let manifest = AppManifest(
        package: package,
        label: "Audio Recorder",
        versionName: "0.9.98",
        versionCode: 926,
        mainActivity: welcomeActivity,
        activities: [setupActivity, mainActivity, recordsActivity],
        permissions: [microphone]
    )
    static let microphone = "android.permission.RECORD_AUDIO"
    /// The app's own colour.
    static let teal = Tone.rgb(0x00796b)

    /// What the value is a page of.
    enum Page: Hashable { case welcome, setup, main, records }

    /// What stands over the page.
    enum Asking: Hashable {
        case microphone
        /// The name of what has just been recorded.
        case name(String)
        case rename(String)
        case delete(String)
        /// Whether what is being recorded is to go.
        case discard
    }

    /// Something that runs on the device's clock and can be held.
    struct Run: Hashable {
        /// Since when it runs, in milliseconds since 1970; nil while it is held.
        var since: Int64?
        /// What had run before.
        var before: Int64 = 0

        func length(_ now: Int64) -> Int64 { before + (since.map { max(0, now - $0) } ?? 0) }

        mutating func hold(_ now: Int64) { (before, since) = (length(now), nil) }
    }

    var page = Page.main
    var asking: Asking?
    /// What is being recorded.
    var recording: Run?
    /// The record that is shown and can be played; the newest where it is nil.
    var active: String?
    var playing: Run?
    /// A name while it is typed.
    var name = ""
    var asksNoMore = false
    /// The set-up page's choice.
    var format = RecordFormat()

    init?(intent: Intent, context: AppContext) {
        let settings = RecorderSettings(context)
        format = settings.format
        let activity = intent.component?.activity ?? ""
        if activity.hasSuffix(Self.recordsActivity) {
            page = .records
        } else if activity.hasSuffix(Self.setupActivity) {
            page = .setup
        } else if activity.hasSuffix(Self.welcomeActivity), settings.isFirstRun {
            page = .welcome
        }
    }

    init(page: Page) { self.page = page }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .welcome: welcomePage(ui)
        case .setup: setupPage(ui)
        case .main: mainPage(ui)
        case .records: recordsPage(ui)
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        // What is being recorded goes on behind the home screen.
        guard page == .main, recording != nil else { return false }
        context.goHome()
        return true
    }

    mutating func result(of request: String, _ values: [String: String], _ context: AppContext) {
        // The list of records leads back with the one that is to be played.
        guard request == "records", let name = values["name"] else { return }
        active = name
        playing = Run(since: context.now)
    }

    mutating func timePassed(_ context: AppContext) {
        guard let playing, let record = shown(context) else { return }
        if playing.length(context.now) >= record.milliseconds { self.playing = nil }
    }

    /// The record that is shown.
    func shown(_ context: AppContext) -> RecordStore.Record? {
        let store = RecordStore(context)
        return active.flatMap(store.record) ?? store.records().first
    }

    /// `01:05`, or `1:01:05`.
    static func clock(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        let rest = "\(LocalTime.two(Int(seconds / 60 % 60))):\(LocalTime.two(Int(seconds % 60)))"
        return seconds >= 3600 ? "\(seconds / 3600):\(rest)" : rest
    }
}

/// What the app remembers besides its records.
struct RecorderSettings {
    private static let name = "com.dimowner.audiorecorder.data.PrefsImpl"
    private var preferences: SharedPreferences

    init(_ context: AppContext) {
        preferences = SharedPreferences(context.system.files, package: AudioRecorderApp.package, name: Self.name)
    }

    /// Whether the welcome is still to be shown.
    var isFirstRun: Bool { preferences.boolean("is_first_run") ?? true }

    /// Whether a name is asked for after each recording.
    var asksName: Bool { preferences.boolean("is_ask_rename_after_stop_recording") ?? true }

    var format: RecordFormat {
        RecordFormat(
            sampleRate: Int(preferences.int("setting_sample_rate") ?? 44100),
            channels: Int(preferences.int("setting_channel_count") ?? 2)
        )
    }

    /// The first start is over.
    mutating func finishFirstRun(_ format: RecordFormat) {
        preferences["is_first_run"] = .boolean(false)
        preferences["setting_sample_rate"] = .int(format.sampleRate)
        preferences["setting_channel_count"] = .int(format.channels)
        try? preferences.save()
    }

    mutating func askNoMore() {
        preferences["is_ask_rename_after_stop_recording"] = .boolean(false)
        try? preferences.save()
    }
}
