// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

extension ToolTable {
    static let activityTools: [String: Tool] = [
        "am": .slow(am),
        "monkey": .slow(monkey),
    ]

    nonisolated(nonsending) static func am(_ call: ToolCall) async throws -> Int32 {
        guard let verb = call.arguments.first else {
            call.err.line("Activity manager (activity) commands:\n  help\n      Print this help text.")
            return 255
        }
        let rest = call.arguments.dropFirst()
        switch verb {
        case "start", "start-activity": return try await start(call, rest)
        case "force-stop", "kill", "stop-app":
            guard let package = rest.last, !package.hasPrefix("-") else { throw missing(verb) }
            if verb == "force-stop" || verb == "stop-app" { stop(package, call) }
            return 0
        case "broadcast": return try broadcast(call, rest)
        case "stack", "task": return try stack(call, Array(rest))
        case "get-current-user": call.out.line("0")
        case "get-config": call.out.line("config: en-rUS-ldltr-sw411dp-w411dp-h914dp-normal-long-notround-port-420dpi")
        case "kill-all", "idle-maintenance", "hang", "set-debug-app", "clear-debug-app": return 0
        case "startservice", "start-service", "start-foreground-service":
            let intent = try IntentArguments(rest, command: verb).intent
            call.out.line("Starting service: \(intent.description)")
            call.err.line("Error: Not found; no service started.")
            return 255
        default:
            call.err.line("Unknown command: \(verb)")
            return 255
        }
        return 0
    }

    /// Stops an app: its windows and tasks go, its notifications too, its files are closed.
    static func stop(_ package: String, _ call: ToolCall) {
        call.windows.forceStop(package)
        call.system.notifications.cancel(package: package)
        call.system.closeDatabases(under: "/data/data/" + package)
        call.system.log.add(.info, "ActivityManager", "Force stopping \(package) appid=10100 user=0: from pid 4242")
    }

    nonisolated(nonsending) private static func start(
        _ call: ToolCall,
        _ words: some Sequence<String>
    ) async throws -> Int32 {
        let parsed = try IntentArguments(words, command: "start")
        var intent = parsed.intent
        if intent.action == nil && intent.component == nil && intent.dataURI == nil { throw missing("start") }
        if parsed.stopsFirst, let package = intent.component?.package ?? intent.package {
            call.out.line("Stopping: \(package)")
            stop(package, call)
        }
        call.out.line("Starting: \(intent.description)")
        intent.flags |= 0x1000_0000
        let began = call.system.clock.now
        let result = call.windows.start(intent)
        try await call.device.spend(.launch)
        switch result {
        case .started(let cold, let component):
            log(intent, component, call)
            if parsed.waits {
                var random = SeededRandom(seed: call.system.seed, name: component.full)
                let modelled = Int64.random(in: 180...420, using: &random) + (cold ? 300 : 0)
                let total = max(call.system.clock.now - began, modelled)
                call.out.write(
                    """
                    Status: ok
                    LaunchState: \(cold ? "COLD" : "HOT")
                    Activity: \(component.short)
                    TotalTime: \(total)
                    WaitTime: \(total + 6)
                    Complete

                    """
                )
            }
            return 0
        case .broughtToFront(let component), .delivered(let component):
            if case .delivered = result {
                call.err.line(
                    "Warning: Activity not started, intent has been delivered to currently running top-most instance."
                )
            } else {
                call.err.line("Warning: Activity not started, its current task has been brought to the front")
            }
            if parsed.waits {
                call.out.write(
                    "Status: ok\nLaunchState: HOT\nActivity: \(component.short)\nTotalTime: 0\nWaitTime: 4\nComplete\n"
                )
            }
            return 0
        case .unresolved:
            call.err.line("Error: Activity not started, unable to resolve \(parsed.intent.description)")
            return 1
        case .noSuchActivity:
            let component = intent.component?.full ?? ""
            call.err.line("Error type 3\nError: Activity class {\(component)} does not exist.")
            return 1
        }
    }

    private static func log(_ intent: Intent, _ component: ComponentName, _ call: ToolCall) {
        call.system.log.add(
            .info,
            "ActivityTaskManager",
            "START u0 {\(intent.description.dropFirst(9).dropLast(2))} from uid 0"
        )
        call.system.log.add(.info, "ActivityTaskManager", "Displayed \(component.short)")
    }

    private static func broadcast(_ call: ToolCall, _ words: some Sequence<String>) throws -> Int32 {
        var intent = try IntentArguments(words, command: "broadcast").intent
        intent.flags |= 0x40_0000
        call.out.line("Broadcasting: \(intent.description)")
        let reply = receive(intent, call)
        call.out.line("Broadcast completed: result=\(reply.result)" + (reply.data.map { ", data=\"\($0)\"" } ?? ""))
        return 0
    }

    /// What the system itself, and the clipboard helper of test harnesses, answer to.
    private static func receive(_ intent: Intent, _ call: ToolCall) -> (result: Int, data: String?) {
        switch intent.action {
        case "android.intent.action.AIRPLANE_MODE":
            if let state = intent.extras["state"] { call.system.setRadio(.airplane, state == "true" || state == "1") }
            return (0, nil)
        case "clipper.set":
            call.system.clipboard = intent.extras["text"] ?? ""
            return (-1, "Text is copied into clipboard.")
        case "clipper.get":
            guard let text = call.system.clipboard, !text.isEmpty else { return (0, nil) }
            return (-1, text)
        case "ADB_INPUT_TEXT":
            call.windows.type(intent.extras["msg"] ?? "")
            return (0, nil)
        case "android.intent.action.MEDIA_SCANNER_SCAN_FILE":
            guard intent.scheme == "file", let uri = intent.dataURI else { return (0, nil) }
            let path = String(uri.dropFirst("file://".count))
            do {
                try MediaStore(call.system).scan(path.removingPercentEncoding ?? path)
            } catch {
                call.system.log.add(.error, "MediaProvider", "Failed to scan \(path): \(error)")
            }
            return (0, nil)
        case "android.intent.action.CLOSE_SYSTEM_DIALOGS":
            call.windows.collapsePanels()
            return (0, nil)
        default: return (0, nil)
        }
    }

    static func stack(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        switch words.first {
        case "list":
            for task in call.windows.tasks { call.out.write(describe(task, call)) }
            return 0
        case "remove":
            guard words.count > 1, let id = Int(words[1]) else { throw missing("stack") }
            call.windows.removeTask(id)
            return 0
        case "lock":
            guard words.count > 1 else { throw missing("task") }
            if words[1] == "stop" { call.out.line("Activity manager is not in lockTaskMode") }
            return 0
        default: throw ToolFailure(message: "Error: unknown command '\(words.first ?? "")'", status: 255)
        }
    }

    private static func describe(_ task: TaskInfo, _ call: ToolCall) -> String {
        let component = task.component
        let home = task.package.contains("launcher")
        let display = call.system.display
        let (w, h) = (display.width, display.height)
        let (size, way) = display.isLandscape ? ("w842dp h411dp", "land") : ("w411dp h842dp", "port")
        let app = display.isLandscape ? "128, 0 - 2400, 1017" : "0, 128 - 1080, 2337"
        return """
            RootTask id=\(task.id) bounds=[0,0][\(w),\(h)] displayId=0 userId=0
             configuration={1.0 310mcc260mnc [en_US] ldltr sw411dp \(size) 420dpi nrm long \(way) finger qwerty/v/v dpad/v winConfig={ mBounds=Rect(0, 0 - \(w), \(h)) mAppBounds=Rect(\(app)) mMaxBounds=Rect(0, 0 - \(w), \(h)) mDisplayRotation=\(display.name) mWindowingMode=fullscreen mDisplayWindowingMode=fullscreen mActivityType=\(home ? "home" : "standard") mAlwaysOnTop=undefined mRotation=\(display.name)} s.1 fontWeightAdjustment=0}
              taskId=\(task.id): \(component.full) bounds=[0,0][\(w),\(h)] userId=0 visible=\(task.visible) topActivity=ComponentInfo{\(component.full)}


            """
    }

    nonisolated(nonsending) private static func monkey(_ call: ToolCall) async throws -> Int32 {
        var package: String?
        var count: Int?
        var rest = call.arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "-p": package = rest.popFirst()
            case "-c", "-s", "--throttle", "--pct-touch", "--pct-motion", "--pct-syskeys", "--pct-appswitch":
                _ = rest.popFirst()
            case _ where word.hasPrefix("-p"): package = String(word.dropFirst(2))
            case _ where word.hasPrefix("-"): break
            default: count = Int(word)
            }
        }
        guard let count, count >= 0 else {
            throw ToolFailure(
                message:
                    "** Error: Count not specified\nusage: monkey [-p ALLOWED_PACKAGE [-p ALLOWED_PACKAGE] ...] COUNT",
                status: 255
            )
        }
        call.out.line("  bash arg: -p\n  bash arg: \(package ?? "")\n  bash arg: \(count)")
        let known = call.manifests.first { $0.package == package && $0.mainActivity != nil }
        guard let package, let main = known?.mainActivity else {
            call.out.line("** No activities found to run, monkey aborted.")
            return 252
        }
        let component = ComponentName(package: package, activity: main)
        _ = call.windows.start(
            Intent(
                action: "android.intent.action.MAIN",
                component: component,
                categories: ["android.intent.category.LAUNCHER"],
                flags: 0x1000_0000
            )
        )
        try await call.device.spend(.launch)
        call.out.line("Events injected: \(count)")
        call.out.line("## Network stats: elapsed time=14ms (0ms mobile, 0ms wifi, 14ms not connected)")
        return 0
    }

    static func missing(_ verb: String) -> ToolFailure {
        ToolFailure(
            message: """
                Exception occurred while executing '\(verb)':
                java.lang.IllegalArgumentException: Argument expected after "\(verb)"
                """,
            status: 255
        )
    }
}

extension ToolCall {
    /// All installed packages: the image's, and those that have windows; sorted by name.
    var manifests: [AppManifest] {
        var byPackage: [String: AppManifest] = [:]
        for manifest in system.installed + windows.manifests { byPackage[manifest.package] = manifest }
        return byPackage.values.sorted { $0.package < $1.package }
    }
}
