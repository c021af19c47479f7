// SPDX-License-Identifier: Apache-2.0

/// The apps that were installed from APKs. They lie in `/data/app` as on a phone, and nowhere else: whatever is there when
/// the device starts, or after a snapshot was loaded, is installed.
final class PackageStore {
    struct Options {
        var replaces = false
        var allowsTest = false
        var grantsPermissions = false
        var allowsDowngrade = false
    }

    private static let folder = "/data/app"
    private let files: DeviceFiles

    init(files: DeviceFiles) { self.files = files }

    /// All apps that lie there. What cannot be read is passed over.
    func scan() -> [AppManifest] {
        var found: [AppManifest] = []
        for outer in (try? files.list(Self.folder)) ?? [] where outer.hasPrefix("~~") {
            for inner in (try? files.list("\(Self.folder)/\(outer)")) ?? [] {
                let path = "\(Self.folder)/\(outer)/\(inner)/base.apk"
                guard let apk = try? read(path) else { continue }
                var manifest = apk.manifest
                manifest.apk = path
                manifest.installed = (try? files.stat(path))?.modified
                found.append(manifest)
            }
        }
        return found
    }

    private func read(_ path: String) throws(InstallFailure) -> ApkFile {
        guard let host = try? files.hostPath(path), let source = ByteSource(path: host) else {
            throw InstallFailure(code: "INSTALL_FAILED_INVALID_URI", words: "Error opening \(path)")
        }
        return try ApkFile(source, path: path)
    }

    /// Makes an app of a file.
    ///
    /// - Parameters:
    ///   - path: the APK on the device. It is moved where `moves` is set, else copied.
    ///   - known: what is installed under the app's name.
    /// - Returns: what is installed now.
    func install(
        _ path: String,
        moves: Bool,
        options: Options,
        sdk: Int,
        salt: UInt64,
        known: (String) -> AppManifest?
    ) throws(InstallFailure) -> AppManifest {
        let apk = try read(path)
        var manifest = apk.manifest
        let old = known(manifest.package)
        if apk.minSDK > sdk {
            throw InstallFailure(
                code: "INSTALL_FAILED_OLDER_SDK",
                words:
                    "Failed parse during installPackageLI: \(path): Requires newer sdk version #\(apk.minSDK) (current version is #\(sdk))"
            )
        }
        if apk.isTestOnly, !options.allowsTest {
            throw InstallFailure(
                code: "INSTALL_FAILED_TEST_ONLY",
                words: "Failed to install test-only apk. Did you forget to add -t?"
            )
        }
        if let old {
            guard let place = old.apk else {
                throw InstallFailure(
                    code: "INSTALL_FAILED_UPDATE_INCOMPATIBLE",
                    words: "Existing package \(manifest.package) signatures do not match newer version; ignoring!"
                )
            }
            guard options.replaces else {
                throw InstallFailure(
                    code: "INSTALL_FAILED_ALREADY_EXISTS",
                    words: "Attempt to re-install \(manifest.package) without first uninstalling."
                )
            }
            guard manifest.versionCode >= old.versionCode || options.allowsDowngrade else {
                throw InstallFailure(
                    code: "INSTALL_FAILED_VERSION_DOWNGRADE",
                    words:
                        "Downgrade detected: Update version code \(manifest.versionCode) is older than current \(old.versionCode)"
                )
            }
            manifest.apk = place
        }
        let target = place(manifest.package, salt)
        do {
            try files.makeParents(of: target)
            if moves { try files.move(path, target) } else { try files.copy(path, target) }
            if let old = old?.apk, old != target { remove(apk: old) }
            try files.touch(target)
            if !files.exists(manifest.dataFolder) { try files.makeFolder(manifest.dataFolder) }
        } catch {
            let reason = (error as? FileFailure)?.reason ?? "\(error)"
            throw InstallFailure(code: "INSTALL_FAILED_INSUFFICIENT_STORAGE", words: reason)
        }
        manifest.apk = target
        manifest.installed = (try? files.stat(target))?.modified
        return manifest
    }

    /// `/data/app/~~RANDOM==/PACKAGE-RANDOM==/base.apk`
    private func place(_ package: String, _ salt: UInt64) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        func word(_ shift: UInt64) -> String {
            var value = (salt ^ shift) &* 0x9e37_79b9_7f4a_7c15
            return String(
                (0..<22).map { index in
                    if index == 11 { value = (value ^ salt) &* 0xbf58_476d_1ce4_e5b9 }
                    defer { value = value >> 6 | value << 58 }
                    return letters[Int(value & 63)]
                }
            )
        }
        return "\(Self.folder)/~~\(word(1))==/\(package)-\(word(2))==/base.apk"
    }

    /// Takes an app's files away; its data stays.
    func remove(apk: String) { try? files.remove(DevicePath.parent(DevicePath.parent(apk))) }
}
