// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// A low-rank adapter (LoRA, arXiv 2106.09685, 4.1): some matrices W of a model become W + scale B A.
public struct Adapter: Sendable {
    /// What one matrix gains.
    package struct Part: Sendable {
        package let rank: Int
        package let inputs: Int
        package let outputs: Int
        /// [rank][inputs]
        package let a: [Float]
        /// [outputs][rank], the scale multiplied in.
        package let b: [Float]
    }

    /// SHA-256 of the adapter's file, in hexadecimal.
    public let sha256: String
    /// What it was multiplied by when it was read.
    public let scale: Float
    /// By the name of the matrix, such as `blk.0.attn_q`.
    package let parts: [String: Part]

    /// The largest rank of all.
    public var rank: Int { parts.values.reduce(0) { max($0, $1.rank) } }
    /// Number of matrices that it changes.
    public var count: Int { parts.count }

    /// Ranks above this are taken for a broken file.
    static let rankLimit = 4096

    /// Reads an adapter: a GGUF file in llama.cpp's layout, or a folder (or its `adapter_model.safetensors`) as PEFT writes it.
    ///
    /// - Parameters:
    ///   - path: the file or folder.
    ///   - config: the model that it is for.
    ///   - scale: multiplies what it adds.
    /// - Throws: `DroidError` with code `adapter.missing`, `adapter.corrupt` or `adapter.unsupported`.
    public static func load(_ path: String, for config: ModelConfig, scale: Float = 1) throws -> Adapter {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw DroidError(
                "adapter.missing",
                "there is no adapter at \(path)",
                next: "name a GGUF file or a folder of PEFT"
            )
        }
        if isFolder.boolValue { return try peft(path, config, scale) }
        if path.hasSuffix(".safetensors") {
            return try peft((path as NSString).deletingLastPathComponent, config, scale)
        }
        do {
            return try gguf(GGUFFile(path: path), config, scale)
        } catch let error as DroidError where error.code.rawValue.hasPrefix("model.") {
            throw corrupt(error.why)
        }
    }

    /// Whether a file is a GGUF file with a low-rank adapter in it: one that holds metadata only has none.
    ///
    /// - Throws: `DroidError` when it begins as a GGUF file does and cannot be read.
    public static func isHeld(in path: String) throws -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        guard try handle.read(upToCount: 4) == Data("GGUF".utf8) else { return false }
        let file = try GGUFFile(path: path)
        return file.string("general.type") == "adapter" && !file.tensors.isEmpty
    }

    static func corrupt(_ why: String) -> DroidError {
        DroidError("adapter.corrupt", "the adapter cannot be read", why: why, next: "write it again, for this model")
    }

    static func unsupported(_ why: String) -> DroidError {
        DroidError("adapter.unsupported", "the adapter cannot be applied", why: why, next: "train one for this model")
    }

    /// Takes an adapter out of a GGUF file.
    static func gguf(_ file: GGUFFile, _ config: ModelConfig, _ scale: Float) throws -> Adapter {
        guard file.string("general.type") == "adapter", file.string("adapter.type") == "lora" else {
            throw unsupported("the file is no LoRA adapter")
        }
        let architecture = file.string("general.architecture") ?? ""
        guard architecture == config.architecture else {
            throw unsupported("it is for \(architecture), and the model is \(config.architecture)")
        }
        let alpha = Float(file.number("adapter.lora.alpha") ?? 0)
        var halves: [String: (a: GGUFTensor?, b: GGUFTensor?)] = [:]
        for (name, tensor) in file.tensors {
            guard tensor.dimensions.count == 2 else { throw corrupt("the tensor \(name) is no matrix") }
            if name.hasSuffix(".weight.lora_a") {
                halves[String(name.dropLast(14)), default: (nil, nil)].a = tensor
            } else if name.hasSuffix(".weight.lora_b") {
                halves[String(name.dropLast(14)), default: (nil, nil)].b = tensor
            } else {
                throw unsupported("the tensor \(name) is no part of a LoRA adapter as it is known here")
            }
        }
        var parts: [String: Part] = [:]
        for (name, half) in halves {
            guard let a = half.a, let b = half.b else { throw corrupt("one half of \(name) is missing") }
            let shape = (rank: a.rows, inputs: a.width, outputs: b.rows)
            guard b.width == shape.rank else { throw corrupt("the halves of \(name) have different ranks") }
            let whole = alpha == 0 ? scale : scale * alpha / Float(max(shape.rank, 1))
            parts[name] = Part(
                rank: shape.rank,
                inputs: shape.inputs,
                outputs: shape.outputs,
                a: file.floats(a),
                b: file.floats(b).map { $0 * whole }
            )
        }
        var hash = SHA256()
        hash.update(file.bytes)
        return try Adapter(sha256: hash.finalHex(), scale: scale, parts: parts).checked(config)
    }

    private struct PEFTConfig: Decodable {
        var peftType: String?
        var r: Int?
        var loraAlpha: Double?
        var useRslora: Bool?
        var useDora: Bool?
        var fanInFanOut: Bool?
    }

    private static func peft(_ folder: String, _ config: ModelConfig, _ scale: Float) throws -> Adapter {
        let peft: PEFTConfig
        let file: SafetensorsFile
        do {
            peft = try JSON.decode(
                PEFTConfig.self,
                from: FileBytes.read("\(folder)/adapter_config.json"),
                snakeCase: true
            )
            file = try SafetensorsFile(path: "\(folder)/adapter_model.safetensors")
        } catch let error as DroidError {
            throw corrupt(error.why.isEmpty ? error.what : error.why)
        } catch {
            throw corrupt("adapter_config.json: \(error)")
        }
        guard peft.peftType ?? "LORA" == "LORA", peft.useDora != true, peft.fanInFanOut != true else {
            throw unsupported("it is of the kind \(peft.peftType ?? "LORA") with a variant that is not supported")
        }
        var halves: [String: (a: String?, b: String?)] = [:]
        for name in file.tensors.keys {
            guard let cut = name.range(of: ".lora_"), name.hasSuffix(".weight"),
                let matrix = ModelFolder.matrixName(String(name[..<cut.lowerBound]))
            else { throw unsupported("the tensor \(name) is no part of a LoRA adapter as it is known here") }
            let half = name[cut.upperBound...].prefix(2)
            if half == "A." {
                halves[matrix, default: (nil, nil)].a = name
            } else if half == "B." {
                halves[matrix, default: (nil, nil)].b = name
            } else {
                throw unsupported("the tensor \(name) is no part of a LoRA adapter as it is known here")
            }
        }
        var parts: [String: Part] = [:]
        for (name, half) in halves {
            guard let a = half.a, let b = half.b, let aShape = file.tensors[a]?.shape,
                let bShape = file.tensors[b]?.shape,
                aShape.count == 2, bShape.count == 2, aShape[0] == bShape[1], aShape[0] > 0
            else { throw corrupt("one half of \(name) is missing, or their shapes do not fit") }
            let rank = aShape[0]
            let divisor = peft.useRslora == true ? Float(rank).squareRoot() : Float(rank)
            let whole = scale * Float(peft.loraAlpha ?? Double(rank)) / divisor
            var up = try file.floats(b).map { $0 * whole }
            if config.family.rotation == .adjacent, let heads = ModelFolder.rotatedHeads(name, config) {
                up = ModelFolder.interleaveHeads(up, rows: bShape[0], heads: heads)
            }
            parts[name] = Part(rank: rank, inputs: aShape[1], outputs: bShape[0], a: try file.floats(a), b: up)
        }
        return try Adapter(sha256: SHA256.hex(file.bytes), scale: scale, parts: parts).checked(config)
    }

    private func checked(_ config: ModelConfig) throws -> Adapter {
        guard !parts.isEmpty else { throw Adapter.corrupt("it changes nothing") }
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let (width, hidden) = (config.width, config.feedForwardWidth)
        let shapes = [
            "attn_q": (width, heads), "attn_k": (width, keys), "attn_v": (width, keys), "attn_output": (heads, width),
            "ffn_gate": (width, hidden), "ffn_up": (width, hidden), "ffn_down": (hidden, width),
        ]
        for (name, part) in parts {
            let pieces = name.split(separator: ".")
            guard pieces.count == 3, pieces[0] == "blk", let block = Int(pieces[1]),
                (0..<config.blockCount).contains(block),
                let (inputs, outputs) = shapes[String(pieces[2])]
            else {
                throw Adapter.unsupported("it changes \(name), which the model does not have or which stays as it is")
            }
            guard (inputs, outputs) == (part.inputs, part.outputs), (1...Adapter.rankLimit).contains(part.rank) else {
                throw Adapter.corrupt("its part for \(name) has another shape than the model's matrix")
            }
            guard part.a.allSatisfy(\.isFinite), part.b.allSatisfy(\.isFinite) else {
                throw Adapter.corrupt("its part for \(name) holds values that are no finite numbers")
            }
        }
        return self
    }
}
