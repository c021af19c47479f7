// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Kernels

/// Sentences to vectors whose inner product says how alike they are: a BERT encoder (arXiv 1810.04805) with the mean of its
/// states, scaled to length 1, as sentence-transformers' all-MiniLM-L6-v2 does it.
///
/// A vector is a function of the model and the text alone: the same bits whatever texts are embedded beside it, and on any
/// number of threads. An embedder may be used from any thread; calls wait for one another.
public final class SentenceEmbedder: @unchecked Sendable {  // Sendable: all state is used under `lock`.
    private struct Config: Decodable {
        var modelType: String?
        var hiddenAct: String?
        var hiddenSize: Int
        var intermediateSize: Int
        var numAttentionHeads: Int
        var numHiddenLayers: Int
        var maxPositionEmbeddings: Int
        var layerNormEps: Double
        var positionEmbeddingType: String?
    }

    private struct Norm {
        let weight: [Float]
        let bias: [Float]
    }

    private struct Dense {
        let weights: FloatMatrix
        let bias: [Float]
    }

    private struct Layer {
        let queryKeyValue: Dense
        let output: Dense
        let outputNorm: Norm
        let up: Dense
        let down: Dense
        let downNorm: Norm
    }

    /// Values in a vector.
    public let width: Int
    /// Tokens of a text that are read; what is behind them is passed over.
    public let tokenLimit: Int
    /// SHA-256 of the weights' file, in hexadecimal.
    public let sha256: String

    private let config: Config
    private let tokenizer: WordPiece
    private let words: [Float]
    private let positions: [Float]
    private let kind: [Float]
    private let firstNorm: Norm
    private let layers: [Layer]
    private let pool: ThreadPool
    private let kernels: dk_kernels
    private let lock = Lock()

    /// Reads a folder with `config.json`, `model.safetensors` and `vocab.txt`.
    ///
    /// - Throws: `DroidError` with code `model.missing`, `model.corrupt`, `model.unsupported` or `model.memory`.
    public convenience init(folder: String, threads: Int? = nil) throws {
        try self.init(folder: folder, threads: threads, isa: dk_best_isa())
    }

    init(folder: String, threads: Int?, isa: dk_isa) throws {
        let config: Config
        do {
            config = try JSON.decode(Config.self, from: FileBytes.read("\(folder)/config.json"), snakeCase: true)
        } catch let error as DroidError where error.code == "file.read" {
            throw DroidError(
                "model.missing",
                "there is no sentence model in \(folder)",
                next: "fetch it with `droidagent model fetch minilm`"
            )
        } catch {
            throw GGUFFile.corrupt("config.json: \(error)")
        }
        guard config.modelType ?? "bert" == "bert", config.hiddenAct ?? "gelu" == "gelu",
            config.positionEmbeddingType ?? "absolute" == "absolute"
        else { throw GGUFFile.unsupported("it is no BERT encoder with GELU and absolute positions") }
        let sizes = [
            config.hiddenSize, config.intermediateSize, config.numAttentionHeads, config.numHiddenLayers,
            config.maxPositionEmbeddings,
        ]
        guard sizes.allSatisfy({ (1...(1 << 20)).contains($0) }),
            config.hiddenSize % (16 * config.numAttentionHeads) == 0
        else { throw GGUFFile.unsupported("its heads are no multiple of 16 wide") }
        let file = try SafetensorsFile(path: "\(folder)/model.safetensors")
        let prefix = file.tensors["bert.embeddings.word_embeddings.weight"] == nil ? "" : "bert."
        func vector(_ name: String, _ count: Int) throws -> [Float] {
            let values = try file.floats(prefix + name)
            guard values.count == count else { throw GGUFFile.corrupt("the tensor \(name) has another shape") }
            return values
        }
        func norm(_ name: String) throws -> Norm {
            Norm(
                weight: try vector(name + ".weight", config.hiddenSize),
                bias: try vector(name + ".bias", config.hiddenSize)
            )
        }
        func linear(_ names: [String], _ inputs: Int, _ outputs: Int) throws -> Dense {
            var rows: [Float] = []
            var bias: [Float] = []
            for name in names {
                rows += try vector(name + ".weight", inputs * outputs)
                bias += try vector(name + ".bias", outputs)
            }
            let weights = try FloatMatrix(depth: inputs, outputs: bias.count)
            weights.fill(from: 0, rows)
            return Dense(
                weights: weights,
                bias: bias + [Float](repeating: 0, count: weights.paddedOutputs - bias.count)
            )
        }
        let width = config.hiddenSize
        layers = try (0..<config.numHiddenLayers).map { index in
            let name = "encoder.layer.\(index)"
            let parts = ["query", "key", "value"].map { "\(name).attention.self.\($0)" }
            return Layer(
                queryKeyValue: try linear(parts, width, width),
                output: try linear(["\(name).attention.output.dense"], width, width),
                outputNorm: try norm("\(name).attention.output.LayerNorm"),
                up: try linear(["\(name).intermediate.dense"], width, config.intermediateSize),
                down: try linear(["\(name).output.dense"], config.intermediateSize, width),
                downNorm: try norm("\(name).output.LayerNorm")
            )
        }
        words = try file.floats(prefix + "embeddings.word_embeddings.weight")
        positions = try vector("embeddings.position_embeddings.weight", config.maxPositionEmbeddings * width)
        kind = Array(try file.floats(prefix + "embeddings.token_type_embeddings.weight").prefix(width))
        firstNorm = try norm("embeddings.LayerNorm")
        tokenizer = try WordPiece(path: "\(folder)/vocab.txt")
        guard words.count % width == 0, kind.count == width, tokenizer.pieceCount <= words.count / width else {
            throw GGUFFile.corrupt("there are more tokens than embeddings")
        }
        self.config = config
        self.width = width
        tokenLimit = min(config.maxPositionEmbeddings, 256)
        sha256 = SHA256.hex(file.bytes)
        pool = try ThreadPool(threads: threads)
        kernels = dk_kernels_for(isa).pointee
    }

    /// The tokens of a text, with those that begin and end it.
    func tokens(_ text: String) -> [Int32] { tokenizer.encode(text, limit: tokenLimit) }

    /// A vector of `width` values and length 1 for each text.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    public func embed(_ texts: [String]) throws -> [[Float]] {
        try lock.held {
            var out: [[Float]] = []
            var batch: [[Int32]] = []
            var rows = 0
            for text in texts {
                let tokens = tokens(text)
                if rows > 0, rows + tokens.count > 512 {
                    out += try run(batch)
                    (batch, rows) = ([], 0)
                }
                batch.append(tokens)
                rows += tokens.count
            }
            return batch.isEmpty ? out : out + (try run(batch))
        }
    }
}

// MARK: - The encoder

extension SentenceEmbedder {
    private func run(_ texts: [[Int32]]) throws -> [[Float]] {
        let rows = texts.reduce(0) { $0 + $1.count }
        let states = try FloatBuffer(rows * width)
        let projected = try FloatBuffer(rows * 3 * width)
        let attended = try FloatBuffer(rows * width)
        let hidden = try FloatBuffer(rows * (config.intermediateSize + lanes))
        let added = try FloatBuffer(rows * (width + lanes))
        embed(texts, states)
        for layer in layers {
            multiply(states, width, rows, layer.queryKeyValue, projected)
            try attend(texts, projected, attended)
            multiply(attended, width, rows, layer.output, added)
            addAndNorm(rows, states, added, layer.outputNorm)
            multiply(states, width, rows, layer.up, hidden)
            activate(rows, hidden, layer.up.weights.paddedOutputs)
            multiply(hidden, layer.up.weights.paddedOutputs, rows, layer.down, added)
            addAndNorm(rows, states, added, layer.downNorm)
        }
        var start = 0
        return texts.map { text in
            defer { start += text.count }
            return mean(states.base + start * width, text.count)
        }
    }

    private func embed(_ texts: [[Int32]], _ states: FloatBuffer) {
        var row = 0
        for text in texts {
            for (position, token) in text.enumerated() {
                let target = states.base + row * width
                for d in 0..<width {
                    target[d] = words[Int(token) * width + d] + kind[d] + positions[position * width + d]
                }
                norm(target, firstNorm)
                row += 1
            }
        }
    }

    /// LayerNorm (arXiv 1607.06450), in place.
    private func norm(_ row: UnsafeMutablePointer<Float>, _ norm: Norm) {
        var sum = 0.0
        for d in 0..<width { sum += Double(row[d]) }
        let mean = sum / Double(width)
        var squares = 0.0
        for d in 0..<width { squares += (Double(row[d]) - mean) * (Double(row[d]) - mean) }
        let scale = 1 / (squares / Double(width) + config.layerNormEps).squareRoot()
        for d in 0..<width { row[d] = Float((Double(row[d]) - mean) * scale) * norm.weight[d] + norm.bias[d] }
    }

    private func addAndNorm(_ rows: Int, _ states: FloatBuffer, _ added: FloatBuffer, _ weights: Norm) {
        let stride = (width + lanes - 1) / lanes * lanes
        pool.run((rows + 7) / 8) { task, _ in
            for row in (task * 8)..<min(task * 8 + 8, rows) {
                kernels.add(Int64(width), states.base + row * width, added.base + row * stride)
                norm(states.base + row * width, weights)
            }
        }
    }

    private func activate(_ rows: Int, _ hidden: FloatBuffer, _ stride: Int) {
        pool.run((rows + 7) / 8) { task, _ in
            for row in (task * 8)..<min(task * 8 + 8, rows) {
                let values = hidden.base + row * stride
                for d in 0..<config.intermediateSize {
                    let x = Double(values[d])
                    values[d] = Float(0.5 * x * (1 + errorFunction(x * 0.5.squareRoot())))
                }
            }
        }
    }

    private func multiply(_ input: FloatBuffer, _ stride: Int, _ rows: Int, _ dense: Dense, _ output: FloatBuffer) {
        let outputs = dense.weights.paddedOutputs
        dense.weights.multiply(kernels, pool, input.base, stride, rows, output.base, outputs) { columns in
            for row in 0..<rows {
                let target = output.base + row * outputs
                for column in columns { target[column] += dense.bias[column] }
            }
        }
    }

    /// Each token sees all of its own text: one task for each text and head.
    private func attend(_ texts: [[Int32]], _ projected: FloatBuffer, _ attended: FloatBuffer) throws {
        let heads = config.numAttentionHeads
        let head = width / heads
        let longest = texts.reduce(0) { max($0, $1.count) }
        let tiles = (longest + PrefixCache.tile - 1) / PrefixCache.tile
        let tileFloats = 2 * PrefixCache.tile * head
        let perWorker = tiles * tileFloats + longest * (2 * head + 2)
        let scratch = try FloatBuffer(pool.threads * perWorker)
        let starts = texts.indices.map { index in texts[..<index].reduce(0) { $0 + $1.count } }
        let scale = 1 / Float(head).squareRoot()
        pool.run(texts.count * heads) { task, worker in
            let (text, column) = (task / heads, task % heads * head)
            let count = texts[text].count
            let base = scratch.base + worker * perWorker
            let queries = base + tiles * tileFloats
            let outputs = queries + longest * head
            let tops = outputs + longest * head
            let sums = tops + longest
            // What lies behind the keys must be finite, and the last text may have left anything there.
            base.update(repeating: 0, count: (count + PrefixCache.tile - 1) / PrefixCache.tile * tileFloats)
            for row in 0..<count {
                let source = projected.base + (starts[text] + row) * 3 * width + column
                for d in 0..<head { queries[row * head + d] = source[d] * scale }
                let tile = base + row / PrefixCache.tile * tileFloats
                PrefixCache.store(
                    slot: row % PrefixCache.tile,
                    width: head,
                    keys: source + width,
                    values: source + 2 * width,
                    keyTile: tile,
                    valueTile: tile + PrefixCache.tile * head
                )
            }
            outputs.update(repeating: 0, count: count * head)
            tops.update(repeating: -.infinity, count: count)
            sums.update(repeating: 0, count: count)
            let addresses = (0..<tiles).map { UnsafePointer(base + $0 * tileFloats) }
            kernels.attend(
                Int64(count),
                Int64(head),
                queries,
                nil,
                [Int32](repeating: Int32(count), count: count),
                Int64((count + PrefixCache.tile - 1) / PrefixCache.tile),
                addresses,
                0,
                Int64(PrefixCache.tile * head),
                tops,
                sums,
                outputs
            )
            for row in 0..<count {
                let target = attended.base + (starts[text] + row) * width + column
                for d in 0..<head { target[d] = outputs[row * head + d] / sums[row] }
            }
        }
    }

    private func mean(_ states: UnsafePointer<Float>, _ count: Int) -> [Float] {
        var sums = [Double](repeating: 0, count: width)
        for row in 0..<count {
            for d in 0..<width { sums[d] += Double(states[row * width + d]) }
        }
        let length = sums.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
        return sums.map { Float($0 / max(length, 1e-12)) }
    }
}
