// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Testing

@testable import ADB

@Suite("What USB transfers mean")
struct USBInputTests {
    private func header(_ command: Command, _ length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        PacketHeader(command: command, arg0: 1, arg1: 1, length: UInt32(length), checksum: 0).encode(into: &bytes)
        return bytes
    }

    @Test("A payload is asked for in its length, together with the header behind it")
    func order() {
        var input = USBInput()
        #expect(input.start() == [.readGreeting])
        let greeting = header(.connect, 40)
        #expect(
            greeting.withUnsafeBytes { input.header($0) } == [.deliverHeader(greeting), .readPayload(40), .readHeader]
        )
        #expect(input.payload(40, of: 40) == [.deliverPayload])
        let okay = header(.okay, 0)
        #expect(okay.withUnsafeBytes { input.header($0) } == [.deliverHeader(okay), .readHeader])
        // An empty packet behind a full payload means nothing.
        #expect([UInt8]().withUnsafeBytes { input.header($0) } == [.readHeader])
    }

    @Test("A large payload can be read in pieces; the next header comes with the last")
    func pieces() {
        var input = USBInput()
        input.piece = 1024
        _ = input.start()
        _ = header(.connect, 1).withUnsafeBytes { input.header($0) }
        _ = input.payload(1, of: 1)
        let write = header(.write, 2500)
        #expect(write.withUnsafeBytes { input.header($0) } == [.deliverHeader(write), .readPayload(1024)])
        #expect(input.payload(1024, of: 1024) == [.deliverPayload, .readPayload(1024)])
        #expect(input.payload(1024, of: 1024) == [.deliverPayload, .readPayload(452), .readHeader])
        #expect(input.payload(452, of: 452) == [.deliverPayload])
    }

    @Test("Transfers of any shape never ask for more than a payload may hold, nor for two headers at once")
    func fuzz() {
        var steps = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            var input = USBInput()
            var random = noise(40_000, seed: seed)[...]
            var wanted = input.start()
            var isOver = false
            while !isOver, random.count > 700 {
                steps += 1
                var headers = 0
                for step in wanted {
                    if step == .readHeader || step == .readGreeting { headers += 1 }
                    if case .readPayload(let count) = step { #expect(count > 0 && count <= WireLimit.maxPayload) }
                    if case .fail = step { isOver = true }
                }
                #expect(headers <= 1)
                let kind = random.removeFirst()
                if case .readPayload(let count)? = wanted.first(where: {
                    if case .readPayload = $0 { true } else { false }
                }) {
                    wanted = input.payload(kind < 16 ? Int(kind) : count, of: count)
                    continue
                }
                var bytes = Array(random.prefix(Int(kind) * 2))
                random = random.dropFirst(Int(kind))
                if kind % 2 == 0 {
                    let commands: [Command] = [.connect, .auth, .write, .okay, .close, .startTLS]
                    bytes = header(commands[Int(kind / 2) % commands.count], Int(kind) * Int(kind))
                }
                wanted = bytes.withUnsafeBytes { input.header($0) }
            }
        }
        #expect(steps > 1000)
    }

    @Test("Output keeps the order, the limits and the pieces, also when a piece is given back")
    func output() {
        var output = USBOutput()
        let packets = (0..<100).map { index in
            Packet(.write, UInt32(index), 1, payload: noise(index * 1000, seed: UInt64(index))[...], version: .v1_1)
        }
        output.append(packets)
        var bytes: [UInt8] = []
        var out: [Int] = []
        var refused = 0
        while !output.isEmpty || !out.isEmpty {
            while let piece = output.take() {
                if piece.bytes.count > 16 << 10, refused < 3 {
                    refused += 1
                    output.piece = 16 << 10
                    output.giveBack(piece)
                    continue
                }
                bytes += piece.bytes
                out.append(piece.bytes.count)
                #expect(output.transfersOut <= USBOutput.countLimit)
                #expect(output.bytesOut <= USBOutput.byteLimit)
            }
            if let first = out.first {
                output.done(first)
                out.removeFirst()
            }
        }
        #expect(bytes == packets.flatMap(\.encoded) && refused > 0)
    }
}
