// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import Synchronization
import Testing

@testable import SimDevice

@Suite("The device's end of file transfer")
struct SyncServiceTests {
    /// A device, and sync streams to it without a connection between.
    private final class Bench {
        let folder: String
        let device: DeviceActor

        init() throws {
            folder = NSTemporaryDirectory() + "/sync-service-" + UUID().uuidString
            device = try DeviceActor(SimDeviceOptions(stateFolder: folder, clock: .stepped))
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        /// What the service answers to bytes that arrive in pieces of `split`.
        func answer(_ bytes: [UInt8], split: Int = .max) async -> [UInt8] {
            let pipe = BytePipe { _ in }
            let out = Mutex<[UInt8]>([])
            let outbox = Outbox(deliver: { piece in out.withLock { $0 += piece } })
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = rest.prefix(split)
                rest = rest.dropFirst(part.count)
                pipe.push(part)
            }
            pipe.finish()
            await device.sync(pipe: pipe, outbox: outbox)
            return out.withLock { $0 }
        }

        func answers(_ requests: [SyncRequest], split: Int = .max) async throws -> [SyncResponse] {
            var decoder = SyncResponseDecoder()
            var bytes: [UInt8] = []
            for request in requests {
                request.encode(into: &bytes)
                switch request {
                case .stat: decoder.expect(.stat)
                case .stat2: decoder.expect(.stat2)
                case .lstat2: decoder.expect(.lstat2)
                case .list: decoder.expect(.list)
                case .list2: decoder.expect(.list2)
                case .send, .send2: decoder.expect(.stored)
                case .receive, .receive2: decoder.expect(.file)
                default: break
                }
            }
            var input = await answer(bytes, split: split)[...]
            var found: [SyncResponse] = []
            while let response = try decoder.next(&input) { found.append(response) }
            return found
        }

        func content(_ path: String) async -> [UInt8]? { await device.withFiles { try? $0.read(path) } }
    }

    private static func packed(_ bytes: [UInt8], _ kind: Compression) throws -> [UInt8] {
        let encoder = try CompressionEncoder(kind)
        var out: [UInt8] = []
        try bytes.withUnsafeBytes { try encoder.encode($0) { out.append(contentsOf: $0) } }
        try encoder.finish { out.append(contentsOf: $0) }
        return out
    }

    private static func noise(_ count: Int) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(count))
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() & 0x3f) }
    }

    @Test("Files of any size arrive whole in any split and any size of piece, plain and packed")
    func sends() async throws {
        let bench = try Bench()
        for size in [0, 1, 65_535, 65_536, 65_537, 300_000] {
            let bytes = Self.noise(size)
            for kind in [nil] + Compression.allCases.map(Optional.some) {
                let content = try kind.map { try Self.packed(bytes, $0) } ?? bytes
                for (piece, split) in [(1 << 20, Int.max), (65_536, 65_536), (1000, 777), (3, 5)]
                where size / piece < 20_000 {
                    let path = "/sdcard/s/\(size)-\(kind?.rawValue ?? "plain")-\(piece)"
                    var requests = [SyncRequest.send2(path, mode: 0o100640, flags: kind?.flag ?? 0)]
                    var rest = content[...]
                    while !rest.isEmpty {
                        requests.append(.data(rest.prefix(piece)))
                        rest = rest.dropFirst(piece)
                    }
                    requests += [.done(modified: 1_600_000_000), .lstat2(path)]
                    let answers = try await bench.answers(requests, split: split)
                    #expect(answers.first == .okay && answers.count == 2)
                    guard case .lstat2(let status)? = answers.last else { continue }
                    #expect(status.mode == 0o100664 && status.size == UInt64(size) && status.modified == 1_600_000_000)
                    #expect(await bench.content(path) == bytes)
                }
            }
        }
    }

    @Test("A file comes back whole, plain and packed, and so do many that were asked for at once")
    func receives() async throws {
        let bench = try Bench()
        let sizes = [0, 1, 65_527, 65_528, 65_535, 65_536, 65_537, 1 << 20, 2_500_000]
        for size in sizes {
            let bytes = Self.noise(size)
            await bench.device.withFiles { try? $0.write(bytes, to: "/sdcard/r/\(size)") }
        }
        for kind in [nil] + Compression.allCases.map(Optional.some) {
            let requests = sizes.map { SyncRequest.receive2("/sdcard/r/\($0)", flags: kind?.flag ?? 0) }
            var files: [[UInt8]] = [[]]
            for answer in try await bench.answers(requests) {
                switch answer {
                case .data(let bytes):
                    #expect(bytes.count <= 65_536)
                    files[files.count - 1] += bytes
                case .receiveEnd: files.append([])
                default: Issue.record("\(answer)")
                }
            }
            files.removeLast()
            if let kind {
                files = try files.map { packed in
                    var out: [UInt8] = []
                    let decoder = try CompressionDecoder(kind)
                    try decoder.decode(packed[...]) { out.append(contentsOf: $0) }
                    try decoder.finish()
                    return out
                }
            }
            #expect(files == sizes.map(Self.noise))
        }
    }

    @Test("A file that cannot be stored is passed over, and the stream goes on")
    func refusals() async throws {
        let bench = try Bench()
        let large = [SyncRequest](repeating: .data(Self.noise(60_000)[...]), count: 5)
        let cases: [([SyncRequest], String)] = [
            ([.send2("/sdcard", mode: 0o100644, flags: 0)] + large, "couldn't create file: Is a directory"),
            ([.send2("/sdcard", mode: 0o100644, flags: 0), .data([1])], "couldn't create file: Is a directory"),
            (
                [.send2("/sdcard/ok/x", mode: 0o100644, flags: 0), .data([1])],
                "secure_mkdirs() failed: File exists"
            ),
            ([.send2("/sdcard/ok/x", mode: 0o100644, flags: 0)] + large, "secure_mkdirs() failed: File exists"),
            ([.send2("/dev/full", mode: 0o100644, flags: 0)] + large, "couldn't create file: No space left on device"),
            ([.send2("/sdcard/z", mode: 0o100644, flags: 3)] + large, "multiple compression flags received: 3"),
            ([.send2("/sdcard/z", mode: 0o100644, flags: 16), .data([1])], "unknown flags: 16"),
            ([.send2("/sdcard/z", mode: 0o100644, flags: 4), .data([1, 2, 3])], "decompress failed"),
            ([.send2("/sdcard/z", mode: 0o100644, flags: 2)] + large, "decompress failed"),
            ([.send2("/sdcard/z", mode: 0o100644, flags: 1)], "decompress failed"),
            ([.send2("/sdcard/l", mode: 0o120777, flags: 0)] + large, "oversize data message"),
        ]
        _ = try await bench.answers([.send2("/sdcard/ok", mode: 0o100644, flags: 0), .data([9]), .done(modified: 1)])
        for (requests, words) in cases {
            let all =
                requests + [
                    .done(modified: 1), .send2("/sdcard/next", mode: 0o100644, flags: 0), .data([7]),
                    .done(modified: 1), .stat("/sdcard/z"),
                ]
            let answers = try await bench.answers(all, split: 70_000)
            #expect(answers.first == .fail(words))
            #expect(answers.dropFirst() == [.okay, .stat(SyncStatus())])
        }
        for (request, words) in [
            (SyncRequest.receive("/none"), "open failed: No such file or directory"),
            (.receive2("/sdcard/ok", flags: 6), "multiple compression flags received: 6"),
            (.receive2("/sdcard/ok", flags: 8), "unknown flags: 8"),
            (.receive("/sdcard"), "read failed: Is a directory"),
        ] {
            #expect(
                try await bench.answers([request, .receive("/sdcard/ok")]) == [.fail(words), .data([9]), .receiveEnd]
            )
        }
    }

    @Test("Many small files in one write are stored and answered in order")
    func pipelined() async throws {
        let bench = try Bench()
        var requests: [SyncRequest] = []
        for index in 0..<500 {
            let path = index % 50 == 7 ? "/sdcard" : "/sdcard/many/\(index / 100)/\(index)"
            requests += [
                .send2(path, mode: 0o100600, flags: index % 3 == 0 ? 4 : 0),
                .data(try index % 3 == 0 ? Self.packed(Self.noise(index), .zstd)[...] : Self.noise(index)[...]),
                .done(modified: UInt32(index)),
            ]
        }
        let answers = try await bench.answers(requests, split: 100_000)
        #expect(answers.count == 500)
        for (index, answer) in answers.enumerated() {
            if index % 50 == 7 {
                #expect(answer == .fail("couldn't create file: Is a directory"))
            } else {
                #expect(answer == .okay)
                #expect(await bench.content("/sdcard/many/\(index / 100)/\(index)") == Self.noise(index))
            }
        }
        let listed = try await bench.answers([.list2("/sdcard/many"), .list("/sdcard/many/0")])
        let names = listed.compactMap { answer -> String? in
            switch answer {
            case .entry(let file), .entry2(let file): file.name
            default: nil
            }
        }
        #expect(Set(names.prefix(7)) == [".", "..", "0", "1", "2", "3", "4"])
        #expect(names.count == 7 + 2 + 98)
    }

    @Test("A packed file that grows without end is streamed to its place, and a link is made with its time")
    func bombAndLink() async throws {
        let bench = try Bench()
        let packed = try Self.packed([UInt8](repeating: 0, count: 50 << 20), .zstd)
        #expect(packed.count < 60_000)
        let answers = try await bench.answers([
            .send2("/sdcard/bomb", mode: 0o100644, flags: 4), .data(packed[...]), .done(modified: 5),
            .stat2("/sdcard/bomb"), .send2("/sdcard/link", mode: 0o120777, flags: 0), .data(Array("bomb\0".utf8)[...]),
            .done(modified: 77), .lstat2("/sdcard/link"), .stat2("/sdcard/link"),
        ])
        #expect(answers.count == 5 && answers.first == .okay)
        guard case .stat2(let bomb) = answers[1], case .lstat2(let link) = answers[3],
            case .stat2(let through) = answers[4]
        else {
            Issue.record("\(answers)")
            return
        }
        #expect(bomb.size == 50 << 20 && through.size == bomb.size)
        #expect(link.mode & 0o170000 == 0o120000 && link.modified == 77)
        #expect(await bench.device.withFiles { try? $0.linkTarget("/sdcard/link") } == "bomb")
    }

    @Test("Nothing is stored by a dry run, nor in the null device, which is empty to read")
    func nothingKept() async throws {
        let bench = try Bench()
        let piece = Self.noise(65_536)[...]
        let dry = try await bench.answers(
            [.send2("/sdcard/dry", mode: 0o100644, flags: SyncFlags.dryRun)] + Array(repeating: .data(piece), count: 20)
                + [.done(modified: 1), .stat("/sdcard/dry")]
        )
        #expect(dry == [.okay, .stat(SyncStatus())])
        let null = try await bench.answers(
            [.send2("/dev/null", mode: 0o100644, flags: 0)] + Array(repeating: .data(piece), count: 20)
                + [.done(modified: 1), .receive("/dev/null"), .stat2("/dev/null")]
        )
        #expect(null.prefix(2) == [.okay, .receiveEnd])
        guard case .stat2(let status) = null[2] else { return }
        #expect(status.mode == 0o020666 && status.size == 0)
        #expect(await bench.device.withFiles { try? $0.remove("/dev/null") } == nil)
    }

    @Test("A message that claims too much, or makes no sense, ends the stream with the reason")
    func nonsense() async throws {
        let bench = try Bench()
        func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let start = SyncRequest.send2("/sdcard/n", mode: 0o100644, flags: 0).encoded
        for (bytes, words) in [
            (start + Array("DATA".utf8) + little(.max), "oversize data message"),
            (start + Array("NOPE".utf8) + little(1), "invalid data message"),
            (Array("STAT".utf8) + little(5000), "path too long"),
            (Array("WHAT".utf8) + little(1), "unknown command 54414857"),
        ] {
            let answer = await bench.answer(bytes)
            #expect(String(decoding: answer.dropFirst(8), as: UTF8.self) == words)
        }
    }

    @Test("Random bytes after a sound start never hurt the device")
    func fuzz() async throws {
        let bench = try Bench()
        var random = SeededRandom(seed: 77)
        var seed: [UInt8] = []
        for index in 0..<3 {
            SyncRequest.send2("/sdcard/f/\(index)", mode: 0o100644, flags: index == 1 ? 4 : 0).encode(into: &seed)
            SyncRequest.data(Self.noise(200)[...]).encode(into: &seed)
            SyncRequest.done(modified: 3).encode(into: &seed)
            SyncRequest.receive2("/sdcard/f/0", flags: UInt32(index)).encode(into: &seed)
            SyncRequest.list2("/sdcard/f").encode(into: &seed)
        }
        for _ in 0..<400 {
            var bytes = seed
            for _ in 0..<(1 + random.next() % 6) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = await bench.answer(bytes, split: 1 + Int(random.next() % 400))
        }
        // What was mangled may have made files anywhere on the device, but the service still works.
        let answers = try await bench.answers([
            .send2("/sdcard/after", mode: 0o100644, flags: 0), .data([1]), .done(modified: 1),
        ])
        #expect(answers == [.okay])
    }
}
