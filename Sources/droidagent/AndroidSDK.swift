// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc

/// An installed Android SDK.
struct AndroidSDK: Sendable {
    let folder: String

    /// Looks in the given folder; otherwise in `ANDROID_HOME`, `ANDROID_SDK_ROOT` and `~/Android/Sdk`.
    ///
    /// - Throws: `DroidError` with code `avd.sdk`.
    static func find(_ given: String?) throws -> AndroidSDK {
        let environment = ProcessInfo.processInfo.environment
        let named = ["ANDROID_HOME", "ANDROID_SDK_ROOT"].compactMap { environment[$0] }.filter { !$0.isEmpty }
        let places = given.map { [$0] } ?? named + [home + "/Android/Sdk"]
        for place in places {
            let path = (place as NSString).standardizingPath
            let parts = ["cmdline-tools", "emulator", "platform-tools", "tools", "system-images"]
            if parts.contains(where: { FileManager.default.fileExists(atPath: "\(path)/\($0)") }) {
                return AndroidSDK(folder: path)
            }
        }
        throw DroidError(
            "avd.sdk",
            "there is no Android SDK",
            why: "looked in \(places.joined(separator: ", "))",
            next:
                "install Android Studio, or unpack its command-line tools to ~/Android/Sdk/cmdline-tools/latest, and set "
                + "ANDROID_HOME; the built-in device needs none of this: droidagent emulator start"
        )
    }

    /// A program of the command-line tools, wherever the SDK has them.
    ///
    /// - Throws: `DroidError` with code `avd.tool`.
    func tool(_ name: String) throws -> String {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/cmdline-tools")) ?? []
        // `latest` first, then the highest version.
        let sorted = versions.sorted { a, b in
            if a == "latest" || b == "latest" { return a == "latest" && b != "latest" }
            return a.compare(b, options: .numeric) == .orderedDescending
        }
        let places = sorted.map { "\(folder)/cmdline-tools/\($0)/bin" } + ["\(folder)/tools/bin"]
        if let found = places.map({ "\($0)/\(name)" }).first(where: AndroidSDK.isProgram) { return found }
        throw DroidError(
            "avd.tool",
            "the SDK has no \(name)",
            why: "it is not below \(folder)/cmdline-tools",
            next:
                "install \"Android SDK Command-line Tools\": in Android Studio under SDK Manager, SDK Tools; or unpack them "
                + "to \(folder)/cmdline-tools/latest"
        )
    }

    /// Whether a system image such as `system-images;android-33;google_apis;x86_64` is there.
    func hasImage(_ package: String) -> Bool {
        let path = "\(folder)/\(package.replacingOccurrences(of: ";", with: "/"))"
        return FileManager.default.fileExists(atPath: path + "/system.img")
    }

    /// Whether the licence is accepted that sdkmanager asks for.
    var hasLicence: Bool {
        !((try? FileBytes.read(folder + "/licenses/android-sdk-license")) ?? []).isEmpty
    }

    private static var home: String { ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory() }

    static func isProgram(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// The processor that an image for this machine has.
    static var abi: String {
        #if arch(arm64)
        "arm64-v8a"
        #else
        "x86_64"
        #endif
    }

    /// Where AVDs lie.
    static var avdFolder: String {
        let environment = ProcessInfo.processInfo.environment
        if let set = environment["ANDROID_AVD_HOME"], !set.isEmpty { return set }
        for name in ["ANDROID_USER_HOME", "ANDROID_EMULATOR_HOME"] {
            if let set = environment[name], !set.isEmpty { return set + "/avd" }
        }
        return home + "/.android/avd"
    }
}
