// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc
import NIOPosix

/// `sync:`: status, lists, and files in both directions, one service a stream.
///
/// It runs in a task of its own and goes to the device's actor only for what changes or looks up names: a file's bytes
/// are read, written, packed and unpacked off it, so a big transfer holds up no command. Small files are kept until they
/// are whole and stored many at a time, which is one visit to the actor for a packet full of them. Answers to requests
/// that came together go out together.
final class SyncService {
    /// Files up to this size are kept until they are whole.
    private static let smallFile = 64 << 10
    /// How many small files one visit to the actor stores, and how many of their bytes: a millisecond or two.
    private static let visit = (files: 32, bytes: 512 << 10)
    /// Answers that wait for others, in bytes.
    private static let answerLimit = 256 << 10
    private static let linkLimit = 4096
    /// Blocks of a file after which a thread of the pool is given to somebody else.
    private static let turn = 16

    /// A file that the host is sending.
    private struct Incoming {
        var upload: SyncUpload
        var decoder: CompressionDecoder?
        var isDryRun = false
        /// Where it is written, once it is not small any more.
        var large: SyncLargeFile?
        /// What came and is not written yet.
        var pieces: [ArraySlice<UInt8>] = []
        /// `FAIL` was sent; what still comes of it is passed over.
        var isRefused = false
    }

    private let device: DeviceActor
    private let pipe: BytePipe
    private let outbox: Outbox
    private var decoder = SyncRequestDecoder()
    private var incoming: Incoming?
    private var uploads: [SyncUpload] = []
    private var uploadBytes = 0
    private var answers: [UInt8] = []
    /// Codecs that wait for the next file.
    private var decoders: [Compression: CompressionDecoder] = [:]
    private var encoders: [Compression: CompressionEncoder] = [:]

    init(device: DeviceActor, pipe: BytePipe, outbox: Outbox) {
        self.device = device
        self.pipe = pipe
        self.outbox = outbox
    }

    /// Serves until the host says goodbye or the stream ends.
    func run() async {
        while var bytes = await pipe.next() {
            do {
                while let request = try decoder.next(&bytes) {
                    if case .quit = request {
                        await settle()
                        return
                    }
                    await answer(request)
                }
            } catch {
                await settle()
                answer(.fail(error.what))
                flush()
                return
            }
            if incoming?.large != nil { await writeLarge() }
            await settle()
            if Task.isCancelled { return }
        }
    }

    private func answer(_ request: SyncRequest) async {
        switch request {
        case .send(let path, let mode): await begin(path, mode, flags: 0)
        case .send2(let path, let mode, let flags): await begin(path, mode, flags: flags)
        case .data(let bytes): await take(bytes)
        case .done(let modified): await finish(modified)
        default:
            await store()
            switch request {
            case .stat(let path):
                let status = await status(path, follow: false)
                answer(.stat(status.error == 0 ? status : SyncStatus()))
            case .stat2(let path): answer(.stat2(await status(path, follow: true)))
            case .lstat2(let path): answer(.lstat2(await status(path, follow: false)))
            case .list(let path):
                for file in await entries(path) { answer(.entry(file)) }
                answer(.listEnd)
            case .list2(let path):
                for file in await entries(path) { answer(.entry2(file)) }
                answer(.listEnd2)
            case .receive(let path): await receive(path, flags: 0)
            case .receive2(let path, let flags): await receive(path, flags: flags)
            default: break
            }
        }
    }

    // MARK: Answers

    private func answer(_ response: SyncResponse) {
        response.encode(into: &answers)
        if answers.count >= Self.answerLimit { flush() }
    }

    private func flush() {
        guard !answers.isEmpty else { return }
        outbox.send(answers[...])
        answers = []
    }

    /// Does what was put off and sends what waits.
    private func settle() async {
        await store()
        flush()
        await outbox.drain()
    }

    // MARK: Looking

    private func status(_ path: String, follow: Bool) async -> SyncStatus {
        await device.withFiles { files in
            do {
                return Self.status(try files.stat(path, follow: follow))
            } catch {
                return .failed(UInt32((error as? FileFailure)?.code ?? EIO))
            }
        }
    }

    private static func status(_ stat: DeviceFiles.Stat) -> SyncStatus {
        var status = SyncStatus(mode: stat.mode, size: UInt64(stat.size), modified: stat.modified)
        status.device = stat.device
        status.inode = stat.inode
        status.links = stat.links
        status.accessed = stat.accessed
        status.changed = stat.changed
        return status
    }

    private func entries(_ path: String) async -> [SyncFile] {
        await device.withFiles { files in
            ((try? files.listing(path)) ?? []).map { SyncFile(name: $0.name, status: Self.status($0.stat)) }
        }
    }

    // MARK: From the host

    private func begin(_ path: String, _ mode: UInt32, flags: UInt32) async {
        incoming = Incoming(upload: SyncUpload(path: path, mode: mode, modified: 0, bytes: []))
        do {
            let flags = try SyncFlags(parsing: flags, sending: true)
            incoming?.isDryRun = flags.isDryRun
            if let kind = flags.compression {
                let decoder = try decoders.removeValue(forKey: kind) ?? CompressionDecoder(kind)
                try decoder.reset()
                incoming?.decoder = decoder
            }
        } catch {
            await store()
            refuse(SyncStore.reason(error))
        }
    }

    /// Says that a file is not stored; its bytes are passed over.
    private func refuse(_ words: String) {
        incoming?.isRefused = true
        incoming?.large = nil
        incoming?.pieces = []
        incoming?.upload.bytes = []
        answer(.fail(words))
    }

    private func take(_ bytes: ArraySlice<UInt8>) async {
        guard let file = incoming, !file.isRefused else { return }
        if file.large != nil {
            incoming?.pieces.append(bytes)
        } else if file.isDryRun {
            do {
                try file.decoder?.decode(bytes) { _ in }
            } catch {
                await store()
                refuse("decompress failed")
            }
        } else if file.upload.bytes.count + bytes.count <= (file.upload.isLink ? Self.linkLimit : Self.smallFile) {
            incoming?.upload.bytes.append(contentsOf: bytes)
        } else if file.upload.isLink {
            await store()
            refuse("oversize data message")
        } else {
            await grow()
            if incoming?.large != nil { incoming?.pieces.append(bytes) }
        }
    }

    /// The file is not small: opens it and writes what is here.
    private func grow() async {
        await store()
        guard let file = incoming else { return }
        let (path, mode) = (file.upload.path, file.upload.mode)
        let decoder = SendableDecoder(file.decoder)
        let opened: Result<SyncLargeFile, SyncStore.Refusal> = await device.withFiles { files in
            do {
                let writer = try SyncStore.open(path, mode: mode, in: files)
                return .success(SyncLargeFile(writer, path: path, mode: mode, decoder: decoder.value))
            } catch {
                return .failure(error as? SyncStore.Refusal ?? SyncStore.Refusal(words: SyncStore.reason(error)))
            }
        }
        switch opened {
        case .success(let large):
            incoming?.large = large
            incoming?.pieces = [file.upload.bytes[...]]
            incoming?.upload.bytes = []
            await writeLarge()
        case .failure(let refusal): refuse(refusal.words)
        }
    }

    /// Writes what has come of a large file.
    private func writeLarge() async {
        guard let large = incoming?.large, let pieces = incoming?.pieces, !pieces.isEmpty else { return }
        incoming?.pieces = []
        if large.writer.keepsNothing, large.decoder == nil { return }
        do {
            try await Self.blocking { try large.append(pieces) }
        } catch {
            let isPacked = (error as? DroidError)?.code == "adb.compression"
            refuse(isPacked ? "decompress failed" : "write failed: \(SyncStore.reason(error))")
        }
    }

    private func finish(_ modified: UInt32) async {
        if let file = incoming, file.large == nil, !file.isRefused, !file.isDryRun, file.decoder != nil {
            await unpack(file)
        }
        if incoming?.large != nil { await writeLarge() }
        guard var file = incoming else { return }
        incoming = nil
        if let decoder = file.decoder { decoders[decoder.kind] = decoder }
        if file.isRefused { return }
        do {
            try file.decoder?.finish()
        } catch {
            await store()
            answer(.fail("decompress failed"))
            return
        }
        if let large = file.large {
            let failure: String? = await device.withFiles { files in
                do {
                    try SyncStore.finish(large, modified: Int64(modified), in: files)
                    return nil
                } catch {
                    return "couldn't create file: \(SyncStore.reason(error))"
                }
            }
            answer(failure.map { .fail($0) } ?? .okay)
        } else if file.isDryRun {
            await store()
            answer(.okay)
        } else {
            file.upload.modified = Int64(modified)
            uploads.append(file.upload)
            uploadBytes += file.upload.bytes.count
            if uploads.count >= Self.visit.files || uploadBytes >= Self.visit.bytes { await store() }
        }
    }

    private struct NotSmall: Error {}

    /// Unpacks a file that came small. One that turns out to be large is written as it is unpacked, like any large one.
    private func unpack(_ file: Incoming) async {
        guard let decoder = file.decoder else { return }
        var bytes: [UInt8] = []
        do {
            try decoder.decode(file.upload.bytes[...]) { piece in
                guard bytes.count + piece.count <= Self.smallFile else { throw NotSmall() }
                bytes.append(contentsOf: piece)
            }
            incoming?.upload.bytes = bytes
        } catch is NotSmall {
            guard !file.upload.isLink, (try? decoder.reset()) != nil else {
                await store()
                return refuse("oversize data message")
            }
            await grow()
        } catch {
            await store()
            refuse("decompress failed")
        }
    }

    /// Stores the small files that are whole, and answers for them.
    private func store() async {
        guard !uploads.isEmpty else { return }
        let batch = uploads
        uploads = []
        uploadBytes = 0
        for failure in await device.withFiles({ SyncStore.store(batch, in: $0) }) {
            answer(failure.map { .fail($0) } ?? .okay)
        }
    }

    // MARK: To the host

    private func receive(_ path: String, flags: UInt32) async {
        let reader: SyncReader
        do {
            let flags = try SyncFlags(parsing: flags, sending: false)
            let descriptor = await device.withFiles { files -> Result<Int32?, FileFailure> in
                do {
                    let place = try files.resolve(path)
                    let node = DeviceNode(place)
                    if node == .null { return .success(nil) }
                    let opened =
                        node?.open()
                        ?? open(place.host, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                    return opened >= 0 ? .success(opened) : .failure(FileFailure(code: errno, path: path))
                } catch {
                    return .failure(error as? FileFailure ?? FileFailure(code: EIO, path: path))
                }
            }
            switch descriptor {
            case .success(let descriptor):
                reader = SyncReader(descriptor)
                if let kind = flags.compression {
                    let encoder = try encoders.removeValue(forKey: kind) ?? CompressionEncoder(kind)
                    try encoder.reset()
                    reader.encoder = encoder
                }
            case .failure(let failure):
                answer(.fail("open failed: \(failure.reason)"))
                return
            }
        } catch {
            answer(.fail(SyncStore.reason(error)))
            return
        }
        defer { if let encoder = reader.encoder { encoders[encoder.kind] = encoder } }
        var (isOver, failure) = (false, Int32(0))
        if reader.size <= Self.smallFile { (isOver, failure) = sendSmall(reader) } else { flush() }
        while !isOver, !Task.isCancelled {
            (isOver, failure) = await Self.pump(reader, to: outbox)
            if !isOver { await outbox.drain() }
        }
        if failure != 0 {
            let reason = FileFailure(code: failure, path: path).reason
            answer(.fail("read failed: \(reason)"))
        } else {
            answer(.receiveEnd)
        }
    }

    /// Adds a small file to the answers. One that has grown meanwhile is not over then.
    private func sendSmall(_ reader: SyncReader) -> (isOver: Bool, failure: Int32) {
        for _ in 0..<4 {
            let block = reader.next()
            answers += block.bytes
            if answers.count >= Self.answerLimit { flush() }
            if block.isLast || block.failure != 0 { return (true, block.failure) }
        }
        flush()
        return (false, 0)
    }

    /// Sends blocks of a file from a thread that may wait for the disk, until the host is behind, or for a turn.
    private static func pump(_ reader: SyncReader, to outbox: Outbox) async -> (isOver: Bool, failure: Int32) {
        let outcome = try? await NIOThreadPool.singleton.runIfActive { () -> (Bool, Int32) in
            for _ in 0..<turn {
                let block = reader.next()
                outbox.send(block.bytes[...])
                if block.isLast || block.failure != 0 { return (true, block.failure) }
                if outbox.isFull { break }
            }
            return (false, 0)
        }
        return outcome ?? (true, EIO)
    }

    private static func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}

/// Hands a decoder over; whoever hands it over does not touch it again.
private struct SendableDecoder: @unchecked Sendable {
    let value: CompressionDecoder?
    init(_ value: CompressionDecoder?) { self.value = value }
}
