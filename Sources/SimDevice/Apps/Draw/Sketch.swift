// SPDX-License-Identifier: Apache-2.0

import Foundation
import Media

/// What has been drawn: strokes over a ground, which a picture is made of in any size.
struct Sketch: Hashable {
    /// One stroke. Places and width are shares of the canvas' width, so that a turned display shows the same.
    struct Stroke: Hashable {
        var points: [Point]
        /// 0xRRGGBB; nil for the eraser, which lays bare the ground.
        var color: UInt32?
        var width: Double
    }

    struct Point: Hashable {
        var x: Double
        var y: Double
    }

    /// The most strokes that are kept; the first of more are lost.
    private static let limit = 2000

    /// 0xRRGGBB
    var ground: UInt32 = 0xffffff
    private(set) var strokes: [Stroke] = []
    private var undone: [Stroke] = []

    var canUndo: Bool { !strokes.isEmpty }
    var canRedo: Bool { !undone.isEmpty }

    mutating func add(_ stroke: Stroke) {
        strokes.append(stroke)
        if strokes.count > Self.limit { strokes.removeFirst() }
        undone = []
    }

    mutating func undo() {
        if let last = strokes.popLast() { undone.append(last) }
    }

    mutating func redo() {
        if let last = undone.popLast() { strokes.append(last) }
    }

    mutating func clear() { (strokes, undone) = ([], []) }

    // MARK: Pictures

    /// Draws it with its upper left corner at that of a rectangle, as wide as the rectangle.
    func draw(_ canvas: Canvas, _ rect: Rect) {
        canvas.clipped(to: rect) {
            canvas.fill(rect, RGBA(hex: ground))
            for stroke in strokes { draw(stroke, canvas, rect) }
        }
    }

    private func draw(_ stroke: Stroke, _ canvas: Canvas, _ rect: Rect) {
        let color = RGBA(hex: stroke.color ?? ground)
        let width = stroke.width * rect.width
        let points = stroke.points.map { (x: rect.x + $0.x * rect.width, y: rect.y + $0.y * rect.width) }
        if points.count == 1 {
            canvas.fillCircle(x: points[0].x, y: points[0].y, radius: width / 2, color)
        }
        for (from, to) in zip(points, points.dropFirst()) { canvas.line(from: from, to: to, color, width: width) }
    }

    func picture(width: Int, height: Int) -> PixelBuffer {
        let canvas = Canvas(width: width, height: height)
        draw(canvas, Rect(x: 0, y: 0, width: Double(width), height: Double(height)))
        return canvas.pixels()
    }

    /// The drawing as SVG, in pixels.
    func svg(width: Int, height: Int) -> String {
        func number(_ share: Double) -> String { String(format: "%.1f", share * Double(width)) }
        var out = """
            <svg width="\(width)" height="\(height)" xmlns="http://www.w3.org/2000/svg">
            <rect width="\(width)" height="\(height)" fill="\(Self.hex(ground))"/>

            """
        for stroke in strokes {
            // A dot is a line of no length with a round end.
            let points = stroke.points.count == 1 ? stroke.points + stroke.points : stroke.points
            let way = points.enumerated().map { index, point in
                "\(index == 0 ? "M" : "L")\(number(point.x)),\(number(point.y))"
            }
            out +=
                "<path d=\"\(way.joined(separator: " "))\" fill=\"none\" stroke=\"\(Self.hex(stroke.color ?? ground))\" "
                + "stroke-width=\"\(number(stroke.width))\" stroke-linecap=\"round\"/>\n"
        }
        return out + "</svg>\n"
    }

    /// `#1a2b3c`
    static func hex(_ color: UInt32) -> String { "#" + digits(color) }

    /// `1a2b3c`
    static func digits(_ color: UInt32) -> String { String(format: "%06x", color & 0xffffff) }
}
