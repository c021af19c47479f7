// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Synchronization

/// Speaks with the agent on a device: JSON-RPC over HTTP, as uiautomator2's has it, over streams of the bridge.
///
/// Calls may run at the same time; each takes a connection that is free, or opens one. Connections stay open.
public final class AgentClient: Sendable {
    public static let port = 9008
    /// Where the agent's program lies on a device.
    public static let jarPath = "/data/local/tmp/u2.jar"

    private let device: any DeviceLink
    private let idle = Mutex<[any LinkStream]>([])
    /// The command that keeps the agent alive, where this client started it.
    private let keeper = Mutex<(any LinkStream)?>(nil)

    init(_ device: any DeviceLink) { self.device = device }

    /// Ends the connections, and the agent where this client started it.
    public func close() {
        for stream in idle.withLock({ streams in
            defer { streams = [] }
            return streams
        }) {
            stream.close()
        }
        keeper.withLock { stream in
            defer { stream = nil }
            return stream
        }?.close()
    }

    deinit { close() }

    // MARK: Starting

    /// Connects to the agent of a device, and starts it where it does not run.
    ///
    /// - Parameter jar: the agent's program on this machine, copied to the device where it has another or none; nil for
    ///   the one that lies there.
    /// - Throws: `DroidError` with code `observer.agent` where it does not run and cannot be started.
    public static func connect(_ device: any DeviceLink, jar: String? = nil) async throws -> AgentClient {
        let client = AgentClient(device)
        if await client.isAlive() { return client }
        if let jar { try await client.install(jar) }
        try await client.start()
        return client
    }

    /// Whether something answers.
    func isAlive() async -> Bool {
        guard let answer = try? await request("GET", "/ping", body: [], timeout: .seconds(3)) else { return false }
        return answer == Array("pong".utf8)
    }

    private func install(_ jar: String) async throws {
        let bytes = try FileBytes.read(jar)
        let there = try await device.run("toybox sha256sum \(Self.jarPath)")
        if there.text.contains(SHA256.hex(bytes)) { return }
        try await device.push(bytes, to: Self.jarPath, mode: 0o644, modified: nil)
    }

    /// Runs the agent's program and waits until it answers.
    private func start() async throws {
        let command = "CLASSPATH=\(Self.jarPath) app_process / com.wetest.uia2.Main -p \(Self.port)"
        let stream = try await device.stream(to: "shell:\(command)", timeout: .seconds(10))
        let output = Mutex<[UInt8]>([])
        let ended = Mutex(false)
        let reading = Task {
            while let piece = try? await stream.read() {
                output.withLock { if $0.count < 4096 { $0.append(contentsOf: piece.prefix(1024)) } }
            }
            ended.withLock { $0 = true }
        }
        for _ in 0..<200 {
            if await isAlive() {
                keeper.withLock { $0 = stream }
                return
            }
            if ended.withLock({ $0 }) { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        reading.cancel()
        stream.close()
        let said = String(decoding: output.withLock { $0 }, as: UTF8.self).split(whereSeparator: \.isNewline)
        let line = said.first { $0.contains("rror") || $0.contains("xception") } ?? said.last ?? ""
        throw DroidError(
            "observer.agent",
            "the on-device agent does not run and could not be started",
            why: line.isEmpty
                ? "\(Self.jarPath) may be missing on \(device.serial)" : "the device said: \(line.prefix(200))",
            next:
                "get u2.jar out of the Python package uiautomator2 3.7.1 (uiautomator2/assets/u2.jar) and name it with "
                + "DROIDAGENT_U2_JAR; or use --observer tools, which needs nothing on the device"
        )
    }

    // MARK: Calls

    private struct Call: Encodable {
        var jsonrpc = "2.0"
        var id = 1
        var method: String
        var params: [Parameter]
    }

    private struct Reply<Value: Decodable>: Decodable {
        struct Failure: Decodable { var message: String? }
        var result: Value?
        var error: Failure?
    }

    /// Calls a method.
    ///
    /// - Throws: `DroidError` with code `observer.agent` where the agent refuses or cannot be reached; `adb.lost`.
    @discardableResult
    func call<Value: Decodable & Sendable>(
        _ method: String,
        _ parameters: [Parameter] = [],
        as type: Value.Type,
        timeout: Duration = .seconds(20)
    ) async throws -> Value? {
        let body = Array(try JSON.line(Call(method: method, params: parameters)).utf8)
        let answer = try await request("POST", "/jsonrpc/0", body: body, timeout: timeout)
        let reply: Reply<Value>
        do {
            reply = try JSON.decode(Reply<Value>.self, from: answer)
        } catch {
            throw DroidError(
                "observer.agent",
                "the on-device agent's answer to \(method) cannot be read",
                why: "\(error)"
            )
        }
        if let failure = reply.error {
            throw DroidError(
                "observer.agent",
                "the on-device agent refused \(method)",
                why: String((failure.message ?? "").prefix(200)),
                next: "another program may hold the device's accessibility service; or use --observer tools"
            )
        }
        return reply.result
    }

    /// A parameter of a call.
    enum Parameter: Encodable, Sendable {
        case int(Int)
        case bool(Bool)
        case text(String)
        case null
        /// The node with the focus.
        case focused
        case settings([String: Int])

        func encode(to encoder: any Encoder) throws {
            var box = encoder.singleValueContainer()
            switch self {
            case .int(let value): try box.encode(value)
            case .bool(let value): try box.encode(value)
            case .text(let value): try box.encode(value)
            case .null: try box.encodeNil()
            case .focused: try box.encode(FocusedSelector())
            case .settings(let value): try box.encode(value)
            }
        }
    }

    /// A selector in the agent's form: a bit for each field that counts.
    private struct FocusedSelector: Encodable {
        var mask = 0x02_0000
        var focused = true
        var childOrSibling: [String] = []
        var childOrSiblingSelector: [String] = []
    }

    // MARK: HTTP

    private func request(_ method: String, _ path: String, body: [UInt8], timeout: Duration) async throws -> [UInt8] {
        let type = body.isEmpty ? "" : "Content-Type: application/json\r\n"
        // An empty Accept-Encoding keeps the agent from compressing.
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: localhost:\(Self.port)\r\nAccept-Encoding:\r\n\(type)"
            + "Content-Length: \(body.count)\r\n\r\n"
        let bytes = Array(head.utf8) + body
        let kept = idle.withLock { $0.popLast() }
        if let kept {
            // A connection that lay idle may have been closed meanwhile: then nothing of an answer comes.
            do {
                if let answer = try await exchange(bytes, over: kept, timeout: timeout) { return answer }
            } catch let error as DroidError where error.code == "adb.closed" {
                // Closed before the request was written.
            }
        }
        let fresh = try await device.stream(to: "tcp:\(Self.port)", timeout: min(timeout, .seconds(5)))
        guard let answer = try await exchange(bytes, over: fresh, timeout: timeout) else {
            throw DroidError("observer.agent", "the on-device agent closed the connection without an answer")
        }
        return answer
    }

    /// Sends a request and reads its answer; nil where the stream ended before any of it.
    private func exchange(_ bytes: [UInt8], over stream: any LinkStream, timeout: Duration) async throws -> [UInt8]? {
        do {
            let answer = try await Deadline.run(timeout, "the on-device agent") { () -> HTTPAnswer? in
                try await stream.write(bytes[...])
                var answer = HTTPAnswer()
                var any = false
                while let piece = try await stream.read() {
                    any = true
                    if try answer.feed(piece) { return answer }
                }
                if !any { return nil }
                try answer.end()
                return answer
            }
            guard let answer else {
                stream.close()
                return nil
            }
            if answer.keepsAlive { idle.withLock { $0.append(stream) } } else { stream.close() }
            guard answer.status == 200 else {
                throw DroidError("observer.agent", "the on-device agent answered with status \(answer.status)")
            }
            return answer.body
        } catch {
            stream.close()
            throw error
        }
    }
}
