// SPDX-License-Identifier: Apache-2.0

import Base
import Inference

extension TrainingPass {
    /// Writes the adapter as a GGUF file that llama.cpp loads, in half precision.
    ///
    /// - Parameters:
    ///   - name: what it is called in the file.
    ///   - keys: metadata beside it, such as a verifier's head.
    /// - Throws: `DroidError` with code `file.write`.
    public func writeAdapter(to path: String, name: String, keys: [(String, AdapterKey)] = []) throws {
        var builder = GGUFBuilder()
        builder.set("general.architecture", config.architecture)
        builder.set("general.type", "adapter")
        builder.set("general.name", name)
        builder.set("adapter.type", "lora")
        builder.set("adapter.lora.alpha", Float(layout.shape.alpha))
        for (key, value) in keys {
            switch value {
            case .text(let text): builder.set(key, text)
            case .floats(let values): builder.set(key, values)
            case .integers(let values): builder.set(key, values)
            }
        }
        let parts = Array(layout.parts.joined())
        for part in parts {
            let tensor = "blk.\(part.block).\(part.projection.tensor).weight"
            builder.add("\(tensor).lora_a", [part.inputs, layout.shape.rank], .f16)
            builder.add("\(tensor).lora_b", [layout.shape.rank, part.outputs], .f16)
        }
        try builder.write(to: path) { index in
            let part = parts[index / 2]
            let rows =
                index % 2 == 0
                ? layout.rows(values, at: part.a, columns: part.inputs, transposed: false)
                : layout.rows(values, at: part.b, columns: part.outputs, transposed: true)
            return rows.flatMap { value -> [UInt8] in
                let bits = Float16(value).bitPattern
                return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
            }
        }
    }
}

extension TrainingPass {
    /// Takes over the adapter of a file, so that training goes on from it; parts that it does not have begin with nothing. The head stays as
    /// it is.
    ///
    /// - Throws: `DroidError` as `Adapter.load`, or with code `adapter.unsupported` when its rank is not that of this pass, or it has parts that
    ///   this pass has not.
    public func readAdapter(_ path: String) throws {
        let adapter = try Adapter.load(path, for: config)
        let known = Set(layout.parts.joined().map { "blk.\($0.block).\($0.projection.tensor)" })
        guard Set(adapter.parts.keys).isSubset(of: known),
            adapter.parts.values.allSatisfy({ $0.rank == layout.shape.rank })
        else {
            throw DroidError(
                "adapter.unsupported",
                "training cannot go on from \(path)",
                why:
                    "it has \(adapter.count) parts of rank \(adapter.rank), and the recipe says \(known.count) of rank \(layout.shape.rank)",
                next: "use the recipe that it was trained with"
            )
        }
        for part in layout.parts.joined() {
            guard let found = adapter.parts["blk.\(part.block).\(part.projection.tensor)"] else {
                // A part that it does not have adds nothing, as long as one half is 0.
                for index in part.b..<(part.b + part.outputs * layout.shape.rank) { values[index] = 0 }
                continue
            }
            layout.setRows(found.a, values, at: part.a, columns: part.inputs, transposed: false)
            let b = found.b.map { $0 / layout.shape.scale }
            layout.setRows(b, values, at: part.b, columns: part.outputs, transposed: true)
        }
        refresh()
    }
}

/// A value of an adapter's metadata.
public enum AdapterKey: Sendable {
    case text(String)
    case floats([Float])
    case integers([Int32])
}
