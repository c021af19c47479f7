// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// All that a training needs to go on as if it had never stopped.
public struct TrainingCheckpoint: Sendable {
    /// What it says of itself.
    public struct Facts: Codable, Sendable, Equatable {
        public var version = TrainingCheckpoint.version
        /// A digest of recipe, data and model: another training does not go on from here.
        public var identity: String
        /// Steps that are done.
        public var step: Int
        public var seconds: Double
        public var curve: [PreferencePoint]
        /// The curve of a distillation.
        public var distillation: [DistillationPoint]?
        /// SHA-256 of the values behind the facts.
        public var digest = ""
    }

    public var facts: Facts
    public var values: [Float]
    public var first: [Float]
    public var second: [Float]

    private static let magic = Array("droidagent training 1\n".utf8)
    /// What the facts hold; another program version may hold something else.
    static let version = 2

    /// Writes it whole, under another name first.
    ///
    /// - Throws: `DroidError` with code `file.write`; a checkpoint that stood there is unchanged then.
    public func write(to path: String) throws {
        let lists = [values, first, second]
        var hash = SHA256()
        for list in lists { list.withUnsafeBytes { hash.update($0) } }
        var facts = facts
        facts.digest = hash.finalHex()
        let text = Array(try JSON.line(facts).utf8)
        let sizes = [UInt64(text.count), UInt64(values.count)]
        // One copy beside the lists: those of a model's weights take more than a gigabyte.
        var bytes = TrainingCheckpoint.magic
        bytes.reserveCapacity(bytes.count + 16 + text.count + values.count * 12)
        for size in sizes { withUnsafeBytes(of: size.littleEndian) { bytes.append(contentsOf: $0) } }
        bytes.append(contentsOf: text)
        for list in lists { list.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        try FileBytes.write(bytes, to: path, mode: 0o600)
    }

    /// What is said of a checkpoint that does not belong to what is to go on from it.
    static var other: DroidError {
        DroidError(
            "training.checkpoint",
            "the checkpoint is of another training",
            why: "its recipe, its data or its model are not those of this one",
            next: "name another folder with --run, or delete the checkpoint to begin anew"
        )
    }

    /// Reads one.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `training.checkpoint` for one that is damaged.
    public static func read(_ path: String) throws -> TrainingCheckpoint {
        try TrainingCheckpoint(bytes: FileBytes.read(path), name: path)
    }

}

extension TrainingCheckpoint {
    /// Takes a checkpoint out of bytes that may be anything.
    init(bytes: [UInt8], name: String) throws {
        func damaged(_ why: String) -> DroidError {
            DroidError(
                "training.checkpoint",
                "the checkpoint \(name) cannot be read",
                why: why,
                next: "delete it, and training begins anew"
            )
        }
        let head = TrainingCheckpoint.magic.count
        guard bytes.count >= head + 16, Array(bytes[0..<head]) == TrainingCheckpoint.magic else {
            throw damaged("it does not begin as a checkpoint does")
        }
        func number(_ at: Int) -> Int? {
            Int(exactly: (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[head + at + $1]) << (8 * UInt64($1)) })
        }
        guard let length = number(0), let count = number(8), length <= bytes.count, count <= bytes.count,
            bytes.count == head + 16 + length + count * 12
        else { throw damaged("it has \(bytes.count) bytes, which is not what it says") }
        let start = head + 16 + length
        struct Version: Decodable { let version: Int }
        let text = Array(bytes[(head + 16)..<start])
        if let found = try? JSON.decode(Version.self, from: text), found.version != TrainingCheckpoint.version {
            throw damaged("it was written by another version of the program")
        }
        guard let facts = try? JSON.decode(Facts.self, from: text) else {
            throw damaged("its facts are no JSON document of this version")
        }
        guard SHA256.hex(bytes[start...]) == facts.digest else {
            throw damaged("its values do not have the digest that it says")
        }
        self.facts = facts
        let lists = (0..<3).map { list in
            [Float](unsafeUninitializedCapacity: count) { out, initialized in
                bytes.withUnsafeBytes { raw in
                    for index in 0..<count {
                        let at = start + (list * count + index) * 4
                        out[index] = Float(
                            bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
                        )
                    }
                }
                initialized = count
            }
        }
        (values, first, second) = (lists[0], lists[1], lists[2])
    }
}
