// SPDX-License-Identifier: Apache-2.0

import Foundation
import Media

/// What `setConfigurator` sets, in milliseconds.
struct AgentSettings {
    /// How long a call waits for a display that stands still before it looks. The agent starts with no wait.
    var waitForIdle = 0
    var waitForSelector = 0
    var actionAcknowledgment = 3000
    var scrollAcknowledgment = 200
    var keyInjectionDelay = 0
    var lastToast: String?
}

/// The methods of the on-device agent, on one device.
struct AgentCalls {
    let device: DeviceContext
    var windows: WindowManager { device.windows }

    init(_ device: DeviceContext) { self.device = device }

    /// Why a call has no result.
    struct Refusal: Error {
        var code: Int
        var message: String

        static let parameters = Refusal(code: -32602, message: "Invalid params")

        static func notFound(_ selector: AgentJSON) -> Refusal {
            var text: [UInt8] = []
            selector.encode(into: &text)
            return Refusal(
                code: -32001,
                message:
                    "androidx.test.uiautomator.UiObjectNotFoundException: \(String(decoding: text.prefix(400), as: UTF8.self))"
            )
        }
    }

    nonisolated(nonsending) func answer(_ call: AgentRequest) async -> AgentReply {
        device.catchUp()
        do {
            if let result = try await look(call.method, call.parameters) { return .result(result) }
            if let result = try await act(call.method, call.parameters) { return .result(result) }
            if let result = try await object(call.method, call.parameters) { return .result(result) }
            return .failure(code: -32601, message: "Method not found: \(call.method.prefix(80))")
        } catch let refusal as Refusal {
            return .failure(code: refusal.code, message: refusal.message)
        } catch {
            return .failure(code: -32000, message: "\(error)")
        }
    }

    // MARK: Looking

    nonisolated(nonsending) private func look(_ method: String, _ given: [AgentJSON]) async throws -> AgentJSON? {
        switch method {
        case "deviceInfo": return deviceInfo()
        case "dumpWindowHierarchy":
            let patience = Int64(device.agentSettings.waitForIdle)
            try await device.idle(atMost: patience)
            // A display that never stands still uses up the wait, and is told as it is.
            if device.system.faults.idle, patience > 0 { try await device.sleep(patience) }
            try await device.spend(.agentTree)
            let depth = given.dropFirst().first?.whole ?? 50
            let activeOnly = given.dropFirst(2).first?.flag ?? false
            return .string(String(decoding: hierarchy(depth: depth, activeOnly: activeOnly), as: UTF8.self))
        case "takeScreenshot":
            try await device.spend(.agentScreenshot)
            var scale = 1.0
            if case .number(let value) = given.first { scale = value }
            let quality = given.dropFirst().first?.whole ?? 80
            let picture = windows.screenshot().reduced(by: min(max(scale, 0.05), 1))
            let bytes = try JPEG.encode(picture, quality: min(max(quality, 1), 100))
            return .string(Data(bytes).base64EncodedString())
        case "getLastToast":
            return device.agentSettings.lastToast.map { .string($0) } ?? windows.toast.map { .string($0.text) } ?? .null
        case "clearLastToast":
            device.agentSettings.lastToast = nil
            return .null
        case "makeToast":
            guard let text = given.first?.text else { throw Refusal.parameters }
            windows.toast = (text, device.system.clock.now + Int64(given.dropFirst().first?.whole ?? 2000))
            device.agentSettings.lastToast = text
            windows.invalidate()
            return .bool(true)
        case "getConfigurator", "setConfigurator":
            if method == "setConfigurator" { try configure(given.first?.fields ?? [:]) }
            return configurator
        case "getClipboard": return device.system.clipboard.map { .string($0) } ?? .null
        case "setClipboard":
            guard given.count == 2, let text = given[1].text else { throw Refusal.parameters }
            device.system.clipboard = text
            return .null
        case "isScreenOn": return .bool(windows.displayOn)
        default: return nil
        }
    }

    private func deviceInfo() -> AgentJSON {
        let properties = device.system.properties
        let display = device.system.display
        let front = windows.activeWindow?.package ?? windows.front.component.package
        return .object([
            "currentPackageName": .string(front), "displayHeight": .int(display.height),
            "displayWidth": .int(display.width), "displayRotation": .int(display.rotation),
            "displaySizeDpX": .int(Int(display.widthInDp)), "displaySizeDpY": .int(Int(display.heightInDp)),
            "productName": .string(properties["ro.product.name"] ?? "sdk_gphone64_x86_64"),
            "screenOn": .bool(windows.displayOn), "naturalOrientation": .bool(display.rotation == 0),
            "sdkInt": .int(Int(properties["ro.build.version.sdk"] ?? "33") ?? 33),
        ])
    }

    private func hierarchy(depth: Int, activeOnly: Bool) -> [UInt8] {
        if activeOnly {
            let document = windows.hierarchy()
            return document.isEmpty ? HierarchyWriter.write([], depth: 0) : document
        }
        windows.invalidate()
        guard windows.displayOn else { return HierarchyWriter.write([], depth: 0) }
        let shown = windows.windows().filter { $0.kind != .toast }.map { window in
            (window.root, window.package, window.kind.belongsToActivity ? windows.front.focus : nil)
        }
        return HierarchyWriter.write(shown, depth: max(0, depth), rotation: device.system.display.rotation)
    }

    private func configure(_ fields: [String: AgentJSON]) throws {
        for (name, value) in fields {
            guard let number = value.whole, (0...3_600_000).contains(number) else { throw Refusal.parameters }
            switch name {
            case "waitForIdleTimeout": device.agentSettings.waitForIdle = number
            case "waitForSelectorTimeout": device.agentSettings.waitForSelector = number
            case "actionAcknowledgmentTimeout": device.agentSettings.actionAcknowledgment = number
            case "scrollAcknowledgmentTimeout": device.agentSettings.scrollAcknowledgment = number
            case "keyInjectionDelay": device.agentSettings.keyInjectionDelay = number
            default: break
            }
        }
    }

    private var configurator: AgentJSON {
        let settings = device.agentSettings
        return .object([
            "actionAcknowledgmentTimeout": .int(settings.actionAcknowledgment),
            "keyInjectionDelay": .int(settings.keyInjectionDelay),
            "scrollAcknowledgmentTimeout": .int(settings.scrollAcknowledgment),
            "waitForIdleTimeout": .int(settings.waitForIdle),
            "waitForSelectorTimeout": .int(settings.waitForSelector),
        ])
    }

    // MARK: Inputs

    nonisolated(nonsending) private func act(_ method: String, _ given: [AgentJSON]) async throws -> AgentJSON? {
        let windows = windows
        switch method {
        case "click" where given.first?.fields == nil, "longClick" where given.first?.fields == nil:
            let p = try points(given, 2)
            let long = method == "longClick" || (given.dropFirst(2).first?.whole ?? 0) >= WindowManager.longPressTime
            let lasting = given.dropFirst(2).first?.whole ?? (long ? 1000 : 0)
            try await inject(lasting: lasting) {
                if long { windows.longPress(x: p[0], y: p[1]) } else { windows.tap(x: p[0], y: p[1]) }
            }
            return .bool(true)
        case "swipe" where given.first?.fields == nil:
            let p = try points(given, 5)
            try await swipe(p, steps: p[4])
            return .bool(true)
        case "swipePoints":
            guard let numbers = given.first?.items?.map(\.whole), numbers.count >= 4, numbers.count % 2 == 0,
                numbers.count <= 2000
            else { throw Refusal.parameters }
            let places = try numbers.map { try $0.orThrow(Refusal.parameters) }
            let steps = given.dropFirst().first?.whole ?? 55
            try await swipe(Array(places.prefix(2) + places.suffix(2)), steps: steps)
            return .bool(true)
        case "drag":
            let p = try points(given, 5)
            try await drag(p, steps: p[4])
            return .bool(true)
        case "injectInputEvent":
            let p = try points(given, 3)
            let effects: [Int: () -> Void] = [
                0: { windows.motionDown(x: p[1], y: p[2]) }, 1: { windows.motionUp(x: p[1], y: p[2]) },
                2: { windows.motionMove(x: p[1], y: p[2]) }, 3: { windows.motionCancel() },
            ]
            guard let effect = effects[p[0]] else { throw Refusal.parameters }
            try await inject(effect)
            return .bool(true)
        case "pressKey":
            guard let name = given.first?.text else { throw Refusal.parameters }
            guard let code = Self.keys[name.lowercased()] else { return .bool(false) }
            try await inject { windows.key(code) }
            return .bool(true)
        case "pressKeyCode":
            guard let code = given.first?.whole, (0...1000).contains(code) else { throw Refusal.parameters }
            let meta = given.dropFirst().first?.whole ?? 0
            try await inject { windows.key(code, meta: meta) }
            return .bool(true)
        case "pasteClipboard":
            try await inject { windows.paste() }
            return .bool(true)
        case "clearInputText":
            try await inject {
                windows.selectAll()
                windows.deleteCharacter()
            }
            return .null
        case "openNotification":
            try await inject { windows.expandNotifications() }
            return .bool(true)
        case "openQuickSettings":
            try await inject { windows.expandQuickSettings() }
            return .bool(true)
        case "wakeUp", "sleep":
            let code = method == "sleep" ? KeyCode.sleep : KeyCode.wakeUp
            let changes = windows.displayOn == (method == "sleep")
            try await inject { windows.key(code) }
            return .bool(changes)
        case "setOrientation":
            let turns = ["natural": 0, "left": 1, "upsidedown": 2, "right": 3, "n": 0, "l": 1, "u": 2, "r": 3]
            guard let turn = given.first?.text.flatMap({ turns[$0] }) else { throw Refusal.parameters }
            device.system.settings.put(.system, "accelerometer_rotation", "0")
            device.system.settings.put(.system, "user_rotation", "\(turn)")
            windows.invalidate()
            return .null
        case "freezeRotation":
            device.system.settings.put(.system, "accelerometer_rotation", given.first?.flag == false ? "1" : "0")
            return .null
        default: return nil
        }
    }

    private static let keys: [String: Int] = [
        "home": 3, "back": 4, "left": 21, "right": 22, "up": 19, "down": 20, "center": 23, "menu": 82, "search": 84,
        "enter": 66, "delete": 67, "del": 67, "recent": 187, "volume_up": 24, "volume_down": 25, "volume_mute": 164,
        "camera": 27, "power": 26, "space": 62, "tab": 61, "escape": 111,
    ]

    /// Each step of a movement is throttled to 5 ms, as uiautomator does.
    nonisolated(nonsending) func swipe(_ p: [Int], steps: Int) async throws {
        let windows = windows
        let ms = min(max(2, steps), 12_000) * 5
        try await inject(lasting: ms) { windows.swipe(x1: p[0], y1: p[1], x2: p[2], y2: p[3], ms: ms) }
    }

    nonisolated(nonsending) func drag(_ p: [Int], steps: Int) async throws {
        let windows = windows
        let ms = min(max(2, steps), 12_000) * 5
        try await inject(lasting: ms) { windows.drag(x1: p[0], y1: p[1], x2: p[2], y2: p[3], ms: ms) }
    }

    nonisolated(nonsending) func inject(lasting: Int = 0, _ effect: @escaping () -> Void) async throws {
        try await device.spend(.agentInput)
        try await device.react(lasting: Int64(min(max(0, lasting), 60_000)), effect)
    }

    private func points(_ given: [AgentJSON], _ count: Int) throws -> [Int] {
        guard given.count >= count else { throw Refusal.parameters }
        return try given.prefix(count).map { try $0.whole.orThrow(Refusal.parameters) }
    }
}

extension Optional {
    /// The value, or the error.
    func orThrow(_ error: @autoclosure () -> any Error) throws -> Wrapped {
        guard let self else { throw error() }
        return self
    }
}

extension PixelBuffer {
    /// The picture with every n-th pixel, for a scale below 1.
    func reduced(by scale: Double) -> PixelBuffer {
        guard scale < 1 else { return self }
        let (columns, rows) = (max(1, Int(Double(width) * scale)), max(1, Int(Double(height) * scale)))
        var out = [UInt8]()
        out.reserveCapacity(columns * rows * 4)
        for y in 0..<rows {
            for x in 0..<columns {
                let at = (y * height / rows * width + x * width / columns) * 4
                out.append(contentsOf: pixels[at..<at + 4])
            }
        }
        return (try? PixelBuffer(width: columns, height: rows, pixels: out)) ?? self
    }
}
