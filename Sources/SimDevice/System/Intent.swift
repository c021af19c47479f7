// SPDX-License-Identifier: Apache-2.0

/// A package and an activity class in it, both in full.
struct ComponentName: Hashable, Sendable {
    var package: String
    var activity: String

    /// `activity` may be short (`.Settings`); it is completed with the package.
    init(package: String, activity: String) {
        self.package = package
        self.activity = activity.hasPrefix(".") ? package + activity : activity
    }

    /// Reads `com.x/.Y` or `com.x/com.x.Y`; nil when there is no slash or a part is empty.
    init?(_ text: String) {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        let package = String(text[..<slash])
        let activity = String(text[text.index(after: slash)...])
        guard !package.isEmpty, !activity.isEmpty else { return nil }
        self.init(package: package, activity: activity)
    }

    /// `com.x/com.x.Y`.
    var full: String { package + "/" + activity }

    /// `com.x/.Y` where the class lies in the package, else the full form.
    var short: String {
        activity.hasPrefix(package + ".") ? package + "/" + activity.dropFirst(package.count) : full
    }
}

/// A request to start something, as `am start` and apps make it.
struct Intent: Sendable {
    var action: String?
    var dataURI: String?
    var mimeType: String?
    var component: ComponentName?
    /// Restricts the answer to one package.
    var package: String?
    var categories: [String] = []
    var extras: [String: String] = [:]
    var flags: UInt32 = 0

    init(
        action: String? = nil,
        dataURI: String? = nil,
        mimeType: String? = nil,
        component: ComponentName? = nil,
        package: String? = nil,
        categories: [String] = [],
        extras: [String: String] = [:],
        flags: UInt32 = 0
    ) {
        self.action = action
        self.dataURI = dataURI
        self.mimeType = mimeType
        self.component = component
        self.package = package
        self.categories = categories
        self.extras = extras
        self.flags = flags
    }

    /// The part before the first colon of the data URI, such as `tel`.
    var scheme: String? {
        guard let uri = dataURI, let colon = uri.firstIndex(of: ":") else { return nil }
        return uri[..<colon].lowercased()
    }

    /// The intent as `am` prints it: `Intent { act=... dat=... cmp=... }`.
    var description: String {
        var parts: [String] = []
        if let action { parts.append("act=\(action)") }
        if !categories.isEmpty { parts.append("cat=[\(categories.joined(separator: ","))]") }
        if let dataURI { parts.append("dat=\(Self.safe(dataURI))") }
        if let mimeType { parts.append("typ=\(mimeType)") }
        if flags != 0 { parts.append("flg=0x" + String(flags, radix: 16)) }
        if let package { parts.append("pkg=\(package)") }
        if let component { parts.append("cmp=\(component.short)") }
        if !extras.isEmpty { parts.append("(has extras)") }
        return "Intent { " + parts.joined(separator: " ") + " }"
    }

    /// Android does not print what follows these schemes, since it is private.
    private static func safe(_ uri: String) -> String {
        guard let colon = uri.firstIndex(of: ":") else { return uri }
        let scheme = uri[..<colon].lowercased()
        guard ["tel", "sip", "sms", "smsto", "mailto"].contains(scheme) else { return uri }
        let rest = uri[uri.index(after: colon)...].map { $0.isLetter || $0.isNumber ? "x" : $0 }
        return scheme + ":" + String(rest)
    }
}

/// What an activity answers to.
struct IntentFilter: Sendable {
    /// The activity's full class name.
    var activity: String
    var actions: [String]
    var categories: [String]
    var schemes: [String]
    /// MIME types, `image/*` and `*/*` included.
    var mimeTypes: [String]

    init(
        activity: String,
        actions: [String],
        categories: [String] = [],
        schemes: [String] = [],
        mimeTypes: [String] = []
    ) {
        self.activity = activity
        self.actions = actions
        self.categories = categories
        self.schemes = schemes
        self.mimeTypes = mimeTypes
    }

    /// Whether the filter takes an intent, by Android's rules for action, category, scheme and type.
    func matches(_ intent: Intent) -> Bool {
        if let action = intent.action, !actions.contains(action) { return false }
        for category in intent.categories
        where category != "android.intent.category.DEFAULT" && !categories.contains(category) { return false }
        if let scheme = intent.scheme {
            let implied = mimeTypes.isEmpty ? [] : ["content", "file"]
            if !schemes.contains(scheme) && !(schemes.isEmpty && implied.contains(scheme)) { return false }
        } else if !schemes.isEmpty {
            return false
        }
        guard let type = intent.mimeType else { return mimeTypes.isEmpty || intent.scheme != nil }
        return mimeTypes.contains { Self.type(type, fits: $0) }
    }

    private static func type(_ type: String, fits pattern: String) -> Bool {
        if pattern == "*/*" || pattern == type || type == "*/*" { return true }
        return pattern.hasSuffix("/*") && type.hasPrefix(pattern.dropLast())
    }
}

/// What the package manager knows of an installed app.
struct AppManifest: Sendable {
    var package: String
    var label: String
    var versionName: String
    var versionCode: Int
    /// The activity that the launcher starts, by its full class name; nil where the launcher shows none.
    var mainActivity: String?
    /// Full class names of all activities, the main one included.
    var activities: [String]
    var intentFilters: [IntentFilter]
    var isSystem: Bool
    var permissions: [String]
    /// Where the app's file lies on the device; nil for an app that is part of it.
    var apk: String?
    /// When it was installed, in seconds since 1970 by the device's clock; nil for one that was always there.
    var installed: Int64?
    var minSDK = 21
    var targetSDK = 33

    init(
        package: String,
        label: String,
        versionName: String = "13",
        versionCode: Int = 33,
        mainActivity: String? = nil,
        activities: [String] = [],
        intentFilters: [IntentFilter] = [],
        isSystem: Bool = true,
        permissions: [String] = []
    ) {
        self.package = package
        self.label = label
        self.versionName = versionName
        self.versionCode = versionCode
        let main = mainActivity.map { ComponentName(package: package, activity: $0).activity }
        self.mainActivity = main
        let all = activities.map { ComponentName(package: package, activity: $0).activity }
        self.activities = main.map { all.contains($0) ? all : [$0] + all } ?? all
        self.intentFilters = intentFilters
        self.isSystem = isSystem
        self.permissions = permissions
    }

    /// Where the app keeps its files.
    var dataFolder: String { "/data/data/" + package }
}
