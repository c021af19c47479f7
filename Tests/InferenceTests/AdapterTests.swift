// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Kernels
import Testing

@testable import Inference

@Suite("Adapters and model folders")
struct AdapterTests {
    let shape = SyntheticModel(architecture: "llama")
    static let projections = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]

    /// The halves that Scripts/golden/model_vectors.py gives to its adapter.
    func half(_ name: String, _ count: Int) -> [Float] {
        var random = SeededRandom(seed: 1, name: name)
        return (0..<count).map { _ in (Float(random.next() >> 40) * 0x1p-24 * 2 - 1) * 0.25 }
    }

    func matrices() -> [(name: String, inputs: Int, outputs: Int)] {
        shape.shapes.filter { $0.dimensions.count == 2 && $0.name.hasPrefix("blk.") }
            .map { ($0.name, $0.dimensions[0], $0.dimensions[1]) }
    }

    func gguf(only: String = "", architecture: String = "llama", rank: Int = 4) -> GGUFWriter {
        var writer = GGUFWriter()
        writer.set("general.architecture", architecture)
        writer.set("general.type", "adapter")
        writer.set("adapter.type", "lora")
        writer.set("adapter.lora.alpha", Float(8))
        for (name, inputs, outputs) in matrices() where only.isEmpty || name.contains(only) {
            writer.tensor("\(name).lora_a", [inputs, rank], half("\(name).lora_a", rank * inputs))
            writer.tensor("\(name).lora_b", [rank, outputs], half("\(name).lora_b", outputs * rank))
        }
        return writer
    }

    func adapter(_ writer: GGUFWriter, scale: Float = 0.75) throws -> Adapter {
        try Adapter.gguf(GGUFFile(bytes: writer.bytes()), ModelConfig(GGUFFile(bytes: shape.writer().bytes())), scale)
    }

    func model(_ writer: GGUFWriter, merged: Bool = false, _ precision: Precision = .integer) throws -> LanguageModel {
        let file = try GGUFFile(bytes: shape.writer().bytes())
        return try LanguageModel(file, adapter: adapter(writer), merged: merged, threads: 1, precision: precision)
    }

    func request(_ candidates: [[Int32]] = [[1, 2, 3], [1, 2], [9, 8, 7, 6, 5]]) -> ScoreRequest {
        ScoreRequest(prefix: Array(FamilyTests.tokens.prefix(90)), candidates: candidates, probeTokens: [4, 200])
    }

    @Test("an adapter gives llama.cpp's logits, beside the weights and merged into them", arguments: [false, true])
    func golden(merged: Bool) throws {
        let session = try ScoringSession(model: model(gguf(), merged: merged, .float), threads: 2)
        let all = (0..<Int32(SyntheticModel.vocabularySize)).map { $0 }
        var seen = 0
        for line in try FamilyTests().lines() where line.variant == "adapter" {
            let tokens = FamilyTests.tokens
            let request = ScoreRequest(
                prefix: Array(tokens[..<line.position]),
                candidates: [[tokens[line.position]]],
                probeTokens: all
            )
            let found = try session.score(request).scores[0].probeLogits
            #expect((zip(found, line.logits).map { abs($0 - $1) }.max() ?? .infinity) < 0.004)
            seen += 1
        }
        #expect(seen == 3)
    }

    @Test("a score with an adapter is the same bits whatever is beside it and however passes are cut")
    func exactness() throws {
        let model = try model(gguf())
        let expected = try ScoringSession(model: model, threads: 1).score(request()).scores
        for (threads, rowLimit) in [(1, 1), (2, 7), (3, 64)] {
            let session = try ScoringSession(model: model, threads: threads, isa: DK_SCALAR, rowLimit: rowLimit)
            #expect(try session.score(request()).scores == expected)
            for (index, candidate) in request().candidates.enumerated() {
                #expect(try session.score(request([candidate])).scores == [expected[index]])
            }
        }
        let plain = try ScoringSession(model: shape.load(), threads: 1).score(request()).scores
        #expect(plain != expected)
        #expect(model.adapterSHA256 == SHA256.hex(gguf().bytes()) && !model.adapterIsMerged)
    }

    @Test("an adapter of some matrices only changes those")
    func some() throws {
        for part in ["attn_k", "ffn_up", "blk.1.attn_v"] {
            let beside = try ScoringSession(model: model(gguf(only: part)), threads: 1).score(request()).scores
            let merged = try ScoringSession(model: model(gguf(only: part), merged: true), threads: 1).score(request())
                .scores
            for (a, b) in zip(beside, merged) {
                #expect(zip(a.probeLogits, b.probeLogits).allSatisfy { abs($0 - $1) < 1e-3 })
            }
        }
    }

    @Test("what is no adapter for the model is refused by name")
    func refused() throws {
        func code(_ writer: GGUFWriter) -> DroidError.Code? {
            do {
                _ = try adapter(writer)
                return nil
            } catch { return (error as? DroidError)?.code }
        }
        #expect(code(gguf()) == nil)
        #expect(code(gguf(architecture: "qwen2")) == "adapter.unsupported")
        #expect(code(shape.writer()) == "adapter.unsupported")
        #expect(code(gguf(only: "nothing")) == "adapter.corrupt")
        var writer = gguf(only: "attn_q")
        writer.tensor("blk.0.ffn_up.weight.lora_a", [64, 4], [Float](repeating: 0, count: 256))
        #expect(code(writer) == "adapter.corrupt")
        writer = gguf(only: "attn_q")
        writer.tensor("token_embd.weight.lora_a", [64, 4], [Float](repeating: 0, count: 256))
        writer.tensor("token_embd.weight.lora_b", [4, 64], [Float](repeating: 0, count: 256))
        #expect(code(writer) == "adapter.unsupported")
        writer = gguf(only: "attn_q")
        writer.tensor("blk.0.ffn_up.weight.lora_a", [64, 4], [Float](repeating: 0, count: 256))
        writer.tensor("blk.0.ffn_up.weight.lora_b", [4, 95], [Float](repeating: 0, count: 380))
        #expect(code(writer) == "adapter.corrupt")
        #expect { try Adapter.load("/nowhere", for: shape.load().config) } throws: {
            ($0 as? DroidError)?.code == "adapter.missing"
        }
    }

    // MARK: - Folders

    /// The order of rows that Hugging Face uses where GGUF has neighbours turn together.
    func apart(_ values: [Float], rows: Int, heads: Int) -> [Float] {
        let (width, half) = (values.count / rows, rows / heads / 2)
        return (0..<rows).flatMap { row -> ArraySlice<Float> in
            let (head, part, pair) = (row / (2 * half), row % (2 * half) / half, row % half)
            let source = head * 2 * half + 2 * pair + part
            return values[(source * width)..<((source + 1) * width)]
        }
    }

    func safetensors(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> [UInt8] {
        var at = 0
        var entries: [String] = ["\"__metadata__\":{\"format\":\"pt\"}"]
        for tensor in tensors {
            let end = at + tensor.values.count * 4
            entries.append(
                "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":\(tensor.shape),\"data_offsets\":[\(at),\(end)]}"
            )
            at = end
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        return GGUFWriter.little(UInt64(header.count)) + header
            + tensors.flatMap { $0.values.flatMap { GGUFWriter.little($0.bitPattern) } }
    }

    static let names = [
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
        "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
    ]

    func hubName(_ name: String, gemma: Bool) -> String {
        let pieces = name.split(separator: ".").map { String($0) }
        guard pieces[0] == "blk" else {
            return ["token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"][
                pieces[0],
                default: ""
            ]
                + ".weight"
        }
        let norms = [
            "attn_norm": "input_layernorm", "post_attention_norm": "post_attention_layernorm",
            "ffn_norm": "pre_feedforward_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
        ]
        let part = (gemma ? norms[pieces[2]] : nil) ?? AdapterTests.names[pieces[2]] ?? ""
        return "model.layers.\(pieces[1]).\(part).\(pieces[3])"
    }

    func writeFolder(_ shape: SyntheticModel, _ folder: String) throws {
        try FileBytes.makeFolder(folder)
        let gemma = shape.architecture == "gemma3"
        var tensors: [(name: String, shape: [Int], values: [Float])] = []
        for tensor in shape.shapes {
            var values = SyntheticModel.values(tensor.name, tensor.dimensions)
            let rows = tensor.dimensions.last ?? 1
            if shape.architecture == "llama", tensor.name.contains("attn_q.") {
                values = apart(values, rows: rows, heads: shape.heads)
            }
            if shape.architecture == "llama", tensor.name.contains("attn_k.") {
                values = apart(values, rows: rows, heads: shape.keyValueHeads)
            }
            // Exact: the norms lie between 1/2 and 3/2.
            if gemma, tensor.name.hasSuffix("norm.weight") { values = values.map { $0 - 1 } }
            tensors.append((hubName(tensor.name, gemma: gemma), tensor.dimensions.reversed(), values))
        }
        let half = tensors.count / 2
        try FileBytes.write(safetensors(Array(tensors[..<half])), to: folder + "/model-00001-of-00002.safetensors")
        try FileBytes.write(safetensors(Array(tensors[half...])), to: folder + "/model-00002-of-00002.safetensors")
        let kind = gemma ? "gemma3_text" : shape.architecture
        let window = shape.window > 0 ? "\"sliding_window\":\(shape.window)," : ""
        let cap = shape.cap > 0 ? "\"final_logit_softcapping\":\(shape.cap)," : ""
        let scaling = shape.linear > 0 ? "\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":\(shape.linear)}," : ""
        try FileBytes.write(
            """
            {"model_type":"\(kind)","hidden_size":\(shape.width),"num_hidden_layers":\(shape.blocks),\(window)\(cap)\(scaling)
            "intermediate_size":\(shape.feedForward),"num_attention_heads":\(shape.heads),"head_dim":\(shape.headWidth),
            "num_key_value_heads":\(shape.keyValueHeads),"rms_norm_eps":1e-5,"rope_theta":\(shape.base),
            "max_position_embeddings":512,"tie_word_embeddings":\(shape.tied)}
            """,
            to: folder + "/config.json"
        )
        let vocabulary = TinyModel.vocabulary
        let words = vocabulary.tokens.enumerated().filter { $0.offset > 2 }.map { ($0.element, $0.offset) }
        let object: [String: Any] = [
            "added_tokens": (0..<3).map {
                ["id": $0, "content": vocabulary.tokens[$0], "special": $0 < 2] as [String: Any]
            },
            "pre_tokenizer": [
                "type": "Sequence",
                "pretokenizers": [
                    ["type": "Digits", "individual_digits": true] as [String: Any],
                    ["type": "ByteLevel", "use_regex": true],
                ],
            ],
            "model": [
                "type": "BPE", "vocab": Dictionary(uniqueKeysWithValues: words), "merges": vocabulary.merges,
            ] as [String: Any],
        ]
        try FileBytes.write(JSONSerialization.data(withJSONObject: object), to: folder + "/tokenizer.json")
        try FileBytes.write("{\"eos_token\":{\"content\":\"<|end|>\"}}", to: folder + "/tokenizer_config.json")
    }

    @Test(
        "a folder with safetensors scores to the bit as the GGUF file of the same weights",
        arguments: [
            "llama/plain", "llama/untied-linear-bias", "qwen2/plain", "qwen3/plain", "gemma3/windows", "gemma3/capped",
        ]
    )
    func folders(name: String) throws {
        let shape = try #require(SyntheticModel.all[name])
        let folder = NSTemporaryDirectory() + "folder-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try writeFolder(shape, folder)
        let model = try LanguageModel.load(folder, threads: 1)
        let plain = try shape.load()
        let expected = try ScoringSession(model: plain, threads: 1).score(request()).scores
        #expect(try ScoringSession(model: model, threads: 1).score(request()).scores == expected)
        #expect(model.tokenizer.endToken == 0)
        let text = "abc <|turn|> 12 <tool> größe xx"
        #expect(model.tokenizer.encode(text, parseSpecial: true) == plain.tokenizer.encode(text, parseSpecial: true))
        try FileManager.default.removeItem(atPath: folder + "/model-00002-of-00002.safetensors")
        #expect { try LanguageModel.load(folder) } throws: { ($0 as? DroidError)?.code == "model.corrupt" }
        try FileManager.default.removeItem(atPath: folder + "/tokenizer.json")
        #expect { try LanguageModel.load(folder) } throws: { ($0 as? DroidError)?.code == "model.missing" }
    }

    @Test("PEFT's safetensors give the bits of the same adapter in llama.cpp's layout")
    func peft() throws {
        let folder = NSTemporaryDirectory() + "peft-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var tensors: [(name: String, shape: [Int], values: [Float])] = []
        for (name, inputs, outputs) in matrices() {
            let pieces = name.split(separator: ".").map { String($0) }
            let hub = "base_model.model.model.layers.\(pieces[1]).\(AdapterTests.names[pieces[2]] ?? "")"
            var up = half("\(name).lora_b", outputs * 4)
            if pieces[2] == "attn_q" { up = apart(up, rows: outputs, heads: shape.heads) }
            if pieces[2] == "attn_k" { up = apart(up, rows: outputs, heads: shape.keyValueHeads) }
            tensors.append(("\(hub).lora_A.weight", [4, inputs], half("\(name).lora_a", 4 * inputs)))
            tensors.append(("\(hub).lora_B.weight", [outputs, 4], up))
        }
        try FileBytes.write(safetensors(tensors), to: folder + "/adapter_model.safetensors")
        let settings = folder + "/adapter_config.json"
        try FileBytes.write("{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8}", to: settings)
        let config = try shape.load().config
        let found = try Adapter.load(folder, for: config, scale: 0.75)
        let expected = try adapter(gguf())
        #expect(found.count == 14 && found.rank == 4)
        for (name, part) in expected.parts {
            #expect(found.parts[name]?.a == part.a && found.parts[name]?.b == part.b, "\(name)")
        }
        try FileBytes.write("{\"peft_type\":\"LORA\",\"use_dora\":true}", to: settings)
        #expect { try Adapter.load(folder, for: config) } throws: { ($0 as? DroidError)?.code == "adapter.unsupported" }
        try FileBytes.write("{", to: settings)
        #expect { try Adapter.load(folder, for: config) } throws: { ($0 as? DroidError)?.code == "adapter.corrupt" }
    }

    @Test("an adapter that is written for PEFT comes back as it was")
    func export() throws {
        let folder = NSTemporaryDirectory() + "export-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let config = try shape.load().config
        var adapter = try adapter(gguf())
        try adapter.writePEFT(to: folder, base: "some/model", config: config)
        let found = try Adapter.load(folder, for: config)
        #expect(found.count == adapter.count && found.rank == adapter.rank)
        for (name, part) in adapter.parts {
            #expect(found.parts[name]?.a == part.a && found.parts[name]?.b == part.b, "\(name)")
        }
        let text = String(decoding: try FileBytes.read(folder + "/adapter_config.json"), as: UTF8.self)
        #expect(text.contains("\"r\" : 4") && text.contains("\"base_model_name_or_path\" : \"some/model\""))
        #expect(text.contains("down_proj") && text.contains("q_proj"))
        // What PEFT cannot say is refused.
        var writer = gguf(only: "blk.0.attn_q")
        for (name, inputs, outputs) in matrices() where name.hasPrefix("blk.1.attn_k") {
            writer.tensor("\(name).lora_a", [inputs, 4], half("\(name).lora_a", 4 * inputs))
            writer.tensor("\(name).lora_b", [4, outputs], half("\(name).lora_b", outputs * 4))
        }
        adapter = try self.adapter(writer)
        #expect { try adapter.writePEFT(to: folder, base: "", config: config) } throws: {
            ($0 as? DroidError)?.code == "adapter.unsupported"
        }
    }

    @Test("cut, mutated and hostile safetensors files and adapters never crash", arguments: 0..<4)
    func fuzz(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed), name: "safetensors fuzz")
        let whole = safetensors([("a", [2, 3], [1, 2, 3, 4, 5, 6]), ("model.layers.0.mlp.up_proj.weight", [1], [7])])
        let header = whole.count - 28
        let numbers = ["9223372036854775807", "-1", "1e30", "4294967296", "99", "0", "null", "[]"]
        for _ in 0..<1500 {
            var bytes = whole
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            case 1: bytes[Int.random(in: 0..<8, using: &random)] = UInt8.random(in: 0...255, using: &random)
            case 2:
                // One of the header's numbers becomes another.
                let digits = (8..<header).filter { (48...57).contains(bytes[$0]) }
                guard let at = digits.randomElement(using: &random) else { continue }
                let number = Array((numbers.randomElement(using: &random) ?? "0").utf8)
                bytes.replaceSubrange(at...at, with: number)
                bytes.replaceSubrange(0..<8, with: GGUFWriter.little(UInt64(header - 8 + number.count - 1)))
            default:
                for _ in 0...3 {
                    bytes[Int.random(in: 0..<header, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            do {
                let file = try SafetensorsFile(bytes: bytes)
                for name in file.tensors.keys { _ = try file.floats(name) }
            } catch { #expect((error as? DroidError)?.code.rawValue.hasPrefix("model.") == true, "\(error)") }
        }
        let config = try shape.load().config
        let adapter = gguf(only: "blk.0.attn").bytes()
        for _ in 0..<150 {
            var bytes = adapter
            for _ in 0...4 {
                bytes[Int.random(in: 0..<900, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                _ = try Adapter.gguf(GGUFFile(bytes: bytes), config, 1)
            } catch {
                let code = (error as? DroidError)?.code.rawValue ?? "\(error)"
                #expect(code.hasPrefix("model.") || code.hasPrefix("adapter."))
            }
        }
    }
}
