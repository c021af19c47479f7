// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Yams

/// What a fresh device starts with: `device.yaml` and the folder `files/` of an image.
struct DeviceImage {
    private struct Person: Decodable {
        var given: String?
        var family: String?
        var company: String?
        var starred: Bool?
        var phones: [Labelled]?
        var emails: [Labelled]?

        struct Labelled: Decodable {
            var value: String
            var type: String?
        }
    }

    private struct Text: Decodable {
        var address: String
        var body: String
        var box: String?
        /// Minutes before the device's start.
        var minutesAgo: Int64?
    }

    private struct Package: Decodable {
        var package: String
        var label: String
        var version: String?
        var code: Int?
    }

    private struct Contents: Decodable {
        var version: Int
        var properties: [String: String]
        var settings: [String: [String: String]]
        var contacts: [Person]?
        var messages: [Text]?
        var packages: [Package]?
    }

    private let folder: String
    private let contents: Contents

    /// The number that changes when an image's content does.
    var version: Int { contents.version }
    /// System properties, as `getprop` shows them.
    var properties: [String: String] { contents.properties }

    /// - Throws: `DroidError` with code `sim.image`.
    init(folder: String) throws {
        self.folder = folder
        do {
            let text = String(decoding: try FileBytes.read(folder + "/device.yaml"), as: UTF8.self)
            contents = try YAMLDecoder().decode(Contents.self, from: text)
        } catch {
            throw DroidError.wrapping(
                error,
                "sim.image",
                "the device image \(folder) cannot be read",
                next: "see Emulator/README.md for what an image is"
            )
        }
    }

    /// The values that settings have until somebody changes them.
    var settings: [SettingsStore.Namespace: [String: String]] {
        var out: [SettingsStore.Namespace: [String: String]] = [:]
        for (name, values) in contents.settings {
            if let space = SettingsStore.Namespace(rawValue: name) { out[space] = values }
        }
        return out
    }

    /// Packages that have no windows.
    var packages: [AppManifest] {
        (contents.packages ?? []).map {
            AppManifest(
                package: $0.package,
                label: $0.label,
                versionName: $0.version ?? "13",
                versionCode: $0.code ?? 33
            )
        }
    }

    /// Fills a device that has nothing yet: files, contacts, messages.
    func install(in system: DeviceSystem) throws {
        try copyFiles(folder + "/files", "", system.files)
        for person in contents.contacts ?? [] {
            try system.contacts.insert(
                ContactsStore.Contact(
                    given: person.given ?? "",
                    family: person.family ?? "",
                    company: person.company ?? "",
                    phones: (person.phones ?? []).map {
                        .init($0.value, type: Self.phoneTypes[$0.type ?? "mobile"] ?? 7)
                    },
                    emails: (person.emails ?? []).map {
                        .init($0.value, type: Self.emailTypes[$0.type ?? "home"] ?? 3)
                    },
                    starred: person.starred ?? false
                )
            )
        }
        for text in contents.messages ?? [] {
            try system.messages.add(
                address: text.address,
                body: text.body,
                box: text.box == "sent" ? .sent : .inbox,
                date: DeviceClock.start - (text.minutesAgo ?? 0) * 60_000
            )
        }
    }

    private static let phoneTypes = ["home": 1, "mobile": 2, "work": 3, "other": 7]
    private static let emailTypes = ["home": 1, "work": 2, "other": 3]

    /// Copies a folder of the image; `/sdcard` stands for shared storage. `.keep` only keeps a folder in git.
    private func copyFiles(_ host: String, _ path: String, _ files: DeviceFiles) throws {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: host)) ?? []).sorted()
        for name in names where name != ".keep" {
            let from = host + "/" + name
            let to = path + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: from, isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                if !files.exists(to) { try files.makeFolder(to) }
                try copyFiles(from, to, files)
            } else {
                try files.write(try FileBytes.read(from), to: to)
            }
        }
    }
}
