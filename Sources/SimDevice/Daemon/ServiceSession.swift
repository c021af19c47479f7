// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// What one stream does, by the service that it asked for.
struct ServiceSession: Sendable {
    let device: DeviceActor
    /// Which connection this session belongs to.
    let host: ObjectIdentifier
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
            let command = request.command
            if request.framed {
                return { await framed(command, terminal: request.terminal ?? command.isEmpty, term: request.term) }
            }
            return { await bare(command, terminal: command.isEmpty) }
        case .exec(let command):
            if command.isEmpty { return nil }
            return { await bare(command, terminal: false) }
        case .abb(let words, let isFramed):
            let command = ShellText.quoted(["cmd"] + words)
            if isFramed { return { await framed(command, terminal: false, term: nil) } }
            return { await bare(command, terminal: false) }
        case .socket(let address):
            guard let server = device.ports.server(at: address) else { return nil }
            return { await server(pipe, outbox) }
        case .reverse(let request): return { await reverse(request) }
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
        if name.hasPrefix("tcp:"), let server = device.ports.server(at: name) {
            return { await server(pipe, outbox) }
        }
        if name.hasPrefix("reboot:") {
            return { say("the built-in device does not reboot; stop it and start it again\n") }
        }
        if name.hasPrefix("tcpip:") || name == "usb:" { return { say("the built-in device stays on its own port\n") } }
        return nil
    }

    func say(_ text: String) { outbox.send(Array(text.utf8)[...]) }

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
    private func bare(_ command: String, terminal wanted: Bool) async {
        let (outbox, pipe) = (outbox, pipe)
        // A broken pipe ends the command that writes into it.
        let send: @Sendable (ArraySlice<UInt8>) -> Void = { bytes in
            if !outbox.send(bytes) { withUnsafeCurrentTask { $0?.cancel() } }
        }
        let shown: @Sendable (ArraySlice<UInt8>) -> Void = { send(Self.translated($0)[...]) }
        let terminal = wanted ? Terminal(show: shown) : nil
        let typist = terminal.map { terminal in
            Task {
                while let bytes = await pipe.next() {
                    terminal.type(bytes)
                    await terminal.room()
                }
                terminal.end()
            }
        }
        let run = ShellRun(
            command: command,
            terminal: terminal,
            term: "dumb",
            input: { await pipe.next() },
            output: wanted ? shown : send,
            error: wanted ? shown : send,
            drain: { await outbox.drain() }
        )
        _ = await device.run(run)
        typist?.cancel()
    }

    /// Shell v2: packets for output, errors and the exit code.
    private func framed(_ command: String, terminal wanted: Bool, term: String?) async {
        let outbox = outbox
        let output: @Sendable (ArraySlice<UInt8>) -> Void = { send($0) { .stdout($0) } }
        let error: @Sendable (ArraySlice<UInt8>) -> Void = { send($0) { .stderr($0) } }
        let shown: @Sendable (ArraySlice<UInt8>) -> Void = { output(Self.translated($0)[...]) }
        let frames = ShellFrames(pipe)
        let terminal = wanted ? Terminal(show: shown) : nil
        let typist = terminal.map { terminal in Task { await frames.type(into: terminal) } }
        let run = ShellRun(
            command: command,
            terminal: terminal,
            term: term ?? "dumb",
            input: { await frames.next() },
            output: wanted ? shown : output,
            error: wanted ? shown : error,
            drain: { await outbox.drain() }
        )
        let code = await device.run(run)
        typist?.cancel()
        outbox.send(ShellPacket.encoded(.exit(UInt8(truncatingIfNeeded: code)))[...], isLast: true)
    }

    /// A terminal's line discipline on the way out: LF becomes CR LF.
    private static func translated(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 16)
        for byte in bytes {
            if byte == 10 { out.append(13) }
            out.append(byte)
        }
        return out
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
