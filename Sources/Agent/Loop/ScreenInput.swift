// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// One thing that a finger or a keyboard does. Places are pixels of the display's current rotation.
public enum Gesture: Sendable, Hashable {
    case tap(x: Int, y: Int)
    /// A finger that stays.
    case press(x: Int, y: Int, milliseconds: Int)
    case swipe(x1: Int, y1: Int, x2: Int, y2: Int, milliseconds: Int)
    /// A key by Android's code.
    case key(Int)
    /// Text of one line, into the field that has the focus.
    case text(String)
    /// Nothing, for a while. The device waits, not this machine: its clock may be another one.
    case pause(seconds: Int)
}

/// What touches a device's display and types on it.
public protocol ScreenInput: Sendable {
    /// - Throws: `DroidError` with code `agent.act` where the device refuses, or a code of `adb`.
    func perform(_ gesture: Gesture) async throws

    /// Empties the field that has the focus.
    ///
    /// - Parameter length: how many characters are in it.
    func clearField(length: Int) async throws
}

/// Touches and types with the `input` tool, which every device has.
public struct ToolInput: ScreenInput {
    private let device: any DeviceLink

    public init(_ device: any DeviceLink) { self.device = device }

    public func perform(_ gesture: Gesture) async throws {
        for command in Self.commands(gesture) { try await run(command) }
    }

    /// Selects all and deletes; where the key combination is not known, goes to the end and deletes character by
    /// character.
    public func clearField(length: Int) async throws {
        let answer = try await device.run("input keycombination 113 29 && input keyevent 67")
        guard answer.exitCode != 0 || answer.errorText.contains("Unknown command") else { return }
        let count = min(max(length, 1), 500)
        try await run("input keyevent 123 " + Array(repeating: "67", count: count).joined(separator: " "))
    }

    /// The shell commands of a gesture.
    ///
    /// `input text` takes `%s` for a space and knows no other escape, so a literal `%s` is typed as two texts. Long
    /// text goes in pieces of whole words, since long ones arrive out of order on real devices.
    static func commands(_ gesture: Gesture) -> [String] {
        switch gesture {
        case .tap(let x, let y): ["input tap \(x) \(y)"]
        case .press(let x, let y, let ms): ["input swipe \(x) \(y) \(x) \(y) \(ms)"]
        case .swipe(let x1, let y1, let x2, let y2, let ms): ["input swipe \(x1) \(y1) \(x2) \(y2) \(ms)"]
        case .key(let code): ["input keyevent \(code)"]
        case .text(let text):
            pieces(text[...]).map { "input text \(ShellQuoting.quote($0.replacing(" ", with: "%s")))" }
        case .pause(let seconds): ["sleep \(seconds)"]
        }
    }

    private static let pieceLimit = 40

    private static func pieces(_ line: Substring) -> [String] {
        var out: [String] = []
        var current = ""
        for character in line {
            if character == "s" && current.hasSuffix("%") {
                out.append(current)
                current = ""
            }
            current.append(character == "\t" ? " " : character)
            if character == " " && current.count >= pieceLimit {
                out.append(current)
                current = ""
            }
        }
        if !current.isEmpty { out.append(current) }
        return out
    }

    private func run(_ command: String) async throws {
        let answer = try await device.run(command)
        let failed = (answer.exitCode ?? 0) != 0 || answer.errorText.contains("Exception")
        if failed { throw Self.refused("the device refused `\(command)`", answer) }
    }

    static func refused(_ what: String, _ answer: ShellResult) -> DroidError {
        let said = PromptBuilder.oneLine(answer.errorText.isEmpty ? answer.text : answer.errorText)
        let isText = what.contains("input text")
        return DroidError(
            "agent.act",
            what,
            why: said.isEmpty
                ? "exit code \(answer.exitCode.map { String($0) } ?? "unknown")" : PromptBuilder.clip(said, 200),
            next: isText
                ? "stock `input text` types only what the key map has; letters beyond ASCII need another keyboard"
                : "on Xiaomi, allow USB debugging (security settings); otherwise see the device's developer options"
        )
    }
}

/// Touches and types through the on-device agent: no program starts for each input, and letters of any script arrive.
/// Where the agent has gone, the tools take over.
public struct AgentInput: ScreenInput {
    private let agent: AgentClient
    private let tools: ToolInput
    private let device: any DeviceLink

    public init(_ agent: AgentClient, on device: any DeviceLink) {
        self.agent = agent
        self.device = device
        tools = ToolInput(device)
    }

    public func perform(_ gesture: Gesture) async throws {
        try await attempt {
            switch gesture {
            case .tap(let x, let y): try await agent.click(x: x, y: y)
            case .press(let x, let y, let ms): try await agent.click(x: x, y: y, milliseconds: ms)
            case .swipe(let x1, let y1, let x2, let y2, let ms):
                try await agent.swipe(x1: x1, y1: y1, x2: x2, y2: y2, milliseconds: ms)
            case .key(let code): try await agent.press(code)
            case .text(let text): try await agent.type(text)
            case .pause: try await tools.perform(gesture)
            }
        } otherwise: {
            try await tools.perform(gesture)
        }
    }

    public func clearField(length: Int) async throws {
        try await attempt {
            try await agent.clear()
        } otherwise: {
            try await tools.clearField(length: length)
        }
    }

    /// An input that the agent never got goes to the tools. One that it refused, or whose answer was lost, is not done
    /// twice.
    private func attempt(_ body: () async throws -> Void, otherwise: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as DroidError where error.code == "adb.refused" {
            try await otherwise()
        } catch let error as DroidError where error.code == "observer.agent" {
            throw DroidError("agent.act", error.what, why: error.why, next: error.next)
        }
    }
}

extension ScreenSource {
    /// What touches and types on a device that is read this way.
    public func input(on device: any DeviceLink) -> any ScreenInput {
        agent.map { AgentInput($0, on: device) } ?? ToolInput(device)
    }
}
