// SPDX-License-Identifier: Apache-2.0

/// What is known of apps by their packages: no tool of a device prints the labels that its launcher shows.
public enum AppNames {
    /// What an app is called: from the table, else the last word of its package that says something.
    public static func label(of package: String) -> String {
        if let known = labels[package] { return known }
        let dull: Set<Substring> = [
            "android", "app", "apps", "mobile", "client", "main", "lite", "pro", "com", "org", "net",
        ]
        let words = package.split(separator: ".")
        let word = words.last { !dull.contains($0) } ?? words.last ?? ""
        return word.prefix(1).uppercased() + word.dropFirst()
    }

    /// Whether a text is what launchers call a well-known package.
    public static func isLabel(_ text: String) -> Bool { known.contains(text) }

    private static let known = Set(labels.values)

    /// What launchers call well-known packages.
    public static let labels: [String: String] = [
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

    /// Other names in use, by package, in lower case.
    public static let aliases: [String: [String]] = [
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

    /// Subjects that belong to an app even where nobody names it, in lower case. Packages are to be tried in order.
    public static let topics: [(words: [String], packages: [String])] = [
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
