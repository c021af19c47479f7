// SPDX-License-Identifier: Apache-2.0

import Base
import CBrotli
import CLZ4
import CZstd

/// A codec of one of the three libraries, opened to pack or to unpack, and given back with the last reference to it.
///
/// Levels are the fast ones that the real daemon uses; windows for unpacking are bounded. Not safe to share between threads.
final class CompressionContext {
    /// What it is opened for.
    enum Purpose {
        case packing, unpacking

        var failure: String { self == .packing ? "the file cannot be packed" : "the file cannot be unpacked" }
    }

    let kind: Compression
    private let purpose: Purpose
    /// What the library calls its state.
    private(set) var state: OpaquePointer

    /// - Throws: `DroidError` with code `adb.compression` when the library has no memory.
    init(_ kind: Compression, for purpose: Purpose) throws(DroidError) {
        self.kind = kind
        self.purpose = purpose
        state = try CompressionContext.open(kind, purpose)
    }

    deinit { CompressionContext.close(state, kind, purpose) }

    /// Forgets the file that it is in.
    ///
    /// - Throws: `DroidError` with code `adb.compression`; it is as it was then.
    func reset() throws(DroidError) {
        switch (kind, purpose) {
        case (.zstd, .packing): ZSTD_CCtx_reset(state, ZSTD_reset_session_only)
        case (.zstd, .unpacking): ZSTD_DCtx_reset(state, ZSTD_reset_session_only)
        case (.lz4, .packing): break  // The head of the next frame resets it.
        case (.lz4, .unpacking): LZ4F_resetDecompressionContext(state)
        case (.brotli, _):
            // It has no way back to its start.
            let fresh = try CompressionContext.open(kind, purpose)
            CompressionContext.close(state, kind, purpose)
            state = fresh
        }
    }

    private static func open(_ kind: Compression, _ purpose: Purpose) throws(DroidError) -> OpaquePointer {
        var state: OpaquePointer?
        switch (kind, purpose) {
        case (.zstd, .packing):
            state = ZSTD_createCCtx()
            if let state { ZSTD_CCtx_setParameter(state, ZSTD_c_compressionLevel, 1) }
        case (.zstd, .unpacking):
            state = ZSTD_createDCtx()
            if let state { ZSTD_DCtx_setParameter(state, ZSTD_d_windowLogMax, 23) }
        case (.lz4, .packing):
            if LZ4F_isError(LZ4F_createCompressionContext(&state, UInt32(LZ4F_VERSION))) != 0 { state = nil }
        case (.lz4, .unpacking):
            if LZ4F_isError(LZ4F_createDecompressionContext(&state, UInt32(LZ4F_VERSION))) != 0 { state = nil }
        case (.brotli, .packing):
            state = BrotliEncoderCreateInstance(nil, nil, nil)
            if let state { BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, 1) }
        case (.brotli, .unpacking): state = BrotliDecoderCreateInstance(nil, nil, nil)
        }
        guard let state else { throw .codec(purpose.failure, kind, "there is no memory for the codec") }
        return state
    }

    private static func close(_ state: OpaquePointer, _ kind: Compression, _ purpose: Purpose) {
        switch (kind, purpose) {
        case (.zstd, .packing): ZSTD_freeCCtx(state)
        case (.zstd, .unpacking): ZSTD_freeDCtx(state)
        case (.lz4, .packing): LZ4F_freeCompressionContext(state)
        case (.lz4, .unpacking): LZ4F_freeDecompressionContext(state)
        case (.brotli, .packing): BrotliEncoderDestroyInstance(state)
        case (.brotli, .unpacking): BrotliDecoderDestroyInstance(state)
        }
    }
}
