// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

extension AgentClient {
    // MARK: Looking

    /// How long the agent waits, before it looks, for a display that stands still.
    func setWaitForIdle(_ limit: Duration) async throws {
        try await call(
            "setConfigurator",
            [.settings(["waitForIdleTimeout": Int(limit.inSeconds * 1000)])],
            as: Anything.self
        )
    }

    /// The hierarchy of the active window, in the form of `uiautomator dump`.
    func hierarchy(timeout: Duration) async throws -> [UInt8] {
        let text = try await call(
            "dumpWindowHierarchy",
            [.bool(false), .int(50), .bool(true)],
            as: String.self,
            timeout: timeout
        )
        return Array((text ?? "").utf8)
    }

    /// A JPEG of the display.
    func screenshot(timeout: Duration) async throws -> [UInt8] {
        let text = try await call("takeScreenshot", [.int(1), .int(80)], as: String.self, timeout: timeout)
        guard let text, let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters), !data.isEmpty else {
            throw DroidError("observer.agent", "the on-device agent gave no picture")
        }
        return [UInt8](data)
    }

    // MARK: Acting

    /// A tap, or a finger that stays so many milliseconds. Pixels of the current rotation.
    public func click(x: Int, y: Int, milliseconds: Int? = nil) async throws {
        let place: [Parameter] = [.int(x), .int(y)]
        try await call("click", place + (milliseconds.map { [.int($0)] } ?? []), as: Anything.self)
    }

    /// A finger that moves in a line.
    public func swipe(x1: Int, y1: Int, x2: Int, y2: Int, milliseconds: Int) async throws {
        // The agent moves a finger in steps of 5 ms.
        let steps = max(2, milliseconds / 5)
        try await call("swipe", [.int(x1), .int(y1), .int(x2), .int(y2), .int(steps)], as: Anything.self)
    }

    /// A key by Android's code.
    public func press(_ code: Int) async throws { try await call("pressKeyCode", [.int(code)], as: Anything.self) }

    /// Text at the cursor of the field that has the focus, over the clipboard: letters of any script arrive.
    public func type(_ text: String) async throws {
        try await call("setClipboard", [.null, .text(text)], as: Anything.self)
        try await call("pasteClipboard", as: Anything.self)
    }

    /// Empties the field that has the focus.
    public func clear() async throws { try await call("clearTextField", [.focused], as: Anything.self) }

    /// A result that nobody looks at.
    struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }
}
