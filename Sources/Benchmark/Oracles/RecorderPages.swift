// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// The files of Audio Recorder as a device has them.
struct RecorderFiles {
    static let folder = "/storage/emulated/0/Android/data/com.dimowner.audiorecorder/files/Music/records"
    let device: any DeviceLink

    init(_ device: any DeviceLink) { self.device = device }

    /// Each record with its size and time, as `SIZE TIME NAME`; none where there is no folder.
    func lines() async throws -> [String] {
        let result = try await device.run("cd \(Self.folder) && for f in *; do stat -c '%s %Y %n' \"$f\"; done")
        guard result.exitCode == 0 else { return [] }
        return result.text.split(separator: "\n").map(String.init)
    }
}

/// Checks that exactly one record came into Audio Recorder's folder or changed there, and that it is a file with something in it.
struct RecordAdded: TaskProgram {
    init(_ arguments: ProgramArguments) throws {}

    func baseline(_ device: any DeviceLink) async throws -> [String] { try await RecorderFiles(device).lines() }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let (come, gone) = Programs.difference(baseline, try await self.baseline(device))
        let found = (come.map { "+ \($0)" } + gone.map { "- \($0)" }).joined(separator: ", ")
        return CheckOutcome(
            passed: come.count == 1 && come.allSatisfy { !$0.hasPrefix("0 ") },
            found: found.isEmpty ? "no change" : found
        )
    }
}

/// Records with Audio Recorder and keeps it: under `name`, or else under the app's own until there are more than `before`.
struct AudioRecordOracle: TaskOracle {
    private static let package = "com.dimowner.audiorecorder"
    private let name: String?
    private let before: Int

    init(_ arguments: ProgramArguments) throws {
        name = arguments["name"]
        before = try arguments.integer("before")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let records = try await RecorderFiles(device).lines().filter { $0.hasSuffix(".m4a") }
        let isKept = name.map { name in records.contains { $0.hasSuffix(" \(name).m4a") } } ?? (records.count > before)
        // A name that is asked for still has to be given.
        if let field = page.element(id: "input_name") {
            return save(page, field, isKept)
        }
        if isKept { return page.done() }
        if let allow = page.tap("While using the app") { return allow }
        guard page.package == Self.package else { return page.open("Audio Recorder") }
        if let next = page.tap("Get started") ?? page.tap("Apply") { return next }
        if let stop = page.tap("Stop recording", note: "end the recording") { return stop }
        if name != nil, records.count > before, let rename = page.tap("Rename") { return rename }
        guard page.element(id: "btn_record") != nil else { return page.leave() }
        // What a wrong step recorded under another name is renamed.
        if name != nil, records.count > before, page.shows("More options") {
            return OracleMove(page.taps("More options"), note: "rename what is there")
        }
        return OracleMove(page.taps("Record"), note: "record")
    }

    private func save(_ page: OraclePage, _ field: Element, _ isKept: Bool) -> OracleMove {
        let text = field.text == "Record name" ? "" : field.text
        if name != nil, isKept { return page.leave("the name is given") }
        guard let name, text != name else { return OracleMove(page.taps("Save"), note: "save") }
        if !text.isEmpty { return OracleMove(page.clears(field), note: "empty the name") }
        return OracleMove(
            page.types(into: field),
            neutral: Set(page.taps(on: field)),
            text: name,
            note: "type the name"
        )
    }
}
