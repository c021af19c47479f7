// SPDX-License-Identifier: Apache-2.0

import Media

/// What the camera sees: a landscape whose sun goes round with the device's clock and whose clouds drift, so that two pictures of
/// different moments are different pictures.
struct CameraScene {
    /// Milliseconds since 1970.
    let time: Int64

    func draw(_ canvas: Canvas, _ rect: Rect) { canvas.clipped(to: rect) { paint(canvas, rect) } }

    private func paint(_ canvas: Canvas, _ rect: Rect) {
        let (width, height) = (rect.width, rect.height)
        let horizon = rect.y + height * 0.62
        let sky = Rect(x: rect.x, y: rect.y, width: width, height: height * 0.62)
        canvas.fillGradient(sky, top: RGBA(hex: 0x3f7fc4), bottom: RGBA(hex: 0xcfe3f2))
        let day = Double(time % 86_400_000) / 86_400_000
        let sun = (x: rect.x + width * day, y: rect.y + height * (0.12 + 0.4 * abs(day - 0.5)))
        canvas.fillCircle(x: sun.x, y: sun.y, radius: width * 0.06, RGBA(hex: 0xffe08a))
        for cloud in 0..<4 {
            let drift = Double((time / 50 + Int64(cloud) * 577) % 2000) / 2000
            let x = rect.x + width * (drift * 1.4 - 0.2)
            let y = rect.y + height * (0.1 + 0.09 * Double(cloud))
            for puff in 0..<3 {
                let radius = width * (0.045 + 0.012 * Double((puff + cloud) % 3))
                let at = x + Double(puff) * width * 0.05
                canvas.fillCircle(x: at, y: y, radius: radius, RGBA(hex: 0xffffff, alpha: 0.8))
            }
        }
        for (index, color) in [0x7d9a8c, 0x5b8068, 0x3f6a4c].enumerated() {
            let step = width / 5
            for hill in -1...6 {
                let shift = Double((hill * 37 + index * 53) % 5) / 5
                let radius = step * (0.9 + 0.5 * shift)
                let y = horizon + height * 0.1 * Double(index) + radius * 0.55
                canvas.fillCircle(x: rect.x + step * Double(hill), y: y, radius: radius, RGBA(hex: UInt32(color)))
            }
        }
        let meadow = Rect(x: rect.x, y: horizon + height * 0.24, width: width, height: height * 0.14)
        canvas.fill(meadow, RGBA(hex: 0x4d7a41))
    }

    /// The scene as a picture.
    func picture(width: Int, height: Int) -> PixelBuffer {
        let canvas = Canvas(width: width, height: height)
        draw(canvas, Rect(x: 0, y: 0, width: Double(width), height: Double(height)))
        return canvas.pixels()
    }
}
