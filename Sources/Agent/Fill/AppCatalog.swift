// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// The apps of a device by name.
public struct AppCatalog: Sendable {
    /// One app that can be opened.
    public struct App: Sendable, Hashable, Codable {
        public var label: String
        public var package: String

        public init(label: String, package: String) {
            self.label = label
            self.package = package
        }
    }

    /// Sorted by label.
    public let apps: [App]

    public init(_ apps: [App] = []) {
        self.apps = apps.sorted { ($0.label, $0.package) < ($1.label, $1.package) }
    }

    /// Reads the launchable apps of a device. Labels are not printed by any tool, so they come from a table of
    /// well-known packages and, beyond it, from the package's own words.
    ///
    /// - Throws: what the link throws.
    public static func read(_ device: any DeviceLink) async throws -> AppCatalog {
        let query =
            "cmd package query-activities --brief -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
        var packages = packages(inComponents: try await device.run(query).text)
        if packages.isEmpty { packages = Self.packages(inList: try await device.run("pm list packages").text) }
        return AppCatalog(packages.sorted().map { App(label: label(of: $0), package: $0) })
    }

    /// What an app is called: from the table, else the last word of its package that says something.
    public static func label(of package: String) -> String { AppNames.label(of: package) }

    /// The app with a label or package, whatever the case; nil for none.
    public func app(named name: String) -> App? {
        let wanted = name.lowercased()
        return apps.first { $0.label.lowercased() == wanted } ?? apps.first { $0.package == name }
            ?? apps.first { AppNames.aliases[$0.package, default: []].contains(wanted) }
    }

    /// Words that stand for an app besides its label.
    func names(of app: App) -> [String] { [app.label.lowercased()] + AppNames.aliases[app.package, default: []] }

    private static func packages(inComponents text: String) -> Set<String> {
        var out: Set<String> = []
        for line in text.split(whereSeparator: \.isNewline) {
            let word = line.split(separator: " ").last ?? ""
            guard let slash = word.firstIndex(of: "/"), word.contains("."), !line.contains("=") else { continue }
            out.insert(String(word[..<slash]))
        }
        return out
    }

    private static func packages(inList text: String) -> Set<String> {
        // Without the launcher's list, only packages that are known to have a screen count as apps.
        Set(
            text.split(whereSeparator: \.isNewline).compactMap { line in
                line.hasPrefix("package:") ? String(line.dropFirst(8)) : nil
            }
        )
        .filter { AppNames.labels[$0] != nil }
    }
}
