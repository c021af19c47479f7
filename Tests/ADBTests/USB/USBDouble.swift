// SPDX-License-Identifier: Apache-2.0

import ADBWire
import CLibUSB
import Dispatch
import Synchronization

@testable import ADB

/// libusb's functions as a test sees them: a device that echoes lies behind them, and every transfer can be made to fail.
final class USBDouble: Sendable {
    /// How a transfer ends.
    struct Ending: Sendable {
        var status = LIBUSB_TRANSFER_COMPLETED
        /// Bytes done; nil for all.
        var actual: Int?
    }

    /// One transfer that the host sent.
    struct Sent: Sendable {
        var bytes: [UInt8]
        var hasZeroPacket: Bool
    }

    /// A transfer's memory belongs to whoever has it, one at a time.
    private final class Raw: @unchecked Sendable {
        let pointer: USBRawTransfer
        /// Bytes that have come for a read.
        var filled = 0

        init(pointer: USBRawTransfer) { self.pointer = pointer }
    }

    private struct State {
        var reads: [Raw] = []
        /// What the device has sent and nobody has read.
        var coming: [[UInt8]] = []
        var sent: [Sent] = []
        var header: [UInt8] = []
        var payload: [UInt8] = []
        var connection = Connection(
            role: .device,
            banner: .device(product: "double", model: "Double", device: "double", features: [.shellV2])
        )
        var isMute = false
        var greetingsToIgnore = 0
        var outputs = 0
        var inputs = 0
        var cleared: [UInt8] = []
        var releases = 0
        var outstanding = 0
        var holdsOutput = false
        var held: [Raw] = []
    }

    let packet: Int
    private let queue = DispatchQueue(label: "usb double")
    private let state = Mutex(State())
    /// How the n-th OUT transfer ends, from 1 on; nil for well.
    let endOutput: @Sendable (Int) -> Ending?
    /// How the n-th IN transfer ends.
    let endInput: @Sendable (Int) -> Ending?
    /// What submitting a transfer returns instead of 0.
    let refuse: @Sendable (USBRawTransfer) -> CInt?

    init(
        packet: Int = 512,
        endOutput: @escaping @Sendable (Int) -> Ending? = { _ in nil },
        endInput: @escaping @Sendable (Int) -> Ending? = { _ in nil },
        refuse: @escaping @Sendable (USBRawTransfer) -> CInt? = { _ in nil }
    ) {
        self.packet = packet
        self.endOutput = endOutput
        self.endInput = endInput
        self.refuse = refuse
    }

    var sent: [Sent] { state.withLock { $0.sent } }
    var cleared: [UInt8] { state.withLock { $0.cleared } }
    var releases: Int { state.withLock { $0.releases } }
    /// Transfers that were submitted and not given back.
    var outstanding: Int { state.withLock { $0.outstanding } }

    /// The device answers nothing from now on.
    func fallSilent() { state.withLock { $0.isMute = true } }

    /// The device loses so many greetings.
    func ignoreGreetings(_ count: Int) { state.withLock { $0.greetingsToIgnore = count } }

    /// OUT transfers stay with the kernel until they are let go.
    func hold(_ holds: Bool) {
        let freed = state.withLock { state in
            state.holdsOutput = holds
            defer { if !holds { state.held = [] } }
            return holds ? [] : state.held
        }
        for raw in freed { finishOutput(raw) }
    }

    /// Puts a transfer into the IN pipe.
    func put(_ bytes: [UInt8]) {
        state.withLock { $0.coming.append(bytes) }
        queue.async { self.serve() }
    }

    func port() -> USBPort {
        USBPort(
            input: 0x81,
            output: 0x01,
            packet: packet,
            handle: nil,
            submit: { [self] in submit(Raw(pointer: $0)) },
            cancel: { [self] in cancel(Raw(pointer: $0)) },
            clearHalt: { [self] endpoint in
                state.withLock { $0.cleared.append(endpoint) }
                return 0
            },
            release: { [self] in state.withLock { $0.releases += 1 } },
            perform: { [self] body in queue.async(execute: body) },
            performAfter: { [self] delay, body in
                let milliseconds = Int(delay / .milliseconds(1))
                queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds), execute: body)
            }
        )
    }

    // MARK: libusb's part

    private func submit(_ raw: Raw) -> CInt {
        if let code = refuse(raw.pointer) { return code }
        let isRead = raw.pointer.pointee.endpoint & 0x80 != 0
        state.withLock { state in
            state.outstanding += 1
            if isRead { state.reads.append(raw) }
        }
        queue.async { [self] in if isRead { serve() } else { take(raw) } }
        return 0
    }

    private func cancel(_ raw: Raw) -> CInt {
        let found = state.withLock { state in
            if let index = state.reads.firstIndex(where: { $0.pointer == raw.pointer }) {
                return state.reads.remove(at: index) as Raw?
            }
            if let index = state.held.firstIndex(where: { $0.pointer == raw.pointer }) {
                return state.held.remove(at: index) as Raw?
            }
            return nil
        }
        guard let found else { return LIBUSB_ERROR_NOT_FOUND.rawValue }
        queue.async { [self] in end(found, LIBUSB_TRANSFER_CANCELLED, 0) }
        return 0
    }

    private func end(_ raw: Raw, _ status: libusb_transfer_status, _ actual: Int) {
        raw.pointer.pointee.status = status
        raw.pointer.pointee.actual_length = CInt(actual)
        state.withLock { $0.outstanding -= 1 }
        raw.pointer.pointee.callback(raw.pointer)
    }

    // MARK: The device's part, on the queue

    private func take(_ raw: Raw) {
        let isHeld = state.withLock { state in
            if state.holdsOutput { state.held.append(raw) }
            return state.holdsOutput
        }
        if !isHeld { finishOutput(raw) }
    }

    private func finishOutput(_ raw: Raw) {
        let transfer = raw.pointer.pointee
        let count = Int(transfer.length)
        let zero = transfer.flags & UInt8(LIBUSB_TRANSFER_ADD_ZERO_PACKET.rawValue) != 0
        let bytes = Array(UnsafeBufferPointer(start: transfer.buffer, count: count))
        let number = state.withLock { state in
            state.outputs += 1
            state.sent.append(Sent(bytes: bytes, hasZeroPacket: zero))
            return state.outputs
        }
        let ending = endOutput(number) ?? Ending()
        if ending.status == LIBUSB_TRANSFER_COMPLETED, ending.actual == nil {
            receive(bytes, endsTransfer: count % packet != 0 || zero || count == 0)
        }
        end(raw, ending.status, ending.actual ?? count)
        serve()
    }

    private func receive(_ bytes: [UInt8], endsTransfer: Bool) {
        state.withLock { state in
            state.payload += bytes
            guard endsTransfer else { return }
            defer { state.payload = [] }
            if state.header.isEmpty {
                guard state.payload.count == 24 else { return }
                let header = PacketHeader(parsing: state.payload[...])
                if header.length > 0 {
                    state.header = state.payload
                    return
                }
                heed(Packet(header.command, header.arg0, header.arg1, version: .v1_1), &state)
            } else {
                let header = PacketHeader(parsing: state.header[...])
                state.header = []
                guard state.payload.count == Int(header.length) else { return }
                let payload = state.payload[...]
                heed(Packet(header.command, header.arg0, header.arg1, payload: payload, version: .v1_1), &state)
            }
        }
    }

    private func heed(_ packet: Packet, _ state: inout State) {
        guard !state.isMute else { return }
        if packet.command == .connect, state.greetingsToIgnore > 0 {
            state.greetingsToIgnore -= 1
            return
        }
        answer(state.connection.receive(packet), &state)
    }

    private func answer(_ events: [ConnectionEvent], _ state: inout State) {
        for event in events {
            switch event {
            case .send(let packet):
                var head: [UInt8] = []
                packet.header.encode(into: &head)
                state.coming.append(head)
                if !packet.payload.isEmpty { state.coming.append(Array(packet.payload)) }
            case .requested(let id, _): answer(state.connection.accept(id), &state)
            case .received(let id, let bytes):
                answer(acknowledged(id, bytes.count, &state), &state)
                answer(state.connection.write(id, bytes), &state)
            default: break
            }
        }
    }

    private func acknowledged(_ id: StreamID, _ count: Int, _ state: inout State) -> [ConnectionEvent] {
        state.connection.acknowledge(id, bytes: count)
    }

    /// Gives reads what has come, as a bus does: a read ends when it is full or with a packet that is not.
    private func serve() {
        while true {
            let done = state.withLock { state -> (Raw, Ending, Int)? in
                guard let raw = state.reads.first, let buffer = raw.pointer.pointee.buffer else { return nil }
                let room = Int(raw.pointer.pointee.length)
                var isDone = false
                while !isDone, let bytes = state.coming.first {
                    let part = min(room - raw.filled, bytes.count)
                    for index in 0..<part { buffer[raw.filled + index] = bytes[index] }
                    raw.filled += part
                    if part == bytes.count { state.coming.removeFirst() } else { state.coming[0].removeFirst(part) }
                    isDone = raw.filled == room || part == bytes.count && bytes.count % packet != 0
                }
                guard isDone else { return nil }
                state.reads.removeFirst()
                state.inputs += 1
                return (raw, endInput(state.inputs) ?? Ending(), raw.filled)
            }
            guard let (raw, ending, count) = done else { return }
            end(raw, ending.status, ending.actual ?? count)
        }
    }
}
