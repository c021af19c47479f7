// SPDX-License-Identifier: Apache-2.0

/// The agent that runs on the device and answers JSON-RPC over HTTP, as uiautomator2's does.
///
/// `app_process` starts it, and it listens for as long as that command runs.
final class OnDeviceAgent: Sendable {
    private weak let device: DeviceActor?

    init(device: DeviceActor) { self.device = device }

    /// Starts to listen on a port of the device; false where something does already.
    func listen(_ port: Int) -> Bool {
        guard let device else { return false }
        return device.ports.listen("tcp:\(port)") { [weak self] pipe, outbox in
            await self?.serve(pipe, outbox)
        }
    }

    func close(_ port: Int) { device?.ports.close("tcp:\(port)") }

    /// Answers the requests of one connection until it ends.
    private func serve(_ pipe: BytePipe, _ outbox: Outbox) async {
        var parser = HTTPRequestParser()
        while let piece = await pipe.next() {
            parser.feed(piece)
            do {
                while let request = try parser.next() {
                    outbox.send(await answer(request)[...])
                    await outbox.drain()
                    if !request.keepsAlive { return }
                }
            } catch {
                let body = Array("\(error.reason)\n".utf8)
                outbox.send(
                    HTTPResponse.bytes(status: error.status, reason: error.reason, keepsAlive: false, body: body)[...]
                )
                return
            }
        }
    }

    private func answer(_ request: HTTPRequest) async -> [UInt8] {
        func plain(_ text: String, status: Int = 200, reason: String = "OK") -> [UInt8] {
            HTTPResponse.bytes(status: status, reason: reason, keepsAlive: request.keepsAlive, body: Array(text.utf8))
        }
        switch (request.method, request.path) {
        case ("GET", "/ping"): return plain("pong")
        case ("POST", "/jsonrpc/0"):
            var reply = AgentReply.failure(code: -32600, message: "Invalid Request")
            let call = AgentRequest(request.body)
            if let call { reply = await device?.answer(call) ?? .failure(code: -32000, message: "the device is gone") }
            return HTTPResponse.bytes(
                type: "application/json",
                keepsAlive: request.keepsAlive,
                body: reply.encoded(id: call?.id ?? .null)
            )
        case (_, "/ping"), (_, "/jsonrpc/0"):
            return plain("no such method here\n", status: 405, reason: "Method Not Allowed")
        default: return plain("not found\n", status: 404, reason: "Not Found")
        }
    }
}

extension ToolTable {
    static let agentTools: [String: Tool] = ["app_process": .slow(appProcess), "app_process64": .slow(appProcess)]

    /// Runs a Java program's main class. The device has one such program built in, the on-device agent; the jar that the
    /// class path names is not read.
    nonisolated(nonsending) private static func appProcess(_ call: ToolCall) async throws -> Int32 {
        var words = call.arguments.filter {
            !$0.hasPrefix("-X") && !$0.hasPrefix("-D") && !$0.hasPrefix("--nice-name")
        }[...]
        guard words.count >= 2 else {
            throw ToolFailure(
                message: "Usage: app_process [java-options] cmd-dir start-class-name [options]",
                status: 10
            )
        }
        words.removeFirst()
        let name = words.removeFirst()
        guard name == "com.wetest.uia2.Main" else {
            throw ToolFailure(
                message: """
                    Error: could not find class '\(name)'
                    Aborted
                    """,
                status: 134
            )
        }
        var port = 9008
        if words.first == "-p", let value = words.dropFirst().first {
            guard let number = Int(value), (1...65535).contains(number) else {
                throw ToolFailure(message: "java.lang.NumberFormatException: For input string: \"\(value)\"", status: 1)
            }
            port = number
        }
        guard let agent = call.device.agent, agent.listen(port) else {
            throw ToolFailure(
                message: "java.net.BindException: bind failed: EADDRINUSE (Address already in use)",
                status: 1
            )
        }
        defer { agent.close(port) }
        call.device.agentSettings = AgentSettings()
        call.out.line("[server] INFO: [UiAutomator2Server] Starting Server")
        // Until the stream that the command came over ends, which cancels its task.
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
        return 0
    }
}
