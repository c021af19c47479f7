// SPDX-License-Identifier: Apache-2.0

import Base

extension ToolTable {
    static let dumpTools: [String: Tool] = ["dumpsys": .quick(dumpsys)]

    private static let services = [
        "SurfaceFlinger", "activity", "battery", "display", "input", "input_method", "location", "package", "power",
        "telephony.registry", "window",
    ]

    private static func dumpsys(_ call: ToolCall) throws -> Int32 {
        var words = call.arguments[...]
        if words.first == "-t" { words = words.dropFirst(2) }
        guard let service = words.first else {
            call.out.line("Currently running services:")
            for name in services { call.out.line("  " + name) }
            return 0
        }
        if service == "-l" {
            call.out.line("Currently running services:\n  " + services.joined(separator: "\n  "))
            return 0
        }
        words = words.dropFirst()
        call.windows.timePassed()
        let rest = words.filter { !$0.hasPrefix("-") }
        switch service {
        case "window": window(call, rest.first)
        case "activity": activity(call, rest)
        case "input": input(call)
        case "input_method": inputMethod(call)
        case "display": display(call)
        case "power": power(call)
        case "battery": try battery(call, words)
        case "location": location(call)
        case "package": packages(call, rest.first)
        case "telephony.registry": telephony(call)
        case "SurfaceFlinger":
            if words.contains("--display-id") {
                call.out.line("Display \(displayID) (HWC display 0): port=0 pnpId=GGL displayName=\"EMU_display_0\"")
            } else {
                call.out.line(
                    "Build configuration: [sf PRESENT_TIME_OFFSET=0]\nDisplay \(displayID) (active) HWC layers:"
                )
            }
        case "wifi": call.out.line("Wi-Fi is \(call.system.isOn(.wifi) ? "enabled" : "disabled")")
        case "bluetooth_manager":
            call.out.line(
                "Bluetooth Status\n  enabled: \(call.system.isOn(.bluetooth))\n  state: \(call.system.isOn(.bluetooth) ? "ON" : "OFF")"
            )
        case "meminfo", "gfxinfo", "notification", "alarm", "connectivity": other(call, service)
        default: call.out.line("Can't find service: \(service)")
        }
        return 0
    }

    /// A stable number for an object that Android prints by its address.
    private static func hash(_ name: String) -> String {
        var random = SeededRandom(seed: 0x5eed, name: name)
        return String(random.next() & 0xfff_ffff, radix: 16)
    }

    private static func front(_ call: ToolCall) -> (component: ComponentName, task: Int)? {
        guard let front = call.windows.foreground else { return nil }
        let component = ComponentName(package: front.package, activity: front.activity)
        let task = call.windows.tasks.first { $0.visible } ?? call.windows.tasks.first { $0.package == front.package }
        return (component, task?.id ?? 1)
    }

    private static func record(_ component: ComponentName, _ task: Int) -> String {
        "ActivityRecord{\(hash("activity " + component.full)) u0 \(component.short) t\(task)}"
    }

    private static func window(_ call: ToolCall, _ part: String?) {
        call.out.line(
            "WINDOW MANAGER \(part == "displays" ? "DISPLAY CONTENTS" : "WINDOWS") (dumpsys window \(part ?? "windows"))"
        )
        let front = front(call)
        if part == nil || part == "windows" {
            for (index, task) in call.windows.tasks.enumerated() {
                let component = task.component
                call.out.line("  Window #\(index) Window{\(hash(component.full)) u0 \(component.full)}:")
                call.out.line(
                    "    mDisplayId=0 rootTaskId=\(task.id) mSession=Session{\(hash(task.package)) 4242:u0a10100} package=\(task.package)"
                )
                call.out.line("    isOnScreen=\(task.visible) isVisible=\(task.visible)")
            }
        }
        if part == nil || part == "displays" {
            call.out.line("  Display: mDisplayId=0 rootTasks=\(call.windows.tasks.count)")
            let display = call.system.display
            let app = display.isLandscape ? "2272x1017" : "1080x2209"
            call.out.line(
                "    init=1080x2400 420dpi cur=\(display.width)x\(display.height) app=\(app) rng=1080x1017-2337x2209"
            )
            call.out.line("  DisplayRotation")
            let orientation =
                display.isLandscape ? "0 (SCREEN_ORIENTATION_LANDSCAPE)" : "1 (SCREEN_ORIENTATION_PORTRAIT)"
            call.out.line("    mCurrentRotation=\(display.name) mLastOrientation=\(orientation)")
            let free = call.system.settings.get(.system, "accelerometer_rotation") == "1"
            call.out.line(
                "    mUserRotationMode=USER_ROTATION_\(free ? "FREE" : "LOCKED") mUserRotation=\(userRotation(call))"
            )
        }
        let title = call.windows.shownPrompt?.focus
        let focus =
            front.map { "Window{\(hash(title ?? $0.component.full)) u0 \(title ?? $0.component.full)}" } ?? "null"
        call.out.line("  mCurrentFocus=\(focus)")
        call.out.line("  mFocusedApp=\(front.map { record($0.component, $0.task) } ?? "null")")
        call.out.line("  mHoldScreenWindow=null")
        call.out.line("    isStatusBarKeyguard=false\n    mDreamingLockscreen=false\n    showing=false")
        let brightness = call.system.settings.get(.system, "screen_brightness") ?? "102"
        call.out.line("  mSystemBooted=true mDisplayEnabled=true mBrightness=\(brightness)")
    }

    private static func activity(_ call: ToolCall, _ words: [String]) {
        let front = front(call)
        switch words.first {
        case "recents":
            call.out.line("ACTIVITY MANAGER RECENT TASKS (dumpsys activity recents)")
            call.out.line("  mRecentsUid=10100\n  mFreezeTaskListReordering=false\n  Recent tasks:")
            for (index, task) in call.windows.tasks.enumerated() {
                call.out.line(
                    "  * Recent #\(index): Task{\(hash("task \(task.id)")) #\(task.id) type=\(home(task) ? "home" : "standard") A=10100:\(task.package)}"
                )
                call.out.line(
                    "    userId=0 effectiveUid=u0a100 mCallingUid=u0a100 mUserSetupComplete=true mCallingPackage=\(task.package)"
                )
                call.out.line("    realActivity={\(task.component.full)}")
                call.out.line("    stackId=\(task.id) id=\(task.id) visible=\(task.visible)")
            }
        case "top":
            for task in call.windows.tasks.reversed() where task.visible || task.package == front?.component.package {
                let component = task.component
                call.out.line("TASK \(task.package) id=\(task.id) userId=0")
                call.out.line("  ACTIVITY \(component.short) \(hash(component.full)) pid=\(pid(task.package, call))")
                call.out.line(
                    "    Local Activity \(hash("local")) State:\n      mResumed=\(task.visible) mStopped=\(!task.visible) mFinished=false"
                )
            }
        case "services", "broadcasts", "providers", "processes":
            call.out.line("ACTIVITY MANAGER \(words[0].uppercased()) (dumpsys activity \(words[0]))\n  (nothing)")
        default:
            call.out.line("ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)")
            call.out.line("Display #0 (activities from top to bottom):")
            for task in call.windows.tasks {
                let component = task.component
                call.out.line(
                    "  * Task{\(hash("task \(task.id)")) #\(task.id) type=\(home(task) ? "home" : "standard") A=10100:\(task.package) U=0 visible=\(task.visible) mode=fullscreen}"
                )
                call.out.line("    * Hist  #0: \(record(component, task.id))")
                call.out.line("      packageName=\(task.package) processName=\(task.package)")
            }
            if let front {
                call.out.line("  topResumedActivity=\(record(front.component, front.task))")
                call.out.line("  mResumedActivity: \(record(front.component, front.task))")
                call.out.line("  ResumedActivity: \(record(front.component, front.task))")
            }
        }
    }

    private static func home(_ task: TaskInfo) -> Bool { task.package.contains("launcher") }

    static func pid(_ package: String, _ call: ToolCall) -> Int { 1500 + (uid(package, call) - 10_100) * 7 }

    private static func userRotation(_ call: ToolCall) -> String {
        let locked = call.system.settings.int(.system, "user_rotation") ?? 0
        return Display(rotation: (0...3).contains(locked) ? locked : 0).name
    }

    private static func input(_ call: ToolCall) {
        let display = call.system.display
        let (width, height) = (display.width, display.height)
        call.out.write(
            """
            INPUT MANAGER (dumpsys input)

            Event Hub State:
              Devices:
                2: virtio_input_multi_touch_1
            Input Reader State (Nums of device: 1):
              Device 2: virtio_input_multi_touch_1
                Touch Input Mapper (mode - DIRECT):
                  Viewport INTERNAL: displayId=0, uniqueId=local:\(displayID), port=0, orientation=\(display.rotation), logicalFrame=[0, 0, \(width), \(height)], physicalFrame=[0, 0, \(width), \(height)], deviceSize=[\(width), \(height)], isActive=1
                  SurfaceWidth: \(width)px
                  SurfaceHeight: \(height)px
                  SurfaceOrientation: \(display.rotation)
                  InputDeviceOrientation: \(display.rotation)

            """
        )
    }

    private static func inputMethod(_ call: ToolCall) {
        let shown = call.windows.keyboardShown
        call.out.write(
            """
            Current Input Method Manager state:
              mCurMethodId=com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME
              mCurClient=\(front(call) == nil ? "null" : "ClientState{\(hash("client")) uid=10100 pid=4242 displayId=0}")
              mShowRequested=\(shown) mShowExplicitlyRequested=false mShowForced=false mInputShown=\(shown)
              mSystemReady=true mInteractive=true

            """
        )
    }

    private static func display(_ call: ToolCall) {
        let display = call.system.display
        let (width, height) = (display.width, display.height)
        call.out.write(
            """
            DISPLAY MANAGER (dumpsys display)
              mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=true, displayId=0, uniqueId='local:\(displayID)', physicalPort=0, orientation=\(display.rotation), logicalFrame=Rect(0, 0 - \(width), \(height)), physicalFrame=Rect(0, 0 - \(width), \(height)), deviceWidth=\(width), deviceHeight=\(height)}]
              mCurrentOrientation=\(display.rotation)
              mScreenState=\(call.windows.displayOn ? "ON" : "OFF")
              mScreenBrightness=\(call.system.settings.get(.system, "screen_brightness") ?? "102")

            """
        )
    }

    private static func power(_ call: ToolCall) {
        call.out.write(
            """
            POWER MANAGER (dumpsys power)
              mWakefulness=\(call.windows.displayOn ? "Awake" : "Asleep")
              mWakefulnessChanging=false
              mIsPowered=\(call.system.hardware.battery.isPlugged)
              mHoldingWakeLockSuspendBlocker=false
              mHoldingDisplaySuspendBlocker=true
              mScreenBrightnessSetting=\(call.system.settings.get(.system, "screen_brightness") ?? "102")
            Display Power: state=\(call.windows.displayOn ? "ON" : "OFF")

            """
        )
    }

    private static func packages(_ call: ToolCall, _ name: String?) {
        let shown = name.map { wanted in call.manifests.filter { $0.package == wanted } } ?? call.manifests
        if shown.isEmpty, let name {
            call.out.line("Unable to find package: \(name)")
            return
        }
        call.out.line("Packages:")
        for manifest in shown {
            let id = uid(manifest.package, call)
            call.out.write(
                """
                  Package [\(manifest.package)] (\(hash(manifest.package))):
                    userId=\(id)
                    pkg=Package{\(hash("pkg " + manifest.package)) \(manifest.package)}
                    codePath=\(DevicePath.parent(apk(manifest)))
                    versionCode=\(manifest.versionCode) minSdk=21 targetSdk=33
                    versionName=\(manifest.versionName)
                    flags=[ \(manifest.isSystem ? "SYSTEM " : "")HAS_CODE ALLOW_CLEAR_USER_DATA ]
                    dataDir=/data/user/0/\(manifest.package)
                    firstInstallTime=2023-01-01 00:00:00
                    lastUpdateTime=2023-01-01 00:00:00

                """
            )
            if !manifest.permissions.isEmpty { call.out.line("    requested permissions:") }
            for permission in manifest.permissions { call.out.line("      " + permission) }
            call.out.line(
                "    User 0: ceDataInode=1 installed=true hidden=false suspended=false stopped=false notLaunched=false enabled=0"
            )
            call.out.line("      runtime permissions:")
            for permission in (call.system.granted[manifest.package] ?? []).sorted() {
                call.out.line("        \(permission): granted=true, flags=[ USER_SENSITIVE_WHEN_GRANTED]")
            }
        }
    }

    private static func other(_ call: ToolCall, _ service: String) {
        if service == "notification" {
            call.out.line("Current Notification Manager state:\n  Notification List:")
            for item in call.system.notifications.items {
                call.out.line(
                    "    NotificationRecord(0x\(hash("notification \(item.id)")): pkg=\(item.package) user=UserHandle{0} id=\(item.id))"
                )
                call.out.line("      android.title=String (\(item.title))\n      android.text=String (\(item.text))")
            }
        } else {
            call.out.line("\(service.uppercased()) (dumpsys \(service))")
        }
    }
}
