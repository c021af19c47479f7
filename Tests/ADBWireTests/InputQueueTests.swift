// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("What waits for the reader of a stream")
struct InputQueueTests {
    @Test("Pieces come out as they went in, and one that is put back comes first")
    func order() {
        var queue = InputQueue(limit: 10)
        #expect(queue.isEmpty && queue.take() == nil)
        for piece: [UInt8] in [[1, 2], [], [3]] { queue.append(piece[...]) }
        #expect(queue.count == 3)
        #expect(queue.take() == [1, 2])
        queue.prepend([2])
        queue.prepend([])
        #expect(queue.take() == [2])
        #expect(queue.take() == [3])
        #expect(queue.isEmpty && queue.take() == nil && queue.count == 0)
    }

    @Test("Answers are held back while more lies here than may; an empty write is answered too")
    func owing() {
        var queue = InputQueue(limit: 4)
        #expect(queue.takeOwed() == nil)
        queue.owe(0)
        #expect(queue.takeOwed() == 0)
        for _ in 0..<3 {
            queue.owe(3)
            queue.append([1, 2, 3])
        }
        #expect(queue.takeOwed() == nil)
        _ = queue.take()
        #expect(queue.takeOwed() == nil)
        _ = queue.take()
        #expect(queue.takeOwed() == 9)
        #expect(queue.takeOwed() == nil)
        queue.owe(5)
        queue.clear()
        #expect(queue.takeOwed() == nil && queue.isEmpty)
    }

    @Test("Any order of calls keeps every byte and every answer", arguments: [1, 2, 3] as [UInt64])
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var queue = InputQueue(limit: 500)
        var (next, taken) = (0, 0)
        var (owed, answered) = (0, 0)
        for _ in 0..<20_000 {
            switch random.next() % 5 {
            case 0, 1:
                let piece = (0..<Int(random.next() % 40)).map { UInt8(truncatingIfNeeded: next + $0) }
                next += piece.count
                owed += piece.count
                queue.owe(piece.count)
                queue.append(piece[...])
            case 2, 3:
                guard let piece = queue.take() else { continue }
                let kept = piece.dropLast(Int(random.next() % 3))
                for byte in kept {
                    #expect(byte == UInt8(truncatingIfNeeded: taken))
                    taken += 1
                }
                queue.prepend(piece.dropFirst(kept.count))
            default: answered += queue.takeOwed() ?? 0
            }
            #expect(queue.count == next - taken)
        }
        while queue.take() != nil {}
        #expect(answered + (queue.takeOwed() ?? 0) == owed)
    }
}
