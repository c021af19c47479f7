// SPDX-License-Identifier: Apache-2.0

/// Starting, leaving and switching activities.
extension WindowManager {
    // MARK: Starting

    /// Starts what an intent asks for, as `am start` does.
    @discardableResult
    func start(_ intent: Intent) -> StartResult {
        start(intent, from: nil, request: nil)
    }

    /// Which activity an intent goes to.
    func resolve(_ intent: Intent) -> Result<(app: any App.Type, component: ComponentName), StartFailure> {
        if let component = intent.component {
            // A package may have several types, each with activities of its own.
            let all = known(component.package)
            guard let (app, _) = all.first(where: { $0.manifest.activities.contains(component.activity) }) else {
                return .failure(.noSuchActivity)
            }
            return .success((app, component))
        }
        let candidates = known(intent.package)
        let launches = intent.action == nil || intent.action == "android.intent.action.MAIN"
        let isLauncher = intent.categories.contains("android.intent.category.LAUNCHER") || intent.action == nil
        if launches, isLauncher, intent.package != nil, intent.dataURI == nil,
            let (app, manifest) = candidates.first, let main = manifest.mainActivity
        {
            return .success((app, ComponentName(package: manifest.package, activity: main)))
        }
        guard intent.action != nil || intent.dataURI != nil else { return .failure(.unresolved) }
        for (app, manifest) in candidates {
            if let filter = manifest.intentFilters.first(where: { $0.matches(intent) }) {
                return .success((app, ComponentName(package: manifest.package, activity: filter.activity)))
            }
        }
        return .failure(.unresolved)
    }

    /// The apps that have windows, or the one of a package: the built-in ones, then those that came as APKs.
    private func known(_ package: String?) -> [(app: any App.Type, manifest: AppManifest)] {
        let all =
            allApps.map { ($0, $0.manifest) } + system.installed.filter { $0.apk != nil }.map { (ForeignApp.self, $0) }
        return all.filter { package == nil || $0.1.package == package }
    }

    /// The activity that the launcher starts for a package.
    private func mainActivity(of package: String) -> String? {
        known(package).lazy.compactMap(\.manifest.mainActivity).first
    }

    /// Why an intent goes nowhere.
    enum StartFailure: Error { case unresolved, noSuchActivity }

    func start(_ intent: Intent, from caller: Activity?, request: String?) -> StartResult {
        if intent.categories.contains("android.intent.category.HOME")
            || intent.component?.package == home.component.package
        {
            goHome()
            return .broughtToFront(home.component)
        }
        let found: (app: any App.Type, component: ComponentName)
        switch resolve(intent) {
        case .failure(.unresolved): return .unresolved
        case .failure(.noSuchActivity): return .noSuchActivity
        case .success(let resolved): found = resolved
        }
        closePanels()
        leaveWindow()
        var result = StartResult.started(cold: !isRunning(found.component.package), component: found.component)
        if let caller, !caller.isHome, request != nil || intent.flags & IntentFlag.newTask == 0 {
            guard let activity = make(found.app, found.component, intent) else { return .noSuchActivity }
            activity.requester = request.map { (caller.id, $0) }
            stack(of: caller)?.activities.append(activity)
        } else {
            result = startInTask(intent, found.app, found.component, result)
        }
        invalidate()
        return result
    }

    private func startInTask(
        _ intent: Intent,
        _ app: any App.Type,
        _ component: ComponentName,
        _ fresh: StartResult
    ) -> StartResult {
        let isMain = component.activity == mainActivity(of: component.package)
        let isLaunch = isMain && [nil, "android.intent.action.MAIN"].contains(intent.action) && intent.extras.isEmpty
        let clears = intent.flags & (IntentFlag.clearTask | IntentFlag.clearTop) != 0
        if let index = stacks.firstIndex(where: { $0.package == component.package }), !clears {
            let stack = stacks.remove(at: index)
            stacks.insert(stack, at: 0)
            let wasFront = !atHome && index == 0
            atHome = false
            if isLaunch {
                stack.top?.resumed()
                if let top = stack.top { process(top) }
                return wasFront ? .delivered(component) : .broughtToFront(component)
            }
            // A main activity that takes the intent stands once in its task: what is over it goes.
            if isMain, let root = stack.activities.first, root.component == component, root.received(intent) {
                stack.activities.removeLast(stack.activities.count - 1)
                root.resumed()
                process(root)
                return wasFront ? .delivered(component) : .broughtToFront(component)
            }
            if let top = stack.top, top.component == component, top.received(intent) {
                process(top)
                return .delivered(component)
            }
            guard let activity = make(app, component, intent) else { return .noSuchActivity }
            stack.activities.append(activity)
            return fresh
        }
        guard let activity = make(app, component, intent) else { return .noSuchActivity }
        stacks.removeAll { $0.package == component.package }
        stacks.insert(TaskStack(id: newID(), package: component.package, activities: [activity]), at: 0)
        atHome = false
        return fresh
    }

    private func make(_ type: any App.Type, _ component: ComponentName, _ intent: Intent) -> Activity? {
        func open<A: App>(_ type: A.Type) -> Activity? {
            let context = context(component.package)
            guard let app = A(intent: intent, context: context) else { return nil }
            return app.activity(id: newID(), component: component, context: context)
        }
        return open(type)
    }

    private func context(_ package: String) -> AppContext {
        let context = AppContext(system: system, package: package)
        context.apps = apps
        return context
    }

    private func isRunning(_ package: String) -> Bool {
        stacks.contains { stack in stack.activities.contains { $0.component.package == package } }
    }

    private func stack(of activity: Activity) -> TaskStack? {
        stacks.first { stack in stack.activities.contains { $0 === activity } }
    }

    // MARK: Leaving

    /// HOME: the launcher comes to the front; the app keeps its state.
    func goHome() {
        closePanels()
        leaveWindow()
        atHome = true
        home.resumed()
        process(home)
        invalidate()
    }

    /// BACK: what is on top goes away: a panel, a menu, the keyboard, a dialog, the page.
    func back() {
        invalidate()
        if panel != .none { return panel = .none }
        if let prompt = shownPrompt {
            dialog(prompt).dismiss?()
            return
        }
        let activity = front
        if activity.openMenu != nil { return activity.openMenu = nil }
        if closeEditBar() { return }
        if keyboardShown { return keyboardShown = false }
        if let dialog = activity.dialog() {
            if let dismiss = dialog.dismiss { perform(activity, dismiss) }
            return
        }
        let taken = activity.back()
        process(activity)
        if taken || activity.isHome { return }
        // Since Android 12, BACK on a launcher activity puts the task behind and keeps its state.
        let isRoot = stacks.first?.activities.count == 1
        let main = mainActivity(of: activity.component.package)
        if isRoot && activity.component.activity == main && activity.requester == nil { return goHome() }
        finish(activity, [:])
    }

    /// Takes an activity off its stack; who asked for its result gets it.
    func finish(_ activity: Activity, _ values: [String: String]) {
        guard !activity.isHome, let stack = stack(of: activity) else { return }
        // One that has already put another in front of itself goes unseen.
        if front === activity { leaveWindow() }
        stack.activities.removeAll { $0 === activity }
        if stack.activities.isEmpty {
            stacks.removeAll { $0 === stack }
            if !atHome { goHome() }
            return
        }
        if let (id, request) = activity.requester,
            let asker = stack.activities.first(where: { $0.id == id })
        {
            asker.result(of: request, values)
        }
        if let top = stack.top {
            top.resumed()
            process(top)
        }
        invalidate()
    }

    /// Ends an app: all its activities and their state are dropped.
    func forceStop(_ package: String) {
        let wasFront = !atHome && front.component.package == package
        for stack in stacks { stack.activities.removeAll { $0.component.package == package } }
        stacks.removeAll { $0.activities.isEmpty || $0.package == package }
        system.notifications.cancel(package: package)
        if wasFront {
            leaveWindow()
            atHome = true
        }
        invalidate()
    }

    /// Takes a task away, as a swipe in the recents screen does.
    func removeTask(_ id: Int) {
        let wasFront = !atHome && stacks.first?.id == id
        stacks.removeAll { $0.id == id }
        if wasFront {
            leaveWindow()
            atHome = true
        }
        invalidate()
    }

    /// Brings a task to the front, as a touch in the recents screen does.
    func switchTo(_ id: Int) {
        guard let index = stacks.firstIndex(where: { $0.id == id }) else { return }
        closePanels()
        leaveWindow()
        stacks.insert(stacks.remove(at: index), at: 0)
        atHome = false
        stacks[0].top?.resumed()
        if let top = stacks[0].top { process(top) }
        invalidate()
    }

    /// The window in front changes: its menu closes and the keyboard goes.
    func leaveWindow() {
        pauseFront()
        front.openMenu = nil
        front.showsEditBar = false
        front.focus = nil
        keyboardShown = false
        invalidate()
    }

    /// The activity in front is told that it goes behind something. What it asks for then is not carried out: it has
    /// no say any more in what comes to the front.
    func pauseFront() {
        let waiting = front.context.requests
        front.paused()
        front.context.requests = waiting
    }

    // MARK: What handlers ask for

    /// Runs a handler of an activity and does what it asked for.
    func perform(_ activity: Activity, _ handler: Handler) {
        handler()
        process(activity)
        invalidate()
    }

    /// Does what an activity's handlers asked for, in their order.
    func process(_ activity: Activity) {
        // What is done here can make further requests; a limit keeps two apps that start each other from hanging us.
        for _ in 0..<64 {
            guard !activity.context.requests.isEmpty else { return }
            let request = activity.context.requests.removeFirst()
            carryOut(request, for: activity)
        }
        activity.context.requests.removeAll()
    }

    private func carryOut(_ request: AppContext.Request, for activity: Activity) {
        invalidate()
        switch request {
        case .start(let intent, let request):
            let result = start(intent, from: activity, request: request)
            if result == .unresolved || result == .noSuchActivity {
                show(toast: "No app can perform this action")
            }
        case .open(let name, let page, let request):
            let component = ComponentName(package: activity.component.package, activity: name)
            let context = context(component.package)
            leaveWindow()
            let opened = page(context).activity(id: newID(), component: component, context: context)
            opened.requester = request.map { (activity.id, $0) }
            stack(of: activity)?.activities.append(opened)
        case .finish(let values): finish(activity, values)
        case .toast(let words): show(toast: words)
        case .snackbar(let bar): activity.snackbar = (bar, system.clock.now + 3000)
        case .hideKeyboard: keyboardShown = false
        case .focus(let resourceID):
            let window = activityWindows(activity).last { $0.kind != .menu }
            if let field = window?.root.first({ $0.view.resourceID == resourceID && $0.view.handlers.text != nil }) {
                focus(activity, field)
            }
        case .scrollToTop: activity.offsets = [:]
        case .home: goHome()
        case .forceStop(let package): forceStop(package)
        case .clearData(let package): clearData(package)
        }
    }

    /// Ends an app and empties its folder, as "Clear storage" and `pm clear` do.
    func clearData(_ package: String) {
        forceStop(package)
        let folder = "/data/data/" + package
        system.closeDatabases(under: folder)
        for name in (try? system.files.list(folder)) ?? [] { try? system.files.remove(folder + "/" + name) }
    }

    func show(toast words: String) { toast = (words, system.clock.now + 2000) }
}

/// The flags of intents that matter here.
enum IntentFlag {
    static let newTask: UInt32 = 0x1000_0000
    static let clearTask: UInt32 = 0x0000_8000
    static let clearTop: UInt32 = 0x0400_0000
}

extension Activity {
    var isHome: Bool { id == 0 }
}
