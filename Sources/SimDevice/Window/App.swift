// SPDX-License-Identifier: Apache-2.0

import Media

/// An app of the built-in device.
///
/// A value of the type is one activity on the back stack: the UI state of one page. It draws nothing and writes no XML:
/// `body` says what is on the page, handlers change the state, and the page is made anew. What outlives the page lies
/// in the device's files, settings and stores (`context.system`); force-stop drops every value of the app.
protocol App {
    /// Package, label, activities and intent filters.
    static var manifest: AppManifest { get }

    /// The activity that an intent asks for. `nil` when the intent asks for something that is not there.
    init?(intent: Intent, context: AppContext)

    /// The page below the status bar and above the navigation bar.
    func body(_ ui: UI<Self>) -> any Component

    /// The dialog over the page, or `nil`.
    func dialog(_ ui: UI<Self>) -> Dialog?

    /// BACK, when no dialog, menu or keyboard took it. `false` leaves the activity.
    mutating func back(_ context: AppContext) -> Bool

    /// Another intent for this activity, which is already in front (`singleTop`). `false` opens it anew.
    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool

    /// The activity comes back to the front.
    mutating func resumed(_ context: AppContext)

    /// The activity leaves the front; the last moment to keep what was typed. Requests made here are not carried out.
    mutating func paused(_ context: AppContext)

    /// An activity that was opened with `context.open(_:request:)` has finished. Values are empty when it was left.
    mutating func result(of request: String, _ values: [String: String], _ context: AppContext)

    /// The device clock has moved.
    mutating func timePassed(_ context: AppContext)

    /// What lies behind status bar and page; `.clear` shows the wallpaper.
    var background: Tone { get }

    /// The picture in the launcher.
    static var icon: AppIcon { get }
}

/// A round launcher icon: a glyph on a disc of one colour.
struct AppIcon {
    var glyph: Icon
    /// 0xRRGGBB
    var disc: UInt32
    var ink: UInt32 = 0xffffff
}

extension App {
    func dialog(_ ui: UI<Self>) -> Dialog? { nil }
    mutating func back(_ context: AppContext) -> Bool { false }
    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool { false }
    mutating func resumed(_ context: AppContext) {}
    mutating func paused(_ context: AppContext) {}
    mutating func result(of request: String, _ values: [String: String], _ context: AppContext) {}
    mutating func timePassed(_ context: AppContext) {}
    var background: Tone { .surface }
    static var icon: AppIcon { AppIcon(glyph: .apps, disc: 0x3c6ddc) }
}

/// Where an activity's value lives between two pages.
final class Store<A: App> {
    var app: A
    init(_ app: A) { self.app = app }
}

/// What `body` needs to connect the page with the state: handlers, bindings and the context.
struct UI<A: App> {
    let store: Store<A>
    let context: AppContext

    /// A handler that changes the state: `Button("Save", onClick: ui.on { $0.save($1) })`.
    func on(_ change: @escaping (inout A, AppContext) -> Void) -> Handler {
        // On a copy: a handler may read the state through a binding while it changes it.
        { [store, context] in
            var app = store.app
            change(&app, context)
            store.app = app
        }
    }

    /// The same for handlers that are told something, such as a switch's new state.
    func on<Value>(_ change: @escaping (inout A, AppContext, Value) -> Void) -> (Value) -> Void {
        { [store, context] value in
            var app = store.app
            change(&app, context, value)
            store.app = app
        }
    }

    /// A text field's, or another control's, hold on a property: `text: ui.binding(\.query)`.
    func binding<Value>(_ path: WritableKeyPath<A, Value>) -> Binding<Value> {
        Binding(get: { [store] in store.app[keyPath: path] }, set: { [store] in store.app[keyPath: path] = $0 })
    }

    /// The same with something to do after each change.
    func binding<Value>(
        _ path: WritableKeyPath<A, Value>,
        then: @escaping (inout A, AppContext) -> Void
    ) -> Binding<Value> {
        Binding(
            get: { [store] in store.app[keyPath: path] },
            set: { [store, context] in
                var app = store.app
                app[keyPath: path] = $0
                then(&app, context)
                store.app = app
            }
        )
    }

    /// Leaves the page, for an app bar: `leading: .up(ui.finish)`.
    var finish: Handler { { [context] in context.finish() } }
}

/// What an app may ask of the device. Requests take effect when the handler has returned.
final class AppContext {
    /// Files, settings, contacts, clock, log, installed apps.
    let system: DeviceSystem
    /// The app's own package.
    let package: String
    /// All built-in apps, for those that list them.
    var apps: [any App.Type] = []
    /// Whether the activity was the one in front when time last passed, so that what it shows is seen.
    var isInFront = false
    /// What the handler asked for; the window manager takes it out.
    var requests: [Request] = []

    enum Request {
        case start(Intent, request: String?)
        case open(activity: String, make: (AppContext) -> any App, request: String?)
        case finish([String: String])
        case toast(String)
        case snackbar(Snackbar)
        case hideKeyboard
        case focus(resourceID: String)
        case scrollToTop
        case home
        case forceStop(String)
        case clearData(String)
    }

    init(system: DeviceSystem, package: String) {
        self.system = system
        self.package = package
    }

    /// The device's time in milliseconds since 1970, UTC.
    var now: Int64 { system.clock.now }

    /// Starts the activity that the intent resolves to, as `startActivity` does. With a request, its result comes back
    /// to `result(of:_:_:)`.
    func start(_ intent: Intent, request: String? = nil) { requests.append(.start(intent, request: request)) }

    /// Opens a page of the same app over this one: `context.open(".SubSettings", SettingsApp(page: .display))`.
    func open(_ activity: String, _ page: any App, request: String? = nil) {
        requests.append(.open(activity: activity, make: { _ in page }, request: request))
    }

    /// Leaves this activity; the values go to whoever asked for a result.
    func finish(_ values: [String: String] = [:]) { requests.append(.finish(values)) }

    /// A line near the bottom of the display for two seconds.
    func toast(_ text: String) { requests.append(.toast(text)) }

    /// A line at the bottom of the page for three seconds, with a button if need be.
    func snackbar(_ text: String, action: Dialog.Action? = nil) {
        requests.append(.snackbar(Snackbar(text: text, action: action)))
    }

    func hideKeyboard() { requests.append(.hideKeyboard) }

    /// Gives the focus to a text field and brings up the keyboard.
    func focus(_ resourceID: String) { requests.append(.focus(resourceID: resourceID)) }

    /// Puts every list of the page back to its top.
    func scrollToTop() { requests.append(.scrollToTop) }

    func goHome() { requests.append(.home) }

    /// Ends another app; for Settings.
    func forceStop(_ package: String) { requests.append(.forceStop(package)) }

    /// Ends another app and removes its files; for Settings.
    func clearData(_ package: String) { requests.append(.clearData(package)) }
}
