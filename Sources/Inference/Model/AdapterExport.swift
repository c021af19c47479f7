// SPDX-License-Identifier: Apache-2.0

import Base

extension Adapter {
    /// `adapter_config.json`, as PEFT reads it.
    private struct Settings: Encodable {
        var peftType = "LORA"
        var taskType = "CAUSAL_LM"
        var baseModelNameOrPath: String
        var r: Int
        var loraAlpha: Int
        var loraDropout = 0.0
        var bias = "none"
        var inferenceMode = true
        var targetModules: [String]
        var layersToTransform: [Int]

        private enum CodingKeys: String, CodingKey {
            case r, bias
            case peftType = "peft_type"
            case taskType = "task_type"
            case baseModelNameOrPath = "base_model_name_or_path"
            case loraAlpha = "lora_alpha"
            case loraDropout = "lora_dropout"
            case inferenceMode = "inference_mode"
            case targetModules = "target_modules"
            case layersToTransform = "layers_to_transform"
        }
    }

    /// Writes the adapter in PEFT's form, to be used with the base model in Python: `adapter_config.json` and `adapter_model.safetensors`, in
    /// 32-bit floats. The scale is in the values, so that alpha is the rank.
    ///
    /// - Parameters:
    ///   - folder: made where it is missing.
    ///   - base: the base model's name on the hub, or a path.
    /// - Throws: `DroidError` with code `file.write`, or `adapter.unsupported` for parts of different ranks, or none for one projection of a block
    ///   that others change: PEFT could not say that.
    public func writePEFT(to folder: String, base: String, config: ModelConfig) throws {
        let hub = Dictionary(uniqueKeysWithValues: ModelFolder.hubNames.map { ($1, $0) })
        var tensors: [(name: String, shape: [Int], values: [Float])] = []
        var (modules, blocks): (Set<String>, Set<Int>) = ([], [])
        for (name, part) in parts.sorted(by: { $0.key < $1.key }) {
            let pieces = name.split(separator: ".").map { String($0) }
            guard pieces.count == 3, let block = Int(pieces[1]), let matrix = hub[pieces[2]] else { continue }
            guard part.rank == rank else { throw Adapter.unsupported("its parts have different ranks") }
            var up = part.b
            if config.family.rotation == .adjacent, let heads = ModelFolder.rotatedHeads(name, config) {
                up = ModelFolder.interleaveHeads(up, rows: part.outputs, heads: heads, back: true)
            }
            let stem = "base_model.model.model.layers.\(block).\(matrix)"
            tensors.append(("\(stem).lora_A.weight", [part.rank, part.inputs], part.a))
            tensors.append(("\(stem).lora_B.weight", [part.outputs, part.rank], up))
            modules.insert(matrix.split(separator: ".").last.map { String($0) } ?? matrix)
            blocks.insert(block)
        }
        guard parts.count == modules.count * blocks.count else {
            throw Adapter.unsupported("it does not change the same matrices in each block that it changes")
        }
        try FileBytes.makeFolder(folder)
        let settings = Settings(
            baseModelNameOrPath: base,
            r: rank,
            loraAlpha: rank,
            targetModules: modules.sorted(),
            layersToTransform: blocks.sorted()
        )
        try FileBytes.write(JSON.pretty(settings) + "\n", to: "\(folder)/adapter_config.json")
        try FileBytes.write(SafetensorsFile.bytes(tensors), to: "\(folder)/adapter_model.safetensors")
    }
}

extension SafetensorsFile {
    private struct Entry: Encodable {
        // The format's own words.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var data_offsets: [Int]
        var dtype = "F32"
        var shape: [Int]
    }

    /// A file of 32-bit floats.
    static func bytes(_ tensors: [(name: String, shape: [Int], values: [Float])]) throws -> [UInt8] {
        var header: [String: Entry] = [:]
        var data: [UInt8] = []
        for (name, shape, values) in tensors {
            let first = data.count
            values.withUnsafeBytes { data.append(contentsOf: $0) }
            header[name] = Entry(data_offsets: [first, data.count], shape: shape)
        }
        var text = Array(try JSON.line(header).utf8)
        // The data begin at a multiple of 8.
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
    }
}
