// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not what they should be.
struct BinaryXMLFailure: Error { var reason: String }

/// The strings of a chunk of Android's resource format.
struct StringPool {
    private let bytes: LittleBytes
    private let start: Int
    private let end: Int
    private let strings: Int
    private let isUTF8: Bool
    let count: Int

    /// - Parameter start: where the chunk starts.
    init?(_ bytes: LittleBytes, at start: Int) {
        guard bytes.u16(start) == 1, let head = bytes.u16(start + 2), head >= 28, let size = bytes.u32(start + 4),
            let count = bytes.u32(start + 8), let flags = bytes.u32(start + 16), let strings = bytes.u32(start + 20),
            Int(size) <= bytes.count - start, Int(count) <= (Int(size) - Int(head)) / 4
        else { return nil }
        self.bytes = bytes
        self.start = start
        end = start + Int(size)
        self.count = Int(count)
        isUTF8 = flags & 0x100 != 0
        self.strings = start + Int(strings)
    }

    /// A string by its number; nil where there is none, and for one that does not end within the pool.
    subscript(_ index: UInt32) -> String? {
        guard index < count, let head = bytes.u16(start + 2), let offset = bytes.u32(start + Int(head) + 4 * Int(index))
        else { return nil }
        var at = strings + Int(offset)
        guard isUTF8 else {
            guard var length = bytes.u16(at).map(Int.init) else { return nil }
            at += 2
            if length & 0x8000 != 0 {
                guard let low = bytes.u16(at) else { return nil }
                length = (length & 0x7fff) << 16 | Int(low)
                at += 2
            }
            guard length <= (end - at) / 2, let raw = bytes.slice(at, length * 2) else { return nil }
            let units = stride(from: raw.startIndex, to: raw.endIndex, by: 2).map {
                UInt16(raw[$0]) | UInt16(raw[$0 + 1]) << 8
            }
            return String(decoding: units, as: UTF16.self)
        }
        guard self.length(&at) != nil, let length = length(&at), length <= end - at, let raw = bytes.slice(at, length)
        else {
            return nil
        }
        return String(decoding: raw, as: UTF8.self)
    }

    private func length(_ at: inout Int) -> Int? {
        guard let first = bytes.u8(at) else { return nil }
        at += 1
        guard first & 0x80 != 0 else { return Int(first) }
        guard let second = bytes.u8(at) else { return nil }
        at += 1
        return Int(first & 0x7f) << 8 | Int(second)
    }
}

/// An element of Android's binary XML, as `AndroidManifest.xml` in an APK has it.
struct BinaryXML {
    enum Value: Equatable {
        case text(String)
        case number(Int)
        case flag(Bool)
        /// A resource by its number.
        case resource(UInt32)
        case other
    }

    struct Attribute {
        var name: String
        /// Android's number for the attribute; nil for one without a name space.
        var id: UInt32?
        var value: Value
    }

    var name: String
    var attributes: [Attribute] = []
    var children: [BinaryXML] = []

    /// An attribute of Android's name space by its number, else by its name.
    func attribute(_ id: UInt32?, _ name: String) -> Value? {
        let found =
            attributes.first { id != nil && $0.id == id } ?? attributes.first { $0.id == nil && $0.name == name }
        return found?.value
    }

    func text(_ id: UInt32?, _ name: String) -> String? {
        if case .text(let text) = attribute(id, name) { return text }
        return nil
    }

    func number(_ id: UInt32?, _ name: String) -> Int? {
        switch attribute(id, name) {
        case .number(let value): value
        case .text(let text): Int(text)
        default: nil
        }
    }

    func flag(_ id: UInt32?, _ name: String) -> Bool? {
        switch attribute(id, name) {
        case .flag(let value): value
        case .number(let value): value != 0
        default: nil
        }
    }

    // MARK: Reading

    private static let elementLimit = 50_000
    private static let depthLimit = 100

    /// Reads a document.
    static func parse(_ data: [UInt8]) throws(BinaryXMLFailure) -> BinaryXML {
        let bytes = LittleBytes(data)
        guard bytes.u16(0) == 3, let head = bytes.u16(2), let size = bytes.u32(4), head >= 8, Int(size) <= data.count
        else {
            throw BinaryXMLFailure(reason: "it is no binary XML")
        }
        var at = Int(head)
        var pool: StringPool?
        var ids: [UInt32] = []
        var open: [BinaryXML] = []
        var root: BinaryXML?
        var count = 0
        while at <= Int(size) - 8 {
            guard let kind = bytes.u16(at), let chunk = bytes.u32(at + 4).map(Int.init), chunk >= 8,
                chunk <= Int(size) - at
            else { throw BinaryXMLFailure(reason: "a chunk does not fit") }
            switch kind {
            case 0x0001: pool = pool ?? StringPool(bytes, at: at)
            case 0x0180: ids = stride(from: at + 8, to: at + chunk - 3, by: 4).compactMap { bytes.u32($0) }
            case 0x0102:
                count += 1
                guard count <= elementLimit, open.count < depthLimit, let pool else {
                    throw BinaryXMLFailure(reason: "it has too many elements, or no strings")
                }
                open.append(try element(bytes, at, chunk, pool, ids))
            case 0x0103:
                guard let done = open.popLast() else {
                    throw BinaryXMLFailure(reason: "an element ends that never began")
                }
                if open.isEmpty { root = root ?? done } else { open[open.count - 1].children.append(done) }
            default: break
            }
            at += chunk
        }
        guard open.isEmpty, let root else { throw BinaryXMLFailure(reason: "it has no whole element") }
        return root
    }

    private static func element(
        _ bytes: LittleBytes,
        _ at: Int,
        _ chunk: Int,
        _ pool: StringPool,
        _ ids: [UInt32]
    ) throws(BinaryXMLFailure) -> BinaryXML {
        guard let head = bytes.u16(at + 2).map(Int.init), head >= 16, let nameIndex = bytes.u32(at + head + 4),
            let name = pool[nameIndex], let start = bytes.u16(at + head + 8), let step = bytes.u16(at + head + 10),
            let count = bytes.u16(at + head + 12), step >= 20 || count == 0,
            head + Int(start) + Int(step) * Int(count) <= chunk
        else { throw BinaryXMLFailure(reason: "an element is broken") }
        var element = BinaryXML(name: name)
        for index in 0..<Int(count) {
            let place = at + head + Int(start) + Int(step) * index
            guard let key = bytes.u32(place + 4), let raw = bytes.u32(place + 8), let kind = bytes.u8(place + 15),
                let data = bytes.u32(place + 16)
            else { throw BinaryXMLFailure(reason: "an attribute is broken") }
            let id = Int(key) < ids.count && ids[Int(key)] != 0 ? ids[Int(key)] : nil
            let value: Value
            switch kind {
            case 0x03: value = (pool[data] ?? pool[raw]).map { .text($0) } ?? .other
            case 0x01: value = .resource(data)
            case 0x10, 0x11: value = .number(Int(Int32(bitPattern: data)))
            case 0x12: value = .flag(data != 0)
            default: value = pool[raw].map { .text($0) } ?? .other
            }
            element.attributes.append(Attribute(name: pool[key] ?? "", id: id, value: value))
        }
        return element
    }
}
