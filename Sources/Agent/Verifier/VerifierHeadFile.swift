// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Inference

func logarithm(_ value: Float) -> Float { Float(log(Double(value))) }

extension VerifierHead {
    /// The name of the array in a GGUF file's metadata.
    public static let key = "droidagent.verifier.head"

    /// Reads a head from a `.json` or a GGUF file.
    ///
    /// - Throws: `DroidError` with code `head.missing`, `head.corrupt`, or what the GGUF reader throws.
    public static func load(_ path: String) throws -> VerifierHead {
        guard FileManager.default.fileExists(atPath: path) else {
            throw DroidError(
                "head.missing",
                "there is no verifier head at \(path)",
                next: "name another with --adapter, or train one with `droidagent train head`"
            )
        }
        let bytes = try FileBytes.read(path)
        return bytes.starts(with: Array("GGUF".utf8)) ? try fromGGUF(bytes) : try fromJSON(bytes)
    }

    /// Writes the head: as JSON where the path ends so, otherwise as a GGUF file that holds nothing but metadata.
    public func save(_ path: String) throws {
        try checkShape()
        if path.hasSuffix(".json") {
            try FileBytes.write(try JSON.pretty(self), to: path)
        } else {
            try FileBytes.write(ggufBytes(), to: path)
        }
    }

    static func fromJSON(_ bytes: [UInt8]) throws -> VerifierHead {
        do {
            let head = try JSON.decode(VerifierHead.self, from: bytes)
            try head.checkShape()
            return head
        } catch {
            throw DroidError.wrapping(
                error,
                "head.corrupt",
                "the verifier head cannot be read",
                next: "fetch or train it again"
            )
        }
    }

    // MARK: - GGUF

    /// The metadata of the head. The array holds weights, means, scales, bias and temperature, one after the other;
    /// the small facts are a JSON text beside it, so that the form can grow.
    package var ggufMetadata: [(String, GGUFWriter.Value)] {
        var facts = self
        (facts.weights, facts.mean, facts.scale) = ([], [], [])
        let text = (try? JSON.line(facts)) ?? "{}"
        return [
            ("general.architecture", .string("llama")),
            ("general.type", .string("adapter")),
            ("adapter.type", .string("lora")),
            (Self.key + ".facts", .string(text)),
            (Self.key + ".counts", .integers([weights.count, mean.count, scale.count].map(Int32.init(clamping:)))),
            (Self.key, .floats(weights + mean + scale + [bias, temperature])),
        ]
    }

    /// A GGUF file with this head and no tensor.
    public func ggufBytes() -> [UInt8] { GGUFWriter.file(ggufMetadata) }

    /// Reads the head out of a GGUF file's metadata.
    ///
    /// - Throws: `DroidError` with code `head.missing`, `head.corrupt`, or what the GGUF reader throws for a file that
    ///   is none.
    public static func fromGGUF(_ bytes: [UInt8]) throws -> VerifierHead {
        let file = try GGUFFile(bytes: bytes)
        guard let facts = file.string(Self.key + ".facts"), let values = GGUFFloats.array(Self.key, in: bytes) else {
            throw DroidError(
                "head.missing",
                "the adapter holds no verifier head",
                why: "its metadata has no \(Self.key)",
                next: "train one with `droidagent train head`"
            )
        }
        let damaged = DroidError("head.corrupt", "the verifier head is damaged", next: "fetch or train it again")
        guard var head = try? JSON.decode(VerifierHead.self, from: Array(facts.utf8)),
            let counts = file.integers(Self.key + ".counts"), counts.count == 3,
            counts.allSatisfy({ (0...values.count).contains($0) }), counts.reduce(2, +) == values.count
        else { throw damaged }
        head.weights = Array(values[0..<counts[0]])
        head.mean = Array(values[counts[0]..<(counts[0] + counts[1])])
        head.scale = Array(values[(counts[0] + counts[1])..<(values.count - 2)])
        head.bias = values[values.count - 2]
        head.temperature = values[values.count - 1]
        try head.checkShape()
        return head
    }
}

/// Writes GGUF v3 metadata.
package enum GGUFWriter {
    package enum Value {
        case string(String)
        case integers([Int32])
        case floats([Float])
    }

    /// A file with metadata and no tensor.
    static func file(_ metadata: [(String, Value)]) -> [UInt8] {
        var out = Array("GGUF".utf8)
        add(UInt32(3), to: &out)
        add(UInt64(0), to: &out)
        add(UInt64(metadata.count), to: &out)
        for (key, value) in metadata {
            add(key, to: &out)
            switch value {
            case .string(let text):
                add(UInt32(8), to: &out)
                add(text, to: &out)
            case .integers(let numbers):
                add(UInt32(9), to: &out)
                add(UInt32(5), to: &out)
                add(UInt64(numbers.count), to: &out)
                for number in numbers { add(number, to: &out) }
            case .floats(let numbers):
                add(UInt32(9), to: &out)
                add(UInt32(6), to: &out)
                add(UInt64(numbers.count), to: &out)
                for number in numbers { add(number.bitPattern, to: &out) }
            }
        }
        return out
    }

    private static func add(_ value: some FixedWidthInteger, to out: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
    }

    private static func add(_ text: String, to out: inout [UInt8]) {
        add(UInt64(text.utf8.count), to: &out)
        out.append(contentsOf: text.utf8)
    }
}

/// Finds an array of f32 in the metadata of a GGUF file that the strict reader has accepted; it hands out strings and
/// integers only.
enum GGUFFloats {
    /// The array's values, or nil where there is none of that name.
    static func array(_ name: String, in bytes: [UInt8]) -> [Float]? {
        var cursor = Cursor(bytes: bytes, place: 8)
        guard cursor.skip(8), let count = cursor.number(8) else { return nil }
        for _ in 0..<min(count, 65_536) {
            guard let length = cursor.number(8), let key = cursor.take(length), let type = cursor.number(4) else {
                return nil
            }
            if type == 9 {
                guard let item = cursor.number(4), let items = cursor.number(8) else { return nil }
                if key.elementsEqual(name.utf8) && item == 6 {
                    let (size, overflow) = items.multipliedReportingOverflow(by: 4)
                    guard !overflow, let raw = cursor.take(size) else { return nil }
                    return stride(from: raw.startIndex, to: raw.endIndex, by: 4).map { place in
                        Float(
                            bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(raw[place + $1]) << (8 * UInt32($1)) }
                        )
                    }
                }
                guard cursor.skip(type: item, count: items) else { return nil }
            } else {
                guard cursor.skip(type: type, count: 1) else { return nil }
            }
        }
        return nil
    }

    private struct Cursor {
        let bytes: [UInt8]
        var place: Int

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, count <= bytes.count - place else { return nil }
            defer { place += count }
            return bytes[place..<(place + count)]
        }

        mutating func number(_ size: Int) -> Int? {
            guard let raw = take(size) else { return nil }
            let value = raw.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int(exactly: value)
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        /// Skips values of one type; strings have their length in front.
        mutating func skip(type: Int, count: Int) -> Bool {
            let sizes = [0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8]
            if let size = sizes[type] {
                let (total, overflow) = count.multipliedReportingOverflow(by: size)
                return !overflow && skip(total)
            }
            guard type == 8 else { return false }
            for _ in 0..<count {
                guard let length = number(8), skip(length) else { return false }
            }
            return true
        }
    }
}
