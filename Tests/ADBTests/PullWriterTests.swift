// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import Testing

@testable import ADB

@Suite("What is written when files are pulled", .timeLimit(.minutes(2)))
struct PullWriterTests {
    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "pull-writer-\(UInt64.random(in: 0 ... .max))"
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private static func target(_ name: String) -> PullTarget {
        PullTarget(folder: [], name: name, mode: 0o100644, modified: 5)
    }

    @Test(
        "Pieces of any size and number, packed or not, make the files that they were",
        arguments: [1, 2, 3] as [UInt64]
    )
    func pieces(seed: UInt64) async throws {
        try await Self.withFolder { folder in
            var random = SeededRandom(seed: seed)
            let targets = (0..<12).map { Self.target("f\($0)") }
            var batches = PullBatches(PullWriter(root: folder, preserves: false), targets)
            var wanted: [[UInt8]] = []
            for item in targets.indices {
                let packed: Compression? = item % 3 == 2 ? .lz4 : nil
                var whole: [UInt8] = []
                func add(_ bytes: ArraySlice<UInt8>) async throws {
                    try await batches.add(item, .data(bytes), packed)
                }
                let encoder = try packed.map { try CompressionEncoder($0) }
                var waiting: [[UInt8]] = []
                for _ in 0..<(random.next() % 300) {
                    let count = [0, 1, 100, 70_000][Int(random.next() % 4)]
                    let fill = UInt8(truncatingIfNeeded: random.next())
                    let piece = [UInt8](repeating: fill, count: count)
                    whole += piece
                    guard let encoder else {
                        try await add(piece[...])
                        continue
                    }
                    try piece.withUnsafeBytes { try encoder.encode($0) { waiting.append(Array($0)) } }
                }
                try encoder?.finish { waiting.append(Array($0)) }
                for piece in waiting { try await add(piece[...]) }
                if item == 4 {
                    try await batches.add(item, .refused(DroidError("adb.sync", "no")), packed)
                    whole = []
                } else {
                    try await batches.add(item, .end, packed)
                }
                wanted.append(whole)
            }
            try await batches.finish()
            #expect(batches.files == targets.count - 1)
            #expect(batches.written >= Int64(wanted.reduce(0) { $0 + $1.count }))
            #expect(Set(batches.failures.keys) == [4])
            for (item, bytes) in wanted.enumerated() where item != 4 {
                #expect(try FileBytes.read("\(folder)/f\(item)") == bytes)
            }
            // The file that was refused has left nothing, under no name.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == targets.count - 1)
        }
    }

    @Test("A file that cannot be written fails by itself, and the ones behind it are written")
    func failure() async throws {
        try await Self.withFolder { folder in
            try FileBytes.makeFolder(folder + "/a")
            var batches = PullBatches(
                PullWriter(root: folder, preserves: false),
                [Self.target("a"), Self.target("b")]
            )
            for item in 0...1 {
                for _ in 0..<100 { try await batches.add(item, .data([1, 2, 3]), nil) }
                try await batches.add(item, .end, nil)
            }
            try await batches.finish()
            #expect(batches.failures[0]?.code == "file.write" && batches.failures[1] == nil)
            #expect(try FileBytes.read(folder + "/b").count == 300)
        }
    }
}
