// SPDX-License-Identifier: Apache-2.0

import Base
import Media

/// Reads what `screencap` prints while it arrives: the pixels go straight to where they stay.
struct ScreencapStream {
    private var head: [UInt8] = []
    private var size: (width: Int, height: Int)?
    private var pixels: [UInt8] = []
    /// Whether the header is taken for one of 16 bytes; then the last of its four words.
    private var colorSpace: ArraySlice<UInt8>?
    /// What does not begin with a header of packed RGBA is read whole.
    private var other: [UInt8] = []
    private var isOther = false
    /// More than any display has is not believed.
    private static let limit = 256 << 20

    /// - Throws: `DroidError` with code `screen.noPicture` when more comes than any picture has.
    mutating func feed(_ piece: ArraySlice<UInt8>) throws {
        var rest = piece
        if isOther {
            guard other.count + rest.count <= Self.limit else { throw Screencap.failure(Array(other.prefix(160))) }
            other.append(contentsOf: rest)
            return
        }
        if size == nil {
            let missing = rest.prefix(16 - head.count)
            head.append(contentsOf: missing)
            rest = rest.dropFirst(missing.count)
            guard head.count == 16 else { return }
            try start()
            if isOther { return try feed(rest) }
        }
        guard let size, pixels.count + rest.count <= size.width * size.height * 4 + 4 else {
            throw Screencap.failure(Array(pixels.prefix(160)))
        }
        pixels.append(contentsOf: rest)
    }

    private mutating func start() throws {
        func word(_ place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(head[place * 4 + $1]) << (8 * $1) } }
        let (width, height) = (word(0), word(1))
        guard (1...Screencap.sideLimit).contains(width), (1...Screencap.sideLimit).contains(height), word(2) == 1,
            width <= PNG.maximumPixels / height
        else {
            isOther = true
            other = head
            return
        }
        size = (width, height)
        pixels.reserveCapacity(width * height * 4 + 4)
        // The fourth word is a small number where it is the colour space, and an opaque pixel where it is none.
        if word(3) < 0x1000 { colorSpace = head[12...] } else { pixels.append(contentsOf: head[12...]) }
    }

    /// The picture, once everything has come.
    ///
    /// - Throws: `DroidError` with code `screen.noPicture`.
    consuming func finish() throws -> Screenshot {
        guard let size, !isOther else { return try Screencap.raw(isOther ? other : head) }
        let count = size.width * size.height * 4
        if pixels.count == count + 4, colorSpace == nil { pixels.removeFirst(4) }
        if pixels.count == count - 4, let first = colorSpace { pixels.insert(contentsOf: first, at: 0) }
        guard pixels.count == count else {
            throw DroidError(
                "screen.noPicture",
                "the device sent no picture of its display",
                why: "the picture broke off after \(pixels.count) of \(count) bytes",
                next: "try again; the device may be short of memory"
            )
        }
        return .pixels(try PixelBuffer(width: size.width, height: size.height, pixels: pixels))
    }
}
