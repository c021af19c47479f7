// SPDX-License-Identifier: Apache-2.0

/// `cmd package resolve-activity` and `query-activities`.
extension ToolTable {
    private static func parse(_ words: [String], _ verb: String) throws -> (intent: Intent, brief: Bool, names: Bool) {
        let parsed = try IntentArguments(words.filter { $0 != "--brief" && $0 != "--components" }, command: verb)
        return (parsed.intent, words.contains("--brief"), words.contains("--components"))
    }

    static func resolve(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        let (intent, brief, names) = try parse(words, "resolve-activity")
        guard let (manifest, activity) = targets(intent, call).first else {
            call.out.line("No activity found")
            return 0
        }
        describe(manifest, activity, "", brief, names, call)
        return 0
    }

    static func query(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        let (intent, brief, names) = try parse(words, "query-activities")
        let found = targets(intent, call)
        if found.isEmpty {
            call.out.line("No activities found")
            return 0
        }
        if !names { call.out.line(found.count == 1 ? "1 activity found:" : "\(found.count) activities found:") }
        for (index, (manifest, activity)) in found.enumerated() {
            if !names { call.out.line("  Activity #\(index):") }
            describe(manifest, activity, names ? "" : "    ", brief, names, call)
        }
        return 0
    }

    private static func describe(
        _ manifest: AppManifest,
        _ activity: String,
        _ indent: String,
        _ brief: Bool,
        _ namesOnly: Bool,
        _ call: ToolCall
    ) {
        let name = ComponentName(package: manifest.package, activity: activity).short
        if !namesOnly {
            call.out.line(indent + "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true")
        }
        if brief || namesOnly { return call.out.line(indent + name) }
        for line in [
            "ActivityInfo:", "  name=\(activity)", "  packageName=\(manifest.package)",
            "  enabled=true exported=true directBootAware=false", "  ApplicationInfo:",
            "    packageName=\(manifest.package)", "    sourceDir=\(apk(manifest))",
        ] { call.out.line(indent + line) }
    }

    /// All activities that an intent could go to, one for each app.
    private static func targets(_ intent: Intent, _ call: ToolCall) -> [(AppManifest, String)] {
        if let component = intent.component {
            guard let manifest = find(component.package, call), manifest.activities.contains(component.activity) else {
                return []
            }
            return [(manifest, component.activity)]
        }
        return call.manifests.compactMap { manifest in
            guard intent.package == nil || intent.package == manifest.package else { return nil }
            let launch =
                intent.categories.contains("android.intent.category.LAUNCHER")
                || (intent.action == "android.intent.action.MAIN" && intent.package != nil)
            if launch, intent.dataURI == nil, let main = manifest.mainActivity { return (manifest, main) }
            guard let filter = manifest.intentFilters.first(where: { $0.matches(intent) }) else { return nil }
            return (manifest, ComponentName(package: manifest.package, activity: filter.activity).activity)
        }
    }
}
