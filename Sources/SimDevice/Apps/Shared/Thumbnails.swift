// SPDX-License-Identifier: Apache-2.0

import Media

/// The pictures that a page has shown small, so that they are not decoded anew for every page.
///
/// It is a reference since it is no state: the page looks the same without it, only later.
final class Thumbnails {
    private struct Key: Hashable {
        var path: String
        var size: Int64
        var modified: Int64
    }

    private static let limit = 32
    private var pictures: [Key: PixelBuffer] = [:]

    /// The picture in a PNG file of reasonable size; `nil` for anything else.
    func picture(of document: Document, _ files: DeviceFiles) -> PixelBuffer? {
        guard document.type.mime == "image/png", document.size < 4_000_000 else { return nil }
        let key = Key(path: document.path, size: document.size, modified: document.modified)
        return picture(key, files, PNG.decode)
    }

    /// The picture in a JPEG file; `nil` for anything else.
    func picture(ofJPEG path: String, _ files: DeviceFiles) -> PixelBuffer? {
        guard let stat = try? files.stat(path) else { return nil }
        return picture(Key(path: path, size: stat.size, modified: stat.modified), files, JPEG.decode)
    }

    private func picture(_ key: Key, _ files: DeviceFiles, _ decode: ([UInt8]) throws -> PixelBuffer) -> PixelBuffer? {
        if let known = pictures[key] { return known }
        guard let bytes = try? files.read(key.path), let picture = try? decode(bytes) else { return nil }
        if pictures.count >= Self.limit { pictures.removeAll() }
        pictures[key] = picture
        return picture
    }
}
