// SPDX-License-Identifier: Apache-2.0

import Media

/// The files that the camera makes: JPEG pictures and MP4 films, named by the device's wall clock.
struct CameraStore {
    static let pictures = "/storage/emulated/0/Pictures"
    static let movies = "/storage/emulated/0/Movies"
    private static let size = (width: 1080, height: 1440)
    private static let filmSize = (width: 720, height: 960)
    /// Milliseconds between two pictures of a film, and the most of them: a longer film shows each of them longer.
    private static let frame: Int64 = 100
    private static let mostFrames: Int64 = 60

    let context: AppContext

    /// Takes a picture; returns its path.
    ///
    /// - Throws: `DroidError`, or what the device's files throw when they are full.
    func takePicture() throws -> String {
        let scene = CameraScene(time: context.now)
        let bytes = try JPEG.encode(scene.picture(width: Self.size.width, height: Self.size.height), quality: 90)
        return try keep(bytes, Self.pictures, "IMG", "jpg")
    }

    /// Keeps a film of what was seen since a moment; returns its path.
    ///
    /// - Throws: as `takePicture`.
    func keepFilm(since start: Int64) throws -> String {
        let length = max(context.now - start, Self.frame)
        let encoder = try H264Encoder(
            width: Self.filmSize.width,
            height: Self.filmSize.height,
            bitRate: 4_000_000,
            headersApart: true
        )
        let count = min(max(length / Self.frame, 1), Self.mostFrames)
        var units: [H264Encoder.Unit] = []
        for index in 0..<count {
            let at = length * index / count
            let scene = CameraScene(time: start + at)
            units += try encoder.encode(scene.picture(width: Self.filmSize.width, height: Self.filmSize.height), at: at)
        }
        units += try encoder.finish()
        return try keep(MP4Writer.file(units, encoder: encoder, length: length), Self.movies, "VID", "mp4")
    }

    /// The newest picture, which the round preview shows.
    var newest: String? {
        let files = context.system.files
        let names = (try? files.list(Self.pictures)) ?? []
        return names.filter { $0.hasPrefix("IMG_") && $0.hasSuffix(".jpg") }.max().map { "\(Self.pictures)/\($0)" }
    }

    private func keep(_ bytes: [UInt8], _ folder: String, _ prefix: String, _ ending: String) throws -> String {
        let now = context.localNow
        let two = LocalTime.two
        let date = "\(now.day.year)\(two(now.day.month))\(two(now.day.day))"
        let stem = "\(prefix)_\(date)_\(two(now.hour))\(two(now.minute))\(two(now.second))"
        let files = context.system.files
        var path = "\(folder)/\(stem).\(ending)"
        var number = 1
        while files.exists(path) {
            path = "\(folder)/\(stem)_\(number).\(ending)"
            number += 1
        }
        try files.makeFolder(folder)
        try files.write(bytes, to: path)
        return path
    }
}
