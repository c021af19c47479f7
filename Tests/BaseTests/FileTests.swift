// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@Suite("Files")
struct FileTests {
    private static func folder() -> String { NSTemporaryDirectory() + "/base-" + UUID().uuidString }

    @Test("What was written is read back, whatever its size", arguments: [0, 1, 1 << 20, (1 << 20) + 7])
    func roundTrip(size: Int) throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var random = SeededRandom(seed: UInt64(size))
        let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        try FileBytes.write(bytes, to: folder + "/deep/er/file")
        #expect(try FileBytes.read(folder + "/deep/er/file") == bytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/deep/er") == ["file"])
    }

    @Test("A failed write leaves what was there, and no other file")
    func failedWrite() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.makeFolder(folder + "/taken/by-a-folder")
        #expect(throws: DroidError.self) { try FileBytes.write("x", to: folder + "/taken") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
    }

    @Test("A missing file is an error with a reason")
    func missing() {
        let error = #expect(throws: DroidError.self) { try FileBytes.read("/no/such/file") }
        #expect(error?.code == "file.read")
        #expect(error?.why == "No such file or directory")
    }

    @Test("SHA-256 gives the digests of FIPS 180-2")
    func digests() {
        #expect(SHA256.hex("abc".utf8) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        var hash = SHA256()
        for part in ["abcdbcdecdefdefgefghfghighij", "hijkijkljklmklmnlmnomnopnopq"] { hash.update(part.utf8) }
        #expect(hash.finalHex() == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }
}

@Suite("Seeded random numbers")
struct SeededRandomTests {
    @Test("They are SplitMix64's")
    func reference() {
        var random = SeededRandom(seed: 1_234_567)
        let expected: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        #expect((0..<3).map { _ in random.next() } == expected)
    }

    @Test("Names under one seed are independent, and the same name gives the same numbers")
    func names() {
        func first(_ name: String) -> UInt64 {
            var random = SeededRandom(seed: 5, name: name)
            return random.next()
        }
        #expect(first("a") == first("a"))
        #expect(first("a") != first("b"))
    }
}

@Suite("Errors and rows")
struct ErrorTests {
    @Test("An error prints what, why and next, and leaves out what is not known")
    func description() {
        #expect(
            DroidError("a.b", "it broke", why: "rust", next: "oil it").description
                == "it broke\n  why:  rust\n  next: oil it"
        )
        #expect(DroidError("a.b", "it broke").description == "it broke")
    }

    @Test("A measurement row has its ratio and stable keys")
    func row() throws {
        let row = MeasurementRow(name: "a.b", value: 6, unit: "s", peer: "other", peerValue: 3, floor: 1, command: "c")
        #expect(row.ratio == 2)
        let line = try JSON.line(row)
        for key in ["name", "value", "unit", "peer", "peerValue", "ratio", "floor", "machine", "commit", "command"] {
            #expect(line.contains("\"\(key)\":"))
        }
    }

    @Test("Data folders are found in the checkout, and a missing one is an error that names the places")
    func data() throws {
        #expect(try Locations.data("Emulator").hasSuffix("/Emulator"))
        let error = #expect(throws: DroidError.self) { try Locations.data("No such folder") }
        #expect(error?.why.contains("share/droidagent") == true)
    }
}
