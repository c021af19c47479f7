// SPDX-License-Identifier: Apache-2.0

import Base
import CLibAV

/// What the pictures and videos of libavcodec have in common.
enum VideoSupport {
    /// Pictures of more pixels than this are refused before anything is allocated for them.
    static let maximumPixels = PNG.maximumPixels

    /// libavcodec writes to standard error unless it is told not to; what went wrong is in the error's code.
    static let quiet: Void = av_log_set_level(AV_LOG_QUIET)

    /// An error of libavcodec in words.
    static func failure(_ code: Int32, _ name: DroidError.Code, _ what: String) -> DroidError {
        var text = [CChar](repeating: 0, count: 128)
        av_strerror(code, &text, text.count)
        let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return DroidError(name, what, why: "libavcodec: \(String(decoding: words, as: UTF8.self))")
    }

    static func outOfMemory(_ name: DroidError.Code) -> DroidError {
        DroidError(name, "there is no memory for a picture")
    }
}

/// A picture of libavcodec. Belongs to one task at a time.
final class VideoFrame {
    let pointer: UnsafeMutablePointer<AVFrame>

    init(_ name: DroidError.Code) throws {
        guard let pointer = av_frame_alloc() else { throw VideoSupport.outOfMemory(name) }
        self.pointer = pointer
    }

    /// A frame with room for a picture.
    convenience init(width: Int, height: Int, format: AVPixelFormat, _ name: DroidError.Code) throws {
        try self.init(name)
        pointer.pointee.width = Int32(clamping: width)
        pointer.pointee.height = Int32(clamping: height)
        pointer.pointee.format = format.rawValue
        let code = av_frame_get_buffer(pointer, 0)
        guard code >= 0 else { throw VideoSupport.failure(code, name, "there is no memory for a picture") }
    }

    deinit {
        var old: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&old)
    }
}

/// Changes the size and the colour format of pictures. Belongs to one task at a time.
final class PictureScaler {
    private var context: OpaquePointer?

    deinit { sws_freeContext(context) }

    /// Draws RGBA pixels into a frame that has room, in the frame's own size and format.
    func draw(_ picture: PixelBuffer, into frame: VideoFrame, _ name: DroidError.Code) throws {
        let code = av_frame_make_writable(frame.pointer)
        guard code >= 0 else { throw VideoSupport.failure(code, name, "there is no memory for a picture") }
        let target = frame.pointer.pointee
        context = sws_getCachedContext(
            context,
            Int32(picture.width),
            Int32(picture.height),
            AV_PIX_FMT_RGBA,
            target.width,
            target.height,
            AVPixelFormat(target.format),
            Self.flags(width: picture.width),
            nil,
            nil,
            nil
        )
        guard let context else { throw VideoSupport.outOfMemory(name) }
        picture.pixels.withUnsafeBufferPointer { source in
            let planes: [UnsafePointer<UInt8>?] = [source.baseAddress, nil, nil, nil]
            let strides: [Int32] = [Int32(picture.width * 4), 0, 0, 0]
            var out = Self.planes(target)
            let outStrides = Self.strides(target)
            _ = sws_scale(context, planes, strides, 0, Int32(picture.height), &out, outStrides)
        }
    }

    /// The pixels of a decoded frame.
    func pixels(_ frame: VideoFrame, _ name: DroidError.Code) throws -> PixelBuffer {
        let source = frame.pointer.pointee
        let (width, height) = (Int(source.width), Int(source.height))
        guard width > 0, height > 0, width <= VideoSupport.maximumPixels / height else {
            throw DroidError(name, "the picture is too large", why: "\(width)x\(height) pixels")
        }
        context = sws_getCachedContext(
            context,
            source.width,
            source.height,
            AVPixelFormat(source.format),
            source.width,
            source.height,
            AV_PIX_FMT_RGBA,
            Self.flags(width: width),
            nil,
            nil,
            nil
        )
        guard let context else { throw VideoSupport.outOfMemory(name) }
        // Colour converters may write whole vectors past a row's end.
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 4 + 64) { buffer, count in
            let planes = Self.planes(source).map { UnsafePointer($0) }
            var out: [UnsafeMutablePointer<UInt8>?] = [buffer.baseAddress, nil, nil, nil]
            let strides: [Int32] = [Int32(width * 4), 0, 0, 0]
            _ = sws_scale(context, planes, Self.strides(source), 0, source.height, &out, strides)
            count = width * height * 4
        }
        return try PixelBuffer(width: width, height: height, pixels: pixels)
    }

    /// The fast way reads past rows that are only a few vectors long, and gets their colours wrong.
    private static func flags(width: Int) -> Int32 {
        width < 64 ? SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT : SWS_FAST_BILINEAR
    }

    private static func planes(_ frame: AVFrame) -> [UnsafeMutablePointer<UInt8>?] {
        [frame.data.0, frame.data.1, frame.data.2, frame.data.3]
    }

    private static func strides(_ frame: AVFrame) -> [Int32] {
        [frame.linesize.0, frame.linesize.1, frame.linesize.2, frame.linesize.3]
    }
}

/// A coder or decoder of libavcodec, opened. Belongs to one task at a time.
final class Codec {
    let context: UnsafeMutablePointer<AVCodecContext>
    let packet: UnsafeMutablePointer<AVPacket>

    /// Opens a codec after `prepare` has set it up.
    init(
        _ codec: UnsafePointer<AVCodec>?,
        _ name: DroidError.Code,
        _ prepare: (UnsafeMutablePointer<AVCodecContext>) -> Void
    ) throws {
        _ = VideoSupport.quiet
        guard let codec else {
            throw DroidError(
                name,
                "the codec is missing",
                why: "this libavcodec was built without it",
                next: "install Debian's libavcodec with its usual codecs"
            )
        }
        guard let context = avcodec_alloc_context3(codec) else { throw VideoSupport.outOfMemory(name) }
        guard let packet = av_packet_alloc() else {
            var old: UnsafeMutablePointer<AVCodecContext>? = context
            avcodec_free_context(&old)
            throw VideoSupport.outOfMemory(name)
        }
        self.context = context
        self.packet = packet
        context.pointee.thread_count = 1
        context.pointee.max_pixels = Int64(VideoSupport.maximumPixels)
        prepare(context)
        let code = avcodec_open2(context, codec, nil)
        guard code >= 0 else { throw VideoSupport.failure(code, name, "the codec cannot be opened") }
    }

    deinit {
        var oldContext: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&oldContext)
        var oldPacket: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&oldPacket)
    }

    /// Hands bytes to a decoder; libavcodec wants them with padding, so they are copied.
    func send(_ bytes: some Collection<UInt8>) -> Int32 {
        guard let count = Int32(exactly: bytes.count), count > 0 else { return 0 }
        let code = av_new_packet(packet, count)
        guard code >= 0 else { return code }
        _ = UnsafeMutableBufferPointer(start: packet.pointee.data, count: Int(count)).update(fromContentsOf: bytes)
        defer { av_packet_unref(packet) }
        return avcodec_send_packet(context, packet)
    }

    /// Hands a picture to an encoder (nil: no more come) and takes what it has ready.
    func encode(
        _ frame: VideoFrame?,
        _ name: DroidError.Code,
        _ take: (UnsafeMutablePointer<AVPacket>) throws -> Void
    ) throws {
        let code = avcodec_send_frame(context, frame?.pointer)
        guard code >= 0 || code == droid_averror_eof else {
            throw VideoSupport.failure(code, name, "the picture cannot be encoded")
        }
        while true {
            let code = avcodec_receive_packet(context, packet)
            if code == droid_averror_again || code == droid_averror_eof { return }
            guard code >= 0 else { throw VideoSupport.failure(code, name, "the picture cannot be encoded") }
            defer { av_packet_unref(packet) }
            try take(packet)
        }
    }

    /// The bytes of a packet.
    static func bytes(_ packet: UnsafeMutablePointer<AVPacket>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }
}
