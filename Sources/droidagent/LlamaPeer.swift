// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference

/// llama.cpp, as `Scripts/peers llama` built it, in a process of its own that does one job after the other:
/// `Scripts/compare/engine_peer.py`, which is installed as data.
final class LlamaPeer: EnginePeer {
    /// Where `Scripts/peers` puts what it builds.
    private static var folder: String { "\(Locations.cache)/peers/llama" }
    private static var python: String { "\(folder)/bin/python" }

    static var isHere: Bool { FileManager.default.isExecutableFile(atPath: python) }

    private(set) var name = "llama.cpp"
    private let process = Process()
    private let jobs = Pipe()
    private let answers = Pipe()
    /// What it says when something goes wrong.
    private let said: String
    private var unread: [UInt8] = []

    private struct Ready: Decodable {
        let file: String
        let library: String
    }

    private struct Answer: Decodable { let seconds: Double }

    private struct DivergenceJob: Encodable {
        let job = "divergence"
        let text: String
        let tokens: Int
        let window: Int
        let referenceType: String?
        let referenceKV: String
    }

    /// Starts it and waits until it has read the model, which it quantizes first where the setting says so.
    ///
    /// - Returns: nil where llama.cpp was not built.
    /// - Throws: `DroidError` with code `bench.llama`.
    init?(_ setting: EnginePeerSetting, threads: Int) throws {
        guard LlamaPeer.isHere else { return nil }
        var words = [
            try Locations.data("Scripts/compare/engine_peer.py"), setting.model, "--threads", "\(threads)", "--kv",
            setting.keyValues, "--limit", "\(setting.limit)", "--cache", "\(LlamaPeer.folder)/models",
        ]
        if let type = setting.type { words += ["--type", type] }
        if let adapter = setting.adapter { words += ["--adapter", adapter] }
        said = NSTemporaryDirectory() + "/droidagent-engine-bench-\(UUID().uuidString)"
        try FileBytes.write("", to: said, mode: 0o600)
        process.executableURL = URL(fileURLWithPath: LlamaPeer.python)
        process.arguments = words
        process.standardInput = jobs
        process.standardOutput = answers
        process.standardError = FileHandle(forWritingAtPath: said)
        do { try process.run() } catch { throw failure("\(error)") }
        let ready = try JSON.decode(Ready.self, from: try line())
        let kept = setting.keyValues == "f16" ? "" : ", keys and values \(setting.keyValues)"
        name = "llama.cpp, \(ready.file)\(kept)\(setting.adapter == nil ? "" : ", with the adapter")"
    }

    deinit {
        try? jobs.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: said)
    }

    func seconds(_ job: EngineJob) throws -> Double { try ask(job, as: Answer.self).seconds }

    func divergence(
        text: String,
        tokens: Int,
        window: Int,
        referenceType: String?,
        referenceKeyValues: String
    ) throws -> EngineDivergence {
        let job = DivergenceJob(
            text: text,
            tokens: tokens,
            window: window,
            referenceType: referenceType,
            referenceKV: referenceKeyValues
        )
        return try ask(job, as: EngineDivergence.self)
    }

    private func ask<Result: Decodable>(_ job: some Encodable, as: Result.Type) throws -> Result {
        do {
            try jobs.fileHandleForWriting.write(contentsOf: Data((try JSON.line(job) + "\n").utf8))
        } catch { throw failure("\(error)") }
        return try JSON.decode(Result.self, from: try line())
    }

    /// Its next line.
    private func line() throws -> [UInt8] {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return Array(unread[..<end])
            }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty, unread.count < 1 << 20 else { throw failure("its output ended") }
            unread += more
        }
    }

    private func failure(_ why: String) -> DroidError {
        let words = (try? FileBytes.read(said)).map { String(decoding: $0.suffix(300), as: UTF8.self) } ?? ""
        return DroidError(
            "bench.llama",
            "llama.cpp does not do its work",
            why: words.isEmpty ? why : words.trimmingCharacters(in: .whitespacesAndNewlines),
            next: "Scripts/peers llama builds it again; --no-peer leaves it out"
        )
    }
}
