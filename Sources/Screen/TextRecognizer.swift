// SPDX-License-Identifier: Apache-2.0

import Base
import CTesseract
import Foundation
import Media

/// Reads the letters in a picture, by tesseract, on the thread that asks and on no other.
///
/// It belongs to one task at a time.
final class TextRecognizer {
    private let handle: OpaquePointer

    /// - Parameter language: as tesseract calls it, such as `eng`.
    /// - Throws: `DroidError` with code `screen.ocr` where tesseract has no data for the language.
    init(language: String = "eng") throws {
        Self.oneThread()
        guard let made = TessBaseAPICreate() else {
            throw DroidError("screen.ocr", "tesseract could not be started", why: "it gave no handle")
        }
        TessBaseAPISetVariable(made, "debug_file", "/dev/null")
        guard TessBaseAPIInit3(made, nil, language) == 0 else {
            TessBaseAPIDelete(made)
            let place = ProcessInfo.processInfo.environment["TESSDATA_PREFIX"] ?? "tesseract's own folder"
            throw DroidError(
                "screen.ocr",
                "the letters in pictures cannot be read",
                why: "tesseract finds no \(language).traineddata in \(place)",
                next:
                    "install the Debian package tesseract-ocr-\(language), or set TESSDATA_PREFIX to a folder that has it"
            )
        }
        TessBaseAPISetVariable(made, "debug_file", "/dev/null")
        handle = made
    }

    deinit { TessBaseAPIDelete(handle) }

    /// The lines in a picture from the top, with their places in it.
    ///
    /// A picture is first read as one block of text. Where that finds nothing, such as in one word on a film with black bars, it is
    /// looked at once more for text anywhere.
    ///
    /// - Throws: `DroidError` with code `screen.ocr` where tesseract gives up.
    func lines(in picture: PixelBuffer) throws -> [ReadText] {
        guard picture.width >= 8, picture.height >= 8 else { return [] }
        let block = try lines(in: picture, as: PSM_SINGLE_BLOCK)
        return block.isEmpty ? try lines(in: picture, as: PSM_SPARSE_TEXT) : block
    }

    private func lines(in picture: PixelBuffer, as mode: TessPageSegMode) throws -> [ReadText] {
        Self.oneThread()
        TessBaseAPISetPageSegMode(handle, mode)
        let failed = picture.pixels.withUnsafeBufferPointer { bytes in
            TessBaseAPISetImage(
                handle,
                bytes.baseAddress,
                Int32(clamping: picture.width),
                Int32(clamping: picture.height),
                4,
                Int32(clamping: picture.width * 4)
            )
            // A display has no inches; without a number tesseract guesses one anew for each picture.
            TessBaseAPISetSourceResolution(handle, 200)
            return TessBaseAPIRecognize(handle, nil) != 0
        }
        defer { TessBaseAPIClear(handle) }
        guard !failed else {
            throw DroidError("screen.ocr", "the letters in a picture could not be read", why: "tesseract gave up")
        }
        guard let results = TessBaseAPIGetIterator(handle) else { return [] }
        defer { TessResultIteratorDelete(results) }
        var found: [ReadText] = []
        repeat {
            if let line = Self.line(results) { found.append(line) }
        } while TessResultIteratorNext(results, RIL_TEXTLINE) != 0
        return found
    }

    private static func line(_ results: OpaquePointer) -> ReadText? {
        guard let raw = TessResultIteratorGetUTF8Text(results, RIL_TEXTLINE) else { return nil }
        defer { TessDeleteText(raw) }
        let text = String(cString: raw).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !text.isEmpty else { return nil }
        var (left, top, right, bottom): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        let page = TessResultIteratorGetPageIteratorConst(results)
        guard TessPageIteratorBoundingBox(page, RIL_TEXTLINE, &left, &top, &right, &bottom) != 0 else { return nil }
        return ReadText(
            text: text,
            bounds: Bounds(left: Int(left), top: Int(top), right: Int(right), bottom: Int(bottom)),
            confidence: Double(TessResultIteratorConfidence(results, RIL_TEXTLINE)) / 100
        )
    }

    /// tesseract asks OpenMP for four threads whatever is set, which for one page cost more than they bring. Where no
    /// parallel region may be active, each runs on the thread that comes to it (as with OMP_THREAD_LIMIT=1).
    private static func oneThread() {
        typealias SetLevels = @convention(c) (Int32) -> Void
        guard let found = dlsym(nil, "omp_set_max_active_levels") else { return }
        unsafeBitCast(found, to: SetLevels.self)(0)
    }
}
