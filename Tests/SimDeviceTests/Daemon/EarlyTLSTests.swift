// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import TestSupport
import Testing

@testable import SimDevice

@Suite("The change to TLS")
struct EarlyTLSTests {
    private static let startTLS = RawPacket.bytes(0x534C_5453, 0x0100_0000, 0)

    /// adb's host now and then sends its handshake first and its answer to `STLS` under TLS: two threads of it race.
    @Test(
        "A host whose handshake comes before its answer is let in as one that keeps the order",
        arguments: [false, true]
    )
    func order(isEarly: Bool) async throws {
        let folder = NSTemporaryDirectory() + "/tls-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = try AuthKey.generate()
        var options = try SimDeviceOptions(stateFolder: folder, clock: .stepped)
        options.auth = .tls
        options.trusted = [key.publicKey.line(name: "me@here")]
        let device = try await SimulatedDevice.start(options)
        let plain = try talk(to: device.port, key, isEarly: isEarly)
        await device.stop()
        let text = String(decoding: plain, as: UTF8.self)
        #expect(text.hasPrefix("CNXN") && text.contains("let in\n"), "\(text.prefix(200))")
    }

    /// Greets, shakes hands and runs a command.
    ///
    /// - Returns: what the device said under TLS, up to the command's output.
    private func talk(to port: Int, _ key: AuthKey, isEarly: Bool) throws -> [UInt8] {
        let socket = try RawSocket.connect(to: port)
        #expect(socket.send(RawPacket.greeting("host::features=shell_v2")))
        let offer = try #require(socket.receive(exactly: 24))
        #expect(offer.starts(with: Array("STLS".utf8)))
        let machine = try TLSMachine(role: .host, keys: [key])
        #expect(socket.send((isEarly ? [] : Self.startTLS) + machine.takeOutput()))
        var (plain, isAsked) = ([UInt8](), false)
        while !String(decoding: plain, as: UTF8.self).contains("let in\n") {
            let bytes = socket.receive()
            guard !bytes.isEmpty else { break }
            plain += try bytes.withUnsafeBytes { try machine.receive($0) }
            if machine.isReady, !isAsked {
                isAsked = true
                let command = RawPacket.bytes(RawPacket.open, 1, 0, Array("shell:echo let in\0".utf8))
                ((isEarly ? Self.startTLS : []) + command).withUnsafeBytes { machine.send($0) }
            }
            let out = machine.takeOutput()
            if !out.isEmpty { #expect(socket.send(out)) }
        }
        socket.shut()
        return plain
    }
}
