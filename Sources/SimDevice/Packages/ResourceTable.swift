// SPDX-License-Identifier: Apache-2.0

/// The strings and numbers of an app's `resources.arsc`, as far as a manifest refers to them.
struct ResourceTable {
    private let bytes: LittleBytes
    private let pool: StringPool
    /// Where the chunks of each type are, by package and type.
    private var types: [UInt32: [Int]] = [:]

    /// nil for what is no table.
    init?(_ data: [UInt8]) {
        bytes = LittleBytes(data)
        guard bytes.u16(0) == 2, let head = bytes.u16(2).map(Int.init), let size = bytes.u32(4).map(Int.init),
            head >= 12,
            size <= data.count
        else { return nil }
        var found: StringPool?
        var packages: [(start: Int, end: Int)] = []
        var at = head
        while let (kind, chunk) = Self.chunk(bytes, at, size) {
            if kind == 1 { found = found ?? StringPool(bytes, at: at) }
            if kind == 0x0200 { packages.append((at, at + chunk)) }
            at += chunk
        }
        guard let found else { return nil }
        pool = found
        for package in packages { readPackage(package.start, package.end) }
    }

    private static func chunk(_ bytes: LittleBytes, _ at: Int, _ end: Int) -> (kind: UInt16, size: Int)? {
        guard at <= end - 8, let kind = bytes.u16(at), let size = bytes.u32(at + 4).map(Int.init), size >= 8,
            size <= end - at
        else { return nil }
        return (kind, size)
    }

    private mutating func readPackage(_ start: Int, _ end: Int) {
        guard let head = bytes.u16(start + 2).map(Int.init), let package = bytes.u32(start + 8), package < 256 else {
            return
        }
        var at = start + head
        while let (kind, chunk) = Self.chunk(bytes, at, end) {
            if kind == 0x0201, let type = bytes.u8(at + 8) {
                types[package << 8 | UInt32(type), default: []].append(at)
            }
            at += chunk
        }
    }

    /// A resource as text, references followed; of several languages the neutral one, then English.
    func text(_ id: UInt32) -> String? { text(id, depth: 0) }

    private func text(_ id: UInt32, depth: Int) -> String? {
        guard depth < 8 else { return nil }
        var best: (rank: Int, kind: UInt8, data: UInt32)?
        for type in types[id >> 16] ?? [] {
            guard let value = value(type, Int(id & 0xffff)) else { continue }
            let rank = rank(type)
            if rank > best?.rank ?? -1 { best = (rank, value.kind, value.data) }
        }
        switch best?.kind {
        case 0x03: return best.flatMap { pool[$0.data] }
        case 0x01: return best.flatMap { text($0.data, depth: depth + 1) }
        case 0x10, 0x11: return best.map { "\(Int32(bitPattern: $0.data))" }
        default: return nil
        }
    }

    /// How well a type's language fits: 2 neutral, 1 English, 0 any other.
    private func rank(_ type: Int) -> Int {
        guard let first = bytes.u8(type + 28), let second = bytes.u8(type + 29) else { return 0 }
        if first == 0, second == 0 { return 2 }
        return first == UInt8(ascii: "e") && second == UInt8(ascii: "n") ? 1 : 0
    }

    /// The plain value of an entry in one chunk.
    private func value(_ type: Int, _ index: Int) -> (kind: UInt8, data: UInt32)? {
        guard let head = bytes.u16(type + 2).map(Int.init), let size = bytes.u32(type + 4).map(Int.init),
            let flags = bytes.u8(type + 9), let count = bytes.u32(type + 12).map(Int.init),
            let start = bytes.u32(type + 16).map(Int.init), count <= size / 2
        else { return nil }
        let offset: Int
        if flags & 1 != 0 {
            // A sparse chunk lists the entries that there are.
            let found = (0..<count).first { bytes.u16(type + head + 4 * $0) == UInt16(index) }
            guard let found, let quarter = bytes.u16(type + head + 4 * found + 2) else { return nil }
            offset = Int(quarter) * 4
        } else if flags & 2 != 0 {
            guard index < count, let quarter = bytes.u16(type + head + 2 * index), quarter != 0xffff else { return nil }
            offset = Int(quarter) * 4
        } else {
            guard index < count, let plain = bytes.u32(type + head + 4 * index), plain != .max else { return nil }
            offset = Int(plain)
        }
        let entry = type + start + offset
        guard entry < type + size, let entrySize = bytes.u16(entry), let kinds = bytes.u16(entry + 2) else {
            return nil
        }
        if kinds & 8 != 0 {
            // The compact form keeps the kind beside the flags and the value where others have the key.
            return bytes.u32(entry + 4).map { (UInt8(kinds >> 8), $0) }
        }
        guard kinds & 1 == 0, let kind = bytes.u8(entry + Int(entrySize) + 3),
            let data = bytes.u32(entry + Int(entrySize) + 4)
        else { return nil }
        return (kind, data)
    }
}
