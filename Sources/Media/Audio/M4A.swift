// SPDX-License-Identifier: Apache-2.0

/// Sound files with AAC (low complexity) in an MP4 file, as phones record them. What is written is silence.
public struct M4A: Hashable, Sendable {
    /// The rates that AAC names by an index, in samples a second.
    public static let sampleRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000]
    /// The samples of one frame.
    private static let frameLength: Int64 = 1024
    /// A frame in which nothing sounds, with one channel and with two: a channel element without any spectrum, and the end.
    static let silentFrames: [[UInt8]] = [
        [0x00, 0xc8, 0x00, 0x80, 0x23, 0x80], [0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80],
    ]
    private static let longest: Int64 = 24 * 3_600_000

    private let rate: Int64
    private let rateIndex: UInt8
    private let channels: Int
    private let frames: Int64

    /// Silence of some length, at least a frame and at most a day.
    ///
    /// - Parameters:
    ///   - sampleRate: one of `sampleRates`; any other counts as 44100.
    ///   - channels: 1 or 2.
    public init(silence milliseconds: Int64, sampleRate: Int = 44100, channels: Int = 1) {
        let index = Self.sampleRates.firstIndex(of: sampleRate) ?? 4
        rateIndex = UInt8(index)
        rate = Int64(Self.sampleRates[index])
        self.channels = min(max(channels, 1), 2)
        let samples = min(max(milliseconds, 0), Self.longest) * rate / 1000
        frames = max(1, (samples + Self.frameLength - 1) / Self.frameLength)
    }

    /// The file.
    public var bytes: [UInt8] {
        let frame = Self.silentFrames[channels - 1]
        let type = Self.box("ftyp", Array("M4A ".utf8) + Self.long(0) + Array("M4A mp42isom".utf8))
        // The offset of the sound takes four bytes whatever it is, so that the length does not depend on it.
        let start = type.count + movie(soundAt: 0).count + 8
        var file = type + movie(soundAt: start)
        file += Self.long(Int64(8 + Int(frames) * frame.count)) + Array("mdat".utf8)
        file.reserveCapacity(file.count + Int(frames) * frame.count)
        for _ in 0..<frames { file += frame }
        return file
    }

    // MARK: Boxes

    private func movie(soundAt offset: Int) -> [UInt8] {
        let samples = frames * Self.frameLength
        let milliseconds = samples * 1000 / rate
        let matrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000].flatMap { Self.long($0) }
        let movieHead = Self.full(
            "mvhd",
            Self.long(0) + Self.long(0) + Self.long(1000) + Self.long(milliseconds) + Self.long(0x10000) + [1, 0, 0, 0]
                + Self.long(0) + Self.long(0) + matrix + [UInt8](repeating: 0, count: 24) + Self.long(2)
        )
        let trackHead = Self.full(
            "tkhd",
            flags: 7,
            Self.long(0) + Self.long(0) + Self.long(1) + Self.long(0) + Self.long(milliseconds) + Self.long(0)
                + Self.long(0) + [0, 0, 0, 0, 1, 0, 0, 0] + matrix + Self.long(0) + Self.long(0)
        )
        // The language is `und`, in three letters of five bits.
        let mediaHead = Self.full(
            "mdhd",
            Self.long(0) + Self.long(0) + Self.long(rate) + Self.long(samples) + [0x55, 0xc4, 0, 0]
        )
        let handler = Self.full(
            "hdlr",
            Self.long(0) + Array("soun".utf8) + Self.long(0) + Self.long(0) + Self.long(0) + Array("SoundHandle".utf8)
                + [0]
        )
        let place = Self.box("dinf", Self.full("dref", Self.long(1) + Self.full("url ", flags: 1, [])))
        let information = Self.box("minf", Self.full("smhd", Self.long(0)) + place + sampleTable(at: offset))
        let media = Self.box("mdia", mediaHead + handler + information)
        return Self.box("moov", movieHead + Self.box("trak", trackHead + media))
    }

    private func sampleTable(at offset: Int) -> [UInt8] {
        let size = Int64(Self.silentFrames[channels - 1].count)
        let entry = Self.box(
            "mp4a",
            Self.long(0) + [0, 0, 0, 1] + Self.long(0) + Self.long(0) + [0, UInt8(channels), 0, 16] + Self.long(0)
                + Self.long((rate & 0xffff) << 16) + stream
        )
        return Self.box(
            "stbl",
            Self.full("stsd", Self.long(1) + entry)
                + Self.full("stts", Self.long(1) + Self.long(frames) + Self.long(Self.frameLength))
                + Self.full("stsc", Self.long(1) + Self.long(1) + Self.long(frames) + Self.long(1))
                + Self.full("stsz", Self.long(size) + Self.long(frames))
                + Self.full("stco", Self.long(1) + Self.long(Int64(offset)))
        )
    }

    /// What a decoder must know (`esds`): MPEG-4 audio, of the low complexity profile, at a rate, with channels.
    private var stream: [UInt8] {
        let configuration = [UInt8(2 << 3 | rateIndex >> 1), UInt8((rateIndex & 1) << 7 | UInt8(channels) << 3)]
        let special = [0x05, UInt8(configuration.count)] + configuration
        let bits = Int64(Self.silentFrames[channels - 1].count) * 8 * rate / Self.frameLength
        let decoder = [0x40, 0x15, 0, 0, 0] + Self.long(bits) + Self.long(bits) + special
        let descriptor: [UInt8] = [0, 1, 0] + [0x04, UInt8(decoder.count)] + decoder + [0x06, 1, 2]
        return Self.full("esds", [0x03, UInt8(descriptor.count)] + descriptor)
    }

    private static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
        long(Int64(8 + content.count)) + Array(name.utf8) + content
    }

    private static func full(_ name: String, flags: UInt8 = 0, _ content: [UInt8]) -> [UInt8] {
        box(name, [0, 0, 0, flags] + content)
    }

    /// Four bytes, the highest first.
    private static func long(_ number: Int64) -> [UInt8] {
        let bits = UInt32(truncatingIfNeeded: number)
        return [UInt8(bits >> 24), UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
    }
}
