// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Inference

@Suite("GGUF reader")
struct GGUFTests {
    func code(_ bytes: [UInt8]) -> DroidError.Code? {
        do {
            _ = try LanguageModel(GGUFFile(bytes: bytes), threads: 1)
            return nil
        } catch {
            return (error as? DroidError)?.code
        }
    }

    func why(_ bytes: [UInt8]) -> String {
        do {
            _ = try LanguageModel(GGUFFile(bytes: bytes), threads: 1)
            return ""
        } catch {
            return (error as? DroidError)?.why ?? ""
        }
    }

    @Test("values of every type come back")
    func values() throws {
        var writer = GGUFWriter()
        writer.raw("u8", type: 0, [200])
        writer.raw("i8", type: 1, [0xFE])
        writer.raw("i64", type: 11, GGUFWriter.little(Int64.min))
        writer.raw("u64", type: 10, GGUFWriter.little(UInt64.max))
        writer.raw("f64", type: 12, GGUFWriter.little(Double.pi.bitPattern))
        writer.set("f32", Float(0.5))
        writer.set("yes", true)
        writer.set("text", "größe")
        writer.set("texts", ["a", "", "bc"])
        writer.set("numbers", [Int32](-2...2))
        writer.tensor("t", [4, 2], (0..<8).map { Float($0) })
        let file = try GGUFFile(bytes: writer.bytes())
        #expect(file.integer("u8") == 200 && file.integer("i8") == -2 && file.integer("i64") == Int(Int64.min))
        #expect(file.metadata["u64"] == .unsigned(.max))
        #expect(file.number("f64") == .pi && file.number("f32") == 0.5 && file.bool("yes") == true)
        #expect(file.string("text") == "größe" && file.integer("text") == nil)
        #expect(file.strings("texts") == [Array("a".utf8), [], Array("bc".utf8)])
        #expect(file.integers("numbers") == [-2, -1, 0, 1, 2])
        let tensor = try #require(file.tensors["t"])
        #expect(tensor.dimensions == [4, 2] && file.floats(tensor) == (0..<8).map { Float($0) })
    }

    @Test("a model of every part it needs loads, and its digest is that of the file")
    func whole() throws {
        let bytes = TinyModel().writer().bytes()
        let model = try LanguageModel(GGUFFile(bytes: bytes), threads: 2)
        #expect(model.sha256 == SHA256.hex(bytes))
        #expect(model.config.blockCount == 3 && model.config.width == 40 && model.config.name == "tiny")
    }

    @Test("a file that is not there, is a folder or is cut short is told by name")
    func files() throws {
        let folder = NSTemporaryDirectory() + "gguf-tests-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect { try LanguageModel.load(folder + "/none.gguf") } throws: { error in
            let error = error as? DroidError
            return error?.code == "model.missing" && error?.what.contains("none.gguf") == true && error?.next != ""
        }
        let bytes = TinyModel().writer().bytes()
        try FileBytes.write(bytes.dropLast(100), to: folder + "/cut.gguf")
        #expect { try LanguageModel.load(folder) } throws: { ($0 as? DroidError)?.code == "model.missing" }
        try FileBytes.write([UInt8](), to: folder + "/empty.gguf")
        for name in ["/cut.gguf", "/empty.gguf"] {
            #expect { try LanguageModel.load(folder + name) } throws: { ($0 as? DroidError)?.code == "model.corrupt" }
        }
    }

    @Test("what is not supported is named")
    func unsupported() {
        var writer = GGUFWriter()
        writer.set("general.architecture", "mamba")
        #expect(code(writer.bytes()) == "model.unsupported" && why(writer.bytes()).contains("mamba"))
        writer.tensor("t", [256], type: 16, [UInt8](repeating: 0, count: 66))
        #expect(code(writer.bytes()) == "model.unsupported" && why(writer.bytes()).contains("IQ2_XXS"))
        writer = GGUFWriter()
        writer.version = 2
        #expect(code(writer.bytes()) == "model.unsupported" && why(writer.bytes()).contains("version 2"))
        writer = TinyModel().writer()
        writer.tensor("blk.0.attn_qkv.bias", [64], [Float](repeating: 0, count: 64))
        #expect(code(writer.bytes()) == "model.unsupported" && why(writer.bytes()).contains("attn_qkv.bias"))
    }

    @Test("a missing tensor is named, and so is one of another shape")
    func missing() {
        let name = "blk.1.ffn_up.weight"
        #expect(why(TinyModel().writer(skipping: [name]).bytes()).contains(name))
        var writer = TinyModel().writer(skipping: [name])
        writer.tensor(name, [40, 55], [Float](repeating: 0, count: 40 * 55))
        #expect(code(writer.bytes()) == "model.corrupt" && why(writer.bytes()).contains(name))
    }

    @Test("broken headers are refused")
    func broken() {
        func refused(_ change: (inout GGUFWriter) -> Void) -> Bool {
            var writer = GGUFWriter()
            change(&writer)
            return (try? GGUFFile(bytes: writer.bytes())) == nil
        }
        #expect(!refused { $0.set("k", true) })
        #expect(refused { writer in (0..<2).forEach { _ in writer.set("k", true) } })
        #expect(refused { writer in (0..<2).forEach { _ in writer.tensor("t", [1], [0]) } })
        #expect(refused { $0.raw("k", type: 99, []) })
        #expect(refused { $0.raw("k", type: 7, [2]) })
        #expect(refused { $0.raw("k", type: 8, GGUFWriter.little(UInt64.max)) })
        #expect(refused { $0.raw("k", type: 9, GGUFWriter.little(UInt32(9)) + GGUFWriter.little(UInt64(1))) })
        #expect(refused { $0.raw("k", type: 9, GGUFWriter.little(UInt32(11)) + GGUFWriter.little(UInt64.max / 4)) })
        #expect(refused { $0.raw("k", type: 9, GGUFWriter.little(UInt32(8)) + GGUFWriter.little(UInt64.max)) })
        #expect(refused { $0.set("general.alignment", UInt32(24)) })
        #expect(refused { $0.tensor("t", [33], type: 2, [UInt8](repeating: 0, count: 36)) })
        #expect(refused { $0.tensor("t", [0], [UInt8]()) })
        #expect(refused { $0.tensor("t", [1, 1, 1, 1, 1], [UInt8](repeating: 0, count: 4)) })
        #expect(refused { $0.tensor("t", [64], [UInt8](repeating: 0, count: 64)) })
        #expect(refused { $0.tensor("t", [1], offset: 4, [UInt8](repeating: 0, count: 64)) })
        #expect(refused { $0.tensor("t", [1], offset: UInt64.max - 31, [UInt8](repeating: 0, count: 64)) })
        #expect(refused { $0.tensor("t", [Int.max, Int.max], [UInt8](repeating: 0, count: 64)) })
    }

    @Test("files with mutated headers never crash the reader or the model", arguments: 0..<8)
    func fuzz(seed: Int) throws {
        var tiny = TinyModel()
        tiny.blocks = 1
        let whole = tiny.writer().bytes()
        let headerSize = whole.count - tiny.tensors.reduce(0) { $0 + $1.values.count * 4 }
        var random = SeededRandom(seed: UInt64(seed), name: "gguf fuzz")
        let interesting: [UInt8] = [0, 1, 2, 3, 4, 8, 9, 10, 0x7F, 0x80, 0xFF]
        for _ in 0..<150 {
            var bytes = whole
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            case 1:
                let at = Int.random(in: 0..<(headerSize - 8), using: &random)
                let value: UInt64 = [.max, 1 << 63, 1 << 32, 0, 1 << 31][Int.random(in: 0..<5, using: &random)]
                bytes.replaceSubrange(at..<(at + 8), with: GGUFWriter.little(value))
            default:
                for _ in 0...Int.random(in: 0..<4, using: &random) {
                    // Lengths and numbers stand at the front more often than in the long list of tokens.
                    let limit = Bool.random(using: &random) ? 900 : headerSize
                    bytes[Int.random(in: 0..<limit, using: &random)] =
                        interesting[Int.random(in: 0..<interesting.count, using: &random)]
                }
            }
            do {
                let model = try LanguageModel(GGUFFile(bytes: bytes), threads: 1)
                let session = try ScoringSession(model: model, threads: 1)
                _ = try session.score(ScoreRequest(prefix: [1, 2], candidates: [[3], [4]]))
                _ = model.tokenizer.encode("abc abc <tool> 12")
            } catch {
                let code = (error as? DroidError)?.code.rawValue ?? "\(error)"
                #expect(code.hasPrefix("model.") || code == "score.input")
            }
        }
    }
}

@Suite("Dequantization")
struct DequantizeTests {
    @Test("every format gives the bits of the Python package gguf")
    func golden() throws {
        let bytes = try FileBytes.read(Fixtures.path("dequantize.bin"))
        #expect(bytes.starts(with: "DQV1".utf8))
        var at = 4
        func word() -> Int {
            defer { at += 4 }
            return (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
        }
        var seen: Set<GGMLType> = []
        while at < bytes.count {
            let type = try #require(GGMLType(rawValue: UInt32(word())))
            let (size, count) = (word(), word())
            let blocks = Array(bytes[at..<(at + size)])
            at += size
            let expected = (0..<count).map { _ in UInt32(word()) }
            let found = try #require(type.dequantize(blocks))
            #expect(found.map(\.bitPattern) == expected, "\(type)")
            seen.insert(type)
        }
        #expect(seen == Set(GGMLType.allCases))
    }

    @Test("bytes that are not whole blocks give nothing")
    func partial() {
        #expect(GGMLType.q4_0.dequantize([1, 2, 3]) == nil)
        #expect(GGMLType.q4_0.dequantize([]) == [])
    }
}
