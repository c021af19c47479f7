// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import Testing

@testable import ADB

@Suite("What is written to a device when files are pushed")
struct SyncPackerTests {
    private static func noise(_ count: Int, _ mask: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(count))
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() & mask) }
    }

    private static func item(_ name: String, _ bytes: [UInt8]) -> PushItem {
        PushItem(
            remote: name,
            source: name,
            content: .bytes(bytes, mode: 0o100644, modified: 9),
            size: Int64(bytes.count)
        )
    }

    /// What a device understands of the blocks: path, flags and content, unpacked.
    private static func read(
        _ packer: SyncPacker,
        limit: Int = WireLimit.maxPayload
    ) throws -> [(String, UInt32, [UInt8])] {
        var decoder = SyncRequestDecoder()
        var found: [(String, UInt32, [UInt8])] = []
        var isLast = false
        while !isLast {
            let block = packer.nextBlock()
            isLast = block.isLast
            #expect(block.bytes.count <= limit)
            var input = block.bytes[...]
            while let request = try decoder.next(&input) {
                switch request {
                case .send2(let path, _, let flags): found.append((path, flags, []))
                case .send(let path, _): found.append((path, 0, []))
                case .data(let bytes):
                    #expect(bytes.count <= WireLimit.syncData)
                    found[found.count - 1].2 += bytes
                case .done:
                    guard let kind = try SyncFlags(parsing: found[found.count - 1].1, sending: true).compression else {
                        continue
                    }
                    let unpacker = try CompressionDecoder(kind)
                    var out: [UInt8] = []
                    try unpacker.decode(found[found.count - 1].2[...]) { out.append(contentsOf: $0) }
                    try unpacker.finish()
                    found[found.count - 1].2 = out
                default: Issue.record("\(request)")
                }
            }
        }
        return found
    }

    @Test(
        "Blocks hold whole files, many or parts, and never more than the largest packet",
        arguments: Compression.allCases
    )
    func blocks(kind: Compression) throws {
        let sizes = [0, 1, 100, 65_527, 65_528, 65_529, 1 << 20, 5, 0] + Array(repeating: 700, count: 300)
        for mask: UInt64 in [0xff, 0x0f, 0] {
            let contents = sizes.map { Self.noise($0, mask) }
            let items = contents.enumerated().map { Self.item("/f\($0)", $1) }
            for packing in [Packing.none, .always(kind), .ifItPays(kind)] {
                for isVersion2 in [true, false] {
                    let packer = SyncPacker(items, from: 0, isVersion2: isVersion2, packing: packing, isDryRun: false)
                    let found = try Self.read(packer)
                    #expect(found.map(\.0) == items.map(\.remote))
                    #expect(found.map(\.2) == contents)
                    let flags = Set(found.map(\.1))
                    switch (isVersion2, packing) {
                    case (true, .always): #expect(flags == [kind.flag])
                    case (true, .ifItPays):
                        // LZ4 makes nothing of random half bytes.
                        let isNoise = mask == 0xff || mask == 0x0f && kind == .lz4
                        #expect(flags == (isNoise ? [0] : [0, kind.flag]))
                    default: #expect(flags == [0])
                    }
                }
            }
        }
    }

    @Test("A file that cannot be opened is told and left out, and one that is not wanted is ended at once")
    func trouble() throws {
        let missing = PushItem(remote: "/m", source: "/nothing/at/all", content: .file, size: 0)
        let items = [Self.item("/a", [1]), missing, Self.item("/b", Self.noise(9_000_000, 0xff)), Self.item("/c", [3])]
        let packer = SyncPacker(items, from: 0, isVersion2: true, packing: .none, isDryRun: false)
        let first = packer.nextBlock()
        #expect(first.begun == [0, 2] && first.failed.map(\.item) == [1] && !first.isLast)
        packer.abandon(2)
        let second = packer.nextBlock()
        #expect(second.begun == [3] && second.isLast && second.bytes.count < 200)
    }

    @Test("Nothing is packed for devices on this machine, nor what is packed already")
    func policy() async throws {
        try await withDevice {
            $0.features = FeatureSet.client
        } _: { (device, _) async throws in
            #expect(device.isOnThisMachine)
            #expect(try Packing(.automatic, device) == .none)
            #expect(try Packing(.any, device) == .always(.zstd))
            #expect(try Packing(.lz4, device) == .always(.lz4))
        }
        for (path, packs) in [("/a/b.txt", true), ("/a/b.JPG", false), ("/x.d/y", true), ("/x.apk", false)] {
            #expect((Packing.ifItPays(.zstd).receiving(path) != nil) == packs)
            #expect(Packing.always(.lz4).receiving(path) == .lz4)
            #expect(Packing.none.receiving(path) == nil)
        }
    }
}
