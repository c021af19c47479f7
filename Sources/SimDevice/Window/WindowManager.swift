// SPDX-License-Identifier: Apache-2.0

import Media

/// Everything that is on the display: tasks and their back stacks, dialogs, menus, the keyboard, the system's panels.
///
/// Touches and keys change the state of the app in front; the windows are made from that state when somebody looks
/// (`hierarchy()`, `screenshot()`), and at most once for each change. Belongs to one `DeviceActor`; not `Sendable`.
final class WindowManager {
    let system: DeviceSystem
    let apps: [any App.Type]
    let text = TextEngine()

    /// Tasks, the one used last first. The launcher is none of them.
    var stacks: [TaskStack] = []
    /// The launcher is in front.
    var atHome = true
    lazy var home = makeHome()
    var panel = Panel.none
    /// State of the system's own windows.
    var systemOffsets: [Int: Int] = [:]
    var keyboardShown = false
    var keyboardPage = Keyboard.Page.letters
    var keyboardShift = false
    var toast: (text: String, until: Int64)?
    /// A notification that is shown at the top for a while.
    var headsUp: (id: Int, until: Int64)?
    /// The number that rings.
    var ringing: String?
    /// Questions of the system, the newest last.
    var prompts: [SystemPrompt] = []
    /// The answer to how exact a place may be, while that is asked.
    var preciseLocation = true
    /// Fingerprints of the keys that wait to be accepted; the first is asked for.
    var debuggingKeys: [String] = [] { didSet { if debuggingKeys != oldValue { debuggingKeysChanged() } } }
    var debuggingAlways = false
    /// Told of an answer: the key's fingerprint, whether it is let in, and whether that is remembered.
    var answerDebugging: ((String, Bool, Bool) -> Void)?
    var displayOn = true
    var flashlight = false
    var nextID = 1
    /// A finger that is down: when it went down, and where it has been.
    var finger: (time: Int64, path: [View.Trace.Point])?

    /// Counts what was done to the display: touches, keys, apps that started. A video looks at it.
    private(set) var changes = 0
    private var made: (windows: [Window], now: Int64, revision: Int)?
    private var isDirty = true

    /// What the system shows over everything.
    enum Panel { case none, notifications, quickSettings, internet, recents }

    /// The display of a device with the given apps, at the home screen.
    init(system: DeviceSystem, apps: [any App.Type] = AppRegistry.standard) {
        self.system = system
        self.apps = apps
        for manifest in apps.map({ $0.manifest }) + [LauncherApp.manifest]
        where !system.installed.contains(where: { $0.package == manifest.package }) {
            system.installed.append(manifest)
        }
        system.telephony.onChange = { [weak self] in self?.callsChanged() }
    }

    /// The built-in apps' manifests, the launcher's included.
    /// Of types with one package the first stands for all.
    var manifests: [AppManifest] {
        var out: [AppManifest] = []
        for manifest in allApps.map({ $0.manifest }) + [LauncherApp.manifest] {
            if let place = out.firstIndex(where: { $0.package == manifest.package }) {
                out[place].activities += manifest.activities
                out[place].intentFilters += manifest.intentFilters
            } else {
                out.append(manifest)
            }
        }
        return out
    }

    /// The apps, and what has pages but no place in the launcher.
    var allApps: [any App.Type] { apps + [InCallApp.self, ShareSheetApp.self, ResolverApp.self] }

    func app(_ package: String) -> (any App.Type)? { allApps.first { $0.manifest.package == package } }

    // MARK: What is in front

    /// The activity in front, whatever panels are over it.
    var front: Activity { atHome ? home : stacks.first?.top ?? home }

    /// Package and class of the activity in front; nil while the display is off.
    var foreground: (package: String, activity: String)? {
        displayOn ? (frontComponent.package, frontComponent.activity) : nil
    }

    /// The activity in front, or the system's that asks for a permission over it.
    private var frontComponent: ComponentName {
        if case .permission = shownPrompt { return SystemPrompt.grantActivity }
        return front.component
    }

    /// All tasks, the one in front first. The launcher's task is listed too, as Android does.
    var tasks: [TaskInfo] {
        var list = stacks.enumerated().compactMap { index, stack in
            stack.top.map {
                TaskInfo(
                    id: stack.id,
                    package: stack.package,
                    component: !atHome && index == 0 ? frontComponent : $0.component,
                    visible: !atHome && index == 0
                )
            }
        }
        let launcher = TaskInfo(id: 0, package: home.component.package, component: home.component, visible: atHome)
        list.insert(launcher, at: atHome ? 0 : list.count)
        return list
    }

    /// The windows, from the bottom up, as they are now.
    func windows() -> [Window] {
        let now = system.clock.now
        if let made, !isDirty, made.now == now, made.revision == system.settings.revision { return made.windows }
        expire(now)
        raiseFaults()
        let windows = makeWindows()
        isDirty = false
        made = (windows, now, system.settings.revision)
        return windows
    }

    /// The windows are made anew when somebody looks next.
    ///
    /// Called by whoever changed what apps show behind their back: files, contacts, notifications.
    func invalidate() {
        isDirty = true
        changes &+= 1
        system.activity.send()
    }

    /// The window that has the focus.
    var activeWindow: Window? { windows().last { $0.kind.canBeActive } }

    // MARK: What is seen

    /// The hierarchy of the active window, as `uiautomator dump` prints it.
    ///
    /// The windows are made anew first: a shell command may have changed a file or a contact that the page shows. A
    /// touch that follows goes to what was seen here.
    func hierarchy() -> [UInt8] {
        isDirty = true
        guard displayOn, let window = activeWindow else { return [] }
        let focus = window.kind.belongsToActivity ? front.focus : nil
        // The floating bar never has the focus. It is told all the same, since nothing else tells that it can be touched.
        if window.kind.belongsToActivity, let bar = windows().first(where: { $0.kind == .editBar }) {
            return HierarchyWriter.write(
                [(window.root, window.package, focus), (bar.root, bar.package, nil)],
                depth: .max,
                rotation: system.display.rotation
            )
        }
        return HierarchyWriter.write(
            window.root,
            package: window.package,
            focus: focus,
            rotation: system.display.rotation
        )
    }

    /// What the display shows, made anew as for `hierarchy()`.
    func screenshot() -> PixelBuffer {
        isDirty = true
        let display = system.display
        guard displayOn, !system.faults.secure else {
            return PixelBuffer(width: display.width, height: display.height, filled: RGBA(hex: 0))
        }
        takeFontScale()
        let canvas = Canvas(width: display.width, height: display.height, text: text)
        draw(windows(), on: canvas)
        return canvas.pixels()
    }

    var palette: Palette { Palette(dark: system.settings.get(.secure, "ui_night_mode") == "2") }

    /// How much larger than usual texts are, within what Android's settings offer.
    private var fontScale: Double {
        let value = system.settings.get(.system, "font_scale").flatMap { Double($0) } ?? 1
        return value.isFinite ? min(max(value, 0.85), 2) : 1
    }

    /// Takes the font size as it is set now; whatever lays out or draws asks for it first.
    func takeFontScale() { text.scale = fontScale }

    // MARK: Time

    /// The device clock has moved: apps that count time go on, toasts and snack bars end.
    func timePassed() {
        raiseFaults()
        for stack in stacks {
            for activity in stack.activities {
                activity.context.isInFront = displayOn && activity === front
                activity.timePassed()
                process(activity)
            }
        }
        home.timePassed()
        expire(system.clock.now)
        isDirty = true
        system.activity.send()
    }

    /// Everything that is on the display as one document; two that are equal were drawn from equal windows, up to what
    /// hierarchies do not tell.
    func document() -> [UInt8] {
        isDirty = true
        guard displayOn else { return [] }
        return HierarchyWriter.write(windows().map { ($0.root, $0.package, front.focus) }, depth: .max)
    }

    private func expire(_ now: Int64) {
        if let toast, now >= toast.until || now < toast.until - 10_000 { self.toast = nil }
        if let headsUp, now >= headsUp.until || now < headsUp.until - 10_000 { self.headsUp = nil }
        for stack in stacks {
            for activity in stack.activities {
                if let bar = activity.snackbar, now >= bar.until || now < bar.until - 10_000 { activity.snackbar = nil }
            }
        }
    }

    /// Drops all UI state, after the files under it were exchanged.
    func reset() {
        stacks = []
        atHome = true
        home = makeHome()
        panel = .none
        systemOffsets = [:]
        keyboardShown = false
        (keyboardPage, keyboardShift) = (.letters, false)
        toast = nil
        headsUp = nil
        ringing = nil
        prompts = []
        displayOn = true
        flashlight = false
        nextID = 1
        finger = nil
        invalidate()
    }

    /// A key has come to wait, or has been answered.
    private func debuggingKeysChanged() {
        if !debuggingKeys.isEmpty {
            // The question wakes the display, as on a phone.
            displayOn = true
            keyboardShown = false
        }
        invalidate()
    }

    func newID() -> Int {
        defer { nextID += 1 }
        return nextID
    }

    private func makeHome() -> Activity {
        let component = ComponentName(package: LauncherApp.manifest.package, activity: LauncherApp.activity)
        let context = AppContext(system: system, package: component.package)
        context.apps = apps
        return LauncherApp(context: context).activity(id: 0, component: component, context: context)
    }
}
