// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file of places and tracks (GPX 1.1), as far as the app writes and shows it.
struct GPXFile: Hashable {
    /// A named place.
    struct Waypoint: Hashable {
        var name: String
        var point: GeoPoint
        /// When it was made, in milliseconds since 1970.
        var time: Int64 = 0
    }

    var name = ""
    var waypoints: [Waypoint] = []
    /// The points of all tracks, in order.
    var track: [GeoPoint] = []

    init() {}

    /// Reads what it can of a text; whatever it does not know it passes over.
    init(_ text: String) {
        var open: (tag: Substring, point: GeoPoint?)?
        var waypointName = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            let content = rest[..<start]
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            let kind = tag.prefix { !$0.isWhitespace && $0 != "/" }
            let closes = tag.hasSuffix("/")
            switch kind {
            case "wpt", "trkpt":
                guard let point = Self.point(tag) else { continue }
                if kind == "trkpt" { track.append(point) }
                if kind == "wpt", closes { waypoints.append(Waypoint(name: "", point: point)) }
                if !closes { (open, waypointName) = ((kind, point), "") }
            case "":  // A tag that closes.
                switch tag.dropFirst() {
                case "name":
                    let value = Self.unescaped(content).trimmingCharacters(in: .whitespacesAndNewlines)
                    if open?.tag == "wpt" { waypointName = value } else if open == nil, name.isEmpty { name = value }
                case "wpt":
                    if let point = open?.point { waypoints.append(Waypoint(name: waypointName, point: point)) }
                    open = nil
                case "trkpt": open = nil
                default: break
                }
            default: break
            }
        }
    }

    /// The whole file as the app writes it.
    func text(time: Int64) -> String {
        var lines = [
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
            #"<gpx version="1.1" creator="OsmAnd 4.6.13" xmlns="http://www.topografix.com/GPX/1/1">"#,
            "  <metadata>", "    <name>\(Self.escaped(name))</name>", "    <time>\(Self.stamp(time))</time>",
            "  </metadata>",
        ]
        for waypoint in waypoints {
            lines += [
                "  <wpt \(Self.attributes(waypoint.point))>", "    <time>\(Self.stamp(waypoint.time))</time>",
                "    <name>\(Self.escaped(waypoint.name))</name>", "  </wpt>",
            ]
        }
        if !track.isEmpty {
            lines += ["  <trk>", "    <name>\(Self.escaped(name))</name>", "    <trkseg>"]
            lines += track.map { "      <trkpt \(Self.attributes($0))></trkpt>" }
            lines += ["    </trkseg>", "  </trk>"]
        }
        return (lines + ["</gpx>", ""]).joined(separator: "\n")
    }

    private static func attributes(_ point: GeoPoint) -> String {
        String(format: "lat=\"%.7f\" lon=\"%.7f\"", point.latitude, point.longitude)
    }

    private static func stamp(_ milliseconds: Int64) -> String {
        let time = LocalTime(milliseconds, zone: "UTC")
        let (day, two) = (time.day, LocalTime.two)
        return
            "\(day.year)-\(two(day.month))-\(two(day.day))T\(two(time.hour)):\(two(time.minute)):\(two(time.second))Z"
    }

    private static func point(_ tag: Substring) -> GeoPoint? {
        func value(_ name: String) -> Double? {
            for quote in ["\"", "'"] {
                guard let range = tag.firstRange(of: " \(name)=\(quote)") else { continue }
                return Double(tag[range.upperBound...].prefix { String($0) != quote })
            }
            return nil
        }
        guard let latitude = value("lat"), let longitude = value("lon"), abs(latitude) <= 90, abs(longitude) <= 180
        else { return nil }
        return GeoPoint(latitude, longitude)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
    }
}
