// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Media

@Suite struct M4ATests {
    /// The boxes of a stretch of a file, by their names.
    private func boxes(_ bytes: ArraySlice<UInt8>) throws -> [(name: String, content: ArraySlice<UInt8>)] {
        var found: [(String, ArraySlice<UInt8>)] = []
        var rest = bytes
        while !rest.isEmpty {
            try #require(rest.count >= 8)
            let size = number(rest, 0)
            try #require(size >= 8 && size <= rest.count)
            let name = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
            found.append((name, rest.prefix(size).dropFirst(8)))
            rest = rest.dropFirst(size)
        }
        return found
    }

    private func number(_ bytes: ArraySlice<UInt8>, _ at: Int) -> Int {
        bytes.dropFirst(at).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    /// Follows names of boxes from the top of a file.
    private func content(_ file: [UInt8], _ path: String...) throws -> ArraySlice<UInt8> {
        var content = file[...]
        for name in path { content = try #require(try boxes(content).first { $0.name == name }).content }
        return content
    }

    @Test(arguments: [(44100, 1), (48000, 2), (8000, 1), (22050, 2)])
    func `a file has the boxes and the frames that it speaks of`(rate: Int, channels: Int) throws {
        let file = M4A(silence: 5000, sampleRate: rate, channels: channels).bytes
        #expect(try boxes(file[...]).map(\.name) == ["ftyp", "moov", "mdat"])
        let table = ["moov", "trak", "mdia", "minf", "stbl"]
        let parts = try boxes(content(file, table[0], table[1], table[2], table[3], table[4]))
        #expect(parts.map(\.name) == ["stsd", "stts", "stsc", "stsz", "stco"])
        let sizes = parts[3].content
        let (size, count) = (number(sizes, 4), number(sizes, 8))
        #expect(count == (5 * rate + 1023) / 1024)
        let sound = try content(file, "mdat")
        #expect(sound.count == size * count)
        #expect(number(parts[4].content, 8) == sound.startIndex)
        #expect(Array(sound.suffix(size)) == M4A.silentFrames[channels - 1])
        #expect(number(parts[1].content, 8) == count && number(parts[1].content, 12) == 1024)
    }

    @Test(
        arguments: [(44100, 1, [0x12, 0x08]), (48000, 2, [0x11, 0x90]), (8000, 1, [0x15, 0x88])]
            as [(Int, Int, [UInt8])]
    )
    func `the decoder is told rate and channels`(rate: Int, channels: Int, configuration: [UInt8]) throws {
        let file = M4A(silence: 100, sampleRate: rate, channels: channels).bytes
        let list = try content(file, "moov", "trak", "mdia", "minf", "stbl", "stsd")
        let entry = try #require(try boxes(list.dropFirst(8)).first)
        #expect(entry.name == "mp4a")
        let stream = try #require(try boxes(entry.content.dropFirst(28)).first)
        #expect(stream.name == "esds")
        // Each descriptor: its tag, its length, and within it the next.
        let bytes = Array(stream.content.dropFirst(4))
        #expect(bytes[0] == 3 && Int(bytes[1]) == bytes.count - 2)
        #expect(bytes[5] == 4 && bytes[7] == 0x40 && bytes[8] == 0x15)
        #expect(bytes[20] == 5 && bytes[21] == 2 && Array(bytes[22..<24]) == configuration)
        #expect(Int(bytes[6]) == 13 + 4 && Array(bytes[24...]) == [6, 1, 2])
    }

    @Test func `the length is the one that was asked for, up to a frame`() throws {
        for length in [1, 999, 60_000] as [Int64] {
            let found = try #require(MP4Facts(M4A(silence: length, sampleRate: 44100, channels: 2).bytes)).milliseconds
            #expect((length - 1...length + 24).contains(found))
        }
        #expect(M4A(silence: .max).bytes.count < 64 << 20)
        #expect(M4A(silence: .min, sampleRate: 7, channels: 99).bytes.count > 500)
    }
}
