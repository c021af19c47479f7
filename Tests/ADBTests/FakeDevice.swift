// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import NIOCore
import NIOPosix
import Synchronization

/// A device just large enough to test a client against: the device's end of `ADBWire` over TCP, with a handful of
/// commands and files in memory. How it behaves is set before it starts.
final class FakeDevice: Sendable {
    struct Behaviour: Sendable {
        var version = ProtocolVersion.v1_1
        var maxPayload = WireLimit.maxPayload
        var features: FeatureSet = [.shellV2, .cmd, .statV2, .listV2, .sendReceiveV2, .fixedPushMkdir, .delayedAck]
        /// Whether it answers the greeting.
        var greets = true
        /// What it sends in place of any answer.
        var garbage: [UInt8] = []
        /// Answers a request of the sync service in place of the fake's own answer; nil leaves it to the fake.
        var sync: (@Sendable (SyncRequest) -> Reaction?)?
        /// Asks for a key.
        var wantsKey = false
    }

    struct File: Sendable {
        var bytes: [UInt8]
        var status: SyncStatus
    }

    let files = Mutex<[String: File]>([:])
    /// Bytes that `flood` has handed to the connection and that were taken.
    let flooded = Atomic<Int>(0)
    let opened = Atomic<Int>(0)
    let closed = Atomic<Int>(0)
    let behaviour: Behaviour
    private let channels = Mutex<[any Channel]>([])
    private let server = Mutex<(any Channel)?>(nil)

    var port: Int { server.withLock { $0?.localAddress?.port ?? 0 } }
    var serial: String { "127.0.0.1:\(port)" }

    private init(_ behaviour: Behaviour) { self.behaviour = behaviour }

    static func start(_ change: (inout Behaviour) -> Void = { _ in }) async throws -> FakeDevice {
        var behaviour = Behaviour()
        change(&behaviour)
        let device = FakeDevice(behaviour)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 65536, maximum: 1 << 20)
            )
            .childChannelInitializer { channel in
                device.channels.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FakeHandler(device))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        device.server.withLock { $0 = channel }
        return device
    }

    /// Cuts every connection, as a device that loses power.
    func vanish() {
        for channel in channels.withLock({ $0 }) { channel.close(promise: nil) }
    }

    func stop() async {
        vanish()
        let channel = server.withLock { $0 }
        try? await channel?.close().get()
    }
}

/// One connection to the fake device; lives on its event loop.
private final class FakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let device: FakeDevice
    private var decoder = PacketDecoder()
    private var connection: Connection
    private var services: [StreamID: any FakeService] = [:]

    init(_ device: FakeDevice) {
        self.device = device
        let banner = ConnectionBanner.device(
            product: "fake",
            model: "Fake Phone",
            device: "fake64",
            features: device.behaviour.features
        )
        connection = Connection(
            role: .device,
            banner: banner,
            version: device.behaviour.version,
            maxPayload: device.behaviour.maxPayload
        )
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard device.behaviour.greets else { return }
        guard device.behaviour.garbage.isEmpty else {
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: device.behaviour.garbage)), promise: nil)
            return
        }
        var out = context.channel.allocator.buffer(capacity: 1024)
        unwrapInboundIn(data).withUnsafeReadableBytes { raw in
            var rest = raw
            do {
                while let packet = try decoder.next(&rest) {
                    if device.behaviour.wantsKey {
                        let token = ArraySlice<UInt8>(repeating: 1, count: 20)
                        out.writeBytes(Packet(.auth, 1, 0, payload: token, version: .v1_0).encoded)
                    } else {
                        run(connection.receive(packet), &out)
                    }
                }
            } catch {
                context.close(promise: nil)
            }
        }
        if out.readableBytes > 0 { context.writeAndFlush(NIOAny(out), promise: nil) }
    }

    private func run(_ events: [ConnectionEvent], _ out: inout ByteBuffer) {
        for event in events {
            switch event {
            case .send(let packet): out.writeBytes(packet.encoded)
            case .online(let agreed):
                decoder.version = agreed.version
                decoder.maxPayload = agreed.maxPayload
            case .requested(let id, let name):
                device.opened.add(1, ordering: .relaxed)
                guard let service = makeService(Service(parsing: name)) else {
                    run(connection.refuse(id), &out)
                    continue
                }
                services[id] = service
                run(connection.accept(id), &out)
                react(id, service.start(), &out)
            case .received(let id, let bytes):
                run(connection.acknowledge(id, bytes: bytes.count), &out)
                if let service = services[id] { react(id, service.take(bytes), &out) }
            case .writable(let id):
                if let service = services[id] { react(id, service.more(), &out) }
            case .closed(let id, _):
                device.closed.add(1, ordering: .relaxed)
                services[id] = nil
            case .opened, .failed, .needsToken, .askUser, .waitingForUser, .startTLS: break
            }
        }
    }

    private func react(_ id: StreamID, _ reaction: Reaction, _ out: inout ByteBuffer) {
        if !reaction.bytes.isEmpty { run(connection.write(id, reaction.bytes[...]), &out) }
        if reaction.ends {
            services[id] = nil
            device.closed.add(1, ordering: .relaxed)
            run(connection.finish(id), &out)
        }
    }

    private func makeService(_ service: Service) -> (any FakeService)? {
        switch service {
        case .shell(let request): FakeShell(device, request.command, framed: request.framed)
        case .exec(let command): FakeShell(device, command, framed: false)
        case .sync: FakeSync(device)
        case .socket("tcp:7"): Echo()
        default: nil
        }
    }
}

struct Reaction: Sendable, Equatable {
    var bytes: [UInt8] = []
    var ends = false
}

/// What runs behind one stream.
protocol FakeService {
    func start() -> Reaction
    func take(_ bytes: ArraySlice<UInt8>) -> Reaction
    func more() -> Reaction
}

private final class Echo: FakeService {
    func start() -> Reaction { Reaction() }
    func take(_ bytes: ArraySlice<UInt8>) -> Reaction { Reaction(bytes: Array(bytes)) }
    func more() -> Reaction { Reaction() }
}

/// `echo WORDS`, `both`, `exit N`, `bytes N`, `cat`, `hang`, `flood`, `cut` (ends without a code).
private final class FakeShell: FakeService {
    private let device: FakeDevice
    private let words: [String]
    private let framed: Bool
    private var decoder = ShellPacketDecoder()

    init(_ device: FakeDevice, _ command: String, framed: Bool) {
        self.device = device
        words = command.split(separator: " ", maxSplits: 1).map(String.init)
        self.framed = framed
    }

    private var argument: String { words.count > 1 ? words[1] : "" }

    func start() -> Reaction {
        switch words.first {
        case "echo": result(Array("\(argument)\n".utf8), [], 0)
        case "both": result(Array("out".utf8), Array("err".utf8), 3)
        case "exit": result([], [], UInt8(argument) ?? 1)
        case "bytes": result((0..<(Int(argument) ?? 0)).map { UInt8(truncatingIfNeeded: $0 &* 31) }, [], 0)
        case "flood": more()
        case "cut": Reaction(bytes: framed ? ShellPacket.encoded(.stdout([65])) : [65], ends: true)
        case "cat", "hang": Reaction()
        default: result([], Array("sh: \(words.first ?? ""): not found\n".utf8), 127)
        }
    }

    func take(_ bytes: ArraySlice<UInt8>) -> Reaction {
        guard words.first == "cat" else { return Reaction() }
        guard framed else { return Reaction(bytes: Array(bytes)) }
        var reaction = Reaction()
        var input = bytes
        while let piece = decoder.next(&input) {
            switch piece {
            case .stdin(let data): ShellPacket.encode(.stdout(data), into: &reaction.bytes)
            case .closeStdin:
                ShellPacket.encode(.exit(0), into: &reaction.bytes)
                reaction.ends = true
            default: break
            }
        }
        return reaction
    }

    func more() -> Reaction {
        guard words.first == "flood" else { return Reaction() }
        device.flooded.add(1 << 20, ordering: .relaxed)
        return Reaction(bytes: [UInt8](repeating: 5, count: 1 << 20))
    }

    private func result(_ out: [UInt8], _ err: [UInt8], _ code: UInt8) -> Reaction {
        guard framed else { return Reaction(bytes: out + err, ends: true) }
        var bytes = ShellPacket.encoded(.stdout(out[...]))
        ShellPacket.encode(.stderr(err[...]), into: &bytes)
        ShellPacket.encode(.exit(code), into: &bytes)
        return Reaction(bytes: bytes, ends: true)
    }
}

/// The sync service over files in memory. `/forbidden` cannot be written, `/odd` answers nonsense, `/stuck` never.
private final class FakeSync: FakeService {
    private let device: FakeDevice
    private var decoder = SyncRequestDecoder()
    private var file: (path: String, mode: UInt32, bytes: [UInt8], refused: Bool)?

    init(_ device: FakeDevice) { self.device = device }

    func start() -> Reaction { Reaction() }
    func more() -> Reaction { Reaction() }

    func take(_ bytes: ArraySlice<UInt8>) -> Reaction {
        var reaction = Reaction()
        var input = bytes
        do {
            while !reaction.ends, let request = try decoder.next(&input) { answer(request, &reaction) }
        } catch {
            SyncResponse.fail(error.what).encode(into: &reaction.bytes)
            reaction.ends = true
        }
        return reaction
    }

    private func answer(_ request: SyncRequest, _ reaction: inout Reaction) {
        if let own = device.behaviour.sync?(request) {
            reaction.bytes += own.bytes
            reaction.ends = reaction.ends || own.ends
            return
        }
        func status(_ path: String) -> SyncStatus? { device.files.withLock { $0[path]?.status } }
        switch request {
        case .stat("/odd"), .stat2("/odd"): SyncResponse.okay.encode(into: &reaction.bytes)
        case .stat("/stuck"), .stat2("/stuck"): break
        case .stat(let path): SyncResponse.stat(status(path) ?? SyncStatus()).encode(into: &reaction.bytes)
        case .stat2(let path): SyncResponse.stat2(status(path) ?? .failed(2)).encode(into: &reaction.bytes)
        case .lstat2(let path): SyncResponse.lstat2(status(path) ?? .failed(2)).encode(into: &reaction.bytes)
        case .list(let path):
            for file in children(path) { SyncResponse.entry(file).encode(into: &reaction.bytes) }
            SyncResponse.listEnd.encode(into: &reaction.bytes)
        case .list2(let path):
            for file in children(path) { SyncResponse.entry2(file).encode(into: &reaction.bytes) }
            SyncResponse.listEnd2.encode(into: &reaction.bytes)
        case .send(let path, let mode), .send2(let path, let mode, _):
            file = (path, mode, [], path.hasPrefix("/forbidden"))
            if path.hasPrefix("/forbidden") {
                SyncResponse.fail("couldn't create file: Permission denied").encode(into: &reaction.bytes)
            }
        case .data(let bytes): if file?.refused == false { file?.bytes += bytes }
        case .done(let modified):
            guard let done = file, !done.refused else { break }
            let status = SyncStatus(mode: done.mode, size: UInt64(done.bytes.count), modified: Int64(modified))
            device.files.withLock { $0[done.path] = FakeDevice.File(bytes: done.bytes, status: status) }
            SyncResponse.okay.encode(into: &reaction.bytes)
        case .receive(let path), .receive2(let path, _):
            guard let found = device.files.withLock({ $0[path] }) else {
                SyncResponse.fail("open failed: No such file or directory").encode(into: &reaction.bytes)
                break
            }
            if !found.bytes.isEmpty { SyncResponse.data(found.bytes[...]).encode(into: &reaction.bytes) }
            SyncResponse.receiveEnd.encode(into: &reaction.bytes)
        case .quit: reaction.ends = true
        }
    }

    private func children(_ path: String) -> [SyncFile] {
        let folder = SyncFile(name: ".", status: SyncStatus(mode: 0o040755, size: 0, modified: 0))
        return device.files.withLock { files in
            [folder]
                + files.sorted { $0.key < $1.key }.compactMap { name, file in
                    guard name.hasPrefix(path + "/") else { return nil }
                    return SyncFile(name: String(name.dropFirst(path.utf8.count + 1)), status: file.status)
                }
        }
    }
}
