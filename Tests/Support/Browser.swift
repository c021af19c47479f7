// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc

/// A real browser without a window: Chromium, driven by chromedriver over the WebDriver protocol (W3C, 2018).
public final class Browser: Sendable {
    private let driver: pid_t
    private let port: Int
    /// What the paths of its session begin with.
    private let root: String
    private let folder: String

    private struct Answer<Value: Decodable>: Decodable { var value: Value }
    private struct Failure: Decodable {
        var error: String
        var message: String
    }
    private struct Session: Decodable { var sessionId: String }
    private struct Nothing: Decodable {}

    private init(driver: pid_t, port: Int, root: String, folder: String) {
        (self.driver, self.port, self.root, self.folder) = (driver, port, root, folder)
    }

    /// Starts a browser with a window of this size.
    ///
    /// - Throws: `DroidError` with code `test.browser` where it is not installed or does not start.
    public static func start(width: Int = 1440, height: Int = 900, arguments: [String] = []) async throws -> Browser {
        let program = "/usr/bin/chromedriver"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw DroidError("test.browser", "chromedriver is missing", next: "install it: Scripts/setup test")
        }
        let folder = NSTemporaryDirectory() + "/browser-\(UUID().uuidString)"
        try FileBytes.makeFolder(folder, mode: 0o700)
        let log = folder + "/driver.log"
        let pid = try spawn([program, "--port=0"], log: log, home: folder)
        // It says on which port it listens.
        var port: Int?
        for _ in 0..<3000 where port == nil {
            let text = (try? FileBytes.read(log)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            port = text.firstMatch(of: #/started successfully on port (\d+)/#).flatMap { Int($0.1) }
            if port == nil { try await Task.sleep(for: .milliseconds(10)) }
        }
        guard let port else {
            kill(pid, SIGKILL)
            throw DroidError(
                "test.browser",
                "chromedriver did not start",
                why: (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            )
        }
        let starting = Browser(driver: pid, port: port, root: "/session", folder: folder)
        let options: [String: Any] = [
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--window-size=\(width),\(height)",
                "--user-data-dir=\(folder)/profile",
            ] + arguments
        ]
        let wanted = ["capabilities": ["alwaysMatch": ["browserName": "chrome", "goog:chromeOptions": options]]]
        do {
            let session: Session = try await starting.post("", wanted)
            return Browser(driver: pid, port: port, root: "/session/\(session.sessionId)", folder: folder)
        } catch {
            kill(pid, SIGKILL)
            throw error
        }
    }

    /// Ends it.
    public func stop() async {
        _ = try? await ask("DELETE", "")
        // A test's process may ignore gentler signals, and what it starts does then, too.
        kill(driver, SIGKILL)
        var status: Int32 = 0
        while waitpid(driver, &status, 0) < 0 && errno == EINTR {}
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: - What a person does

    public func open(_ address: String) async throws { try await order("/url", ["url": address]) }

    /// Presses keys one after the other; those in `holding` are down meanwhile.
    public func press(_ keys: String, holding: [Modifier] = []) async throws {
        var actions: [[String: String]] = holding.map { ["type": "keyDown", "value": $0.rawValue] }
        for key in keys {
            actions.append(["type": "keyDown", "value": String(key)])
            actions.append(["type": "keyUp", "value": String(key)])
        }
        actions += holding.reversed().map { ["type": "keyUp", "value": $0.rawValue] }
        try await order("/actions", ["actions": [["type": "key", "id": "keyboard", "actions": actions]]])
    }

    /// Keys as WebDriver writes them.
    public enum Modifier: String, Sendable { case shift = "\u{E008}", control = "\u{E009}" }
    public static let enter = "\u{E007}"
    public static let down = "\u{E015}"

    /// Clicks the first element of a selector.
    public func click(_ selector: String) async throws {
        let found: [String: String] = try await post("/element", ["using": "css selector", "value": selector])
        guard let id = found.values.first else {
            throw DroidError("test.browser", "there is no \(selector)")
        }
        try await order("/element/\(id)/click", [:])
    }

    // MARK: - What a person sees

    /// The value of an expression in the page, as text.
    public func value(_ expression: String) async throws -> String {
        let script = "const value = (\(expression)); return value === null || value === undefined ? '' : String(value);"
        return try await post("/execute/sync", ["script": script, "args": [String]()])
    }

    /// The text of the first element of a selector.
    public func text(_ selector: String) async throws -> String {
        let quoted = String(decoding: try JSONEncoder().encode(selector), as: UTF8.self)
        return try await value("(document.querySelector(\(quoted)) || {}).innerText")
    }

    /// Waits until an expression in the page is true.
    ///
    /// - Throws: `DroidError` with code `test.browser` after half a minute.
    public func wait(for expression: String) async throws {
        for _ in 0..<1500 {
            if (try? await value("!!(\(expression))")) == "true" { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        let problem = (try? await text("#problem")) ?? ""
        throw DroidError("test.browser", "it never came to be: \(expression)", why: problem)
    }

    /// A picture of the window, PNG.
    public func screenshot() async throws -> [UInt8] {
        let data = try await ask("GET", "/screenshot")
        let text = try JSONDecoder().decode(Answer<String>.self, from: data).value
        return Data(base64Encoded: text).map(Array.init) ?? []
    }

    // MARK: - WebDriver

    private func order(_ path: String, _ body: [String: Any]) async throws {
        let _: Nothing? = try await post(path, body)
    }

    private func post<Value: Decodable>(_ path: String, _ body: [String: Any]) async throws -> Value {
        let data = try await ask("POST", path, Array(JSONSerialization.data(withJSONObject: body)))
        if let failure = try? JSONDecoder().decode(Answer<Failure>.self, from: data).value {
            throw DroidError("test.browser", failure.error, why: failure.message)
        }
        return try JSONDecoder().decode(Answer<Value>.self, from: data).value
    }

    /// One request over a connection of its own: Foundation refuses chromedriver's way to write headers.
    private func ask(_ method: String, _ path: String, _ body: [UInt8] = []) async throws -> Data {
        let (port, root) = (port, root)
        return try await blocking {
            let socket = try RawSocket.connect(to: port)
            let head =
                "\(method) \(root)\(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
            socket.send(Array(head.utf8) + body)
            var bytes: [UInt8] = []
            while true {
                let part = socket.receive()
                if part.isEmpty { break }
                bytes += part
                if Self.isWhole(bytes) { break }
            }
            guard let end = Self.headEnd(bytes) else {
                throw DroidError("test.browser", "chromedriver gave no answer to \(method) \(path)")
            }
            return Data(bytes[end...])
        }
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        guard let end = headEnd(bytes) else { return false }
        let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        guard let length = head.firstMatch(of: #/content-length: *(\d+)/#).flatMap({ Int($0.1) }) else { return false }
        return bytes.count >= end + length
    }

    private static func spawn(_ words: [String], log: String, home: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_APPEND, 0o600)
        var arguments = words.map { strdup($0) } + [nil]
        let settings: [String] = ["HOME=\(home)", "PATH=/usr/bin:/bin", "TMPDIR=\(home)"]
        var variables = settings.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, words[0], &actions, nil, &arguments, &variables)
        guard failure == 0 else {
            throw DroidError("test.browser", "cannot run \(words[0])", why: String(cString: strerror(failure)))
        }
        return pid
    }
}
