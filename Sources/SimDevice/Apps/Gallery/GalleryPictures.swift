// SPDX-License-Identifier: Apache-2.0

import Media

/// The pictures that the gallery has decoded, by file, so that a page that is made anew does not decode them anew.
///
/// It is a reference since it is no state: a file with another size or time is read again, so that the page always shows
/// what lies there.
final class GalleryPictures {
    private struct Key: Hashable {
        var path: String
        var size: Int64
        var modified: Int64
    }

    private static let limit = 120
    /// Larger files are not read at all.
    private static let sizeLimit: Int64 = 64 << 20
    private static let side = 360
    private var small: [Key: PixelBuffer] = [:]
    private var open: (key: Key, picture: PixelBuffer)?

    /// The picture for a cell of the grid, no larger than the cell; nil for what is no picture.
    func thumbnail(_ document: Document, _ files: DeviceFiles) -> PixelBuffer? {
        let key = Key(path: document.path, size: document.size, modified: document.modified)
        if let known = small[key] { return known }
        guard let whole = Self.decode(document, files) else { return nil }
        if small.count >= Self.limit { small.removeAll() }
        let picture = Self.shrunk(whole)
        small[key] = picture
        return picture
    }

    /// The picture as it is in its file; nil for what is no picture.
    func picture(_ document: Document, _ files: DeviceFiles) -> PixelBuffer? {
        let key = Key(path: document.path, size: document.size, modified: document.modified)
        if let open, open.key == key { return open.picture }
        guard let picture = Self.decode(document, files) else { return nil }
        open = (key, picture)
        return picture
    }

    /// Goes by the bytes, not by the name's ending: tools push what they like.
    private static func decode(_ document: Document, _ files: DeviceFiles) -> PixelBuffer? {
        guard document.size <= sizeLimit, let bytes = try? files.read(document.path) else { return nil }
        return bytes.starts(with: [0xFF, 0xD8]) ? try? JPEG.decode(bytes) : try? PNG.decode(bytes)
    }

    private static func shrunk(_ picture: PixelBuffer) -> PixelBuffer {
        let longest = max(picture.width, picture.height)
        guard longest > side else { return picture }
        let width = max(1, picture.width * side / longest)
        let height = max(1, picture.height * side / longest)
        let canvas = Canvas(width: width, height: height)
        canvas.image(picture, in: Rect(x: 0, y: 0, width: Double(width), height: Double(height)))
        return canvas.pixels()
    }
}
