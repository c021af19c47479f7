// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A place on the earth, in degrees.
struct GeoPoint: Hashable {
    var latitude: Double
    var longitude: Double

    init(_ latitude: Double, _ longitude: Double) { (self.latitude, self.longitude) = (latitude, longitude) }

    /// Reads `47.0688832, 9.5061564`, also with a blank alone between the two; nil for anything else.
    init?(_ text: String) {
        let parts = text.split { $0 == "," || $0 == ";" || $0.isWhitespace }
        guard parts.count == 2, parts.allSatisfy({ $0.contains(".") }),
            let latitude = Double(parts[0]), let longitude = Double(parts[1]),
            abs(latitude) <= 85, abs(longitude) <= 180
        else { return nil }
        self.init(latitude, longitude)
    }

    /// `47.06888, 9.50616`, as the app shows it.
    var text: String { String(format: "%.5f, %.5f", latitude, longitude) }

    /// Metres along the ground; good enough for distances within a country.
    func distance(to other: GeoPoint) -> Double {
        let metres = 111_195.0
        let north = (other.latitude - latitude) * metres
        let east = (other.longitude - longitude) * metres * cos((latitude + other.latitude) / 2 * .pi / 180)
        return (north * north + east * east).squareRoot()
    }

    /// `12.3 km`, `340 m`.
    static func length(_ metres: Double) -> String {
        metres < 1000 ? String(format: "%.0f m", metres) : String(format: "%.1f km", metres / 1000)
    }

    /// The length of the straight lines through points.
    static func length(of points: [GeoPoint]) -> Double {
        zip(points, points.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
    }
}

/// The part of the earth that the map shows: Mercator's projection, as all maps of tiles have it.
struct MapView: Hashable {
    static let zooms = 7...18
    /// What a map without a past shows: the country of the offline map.
    static let home = MapView(center: GeoPoint(47.153, 9.555), zoom: 11)
    var center: GeoPoint
    var zoom: Int

    /// Dp of the whole earth's width.
    private var extent: Double { 256 * pow(2, Double(zoom)) }

    private func world(_ point: GeoPoint) -> (x: Double, y: Double) {
        let latitude = min(max(point.latitude, -85), 85) * .pi / 180
        return ((point.longitude + 180) / 360 * extent, (1 - asinh(tan(latitude)) / .pi) / 2 * extent)
    }

    /// Where a point lies, in dp from the middle of the map.
    func offset(_ point: GeoPoint) -> (x: Double, y: Double) {
        let (middle, place) = (world(center), world(point))
        return (place.x - middle.x, place.y - middle.y)
    }

    /// The point that lies so many dp from the middle of the map.
    func point(x: Double, y: Double) -> GeoPoint {
        let middle = world(center)
        let longitude = (middle.x + x) / extent * 360 - 180
        let latitude = atan(sinh(.pi * (1 - 2 * (middle.y + y) / extent))) * 180 / .pi
        return GeoPoint(min(max(latitude, -85), 85), min(max(longitude, -180), 180))
    }

    /// The point under a finger.
    func point(_ place: View.Place) -> GeoPoint { point(x: place.x - place.width / 2, y: place.y - place.height / 2) }

    /// Metres that one dp stands for in the middle of the map.
    var metresPerDp: Double { 40_030_000 * cos(center.latitude * .pi / 180) / extent }

    mutating func zoom(by steps: Int) {
        zoom = min(max(zoom + steps, Self.zooms.lowerBound), Self.zooms.upperBound)
    }
}

/// A settlement that the offline map knows.
struct OsmPlace: Hashable {
    var name: String
    var point: GeoPoint

    static let country = "Liechtenstein"

    /// Settlements of Liechtenstein, with their places in OpenStreetMap.
    static let all: [OsmPlace] = [
        OsmPlace(name: "Balzers", point: GeoPoint(47.0688832, 9.5061564)),
        OsmPlace(name: "Bendern", point: GeoPoint(47.2122151, 9.5062101)),
        OsmPlace(name: "Malbun", point: GeoPoint(47.1026191, 9.6083057)),
        OsmPlace(name: "Nendeln", point: GeoPoint(47.1973857, 9.5430636)),
        OsmPlace(name: "Oberplanken", point: GeoPoint(47.1784977, 9.5450163)),
        OsmPlace(name: "Planken", point: GeoPoint(47.1858882, 9.5452201)),
        OsmPlace(name: "Rotenboden", point: GeoPoint(47.1275785, 9.5387131)),
        OsmPlace(name: "Ruggell", point: GeoPoint(47.23976, 9.5262837)),
        OsmPlace(name: "Schaan", point: GeoPoint(47.1663432, 9.5103085)),
        OsmPlace(name: "Schaanwald", point: GeoPoint(47.2165476, 9.5699984)),
        OsmPlace(name: "Schönberg", point: GeoPoint(47.1303814, 9.5930117)),
        OsmPlace(name: "Triesen", point: GeoPoint(47.106997, 9.5274854)),
    ]

    /// Those whose name begins as the words do, whatever the case and the accents; the country may follow after a comma.
    static func find(_ words: String) -> [OsmPlace] {
        let parts = words.split(separator: ",", maxSplits: 1).map { fold($0) }
        guard let name = parts.first, !name.isEmpty else { return [] }
        if parts.count == 2, !fold(country).hasPrefix(parts[1]) { return [] }
        return all.filter { fold($0.name).hasPrefix(name) }
            .sorted { ($0.name.count, $0.name) < ($1.name.count, $1.name) }
    }

    private static func fold(_ text: some StringProtocol) -> String {
        text.trimmingCharacters(in: .whitespaces).folding(
            options: [.caseInsensitive, .diacriticInsensitive],
            locale: nil
        )
    }
}
