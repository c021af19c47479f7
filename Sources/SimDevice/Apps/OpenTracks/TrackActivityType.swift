// SPDX-License-Identifier: Apache-2.0

import Media

/// The types of activity that OpenTracks knows: an id, by which it is stored, and a picture.
struct TrackActivityType {
    let id: String
    let glyph: Glyph

    /// The pictures; similar activities share one.
    enum Glyph: String {
        case walk, run, bike, boat, ski, car, plane, other

        /// In a grid of 24 x 24, drawn with lines of 2.
        var path: VectorPath {
            switch self {
            case .walk:
                VectorPath(
                    words: "O 13 4 1.6 M 13 8 L 10 13 L 13 16 L 13 21 M 10 13 L 8 21 M 13 9 L 17 12 M 12 8 L 8 11"
                )
            case .run:
                VectorPath(
                    words:
                        "O 15 4 1.6 M 14 8 L 11 13 L 15 15 L 14 21 M 11 13 L 9 17 L 4 17 M 13 8 L 8 9 L 7 12 M 14 9 L 17 12 L 20 11"
                )
            case .bike:
                VectorPath(
                    words:
                        "O 6 16 4 O 18 16 4 M 6 16 L 10 9 L 15 9 L 18 16 M 10 9 L 12 16 L 15 9 M 12 16 L 6 16 M 15 9 L 14 6 L 17 6"
                )
            case .boat: VectorPath(words: "M 3 16 L 21 16 L 18 21 L 6 21 L 3 16 M 12 16 L 12 3 L 19 13 L 12 13")
            case .ski:
                VectorPath(
                    words: "O 15 5 1.6 M 3 17 L 21 22 M 14 9 L 10 12 L 14 15 L 11 19 M 13 9 L 18 12 M 19 8 L 16 18"
                )
            case .car:
                VectorPath(words: "M 3 16 L 3 12 L 6 6 L 18 6 L 21 12 L 21 16 L 3 16 M 3 12 L 21 12 O 7 17 2 O 17 17 2")
            case .plane: VectorPath(words: "M 12 2 L 12 21 M 3 14 L 12 8 L 21 14 M 8 21 L 12 18 L 16 21")
            case .other: VectorPath(words: "O 12 12 8 M 12 8 L 12 13 L 15 15")
            }
        }
    }

    /// As a user reads it: `mountain biking`.
    var label: String { id.replacing("_", with: " ") }

    static let all: [TrackActivityType] = (["unknown"] + glyphs.keys.filter { $0 != "unknown" }.sorted()).map {
        TrackActivityType(id: $0, glyph: glyphs[$0] ?? .other)
    }

    private static let glyphs: [String: Glyph] = [
        "airplane": .plane, "atv": .car, "biking": .bike, "boat": .boat, "climbing": .walk,
        "cross_country_skiing": .ski, "driving": .car, "ferry": .boat, "hang_gliding": .plane, "helicopter": .plane,
        "hiking": .walk, "horse_riding": .other, "inline_skating": .run, "kayaking": .boat, "kite_surfing": .boat,
        "motor_bike": .bike, "mountain_biking": .bike, "off_trail_hiking": .walk, "paragliding": .plane,
        "road_biking": .bike, "rowing": .boat, "running": .run, "sailing": .boat, "skateboarding": .run,
        "skiing": .ski, "snowboarding": .ski, "snowshoeing": .walk, "speed_walking": .walk, "street_running": .run,
        "swimming": .boat, "trail_hiking": .walk, "trail_running": .run, "train": .car, "unknown": .other,
        "walking": .walk, "wind_surfing": .boat, "workout": .other, "yoga": .other,
    ]

    /// The type of a track: by its id, else by what its category says.
    static func of(_ track: Track) -> TrackActivityType {
        let unknown = all[0]
        return all.first { $0.id == track.type && $0.id != unknown.id } ?? all.first { $0.label == track.category }
            ?? unknown
    }

    /// The picture on a disc of the app's colour.
    func icon(size: Dp = 40) -> View {
        let path = glyph.path
        return Drawing { canvas, rect, palette in
            canvas.fillCircle(x: rect.centerX, y: rect.centerY, radius: rect.width / 2, palette(.primaryContainer))
            let scale = rect.width * 0.6 / 24
            canvas.transformed(x: rect.x + rect.width * 0.2, y: rect.y + rect.height * 0.2, scale: scale) {
                canvas.draw(path, palette(.onPrimaryContainer), stroke: 1.8)
            }
        }
        .className("android.widget.ImageView")
        .size(size, size)
    }
}
