// SPDX-License-Identifier: Apache-2.0

import Base
import CLibAV

/// Makes an H.264 video of pictures, one at a time and without delay: each picture's bytes are there when it was given.
/// Belongs to one task at a time.
public final class H264Encoder {
    /// One picture in the video.
    public struct Unit: Sendable {
        /// Annex B, unless the encoder was asked for headers apart: then as MP4 wants it.
        public var bytes: [UInt8]
        /// Whether the video can be read from here on.
        public var isKey: Bool
        /// When the picture is shown, in milliseconds.
        public var time: Int64
    }

    /// The size of the video; pictures of another size are scaled to it.
    public let width: Int
    public let height: Int
    /// Whether the headers are kept for a file's own head.
    public let headersApart: Bool
    let codec: Codec
    private let frame: VideoFrame
    private let scaler = PictureScaler()
    private var last: Int64 = -1

    /// - Parameters:
    ///   - bitRate: bits a second that are aimed at.
    ///   - headersApart: whether the headers are kept for a file's own head instead of standing before each key picture.
    /// - Throws: `DroidError` with code `video.encode` for sizes that are odd, too small or too large, and where
    ///   libavcodec has no x264.
    public init(width: Int, height: Int, bitRate: Int = 20_000_000, headersApart: Bool = false) throws {
        guard width % 2 == 0, height % 2 == 0, (16...8192).contains(width), (16...8192).contains(height) else {
            throw DroidError(
                "video.encode",
                "a video of \(width)x\(height) cannot be made",
                why: "both sides must be even and from 16 to 8192 pixels"
            )
        }
        (self.width, self.height, self.headersApart) = (width, height, headersApart)
        codec = try Codec(avcodec_find_encoder_by_name("libx264"), "video.encode") { context in
            context.pointee.width = Int32(width)
            context.pointee.height = Int32(height)
            context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            context.pointee.time_base = AVRational(num: 1, den: 1000)
            context.pointee.framerate = AVRational(num: 60, den: 1)
            context.pointee.bit_rate = Int64(min(max(bitRate, 100_000), 200_000_000))
            context.pointee.gop_size = 300
            context.pointee.max_b_frames = 0
            if headersApart { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
            av_opt_set(context.pointee.priv_data, "preset", "ultrafast", 0)
            av_opt_set(context.pointee.priv_data, "tune", "zerolatency", 0)
        }
        frame = try VideoFrame(width: width, height: height, format: AV_PIX_FMT_YUV420P, "video.encode")
    }

    /// Encodes the next picture.
    ///
    /// - Parameter time: when it is shown, in milliseconds; a time that does not grow is moved behind the one before.
    /// - Throws: `DroidError` with code `video.encode`.
    public func encode(_ picture: PixelBuffer, at time: Int64) throws -> [Unit] {
        guard picture.width > 0, picture.height > 0 else {
            throw DroidError("video.encode", "an empty picture has no place in a video")
        }
        try scaler.draw(picture, into: frame, "video.encode")
        last = max(time, last + 1)
        frame.pointer.pointee.pts = last
        var units: [Unit] = []
        try codec.encode(frame, "video.encode") { units.append(Self.unit($0)) }
        return units
    }

    /// What is still inside; nothing can be encoded afterwards.
    public func finish() throws -> [Unit] {
        var units: [Unit] = []
        try codec.encode(nil, "video.encode") { units.append(Self.unit($0)) }
        return units
    }

    private static func unit(_ packet: UnsafeMutablePointer<AVPacket>) -> Unit {
        Unit(
            bytes: Codec.bytes(packet),
            isKey: packet.pointee.flags & AV_PKT_FLAG_KEY != 0,
            time: packet.pointee.pts
        )
    }
}
