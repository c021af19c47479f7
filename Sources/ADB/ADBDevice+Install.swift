// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation

/// How an app is installed, as `adb install` has it.
public struct InstallOptions: Hashable, Sendable {
    /// `-r`: an app that is there is replaced and keeps its data.
    public var replaces = false
    /// `-t`: apps that are only for tests are taken too.
    public var allowsTest = false
    /// `-g`: all permissions that the app asks for are granted.
    public var grantsPermissions = false
    /// `-d`: an older version may replace a newer one.
    public var allowsDowngrade = false

    public init() {}

    var flags: [String] {
        var out: [String] = []
        if replaces { out.append("-r") }
        if allowsTest { out.append("-t") }
        if grantsPermissions { out.append("-g") }
        if allowsDowngrade { out.append("-d") }
        return out
    }
}

extension ADBDevice {
    /// Installs an app from an APK of this machine.
    ///
    /// The file is streamed into the package manager where the device can (`abb_exec`, or `cmd`); an older device gets it
    /// as a file first, which is removed again.
    ///
    /// - Parameters:
    ///   - apk: the file's path.
    ///   - timeout: how long nothing may move while bytes go over, and how long the device may take to install.
    ///   - progress: is told how many bytes were handed over, and of how many.
    /// - Throws: `DroidError`: `adb.install` with the device's words, `file.read`, `adb.timeout`, `adb.lost`.
    public func install(
        _ apk: String,
        options: InstallOptions = InstallOptions(),
        timeout: Duration = .seconds(300),
        progress: (@Sendable (_ done: Int64, _ total: Int64) -> Void)? = nil
    ) async throws {
        let source = try SourceFile(apk)
        let words = ["install"] + options.flags
        let size = ["-S", "\(source.size)"]
        let answer: String
        if banner.has(.abbExec) {
            let service = Service.abb(["package"] + words + size, framed: false).name
            answer = try await stream(source, into: service, apk, timeout, progress)
        } else if banner.has(.cmd) {
            let command = ShellQuoting.join(["cmd", "package"] + words + size)
            answer = try await stream(source, into: "exec:" + command, apk, timeout, progress)
        } else {
            let name = ((apk as NSString).lastPathComponent).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
            let remote = "/data/local/tmp/\(name.suffix(64)).apk"
            try await push(file: apk, to: remote)
            let result = try? await shell(["pm"] + words + [remote], timeout: timeout)
            _ = try? await shell(["rm", "-f", remote])
            guard let result else { throw ADBError.timeout("the installation of \(apk)", timeout, idle: false) }
            answer = result.text + result.errorText
        }
        try Self.check(answer, "the device does not install \(apk)")
    }

    /// Removes an app.
    ///
    /// - Parameter keepsData: whether its files stay for a later installation.
    /// - Throws: `DroidError` with code `adb.install` and the device's words; `adb.timeout`, `adb.lost`.
    public func uninstall(_ package: String, keepsData: Bool = false, timeout: Duration = .seconds(120)) async throws {
        let program = banner.has(.cmd) ? ["cmd", "package"] : ["pm"]
        let words = program + ["uninstall"] + (keepsData ? ["-k"] : []) + [package]
        let result = try await shell(words, timeout: timeout)
        try Self.check(result.text + result.errorText, "the device does not uninstall \(package)")
    }

    /// Sends a file and reads what the package manager says.
    private func stream(
        _ source: SourceFile,
        into service: String,
        _ apk: String,
        _ timeout: Duration,
        _ progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws -> String {
        let what = "the installation of \(apk)"
        let stream = try await transport.open(service, limit: .idle(timeout), for: what)
        defer { stream.drop() }
        var done: Int64 = 0
        do {
            while done < source.size {
                var count = 0
                let bytes = try [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, filled in
                    count = try source.read(into: UnsafeMutableRawBufferPointer(buffer))
                    filled = count
                }
                if count == 0 {
                    throw DroidError("file.read", "cannot read \(apk)", why: "it became shorter while it was read")
                }
                try await stream.write(bytes[...])
                done += Int64(bytes.count)
                progress?(done, source.size)
            }
        } catch let error as DroidError where error.code == "adb.closed" {
            // The package manager has made up its mind; what it says is still there to be read.
        }
        let answer = try await stream.readAll(limit: 1 << 20)
        try await transport.confirmAlive()
        return String(decoding: answer, as: UTF8.self)
    }

    private static func check(_ answer: String, _ what: String) throws {
        let lines = answer.split(whereSeparator: \.isNewline).map { String($0).trimmingLines }
        if lines.contains("Success") { return }
        let words = lines.last { $0.hasPrefix("Failure") } ?? lines.last ?? "it said nothing"
        throw DroidError("adb.install", what, why: words, next: advice(words))
    }

    /// What helps against the failures that people meet.
    private static func advice(_ words: String) -> String {
        let known = [
            ("INSTALL_FAILED_ALREADY_EXISTS", "replace the app that is there with -r"),
            ("INSTALL_FAILED_VERSION_DOWNGRADE", "allow the older version with -d, or uninstall the newer one first"),
            ("INSTALL_FAILED_TEST_ONLY", "allow apps for tests with -t"),
            ("INSTALL_FAILED_UPDATE_INCOMPATIBLE", "uninstall the app that is there first; its data goes with it"),
            ("INSTALL_FAILED_INSUFFICIENT_STORAGE", "free some space on the device"),
            ("INSTALL_FAILED_OLDER_SDK", "the app needs a newer Android"),
            ("INSTALL_FAILED_NO_MATCHING_ABIS", "the app has no code for this device's processor"),
            ("NOT_APK", "check that the file is an APK and whole"),
            ("DELETE_FAILED_INTERNAL_ERROR", "check the package's name: pm list packages -3"),
        ]
        return known.first { words.contains($0.0) }?.1 ?? ""
    }
}
