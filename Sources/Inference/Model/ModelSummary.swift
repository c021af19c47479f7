// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Kernels

/// What a model's file holds, what it will cost, and what of it cannot be run, told from its header alone.
public struct ModelSummary: Sendable, Encodable {
    public var path: String
    public var name: String
    public var architecture: String
    /// The shape; nil where the file does not state one that is understood.
    public var blocks: Int?
    public var width: Int?
    public var feedForwardWidth: Int?
    public var heads: Int?
    public var keyValueHeads: Int?
    public var headWidth: Int?
    public var contextLength: Int?
    /// Keys that a token of a block with a sliding window sees.
    public var window: Int?
    public var vocabulary: Int?
    public var tokenizer: String
    /// Number of tensors in each format.
    public var tensorTypes: [String: Int]
    public var parameters: Int
    /// Bits of the file for each parameter.
    public var bitsPerParameter: Double
    public var memory: MemoryEstimate?
    /// Why it cannot be run, each reason by name; empty when it can.
    public var unsupported: [String]
    public var sha256: String

    /// Reads a file or folder.
    ///
    /// - Parameters:
    ///   - tokens: the longest prefix and candidates together that `memory` is told for; the model's context bounds it.
    ///   - threads: threads that will work; the number of cores when nil.
    ///   - precision: how it will multiply.
    ///   - keyValues: how keys and values will be kept.
    /// - Throws: `DroidError` with code `model.missing` or `model.corrupt`. What is not supported is told, not thrown.
    public init(
        path: String,
        tokens: Int = 1024,
        threads: Int? = nil,
        precision: Precision = .integer,
        keyValues: KeyValueFormat = .float
    ) throws {
        do {
            let program = MemoryEstimate.resident
            try self.init(
                GGUFFile.open(path),
                path: path,
                tokens: tokens,
                threads: threads,
                precision: precision,
                keyValues: keyValues,
                program: program
            )
        } catch let error as DroidError where error.code == "model.unsupported" {
            self.init(path: path, unsupported: error.why)
            sha256 = (try? SHA256.hex(ofFile: path)) ?? ""
        }
    }

    private init(path: String, unsupported reason: String?) {
        self.path = path
        (name, architecture, tokenizer, sha256) = ("", "", "", "")
        (tensorTypes, parameters, bitsPerParameter, unsupported) = ([:], 0, 0, reason.map { [$0] } ?? [])
    }

    /// - Throws: `DroidError` with code `model.corrupt`.
    init(
        _ file: GGUFFile,
        path: String,
        tokens: Int,
        threads: Int? = nil,
        precision: Precision = .integer,
        keyValues: KeyValueFormat = .float,
        program: Int = 0
    ) throws {
        self.init(path: path, unsupported: nil)
        name = file.string("general.name") ?? ""
        architecture = file.string("general.architecture") ?? ""
        tokenizer = [file.string("tokenizer.ggml.model"), file.string("tokenizer.ggml.pre")].compactMap { $0 }
            .joined(separator: ", ")
        for tensor in file.tensors.values {
            tensorTypes[GGMLType.name(of: tensor.type.rawValue), default: 0] += 1
            parameters += tensor.count
        }
        let bytes = file.tensors.values.reduce(0) { $0 + $1.byteCount }
        bitsPerParameter = parameters > 0 ? Double(bytes) * 8 / Double(parameters) : 0
        sha256 = SHA256.hex(file.bytes)

        /// Runs a check, and keeps the reason when it says that something is not supported.
        func kept<Value>(_ body: () throws -> Value) throws -> Value? {
            do { return try body() } catch let error as DroidError where error.code == "model.unsupported" {
                unsupported.append(error.why)
                return nil
            }
        }
        if file.string("general.type") == "adapter" {
            unsupported.append("it is an adapter: give it with --adapter beside the model that it is for")
            return
        }
        let config = try kept { try ModelConfig(file) }
        _ = try kept { try Tokenizer(file) }
        guard let config else { return }
        _ = try kept { try LanguageModel.checkNames(file, config) }
        (blocks, width, feedForwardWidth) = (config.blockCount, config.width, config.feedForwardWidth)
        (heads, keyValueHeads, headWidth) = (config.headCount, config.keyValueHeadCount, config.headWidth)
        (contextLength, window, vocabulary) = (config.contextLength, config.window, config.vocabularySize)
        memory = try kept {
            try MemoryEstimate(
                file,
                config,
                tokens: min(max(tokens, 1), config.contextLength),
                threads: threads,
                precision: precision,
                keyValues: keyValues,
                program: program
            )
        }
    }
}

/// Bytes that a model takes in the engine.
public struct MemoryEstimate: Sendable, Encodable, Equatable {
    /// The program itself: its code, its libraries and what it has at its start.
    public var program: Int
    /// The file, which is held while its weights are expanded.
    public var file: Int
    public var weights: Int
    public var tokenizer: Int
    /// Keys and values of `tokens` tokens.
    public var cache: Int
    /// Rows of a pass, and what its operations need beside.
    public var working: Int
    public var tokens: Int
    /// The most at any time.
    public var peak: Int

    /// - Parameters:
    ///   - tokens: the longest prefix and candidates together.
    ///   - program: what the process takes without the model.
    ///   - rows: rows in one pass.
    /// - Throws: `DroidError` with code `model.unsupported` when the model's heads do not fit the format of keys and values.
    init(
        _ file: GGUFFile,
        _ config: ModelConfig,
        tokens: Int,
        threads: Int? = nil,
        precision: Precision = .integer,
        keyValues: KeyValueFormat = .float,
        program: Int = 0,
        rows: Int = ScoringSession.rowLimit
    ) throws {
        // In doubles: a file may state any sizes.
        func panels(_ outputs: Double) -> Double { ((outputs + 15) / 16).rounded(.down) * 16 }
        func bytes(_ floats: Double) -> Int { Int(min(floats * 4, 0x1p60)) }
        let (width, hidden) = (Double(config.width), panels(Double(config.feedForwardWidth)))
        let queries = Double(config.headCount) * Double(config.headWidth)
        let keys = Double(config.keyValueHeadCount) * Double(config.headWidth)
        let projected = panels(queries) + 2 * panels(keys)
        // Every matrix of the model; a tensor that is none of them is small.
        let output = file.tensors["output.weight"] == nil ? "token_embd.weight" : "output.weight"
        weights = file.tensors.reduce(0) { sum, entry in
            let tensor = entry.value
            guard tensor.dimensions.count == 2 else { return sum + tensor.count * 4 }
            let form = PackedMatrix.form(of: tensor, in: file, precision)
            let repeats = entry.key == output ? InputRefinement.blocks(form, depth: tensor.width) : 0
            let panelBytes = Double(form.panelBytes(depth: tensor.width + repeats * InputRefinement.block))
            return sum + Int(min(panels(Double(tensor.rows)) / 16 * panelBytes, 0x1p60))
        }
        self.file = file.bytes.count
        self.tokens = tokens
        // A spelling is an array of its own, and stands in one or two tables; a merge stands in one.
        func count(_ key: String) -> Int {
            guard case .array(let array)? = file.metadata["tokenizer.ggml.\(key)"] else { return 0 }
            return array.count
        }
        let isPieces = file.string("tokenizer.ggml.model") == "llama"
        tokenizer = count("tokens") * (isPieces ? 240 : 150) + count("merges") * 110
        self.program = program
        func kept(_ multiple: Int) -> Double { Double((tokens + multiple - 1) / multiple * multiple) }
        if var format = try keyValues.packed(config) {
            // Whole blocks, two tiles in words, and those of a pass in one layer.
            let block = Double(config.blockCount * config.keyValueHeadCount) * Double(dk_kv_block_bytes(&format))
            let tile = Double(config.keyValueHeadCount) * Double(TileForm(words: config).floats)
            let opened = Double((rows + PackedCache.block) / PrefixCache.tile + 2) * tile
            format.key_rest = KeyValueFormat.firstKeyRest
            let first = Double(config.blockCount * config.keyValueHeadCount) * Double(dk_kv_block_bytes(&format))
            let packed = (kept(PackedCache.block) / Double(PackedCache.block) - 1) * block + first
            cache = Int(min(packed, 0x1p60)) + bytes(Double(config.blockCount) * 2 * tile + opened)
        } else {
            let tile = Double(config.keyValueHeadCount) * Double(TileForm(config, precision).floats)
            cache = bytes(kept(PrefixCache.tile) / Double(PrefixCache.tile) * tile * Double(config.blockCount))
        }
        // The rows that a product takes stand in bytes as well, and once more while the next ones are rounded.
        let roundedRow = precision == .integer ? max(panels(width), hidden, queries) * 11 / 8 / 4 * 2 : 0
        let perRow = 2 * panels(width) + projected + queries + 3 * hidden + 2 * Double(config.rotatedWidth) + roundedRow
        let workers = threads ?? ThreadPool.cores
        let head = workers * (OutputHead.rowChunk * OutputHead.blockColumns + ForwardPass.productsPerWorker)
        working = bytes(Double(min((rows + 63) / 64, (tokens + 63) / 64) * 64) * perRow + Double(head))
        peak = program + max(self.file + weights + tokenizer, weights + tokenizer + cache + working)
    }

    /// Bytes of this process that are in memory now.
    public static var resident: Int {
        guard let text = try? FileBytes.read("/proc/self/statm") else { return 0 }
        let pages = String(decoding: text, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
