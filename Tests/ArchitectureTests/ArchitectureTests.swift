// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen
import Testing

/// The rules of the house (Docs/architecture.md), held against the sources themselves.
@Suite("Architecture")
struct ArchitectureTests {
    /// For each target what it may import of ours. An arrow includes what is below it.
    static let arrows: [String: [String]] = [
        "droidagent": ["Learning"],
        "Learning": ["Training", "Annotation"],
        "Annotation": ["Benchmark"],
        "Benchmark": ["Agent", "SimDevice"],
        "Training": ["Inference", "Pages"],
        "Agent": ["Screen", "Inference", "Pages"],
        "Screen": ["ADB", "Media"],
        "SimDevice": ["ADBWire", "Media"],
        "ADB": ["ADBWire"],
        "Inference": ["Kernels"],
        "ADBWire": [], "Media": [], "Pages": [], "Kernels": [],
        "Base": [],
    ]

    static let root = Locations.checkout

    static func reachable(from target: String) -> Set<String> {
        var found: Set<String> = target == "Base" || target == "Kernels" ? [] : ["Base"]
        var open = arrows[target] ?? []
        while let next = open.popLast() {
            if found.insert(next).inserted { open += arrows[next] ?? [] }
        }
        return found
    }

    static func files(under folder: String, _ endings: [String]) -> [String] {
        let all = FileManager.default.enumerator(atPath: "\(root)/\(folder)")
        return (all?.compactMap { $0 as? String } ?? [])
            .filter { path in endings.contains { path.hasSuffix($0) } }
            .map { "\(folder)/\($0)" }
            .sorted()
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try FileBytes.read("\(root)/\(path)"), as: UTF8.self)
    }

    static func imports(in path: String) throws -> Set<String> {
        let pattern = #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |internal |private |package )?import (?:\w+ )?(\w+)/#
        let lines = try text(path).split(separator: "\n")
        return Set(lines.compactMap { $0.firstMatch(of: pattern).map { String($0.1) } })
    }

    @Test("Every target imports only what is below it", arguments: arrows.keys.sorted())
    func importsFollowTheArrows(target: String) throws {
        let allowed = Self.reachable(from: target)
        let sources = Self.files(under: "Sources/\(target)", [".swift"])
        #expect(!sources.isEmpty || target == "Kernels")
        for file in sources {
            let ours = try Self.imports(in: file).intersection(Self.arrows.keys)
            let forbidden = ours.subtracting(allowed)
            #expect(forbidden.isEmpty, "\(file) imports \(forbidden.sorted())")
        }
    }

    @Test("Package.swift names each direct import of a target, and no other", arguments: arrows.keys.sorted())
    func manifestNamesDirectImports(target: String) throws {
        let manifest = try Self.text("Package.swift")
        if target == "Kernels" { return }
        let name = NSRegularExpression.escapedPattern(for: target)
        let opening = target == "droidagent" ? #"\.executableTarget\("# : #"module\(\s*"\#(name)",\s*\["#
        let start = try #require(manifest.range(of: opening, options: .regularExpression))
        let tail = manifest[start.upperBound...]
        let end = tail.firstRange(of: "]")?.lowerBound ?? tail.endIndex
        let named = Set(tail[..<end].matches(of: #/"(\w+)"/#).map { String($0.1) }).intersection(Self.arrows.keys)
            .subtracting([target])
        var used: Set<String> = []
        for file in Self.files(under: "Sources/\(target)", [".swift"]) { used.formUnion(try Self.imports(in: file)) }
        #expect(named == used.intersection(Self.arrows.keys), "\(target)")
    }

    @Test("No target stands in Sources without a place in the arrows")
    func everyTargetHasArrows() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/Sources")
        let libraries = try Set(folders.filter { try Self.isSystemLibrary($0) })
        #expect(Set(folders).subtracting(libraries) == Set(Self.arrows.keys))
        #expect(libraries.allSatisfy { $0.hasPrefix("C") })
    }

    static func isSystemLibrary(_ folder: String) throws -> Bool {
        FileManager.default.fileExists(atPath: "\(root)/Sources/\(folder)/module.modulemap")
    }

    @Test("Every target and data folder has a README of at most a page")
    func readmes() throws {
        for folder in Self.arrows.keys.map({ "Sources/\($0)" }) + ["Annotations", "Emulator", "Tasks", "Training"] {
            let text = try Self.text("\(folder)/README.md")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect((5...120).contains(lines), "\(folder)/README.md has \(lines) lines")
        }
    }

    @Test("Every source file begins with its licence")
    func licences() throws {
        let sources = Self.files(under: "Sources", [".swift", ".c", ".h"]) + Self.files(under: "Tests", [".swift"])
        for file in sources {
            let head = try Self.text(file).prefix(120)
            #expect(head.contains("SPDX-License-Identifier: Apache-2.0"), "\(file)")
        }
        for file in Self.files(under: "Scripts", [""]) where !file.hasSuffix(".md") {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(Self.root)/\(file)", isDirectory: &isFolder)
            guard !isFolder.boolValue, !file.contains("__pycache__") else { continue }
            #expect(try Self.text(file).contains("SPDX-License-Identifier: Apache-2.0"), "\(file)")
        }
    }

    @Test("No public type has the name of its module")
    func typeNames() throws {
        for target in Self.arrows.keys {
            for file in Self.files(under: "Sources/\(target)", [".swift"]) {
                let source = try Self.text(file)
                let pattern = try Regex("public (final )?(struct|class|enum|actor|protocol) \(target)\\b")
                #expect(source.firstMatch(of: pattern) == nil, "\(file)")
            }
        }
    }

    @Test("The agent knows no way to the built-in device but ADB")
    func noBackDoor() throws {
        for target in ["Agent", "Screen", "ADB"] {
            for file in Self.files(under: "Sources/\(target)", [".swift"]) {
                #expect(!(try Self.imports(in: file).contains("SimDevice")), "\(file)")
            }
        }
    }

    // MARK: - The agent is general

    /// Labels that are words of their own: they may stand in a sentence, but not alone in quotes.
    static let commonLabels: Set<String> = [
        "Settings", "Clock", "Contacts", "Files", "Camera", "Phone", "Messages", "Calendar", "Maps", "Photos",
        "Calculator", "Tasks",
    ]

    /// What of a source names a package, an app or a task.
    static func namesIn(_ source: String, tasks: [String]) -> [String] {
        // A provider's address is Android's, also where an app has the same name.
        let parts = source.components(separatedBy: "content://")
        let text = parts[0] + parts.dropFirst().map { " " + $0.drop { !$0.isWhitespace && $0 != "/" } }.joined()
        var found = AppNames.labels.keys.filter { text.contains($0) }
        found += tasks.filter { text.contains($0) }
        for label in Set(AppNames.labels.values) {
            let wanted = commonLabels.contains(label) ? "\"\(label)\"" : label
            if text.contains(wanted) { found.append(label) }
        }
        let lower = text.lowercased()
        found += AppNames.aliases.values.joined().filter { $0.hasPrefix("simple ") && lower.contains($0) }
        return found.sorted()
    }

    @Test("The agent's sources name no package, no app and no task")
    func agentIsGeneral() throws {
        let tasks = Self.files(under: "Tasks/androidworld", [".yaml"])
            .map { String($0.split(separator: "/").last?.dropLast(5) ?? "") }
            .filter { !["suite", "lists", ""].contains($0) }
        #expect(tasks.count >= 100 && AppNames.labels.count >= 40)
        let sources = Self.files(under: "Sources/Agent", [".swift", ".md"])
        #expect(!sources.isEmpty)
        for file in sources {
            let found = Self.namesIn(try Self.text(file), tasks: tasks)
            #expect(found.isEmpty, "\(file) names \(found)")
        }
    }

    @Test("What names an app or a task is found, and what does not is not")
    func namesAreFound() {
        let tasks = ["CameraTakePhoto"]
        let wrong = [
            "if package == \"org.tasks\" {", "/// Types into Markor.", "case \"Clock\": 1", "// as in CameraTakePhoto",
            "// the simple calendar",
        ]
        for line in wrong { #expect(!Self.namesIn(line, tasks: tasks).isEmpty, "\(line)") }
        let right = [
            "let clock = ContinuousClock.now", "/// open app Settings", "content://com.android.contacts/data/phones",
            "a simple rule",
        ]
        for line in right { #expect(Self.namesIn(line, tasks: tasks).isEmpty, "\(line)") }
    }
}
