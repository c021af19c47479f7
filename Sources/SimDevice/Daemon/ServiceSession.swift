// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// What one stream does, by the service that it asked for.
struct ServiceSession: Sendable {
    let device: DeviceActor
    let pipe: BytePipe
    let outbox: Outbox
    /// Opens a stream to an address at the host, such as `tcp:27183`; nil where the host refuses, and when the connection
    /// that this session belongs to is gone. The stream lasts until `Outbox.finish` or until the host closes it; then the
    /// pipe ends.
    let openToHost: @Sendable (String) async -> (BytePipe, Outbox)?
    /// Has something done when the connection that this session belongs to ends; at once where it has ended already.
    let whenHostLeaves: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// The work of a service; nil for one that the device does not have.
    func body(for service: Service) -> (@Sendable () async -> Void)? {
        switch service {
        case .shell(let request):
            if request.framed { return { await framed(request) } }
            return { await bare(request.command, terminal: request.command.isEmpty) }
        case .exec(let command):
            if command.isEmpty { return nil }
            return { await bare(command, terminal: false) }
        case .sync: return { await device.sync(pipe: pipe, outbox: outbox) }
        case .sink: return { while await pipe.next() != nil {} }
        case .source(let count): return { await source(count) }
        case .other(let name): return other(name)
        }
    }

    private func other(_ name: String) -> (@Sendable () async -> Void)? {
        let answers = [
            "root:": "adbd is already running as root\n",
            "unroot:": "the built-in device always runs adbd as root\n",
            "remount:": "remount succeeded\n",
        ]
        if name == "framebuffer:" { return { await device.framebuffer(outbox: outbox) } }
        if let answer = answers[name] { return { say(answer) } }
        if name.hasPrefix("reboot:") {
            return { say("the built-in device does not reboot; stop it and start it again\n") }
        }
        if name.hasPrefix("tcpip:") || name == "usb:" { return { say("the built-in device stays on its own port\n") } }
        return nil
    }

    private func say(_ text: String) { outbox.send(Array(text.utf8)[...]) }

    private func source(_ count: Int) async {
        let block = [UInt8](repeating: 0, count: 1 << 20)
        var left = count
        while left > 0, !Task.isCancelled {
            outbox.send(block.prefix(left))
            left -= min(left, block.count)
            await outbox.drain()
        }
    }

    /// Shell v1 and `exec:`: output and errors in one stream of bytes, no exit code.
    private func bare(_ command: String, terminal: Bool) async {
        let outbox = outbox
        let send: @Sendable (ArraySlice<UInt8>) -> Void = { outbox.send($0) }
        let run = ShellRun(
            command: command,
            terminal: terminal,
            term: "dumb",
            pipe: pipe,
            outbox: outbox,
            output: send,
            error: send
        )
        _ = await device.run(run)
    }

    /// Shell v2: packets for output, errors and the exit code.
    private func framed(_ request: ShellRequest) async {
        let outbox = outbox
        let terminal = request.terminal ?? request.command.isEmpty
        let output: @Sendable (ArraySlice<UInt8>) -> Void = { send($0) { .stdout($0) } }
        let error: @Sendable (ArraySlice<UInt8>) -> Void = { send($0) { terminal ? .stdout($0) : .stderr($0) } }
        let run = ShellRun(
            command: request.command,
            terminal: terminal,
            term: request.term ?? "dumb",
            pipe: pipe,
            outbox: outbox,
            output: output,
            error: error
        )
        let code = await device.run(run)
        outbox.send(ShellPacket.encoded(.exit(UInt8(truncatingIfNeeded: code)))[...])
    }

    private func send(_ bytes: ArraySlice<UInt8>, _ piece: (ArraySlice<UInt8>) -> ShellPiece) {
        var rest = bytes
        while !rest.isEmpty {
            let part = rest.prefix(256 << 10)
            rest = rest.dropFirst(part.count)
            outbox.send(ShellPacket.encoded(piece(part))[...])
        }
    }
}

/// A command line with its streams, as the daemon hands it to the device.
struct ShellRun: Sendable {
    var command: String
    /// Whether a terminal is wanted: line breaks become CR LF, and an empty command is a dialogue.
    var terminal: Bool
    var term: String
    var pipe: BytePipe
    var outbox: Outbox
    var output: @Sendable (ArraySlice<UInt8>) -> Void
    var error: @Sendable (ArraySlice<UInt8>) -> Void
}
