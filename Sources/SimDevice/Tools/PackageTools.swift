// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let packageTools: [String: Tool] = ["pm": .slow(package)]

    nonisolated(nonsending) static func package(_ call: ToolCall) async throws -> Int32 {
        guard let verb = call.arguments.first else {
            call.err.line("Package manager (package) commands:\n  help\n    Print this help text.")
            return 255
        }
        var words = Array(call.arguments.dropFirst())
        if let user = words.firstIndex(of: "--user"), user + 1 < words.count { words.removeSubrange(user...(user + 1)) }
        switch verb {
        case "list": return try list(call, words)
        case "path":
            guard let name = words.last, let manifest = find(name, call) else { return 1 }
            call.out.line("package:\(apk(manifest))")
        case "clear":
            guard let name = words.last, find(name, call) != nil else {
                call.out.line("Failed")
                return 1
            }
            clear(name, call)
            call.out.line("Success")
        case "grant", "revoke":
            guard words.count >= 2 else { throw ToolFailure(message: "Error: no permission specified", status: 255) }
            guard let manifest = find(words[0], call) else { throw unknown(words[0], verb) }
            if verb == "grant" {
                call.system.granted[manifest.package, default: []].insert(words[1])
            } else {
                call.system.granted[manifest.package]?.remove(words[1])
            }
        case "resolve-activity": return try resolve(call, words)
        case "query-activities": return try query(call, words)
        case "dump":
            guard let name = words.last else { throw missing(verb) }
            return try await call.shell.call("dumpsys", ["package", name])
        case "enable", "disable", "disable-user":
            guard let name = words.last, find(name, call) != nil else { throw unknown(words.last ?? "", verb) }
            call.out.line("Package \(name) new state: \(verb == "enable" ? "enabled" : "disabled-user")")
        case "uninstall": return uninstall(call, words)
        case "install": return try await install(call, words)
        default:
            call.err.line("Unknown command: \(verb)")
            return 255
        }
        return 0
    }

    private static func list(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        guard let kind = words.first else {
            throw ToolFailure(message: "Error: didn't specify type of data to list", status: 255)
        }
        let flags = words.dropFirst().filter { $0.hasPrefix("-") }
        let filter = words.dropFirst().last { !$0.hasPrefix("-") }
        switch kind {
        case "packages", "package":
            for flag in flags
            where !["-3", "-s", "-f", "-e", "-d", "-a", "-u", "-i", "-U", "--show-versioncode"].contains(flag) {
                throw ToolFailure(message: "Error: Unknown option: \(flag)", status: 255)
            }
            for manifest in call.manifests {
                if flags.contains("-d") || (flags.contains("-3") && manifest.isSystem) { continue }
                if flags.contains("-s") && !manifest.isSystem { continue }
                if let filter, !manifest.package.contains(filter) { continue }
                var line = "package:" + (flags.contains("-f") ? apk(manifest) + "=" : "") + manifest.package
                if flags.contains("--show-versioncode") { line += " versionCode:\(manifest.versionCode)" }
                if flags.contains("-i") { line += "  installer=null" }
                if flags.contains("-U") { line += " uid:\(uid(manifest.package, call))" }
                call.out.line(line)
            }
        case "features":
            for feature in [
                "android.hardware.bluetooth", "android.hardware.camera", "android.hardware.location",
                "android.hardware.screen.portrait", "android.hardware.telephony", "android.hardware.touchscreen",
                "android.hardware.wifi",
            ] { call.out.line("feature:" + feature) }
        case "libraries":
            for library in ["android.test.base", "android.test.mock", "android.test.runner", "org.apache.http.legacy"] {
                call.out.line("library:" + library)
            }
        case "users": call.out.line("Users:\n\tUserInfo{0:Owner:4c13} running")
        case "permissions", "permission-groups", "instrumentation": break
        default: throw ToolFailure(message: "Error: unknown list type '\(kind)'", status: 255)
        }
        return 0
    }

    /// Empties an app's data, as a fresh install has it.
    private static func clear(_ package: String, _ call: ToolCall) {
        stop(package, call)
        call.system.granted[package] = nil
        call.windows.clearData(package)
        try? call.files.remove("/sdcard/Android/data/" + package)
    }

    static func find(_ package: String, _ call: ToolCall) -> AppManifest? {
        call.manifests.first { $0.package == package }
    }

    static func apk(_ manifest: AppManifest) -> String {
        if let apk = manifest.apk { return apk }
        let name = String(manifest.label.filter(\.isLetter))
        return manifest.isSystem
            ? "/system/priv-app/\(name)/\(name).apk" : "/data/app/~~\(name)==/\(manifest.package)-1/base.apk"
    }

    /// A stable user id for a package.
    static func uid(_ package: String, _ call: ToolCall) -> Int {
        10_100 + (call.manifests.firstIndex { $0.package == package } ?? 0)
    }

    private static func unknown(_ package: String, _ verb: String) -> ToolFailure {
        ToolFailure(
            message: """
                Exception occurred while executing '\(verb)':
                java.lang.IllegalArgumentException: Unknown package: \(package)
                """,
            status: 255
        )
    }
}
