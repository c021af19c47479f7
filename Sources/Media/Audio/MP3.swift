// SPDX-License-Identifier: Apache-2.0

/// MPEG audio, layer III: how long a file plays and what it says of itself, and files of silence.
public enum MP3 {
    /// What a file is.
    public struct Facts: Hashable, Sendable {
        public var tags: SongTags
        public var milliseconds: Int64
    }

    /// Reads a file; nil where it holds no frame of MPEG audio.
    public static func facts(_ file: [UInt8]) -> Facts? {
        var at = SongTags.length(file)
        // Some bytes of padding may lie between tag and sound.
        let limit = min(file.count, at + 4096)
        while at < limit, Frame(file, at) == nil { at += 1 }
        var microseconds: Int64 = 0
        while let frame = Frame(file, at), at + frame.length <= file.count {
            // An encoder's own frame counts the others and holds no sound.
            if microseconds == 0, let count = frame.countedFrames(file, at) {
                return Facts(tags: SongTags(reading: file), milliseconds: frame.microseconds * count / 1000)
            }
            microseconds += frame.microseconds
            at += frame.length
        }
        guard microseconds > 0 else { return nil }
        return Facts(tags: SongTags(reading: file), milliseconds: microseconds / 1000)
    }

    /// A file of silence in one channel with as few bytes as the format has: 8 kbit/s at 8 kHz, 72 bytes for 72 ms. It is as long as
    /// asked for, or up to 71 ms longer.
    public static func silence(_ milliseconds: Int64, tags: SongTags) -> [UInt8] {
        // MPEG 2.5, layer III, no checksum; side information of zeros says that nothing sounds.
        let frame = [0xff, 0xe3, 0x18, 0xc0] + [UInt8](repeating: 0, count: 68)
        let count = Int(max(1, (milliseconds + 71) / 72))
        var bytes = tags.bytes
        bytes.reserveCapacity(bytes.count + count * frame.count)
        for _ in 0..<count { bytes += frame }
        return bytes
    }

    /// The head of one frame.
    private struct Frame {
        let length: Int
        let microseconds: Int64
        /// Where an encoder's own frame would name itself.
        private let side: Int

        private static let rates = [44100, 48000, 32000]
        private static let first = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        private static let second = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

        init?(_ file: [UInt8], _ at: Int) {
            guard at + 4 <= file.count, file[at] == 0xff, file[at + 1] & 0xe0 == 0xe0 else { return nil }
            let version = Int(file[at + 1] >> 3 & 3)
            let bitRate = Int(file[at + 2] >> 4)
            let rate = Int(file[at + 2] >> 2 & 3)
            guard version != 1, file[at + 1] >> 1 & 3 == 1, (1...14).contains(bitRate), rate < 3 else { return nil }
            let isFirst = version == 3
            let hertz = Self.rates[rate] >> (isFirst ? 0 : version == 2 ? 1 : 2)
            let samples = isFirst ? 1152 : 576
            let padding = Int(file[at + 2] >> 1 & 1)
            length = samples / 8 * (isFirst ? Self.first : Self.second)[bitRate] * 1000 / hertz + padding
            microseconds = Int64(samples) * 1_000_000 / Int64(hertz)
            let isMono = file[at + 3] >> 6 == 3
            side = 4 + (isFirst ? (isMono ? 17 : 32) : (isMono ? 9 : 17))
        }

        /// How many frames follow, where this one says so (`Xing`, `Info`).
        func countedFrames(_ file: [UInt8], _ at: Int) -> Int64? {
            let mark = at + side
            guard mark + 12 <= file.count else { return nil }
            let name = file[mark..<(mark + 4)]
            guard name.elementsEqual("Xing".utf8) || name.elementsEqual("Info".utf8), file[mark + 7] & 1 == 1 else {
                return nil
            }
            let count = file[(mark + 8)..<(mark + 12)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
            return count > 0 ? count : nil
        }
    }
}
