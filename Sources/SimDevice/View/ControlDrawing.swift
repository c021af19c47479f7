// SPDX-License-Identifier: Apache-2.0

import Media

/// How the controls look that are more than text and icons. Lengths follow the control's own height.
enum ControlDrawing {
    static func toggle(_ canvas: Canvas, _ rect: Rect, _ palette: Palette, on: Bool) {
        let height = rect.width * 32 / 52
        let track = Rect(x: rect.x, y: rect.centerY - height / 2, width: rect.width, height: height)
        if on {
            canvas.fill(track, palette(.primary), radius: height / 2)
            canvas.fillCircle(
                x: track.right - height / 2,
                y: track.centerY,
                radius: height * 0.375,
                palette(.onPrimary)
            )
        } else {
            canvas.fill(track, palette(.surfaceVariant), radius: height / 2)
            canvas.stroke(track, palette(.outline), width: height / 16, radius: height / 2)
            canvas.fillCircle(x: track.x + height / 2, y: track.centerY, radius: height * 0.25, palette(.outline))
        }
    }

    static func check(_ canvas: Canvas, _ rect: Rect, _ palette: Palette, on: Bool) {
        let box = rect.inset(rect.width / 8)
        let radius = rect.width / 12
        if on {
            canvas.fill(box, palette(.primary), radius: radius)
            canvas.draw(.check, in: rect.inset(rect.width / 6), palette(.onPrimary))
        } else {
            canvas.stroke(box, palette(.onSurfaceVariant), width: rect.width / 12, radius: radius)
        }
    }

    static func radio(_ canvas: Canvas, _ rect: Rect, _ palette: Palette, on: Bool) {
        let color = palette(on ? .primary : .onSurfaceVariant)
        let (x, y) = (rect.centerX, rect.centerY)
        canvas.strokeCircle(x: x, y: y, radius: rect.width * 0.38, color, width: rect.width / 12)
        if on { canvas.fillCircle(x: x, y: y, radius: rect.width * 0.21, color) }
    }

    static func slider(_ canvas: Canvas, _ rect: Rect, _ palette: Palette, share: Double) {
        let thumb = rect.height / 4.8
        let (left, right) = (rect.x + thumb, rect.right - thumb)
        let x = left + (right - left) * min(max(share, 0), 1)
        let thickness = rect.height / 12
        let line = Rect(x: left, y: rect.centerY - thickness / 2, width: right - left, height: thickness)
        canvas.fill(line, palette(.secondaryContainer), radius: thickness / 2)
        let done = Rect(x: left, y: line.y, width: x - left, height: thickness)
        canvas.fill(done, palette(.primary), radius: thickness / 2)
        canvas.fillCircle(x: x, y: rect.centerY, radius: thumb, palette(.primary))
    }

    /// The part of a slider's width that the finger can use, so that its ends are the range's ends.
    static func sliderShare(x: Int, left: Int, right: Int, height: Int) -> Double {
        let thumb = Double(height) / 4.8
        let usable = Double(right - left) - 2 * thumb
        guard usable > 0 else { return 0 }
        return min(max((Double(x - left) - thumb) / usable, 0), 1)
    }
}
