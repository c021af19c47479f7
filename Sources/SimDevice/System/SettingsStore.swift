// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The three name spaces of `settings`, kept in memory and written through to a file each.
final class SettingsStore {
    enum Namespace: String, CaseIterable, Sendable {
        case system, secure, global
    }

    private let files: DeviceFiles
    private var values: [Namespace: [String: String]] = [:]
    /// The values that `settings reset` goes back to.
    private var defaults: [Namespace: [String: String]] = [:]
    /// Counts changes, so that whoever shows settings can tell whether to look again.
    private(set) var revision = 0
    /// Called after a change with the name space, the key and the new value.
    var onChange: ((Namespace, String, String?) -> Void)?

    init(files: DeviceFiles) {
        self.files = files
        reload()
    }

    /// The value of a key; nil where it was never set.
    func get(_ namespace: Namespace, _ key: String) -> String? { values[namespace]?[key] }

    /// The value as a whole number; nil where there is none.
    func int(_ namespace: Namespace, _ key: String) -> Int? { get(namespace, key).flatMap { Int($0) } }

    /// Sets a value and writes the name space's file.
    func put(_ namespace: Namespace, _ key: String, _ value: String) {
        guard values[namespace]?[key] != value else { return }
        values[namespace, default: [:]][key] = value
        changed(namespace, key, value)
    }

    /// Removes a key; false where there was none.
    @discardableResult
    func delete(_ namespace: Namespace, _ key: String) -> Bool {
        guard values[namespace]?.removeValue(forKey: key) != nil else { return false }
        changed(namespace, key, nil)
        return true
    }

    /// All keys and values of a name space, sorted by key.
    func list(_ namespace: Namespace) -> [(String, String)] {
        (values[namespace] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Goes back to the values of the device image.
    func reset(_ namespace: Namespace) {
        values[namespace] = defaults[namespace] ?? [:]
        changed(namespace, "", nil)
    }

    /// Lays values under the stored ones: keys that are not stored yet take them, and `reset` goes back to them.
    func apply(defaults new: [Namespace: [String: String]]) {
        for (namespace, entries) in new {
            defaults[namespace, default: [:]].merge(entries) { $1 }
            values[namespace, default: [:]].merge(entries) { old, _ in old }
            save(namespace)
        }
        revision += 1
    }

    /// Reads the stored values again, after the files under it were exchanged.
    func reload() {
        for namespace in Namespace.allCases {
            let bytes = (try? files.read(Self.path(namespace))) ?? []
            values[namespace] = (try? JSONDecoder().decode([String: String].self, from: Data(bytes))) ?? [:]
        }
        revision += 1
    }

    private func changed(_ namespace: Namespace, _ key: String, _ value: String?) {
        revision += 1
        save(namespace)
        onChange?(namespace, key, value)
    }

    private func save(_ namespace: Namespace) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        guard let data = try? encoder.encode(values[namespace] ?? [:]) else { return }
        try? files.write([UInt8](data), to: Self.path(namespace), mode: 0o600)
    }

    private static func path(_ namespace: Namespace) -> String {
        "/data/system/users/0/settings_\(namespace.rawValue).json"
    }
}
