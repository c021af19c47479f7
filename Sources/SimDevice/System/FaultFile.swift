// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Yams

/// A file of faults: a YAML document whose list `faults` has one command of the console a line.
enum FaultFile {
    private struct Contents: Decodable { var faults: [String] }

    /// - Throws: `DroidError` with code `sim.faults` that names the file and the command that is wrong.
    static func load(_ path: String) throws -> [Fault.Change] {
        do {
            let bytes = try FileBytes.read(path)
            guard bytes.count <= 1 << 20 else { throw DroidError("sim.faults", "the file is larger than 1 MiB") }
            let contents = try YAMLDecoder().decode(Contents.self, from: String(decoding: bytes, as: UTF8.self))
            return try contents.faults.map { try Fault.parse($0) }
        } catch let error as DroidError where error.code == "sim.fault" {
            throw DroidError("sim.faults", "\(path): \(error.what)", why: error.why, next: error.next)
        } catch {
            throw DroidError.wrapping(
                error,
                "sim.faults",
                "the file of faults \(path) cannot be read",
                next: "see Emulator/README.md for what it holds"
            )
        }
    }
}
