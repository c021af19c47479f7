// SPDX-License-Identifier: Apache-2.0

import Media

/// The film that a player has open, with the picture that was shown last.
///
/// It is a reference since it is no state: another value would show the same, only later.
final class VLCFrames {
    private struct Key: Hashable {
        var path: String
        var size: Int64
        var modified: Int64
    }

    private var film: (key: Key, film: MP4Film?)?
    private var last: (key: Key, time: Int64, picture: PixelBuffer?)?

    /// The picture of a film at a time in milliseconds; nil where the file holds none.
    func picture(_ path: String, at time: Int64, _ files: DeviceFiles) -> PixelBuffer? {
        guard let stat = try? files.stat(path), stat.isFile else { return nil }
        let key = Key(path: path, size: stat.size, modified: stat.modified)
        if let last, last.key == key, last.time == time { return last.picture }
        if film?.key != key { film = (key, (try? files.hostPath(path)).flatMap { try? MP4Film(path: $0) }) }
        let picture = (try? film?.film?.picture(at: max(0, time)))??.picture
        last = (key, time, picture)
        return picture
    }
}
