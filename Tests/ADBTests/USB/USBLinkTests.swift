// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import CLibUSB
import Synchronization
import Testing

@testable import ADB

/// Runs a test over a link whose libusb is a double; at the end nothing is out and the interface is given back once.
private func withLink(
    _ double: USBDouble,
    patience: Duration = .seconds(60),
    _ body: (ADBDevice, USBLink) async throws -> Void
) async throws {
    let transport = MultiplexedTransport(serial: "DOUBLE")
    let link = USBLink(port: double.port(), transport: transport, patience: patience)
    link.start()
    do {
        try await transport.start(link, timeout: .seconds(20))
        try await body(ADBDevice(transport: transport), link)
    } catch {
        link.close()
        await link.waitUntilClosed()
        throw error
    }
    link.close()
    await link.waitUntilClosed()
    #expect(double.outstanding == 0)
    #expect(double.releases == 1)
}

/// Sends bytes to the echo and takes them back.
private func echo(_ device: ADBDevice, _ bytes: [UInt8]) async throws -> [UInt8] {
    let stream = try await device.open("echo")
    try await stream.write(bytes[...])
    var back: [UInt8] = []
    while back.count < bytes.count, let some = try await stream.read() { back += some }
    stream.drop()
    return back
}

@Suite("The USB link over a double of libusb")
struct USBLinkTests {
    @Test("Packets go out as a header and a payload, and only full ones are ended by an empty packet")
    func shapes() async throws {
        let double = USBDouble()
        try await withLink(double) { (device, _) async throws in
            for count in [1, 488, 511, 512, 513, 1024, 65536, 1 << 20] {
                let bytes = noise(count, seed: UInt64(count))
                #expect(try await echo(device, bytes) == bytes, "\(count) bytes")
            }
        }
        for sent in double.sent { #expect(sent.hasZeroPacket == (sent.bytes.count % 512 == 0), "\(sent.bytes.count)") }
        #expect(double.sent.filter { $0.bytes.count == 24 }.count > 16)
    }

    @Test("On a slow bus whose packets a header fills, the header is ended as well")
    func fullSpeed() async throws {
        let double = USBDouble(packet: 8)
        try await withLink(double) { (device, _) async throws in
            let bytes = noise(1000)
            #expect(try await echo(device, bytes) == bytes)
        }
        #expect(double.sent.allSatisfy { $0.hasZeroPacket == ($0.bytes.count % 8 == 0) })
    }

    @Test("A kernel that cannot add the empty packet is sent one by itself")
    func noZeroPacket() async throws {
        let double = USBDouble(refuse: {
            $0.pointee.flags & UInt8(LIBUSB_TRANSFER_ADD_ZERO_PACKET.rawValue) != 0
                ? LIBUSB_ERROR_NOT_SUPPORTED.rawValue : nil
        })
        try await withLink(double) { (device, _) async throws in
            let bytes = noise(4096)
            #expect(try await echo(device, bytes) == bytes)
        }
        #expect(double.sent.filter { $0.bytes.isEmpty }.count == 1)
    }

    @Test("Where the kernel has no memory for a whole payload, it goes in small pieces")
    func littleMemory() async throws {
        let double = USBDouble(refuse: { $0.pointee.length > 16 << 10 ? LIBUSB_ERROR_NO_MEM.rawValue : nil })
        try await withLink(double) { (device, _) async throws in
            let bytes = noise((256 << 10) + 5)
            let stream = try await device.open("echo")
            // Its answer would be read in pieces that are too large at first; the device keeps it for itself.
            double.fallSilent()
            try await stream.write(bytes[...])
            try await until { double.sent.reduce(0) { $0 + $1.bytes.count } > bytes.count }
            stream.drop()
        }
        let pieces = double.sent.filter { $0.bytes.count == 16 << 10 }
        #expect(pieces.count == 16 && pieces.allSatisfy { !$0.hasZeroPacket })
    }

    @Test("A read that the kernel has no memory for is asked for again")
    func readWithoutMemory() async throws {
        let refusals = Atomic<Int>(0)
        let double = USBDouble(refuse: { raw in
            guard raw.pointee.endpoint == 0x81, raw.pointee.length == 70_000 else { return nil }
            return refusals.add(1, ordering: .relaxed).newValue <= 3 ? LIBUSB_ERROR_NO_MEM.rawValue : nil
        })
        try await withLink(double) { (device, _) async throws in
            let bytes = noise(70_000)
            #expect(try await echo(device, bytes) == bytes)
        }
        #expect(refusals.load(ordering: .relaxed) == 4)
    }

    @Test(
        "A transfer that fails ends the session, with the reason",
        arguments: [
            (LIBUSB_TRANSFER_STALL, "halted"), (LIBUSB_TRANSFER_NO_DEVICE, "unplugged"),
            (LIBUSB_TRANSFER_ERROR, "cable"), (LIBUSB_TRANSFER_TIMED_OUT, "too long"),
            (LIBUSB_TRANSFER_OVERFLOW, "more than"),
        ]
    )
    func failures(status: libusb_transfer_status, word: String) async throws {
        for direction in ["in", "out"] {
            let ending = USBDouble.Ending(status: status, actual: 0)
            // The greetings pass; the stream does not.
            let double =
                direction == "in"
                ? USBDouble(endInput: { $0 == 3 ? ending : nil }) : USBDouble(endOutput: { $0 == 3 ? ending : nil })
            try await withLink(double) { (device, _) async throws in
                do {
                    _ = try await echo(device, [1, 2, 3])
                    Issue.record("a failed transfer was not noticed")
                } catch let error as DroidError {
                    #expect(error.code == "adb.lost" && error.why.contains(word), "\(error)")
                }
                await expect("adb.lost") { _ = try await device.open("echo") }
            }
            let halted: [UInt8] = status == LIBUSB_TRANSFER_STALL ? [direction == "in" ? 0x81 : 0x01] : []
            #expect(double.cleared == halted)
        }
    }

    @Test("A write that is done in part ends the session")
    func partialWrite() async throws {
        let double = USBDouble(endOutput: { $0 == 4 ? USBDouble.Ending(actual: 3) : nil })
        try await withLink(double) { (device, _) async throws in
            await expect("adb.lost") { _ = try await echo(device, noise(100)) }
        }
    }

    @Test("A payload that is cut short breaks the protocol")
    func partialRead() async throws {
        let double = USBDouble(endInput: { $0 == 6 ? USBDouble.Ending(actual: 3) : nil })
        try await withLink(double) { (device, _) async throws in
            await expect("adb.protocol") { _ = try await echo(device, noise(100)) }
        }
    }

    @Test("Submitting to a device that is gone says so")
    func submitFails() async throws {
        let isGone = Atomic<Bool>(false)
        let double = USBDouble(refuse: { _ in
            isGone.load(ordering: .relaxed) ? LIBUSB_ERROR_NO_DEVICE.rawValue : nil
        })
        try await withLink(double) { (device, _) async throws in
            isGone.store(true, ordering: .relaxed)
            await expect("adb.lost") { _ = try await device.open("echo") }
        }
    }

    @Test("What an older session left is dropped up to the greeting")
    func stale() async throws {
        let double = USBDouble()
        let old = Packet(.write, 9, 1, payload: noise(1300)[...], version: .v1_1)
        double.put(noise(300))
        for _ in 0..<5 {
            double.put(Array(old.encoded.prefix(24)))
            double.put(Array(old.payload))
        }
        // It fills its packet, so the read goes on into the greeting's header.
        double.put(noise(512))
        try await withLink(double) { (device, link) async throws in
            #expect(try await echo(device, [1, 2, 3]) == [1, 2, 3])
            // A piece of 300, five times a header and a payload, and what hangs on the greeting behind it.
            #expect(link.dropped == 1 + 5 * 2 + 1)
        }
    }

    @Test("A greeting that was lost is sent once more, and one that was only slow does no harm")
    func greetings() async throws {
        let deaf = USBDouble()
        deaf.ignoreGreetings(1)
        try await withLink(deaf, patience: .milliseconds(20)) { (device, _) async throws in
            #expect(try await echo(device, [1]) == [1])
        }
        let greetings = deaf.sent.filter { $0.bytes.starts(with: Array("CNXN".utf8)) }
        #expect(greetings.count == 2)

        // An answer too many, with a stream open: the stream goes on.
        let double = USBDouble()
        try await withLink(double) { (device, _) async throws in
            let stream = try await device.open("echo")
            let banner = ConnectionBanner.device(product: "p", model: "m", device: "d", features: [])
            let packet = Packet(.connect, 0x0100_0001, 4096, payload: Array(banner.text.utf8)[...], version: .v1_0)
            double.put(Array(packet.encoded.prefix(24)))
            double.put(Array(packet.payload))
            try await stream.write([5, 6])
            #expect(try await stream.read().map(Array.init) == [5, 6])
            stream.drop()
        }
    }

    @Test("A header that lies about its length, or is none, ends the session")
    func lies() async throws {
        let large = PacketHeader(command: .write, arg0: 1, arg1: 1, length: 0x7fff_ffff, checksum: 0)
        var head: [UInt8] = []
        large.encode(into: &head)
        for bytes in [head, noise(24), noise(100)] {
            let double = USBDouble()
            try await withLink(double) { (device, _) async throws in
                let stream = try await device.open("echo")
                double.put(bytes)
                await expect("adb.protocol") { _ = try await stream.read() }
            }
        }
    }

    @Test("A device that never answers is given up at the deadline, and given back")
    func silence() async throws {
        let double = USBDouble()
        double.fallSilent()
        let transport = MultiplexedTransport(serial: "DOUBLE")
        let link = USBLink(port: double.port(), transport: transport)
        link.start()
        await expect("adb.timeout") { try await transport.start(link, timeout: .milliseconds(30)) }
        await link.waitUntilClosed()
        #expect(double.outstanding == 0 && double.releases == 1)
    }

    @Test("Closing lets a packet that was begun end, and cuts it off where the device does not take it")
    func closing() async throws {
        let double = USBDouble()
        let transport = MultiplexedTransport(serial: "DOUBLE")
        let link = USBLink(port: double.port(), transport: transport)
        link.start()
        try await transport.start(link, timeout: .seconds(20))
        let device = ADBDevice(transport: transport)
        let stream = try await device.open("echo")
        double.hold(true)
        try await stream.write(noise(5000)[...])
        try await until { double.outstanding > 1 }
        link.close()
        #expect(double.releases == 0)
        double.hold(false)
        await link.waitUntilClosed()
        #expect(double.outstanding == 0 && double.releases == 1)
        #expect(double.sent.last?.bytes.count == 5000)
    }
}

/// Waits until something holds, looking a thousand times a second for at most ten seconds.
private func until(_ holds: () -> Bool) async throws {
    for _ in 0..<10_000 {
        if holds() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("it never came about")
}
