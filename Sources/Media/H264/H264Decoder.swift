// SPDX-License-Identifier: Apache-2.0

import Base
import CLibAV

/// Reads an H.264 video in Annex B, one whole picture's bytes (access unit) at a time, and holds the newest picture.
///
/// Damaged bytes are an error of that call only; the next key picture sets it right. Belongs to one task at a time.
public final class H264Decoder {
    private let codec: Codec
    private let scaler = PictureScaler()
    private var newest: VideoFrame?
    private var spare: VideoFrame?
    /// Pictures read so far.
    public private(set) var count = 0

    /// - Throws: `DroidError` with code `video.decode` where libavcodec has no H.264.
    public init() throws {
        codec = try Codec(avcodec_find_decoder(AV_CODEC_ID_H264), "video.decode") { context in
            // A picture comes out as soon as it went in: screens are recorded without pictures that look ahead.
            context.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY
        }
    }

    /// Reads one access unit.
    ///
    /// - Returns: whether a new picture came out.
    /// - Throws: `DroidError` with code `video.decode` for what is no picture; the one before stays.
    @discardableResult
    public func decode(_ unit: some Collection<UInt8>) throws -> Bool {
        let code = codec.send(unit)
        let came = try take()
        if code < 0, code != droid_averror_again, code != droid_averror_eof {
            throw VideoSupport.failure(code, "video.decode", "a picture of the video is damaged")
        }
        return came
    }

    private func take() throws -> Bool {
        var came = false
        while true {
            let frame = try spare ?? VideoFrame("video.decode")
            spare = nil
            let code = avcodec_receive_frame(codec.context, frame.pointer)
            guard code >= 0 else {
                spare = frame
                if code == droid_averror_again || code == droid_averror_eof { return came }
                throw VideoSupport.failure(code, "video.decode", "a picture of the video is damaged")
            }
            spare = newest
            newest = frame
            count += 1
            came = true
        }
    }

    /// The newest picture as pixels; nil before there is one.
    ///
    /// - Throws: `DroidError` with code `video.decode`.
    public func picture() throws -> PixelBuffer? { try newest.map { try scaler.pixels($0, "video.decode") } }
}
