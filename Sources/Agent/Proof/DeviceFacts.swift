// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// What a device says about itself before or after a run, read over ADB alone.
///
/// No goal is known in advance, so everything is read that most goals change: settings, the app in front, contacts and
/// messages, files.
public struct DeviceFacts: Sendable, Codable, Hashable {
    /// One kind of fact: key and value in the device's own words, or why there is none.
    public struct Section: Sendable, Codable, Hashable {
        public var values: [String: String]
        /// Why it could not be read, or nil.
        public var problem: String?

        public init(values: [String: String], problem: String? = nil) {
            self.values = values
            self.problem = problem
        }
    }

    /// By name: `settings system`, `settings secure`, `settings global`, `radios`, `foreground`, `contacts`,
    /// `messages`, `files`.
    public var sections: [String: Section]

    public init(sections: [String: Section]) { self.sections = sections }

    /// The order in which sections are shown.
    public static let order = [
        "foreground", "radios", "settings global", "settings system", "settings secure", "contacts", "messages",
        "files",
    ]

    /// Files beyond this many are not listed.
    static let fileLimit = 20_000

    /// Reads the facts, all sections at the same time. A section that cannot be read says why; only a lost device is
    /// an error.
    ///
    /// - Throws: `DroidError` with code `adb.lost`.
    public static func read(_ device: any DeviceLink) async throws -> DeviceFacts {
        var out: [String: Section] = [:]
        try await withThrowingTaskGroup(of: (String, Section).self) { group in
            for (name, command) in commands {
                group.addTask {
                    do {
                        let answer = try await device.run(command, timeout: .seconds(20))
                        return (name, parse(name, answer.text, errors: answer.errorText))
                    } catch let error as DroidError where error.code == "adb.lost" {
                        throw error
                    } catch {
                        return (
                            name,
                            Section(
                                values: [:],
                                problem: DroidError.wrapping(error, "proof.read", "cannot be read").what
                            )
                        )
                    }
                }
            }
            for try await (name, section) in group { out[name] = section }
        }
        return DeviceFacts(sections: out)
    }

    static let commands: [(name: String, command: String)] = [
        ("settings system", "settings list system"),
        ("settings secure", "settings list secure"),
        ("settings global", "settings list global"),
        ("radios", "cmd wifi status | grep 'Wifi is'; dumpsys bluetooth_manager | grep 'enabled:'"),
        ("foreground", "am stack list | grep visible=true || dumpsys window windows | grep mCurrentFocus"),
        ("contacts", "content query --uri content://com.android.contacts/data/phones --projection display_name:data1"),
        ("messages", "content query --uri content://sms --projection address:body:type"),
        // Names may hold anything but a line break; size and time come first.
        ("files", "find /sdcard/ -type f -exec stat -c '%s %Y %n' {} +"),
    ]

    static func parse(_ name: String, _ text: String, errors: String = "") -> Section {
        var values: [String: String] = [:]
        let lines = text.split(whereSeparator: \.isNewline)
        switch name {
        case "foreground":
            let probe = ScreenFocus.first(in: text)
            values["app"] = probe.map { "\($0.package)/\($0.activity)" } ?? ""
        case "radios":
            for line in lines {
                if let state = line.firstRange(of: "Wifi is "), values["Wi-Fi"] == nil, !line.contains("connected") {
                    values["Wi-Fi"] = String(line[state.upperBound...])
                } else if let colon = line.firstRange(of: "enabled: "), values["Bluetooth"] == nil {
                    values["Bluetooth"] = line[colon.upperBound...].hasPrefix("true") ? "enabled" : "disabled"
                }
            }
        case "files":
            for line in lines.prefix(fileLimit) {
                let parts = line.split(separator: " ", maxSplits: 2)
                guard parts.count == 3, Int64(parts[0]) != nil, Int64(parts[1]) != nil else { continue }
                values[String(parts[2])] = "\(parts[0]) bytes, changed \(parts[1])"
            }
        case "contacts", "messages":
            // A row's number shifts when another goes; the row itself is what is compared, with how often it is there.
            var row = ""
            func close() {
                guard !row.isEmpty else { return }
                let count = values[row].flatMap { Int($0.dropFirst()) } ?? 0
                values[row] = "×\(count + 1)"
            }
            for line in lines {
                if line.hasPrefix("Row: ") {
                    close()
                    row = line.split(separator: " ", maxSplits: 2).dropFirst(2).first.map(String.init) ?? ""
                } else if !row.isEmpty {
                    row += "\n" + line
                }
            }
            close()
        default:
            for line in lines {
                guard let equals = line.firstIndex(of: "=") else { continue }
                values[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
        }
        let said = PromptBuilder.oneLine(errors)
        let isProblem = values.isEmpty && !said.isEmpty
        return Section(values: values, problem: isProblem ? PromptBuilder.clip(said, 160) : nil)
    }
}
