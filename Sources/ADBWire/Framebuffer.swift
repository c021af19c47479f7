// SPDX-License-Identifier: Apache-2.0

public import Base

/// What stands in front of the pixels of `framebuffer:`, in any of its versions.
public struct FramebufferHeader: Hashable, Sendable {
    /// Where a channel lies in a pixel: its lowest bit, and how many there are.
    public struct Channel: Hashable, Sendable {
        public var offset: UInt32
        public var length: UInt32

        public init(_ offset: UInt32, _ length: UInt32) {
            self.offset = offset
            self.length = length
        }
    }

    /// 1, 2, or 16 for the oldest form, which is always RGB565.
    public var version: UInt32
    public var bitsPerPixel: UInt32
    /// Android's number for the colour space; 0 where it is not told.
    public var colorSpace: UInt32
    /// Bytes that follow.
    public var size: UInt32
    public var width: UInt32
    public var height: UInt32
    public var red: Channel
    public var green: Channel
    public var blue: Channel
    public var alpha: Channel

    /// A header of version 2 for 8 bits of red, green, blue and alpha, in this order.
    public init(rgba width: UInt32, _ height: UInt32) {
        (version, bitsPerPixel, colorSpace) = (2, 32, 0)
        (self.width, self.height, size) = (width, height, width * height * 4)
        (red, green, blue, alpha) = (Channel(0, 8), Channel(8, 8), Channel(16, 8), Channel(24, 8))
    }

    fileprivate init(version: UInt32, _ fields: [UInt32]) {
        self.version = version
        if version == 16 {
            (bitsPerPixel, colorSpace) = (16, 0)
            (size, width, height) = (fields[0], fields[1], fields[2])
            (red, green, blue, alpha) = (Channel(11, 5), Channel(5, 6), Channel(0, 5), Channel(0, 0))
            return
        }
        let rest = version == 2 ? fields[2...] : fields[1...]
        func field(_ index: Int) -> UInt32 { rest[rest.startIndex + index] }
        bitsPerPixel = fields[0]
        colorSpace = version == 2 ? fields[1] : 0
        (size, width, height) = (field(0), field(1), field(2))
        red = Channel(field(3), field(4))
        blue = Channel(field(5), field(6))
        green = Channel(field(7), field(8))
        alpha = Channel(field(9), field(10))
    }

    /// The bytes of the header, little-endian.
    public var encoded: [UInt8] {
        var numbers = [version]
        if version == 16 {
            numbers += [size, width, height]
        } else {
            numbers.append(bitsPerPixel)
            if version == 2 { numbers.append(colorSpace) }
            numbers += [size, width, height]
            for channel in [red, blue, green, alpha] { numbers += [channel.offset, channel.length] }
        }
        var out: [UInt8] = []
        for number in numbers { out.appendLittle(number) }
        return out
    }

    /// Bytes of a pixel, 2 to 4.
    var pixelSize: Int { Int(bitsPerPixel / 8) }

    fileprivate func check() throws(DroidError) {
        guard (1...FramebufferDecoder.sideLimit).contains(width), (1...FramebufferDecoder.sideLimit).contains(height)
        else {
            throw .violation("the device's picture cannot be read", "it says \(width) by \(height) pixels")
        }
        let channels = [red, green, blue, alpha]
        guard [16, 24, 32].contains(bitsPerPixel),
            channels.allSatisfy({ $0.length <= 16 && $0.offset <= 32 && $0.offset + $0.length <= bitsPerPixel }),
            channels.dropLast().allSatisfy({ $0.length > 0 })
        else {
            throw .violation("the device's picture cannot be read", "\(bitsPerPixel) bits a pixel in an unknown order")
        }
        guard Int(size) >= Int(width) * Int(height) * pixelSize, Int(size) <= FramebufferDecoder.byteLimit else {
            throw .violation("the device's picture cannot be read", "\(size) bytes for \(width) by \(height) pixels")
        }
    }
}

/// A picture of the display: red, green, blue and alpha in a byte each, rows from the top, no padding.
public struct FramebufferPicture: Hashable, Sendable {
    public var width: Int
    public var height: Int
    public var rgba: [UInt8]

    public init(width: Int, height: Int, rgba: [UInt8]) {
        (self.width, self.height, self.rgba) = (width, height, rgba)
    }
}

/// Reads the answer to `framebuffer:` in any split. It holds one picture of at most 256 MiB, and nothing before a header
/// that makes sense.
public struct FramebufferDecoder: Sendable {
    /// Pixels that a side may have.
    public static let sideLimit: UInt32 = 16_384
    /// Bytes that a picture may have.
    public static let byteLimit = 256 << 20

    private var head = HeadReader()
    /// What was read of the header, once all of it is there.
    public private(set) var header: FramebufferHeader?
    private var pixels: [UInt8] = []

    public init() {}

    /// Takes bytes from the front of `input`.
    ///
    /// - Returns: the picture as soon as it is whole; bytes that follow stay in `input`.
    /// - Throws: `DroidError` with code `adb.protocol` for a header that makes no sense.
    public mutating func next(_ input: inout ArraySlice<UInt8>) throws(DroidError) -> FramebufferPicture? {
        if header == nil {
            guard head.fill(4, from: &input) else { return nil }
            let version: UInt32 = head.bytes[...].little(0)
            let count: Int
            switch version {
            case 1: count = 12
            case 2: count = 13
            case 16: count = 3
            default:
                throw .violation("the device's picture cannot be read", "version \(version) of its header is not known")
            }
            guard head.fill(4 + 4 * count, from: &input) else { return nil }
            let bytes = head.bytes[4...]
            let parsed = FramebufferHeader(version: version, (0..<count).map { bytes.little(4 * $0) })
            try parsed.check()
            header = parsed
        }
        guard let header else { return nil }
        let part = input.prefix(Int(header.size) - pixels.count)
        if pixels.isEmpty { pixels.reserveCapacity(Int(header.size)) }
        pixels.append(contentsOf: part)
        input = input.dropFirst(part.count)
        guard pixels.count == Int(header.size) else { return nil }
        defer {
            pixels = []
            self.header = nil
            head.clear()
        }
        return FramebufferDecoder.picture(header, pixels)
    }

    private static func picture(_ header: FramebufferHeader, _ bytes: [UInt8]) -> FramebufferPicture {
        let (width, height, pixel) = (Int(header.width), Int(header.height), header.pixelSize)
        // Whoever sends more than the pixels has padded its rows.
        let stride = max(width * pixel, bytes.count / height)
        let isRGB = header.red == .init(0, 8) && header.green == .init(8, 8) && header.blue == .init(16, 8)
        if isRGB, pixel == 4, header.alpha == .init(24, 8), stride == width * 4, bytes.count == stride * height {
            return FramebufferPicture(width: width, height: height, rgba: bytes)
        }
        let channels = [header.red, header.green, header.blue, header.alpha].map(Unpacker.init)
        let rgba = [UInt8](unsafeUninitializedCapacity: width * height * 4) { out, count in
            var at = 0
            for row in 0..<height {
                for start in Swift.stride(from: row * stride, to: row * stride + width * pixel, by: pixel) {
                    var value: UInt32 = 0
                    for index in 0..<pixel { value |= UInt32(bytes[start + index]) << UInt32(8 * index) }
                    for channel in channels {
                        out[at] = channel.byte(value)
                        at += 1
                    }
                }
            }
            count = at
        }
        return FramebufferPicture(width: width, height: height, rgba: rgba)
    }

    /// Takes one channel out of a pixel and stretches it to 8 bits; a channel without bits is full.
    private struct Unpacker {
        let offset: UInt32
        let most: UInt32

        init(_ channel: FramebufferHeader.Channel) {
            offset = channel.offset
            most = (1 << channel.length) - 1
        }

        func byte(_ value: UInt32) -> UInt8 {
            if most == 255 { return UInt8(truncatingIfNeeded: value >> offset) }
            if most == 0 { return 255 }
            return UInt8(((value >> offset & most) * 255 + most / 2) / most)
        }
    }
}
