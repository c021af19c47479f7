// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Testing

@Suite("The bridge at each depth: files", .serialized)
struct BridgeFileTests {
    /// Around the borders of USB packets, of sync messages, and of packets.
    static let sizes = [
        0, 1, 23, 24, 488, 504, 511, 512, 513, 1023, 1024, 4095, 4096, 4097, 65528, 65535, 65536, 65537,
    ]

    @Test("Files of every size go there and come back", arguments: Depth.reachable)
    func sizes(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            for size in BridgeFileTests.sizes {
                let bytes = noise(size, seed: UInt64(size + 7))
                let path = "/sdcard/Download/size-\(size)"
                try await device.push(bytes, to: path)
                #expect(try await device.pull(path) == bytes, "\(size) bytes")
                #expect(try await device.stat(path)?.size == Int64(size))
            }
        }
    }

    @Test("Eight mebibytes go there and come back", arguments: Depth.reachable)
    func large(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let bytes = noise(8 << 20)
            try await device.push(bytes, to: "/data/local/tmp/large")
            let back = try await device.pull("/data/local/tmp/large")
            #expect(SHA256.hex(back) == SHA256.hex(bytes))
            let told = try await device.shell(["md5sum", "/data/local/tmp/large"]).text
            #expect(told.hasSuffix("  /data/local/tmp/large\n"))
        }
    }

    @Test("A folder's list and a file's status say what is there", arguments: Depth.reachable)
    func listing(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            _ = try await device.shell(raw: "mkdir -p /sdcard/lists/sub")
            for index in 0..<50 {
                try await device.push([UInt8](repeating: 1, count: index), to: "/sdcard/lists/f\(index)")
            }
            let list = try await device.list("/sdcard/lists")
            let names = Set(list.map(\.name)).subtracting([".", ".."])
            #expect(names == Set((0..<50).map { "f\($0)" } + ["sub"]))
            let status = try await device.stat("/sdcard/lists/f49")
            #expect(status?.size == 49)
            #expect(try await device.stat("/sdcard/lists/none") == nil)
        }
    }

    @Test("What cannot be written says why, and the next file goes through", arguments: Depth.reachable)
    func failure(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            await expect("adb.sync") { try await device.push([1, 2, 3], to: "/sdcard") }
            await expect("adb.sync") { _ = try await device.pull("/sdcard/none") }
            try await device.push([4], to: "/sdcard/some")
            #expect(try await device.pull("/sdcard/some") == [4])
        }
    }
}
