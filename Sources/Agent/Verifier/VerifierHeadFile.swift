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
        return try bytes.starts(with: Array("GGUF".utf8)) ? fromGGUF(GGUFFile(bytes: bytes)) : fromJSON(bytes)
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
            throw DroidError.wrapping(error, "head.corrupt", "the verifier head cannot be read", next: "fetch or train it again")
        }
    }

    // MARK: - GGUF

    /// The metadata of the head. The array holds weights, means, scales, bias and temperature, one after the other; the small facts
    /// are a JSON text beside it, so that the form can grow.
    var ggufMetadata: [(String, GGUFWriter.Value)] {
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
    /// - Throws: `DroidError` with code `head.missing` or `head.corrupt`.
    public static func fromGGUF(_ file: GGUFFile) throws -> VerifierHead {
        guard let facts = file.string(Self.key + ".facts"), let values = file.floats(Self.key) else {
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
enum GGUFWriter {
    enum Value {
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
