// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Makes APKs for tests: a ZIP with a manifest in Android's binary XML, and a resource table where the label needs one.
public struct ApkWriter {
    public init() {}

    public var package = "org.example.notes"
    public var versionCode = 3
    public var versionName = "1.2"
    public var label = "My Notes"
    /// The label as a resource, in several languages; the attribute is a reference then.
    public var labels: [(language: String, text: String)] = []
    public var minSDK = 24
    public var isTestOnly = false
    public var permissions = ["android.permission.CAMERA"]
    public var activity: String? = ".MainActivity"
    public var usesUTF16 = false
    public var deflates = true
    /// More bytes in the archive, as code and pictures have them.
    public var ballast = 0

    public static let labelID: UInt32 = 0x7f01_0000

    /// The whole file.
    public var bytes: [UInt8] {
        var zip = ZipWriter(deflates: deflates)
        zip.add("AndroidManifest.xml", manifest)
        if !labels.isEmpty { zip.add("resources.arsc", table) }
        zip.add("classes.dex", Array("dex\n035\0".utf8) + [UInt8](repeating: 0, count: 104 + ballast))
        return zip.finish()
    }

    // MARK: Binary XML

    private static let space = "http://schemas.android.com/apk/res/android"
    private static let ids: [(String, UInt32)] = [
        ("label", 0x0101_0001), ("name", 0x0101_0003), ("versionCode", 0x0101_021b), ("versionName", 0x0101_021c),
        ("minSdkVersion", 0x0101_020c), ("testOnly", 0x0101_0272), ("scheme", 0x0101_0027),
    ]

    private enum Value {
        case text(String)
        case number(UInt32)
        case flag(Bool)
        case resource(UInt32)
    }

    /// `AndroidManifest.xml` alone.
    public var manifest: [UInt8] {
        var strings = Self.ids.map(\.0)
        func index(_ text: String) -> UInt32 {
            if let known = strings.firstIndex(of: text) { return UInt32(known) }
            strings.append(text)
            return UInt32(strings.count - 1)
        }
        func start(_ name: String, _ attributes: [(String, Value)]) -> [UInt8] {
            var body = little(UInt32.max) + little(index(name)) + [20, 0, 20, 0] + little(UInt16(attributes.count))
            body += [0, 0, 0, 0, 0, 0]
            for (key, value) in attributes {
                body += little(key == "package" ? .max : index(Self.space)) + little(index(key))
                switch value {
                case .text(let text): body += little(index(text)) + [8, 0, 0, 3] + little(index(text))
                case .number(let number): body += little(UInt32.max) + [8, 0, 0, 0x10] + little(number)
                case .flag(let flag): body += little(UInt32.max) + [8, 0, 0, 0x12] + little(flag ? UInt32.max : 0)
                case .resource(let id): body += little(UInt32.max) + [8, 0, 0, 1] + little(id)
                }
            }
            return chunk(0x0102, little(UInt32(1)) + little(UInt32.max), body)
        }
        func end(_ name: String) -> [UInt8] {
            chunk(0x0103, little(UInt32(1)) + little(UInt32.max), little(UInt32.max) + little(index(name)))
        }
        var body = chunk(
            0x0100,
            little(UInt32(1)) + little(UInt32.max),
            little(index("android")) + little(index(Self.space))
        )
        body += start(
            "manifest",
            [
                ("versionCode", .number(UInt32(versionCode))), ("versionName", .text(versionName)),
                ("package", .text(package)),
            ]
        )
        body += start("uses-sdk", [("minSdkVersion", .number(UInt32(minSDK)))]) + end("uses-sdk")
        for permission in permissions {
            body += start("uses-permission", [("name", .text(permission))]) + end("uses-permission")
        }
        var facts: [(String, Value)] = [("label", labels.isEmpty ? .text(label) : .resource(Self.labelID))]
        if isTestOnly { facts.append(("testOnly", .flag(true))) }
        body += start("application", facts)
        if let activity {
            body += start("activity", [("name", .text(activity))]) + start("intent-filter", [])
            body += start("action", [("name", .text("android.intent.action.MAIN"))]) + end("action")
            body += start("category", [("name", .text("android.intent.category.LAUNCHER"))]) + end("category")
            body += end("intent-filter") + start("intent-filter", [])
            body += start("action", [("name", .text("android.intent.action.VIEW"))]) + end("action")
            body += start("data", [("scheme", .text("notes"))]) + end("data")
            body += end("intent-filter") + end("activity")
        }
        body += end("application") + end("manifest")
        let map = chunk(0x0180, [], Self.ids.flatMap { little($0.1) })
        return chunk(0x0003, [], pool(strings, utf16: usesUTF16) + map + body)
    }

    private func pool(_ strings: [String], utf16: Bool) -> [UInt8] {
        var offsets: [UInt8] = []
        var data: [UInt8] = []
        for text in strings {
            offsets += little(UInt32(data.count))
            if utf16 {
                let units = Array(text.utf16)
                data += little(UInt16(units.count)) + units.flatMap { little($0) } + [0, 0]
            } else {
                data += [UInt8(text.utf16.count), UInt8(text.utf8.count)] + Array(text.utf8) + [0]
            }
        }
        while data.count % 4 != 0 { data.append(0) }
        let head =
            little(UInt32(strings.count)) + little(UInt32(0)) + little(UInt32(utf16 ? 0 : 0x100))
            + little(UInt32(28 + offsets.count)) + little(UInt32(0))
        return chunk(0x0001, head, offsets + data)
    }

    /// A table with one string resource in each language.
    private var table: [UInt8] {
        var types: [UInt8] = []
        for (number, entry) in labels.enumerated() {
            var config = little(UInt32(28)) + [UInt8](repeating: 0, count: 24)
            let code = Array(entry.language.utf8)
            if code.count == 2 { (config[8], config[9]) = (code[0], code[1]) }
            let head = [1, 0, 0, 0] + little(UInt32(1)) + little(UInt32(20 + 28 + 4)) + config
            let value = [8, 0, 0, 0] + little(UInt32(0)) + [8, 0, 0, 3] + little(UInt32(number))
            types += chunk(0x0201, head, little(UInt32(0)) + value)
        }
        let name = Array("org.example".utf16).flatMap { little($0) }
        let head =
            little(UInt32(0x7f)) + name + [UInt8](repeating: 0, count: 256 - name.count)
            + [UInt8](repeating: 0, count: 20)
        return chunk(0x0002, little(UInt32(1)), pool(labels.map(\.text), utf16: false) + chunk(0x0200, head, types))
    }

    private func chunk(_ kind: UInt16, _ head: [UInt8], _ body: [UInt8]) -> [UInt8] {
        little(kind) + little(UInt16(8 + head.count)) + little(UInt32(8 + head.count + body.count)) + head + body
    }
}

private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Writes ZIP archives.
public struct ZipWriter {
    private let deflates: Bool
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    public init(deflates: Bool) { self.deflates = deflates }

    /// Adds a file.
    public mutating func add(_ name: String, _ content: [UInt8]) {
        let packed = deflates ? Self.deflate(content) : content
        let check = UInt32(
            truncatingIfNeeded: content.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) }
        )
        let facts =
            little(UInt16(20)) + little(UInt16(0)) + little(UInt16(deflates ? 8 : 0)) + little(UInt32(0))
            + little(check)
            + little(UInt32(packed.count)) + little(UInt32(content.count)) + little(UInt16(name.utf8.count))
            + little(UInt16(0))
        directory += little(UInt32(0x0201_4b50)) + little(UInt16(20)) + facts + [UInt8](repeating: 0, count: 10)
        directory += little(UInt32(bytes.count)) + Array(name.utf8)
        bytes += little(UInt32(0x0403_4b50)) + facts + Array(name.utf8) + packed
        count += 1
    }

    /// The archive.
    public func finish(comment: String = "") -> [UInt8] {
        bytes + directory + little(UInt32(0x0605_4b50)) + little(UInt32(0)) + little(UInt16(count))
            + little(UInt16(count))
            + little(UInt32(directory.count)) + little(UInt32(bytes.count)) + little(UInt16(comment.utf8.count))
            + Array(comment.utf8)
    }

    private static func deflate(_ content: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream,
            6,
            Z_DEFLATED,
            -15,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        defer { deflateEnd(&stream) }
        var input = content
        return [UInt8](unsafeUninitializedCapacity: content.count + 1024) { buffer, count in
            input.withUnsafeMutableBufferPointer { raw in
                stream.next_in = raw.baseAddress
                stream.avail_in = uInt(raw.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = uInt(buffer.count)
                CZlib.deflate(&stream, Z_FINISH)
            }
            count = buffer.count - Int(stream.avail_out)
        }
    }
}
