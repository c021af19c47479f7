// SPDX-License-Identifier: Apache-2.0

public import Base
import CBrotli
import CLZ4
import CZstd

/// Unpacks one file after another, in any split: pieces of at most 64 KiB out, so that what a peer packed to nothing
/// never lies in memory whole.
///
/// Windows are bounded: 8 MiB for zstd (what its format asks every decoder to take), 4 MiB for LZ4, 16 MiB for brotli.
/// After an error it is of no use until `reset`. Not safe to share between threads.
public final class CompressionDecoder {
    public let kind: Compression
    private let context: CompressionContext
    private let output: UnsafeMutableRawBufferPointer
    /// Whether what came so far ends where a stream may end.
    private var isWhole = false

    /// - Throws: `DroidError` with code `adb.compression` when the library has no memory.
    public init(_ kind: Compression) throws(DroidError) {
        self.kind = kind
        context = try CompressionContext(kind, for: .unpacking)
        output = .allocate(byteCount: compressionStep, alignment: 64)
    }

    deinit { output.deallocate() }

    /// Begins the next file.
    ///
    /// - Throws: `DroidError` with code `adb.compression`.
    public func reset() throws(DroidError) {
        isWhole = false
        try context.reset()
    }

    /// Unpacks bytes and hands on everything that they make.
    ///
    /// - Throws: `DroidError` with code `adb.compression` for damaged bytes, or what `body` throws.
    public func decode(_ bytes: ArraySlice<UInt8>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try bytes.withUnsafeBytes { raw in
            guard raw.count > 0 else { return }
            switch kind {
            case .zstd: try zstd(context.state, raw, body)
            case .lz4: try lz4(context.state, raw, body)
            case .brotli: try brotli(context.state, raw, body)
            }
        }
    }

    /// Says that the file has ended.
    ///
    /// - Throws: `DroidError` with code `adb.compression` when the packed bytes stop in the middle.
    public func finish() throws(DroidError) {
        guard isWhole else { throw failure("it stops in the middle") }
    }

    // MARK: Codecs

    private func zstd(
        _ context: OpaquePointer,
        _ bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let hint = ZSTD_decompressStream(context, &target, &input)
            guard ZSTD_isError(hint) == 0 else { throw failure(String(cString: ZSTD_getErrorName(hint))) }
            isWhole = hint == 0
            if target.pos > 0 { try body(UnsafeRawBufferPointer(rebasing: output[..<target.pos])) }
            // A full output may leave more behind; otherwise everything was flushed.
            if input.pos == input.size, target.pos < target.size || isWhole { return }
        }
    }

    private func lz4(
        _ context: OpaquePointer,
        _ bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = bytes
        while true {
            var taken = rest.count
            var made = output.count
            let hint = LZ4F_decompress(context, output.baseAddress, &made, rest.baseAddress, &taken, nil)
            guard LZ4F_isError(hint) == 0 else { throw failure(String(cString: LZ4F_getErrorName(hint))) }
            guard taken > 0 || made > 0 || rest.count == 0 else { throw failure("the decoder makes nothing of it") }
            isWhole = hint == 0
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            if made > 0 { try body(UnsafeRawBufferPointer(rebasing: output[..<made])) }
            if rest.count == 0, made < output.count || isWhole { return }
        }
    }

    private func brotli(
        _ state: OpaquePointer,
        _ bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard !isWhole else { throw failure("bytes follow its end") }
        var left = bytes.count
        var next = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        while true {
            var room = output.count
            var target = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let result = BrotliDecoderDecompressStream(state, &left, &next, &room, &target, nil)
            guard result != BROTLI_DECODER_RESULT_ERROR else {
                throw failure(String(cString: BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state))))
            }
            let made = output.count - room
            if made > 0 { try body(UnsafeRawBufferPointer(rebasing: output[..<made])) }
            if result == BROTLI_DECODER_RESULT_SUCCESS {
                isWhole = true
                guard left == 0 else { throw failure("bytes follow its end") }
                return
            }
            if result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT { return }
        }
    }

    private func failure(_ why: String) -> DroidError { .codec("packed bytes are damaged", kind, why) }
}
