// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import Synchronization
import Testing

@testable import ADB

/// Devices that lie, break off, or are merely old.
@Suite("File transfer with devices that misbehave")
struct SyncHostileTests {
    private func folder() throws -> String {
        let path = NSTemporaryDirectory() + "/sync-hostile-" + UUID().uuidString
        try FileBytes.makeFolder(path + "/target")
        return path
    }

    private static func bytes(_ answers: SyncResponse..., ends: Bool = false) -> Reaction {
        var reaction = Reaction(ends: ends)
        for answer in answers { answer.encode(into: &reaction.bytes) }
        return reaction
    }

    private static let file = SyncStatus(mode: 0o100644, size: 1, modified: 7)
    private static let dir = SyncStatus(mode: 0o040755, size: 0, modified: 7)

    /// A device whose folder `/d` holds these names, each a file of one byte.
    private static func listing(_ names: [(String, SyncStatus)]) -> @Sendable (SyncRequest) -> Reaction? {
        { request in
            switch request {
            case .stat2("/d"): return bytes(.stat2(dir))
            case .list2("/d"):
                var reaction = Reaction()
                for (name, status) in names {
                    SyncResponse.entry2(SyncFile(name: name, status: status)).encode(into: &reaction.bytes)
                }
                SyncResponse.listEnd2.encode(into: &reaction.bytes)
                return reaction
            case .list2: return bytes(.entry2(SyncFile(name: "inner", status: file)), .listEnd2)
            case .receive2: return bytes(.data([65]), .receiveEnd)
            default: return nil
            }
        }
    }

    @Test("Names that lead out of the target folder are refused, and the rest is pulled")
    func names() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bad = ["../evil", "..", "/tmp/evil", "a/b", "", ".", "x\0y", "sub/../../evil"]
        let sync = Self.listing(bad.map { ($0, Self.file) } + [("../dir", Self.dir), ("good", Self.file)])
        try await withDevice {
            $0.sync = sync
        } _: { (device, _) async throws in
            let summary = try await device.pull(["/d"], to: folder + "/target")
            #expect(summary.files == 1 && summary.failures.count == bad.count - 1)
            #expect(summary.failures.allSatisfy { $0.error.code == "adb.name" })
        }
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == [
                "target", "target/d", "target/d/good",
            ]
        )
    }

    @Test("A link that stands in the target folder is not followed where the device says that a folder is")
    func linkedFolder() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.makeFolder(folder + "/outside")
        try FileBytes.makeFolder(folder + "/target/d")
        symlink(folder + "/outside", folder + "/target/d/sub")
        symlink(folder + "/outside/file", folder + "/target/d/plain")
        let sync = Self.listing([("sub", Self.dir), ("plain", Self.file)])
        try await withDevice {
            $0.sync = sync
        } _: { (device, _) async throws in
            let summary = try await device.pull(["/d"], to: folder + "/target")
            #expect(summary.files == 1 && summary.failures.map(\.path) == ["/d/sub/inner"])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/outside").isEmpty)
        #expect(LocalFact(folder + "/target/d/plain", followsLinks: false)?.isFile == true)
    }

    @Test("A device that closes the stream after each refusal still gets every other file")
    func closesAfterRefusal() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for index in 0..<40 { try FileBytes.write([UInt8(index)], to: "\(folder)/src/\(index)") }
        let refused = Mutex<Set<String>>([])
        try await withDevice {
            $0.sync = { request in
                guard case .send2(let path, _, _) = request, path.hasSuffix("7") else { return nil }
                refused.withLock { _ = $0.insert(path) }
                return Self.bytes(.fail("no"), ends: true)
            }
        } _: { (device, fake) async throws in
            let summary = try await device.push([folder + "/src"], to: "/to")
            #expect(summary.files == 36 && summary.failures.count == 4)
            #expect(Set(summary.failures.map { $0.path.suffix(1) }) == ["7"])
            #expect(fake.files.withLock { $0.count } == 36)
            #expect(refused.withLock { $0.count } == 4)
        }
    }

    @Test("A device that closes the stream after it could not read a file still gives every other one")
    func closesAfterUnreadable() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let listing = Self.listing((0..<200).map { ("f\($0)", Self.file) })
        try await withDevice {
            $0.sync = { request in
                if case .receive2(let path, _) = request, path.hasSuffix("9") {
                    return Self.bytes(.fail("open failed: Permission denied"), ends: true)
                }
                return listing(request)
            }
        } _: { (device, _) async throws in
            let summary = try await device.pull(["/d"], to: folder + "/target")
            #expect(summary.files == 180 && summary.failures.count == 20)
        }
    }

    /// What a device may answer to a request for a file, and the error that it makes.
    private static let lies: [(String, DroidError.Code, @Sendable (UInt32) -> Reaction)] = [
        ("breaks off", "adb.protocol", { _ in bytes(.data([1, 2, 3]), ends: true) }),
        ("closes at once", "adb.protocol", { _ in Reaction(ends: true) }),
        ("stores instead", "adb.protocol", { _ in bytes(.okay) }),
        ("claims 4 GiB", "adb.protocol", { _ in Reaction(bytes: Array("DATA".utf8) + [255, 255, 255, 255]) }),
        ("a message of 4 GiB", "adb.protocol", { _ in Reaction(bytes: Array("FAIL".utf8) + [255, 255, 255, 255]) }),
        ("nonsense", "adb.protocol", { _ in Reaction(bytes: [UInt8](repeating: 0x41, count: 4000)) }),
        ("cannot", "adb.sync", { _ in bytes(.data([1]), .fail("read failed: I/O error")) }),
    ]

    @Test("A pull that a device spoils leaves no file and no hang", arguments: lies.indices)
    func spoiled(index: Int) async throws {
        let (_, code, answer) = Self.lies[index]
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withDevice {
            $0.sync = { request in
                guard case .receive2(_, let flags) = request else { return nil }
                return answer(flags)
            }
        } _: { (device, _) async throws in
            await expect(code) { _ = try await device.pull("/f") }
            await expect(code) { try await device.pull("/f", toFile: folder + "/target/f") }
            #expect(try await device.shell(["echo", "x"]).text == "x\n")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/target").isEmpty)
    }

    @Test("Packed bytes that are damaged or stop in the middle are an error, and leave no file")
    func damaged() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for content in [[UInt8](repeating: 0x55, count: 100), [0x28, 0xb5, 0x2f, 0xfd, 0x04], []] {
            try await withDevice {
                $0.features = FeatureSet.client
                $0.sync = { request in
                    guard case .receive2(_, let flags) = request else { return nil }
                    #expect(flags == 4)
                    return content.isEmpty ? Self.bytes(.receiveEnd) : Self.bytes(.data(content[...]), .receiveEnd)
                }
            } _: { (device, _) async throws in
                await expect("adb.compression") { _ = try await device.pull("/f", limit: 1 << 20, compression: .any) }
                await expect("adb.compression") {
                    let options = SyncOptions(compression: .zstd)
                    try await device.pull("/f", toFile: folder + "/target/f", options: options)
                }
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/target").isEmpty)
    }

    @Test("Answers that nobody waits for end a push, and a stream that ends without an answer does too")
    func pushLies() async throws {
        for (answer, code) in [
            (Self.bytes(.okay, .okay), "adb.protocol"), (Self.bytes(.receiveEnd), "adb.protocol"),
            (Reaction(ends: true), "adb.protocol"), (Self.bytes(.fail("no space"), ends: true), "adb.sync"),
        ] as [(Reaction, DroidError.Code)] {
            try await withDevice {
                $0.sync = { request in
                    if case .done = request { return answer }
                    return nil
                }
            } _: { (device, _) async throws in
                if code == "adb.protocol", answer == Self.bytes(.okay, .okay) {
                    // The second answer is met only while something is still to come.
                    try await device.push([1], to: "/f")
                } else {
                    await expect(code) { try await device.push([1], to: "/f") }
                }
                #expect(try await device.shell(["echo", "x"]).text == "x\n")
            }
        }
    }

    @Test("A device of the first protocol gets and gives folders too")
    func firstProtocol() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["a", "b c", "ü"] { try FileBytes.write(name, to: "\(folder)/src/\(name)") }
        try await withDevice {
            $0.version = .v1_0
            $0.maxPayload = 4096
            $0.features = []
        } _: { (device, fake) async throws in
            let summary = try await device.push([folder + "/src"], to: "/to")
            #expect(summary.files == 3 && summary.failures.isEmpty)
            #expect(fake.files.withLock { $0.keys.sorted() } == ["/to/a", "/to/b c", "/to/ü"])
            fake.files.withLock { $0["/to"] = FakeDevice.File(bytes: [], status: Self.dir) }
            let pulled = try await device.pull(["/to"], to: folder + "/target")
            #expect(pulled.files == 3 && pulled.failures.isEmpty)
            #expect(try FileBytes.read(folder + "/target/to/b c") == Array("b c".utf8))
        }
    }
}
