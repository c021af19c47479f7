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
