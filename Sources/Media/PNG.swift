// SPDX-License-Identifier: Apache-2.0

import Base
import CLibPNG

/// PNG files, read and written by libpng.
///
/// Only libpng's simplified interface is used: it keeps its `setjmp` to itself and reports failures as values, so no
/// jump ever crosses Swift code.
public enum PNG {
    /// How hard the encoder tries.
    public enum Effort: Sendable {
        /// Small steps and no filters: what a screenshot in a loop needs.
        case fast
        /// zlib's usual level, for files that are kept.
        case small
    }

    /// The largest picture that is decoded: 64 million pixels, which is 256 MiB.
    public static let maximumPixels = 64 << 20

    private static let formatRGBA: UInt32 = 3

    /// A PNG file of 8-bit RGBA.
    ///
    /// - Throws: `DroidError` with code `png.encode`, for an empty picture or when libpng fails.
    public static func encode(_ picture: PixelBuffer, effort: Effort = .fast) throws -> [UInt8] {
        guard picture.width > 0, picture.height > 0 else {
            throw DroidError("png.encode", "an empty picture has no PNG")
        }
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(picture.width)
        image.height = UInt32(picture.height)
        image.format = formatRGBA
        image.flags = effort == .fast ? UInt32(PNG_IMAGE_FLAG_FAST) : 0
        defer { png_image_free(&image) }
        // libpng's own bound: deflate's worst case, one filter byte a row, and the chunks around.
        let raw = picture.pixels.count + picture.height
        let bound = raw + (raw >> 12) + (raw >> 14) + (raw >> 25) + 13 + 1024 + raw / 1000 * 12
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            var size = png_alloc_size_t(bound)
            failed = png_image_write_to_memory(&image, buffer.baseAddress, &size, 0, picture.pixels, 0, nil) == 0
            count = failed ? 0 : Int(size)
        }
        if failed { throw failure(&image, "png.encode", "cannot write the picture as PNG") }
        return bytes
    }

    /// A picture from a PNG file of any kind, as 8-bit RGBA.
    ///
    /// - Throws: `DroidError` with code `png.decode` when the bytes are no PNG, are damaged, or hold more than
    ///   `maximumPixels`. Nothing is allocated for the picture before its size is known to be allowed.
    public static func decode(_ bytes: [UInt8]) throws -> PixelBuffer {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try bytes.withUnsafeBytes { raw in
            guard raw.count > 0, png_image_begin_read_from_memory(&image, raw.baseAddress, raw.count) != 0 else {
                throw failure(&image, "png.decode", "the bytes are not a PNG picture")
            }
            let (width, height) = (Int(image.width), Int(image.height))
            guard width > 0, height > 0, width <= maximumPixels / height else {
                throw DroidError(
                    "png.decode",
                    "the PNG picture is too large",
                    why: "\(width)x\(height) pixels; at most \(maximumPixels) pixels are read"
                )
            }
            image.format = formatRGBA
            var failed = false
            let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 4) { buffer, count in
                failed = png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil) == 0
                count = failed ? 0 : width * height * 4
            }
            if failed { throw failure(&image, "png.decode", "the PNG picture is damaged") }
            return try PixelBuffer(width: width, height: height, pixels: pixels)
        }
    }

    private static func failure(_ image: inout png_image, _ code: DroidError.Code, _ what: String) -> DroidError {
        let why = withUnsafeBytes(of: &image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return DroidError(code, what, why: why)
    }
}
