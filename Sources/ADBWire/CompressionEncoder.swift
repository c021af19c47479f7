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
    public let kind: Compression
    private let context: CompressionContext
    private let output: UnsafeMutableRawBufferPointer
    /// LZ4 writes the head of a frame before the first bytes.
    private var hasBegun = false

    /// - Throws: `DroidError` with code `adb.compression` when the library has no memory.
    public init(_ kind: Compression) throws(DroidError) {
        self.kind = kind
        context = try CompressionContext(kind, for: .packing)
        // LZ4 compresses a whole step at once, and may have a block of its own left over.
        let size = kind == .lz4 ? LZ4F_compressBound(compressionStep, nil) + 64 : compressionStep
        output = .allocate(byteCount: size, alignment: 64)
    }

    deinit { output.deallocate() }

    /// Begins the next file; what was not finished is dropped.
    ///
    /// - Throws: `DroidError` with code `adb.compression`.
    public func reset() throws(DroidError) {
        hasBegun = false
        try context.reset()
    }

    /// Packs bytes and hands on what is ready, which may be nothing.
    ///
    /// - Throws: `DroidError` with code `adb.compression`, or what `body` throws.
    public func encode(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard bytes.count > 0 else { return }
        switch kind {
        case .zstd: try zstd(context.state, bytes, ZSTD_e_continue, body)
        case .lz4:
            try beginLZ4(context.state, body)
            var rest = bytes
            while rest.count > 0 {
                let part = UnsafeRawBufferPointer(rebasing: rest.prefix(compressionStep))
                rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
                let count = LZ4F_compressUpdate(
                    context.state,
                    output.baseAddress,
                    output.count,
                    part.baseAddress,
                    part.count,
                    nil
                )
                try handOn(count, body)
            }
        case .brotli: try brotli(context.state, bytes, BROTLI_OPERATION_PROCESS, body)
        }
    }

    /// Ends the file and hands on the rest.
    ///
    /// - Throws: `DroidError` with code `adb.compression`, or what `body` throws.
    public func finish(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        switch kind {
        case .zstd: try zstd(context.state, nothing, ZSTD_e_end, body)
        case .lz4:
            try beginLZ4(context.state, body)
            try handOn(LZ4F_compressEnd(context.state, output.baseAddress, output.count, nil), body)
            hasBegun = false
        case .brotli: try brotli(context.state, nothing, BROTLI_OPERATION_FINISH, body)
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
}
