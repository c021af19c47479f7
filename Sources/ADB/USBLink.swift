// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import CLibUSB
import Synchronization

/// Packets over the two bulk pipes of a USB device.
///
/// `USBInput` says what to read and `USBOutput` what to write; this carries it out by libusb's asynchronous transfers.
/// Nothing has a deadline: a read that is cut off loses what it holds. Any transfer that fails or is done in part ends
/// the session, since nobody knows how much of it the device has seen.
final class USBLink: PacketLink {
    private enum Phase {
        case running
        /// What has been begun may end; nothing else is sent.
        case closing
        /// Nothing is out any more; the device is being given back.
        case releasing
        case closed
    }

    private struct State {
        var phase = Phase.running
        var input = USBInput()
        /// Reads that are due, and how often the kernel had no memory for the first.
        var reads: [(USBTransfer.Role, Int)] = []
        var refusals = 0
        var output = USBOutput()
        var inFlight: [ObjectIdentifier: USBTransfer] = [:]
        var take: (@Sendable () -> [WirePacket])?
        /// Whether some thread is taking and submitting packets, and whether it has to look again.
        var isPumping = false
        var pumpsAgain = false
        var greeting: WirePacket?
        /// Pipes that halted: they are freed when nothing moves any more.
        var halted: Set<UInt8> = []
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// How long a device may be silent before it is greeted once more.
    static let patience = Duration.seconds(2)
    /// How long a packet that was begun may take when the link is closed.
    static let farewell = Duration.milliseconds(500)
    private static let refusalLimit = 300
    /// Pieces of a payload when the kernel has no memory for a whole one.
    private static let smallPiece = 16 << 10

    let serial: String
    private let port: USBPort
    private let transport: MultiplexedTransport
    private let patience: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - port: an interface that is claimed; the link gives it back.
    ///   - transport: what speaks over the link.
    ///   - patience: how long to wait for an answer to the greeting before it is sent once more.
    init(port: USBPort, transport: MultiplexedTransport, patience: Duration = USBLink.patience) {
        self.port = port
        self.transport = transport
        self.patience = patience
        serial = transport.serial
    }

    /// Starts to read.
    func start() { perform { $0.start() } }

    /// Transfers of an older session that were dropped before the greeting.
    var dropped: Int { state.withLock { $0.input.dropped } }

    // MARK: PacketLink

    func schedule(_ take: @escaping @Sendable () -> [WirePacket]) {
        state.withLock { $0.take = take }
        pump()
    }

    func close() {
        let cancelled = state.withLock { state -> [USBTransfer]? in
            guard state.phase == .running else { return nil }
            state.phase = .closing
            state.take = nil
            state.output.dropUnbegun()
            return state.inFlight.values.filter { $0.role != .output }
        }
        guard let cancelled else { return }
        for transfer in cancelled { _ = port.cancel(transfer.raw) }
        port.performAfter(USBLink.farewell) { [weak self] in self?.cutOff() }
        pump()
        finishIfDone()
        transport.lose(ADBError.lost(serial))
    }

    /// Returns when the device has been given back.
    func waitUntilClosed() async {
        await withCheckedContinuation { continuation in
            let closed = state.withLock { state in
                if state.phase != .closed { state.waiters.append(continuation) }
                return state.phase == .closed
            }
            if closed { continuation.resume() }
        }
    }

    /// Whether the link is on its way out, or gone.
    var isClosing: Bool { state.withLock { $0.phase != .running } }

    // MARK: Closing

    /// What was begun did not end in time.
    private func cutOff() {
        let rest = state.withLock { state in
            // A piece that was not handed over yet goes nowhere.
            state.output = USBOutput()
            return Array(state.inFlight.values)
        }
        for transfer in rest { _ = port.cancel(transfer.raw) }
        finishIfDone()
    }

    private func finishIfDone() {
        let halted = state.withLock { state -> Set<UInt8>? in
            guard state.phase == .closing, state.inFlight.isEmpty, !state.output.isWithin, !state.isPumping else {
                return nil
            }
            state.phase = .releasing
            return state.halted
        }
        guard let halted else { return }
        // The link holds itself until then.
        port.perform {
            for endpoint in halted { _ = self.port.clearHalt(endpoint) }
            self.port.release()
            let waiters = self.state.withLock { state in
                state.phase = .closed
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    private func fail(_ error: DroidError) {
        transport.lose(error)
        close()
    }

    // MARK: Reading

    private func perform(_ advance: (inout USBInput) -> [USBInput.Step], _ payload: USBTransfer? = nil) {
        // The next reads are out before what came is looked at, so the pipe is never idle.
        let due = state.withLock { state in
            let steps = advance(&state.input)
            for step in steps {
                switch step {
                case .readGreeting: state.reads.append((.header, port.greetingRead))
                case .readHeader: state.reads.append((.header, port.headerRead))
                case .readPayload(let count): state.reads.append((.payload, count))
                case .deliverHeader, .deliverPayload, .fail: break
                }
            }
            return steps
        }
        var failure = submitReads()
        for step in due {
            switch step {
            case .deliverHeader(let bytes): bytes.withUnsafeBytes { transport.received($0) }
            case .deliverPayload: if let payload { transport.received(payload.received) }
            case .fail(let why): failure = failure ?? USBError.violation(serial, why)
            case .readGreeting, .readHeader, .readPayload: break
            }
        }
        if let failure { fail(failure) }
    }

    /// Submits the reads that are due, in order.
    private func submitReads() -> DroidError? {
        // Under the lock, so that closing sees every transfer that is out.
        let code = state.withLock { state -> CInt in
            guard state.phase == .running else {
                state.reads = []
                return 0
            }
            while let (role, count) = state.reads.first {
                let transfer = USBTransfer(role, port: port, length: count) { self.completed($0) }
                let code = transfer?.submit(to: port) ?? LIBUSB_ERROR_NO_MEM.rawValue
                guard code == 0, let transfer else { return code }
                state.inFlight[ObjectIdentifier(transfer)] = transfer
                state.reads.removeFirst()
            }
            state.refusals = 0
            return 0
        }
        guard code == LIBUSB_ERROR_NO_MEM.rawValue else { return code == 0 ? nil : USBError.submit(code, serial) }
        // Other programs use usbfs's memory too: try again in a moment, and ask for less from now on.
        let isHopeless = state.withLock { state in
            state.input.piece = USBLink.smallPiece
            state.refusals += 1
            return state.refusals > USBLink.refusalLimit
        }
        if isHopeless { return USBError.submit(code, serial) }
        port.performAfter(.milliseconds(10)) { [weak self] in
            guard let self, let failure = self.submitReads() else { return }
            self.fail(failure)
        }
        return nil
    }

    // MARK: Writing

    /// Takes packets and hands them to libusb until there is no room or nothing left; one thread at a time.
    private func pump() {
        let starts = state.withLock { state in
            state.pumpsAgain = state.isPumping
            defer { state.isPumping = true }
            return !state.isPumping
        }
        guard starts else { return }
        var foundNothing = false
        while true {
            if let failure = submitAll() {
                state.withLock { $0.isPumping = false }
                fail(failure)
                return
            }
            let (again, take) = state.withLock { state -> (Bool, (@Sendable () -> [WirePacket])?) in
                // A transfer that came back since `submitAll` left room that nobody else would use.
                if state.pumpsAgain {
                    state.pumpsAgain = false
                    return (true, nil)
                }
                if state.output.isEmpty, !foundNothing, let take = state.take { return (false, take) }
                state.isPumping = false
                return (false, nil)
            }
            if again {
                foundNothing = false
                continue
            }
            guard let take else { break }
            let packets = take()
            foundNothing = packets.isEmpty
            state.withLock { if $0.phase == .running { $0.output.append(packets) } }
            if let greeting = packets.first(where: { $0.command == .connect }) { keep(greeting) }
        }
        finishIfDone()
    }

    /// Hands over every piece that there is room for.
    private func submitAll() -> DroidError? {
        while true {
            let outcome = state.withLock { state -> CInt? in
                guard state.phase == .running || state.phase == .closing, let piece = state.output.take() else {
                    return nil
                }
                return submit(piece, &state)
            }
            guard let outcome else { return nil }
            if outcome != 0 { return USBError.submit(outcome, serial) }
        }
    }

    /// - Returns: nil when it has to wait for the ones before it.
    private func submit(_ piece: USBOutput.Piece, _ state: inout State) -> CInt? {
        let count = piece.bytes.count
        func send(_ bytes: ArraySlice<UInt8>, zero: Bool) -> CInt {
            let transfer = USBTransfer(.output, port: port, length: bytes.count, bytes: bytes) { self.completed($0) }
            guard let transfer else { return LIBUSB_ERROR_NO_MEM.rawValue }
            transfer.addZeroPacket(zero)
            let code = transfer.submit(to: port)
            if code == 0 { state.inFlight[ObjectIdentifier(transfer)] = transfer }
            return code
        }
        let fills = piece.isEnd && count % port.packet == 0
        var code = send(piece.bytes, zero: fills)
        if fills, code == LIBUSB_ERROR_NOT_SUPPORTED.rawValue {
            // A kernel that cannot add it: the empty packet is a transfer of its own.
            code = send(piece.bytes, zero: false)
            if code == 0 { code = send([], zero: false) }
            return code
        }
        guard code == LIBUSB_ERROR_NO_MEM.rawValue else { return code }
        // Other programs use usbfs's memory too: go on in small pieces, as soon as ours are back.
        let canShrink = count > USBLink.smallPiece
        state.output.piece = USBLink.smallPiece
        state.input.piece = USBLink.smallPiece
        state.output.giveBack(piece)
        if state.output.transfersOut > 0 { return nil }
        return canShrink ? 0 : code
    }

    /// A device that was in the middle of something may lose the first greeting.
    private func keep(_ greeting: WirePacket) {
        let isFirst = state.withLock { state in
            defer { state.greeting = greeting }
            return state.greeting == nil
        }
        guard isFirst else { return }
        port.performAfter(patience) { [weak self] in self?.greetAgain() }
    }

    private func greetAgain() {
        let isDue = state.withLock { state in
            guard state.phase == .running, !state.input.hasHeard, let greeting = state.greeting else { return false }
            state.output.append([greeting])
            return true
        }
        if isDue { pump() }
    }

    // MARK: Completions

    private func completed(_ transfer: USBTransfer) {
        let status = transfer.status
        let endpoint = transfer.raw.pointee.endpoint
        let isWanted = state.withLock { state in
            state.inFlight[ObjectIdentifier(transfer)] = nil
            // The empty packet's own transfer was never counted.
            if transfer.role == .output, transfer.length > 0 { state.output.done(transfer.length) }
            if status == LIBUSB_TRANSFER_STALL { state.halted.insert(endpoint) }
            return state.phase == .running
        }
        defer { finishIfDone() }
        guard status == LIBUSB_TRANSFER_COMPLETED else {
            if isWanted { fail(USBError.transfer(status, transfer.role == .output ? "OUT" : "IN", serial)) }
            // The rest of a packet whose beginning failed is of no use to anybody.
            if transfer.role == .output { state.withLock { $0.output = USBOutput() } }
            return
        }
        switch transfer.role {
        case .output:
            guard transfer.actual == transfer.length else {
                if isWanted { fail(USBError.partial(transfer.actual, transfer.length, serial)) }
                return
            }
            pump()
        case .header:
            if isWanted { perform { $0.header(transfer.received) } }
        case .payload:
            if isWanted { perform({ $0.payload(transfer.actual, of: transfer.length) }, transfer) }
        }
    }
}
