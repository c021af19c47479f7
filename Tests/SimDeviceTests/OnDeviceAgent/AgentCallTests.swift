// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media
import Testing

@testable import SimDevice

@Suite("The on-device agent's methods")
struct AgentCallTests {
    private func call(_ device: TestDevice, _ method: String, _ parameters: String = "[]") async throws -> AgentJSON {
        let body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(method)\",\"params\":\(parameters)}"
        let request = try #require(AgentRequest(Array(body.utf8)))
        switch await AgentCalls(device.context).answer(request) {
        case .result(let value): return value
        case .failure(_, let message): throw DroidError("test.rpc", message)
        }
    }

    private func open(_ device: TestDevice) async {
        _ = await device.run("am start -a android.settings.WIFI_SETTINGS")
    }

    @Test("deviceInfo tells what uiautomator2 reads")
    func info() async throws {
        let device = try TestDevice()
        let fields = try #require(try await call(device, "deviceInfo").fields)
        #expect(fields["displayWidth"] == .number(1080) && fields["displayHeight"] == .number(2400))
        #expect(fields["screenOn"] == .bool(true) && fields["displayRotation"] == .number(0))
        #expect(fields["currentPackageName"]?.text?.contains("launcher") == true)
    }

    @Test("The active window's hierarchy is the one that uiautomator dump prints; the whole one has more windows")
    func trees() async throws {
        let device = try TestDevice()
        let dump = await device.run("uiautomator dump /dev/tty").out
        let active = try await call(device, "dumpWindowHierarchy", "[false, 50, true]").text ?? ""
        #expect(dump.hasPrefix(active.prefix { $0 != "\u{0}" }))
        await open(device)
        _ = try await call(device, "click", "[540, 1200]")
        _ = await device.run("cmd statusbar expand-notifications")
        let one = try await call(device, "dumpWindowHierarchy", "[false, 50, true]").text ?? ""
        let all = try await call(device, "dumpWindowHierarchy", "[false, 50]").text ?? ""
        #expect(all.count > one.count && all.contains("com.android.systemui"))
        let shallow = try await call(device, "dumpWindowHierarchy", "[false, 1]").text ?? ""
        #expect(shallow.components(separatedBy: "<node").count - 1 <= 2)
    }

    @Test("The picture is a JPEG of the display")
    func picture() async throws {
        let device = try TestDevice()
        let text = try #require(try await call(device, "takeScreenshot", "[1, 80]").text)
        let picture = try JPEG.decode([UInt8](try #require(Data(base64Encoded: text))))
        #expect(picture.width == 1080 && picture.height == 2400)
        let half = try #require(try await call(device, "takeScreenshot", "[0.5, 80]").text)
        #expect(try JPEG.decode([UInt8](try #require(Data(base64Encoded: half)))).width == 540)
    }

    @Test("Selectors find by text, class, state, index and relation; a missing one is uiautomator's own exception")
    func selectors() async throws {
        let device = try TestDevice()
        #expect(try await call(device, "exist", "[{\"text\":\"Settings\"}]") == .bool(true))
        #expect(try await call(device, "count", "[{\"textMatches\":\"(Clock|Settings)\"}]") == .number(2))
        #expect(try await call(device, "exist", "[{\"textMatches\":\"Sett\"}]") == .bool(false))
        #expect(try await call(device, "exist", "[{\"textStartsWith\":\"sett\",\"clickable\":true}]") == .bool(true))
        let child =
            "{\"packageName\":\"com.google.android.apps.nexuslauncher\",\"index\":0,"
            + "\"childOrSibling\":[\"child\"],\"childOrSiblingSelector\":[{\"text\":\"Settings\"}]}"
        #expect(try await call(device, "exist", "[\(child)]") == .bool(true))
        let info = try #require(try await call(device, "objInfo", "[{\"text\":\"Settings\"}]").fields)
        #expect(info["clickable"] == .bool(true) && info["text"] == .string("Settings"))
        let error = await #expect(throws: DroidError.self) {
            try await call(device, "objInfo", "[{\"text\":\"Nowhere\"}]")
        }
        #expect(error?.what.contains("uiautomator.UiObjectNotFoundException") == true)
        // A pattern that would keep a backtracking engine busy for ever.
        #expect(try await call(device, "exist", "[{\"textMatches\":\"(a+)+$\"}]") == .bool(false))
    }

    @Test("Clicks, keys and waits act on the display")
    func acts() async throws {
        let device = try TestDevice()
        #expect(try await call(device, "click", "[{\"text\":\"Settings\"}]") == .bool(true))
        #expect(try await call(device, "waitForExists", "[{\"textContains\":\"Network\"}, 2000]") == .bool(true))
        #expect(device.context.windows.foreground?.package == "com.android.settings")
        #expect(try await call(device, "swipe", "[540, 1800, 540, 600, 55]") == .bool(true))
        #expect(try await call(device, "pressKey", "[\"home\"]") == .bool(true))
        #expect(device.context.windows.foreground?.package.contains("launcher") == true)
        #expect(try await call(device, "waitUntilGone", "[{\"text\":\"Nowhere\"}, 1000]") == .bool(true))
        #expect(try await call(device, "waitForExists", "[{\"text\":\"Nowhere\"}, 300]") == .bool(false))
        _ = try await call(device, "sleep")
        #expect(try await call(device, "isScreenOn") == .bool(false))
        _ = try await call(device, "wakeUp")
        #expect(try await call(device, "openNotification") == .bool(true))
        #expect(device.context.windows.panel == .notifications)
        #expect(try await call(device, "pressKeyCode", "[4]") == .bool(true))
    }

    @Test("Text goes into fields by selector and over the clipboard, in any script")
    func text() async throws {
        let device = try TestDevice()
        _ = await device.run("am start -a android.intent.action.INSERT -t vnd.android.cursor.dir/contact")
        let field = "{\"className\":\"android.widget.EditText\",\"instance\":0}"
        #expect(try await call(device, "setText", "[\(field), \"Zoë 漢字\"]") == .bool(true))
        #expect(try await call(device, "getText", "[\(field)]") == .string("Zoë 漢字"))
        #expect(
            try await call(device, "exist", "[{\"focused\":true,\"className\":\"android.widget.EditText\"}]")
                == .bool(true)
        )
        _ = try await call(device, "setClipboard", "[null, \" Ångström\"]")
        #expect(try await call(device, "getClipboard") == .string(" Ångström"))
        _ = try await call(device, "pasteClipboard")
        #expect(try await call(device, "getText", "[\(field)]").text?.contains("Ångström") == true)
        #expect(try await call(device, "clearTextField", "[{\"focused\":true}]") == .bool(true))
        #expect(try await call(device, "getText", "[\(field)]").text?.contains("Ångström") == false)
        #expect(
            try await call(device, "setText", "[{\"className\":\"android.widget.TextView\"}, \"x\"]") == .bool(false)
        )
    }

    @Test("Settings of the agent, toasts and rotation are kept")
    func settings() async throws {
        let device = try TestDevice()
        let set = try await call(device, "setConfigurator", "[{\"waitForIdleTimeout\": 500}]").fields
        #expect(set?["waitForIdleTimeout"] == .number(500))
        #expect(try await call(device, "getLastToast") == .null)
        _ = try await call(device, "makeToast", "[\"hello\", 1000]")
        #expect(try await call(device, "getLastToast") == .string("hello"))
        _ = try await call(device, "setOrientation", "[\"left\"]")
        #expect(await device.run("settings get system user_rotation").out == "1\n")
        _ = try await call(device, "freezeRotation", "[false]")
        #expect(await device.run("settings get system accelerometer_rotation").out == "1\n")
    }

    @Test("Wrong parameters and unknown methods are answers, whatever they are")
    func hostile() async throws {
        let device = try TestDevice()
        let methods = [
            "click", "longClick", "swipe", "swipePoints", "drag", "injectInputEvent", "pressKey", "pressKeyCode",
            "objInfo",
            "exist", "count", "waitForExists", "setText", "getText", "setClipboard", "setOrientation",
            "setConfigurator",
            "takeScreenshot", "dumpWindowHierarchy", "dragTo", "makeToast", "noSuchMethod",
        ]
        var random = SeededRandom(seed: 2)
        let values = [
            "1", "-1", "1e300", "\"x\"", "null", "true", "{}", "[]", "{\"text\":1}", "{\"index\":\"a\"}", "[1,2,3]",
            "{\"childOrSibling\":[\"child\",\"sibling\"],\"childOrSiblingSelector\":[{},{}]}", "99999999",
            "{\"textMatches\":\"[\"}", "{\"waitForIdleTimeout\":-1}",
        ]
        for _ in 0..<600 {
            let method = methods.randomElement(using: &random) ?? ""
            let given = (0..<Int.random(in: 0...5, using: &random)).compactMap { _ in
                values.randomElement(using: &random)
            }
            _ = try? await call(device, method, "[\(given.joined(separator: ","))]")
        }
        #expect(try await call(device, "deviceInfo").fields != nil)
    }
}

@Suite("Reactions of the display")
struct ReactionTests {
    private func context(_ wait: [LatencyModel.Work: Int64]) throws -> (TestDevice, DeviceContext) {
        let device = try TestDevice(clock: .real)
        let slow = DeviceContext(
            system: device.system,
            windows: device.context.windows,
            latency: LatencyModel(wait: wait, step: [:])
        )
        return (device, slow)
    }

    @Test("With a phone's times an input returns before its effect, and a dump waits for it")
    func later() async throws {
        let (device, slow) = try context([.reaction: 40])
        let before = slow.windows.hierarchy()
        try await slow.react { slow.windows.expandNotifications() }
        #expect(slow.windows.hierarchy() == before)
        try await slow.idle()
        #expect(slow.windows.hierarchy() != before)
        withExtendedLifetime(device) {}
    }

    @Test("Effects come in the order of their inputs, and a wait for them has an end")
    func order() async throws {
        let (device, slow) = try context([.reaction: 30])
        var seen: [Int] = []
        for number in 0..<3 { try await slow.react { seen.append(number) } }
        try await slow.idle(atMost: 0)
        #expect(seen.isEmpty)
        try await slow.idle()
        #expect(seen == [0, 1, 2])
        try await slow.react { seen.append(9) }
        slow.forgetReactions()
        try await slow.idle()
        #expect(seen == [0, 1, 2])
        withExtendedLifetime(device) {}
    }
}
