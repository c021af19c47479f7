// SPDX-License-Identifier: Apache-2.0

import Base
import NIOCore

/// One connection to the console: lines in, `OK` or `KO: reason` out, nothing but help before the token.
///
/// Lines are answered in order: one task takes them from a queue.
final class ConsoleHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let lineLimit = 16 << 10
    private let session: ConsoleSession
    private var lines: AsyncStream<String>.Continuation?
    private var task: Task<Void, Never>?
    private var pending: [UInt8] = []

    init(session: ConsoleSession) { self.session = session }

    func channelActive(context: ChannelHandlerContext) {
        let stream = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1000))
        lines = stream.continuation
        task = Self.start(session, stream.stream, context.channel)
    }

    private static func start(
        _ session: ConsoleSession,
        _ lines: AsyncStream<String>,
        _ channel: any Channel
    ) -> Task<Void, Never> {
        Task { await ConsoleHandler.serve(session, lines, channel) }
    }

    private static func serve(_ session: ConsoleSession, _ lines: AsyncStream<String>, _ channel: any Channel) async {
        var authorised = false
        await write(session.greeting, channel)
        var iterator = lines.makeAsyncIterator()
        while let line = await iterator.next() {
            let reply = await session.answer(line, authorised: authorised)
            authorised = authorised || reply.authorises
            await write(reply.text, channel)
            if reply.closes { break }
        }
        channel.close(promise: nil)
    }

    private static func write(_ text: String, _ channel: any Channel) async {
        try? await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for byte in unwrapInboundIn(data).readableBytesView {
            if byte == 10 {
                lines?.yield(String(decoding: pending.last == 13 ? pending.dropLast() : pending[...], as: UTF8.self))
                pending = []
            } else if pending.count < Self.lineLimit {
                pending.append(byte)
            } else {
                context.close(promise: nil)
                return
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        lines?.finish()
        task?.cancel()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// The commands of the console. It is for whoever runs the device; an agent does not get its token.
struct ConsoleSession: Sendable {
    let device: DeviceActor
    let token: String
    /// Where the token lies, as the greeting tells.
    let tokenPath: String
    /// Ends the device, as `kill` asks for.
    let kill: @Sendable () -> Void

    /// A reply, and whether the connection ends with it.
    struct Reply: Sendable {
        var text: String
        var closes = false
        /// Whether the token was right.
        var authorises = false
    }

    var greeting: String {
        """
        Android Console: Authentication required\r
        Android Console: type 'auth <auth_token>' to authenticate\r
        Android Console: you can find your <auth_token> in \r
        '\(tokenPath)'\r
        OK\r

        """
    }

    private static let help = """
        Android console commands:\r
            help                          this list\r
            auth TOKEN                    lets you in\r
            snapshot save|load NAME       saves or restores the whole device\r
            snapshot list                 names of the snapshots\r
            clock get                     device time in ms since 1970\r
            clock set MS | advance MS     sets it, moves it\r
            sms send NUMBER TEXT          a text message arrives\r
            kill                          ends the device\r
            quit                          ends this connection\r
        OK\r

        """

    /// Carries out one line.
    ///
    /// - Parameter authorised: whether the connection has given the token before.
    func answer(_ line: String, authorised: Bool) async -> Reply {
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        func ok(_ text: String = "") -> Reply { Reply(text: text + "OK\r\n") }
        func ko(_ reason: String) -> Reply { Reply(text: "KO: \(reason)\r\n") }
        guard let verb = words.first else { return ko("empty command") }
        switch verb {
        case "help", "h", "?": return Reply(text: Self.help)
        case "quit", "exit": return Reply(text: "", closes: true)
        case "auth":
            guard words.count == 2, Self.equal(words[1], token) else {
                return Reply(text: "KO: authentication token does not match \(tokenPath)\r\n", closes: true)
            }
            return Reply(text: "Android Console: type 'help' for a list of commands\r\nOK\r\n", authorises: true)
        default: guard authorised else { return ko("authentication required; type 'auth <auth_token>'") }
        }
        do {
            switch (verb, words.count > 1 ? words[1] : "") {
            case ("snapshot", "list"): return ok(await device.snapshotNames.map { $0 + "\r\n" }.joined())
            case ("snapshot", "save"), ("snapshot", "load"):
                guard words.count == 3, SnapshotStore.isName(words[2]) else { return ko("bad snapshot name") }
                if words[1] == "save" {
                    try await device.saveSnapshot(words[2])
                } else {
                    try await device.loadSnapshot(words[2])
                }
                return ok()
            case ("clock", "get"): return ok("\(await device.now)\r\n")
            case ("clock", "set"), ("clock", "advance"):
                guard words.count == 3, let ms = Int64(words[2]), abs(ms / 2) < 4_000_000_000_000 else {
                    return ko("bad time, need milliseconds")
                }
                if words[1] == "set" { await device.setClock(ms) } else { await device.advanceClock(ms) }
                return ok()
            case ("sms", "send"):
                guard words.count == 4 else {
                    return ko("missing argument, try 'sms send <phonenumber> <text message>'")
                }
                guard words[2].allSatisfy({ $0.isNumber || "+-()".contains($0) }) else {
                    return ko("bad phone number format, must be [+](0-9)*")
                }
                try await device.receiveMessage(from: words[2], words[3])
                return ok()
            case ("kill", _):
                kill()
                return Reply(text: "OK: killing emulator, bye bye\r\n", closes: true)
            default: return ko("unknown command, try 'help'")
            }
        } catch let error as DroidError {
            return ko(error.why.isEmpty ? error.what : "\(error.what): \(error.why)")
        } catch {
            return ko("\(error)")
        }
    }

    /// Compares in a time that does not depend on where the texts differ.
    private static func equal(_ a: String, _ b: String) -> Bool {
        let (x, y) = (Array(a.utf8), Array(b.utf8))
        guard x.count == y.count else { return false }
        return zip(x, y).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
