// SPDX-License-Identifier: Apache-2.0

import ADBWire
import CLibUSB
import Synchronization

/// A transfer as libusb knows it.
typealias USBRawTransfer = UnsafeMutablePointer<libusb_transfer>

/// An interface that is open and claimed, as a table of functions: libusb's, or a test's.
struct USBPort: Sendable {
    /// The addresses of the two bulk pipes.
    var input: UInt8
    var output: UInt8
    /// Bytes of a full packet, wMaxPacketSize.
    var packet: Int
    /// What a header is read with: whole packets, so that nothing that comes is too large for it, and never filled by it
    /// unless it fills its packets itself.
    var headerRead: Int {
        let packets = (WireLimit.header + packet - 1) / packet
        return packets * packet
    }

    /// What comes before the greeting is read with: large, where a header ends such a read.
    var greetingRead: Int { WireLimit.header % packet == 0 ? headerRead : 16 << 10 }

    /// Only transfers know it; `nil` in tests.
    var handle: USBPointer?

    /// `libusb_submit_transfer`. From any thread.
    var submit: @Sendable (USBRawTransfer) -> CInt
    /// `libusb_cancel_transfer`. From any thread.
    var cancel: @Sendable (USBRawTransfer) -> CInt
    /// `libusb_clear_halt`; it waits for the device, so never in a callback.
    var clearHalt: @Sendable (UInt8) -> CInt
    /// Gives the interface back and closes the device; never in a callback, and only once no transfer is out.
    var release: @Sendable () -> Void
    /// Runs something outside of callbacks.
    var perform: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// Runs something outside of callbacks, after a time.
    var performAfter: @Sendable (Duration, @escaping @Sendable () -> Void) -> Void
}

/// One bulk transfer and its memory. It belongs to libusb from `submit` on until its completion is called.
final class USBTransfer: @unchecked Sendable {
    /// Transfers that are allocated now, in all links.
    static let alive = Atomic<Int>(0)

    enum Role: Sendable {
        case header, payload, output
    }

    let role: Role
    let raw: USBRawTransfer
    private let memory: UnsafeMutableRawBufferPointer
    private let completion: @Sendable (USBTransfer) -> Void

    var length: Int { Int(raw.pointee.length) }
    var actual: Int { min(max(Int(raw.pointee.actual_length), 0), length) }
    var status: libusb_transfer_status { raw.pointee.status }
    /// What arrived.
    var received: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<actual]) }

    /// - Returns: `nil` where there is no memory.
    init?(
        _ role: Role,
        port: USBPort,
        length: Int,
        bytes: ArraySlice<UInt8>? = nil,
        completion: @escaping @Sendable (USBTransfer) -> Void
    ) {
        guard let raw = libusb_alloc_transfer(0) else { return nil }
        self.role = role
        self.raw = raw
        self.completion = completion
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(length, 1), alignment: 16)
        if let bytes { memory.copyBytes(from: bytes) }
        USBTransfer.alive.add(1, ordering: .relaxed)
        raw.pointee.dev_handle = port.handle?.raw
        raw.pointee.endpoint = role == .output ? port.output : port.input
        raw.pointee.type = UInt8(LIBUSB_TRANSFER_TYPE_BULK.rawValue)
        // A bulk read with a deadline loses what had come by then.
        raw.pointee.timeout = 0
        raw.pointee.length = CInt(length)
        raw.pointee.buffer = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
        raw.pointee.callback = { raw in
            guard let raw, let owner = raw.pointee.user_data else { return }
            raw.pointee.user_data = nil
            let transfer = Unmanaged<USBTransfer>.fromOpaque(owner).takeRetainedValue()
            transfer.completion(transfer)
        }
    }

    deinit {
        libusb_free_transfer(raw)
        memory.deallocate()
        USBTransfer.alive.subtract(1, ordering: .relaxed)
    }

    /// Asks for a packet without bytes after the last full one.
    func addZeroPacket(_ wanted: Bool) {
        let flag = UInt8(LIBUSB_TRANSFER_ADD_ZERO_PACKET.rawValue)
        raw.pointee.flags = wanted ? raw.pointee.flags | flag : raw.pointee.flags & ~flag
    }

    /// Hands it to libusb; 0 or an error, after which it is nobody's but the caller's.
    func submit(to port: USBPort) -> CInt {
        raw.pointee.user_data = Unmanaged.passRetained(self).toOpaque()
        let code = port.submit(raw)
        if code != 0, let owner = raw.pointee.user_data {
            raw.pointee.user_data = nil
            Unmanaged<USBTransfer>.fromOpaque(owner).release()
        }
        return code
    }
}
