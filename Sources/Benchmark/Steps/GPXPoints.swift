// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// A named place with its degrees, as tasks about maps have it: `NAME|LATITUDE|LONGITUDE`.
struct MapPlace: Hashable, Sendable {
    var name: String
    var latitude: Double
    var longitude: Double

    /// How far off a place may be, in degrees both ways.
    static let tolerance = 0.001

    init(name: String, latitude: Double, longitude: Double) {
        (self.name, self.latitude, self.longitude) = (name, latitude, longitude)
    }

    /// - Throws: `DroidError` with code `tasks.program`.
    init(_ line: String, _ arguments: ProgramArguments) throws {
        let parts = line.split(separator: "|").map(\.trimmingSpaces)
        guard parts.count == 3, let latitude = Double(parts[1]), let longitude = Double(parts[2]) else {
            throw arguments.failure("a place must be NAME|LATITUDE|LONGITUDE, not \"\(line)\"")
        }
        self.init(name: parts[0], latitude: latitude, longitude: longitude)
    }

    /// As the map shows it.
    var text: String { String(format: "%.5f, %.5f", latitude, longitude) }

    /// What a person may say for it, apart from its name.
    var spellings: [String] { ["\(latitude), \(longitude)", text] }

    func isNear(_ other: MapPlace) -> Bool {
        abs(latitude - other.latitude) < Self.tolerance && abs(longitude - other.longitude) < Self.tolerance
    }
}

/// The points of a GPX file of one kind (`wpt`, `trkpt`), in their order, with their names where they have some.
enum GPXPoints {
    static func read(_ text: String, kind: String) -> [MapPlace] {
        text.components(separatedBy: "<\(kind)").dropFirst().compactMap { part in
            guard let first = part.first, first.isWhitespace, let end = part.firstIndex(of: ">"),
                let latitude = attribute("lat", part[..<end]), let longitude = attribute("lon", part[..<end])
            else { return nil }
            var name = ""
            if part[..<end].last != "/" {
                let inside = part[end...].components(separatedBy: "</\(kind)>")[0]
                if let open = inside.firstRange(of: "<name>"),
                    let close = inside[open.upperBound...].firstRange(of: "</name>")
                {
                    name = String(inside[open.upperBound..<close.lowerBound])
                }
            }
            return MapPlace(name: name, latitude: latitude, longitude: longitude)
        }
    }

    private static func attribute(_ name: String, _ tag: Substring) -> Double? {
        for quote: Character in ["\"", "'"] {
            guard let range = tag.firstRange(of: "\(name)=\(quote)") else { continue }
            return Double(tag[range.upperBound...].prefix { $0 != quote })
        }
        return nil
    }

    /// Whether the points come to all stops in their order; others between them do not matter.
    static func hit(_ stops: [MapPlace], _ points: [MapPlace]) -> Bool {
        var left = stops[...]
        for point in points { if let next = left.first, point.isNear(next) { left.removeFirst() } }
        return left.isEmpty
    }
}

/// OsmAnd's files on a device.
struct OsmFiles {
    static let folder = "/storage/emulated/0/Android/data/net.osmand/files"
    let device: any DeviceLink

    /// The favourites of the app's own group; none while there is no file.
    func favorites() async throws -> [MapPlace] {
        let path = "\(Self.folder)/favorites/favorites.gpx"
        guard try await device.run("test -f \(path)").exitCode == 0 else { return [] }
        return GPXPoints.read(String(decoding: try await device.pull(path), as: UTF8.self), kind: "wpt")
    }

    /// The points of each track.
    func tracks() async throws -> [[MapPlace]] {
        let result = try await device.run("find \(Self.folder)/tracks -type f")
        guard result.exitCode == 0 else { return [] }
        var out: [[MapPlace]] = []
        for path in result.text.split(separator: "\n").map(\.trimmingSpaces) where path.hasSuffix(".gpx") {
            out.append(GPXPoints.read(String(decoding: try await device.pull(path), as: UTF8.self), kind: "trkpt"))
        }
        return out
    }
}

/// Checks that a favourite of OsmAnd has the name of a place, or lies there: `place`, a line `NAME|LATITUDE|LONGITUDE`.
struct OsmFavoriteThere: TaskProgram {
    let place: MapPlace

    init(_ arguments: ProgramArguments) throws { place = try MapPlace(arguments.need("place"), arguments) }

    func holds(_ favorites: [MapPlace]) -> Bool {
        favorites.contains { $0.name.contains(place.name) || $0.isNear(place) }
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let found = try await OsmFiles(device: device).favorites()
        let words = found.map { "\($0.name) at \($0.text)" }.joined(separator: "; ")
        return CheckOutcome(passed: holds(found), found: found.isEmpty ? "no favorite" : words)
    }
}

/// Checks that OsmAnd has a track through places, in their order: `stops` are lines `NAME, COUNTRY`, `places` lines that tell where
/// they are.
struct OsmTrackThere: TaskProgram {
    let stops: [MapPlace]

    init(_ arguments: ProgramArguments) throws {
        let places = try arguments.lines("places").map { try MapPlace($0, arguments) }
        stops = try arguments.lines("stops").map { line in
            let name = line.prefix { $0 != "," }.trimmingSpaces
            guard let place = places.first(where: { $0.name == name }) else {
                throw arguments.failure("places has no \"\(name)\"")
            }
            return place
        }
        guard !stops.isEmpty else { throw arguments.failure("stops must be lines of names") }
    }

    func holds(_ tracks: [[MapPlace]]) -> Bool { tracks.contains { GPXPoints.hit(stops, $0) } }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let found = try await OsmFiles(device: device).tracks()
        let words = found.map { $0.map(\.text).joined(separator: " - ") }.joined(separator: "; ")
        return CheckOutcome(passed: holds(found), found: found.isEmpty ? "no track" : words)
    }
}
