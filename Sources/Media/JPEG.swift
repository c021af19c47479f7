// SPDX-License-Identifier: Apache-2.0

import Base
import CLibAV

/// JPEG files, written and read by libavcodec.
public enum JPEG {
    /// A JPEG file of a picture; its opacity is lost.
    ///
    /// - Parameter quality: 1 (smallest) to 100.
    /// - Throws: `DroidError` with code `jpeg.encode`, for an empty picture or when libavcodec fails.
    public static func encode(_ picture: PixelBuffer, quality: Int = 80) throws -> [UInt8] {
        guard picture.width > 0, picture.height > 0, picture.width <= 65_535, picture.height <= 65_535 else {
            throw DroidError("jpeg.encode", "a picture of \(picture.width)x\(picture.height) has no JPEG")
        }
        let lambda = scale(quality) * FF_QP2LAMBDA
        let codec = try Codec(avcodec_find_encoder(AV_CODEC_ID_MJPEG), "jpeg.encode") { context in
            context.pointee.width = Int32(picture.width)
            context.pointee.height = Int32(picture.height)
            context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
            context.pointee.time_base = AVRational(num: 1, den: 25)
            context.pointee.flags |= AV_CODEC_FLAG_QSCALE
            context.pointee.global_quality = lambda
        }
        let frame = try VideoFrame(
            width: picture.width,
            height: picture.height,
            format: AV_PIX_FMT_YUVJ420P,
            "jpeg.encode"
        )
        try PictureScaler().draw(picture, into: frame, "jpeg.encode")
        frame.pointer.pointee.quality = lambda
        frame.pointer.pointee.pts = 0
        var out: [UInt8] = []
        try codec.encode(frame, "jpeg.encode") { out += Codec.bytes($0) }
        if out.isEmpty { try codec.encode(nil, "jpeg.encode") { out += Codec.bytes($0) } }
        return out
    }

    /// A picture from a JPEG file.
    ///
    /// - Throws: `DroidError` with code `jpeg.decode` when the bytes are no JPEG, are damaged, or hold more than
    ///   `PNG.maximumPixels`.
    public static func decode(_ bytes: [UInt8]) throws -> PixelBuffer {
        guard bytes.starts(with: [0xFF, 0xD8, 0xFF]) else {
            throw DroidError("jpeg.decode", "the bytes are not a JPEG picture")
        }
        let codec = try Codec(avcodec_find_decoder(AV_CODEC_ID_MJPEG), "jpeg.decode") { _ in }
        let frame = try VideoFrame("jpeg.decode")
        var code = codec.send(bytes)
        guard code >= 0 else { throw VideoSupport.failure(code, "jpeg.decode", "the JPEG picture is damaged") }
        code = avcodec_receive_frame(codec.context, frame.pointer)
        if code == droid_averror_again {
            avcodec_send_packet(codec.context, nil)
            code = avcodec_receive_frame(codec.context, frame.pointer)
        }
        guard code >= 0 else { throw VideoSupport.failure(code, "jpeg.decode", "the JPEG picture is damaged") }
        return try PictureScaler().pixels(frame, "jpeg.decode")
    }

    /// libavcodec's quantizer, 2 (best) to 31, for a quality of 1 to 100.
    private static func scale(_ quality: Int) -> Int32 {
        let lost = 100 - min(max(quality, 1), 100)
        return Int32(lost <= 50 ? 2 + lost * 8 / 50 : 10 + (lost - 50) * 21 / 50)
    }
}
