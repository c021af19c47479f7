// SPDX-License-Identifier: Apache-2.0

public import Base
import CBrotli
import CLZ4
import CZstd

/// Packs one file after another: bytes in, pieces of at most 64 KiB out, nothing held but the codec's own window.
///
/// The levels are the fast ones that the real daemon uses: zstd 1, brotli 1, LZ4's default. Not safe to share between
/// threads.
public final class CompressionEncoder {
    private enum Codec {
        case zstd(OpaquePointer)
        case lz4(OpaquePointer)
        case brotli(OpaquePointer)
    }

    public let kind: Compression
    private var codec: Codec
    private let output: UnsafeMutableRawBufferPointer
    /// LZ4 writes the head of a frame before the first bytes.
    private var hasBegun = false

    /// - Throws: `DroidError` with code `adb.compression` when the library has no memory.
    public init(_ kind: Compression) throws(DroidError) {
        self.kind = kind
        codec = try CompressionEncoder.open(kind)
        // LZ4 compresses a whole step at once, and may have a block of its own left over.
        let size = kind == .lz4 ? LZ4F_compressBound(compressionStep, nil) + 64 : compressionStep
        output = .allocate(byteCount: size, alignment: 64)
    }

    deinit {
        CompressionEncoder.close(codec)
        output.deallocate()
    }

    /// Begins the next file; what was not finished is dropped.
    ///
    /// - Throws: `DroidError` with code `adb.compression`.
    public func reset() throws(DroidError) {
        hasBegun = false
        switch codec {
        case .zstd(let context): ZSTD_CCtx_reset(context, ZSTD_reset_session_only)
        case .lz4: break  // The head of the next frame resets it.
        case .brotli:
            let fresh = try CompressionEncoder.open(kind)
            CompressionEncoder.close(codec)
            codec = fresh
        }
    }

    /// Packs bytes and hands on what is ready, which may be nothing.
    ///
    /// - Throws: `DroidError` with code `adb.compression`, or what `body` throws.
    public func encode(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard bytes.count > 0 else { return }
        switch codec {
        case .zstd(let context): try zstd(context, bytes, ZSTD_e_continue, body)
        case .lz4(let context):
            try beginLZ4(context, body)
            var rest = bytes
            while rest.count > 0 {
                let part = UnsafeRawBufferPointer(rebasing: rest.prefix(compressionStep))
                rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
                let count = LZ4F_compressUpdate(
                    context,
                    output.baseAddress,
                    output.count,
                    part.baseAddress,
                    part.count,
                    nil
                )
                try handOn(count, body)
            }
        case .brotli(let state): try brotli(state, bytes, BROTLI_OPERATION_PROCESS, body)
        }
    }

    /// Ends the file and hands on the rest.
    ///
    /// - Throws: `DroidError` with code `adb.compression`, or what `body` throws.
    public func finish(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        switch codec {
        case .zstd(let context): try zstd(context, nothing, ZSTD_e_end, body)
        case .lz4(let context):
            try beginLZ4(context, body)
            try handOn(LZ4F_compressEnd(context, output.baseAddress, output.count, nil), body)
            hasBegun = false
        case .brotli(let state): try brotli(state, nothing, BROTLI_OPERATION_FINISH, body)
        }
    }

    // MARK: Codecs

    private func zstd(
        _ context: OpaquePointer,
        _ bytes: UnsafeRawBufferPointer,
        _ directive: ZSTD_EndDirective,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let left = ZSTD_compressStream2(context, &target, &input, directive)
            guard ZSTD_isError(left) == 0 else { throw failure(String(cString: ZSTD_getErrorName(left))) }
            try emit(target.pos, body)
            if directive == ZSTD_e_end ? left == 0 : input.pos == input.size { return }
        }
    }

    private func beginLZ4(_ context: OpaquePointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard !hasBegun else { return }
        hasBegun = true
        try handOn(LZ4F_compressBegin(context, output.baseAddress, output.count, nil), body)
    }

    private func handOn(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard LZ4F_isError(count) == 0 else { throw failure(String(cString: LZ4F_getErrorName(count))) }
        try emit(count, body)
    }

    private func brotli(
        _ state: OpaquePointer,
        _ bytes: UnsafeRawBufferPointer,
        _ operation: BrotliEncoderOperation,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var left = bytes.count
        var next = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        while true {
            var room = output.count
            var target = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard BrotliEncoderCompressStream(state, operation, &left, &next, &room, &target, nil) != 0 else {
                throw failure("the encoder failed")
            }
            try emit(output.count - room, body)
            let isDone =
                operation == BROTLI_OPERATION_FINISH ? BrotliEncoderIsFinished(state) != 0 : left == 0
            if isDone, BrotliEncoderHasMoreOutput(state) == 0 { return }
        }
    }

    private func emit(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var rest = UnsafeRawBufferPointer(rebasing: output[..<count])
        while rest.count > 0 {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(compressionStep))
            rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
            try body(part)
        }
    }

    private func failure(_ why: String) -> DroidError { .codec("the file cannot be packed", kind, why) }

    private static func open(_ kind: Compression) throws(DroidError) -> Codec {
        switch kind {
        case .zstd:
            if let context = ZSTD_createCCtx() {
                ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
                return .zstd(context)
            }
        case .lz4:
            var context: OpaquePointer?
            if LZ4F_isError(LZ4F_createCompressionContext(&context, UInt32(LZ4F_VERSION))) == 0, let context {
                return .lz4(context)
            }
        case .brotli:
            if let state = BrotliEncoderCreateInstance(nil, nil, nil) {
                BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, 1)
                return .brotli(state)
            }
        }
        throw .codec("the file cannot be packed", kind, "there is no memory for the encoder")
    }

    private static func close(_ codec: Codec) {
        switch codec {
        case .zstd(let context): ZSTD_freeCCtx(context)
        case .lz4(let context): LZ4F_freeCompressionContext(context)
        case .brotli(let state): BrotliEncoderDestroyInstance(state)
        }
    }
}
