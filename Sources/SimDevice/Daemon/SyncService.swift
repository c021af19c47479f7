// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc

/// `sync:`: status, lists, and files in both directions. Runs on the device's actor.
final class SyncService {
    /// A file that the host is sending.
    private enum Incoming {
        case file(FileWriter)
        case link(path: String, target: [UInt8])
        /// It cannot be stored; what still comes of it is passed over, and then the words are sent.
        case failed(String)
    }

    private let files: DeviceFiles
    private let pipe: BytePipe
    private let outbox: Outbox
    private var decoder = SyncRequestDecoder()
    private var incoming: Incoming?

    init(files: DeviceFiles, pipe: BytePipe, outbox: Outbox) {
        self.files = files
        self.pipe = pipe
        self.outbox = outbox
    }

    nonisolated(nonsending) func run() async {
        let input = ShellInput(pipe.stream)
        while var bytes = await input.next() {
            do {
                while let request = try decoder.next(&bytes) {
                    if case .quit = request { return }
                    await answer(request)
                }
            } catch {
                send(.fail(error.what))
                return
            }
            if Task.isCancelled { return }
        }
    }

    private nonisolated(nonsending) func answer(_ request: SyncRequest) async {
        switch request {
        case .stat(let path):
            let status = status(path, follow: false)
            send(.stat(status.error == 0 ? status : SyncStatus()))
        case .stat2(let path): send(.stat2(status(path, follow: true)))
        case .lstat2(let path): send(.lstat2(status(path, follow: false)))
        case .list(let path):
            for file in entries(path) { send(.entry(file)) }
            send(.listEnd)
        case .list2(let path):
            for file in entries(path) { send(.entry2(file)) }
            send(.listEnd2)
        case .send(let path, let mode): begin(path, mode)
        case .send2(let path, let mode, let flags):
            if flags == 0 { begin(path, mode) } else { incoming = .failed("unknown flags: \(flags)") }
        case .data(let bytes): store(bytes)
        case .done(let modified): finish(modified)
        case .receive(let path): await receive(path)
        case .receive2(let path, let flags):
            if flags == 0 { await receive(path) } else { send(.fail("unknown flags: \(flags)")) }
        case .quit: break
        }
    }

    private func send(_ response: SyncResponse) { outbox.send(response.encoded[...]) }

    // MARK: Looking

    private func status(_ path: String, follow: Bool) -> SyncStatus {
        do {
            return Self.status(try files.stat(path, follow: follow))
        } catch {
            return .failed(UInt32((error as? FileFailure)?.code ?? EIO))
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

    private func entries(_ path: String) -> [SyncFile] {
        guard let names = try? files.list(path) else { return [] }
        return ([".", ".."] + names).compactMap { name in
            guard let stat = try? files.stat(DevicePath.join(path, name), follow: false) else { return nil }
            return SyncFile(name: name, status: Self.status(stat))
        }
    }

    // MARK: From the host

    private func begin(_ path: String, _ mode: UInt32) {
        do {
            if mode & UInt32(S_IFMT) == UInt32(S_IFLNK) {
                try files.makeParents(of: path)
                incoming = .link(path: path, target: [])
                return
            }
            do { try files.makeParents(of: path) } catch let failure as FileFailure {
                incoming = .failed("secure_mkdirs() failed: \(failure.reason)")
                return
            }
            if files.isFolder(path) {
                incoming = .failed("couldn't create file: Is a directory")
                return
            }
            // The owner's bits hold for group and others too, as the real daemon has it.
            let owner = mode >> 6 & 7
            incoming = .file(try FileWriter(files, path, mode: owner << 6 | owner << 3 | owner & 5))
        } catch {
            incoming = .failed("couldn't create file: \((error as? FileFailure)?.reason ?? "\(error)")")
        }
    }

    private func store(_ bytes: ArraySlice<UInt8>) {
        switch incoming {
        case .file(let writer):
            do {
                try bytes.withUnsafeBytes { try writer.append($0) }
            } catch {
                incoming = .failed("write failed: \((error as? FileFailure)?.reason ?? "\(error)")")
            }
        case .link(let path, let target):
            guard target.count + bytes.count < 4096 else {
                incoming = .failed("oversize data message")
                return
            }
            incoming = .link(path: path, target: target + bytes)
        case .failed, nil: break
        }
    }

    private func finish(_ modified: UInt32) {
        defer { incoming = nil }
        do {
            switch incoming {
            case .file(let writer): try writer.finish(modified: Int64(modified))
            case .link(let path, let target):
                if (try? files.stat(path, follow: false)) != nil { try files.remove(path) }
                try files.makeLink(to: String(decoding: target.prefix { $0 != 0 }, as: UTF8.self), at: path)
            case .failed(let words):
                send(.fail(words))
                return
            case nil: return
            }
            send(.okay)
        } catch {
            send(.fail("couldn't create file: \((error as? FileFailure)?.reason ?? "\(error)")"))
        }
    }

    // MARK: To the host

    private nonisolated(nonsending) func receive(_ path: String) async {
        let descriptor: Int32
        do {
            let place = try files.resolve(path)
            descriptor = open(place.host, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { throw FileFailure(code: errno, path: path) }
        } catch {
            send(.fail("open failed: \((error as? FileFailure)?.reason ?? "\(error)")"))
            return
        }
        defer { close(descriptor) }
        while !Task.isCancelled {
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: WireLimit.syncData) { buffer, count in
                let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if got < 0 { failure = errno }
                count = max(0, got)
            }
            guard failure == 0 else {
                send(.fail("read failed: \(String(cString: strerror(failure)))"))
                return
            }
            if bytes.isEmpty { break }
            send(.data(bytes[...]))
            await outbox.drain()
        }
        send(.receiveEnd)
    }
}
