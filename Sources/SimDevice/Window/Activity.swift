// SPDX-License-Identifier: Apache-2.0

import Media

/// An entry of the back stack: one activity, with its app's value and the state that belongs to its windows.
class Activity {
    let id: Int
    let component: ComponentName
    let context: AppContext
    /// Who wants to know how this activity ends: the activity and the name of its request.
    var requester: (activity: Int, request: String)?
    /// How far scrolling nodes have moved, by key.
    var offsets: [Int: Int] = [:]
    /// The node with the focus, by key.
    var focus: Int?
    /// The selection in the focused field, in characters; the cursor when it is empty.
    var selection: Range<Int> = 0..<0
    /// The node whose pop-up menu is open, by key.
    var openMenu: Int?
    var snackbar: (bar: Snackbar, until: Int64)?
    /// Windows whose first field has been given the focus.
    var focusedOnce: Set<Int> = []
    /// The focused field has just got the focus and is to be seen.
    var reveals = false
    /// The floating bar of the focused field is shown: Cut, Copy, Paste, Select all.
    var showsEditBar = false

    init(id: Int, component: ComponentName, context: AppContext) {
        self.id = id
        self.component = component
        self.context = context
    }

    // What the app says; overridden below for the app's type.
    var background: Tone { .surface }
    func body() -> View { View("") }
    func dialog() -> Dialog? { nil }
    func back() -> Bool { false }
    func received(_ intent: Intent) -> Bool { false }
    func resumed() {}
    func paused() {}
    func result(of request: String, _ values: [String: String]) {}
    func timePassed() {}
}

/// An activity of a certain app.
final class AppActivity<A: App>: Activity {
    private let store: Store<A>

    init(id: Int, component: ComponentName, context: AppContext, app: A) {
        store = Store(app)
        super.init(id: id, component: component, context: context)
    }

    private var ui: UI<A> { UI(store: store, context: context) }

    override var background: Tone { store.app.background }
    override func body() -> View { store.app.body(ui).view }
    override func dialog() -> Dialog? { store.app.dialog(ui) }
    override func back() -> Bool { store.app.back(context) }
    override func received(_ intent: Intent) -> Bool { store.app.received(intent, context) }
    override func resumed() { store.app.resumed(context) }
    override func paused() { store.app.paused(context) }
    override func result(of request: String, _ values: [String: String]) {
        store.app.result(of: request, values, context)
    }
    override func timePassed() { store.app.timePassed(context) }
}

extension App {
    /// The activity for a value; called through `any App`, which opens the type.
    func activity(id: Int, component: ComponentName, context: AppContext) -> Activity {
        AppActivity(id: id, component: component, context: context, app: self)
    }
}

/// Activities over each other, as the recents screen shows them.
final class TaskStack {
    let id: Int
    /// The package of the root activity.
    let package: String
    var activities: [Activity]

    init(id: Int, package: String, activities: [Activity]) {
        (self.id, self.package, self.activities) = (id, package, activities)
    }

    var top: Activity? { activities.last }
}

/// What `am stack list` and `dumpsys` tell of a task.
struct TaskInfo: Sendable {
    var id: Int
    var package: String
    /// The top activity.
    var component: ComponentName
    var visible: Bool

    var activity: String { component.activity }
}

/// How `am start` went.
enum StartResult: Sendable, Equatable {
    case started(cold: Bool, component: ComponentName)
    /// The activity's task was behind and is in front now.
    case broughtToFront(ComponentName)
    /// The activity was in front already and has got the intent.
    case delivered(ComponentName)
    /// No activity takes such an intent.
    case unresolved
    /// The package or the class does not exist.
    case noSuchActivity
}
