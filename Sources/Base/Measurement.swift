// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One measured figure, as every `bench` verb prints it.
public struct MeasurementRow: Codable, Sendable {
    /// A stable, dotted, lower-case name such as `engine.decision.seconds`.
    public var name: String
    public var value: Double
    public var unit: String
    /// What it is measured against, and that peer's figure in the same run.
    public var peer: String?
    public var peerValue: Double?
    public var ratio: Double?
    /// The accepted value, and the one we are after.
    public var floor: Double?
    public var goal: Double?
    /// What has to be known to read the figure; nil when its name says all.
    public var note: String?
    public var machine: String
    public var commit: String
    /// The command that prints this figure again.
    public var command: String

    public init(
        name: String,
        value: Double,
        unit: String,
        peer: String? = nil,
        peerValue: Double? = nil,
        floor: Double? = nil,
        goal: Double? = nil,
        command: String
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.peer = peer
        self.peerValue = peerValue
        ratio = peerValue.map { value / $0 }
        self.floor = floor
        self.goal = goal
        machine = Machine.description
        commit = BuildInfo.commit
        self.command = command
    }
}

/// The machine that a figure was measured on.
public enum Machine {
    /// Processor name and number of cores.
    public static let description: String = {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let name = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        return "\(name), \(ProcessInfo.processInfo.activeProcessorCount) cores"
    }()
}

/// What was built.
public enum BuildInfo {
    public static let version = "0.1.0"

    /// The commit: from the file `COMMIT` beside the installed data, else from git in the checkout, else `unknown`.
    public static let commit: String = {
        for root in Locations.dataRoots {
            if let text = try? String(contentsOfFile: root + "/COMMIT", encoding: .utf8) {
                return text.trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
        let git = Locations.checkout + "/.git"
        guard let head = try? String(contentsOfFile: git + "/HEAD", encoding: .utf8) else { return "unknown" }
        let line = head.trimmingCharacters(in: .whitespacesAndNewlines)
        guard line.hasPrefix("ref: ") else { return String(line.prefix(12)) }
        let reference = String(line.dropFirst(5))
        if let hash = try? String(contentsOfFile: git + "/" + reference, encoding: .utf8) {
            return String(hash.prefix(12))
        }
        let packed = (try? String(contentsOfFile: git + "/packed-refs", encoding: .utf8)) ?? ""
        let match = packed.split(separator: "\n").first { $0.hasSuffix(" " + reference) }
        return match.map { String($0.prefix(12)) } ?? "unknown"
    }()
}
