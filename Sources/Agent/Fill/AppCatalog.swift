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
    public static func label(of package: String) -> String {
        if let known = known[package] { return known }
        let dull: Set<Substring> = [
            "android", "app", "apps", "mobile", "client", "main", "lite", "pro", "com", "org", "net",
        ]
        let words = package.split(separator: ".")
        let word = words.last { !dull.contains($0) } ?? words.last ?? ""
        return word.prefix(1).uppercased() + word.dropFirst()
    }

    /// The app with a label or package, whatever the case; nil for none.
    public func app(named name: String) -> App? {
        let wanted = name.lowercased()
        return apps.first { $0.label.lowercased() == wanted } ?? apps.first { $0.package == name }
            ?? apps.first { Self.aliases[$0.package, default: []].contains(wanted) }
    }

    /// Words that stand for an app besides its label.
    func names(of app: App) -> [String] { [app.label.lowercased()] + Self.aliases[app.package, default: []] }

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
        .filter { known[$0] != nil }
    }

    /// Names of well-known packages, as their launchers show them.
    static let known: [String: String] = [
        "com.android.settings": "Settings",
        "com.google.android.deskclock": "Clock",
        "com.android.deskclock": "Clock",
        "com.google.android.contacts": "Contacts",
        "com.android.contacts": "Contacts",
        "com.google.android.documentsui": "Files",
        "com.android.documentsui": "Files",
        "com.google.android.apps.nbu.files": "Files by Google",
        "com.android.camera2": "Camera",
        "com.google.android.GoogleCamera": "Camera",
        "com.android.chrome": "Chrome",
        "org.mozilla.firefox": "Firefox",
        "com.google.android.dialer": "Phone",
        "com.android.dialer": "Phone",
        "com.google.android.apps.messaging": "Messages",
        "com.android.messaging": "Messages",
        "com.google.android.calendar": "Calendar",
        "com.android.calendar": "Calendar",
        "com.google.android.gm": "Gmail",
        "com.google.android.youtube": "YouTube",
        "com.google.android.apps.maps": "Maps",
        "com.google.android.apps.photos": "Photos",
        "com.google.android.calculator": "Calculator",
        "com.android.calculator2": "Calculator",
        "com.android.vending": "Play Store",
        "com.google.android.keep": "Keep Notes",
        "com.dimowner.audiorecorder": "Audio Recorder",
        "net.gsantner.markor": "Markor",
        "com.arduia.expense": "Pro Expense",
        "com.flauschcode.broccoli": "Broccoli",
        "com.simplemobiletools.calendar.pro": "Simple Calendar Pro",
        "com.simplemobiletools.draw.pro": "Simple Draw Pro",
        "com.simplemobiletools.gallery.pro": "Simple Gallery Pro",
        "com.simplemobiletools.smsmessenger": "Simple SMS Messenger",
        "de.dennisguse.opentracks": "OpenTracks",
        "net.osmand": "OsmAnd",
        "net.osmand.plus": "OsmAnd",
        "org.tasks": "Tasks",
        "org.videolan.vlc": "VLC",
        "net.cozic.joplin": "Joplin",
        "code.name.monkey.retromusic": "Retro Music",
        "org.telegram.messenger": "Telegram",
        "com.whatsapp": "WhatsApp",
        "com.spotify.music": "Spotify",
    ]

    /// Other names in use, in lower case.
    static let aliases: [String: [String]] = [
        "com.google.android.dialer": ["dialer", "phone app"],
        "com.android.dialer": ["dialer", "phone app"],
        "com.google.android.documentsui": ["file manager", "files app"],
        "com.android.documentsui": ["file manager", "files app"],
        "com.simplemobiletools.calendar.pro": ["simple calendar", "calendar"],
        "com.simplemobiletools.draw.pro": ["simple draw", "draw"],
        "com.simplemobiletools.gallery.pro": ["simple gallery", "gallery"],
        "com.simplemobiletools.smsmessenger": ["simple sms", "sms messenger", "messages", "messenger"],
        "de.dennisguse.opentracks": ["open tracks", "open tracks sports tracker"],
        "com.google.android.deskclock": ["clock app"],
        "com.arduia.expense": ["expense app", "expenses"],
        "com.flauschcode.broccoli": ["broccoli app", "recipe app"],
        "org.tasks": ["tasks app"],
    ]

    /// Subjects that belong to an app even where the goal does not name it. Packages are tried in order.
    static let topics: [(words: [String], packages: [String])] = [
        (
            ["alarm", "alarms", "timer", "stopwatch", "lap"],
            ["com.google.android.deskclock", "com.android.deskclock"]
        ),
        (
            ["contact", "contacts", "phone number", "address book"],
            ["com.google.android.contacts", "com.android.contacts"]
        ),
        (
            ["file", "files", "folder", "folders", "downloads", "directory", "documents"],
            ["com.google.android.documentsui", "com.android.documentsui"]
        ),
        (
            [
                "wi-fi", "wifi", "bluetooth", "airplane", "brightness", "display", "dark theme", "dark mode", "rotate",
                "auto-rotate",
                "mobile data", "time zone", "timezone", "date and time", "24-hour", "setting", "settings", "hotspot",
                "location", "volume",
                "battery saver", "screen timeout", "sleep", "uninstall", "storage", "network",
            ],
            ["com.android.settings"]
        ),
        (["photo", "picture", "selfie", "video"], ["com.android.camera2", "com.google.android.GoogleCamera"]),
        (
            ["sms", "text message", "message"],
            ["com.simplemobiletools.smsmessenger", "com.google.android.apps.messaging"]
        ),
        (["call", "dial"], ["com.google.android.dialer", "com.android.dialer"]),
        (["recording", "audio"], ["com.dimowner.audiorecorder"]),
        (["recipe", "recipes"], ["com.flauschcode.broccoli"]),
        (["expense", "expenses"], ["com.arduia.expense"]),
        (["website", "web page", "browser", "url"], ["com.android.chrome", "org.mozilla.firefox"]),
        (["event", "calendar", "meeting"], ["com.simplemobiletools.calendar.pro", "com.google.android.calendar"]),
        (["playlist", "song", "music"], ["code.name.monkey.retromusic"]),
    ]
}
