// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import ADBWire

/// Keys are slow to make, so all tests share some.
enum TestKeys {
    static let first = Result { try AuthKey.generate() }
    static let second = Result { try AuthKey.generate() }
}

@Suite("Keys")
struct AuthKeyTests {
    @Test("A key survives its file, and signs what its public half verifies")
    func roundTrip() throws {
        let key = try TestKeys.first.get()
        let again = try AuthKey(pem: key.pem)
        #expect(again.publicKey == key.publicKey)
        #expect(String(decoding: key.pem, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----"))
        let token = AuthToken.random()
        let signature = try again.sign(token[...])
        #expect(signature.count == 256)
        #expect(key.publicKey.verifies(signature[...], of: token[...]))
        #expect(!key.publicKey.verifies(signature[...], of: AuthToken.random()[...]))
        #expect(try !TestKeys.second.get().publicKey.verifies(signature[...], of: token[...]))
        var damaged = signature
        damaged[100] ^= 1
        #expect(!key.publicKey.verifies(damaged[...], of: token[...]))
        #expect(throws: DroidError.self) { try key.sign([1, 2, 3]) }
    }

    @Test("A public key is read from the line that it is written as, whatever follows")
    func line() throws {
        let key = try TestKeys.first.get().publicKey
        #expect(key.blob.count == 524 && key.base64.count == 700)
        for text in [key.base64, key.line(name: "a@b"), key.line(name: "a@b") + "\0", key.base64 + "\n"] {
            #expect(try AuthPublicKey(parsing: text.utf8) == key)
        }
        #expect(key.fingerprint.split(separator: ":").count == 16)
        #expect(key.certificateName.count == 64)
    }

    @Test("What is no key is refused, and a damaged one is noticed")
    func refused() throws {
        let key = try TestKeys.first.get().publicKey
        for text in ["", " ", "====", "AAAA", String(repeating: "A", count: 700), "no base64 at all!"] {
            #expect(throws: DroidError.self) { try AuthPublicKey(parsing: text.utf8) }
        }
        var random = SeededRandom(seed: 4)
        for _ in 0..<300 {
            var blob = key.blob
            blob[Int.random(in: 0..<blob.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            #expect(throws: DroidError.self) { try AuthPublicKey(blob: blob) }
        }
        for _ in 0..<300 {
            let bytes = random.bytes(Int.random(in: 0...800, using: &random))
            #expect(throws: DroidError.self) { try AuthPublicKey(parsing: bytes) }
            #expect(throws: DroidError.self) { try AuthKey(pem: bytes) }
        }
    }

    @Test("Keys of adb are read, and their public halves are the same bytes that adb writes")
    func adb() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/adb") else {
            if ProcessInfo.processInfo.environment["CI"] != nil { Issue.record("adb is missing: apt-get install adb") }
            return
        }
        let folder = NSTemporaryDirectory() + "/keys-" + UUID().uuidString
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func adb(_ words: String...) throws -> String {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/adb")
            process.arguments = words
            process.environment = ["HOME": folder, "PATH": "/usr/bin:/bin"]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            let out = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: out, as: UTF8.self)
        }
        _ = try adb("keygen", folder + "/theirs")
        let theirs = try AuthKey(pem: try FileBytes.read(folder + "/theirs"))
        let written = String(decoding: try FileBytes.read(folder + "/theirs.pub"), as: UTF8.self)
        #expect(written.split(separator: " ").first.map(String.init) == theirs.publicKey.base64)
        try FileBytes.write(TestKeys.first.get().pem, to: folder + "/ours", mode: 0o600)
        let printed = try adb("pubkey", folder + "/ours")
        let ours = try TestKeys.first.get().publicKey.base64
        #expect(printed.split(separator: " ").first.map(String.init) == ours)
    }
}

@Suite("Authentication")
struct AuthTests {
    private func host(_ keys: [AuthKey]) -> Handshake {
        Handshake(role: .host, banner: .host(features: [.shellV2]), credentials: { keys }, name: "me@here")
    }

    private func device(_ policy: AuthPolicy = .rsa) -> Handshake {
        let banner = ConnectionBanner.device(product: "p", model: "m", device: "d", features: [.shellV2])
        return Handshake(role: .device, banner: banner, policy: policy)
    }

    private func sent(_ actions: [HandshakeAction]) throws -> Packet {
        for case .send(let packet) in actions { return packet }
        throw Missing()
    }

    private func isOnline(_ actions: [HandshakeAction]) -> Bool {
        actions.contains { if case .online = $0 { true } else { false } }
    }

    private func needsToken(_ actions: [HandshakeAction]) throws -> Duration {
        for case .needsToken(let delay) in actions { return delay }
        throw Missing()
    }

    @Test("Each key is tried on a token of its own, and a trusted one lets the host in")
    func keys() throws {
        let keys = [try TestKeys.first.get(), try TestKeys.second.get()]
        var (host, device) = (host(keys), device())
        #expect(try needsToken(device.receive(try sent(host.start()))) == .zero)
        let trusted = [keys[1].publicKey]
        let token = try sent(device.challenge(AuthToken.random(), trusting: trusted))
        #expect(token.arg0 == 1 && token.payload.count == 20)
        let wrong = try sent(host.receive(token))
        #expect(wrong.arg0 == 2 && wrong.payload.count == 256)
        #expect(try needsToken(device.receive(wrong)) == .zero)
        // The same signature is good for nothing now.
        #expect(!isOnline(device.receive(wrong)))
        let right = try sent(host.receive(try sent(device.challenge(AuthToken.random(), trusting: trusted))))
        let hello = device.receive(right)
        #expect(isOnline(hello))
        #expect(isOnline(host.receive(try sent(hello))))
    }

    @Test("A host without a trusted key shows its first one, and waits until the user accepts it")
    func accept() throws {
        let key = try TestKeys.first.get()
        var (host, device) = (host([key]), device())
        _ = device.receive(try sent(host.start()))
        let signature = try sent(host.receive(try sent(device.challenge(AuthToken.random(), trusting: []))))
        _ = device.receive(signature)
        let actions = host.receive(try sent(device.challenge(AuthToken.random(), trusting: [])))
        let shown = try sent(actions)
        #expect(shown.arg0 == 3 && shown.payload.last == 0)
        #expect(actions.contains { if case .waitingForUser(key.publicKey) = $0 { true } else { false } })
        guard case .askUser(key.publicKey, "me@here") = device.receive(shown).first else { throw Missing() }
        // Somebody else's key does not open this connection.
        #expect(try device.accept(TestKeys.second.get().publicKey).isEmpty)
        let hello = device.accept(key.publicKey)
        #expect(isOnline(hello))
        #expect(isOnline(host.receive(try sent(hello))))
        #expect(device.accept(key.publicKey).isEmpty)
    }

    @Test("A key that is shown is not trusted for being known: it has to sign")
    func shownIsNotProven() throws {
        let key = try TestKeys.first.get().publicKey
        var device = device()
        _ = device.receive(Packet(.connect, 0x0100_0001, 4096, payload: [], version: .v1_0))
        _ = device.challenge(AuthToken.random(), trusting: [key])
        let shown = Packet(.auth, 3, 0, payload: Array(key.line(name: "x").utf8)[...], version: .v1_0)
        #expect(!isOnline(device.receive(shown)) && device.agreement == nil)
    }

    @Test("After 256 wrong signatures each token takes a second")
    func patience() throws {
        var device = device()
        var delay = try needsToken(device.receive(Packet(.connect, 0x0100_0001, 4096, payload: [], version: .v1_0)))
        for _ in 0..<256 {
            #expect(delay == .zero)
            _ = device.challenge(AuthToken.random(), trusting: [])
            delay = try needsToken(device.receive(Packet(.auth, 2, 0, payload: [1], version: .v1_0)))
        }
        _ = device.challenge(AuthToken.random(), trusting: [])
        delay = try needsToken(device.receive(Packet(.auth, 2, 0, payload: [1], version: .v1_0)))
        #expect(delay == .seconds(1))
    }

    @Test("Nothing gets through before the host has proven itself, and a new greeting ends the session")
    func closed() throws {
        var device = device()
        let hello = Packet(.connect, 0x0100_0001, 4096, payload: [], version: .v1_0)
        _ = device.receive(hello)
        for command in [Command.open, .write, .okay, .close, .startTLS] {
            guard case .ignore = device.receive(Packet(command, 1, 1, payload: [65], version: .v1_0)).first else {
                throw Missing()
            }
        }
        let key = try TestKeys.first.get()
        let token = AuthToken.random()
        _ = device.challenge(token, trusting: [key.publicKey])
        let signature = try key.sign(token[...])
        #expect(isOnline(device.receive(Packet(.auth, 2, 0, payload: signature[...], version: .v1_0))))
        let actions = device.receive(hello)
        #expect(actions.contains { if case .offline = $0 { true } else { false } } && device.agreement == nil)
        // The old signature does not open the new session.
        _ = device.challenge(AuthToken.random(), trusting: [key.publicKey])
        #expect(!isOnline(device.receive(Packet(.auth, 2, 0, payload: signature[...], version: .v1_0))))
    }

    @Test("A host without keys says so")
    func noKeys() {
        var host = host([])
        _ = host.start()
        let token = Packet(.auth, 1, 0, payload: ArraySlice(repeating: 1, count: 20), version: .v1_0)
        guard case .fail(let error) = host.receive(token).first else {
            Issue.record("no failure")
            return
        }
        #expect(error.code == "adb.unauthorized")
    }

    @Test("No sequence of handshake packets hurts an end, or lets a stranger in", arguments: 0..<8)
    func fuzz(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let key = try TestKeys.first.get()
        let line = Array(key.publicKey.line(name: "x").utf8)
        let commands: [Command] = [.connect, .auth, .startTLS, .open, .write]
        for _ in 0..<60 {
            var device = device(seed % 2 == 0 ? .rsa : .tls)
            var host = host([key])
            _ = host.start()
            for _ in 0..<60 {
                var payload = random.bytes(Int.random(in: 0...300, using: &random))
                if Int.random(in: 0...3, using: &random) == 0 { payload = line }
                if Int.random(in: 0...3, using: &random) == 0 { payload = random.bytes(20) }
                let packet = Packet(
                    commands[Int.random(in: 0..<commands.count, using: &random)],
                    .random(in: 0...4, using: &random),
                    .random(in: 0...4096, using: &random),
                    payload: payload[...],
                    version: .v1_0
                )
                #expect(!isOnline(device.receive(packet)))
                if Bool.random(using: &random) {
                    _ = device.challenge(AuthToken.random(), trusting: [try TestKeys.second.get().publicKey])
                }
                _ = host.receive(packet)
            }
        }
    }
}

@Suite("TLS")
struct TLSTests {
    private func shake(_ host: TLSMachine, _ device: TLSMachine) -> (host: DroidError?, device: DroidError?) {
        var failures: (host: DroidError?, device: DroidError?) = (nil, nil)
        for _ in 0..<20 {
            let out = host.takeOutput()
            do throws(DroidError) { _ = try give(out, device) } catch { failures.device = failures.device ?? error }
            let back = device.takeOutput()
            do throws(DroidError) { _ = try give(back, host) } catch { failures.host = failures.host ?? error }
            if out.isEmpty, back.isEmpty { break }
        }
        return failures
    }

    private func give(_ bytes: [UInt8], _ machine: TLSMachine) throws(DroidError) -> [UInt8] {
        let outcome = bytes.withUnsafeBytes { raw -> Result<[UInt8], DroidError> in
            do throws(DroidError) { return .success(try machine.receive(raw)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    @Test("A trusted key gets through, of several the one that the device names, and bytes pass both ways")
    func trusted() throws {
        let (one, two) = (try TestKeys.first.get(), try TestKeys.second.get())
        let device = try TLSMachine(role: .device, keys: [one], trusted: [two.publicKey])
        let host = try TLSMachine(role: .host, keys: [one, two])
        let failures = shake(host, device)
        #expect(failures.host == nil && failures.device == nil)
        #expect(host.isReady && device.isReady && device.peerKey == two.publicKey)
        var random = SeededRandom(seed: 8)
        for size in [1, 100, 16_384, 16_385, 1 << 20] {
            let bytes = random.bytes(size)
            bytes.withUnsafeBytes { host.send($0) }
            let sealed = host.takeOutput()
            #expect(sealed.count > size)
            var got: [UInt8] = []
            for start in stride(from: 0, to: sealed.count, by: 70_001) {
                got += try give(Array(sealed[start..<min(start + 70_001, sealed.count)]), device)
            }
            #expect(got == bytes)
            bytes.withUnsafeBytes { device.send($0) }
            #expect(try give(device.takeOutput(), host) == bytes)
        }
    }

    @Test("A key that the device does not trust is turned away, and the host learns of it")
    func stranger() throws {
        let (one, two) = (try TestKeys.first.get(), try TestKeys.second.get())
        let device = try TLSMachine(role: .device, keys: [one], trusted: [one.publicKey])
        let host = try TLSMachine(role: .host, keys: [two])
        let failures = shake(host, device)
        #expect(failures.device?.code == "adb.unauthorized" && failures.host?.code == "adb.unauthorized")
        #expect(!device.isReady)
    }

    @Test("Damaged and foreign bytes are an error, never a crash", arguments: 0..<20)
    func fuzz(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let key = try TestKeys.first.get()
        for role in [Role.device, .host] {
            let machine = try TLSMachine(role: role, keys: [key], trusted: [key.publicKey])
            for _ in 0..<20 { _ = try? give(random.bytes(Int.random(in: 0...2000, using: &random)), machine) }
            #expect(!machine.isReady)
        }
        let device = try TLSMachine(role: .device, keys: [key], trusted: [key.publicKey])
        let host = try TLSMachine(role: .host, keys: [key])
        if seed % 2 == 0 { _ = shake(host, device) }
        var bytes = host.takeOutput()
        if seed % 2 == 0 {
            [UInt8](repeating: 1, count: 5000).withUnsafeBytes { host.send($0) }
            bytes = host.takeOutput()
        }
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x55
        let got = (try? give(bytes, device)) ?? []
        #expect(got.count < 5000)
    }
}
