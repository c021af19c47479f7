// SPDX-License-Identifier: Apache-2.0

import Base
import CLibAV

/// Reads pictures out of a film in an MP4 file, at any time of it. Belongs to one task at a time.
public final class MP4Film {
    /// A picture, and the time from which on it is shown, in milliseconds.
    public struct Shown: Sendable {
        public var picture: PixelBuffer
        public var since: Int64
    }

    /// A film with fewer key pictures than one in so many packets is not searched to its end.
    private static let packetLimit = 20_000
    private static let name: DroidError.Code = "video.decode"
    private var context: UnsafeMutablePointer<AVFormatContext>?
    private let packet: UnsafeMutablePointer<AVPacket>
    private let codec: Codec
    private let stream: UnsafeMutablePointer<AVStream>
    private let scaler = PictureScaler()

    /// Opens a film by its path. Only MP4 is taken, so that no file can lead to another.
    ///
    /// - Throws: `DroidError` with code `video.decode` for what is no film.
    public init(path: String) throws {
        _ = VideoSupport.quiet
        guard let packet = av_packet_alloc() else { throw VideoSupport.outOfMemory(Self.name) }
        var opened: UnsafeMutablePointer<AVFormatContext>?
        func give(_ error: DroidError) -> DroidError {
            avformat_close_input(&opened)
            var old: UnsafeMutablePointer<AVPacket>? = packet
            av_packet_free(&old)
            return error
        }
        let code = avformat_open_input(&opened, path, av_find_input_format("mp4"), nil)
        guard code >= 0, let file = opened else {
            throw give(VideoSupport.failure(code, Self.name, "the file is no film"))
        }
        let index = av_find_best_stream(file, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard index >= 0, let stream = file.pointee.streams[Int(index)],
            let parameters = stream.pointee.codecpar
        else { throw give(VideoSupport.failure(index, Self.name, "the file has no pictures")) }
        do {
            codec = try Codec(avcodec_find_decoder(parameters.pointee.codec_id), Self.name) {
                avcodec_parameters_to_context($0, parameters)
                $0.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY
            }
        } catch let error as DroidError {
            throw give(error)
        }
        (context, self.packet, self.stream) = (file, packet, stream)
    }

    deinit {
        avformat_close_input(&context)
        var old: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&old)
    }

    /// The picture that is shown at a time; nil where the film has none so early.
    ///
    /// - Throws: `DroidError` with code `video.decode` for a damaged film.
    public func picture(at milliseconds: Int64) throws -> Shown? {
        guard let context else { return nil }
        let base = stream.pointee.time_base
        let thousandth = AVRational(num: 1, den: 1000)
        let target = av_rescale_q(milliseconds, thousandth, base)
        av_seek_frame(context, stream.pointee.index, target, AVSEEK_FLAG_BACKWARD)
        avcodec_flush_buffers(codec.context)
        var newest: VideoFrame?
        func take() throws {
            while true {
                let frame = try VideoFrame(Self.name)
                guard avcodec_receive_frame(codec.context, frame.pointer) >= 0 else { return }
                if frame.pointer.pointee.pts <= target || newest == nil { newest = frame }
            }
        }
        var isPast = false
        for _ in 0..<Self.packetLimit where !isPast {
            guard av_read_frame(context, packet) >= 0 else { break }
            defer { av_packet_unref(packet) }
            guard packet.pointee.stream_index == stream.pointee.index else { continue }
            isPast = packet.pointee.pts > target
            if isPast, newest != nil { break }
            avcodec_send_packet(codec.context, packet)
            try take()
        }
        if newest == nil {
            avcodec_send_packet(codec.context, nil)
            try take()
        }
        guard let newest else { return nil }
        let since = av_rescale_q(newest.pointer.pointee.pts, base, thousandth)
        return Shown(picture: try scaler.pixels(newest, Self.name), since: since)
    }
}
