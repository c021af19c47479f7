// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Shell packets")
struct ShellPacketTests {
    @Test("The bytes are those of the format")
    func golden() {
        #expect(ShellPacket.encoded(.closeStdin) == [4, 0, 0, 0, 0])
        #expect(ShellPacket.encoded(.exit(7)) == [3, 1, 0, 0, 0, 7])
        #expect(ShellPacket.encoded(.stdout([0x68, 0x69])) == [1, 2, 0, 0, 0, 0x68, 0x69])
        let size = WindowSize(rows: 24, columns: 80, width: 640, height: 480)
        #expect(ShellPacket.encoded(.windowSize(size)) == [5, 13, 0, 0, 0] + Array("24x80,640x480".utf8))
        #expect(ShellPacket.stdinHeader(length: 258) == [0, 2, 1, 0, 0])
    }

    @Test("What goes in comes out, however it is split", arguments: [1, 2, 3, 5, 6, 7, 64, 1 << 20])
    func roundTrip(piece: Int) {
        var random = SeededRandom(seed: 31)
        let out = random.bytes(5000)
        let err = random.bytes(300)
        var stream: [UInt8] = []
        let size = WindowSize(rows: 1, columns: 2, width: 3, height: 4)
        for item in [
            ShellPiece.windowSize(size), .stdout(out[...]), .stderr([]), .stderr(err[...]), .closeStdin, .exit(255),
        ] {
            ShellPacket.encode(item, into: &stream)
        }
        var decoder = ShellPacketDecoder()
        var (stdout, stderr, rest): ([UInt8], [UInt8], [ShellPiece]) = ([], [], [])
        for start in stride(from: 0, to: stream.count, by: piece) {
            var input = stream[start..<min(start + piece, stream.count)]
            while let item = decoder.next(&input) {
                switch item {
                case .stdout(let bytes): stdout += bytes
                case .stderr(let bytes): stderr += bytes
                default: rest.append(item)
                }
            }
            #expect(input.isEmpty)
        }
        #expect(stdout == out && stderr == err)
        #expect(rest == [.windowSize(size), .closeStdin, .exit(255)])
    }

    @Test("Unknown kinds, an exit without a code and a size that is none are skipped")
    func skipped() {
        var bytes: [UInt8] = [9, 3, 0, 0, 0, 1, 2, 3, 3, 0, 0, 0, 0, 5, 2, 0, 0, 0, 0x61, 0x62]
        ShellPacket.encode(.exit(1), into: &bytes)
        var input = bytes[...]
        var decoder = ShellPacketDecoder()
        #expect(decoder.next(&input) == .exit(1))
        #expect(decoder.next(&input) == nil)
    }

    @Test("A length of 4 GiB costs nothing")
    func hugeLength() {
        var decoder = ShellPacketDecoder()
        for kind in UInt8(0)...6 {
            var fresh = decoder
            var input = ([kind, 0xff, 0xff, 0xff, 0xff] + [UInt8](repeating: 1, count: 100_000))[...]
            while let piece = fresh.next(&input) {
                guard kind > 2 else { continue }
                Issue.record("\(piece)")
            }
        }
        var empty = ArraySlice<UInt8>()
        #expect(decoder.next(&empty) == nil)
    }

    @Test("Random bytes never crash the decoder, and all of them are used up")
    func fuzz() {
        var random = SeededRandom(seed: 32)
        for _ in 0..<2000 {
            var decoder = ShellPacketDecoder()
            for _ in 0..<4 {
                var bytes = random.bytes(Int.random(in: 0...64, using: &random))
                for index in bytes.indices where index % 3 != 0 { bytes[index] &= 3 }
                var input = bytes[...]
                while decoder.next(&input) != nil {}
                #expect(input.isEmpty)
            }
        }
    }
}

@Suite("Sync messages")
struct SyncTests {
    static let status: SyncStatus = {
        var status = SyncStatus(mode: 0o100644, size: 5 << 32, modified: 1_700_000_000)
        (status.device, status.inode, status.links) = (0xfe02, 77, 1)
        (status.user, status.group, status.accessed, status.changed) = (2000, 1015, -1, 3)
        return status
    }()

    static let requests: [SyncRequest] = [
        .stat("/sdcard"), .stat2("/a b"), .lstat2("/ü"), .list("/"), .list2(""), .send("/a,b", mode: 33188),
        .data([1, 2, 3]), .done(modified: 9), .send2("/c", mode: 0o100600, flags: 4), .done(modified: 1),
        .receive("/d"),
        .receive2("/e", flags: 2), .quit,
    ]

    @Test("The bytes of requests are those of the format")
    func goldenRequests() {
        #expect(SyncRequest.stat("/a").encoded == Array("STAT\u{2}\0\0\0/a".utf8))
        #expect(SyncRequest.send("/a", mode: 33188).encoded == Array("SEND\u{8}\0\0\0/a,33188".utf8))
        #expect(SyncRequest.data([7, 8]).encoded == Array("DATA\u{2}\0\0\0".utf8) + [7, 8])
        #expect(SyncRequest.done(modified: 0x0102_0304).encoded == Array("DONE".utf8) + [4, 3, 2, 1])
        #expect(
            SyncRequest.send2("/a", mode: 1, flags: 2).encoded
                == Array("SND2\u{2}\0\0\0/aSND2\u{1}\0\0\0\u{2}\0\0\0".utf8)
        )
        #expect(SyncRequest.receive2("/a", flags: 0).encoded == Array("RCV2\u{2}\0\0\0/aRCV2\0\0\0\0".utf8))
        #expect(SyncRequest.quit.encoded == Array("QUIT\0\0\0\0".utf8))
    }

    @Test("Answers have the sizes of the format")
    func goldenResponses() {
        #expect(SyncResponse.stat(SyncTests.status).encoded.count == 16)
        #expect(SyncResponse.stat2(SyncTests.status).encoded.count == 72)
        #expect(SyncResponse.lstat2(SyncTests.status).encoded.count == 72)
        #expect(SyncResponse.entry(SyncFile(name: "ab", status: SyncTests.status)).encoded.count == 22)
        #expect(SyncResponse.entry2(SyncFile(name: "ab", status: SyncTests.status)).encoded.count == 78)
        #expect(SyncResponse.listEnd.encoded == Array("DONE".utf8) + [UInt8](repeating: 0, count: 16))
        #expect(SyncResponse.listEnd2.encoded == Array("DONE".utf8) + [UInt8](repeating: 0, count: 72))
        #expect(SyncResponse.fail("no").encoded == Array("FAIL\u{2}\0\0\0no".utf8))
        #expect(SyncResponse.okay.encoded == Array("OKAY\0\0\0\0".utf8))
        #expect(SyncResponse.receiveEnd.encoded == Array("DONE\0\0\0\0".utf8))
        #expect(SyncResponse.data([UInt8](repeating: 0, count: 100_000)[...]).encoded.count == 100_016)
    }

    @Test("Requests come out as they went in, however they are split", arguments: [1, 3, 8, 11, 4096])
    func requests(piece: Int) throws {
        let stream = SyncTests.requests.flatMap(\.encoded)
        var decoder = SyncRequestDecoder()
        var out: [SyncRequest] = []
        for start in stride(from: 0, to: stream.count, by: piece) {
            var input = stream[start..<min(start + piece, stream.count)]
            while let request = try decoder.next(&input) {
                if case .data(let more) = request, case .data(let before)? = out.last {
                    out[out.count - 1] = .data(before + more)
                } else {
                    out.append(request)
                }
            }
        }
        #expect(out == SyncTests.requests)
        #expect(!decoder.isInFile)
    }

    @Test("Answers come out as they went in, pipelined and however they are split", arguments: [1, 3, 8, 71, 4096])
    func responses(piece: Int) throws {
        let file = SyncFile(name: "näme", status: SyncTests.status)
        var short = SyncTests.status
        (short.device, short.inode, short.links, short.user, short.group) = (0, 0, 0, 0, 0)
        (short.accessed, short.changed, short.size) = (0, 0, 12)
        let old = SyncFile(name: "x", status: short)
        let responses: [SyncResponse] = [
            .stat(short), .stat2(SyncTests.status), .lstat2(.failed(2)), .entry(old), .listEnd, .entry2(file),
            .entry2(file),
            .listEnd2, .okay, .data([1, 2]), .receiveEnd, .fail("read failed: No such file or directory"),
        ]
        var decoder = SyncResponseDecoder()
        for wanted in [SyncExpectation.stat, .stat2, .lstat2, .list, .list2, .stored, .file, .file] {
            decoder.expect(wanted)
        }
        let stream = responses.flatMap(\.encoded)
        var out: [SyncResponse] = []
        for start in stride(from: 0, to: stream.count, by: piece) {
            var input = stream[start..<min(start + piece, stream.count)]
            while let response = try decoder.next(&input) {
                if case .data(let more) = response, case .data(let before)? = out.last {
                    out[out.count - 1] = .data(before + more)
                } else {
                    out.append(response)
                }
            }
        }
        #expect(out == responses)
        #expect(decoder.outstanding == 0)
    }

    @Test(
        "What a host gets wrong is told in the words of the real daemon",
        arguments: [
            ("SEND\u{2}\0\0\0/a", "missing , in ID_SEND_V1"), ("SEND\u{4}\0\0\0/a,x", "bad mode"),
            ("STAT\0\u{5}\0\0", "path too long"), ("ABCD\0\0\0\0", "unknown command 44434241"),
            ("SEND\u{4}\0\0\0/a,1STAT\0\0\0\0", "invalid data message"), ("DATA\0\0\0\0", "unknown command 41544144"),
        ]
    )
    func badRequests(text: String, words: String) {
        var decoder = SyncRequestDecoder()
        var input = Array(text.utf8)[...]
        do {
            while try decoder.next(&input) != nil {}
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == "adb.sync" && error.what == words)
        }
    }

    @Test("Modes are read as C reads numbers")
    func modes() throws {
        for (text, mode) in [("0644", UInt32(0o644)), ("33188", 33188), ("0x1a4", 0o644), ("0", 0)] {
            var decoder = SyncRequestDecoder()
            let name = "/a,\(text)"
            var input = (Array("SEND".utf8) + [UInt8(name.utf8.count), 0, 0, 0] + Array(name.utf8))[...]
            #expect(try decoder.next(&input) == .send("/a", mode: mode))
        }
    }

    @Test("An answer that nobody asked for is refused")
    func unexpected() {
        for (expectation, answer) in [
            (SyncExpectation?.none, SyncResponse.okay), (.stat, .stat2(SyncTests.status)), (.file, .okay),
            (.stored, .receiveEnd),
            (.list, .entry2(SyncFile(name: "a", status: SyncTests.status))), (.none, .fail("x")),
        ] {
            var decoder = SyncResponseDecoder()
            if let expectation { decoder.expect(expectation) }
            expectViolation {
                try decoder.next(&$0)
            } on: {
                answer.encoded
            }
        }
    }

    @Test("A name or message of 4 GiB is refused from its length alone")
    func hugeText() {
        var decoder = SyncResponseDecoder()
        decoder.expect(.file)
        expectViolation {
            try decoder.next(&$0)
        } on: {
            Array("FAIL".utf8) + [0xff, 0xff, 0xff, 0xff]
        }
        decoder = SyncResponseDecoder()
        decoder.expect(.list)
        expectViolation {
            try decoder.next(&$0)
        } on: {
            Array("DENT".utf8) + [UInt8](repeating: 0, count: 12) + [0, 0, 0, 0x80]
        }
    }

    @Test("Random bytes never crash the decoders and never make them loop")
    func fuzz() {
        var random = SeededRandom(seed: 41)
        let requests = SyncTests.requests.flatMap(\.encoded)
        for _ in 0..<2000 {
            var bytes = requests
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            var decoder = SyncRequestDecoder()
            var input = bytes[...]
            var count = 0
            while let next = try? decoder.next(&input), next != .data([]) { count += 1 }
            #expect(count <= bytes.count)

            var answers = SyncResponseDecoder()
            let all: [SyncExpectation] = [.stat, .stat2, .lstat2, .list, .list2, .stored, .file]
            answers.expect(all[Int.random(in: 0..<all.count, using: &random)])
            var noise =
                (["STAT", "STA2", "DENT", "DNT2", "DATA", "DONE", "FAIL", "OKAY"].randomElement(using: &random) ?? "")
                .utf8.map { $0 }
            noise += random.bytes(100).map { $0 & 7 }
            var rest = noise[...]
            count = 0
            while (try? answers.next(&rest)).flatMap({ $0 }) != nil { count += 1 }
            #expect(count <= noise.count)
        }
    }
}

@Suite("The smart socket")
struct SmartSocketTests {
    @Test("A text goes out with four digits in front")
    func golden() throws {
        #expect(try SmartSocket.encoded("host:version") == Array("000chost:version".utf8))
        #expect(throws: DroidError.self) { try SmartSocket.encoded(String(repeating: "a", count: 65536)) }
    }

    @Test("Answers are read in any split, and what follows is left for the device")
    func reading() throws {
        var reader = SmartSocketReader()
        var status: SmartSocketReader.Status?
        for byte in Array("OKAY0004".utf8) {
            reader.append([byte])
            if status == nil { status = try reader.takeStatus() } else { #expect(try reader.takeText() == nil) }
        }
        #expect(status == .okay)
        reader.append(Array("0029rest".utf8))
        #expect(try reader.takeText() == "0029")
        #expect(reader.rest == Array("rest".utf8))
        var failed = SmartSocketReader()
        failed.append(Array("FAIL000Enot ready yet!".utf8))
        #expect(try failed.takeStatus() == .fail("not ready yet!"))
    }

    @Test("What is no adb server is told so", arguments: ["HTTP/1.1 400", "OKAYxxxx", "FAILzzzz"])
    func garbage(text: String) {
        var reader = SmartSocketReader()
        reader.append(Array(text.utf8))
        #expect(throws: DroidError.self) {
            _ = try reader.takeStatus()
            _ = try reader.takeText()
        }
    }
}
