// SPDX-License-Identifier: Apache-2.0

/// What an adapter adds to a `Linear`: first all inner products with A, then those with each B.
struct LowRank: Sendable {
    /// The A of all parts, each beginning at a panel.
    let down: FloatMatrix
    let parts: [Part]

    struct Part: Sendable {
        /// The B of one matrix.
        let up: FloatMatrix
        /// Where its inputs begin in the outputs of `down`.
        let inner: Int
        /// Where its outputs begin in those of the `Linear`.
        let column: Int
    }

    /// - Parameter names: the matrices that lie side by side, with their outputs; those without a part in `adapter` stay.
    /// - Returns: nil when the adapter changes none of them.
    init?(_ adapter: Adapter?, _ names: [(name: String, outputs: Int)]) throws {
        guard let adapter else { return nil }
        var found: [(part: Adapter.Part, column: Int)] = []
        var column = 0
        for (name, outputs) in names {
            if let part = adapter.parts[name] { found.append((part, column)) }
            column += (outputs + lanes - 1) / lanes * lanes
        }
        guard let depth = found.first?.part.inputs else { return nil }
        let padded = { (count: Int) in (count + lanes - 1) / lanes * lanes }
        let down = try FloatMatrix(depth: depth, outputs: found.reduce(0) { $0 + padded($1.part.rank) })
        var inner = 0
        var parts: [Part] = []
        for (part, column) in found {
            down.fill(from: inner, part.a)
            let up = try FloatMatrix(depth: part.rank, outputs: part.outputs)
            up.fill(from: 0, part.b)
            parts.append(Part(up: up, inner: inner, column: column))
            inner += padded(part.rank)
        }
        self.down = down
        self.parts = parts
    }
}

extension Adapter {
    /// The file with the adapter added to the matrices that it changes, which become 32-bit floats.
    ///
    /// - Throws: `DroidError` with code `model.corrupt` when the file lacks one of them.
    func merged(into file: GGUFFile) throws -> GGUFFile {
        var builder = GGUFBuilder()
        builder.copyKeys(of: file, except: ["general.alignment"])
        let tensors = file.tensors.values.sorted { $0.offset < $1.offset }
        for tensor in tensors {
            let changes = tensor.name.hasSuffix(".weight") && parts[String(tensor.name.dropLast(7))] != nil
            builder.add(tensor.name, tensor.dimensions, changes ? .f32 : tensor.type)
        }
        return try builder.build { index, place in
            let tensor = tensors[index]
            let name = String(tensor.name.dropLast(7))
            guard tensor.name.hasSuffix(".weight"), let part = parts[name] else {
                place.copyMemory(from: file.data(tensor))
                return
            }
            guard tensor.dimensions == [part.inputs, part.outputs] else {
                throw Adapter.corrupt("its part for \(name) has another shape than the model's matrix")
            }
            // The product is multiplied by the matrix's own scale afterwards, and what is added must not be.
            let own = file.tensors["\(name).scale"].map { file.floats($0).first ?? 1 } ?? 1
            var values = file.floats(tensor)
            for output in 0..<part.outputs {
                for input in 0..<part.inputs {
                    var sum = 0.0
                    for k in 0..<part.rank {
                        sum += Double(part.b[output * part.rank + k]) * Double(part.a[k * part.inputs + input])
                    }
                    values[output * part.inputs + input] += Float(sum / Double(own))
                }
            }
            values.withUnsafeBytes { place.copyMemory(from: $0) }
        }
    }
}
