// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import NIOCore
import NIOPosix

/// Sends files over sync streams: while a block is on its way the next one is read and packed on another thread, many
/// files go out before the first is answered, and a file that fails does not hold up the others.
///
/// A device may close the stream after it has refused a file, as many do. Then a new stream goes on with the files that
/// were not answered, whose bytes were lost with the old one.
struct SyncPusher {
    /// Files that may be unanswered before we wait.
    private static let window = 1024

    let device: ADBDevice
    let items: [PushItem]
    let packing: Packing
    var isDryRun = false
    /// Called after each block, with what has been sent.
    var progress: ((SyncProgress) -> Void)?

    /// What became of each item that was not stored.
    private(set) var failures: [Int: DroidError] = [:]
    private(set) var stored = 0
    private(set) var state = SyncProgress()

    init(_ device: ADBDevice, _ items: [PushItem], _ packing: Packing, isDryRun: Bool = false) {
        self.device = device
        self.items = items
        self.packing = packing
        self.isDryRun = isDryRun
    }

    /// Sends everything.
    ///
    /// - Throws: `DroidError`: `adb.lost`, `adb.timeout`, `adb.protocol`: what ends the whole transfer.
    mutating func run() async throws {
        state.totalFiles = items.count
        state.totalBytes = items.reduce(0) { $0 + $1.size }
        var first = 0
        while first < items.count { first = try await send(from: first) }
        progress?(state)
    }

    /// Sends over one stream.
    ///
    /// - Returns: the item that another stream has to go on with; the number of items when everything was answered.
    private mutating func send(from first: Int) async throws -> Int {
        let what = items.count == 1 ? "the push to \(items[0].remote)" : "the push of \(items.count) files"
        var session = try await SyncSession(device, limit: .idle(ADBDevice.transferIdle), for: what)
        var isClean = false
        defer { if isClean { session.end() } else { session.stream.drop() } }
        let packer = SyncPacker(
            items,
            from: first,
            isVersion2: device.banner.has(.sendReceiveV2),
            packing: packing,
            isDryRun: isDryRun
        )
        var waiting = Waiting()
        let blocks = PackedBlocks(
            packer,
            reads: items[first...].contains { if case .file = $0.content { true } else { false } }
        )
        while true {
            let block = await blocks.next()
            for (item, error) in block.failed { failures[item] = error }
            for item in block.begun {
                waiting.items.append(item)
                session.expect(.stored)
            }
            let isOpen = try await write(block.bytes[...], session.stream)
            state.bytes = min(state.bytes + block.content, state.totalBytes)
            progress?(state)
            if let (item, error) = block.broken {
                while let oldest = waiting.first, oldest != item {
                    if try await answer(&session, &waiting, packer, waits: true) { continue }
                    guard waiting.sawRefusal else { throw try await session.brokenOff() }
                    return oldest
                }
                failures[item] = error
                return item + 1
            }
            while isOpen {
                let isFull = waiting.count > SyncPusher.window
                guard isFull || session.stream.isReadable, waiting.count > 0 else { break }
                guard try await answer(&session, &waiting, packer, waits: isFull) else { break }
            }
            if !isOpen || block.isLast { break }
        }
        while waiting.count > 0 {
            if try await !answer(&session, &waiting, packer, waits: true) {
                // Closed behind a refusal: the rest has to be sent again.
                guard waiting.sawRefusal, let oldest = waiting.first else { throw try await session.brokenOff() }
                return oldest
            }
        }
        isClean = true
        return items.count
    }

    /// - Returns: false when the device has closed the stream; what it said before that can still be read.
    private func write(_ bytes: ArraySlice<UInt8>, _ stream: ADBStream) async throws -> Bool {
        guard !bytes.isEmpty else { return true }
        do {
            try await stream.write(bytes)
            return true
        } catch let error as DroidError where error.code == "adb.closed" {
            return false
        }
    }

    /// Items that were sent and not answered, in order.
    private struct Waiting {
        var items: [Int] = []
        private var start = 0
        var sawRefusal = false

        var count: Int { items.count - start }
        var first: Int? { start < items.count ? items[start] : nil }

        mutating func removeFirst() {
            start += 1
            if start == items.count || start > 4096 {
                items.removeFirst(start)
                start = 0
            }
        }
    }

    /// Takes one answer.
    ///
    /// - Parameter waits: whether to wait for one; otherwise only what is here is looked at.
    /// - Returns: false when there is none: the stream is closed, or nothing more is here.
    private mutating func answer(
        _ session: inout SyncSession,
        _ waiting: inout Waiting,
        _ packer: SyncPacker,
        waits: Bool
    ) async throws -> Bool {
        var held = try session.held()
        while held == nil {
            guard waits || session.stream.isReadable, try await session.fill() else { return false }
            held = try session.held()
        }
        guard let item = waiting.first, let response = held else { return false }
        waiting.removeFirst()
        switch response {
        case .okay:
            stored += 1
            state.files += 1
        case .fail(let words):
            waiting.sawRefusal = true
            failures[item] = ADBError.sync("cannot write \(items[item].remote) on the device", words)
            if waiting.count == 0 { packer.abandon(item) }
        default: throw ADBError.nonsense(device.serial)
        }
        return true
    }
}

/// Work that waits for the disk, on threads of its own.
enum Blocking {
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) -> EventLoopFuture<Result> {
        NIOThreadPool.singleton.runIfActive(eventLoop: MultiThreadedEventLoopGroup.singleton.any(), body)
    }
}
