// SPDX-License-Identifier: Apache-2.0

/// Why an app is not installed, by Android's name for it.
struct InstallFailure: Error {
    var code: String
    var words: String

    /// As `pm install` prints it.
    var text: String { "Failure [\(code)\(words.isEmpty ? "" : ": " + words)]" }
}

/// What an APK says of its app. Its signature is not looked at, since none of its code ever runs here.
struct ApkFile {
    var manifest: AppManifest
    var minSDK: Int
    var isTestOnly: Bool

    private static let manifestLimit = 8 << 20
    private static let tableLimit = 64 << 20

    private enum Key {
        static let label: UInt32 = 0x0101_0001
        static let name: UInt32 = 0x0101_0003
        static let mimeType: UInt32 = 0x0101_0026
        static let scheme: UInt32 = 0x0101_0027
        static let targetActivity: UInt32 = 0x0101_0202
        static let minSDK: UInt32 = 0x0101_020c
        static let versionCode: UInt32 = 0x0101_021b
        static let versionName: UInt32 = 0x0101_021c
        static let targetSDK: UInt32 = 0x0101_0270
        static let testOnly: UInt32 = 0x0101_0272
    }

    /// Reads an APK.
    ///
    /// - Parameter path: how the file is named in messages.
    init(_ source: ByteSource, path: String) throws(InstallFailure) {
        let archive: ZipArchive
        let bytes: [UInt8]
        do {
            archive = try ZipArchive(source)
        } catch {
            throw InstallFailure(
                code: "INSTALL_PARSE_FAILED_NOT_APK",
                words: "Failed to parse \(path): \(error.reason)"
            )
        }
        do {
            bytes = try archive.read("AndroidManifest.xml", limit: Self.manifestLimit)
        } catch {
            let isMissing = archive.entries["AndroidManifest.xml"] == nil
            throw InstallFailure(
                code: isMissing ? "INSTALL_PARSE_FAILED_NOT_APK" : "INSTALL_PARSE_FAILED_BAD_MANIFEST",
                words: "Failed to parse \(path): \(error.reason)"
            )
        }
        let root: BinaryXML
        do {
            root = try BinaryXML.parse(bytes)
        } catch {
            throw InstallFailure(
                code: "INSTALL_PARSE_FAILED_UNEXPECTED_EXCEPTION",
                words: "Failed to parse \(path): AndroidManifest.xml: \(error.reason)"
            )
        }
        guard root.name == "manifest" else {
            throw InstallFailure(
                code: "INSTALL_PARSE_FAILED_MANIFEST_MALFORMED",
                words: "Failed to parse \(path): no <manifest> tag"
            )
        }
        let package = root.text(nil, "package") ?? ""
        guard Self.isPackageName(package) else {
            throw InstallFailure(
                code: "INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME",
                words: "Failed to parse \(path): <manifest> has invalid package name '\(package.prefix(80))'"
            )
        }
        let table =
            archive.entries["resources.arsc"] == nil
            ? nil : (try? archive.read("resources.arsc", limit: Self.tableLimit)).flatMap(ResourceTable.init)
        func text(_ value: BinaryXML.Value?) -> String? {
            switch value {
            case .text(let text): text
            case .number(let number): "\(number)"
            case .resource(let id): table?.text(id)
            default: nil
            }
        }
        let sdk = root.children.first { $0.name == "uses-sdk" }
        minSDK = sdk?.number(Key.minSDK, "minSdkVersion") ?? 1
        let application = root.children.first { $0.name == "application" }
        isTestOnly = application?.flag(Key.testOnly, "testOnly") ?? false
        var activities: [String] = []
        var filters: [IntentFilter] = []
        var main: String?
        var label = text(application?.attribute(Key.label, "label"))
        for element in application?.children ?? [] where element.name == "activity" || element.name == "activity-alias"
        {
            guard let name = element.text(Key.name, "name"), !name.isEmpty else { continue }
            // A name without a dot lies in the package too.
            let activity =
                name.contains(".") ? ComponentName(package: package, activity: name).activity : "\(package).\(name)"
            activities.append(activity)
            for filter in element.children where filter.name == "intent-filter" {
                func values(_ tag: String, _ key: UInt32, _ name: String) -> [String] {
                    filter.children.filter { $0.name == tag }.compactMap { text($0.attribute(key, name)) }
                }
                let parsed = IntentFilter(
                    activity: activity,
                    actions: values("action", Key.name, "name"),
                    categories: values("category", Key.name, "name"),
                    schemes: values("data", Key.scheme, "scheme"),
                    mimeTypes: values("data", Key.mimeType, "mimeType")
                )
                filters.append(parsed)
                if main == nil, parsed.actions.contains("android.intent.action.MAIN"),
                    parsed.categories.contains("android.intent.category.LAUNCHER")
                {
                    main = activity
                    label = label ?? text(element.attribute(Key.label, "label"))
                }
            }
        }
        manifest = AppManifest(
            package: package,
            label: label ?? package.split(separator: ".").last.map(String.init) ?? package,
            versionName: text(root.attribute(Key.versionName, "versionName")) ?? "null",
            versionCode: root.number(Key.versionCode, "versionCode") ?? 0,
            mainActivity: main,
            activities: activities,
            intentFilters: filters,
            isSystem: false,
            permissions: root.children.filter { $0.name.hasPrefix("uses-permission") }
                .compactMap { $0.text(Key.name, "name") }
        )
        manifest.minSDK = minSDK
        manifest.targetSDK = sdk?.number(Key.targetSDK, "targetSdkVersion") ?? minSDK
    }

    /// Parts of letters, digits and `_`, each beginning with a letter, at least two of them.
    private static func isPackageName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1 && name.utf8.count <= 223
            && parts.allSatisfy { part in
                part.first.map { $0.isASCII && $0.isLetter } ?? false
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            }
    }
}
