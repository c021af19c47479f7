// SPDX-License-Identifier: Apache-2.0

import Glibc

/// `pm install` and `pm uninstall`.
extension ToolTable {
    /// Bytes that a package may have.
    private static let packageLimit = 4 << 30

    nonisolated(nonsending) static func install(_ call: ToolCall, _ words: [String]) async throws -> Int32 {
        var options = PackageStore.Options()
        var size: Int?
        var path: String?
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "-r": options.replaces = true
            case "-R": options.replaces = false
            case "-t": options.allowsTest = true
            case "-g": options.grantsPermissions = true
            case "-d": options.allowsDowngrade = true
            case "-S":
                let text = rest.popFirst() ?? ""
                guard let count = Int(text), count >= 0 else { throw failure("Error: -S must be followed by a size") }
                size = count
            case "-i", "--install-location", "--abi", "--originating-uri", "--referrer", "-p", "--pkg",
                "--install-reason":
                _ = rest.popFirst()
            case "-": break
            case _ where word.hasPrefix("-"): break
            default: path = word
            }
        }
        let work: String
        let isOwn = path == nil
        if let path {
            work = call.path(path)
        } else {
            guard let size else {
                throw failure("Error: must either specify a package size or an APK file")
            }
            guard size <= packageLimit else {
                return say(InstallFailure(code: "INSTALL_FAILED_INSUFFICIENT_STORAGE", words: ""), call)
            }
            let number = Int.random(in: 1_000_000_000...1_999_999_999, using: &call.system.random)
            work = "/data/app/vmdl\(number).tmp/base.apk"
            defer { if Task.isCancelled { try? call.files.remove(DevicePath.parent(work)) } }
            guard try await receive(size, work, call) else {
                try? call.files.remove(DevicePath.parent(work))
                return say(
                    InstallFailure(
                        code: "INSTALL_FAILED_INVALID_APK",
                        words: "Failed to write; the stream ended before \(size) bytes"
                    ),
                    call
                )
            }
        }
        defer { if isOwn { try? call.files.remove(DevicePath.parent(work)) } }
        do {
            let manifest = try call.system.packages.install(
                work,
                moves: isOwn,
                options: options,
                sdk: call.system.properties["ro.build.version.sdk"].flatMap { Int($0) } ?? 33,
                salt: call.system.random.next(),
                known: { find($0, call) }
            )
            stop(manifest.package, call)
            call.system.installed.removeAll { $0.package == manifest.package }
            call.system.installed.append(manifest)
            if options.grantsPermissions {
                call.system.granted[manifest.package, default: []].formUnion(manifest.permissions)
            }
            call.system.log.add(.info, "PackageManager", "installation completed for package:\(manifest.package)")
            call.windows.invalidate()
            call.out.line("Success")
            return 0
        } catch {
            call.system.log.add(.warning, "PackageManager", error.text)
            return say(error, call)
        }
    }

    private static func say(_ error: InstallFailure, _ call: ToolCall) -> Int32 {
        call.out.line(error.text)
        return 1
    }

    private static func failure(_ words: String) -> ToolFailure { ToolFailure(message: words, status: 1) }

    /// Takes a package from standard input; false where it ends too early.
    nonisolated(nonsending) private static func receive(
        _ size: Int,
        _ path: String,
        _ call: ToolCall
    ) async throws -> Bool {
        try call.files.makeParents(of: path)
        let writer = try FileWriter(call.files, path, mode: 0o644)
        while writer.count < size {
            guard let bytes = await call.input.next() else { return false }
            try bytes.prefix(size - writer.count).withUnsafeBytes { try writer.append($0) }
            if Task.isCancelled { throw CancellationError() }
        }
        try writer.finish()
        return true
    }

    static func uninstall(_ call: ToolCall, _ words: [String]) -> Int32 {
        guard let manifest = find(words.last { !$0.hasPrefix("-") } ?? "", call), !manifest.isSystem else {
            call.out.line("Failure [DELETE_FAILED_INTERNAL_ERROR]")
            return 1
        }
        stop(manifest.package, call)
        if !words.contains("-k") { try? call.files.remove(manifest.dataFolder) }
        if let apk = manifest.apk { call.system.packages.remove(apk: apk) }
        call.system.installed.removeAll { $0.package == manifest.package }
        call.system.granted[manifest.package] = nil
        call.system.log.add(.info, "PackageManager", "uninstalled package:\(manifest.package)")
        call.windows.invalidate()
        call.out.line("Success")
        return 0
    }
}
