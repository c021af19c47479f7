// SPDX-License-Identifier: Apache-2.0

import NIOPosix
import Synchronization

/// The blocks of a `SyncPacker`, a few of them made ahead by another thread where files have to be read.
///
/// One task takes them, in order. What was made ahead when the taker gives up is dropped with this.
final class PackedBlocks: Sendable {
    private struct State {
        var blocks: [SyncPacker.Block] = []
        var isActive = false
        /// No block follows those that are here.
        var isOver = false
        var waiter: CheckedContinuation<SyncPacker.Block, Never>?

        /// Whether a thread has to start.
        mutating func begin() -> Bool {
            if isActive || isOver { return false }
            isActive = true
            return true
        }
    }

    /// Blocks that are made ahead.
    private static let depth = 4
    /// Blocks after which a thread of the pool is given to somebody else.
    private static let turn = 16

    private let packer: SyncPacker
    private let reads: Bool
    private let state = Mutex(State())

    /// - Parameter reads: whether making a block may wait for a disk.
    init(_ packer: SyncPacker, reads: Bool) {
        self.packer = packer
        self.reads = reads
    }

    /// The next block. None may be asked for behind one that is the last, or broken.
    func next() async -> SyncPacker.Block {
        guard reads else { return packer.nextBlock() }
        if let block = take() { return block }
        return await withCheckedContinuation { continuation in
            let (block, starts) = state.withLock { state -> (SyncPacker.Block?, Bool) in
                if !state.blocks.isEmpty { return (state.blocks.removeFirst(), false) }
                state.waiter = continuation
                return (nil, state.begin())
            }
            if let block { continuation.resume(returning: block) }
            if starts { start() }
        }
    }

    /// A block that is here; the thread goes on when half of them are taken.
    private func take() -> SyncPacker.Block? {
        let (block, starts) = state.withLock { state -> (SyncPacker.Block?, Bool) in
            guard !state.blocks.isEmpty else { return (nil, false) }
            let block = state.blocks.removeFirst()
            return (block, state.blocks.count <= PackedBlocks.depth / 2 && state.begin())
        }
        if starts { start() }
        return block
    }

    private func start() { NIOThreadPool.singleton.submit { _ in self.work() } }

    private func work() {
        for _ in 0..<PackedBlocks.turn {
            let block = packer.nextBlock()
            let (waiter, goesOn) = state.withLock { state in
                state.isOver = block.isLast || block.broken != nil
                let waiter = state.waiter
                state.waiter = nil
                if waiter == nil { state.blocks.append(block) }
                state.isActive = !state.isOver && state.blocks.count < PackedBlocks.depth
                return (waiter, state.isActive)
            }
            waiter?.resume(returning: block)
            if !goesOn { return }
        }
        start()
    }
}
