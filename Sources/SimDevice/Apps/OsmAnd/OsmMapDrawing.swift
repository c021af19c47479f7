// SPDX-License-Identifier: Apache-2.0

import Foundation
import Media

/// The map's pixels: a grid of degrees, the settlements at their places, and what is the user's own.
struct OsmMapDrawing {
    let map: MapView
    var favorites: [GeoPoint] = []
    var markers: [GeoPoint] = []
    /// A track or a route in the making.
    var line: [GeoPoint] = []
    var selected: GeoPoint?
    var position: GeoPoint?
    /// A route is being planned: the middle of the map is marked.
    var aims = false

    private static let land = RGBA(hex: 0xf2efe9)
    private static let grid = RGBA(hex: 0xd4cfc4)
    private static let ink = RGBA(hex: 0x3c3c3c)
    private static let orange = RGBA(hex: 0xff8800)
    private static let blue = RGBA(hex: 0x2f6fe0)

    func draw(_ canvas: Canvas, _ rect: Rect) {
        canvas.clipped(to: rect) {
            canvas.fill(rect, Self.land)
            graticule(canvas, rect)
            route(canvas, rect)
            for place in OsmPlace.all { settlement(place, canvas, rect) }
            for point in favorites { pin(point, Self.orange, .star, canvas, rect) }
            for point in markers { pin(point, RGBA(hex: 0xc6366c), .flag, canvas, rect) }
            if let selected { pin(selected, Self.blue, .location, canvas, rect) }
            if let position {
                let at = spot(position, rect)
                canvas.fillCircle(x: at.x, y: at.y, radius: 22, RGBA(hex: 0x2f6fe0, alpha: 0.25))
                canvas.fillCircle(x: at.x, y: at.y, radius: 11, Self.blue)
            }
            if aims { crosshair(canvas, rect) }
            ruler(canvas, rect)
        }
    }

    private func spot(_ point: GeoPoint, _ rect: Rect) -> (x: Double, y: Double) {
        let offset = map.offset(point)
        return (rect.centerX + offset.x * Screen.scale, rect.centerY + offset.y * Screen.scale)
    }

    /// Lines at round degrees, about a quarter of the screen apart.
    private func graticule(_ canvas: Canvas, _ rect: Rect) {
        let corner = map.point(x: -rect.width / 2 / Screen.scale, y: -rect.height / 2 / Screen.scale)
        let other = map.point(x: rect.width / 2 / Screen.scale, y: rect.height / 2 / Screen.scale)
        let wide = (other.longitude - corner.longitude) / 3
        let steps = [5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002]
        let step = steps.first { $0 <= wide } ?? 0.0001
        let style = FontStyle(size: 10 * Screen.scale)
        let digits = step < 0.001 ? 4 : step < 0.01 ? 3 : 2
        for index in lines(corner.longitude, other.longitude, step) {
            let value = Double(index) * step
            let x = spot(GeoPoint(map.center.latitude, value), rect).x
            canvas.line(from: (x, rect.y), to: (x, rect.bottom), Self.grid, width: 2)
            canvas.draw(String(format: "%.\(digits)f°", value), style, x: x + 6, y: rect.bottom - 44, Self.ink)
        }
        for index in lines(other.latitude, corner.latitude, step) {
            let value = Double(index) * step
            let y = spot(GeoPoint(value, map.center.longitude), rect).y
            canvas.line(from: (rect.x, y), to: (rect.right, y), Self.grid, width: 2)
            canvas.draw(String(format: "%.\(digits)f°", value), style, x: rect.x + 8, y: y + 4, Self.ink)
        }
    }

    private func lines(_ low: Double, _ high: Double, _ step: Double) -> [Int] {
        guard high > low, (high - low) / step < 60 else { return [] }
        return Array(Int((low / step).rounded(.up))...max(Int((low / step).rounded(.up)), Int(high / step)))
    }

    private func settlement(_ place: OsmPlace, _ canvas: Canvas, _ rect: Rect) {
        let at = spot(place.point, rect)
        guard at.x > rect.x - 300, at.x < rect.right + 300, at.y > rect.y - 100, at.y < rect.bottom + 100 else {
            return
        }
        canvas.fillCircle(x: at.x, y: at.y, radius: 10, RGBA(hex: 0xffffff))
        canvas.strokeCircle(x: at.x, y: at.y, radius: 10, Self.ink, width: 4)
        let size = map.zoom < 10 ? 10.0 : 13
        canvas.draw(
            place.name,
            FontStyle(size: size * Screen.scale, weight: .medium),
            x: at.x,
            y: at.y + 32,
            Self.ink,
            centered: true
        )
    }

    private func pin(_ point: GeoPoint, _ color: RGBA, _ icon: Icon, _ canvas: Canvas, _ rect: Rect) {
        let at = spot(point, rect)
        canvas.fillCircle(x: at.x, y: at.y, radius: 34, RGBA(hex: 0xffffff))
        canvas.fillCircle(x: at.x, y: at.y, radius: 29, color)
        canvas.draw(icon, in: Rect(x: at.x - 20, y: at.y - 20, width: 40, height: 40), RGBA(hex: 0xffffff))
    }

    private func route(_ canvas: Canvas, _ rect: Rect) {
        let spots = line.map { spot($0, rect) }
        for (from, to) in zip(spots, spots.dropFirst()) { canvas.line(from: from, to: to, Self.blue, width: 12) }
        for at in spots {
            canvas.fillCircle(x: at.x, y: at.y, radius: 18, RGBA(hex: 0xffffff))
            canvas.strokeCircle(x: at.x, y: at.y, radius: 18, Self.blue, width: 7)
        }
        if aims, let last = spots.last {
            canvas.line(from: last, to: (rect.centerX, rect.centerY), RGBA(hex: 0x2f6fe0, alpha: 0.4), width: 8)
        }
    }

    private func crosshair(_ canvas: Canvas, _ rect: Rect) {
        let (x, y) = (rect.centerX, rect.centerY)
        canvas.strokeCircle(x: x, y: y, radius: 36, Self.ink, width: 5)
        canvas.line(from: (x - 60, y), to: (x + 60, y), Self.ink, width: 4)
        canvas.line(from: (x, y - 60), to: (x, y + 60), Self.ink, width: 4)
    }

    /// The bar that tells the scale.
    private func ruler(_ canvas: Canvas, _ rect: Rect) {
        let limit = map.metresPerDp * 90
        let power = pow(10, log10(limit).rounded(.down))
        let length = [5, 2, 1].map { $0 * power }.first { $0 <= limit } ?? power
        let width = length / map.metresPerDp * Screen.scale
        let (x, y) = (rect.centerX - width / 2, rect.bottom - 150)
        canvas.line(from: (x, y), to: (x + width, y), Self.ink, width: 5)
        canvas.line(from: (x, y - 16), to: (x, y), Self.ink, width: 5)
        canvas.line(from: (x + width, y - 16), to: (x + width, y), Self.ink, width: 5)
        canvas.draw(
            length < 1000 ? String(format: "%.0f m", length) : String(format: "%.0f km", length / 1000),
            FontStyle(size: 12 * Screen.scale),
            x: rect.centerX,
            y: y - 26,
            Self.ink,
            centered: true
        )
    }
}
