// SPDX-License-Identifier: Apache-2.0

import Media

/// The pictures that the grid has shown, so that they are not decoded anew for every page.
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
        if let known = pictures[key] { return known }
        guard let bytes = try? files.read(document.path), let picture = try? PNG.decode(bytes) else { return nil }
        if pictures.count >= Self.limit { pictures.removeAll() }
        pictures[key] = picture
        return picture
    }
}
