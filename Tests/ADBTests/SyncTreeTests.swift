// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import SimDevice
import Synchronization
import Testing

@testable import ADB

/// Both ends against each other.
@Suite("Files and folders, to the built-in device and back", .serialized)
struct SyncTreeTests {
    /// A device, a connection to it and a folder of this machine, for one test.
    private func withSim(_ body: (ADBDevice, String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "/sync-tree-" + UUID().uuidString
        try FileBytes.makeFolder(folder + "/local")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sim = try await SimulatedDevice.start(SimDeviceOptions(stateFolder: folder + "/state"))
        do {
            let device = try await ADBDevice.connect(host: "127.0.0.1", port: sim.port)
            try await body(device, folder + "/local")
            await device.close()
        } catch {
            await sim.stop()
            throw error
        }
        await sim.stop()
    }

    private static func noise(_ count: Int, _ seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: random.next() & 0x7f) }
            filled = count
        }
    }

    /// Everything below a folder: kind, permissions, time, content or target, by path.
    private func picture(_ root: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: root) ?? .init() {
            let path = root + "/" + name
            let facts = try #require(LocalFact(path, followsLinks: false))
            let mode = String(facts.mode & 0o777, radix: 8)
            if facts.isLink {
                found[name] = "link to \(try FileManager.default.destinationOfSymbolicLink(atPath: path))"
            } else if facts.isFolder {
                found[name] = "folder"
            } else {
                found[name] = "file \(mode) \(facts.modified) \(try SHA256.hex(ofFile: path))"
            }
        }
        return found
    }

    @Test("A file of any size goes there and back whole, in every way of packing", arguments: SyncCompression.allCases)
    func sizes(compression: SyncCompression) async throws {
        try await withSim { device, folder in
            for size in [0, 1, 65_535, 65_536, 65_537, 8 << 20] {
                let bytes = Self.noise(size, UInt64(size))
                let path = "/sdcard/Download/\(size)"
                try FileBytes.write(bytes, to: folder + "/a")
                let options = SyncOptions(compression: compression)
                try await device.push(file: folder + "/a", to: path, options: options)
                #expect(try await device.stat(path)?.size == Int64(size))
                try await device.pull(path, toFile: folder + "/b", options: options)
                #expect(try SHA256.hex(ofFile: folder + "/b") == SHA256.hex(bytes))
                #expect(try await device.pull(path, limit: size, compression: compression) == bytes)
                try await device.push(bytes, to: path + "m", mode: 0o600, modified: 5, compression: compression)
                #expect(try await device.pull(path + "m") == bytes)
            }
            await expect("adb.toolarge") {
                _ = try await device.pull("/sdcard/Download/65537", limit: 65_536, compression: compression)
            }
            #expect(try await device.shell(["echo", "x"]).text == "x\n")
        }
    }

    @Test("A folder comes back as it was: names of every kind, links, empty folders, permissions, times")
    func tree() async throws {
        try await withSim { device, folder in
            let root = folder + "/tree"
            let names = [
                "plain", "with space", "quote'd", "dou\"ble", "ümläut-日本", "$HOME `x` \\", "-rf", "a,1,2", "new\nline",
                "%s%d", ".hidden", "sub/x", "sub/deep/er/y", "sub folder/ü/z",
            ]
            for (index, name) in names.enumerated() {
                let mode: mode_t = index % 2 == 0 ? 0o664 : 0o775
                try FileBytes.write(Self.noise(index * 9_000, UInt64(index)), to: "\(root)/\(name)")
                chmod("\(root)/\(name)", mode)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1_500_000_000 + Double(index))],
                    ofItemAtPath: "\(root)/\(name)"
                )
            }
            for index in 0..<300 { try FileBytes.write(Self.noise(index, 3), to: "\(root)/many/\(index % 9)/\(index)") }
            for index in 0..<300 { chmod("\(root)/many/\(index % 9)/\(index)", 0o664) }
            for empty in ["empty", "sub/empty it's", "deep/deeper/deepest"] {
                try FileBytes.makeFolder("\(root)/\(empty)")
            }
            symlink("sub/x", "\(root)/link")
            symlink("/data/nowhere", "\(root)/dangling 'link'")
            symlink("deep", "\(root)/folder link")
            mkfifo("\(root)/pipe", 0o600)

            let seen = Mutex<SyncProgress?>(nil)
            let pushed = try await device.push([root], to: "/sdcard/t") { state in seen.withLock { $0 = state } }
            #expect(pushed.failures.isEmpty && pushed.files == 314 && pushed.links == 3 && pushed.folders == 3)
            #expect(pushed.skipped == ["\(root)/pipe"])
            #expect(seen.withLock { $0?.files == 317 && $0?.bytes == pushed.bytes })
            unlink("\(root)/pipe")

            let options = SyncOptions(preserves: true)
            for compression in [SyncCompression.none, .zstd] {
                var options = options
                options.compression = compression
                let back = folder + "/back-\(compression)"
                let pulled = try await device.pull(["/sdcard/t"], to: back, options: options)
                #expect(pulled.failures.isEmpty && pulled.files == 314 && pulled.links == 3 && pulled.folders == 3)
                #expect(pulled.bytes == pushed.bytes)
                #expect(try picture(back) == picture(root))
            }
            // Once more over what is there, and with links followed.
            let again = try await device.pull(["/sdcard/t"], to: folder + "/back-none", options: options)
            #expect(again.failures.isEmpty && again.files == 314 && again.links == 3)
            let followed = try await device.pull(
                ["/sdcard/t/link", "/sdcard/t/folder link"],
                to: folder,
                options: SyncOptions(followsLinks: true)
            )
            #expect(followed.failures.isEmpty)
            #expect(try FileBytes.read(folder + "/link") == FileBytes.read("\(root)/sub/x"))
        }
    }

    @Test("Sources go where adb would put them")
    func places() async throws {
        try await withSim { device, folder in
            try FileBytes.write("a", to: folder + "/d/a")
            try FileBytes.write("b", to: folder + "/b")
            func exists(_ path: String) async throws -> Bool { try await device.stat(path) != nil }
            _ = try await device.push([folder + "/d"], to: "/sdcard/fresh")
            #expect(try await exists("/sdcard/fresh/a"))
            _ = try await device.push([folder + "/d"], to: "/sdcard/fresh")
            #expect(try await exists("/sdcard/fresh/d/a"))
            _ = try await device.push([folder + "/b", folder + "/d"], to: "/sdcard/fresh/")
            #expect(try await exists("/sdcard/fresh/b"))
            _ = try await device.push([folder + "/b"], to: "/sdcard/other/")
            #expect(try await exists("/sdcard/other/b"))
            _ = try await device.push([folder + "/d/."], to: "/sdcard/other")
            #expect(try await exists("/sdcard/other/a"))
            await expect("adb.usage") {
                _ = try await device.push([folder + "/b", folder + "/d"], to: "/sdcard/nothing")
            }
            await expect("adb.usage") { _ = try await device.push([folder + "/b"], to: "/sdcard/fresh/b/") }

            try FileBytes.makeFolder(folder + "/in")
            _ = try await device.pull(["/sdcard/fresh"], to: folder + "/in")
            #expect(try FileBytes.read(folder + "/in/fresh/d/a") == Array("a".utf8))
            _ = try await device.pull(["/sdcard/fresh", "/sdcard/other/b"], to: folder + "/in")
            _ = try await device.pull(["/sdcard/fresh"], to: folder + "/new")
            #expect(try FileBytes.read(folder + "/new/d/a") == Array("a".utf8))
            #expect(try FileBytes.read(folder + "/in/b") == Array("b".utf8))
            await expect("adb.usage") { _ = try await device.pull(["/sdcard/fresh", "/x"], to: folder + "/no") }
        }
    }

    @Test("What cannot be copied is named, and the rest is copied")
    func failures() async throws {
        try await withSim { device, folder in
            for name in ["one", "two", "three"] { try FileBytes.write(name, to: "\(folder)/src/\(name)") }
            // A folder stands where a file is to go.
            _ = try await device.shell(["mkdir", "-p", "/sdcard/to/src/two"])
            let long = String(repeating: "n", count: 250)
            try FileBytes.write(
                "x",
                to: ([folder, "src"] + Array(repeating: long, count: 5) + ["x"]).joined(separator: "/")
            )
            let pushed = try await device.push([folder + "/src", folder + "/missing"], to: "/sdcard/to")
            #expect(pushed.files == 2)
            #expect(Set(pushed.failures.map { ($0.path as NSString).lastPathComponent }) == ["two", "missing", "x"])
            #expect(pushed.failures.contains { $0.error.why.contains("Is a directory") })

            try FileBytes.makeFolder(folder + "/to/src/three")
            let pulled = try await device.pull(["/sdcard/to/src"], to: folder + "/to")
            #expect(pulled.files == 1 && pulled.failures.map(\.path) == ["/sdcard/to/src/three"])
            #expect(try FileBytes.read(folder + "/to/src/one") == Array("one".utf8))
            let missing = try await device.pull(["/sdcard/none"], to: folder + "/none")
            #expect(missing.failures.count == 1 && missing.files == 0)
            #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
        }
    }

    @Test("A dry run stores nothing, a null device keeps nothing and gives nothing")
    func nothingKept() async throws {
        try await withSim { device, folder in
            try FileBytes.write(Self.noise(300_000, 1), to: folder + "/f")
            for compression in [SyncCompression.none, .lz4] {
                let options = SyncOptions(compression: compression, isDryRun: true)
                let summary = try await device.push([folder + "/f"], to: "/sdcard/dry", options: options)
                #expect(summary.files == 1)
                #expect(try await device.stat("/sdcard/dry") == nil)
            }
            try await device.push(file: folder + "/f", to: "/dev/null")
            #expect(try await device.pull("/dev/null").isEmpty)
            #expect(try await device.stat("/dev/null")?.mode == 0o020666)
            await expect("adb.sync") { try await device.push([1], to: "/dev/full") }
            // What the user names is written as it is, also if it is no plain file.
            try await device.push([1, 2], to: "/sdcard/x")
            mkfifo(folder + "/pipe", 0o600)
            let pipe = open(folder + "/pipe", O_RDWR | O_NONBLOCK)
            try await device.pull("/sdcard/x", toFile: folder + "/pipe")
            var got = [UInt8](repeating: 0, count: 9)
            #expect(read(pipe, &got, 9) == 2 && got.prefix(2) == [1, 2])
            close(pipe)
        }
    }

    @Test("A device answers other commands while it moves a large file")
    func others() async throws {
        try await withSim { device, _ in
            let bytes = Self.noise(24 << 20, 7)
            async let pushed: Void = device.push(bytes, to: "/sdcard/large")
            for _ in 0..<20 { #expect(try await device.shell(["echo", "x"]).text == "x\n") }
            try await pushed
            async let pulled = device.pull("/sdcard/large")
            for _ in 0..<20 { #expect(try await device.shell(["echo", "x"]).text == "x\n") }
            #expect(try await pulled == bytes)
        }
    }

    @Test("A packing that the device does not know is refused before anything is sent")
    func unknownPacking() async throws {
        try await withDevice { (device, fake) async throws in
            await expect("adb.usage") { try await device.push([1], to: "/x", compression: .zstd) }
            await expect("adb.usage") { _ = try await device.pull("/x", limit: 1, compression: .lz4) }
            await expect("adb.usage") {
                try await device.push(file: "/etc/hostname", to: "/x", options: SyncOptions(isDryRun: true))
            }
            #expect(fake.opened.load(ordering: .relaxed) == 0)
            try await device.push([1], to: "/x", compression: .any)
            #expect(try await device.pull("/x", limit: 1, compression: .any) == [1])
        }
    }
}
