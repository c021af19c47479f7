// SPDX-License-Identifier: Apache-2.0

import Base
import CLibAV
import Foundation

/// Writes an H.264 video into an MP4 file, by libavformat. Belongs to one task at a time.
public final class MP4Writer {
    private var context: UnsafeMutablePointer<AVFormatContext>?
    private let packet: UnsafeMutablePointer<AVPacket>
    private var isFinished = false

    /// Starts a file for the pictures of an encoder that keeps its headers apart.
    ///
    /// - Throws: `DroidError` with code `video.write`.
    public init(path: String, encoder: H264Encoder) throws {
        _ = VideoSupport.quiet
        guard let packet = av_packet_alloc() else { throw VideoSupport.outOfMemory("video.write") }
        self.packet = packet
        var code = avformat_alloc_output_context2(&context, nil, "mp4", path)
        guard code >= 0, let context, let stream = avformat_new_stream(context, nil) else {
            throw VideoSupport.failure(code, "video.write", "the video file cannot be made")
        }
        avcodec_parameters_from_context(stream.pointee.codecpar, encoder.codec.context)
        stream.pointee.time_base = AVRational(num: 1, den: 1000)
        code = avio_open(&context.pointee.pb, path, AVIO_FLAG_WRITE)
        guard code >= 0 else {
            throw VideoSupport.failure(code, "video.write", "the video file \(path) cannot be opened")
        }
        code = avformat_write_header(context, nil)
        guard code >= 0 else { throw VideoSupport.failure(code, "video.write", "the video file cannot be begun") }
    }

    /// The bytes of a file with these pictures, the last of which is shown until `length` milliseconds.
    ///
    /// - Throws: `DroidError` with code `video.write`, or of the temporary file.
    public static func file(_ units: [H264Encoder.Unit], encoder: H264Encoder, length: Int64) throws -> [UInt8] {
        let temporary = NSTemporaryDirectory() + "/video-\(UUID().uuidString).mp4"
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        let writer = try MP4Writer(path: temporary, encoder: encoder)
        for (index, unit) in units.enumerated() {
            let next = index + 1 < units.count ? units[index + 1].time : max(length, unit.time + 1)
            try writer.write(unit, duration: next - unit.time)
        }
        try writer.finish()
        return try FileBytes.read(temporary)
    }

    deinit {
        if let context {
            avio_closep(&context.pointee.pb)
            avformat_free_context(context)
        }
        var old: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&old)
    }

    /// Writes one picture.
    ///
    /// - Parameter duration: how long it is shown, in milliseconds.
    /// - Throws: `DroidError` with code `video.write`.
    public func write(_ unit: H264Encoder.Unit, duration: Int64) throws {
        guard let context, let count = Int32(exactly: unit.bytes.count), av_new_packet(packet, count) >= 0 else {
            throw VideoSupport.outOfMemory("video.write")
        }
        defer { av_packet_unref(packet) }
        _ = UnsafeMutableBufferPointer(start: packet.pointee.data, count: Int(count)).update(fromContentsOf: unit.bytes)
        packet.pointee.pts = unit.time
        packet.pointee.dts = unit.time
        packet.pointee.duration = max(1, duration)
        packet.pointee.flags = unit.isKey ? AV_PKT_FLAG_KEY : 0
        let base = context.pointee.streams.pointee?.pointee.time_base ?? AVRational(num: 1, den: 1000)
        av_packet_rescale_ts(packet, AVRational(num: 1, den: 1000), base)
        let code = av_write_frame(context, packet)
        guard code >= 0 else { throw VideoSupport.failure(code, "video.write", "a picture cannot be written") }
    }

    /// Ends the file; it can be played after this.
    ///
    /// - Throws: `DroidError` with code `video.write`.
    public func finish() throws {
        guard !isFinished, let context else { return }
        isFinished = true
        let code = av_write_trailer(context)
        avio_closep(&context.pointee.pb)
        guard code >= 0 else { throw VideoSupport.failure(code, "video.write", "the video file cannot be ended") }
    }
}
