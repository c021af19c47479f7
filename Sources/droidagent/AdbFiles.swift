// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation
import Glibc
import Synchronization

/// What `push` and `pull` share.
struct TransferOptions: ParsableArguments {
    @Option(
        name: [.customShort("z"), .long],
        help: ArgumentHelp(
            "automatic, any, none, zstd, lz4 or brotli; automatic packs nothing for devices on this machine.",
            valueName: "how"
        )
    )
    var compression = SyncCompression.automatic
}

extension SyncCompression: ExpressibleByArgument {}

struct AdbPush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Copy files and folders to the device.",
        discussion: """
            Into REMOTE where that is a folder on the device, under this name otherwise, as adb does. Permissions and times \
            are kept, links below a folder stay links, empty folders are made. What cannot be copied is named, the rest is \
            copied, and the exit code is 1 then.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @OptionGroup var transfer: TransferOptions
    @Flag(name: [.customShort("n"), .long], help: "Send everything, store nothing.") var dryRun = false
    @Argument(
        help: ArgumentHelp("Files and folders of this machine, then where they go.", valueName: "local ... remote")
    )
    var paths: [String]

    func validate() throws {
        if paths.count < 2 {
            throw ValidationError("Give what to copy and where to: droidagent adb push FILE /sdcard/")
        }
    }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let options = SyncOptions(compression: transfer.compression, isDryRun: dryRun)
        try await Transfer(global: global, label: "push", what: "pushed").run(device) { progress in
            try await device.push(
                Array(paths.dropLast()),
                to: paths[paths.count - 1],
                options: options,
                progress: progress
            )
        }
    }
}

struct AdbPull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Copy files and folders from the device.",
        discussion: """
            Into LOCAL where that is a folder, under this name otherwise, as adb does; without LOCAL into the working folder. \
            Links stay links, unless --follow is given. What cannot be copied is named, the rest is copied, and the exit \
            code is 1 then. A file appears when it is complete.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @OptionGroup var transfer: TransferOptions
    @Flag(name: [.customShort("a"), .long], help: "Keep permissions and times.") var archive = false
    @Flag(name: [.customShort("L"), .long], help: "Copy what links lead to.") var follow = false
    @Argument(
        help: ArgumentHelp("Files and folders of the device, then where they go.", valueName: "remote ... [local]")
    )
    var paths: [String]

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let options = SyncOptions(compression: transfer.compression, preserves: archive, followsLinks: follow)
        let remotes = paths.count == 1 ? paths : Array(paths.dropLast())
        let local = paths.count == 1 ? "." : paths[paths.count - 1]
        try await Transfer(global: global, label: "pull", what: "pulled").run(device) { progress in
            try await device.pull(remotes, to: local, options: options, progress: progress)
        }
    }
}

/// Runs a transfer with its bar, its summary and its exit code.
private struct Transfer {
    let global: GlobalOptions
    let label: String
    let what: String

    private struct Row: Encodable {
        struct Failure: Encodable {
            let path: String
            let what: String
            let why: String
        }
        let files: Int
        let links: Int
        let folders: Int
        let bytes: Int64
        let seconds: Double
        let bytesPerSecond: Double
        let skipped: [String]
        let failures: [Failure]
    }

    func run(
        _ device: ADBDevice,
        _ body: (@escaping @Sendable (SyncProgress) -> Void) async throws -> SyncSummary
    ) async throws {
        let bar = Mutex<Bar?>(nil)
        let (label, quiet) = (label, global.quiet || global.json)
        let start = ContinuousClock.now
        let summary: SyncSummary
        do {
            defer { bar.withLock { $0?.bar.finish() } }
            summary = try await body { progress in
                bar.withLock { bar in
                    if bar?.total != progress.totalBytes { bar = Bar(label, progress.totalBytes, isEnabled: !quiet) }
                    bar?.update(progress.bytes)
                }
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        await device.close()
        try report(summary, seconds)
    }

    /// A bar in KiB or MiB.
    private struct Bar {
        let bar: ProgressBar
        let total: Int64
        let unit: Int64

        init(_ label: String, _ total: Int64, isEnabled: Bool) {
            self.total = total
            unit = total >= 64 << 20 ? 1 << 20 : 1 << 10
            bar = ProgressBar(
                label,
                total: Int(total / unit),
                unit: unit == 1 << 20 ? "MiB" : "KiB",
                isEnabled: isEnabled
            )
        }

        func update(_ done: Int64) { bar.update(Int(done / unit)) }
    }

    private func report(_ summary: SyncSummary, _ seconds: Double) throws {
        for path in summary.skipped { global.say("\(path): passed over, it is no file, folder or link") }
        for failure in summary.failures { Terminal.error("\(failure.error)") }
        let rate = seconds > 0 ? Double(summary.bytes) / seconds : 0
        let row = Row(
            files: summary.files,
            links: summary.links,
            folders: summary.folders,
            bytes: summary.bytes,
            seconds: seconds,
            bytesPerSecond: rate,
            skipped: summary.skipped,
            failures: summary.failures.map { Row.Failure(path: $0.path, what: $0.error.what, why: $0.error.why) }
        )
        try global.emit(row)
        if !global.json {
            var parts = ["\(summary.files) \(summary.files == 1 ? "file" : "files") \(what)"]
            if summary.links > 0 { parts.append("\(summary.links) \(summary.links == 1 ? "link" : "links")") }
            if summary.folders > 0 {
                parts.append("\(summary.folders) empty \(summary.folders == 1 ? "folder" : "folders")")
            }
            if !summary.failures.isEmpty { parts.append("\(summary.failures.count) failed") }
            let time = String(format: "%.3f s, %.1f MB/s", seconds, rate / 1e6)
            global.say("\(parts.joined(separator: ", ")): \(Terminal.size(Int(summary.bytes))) in \(time)")
        }
        if !summary.failures.isEmpty { throw ExitCode(1) }
    }
}

struct AdbList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List a folder of the device.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Argument(help: "A folder or file of the device.") var remote: String

    private struct Row: Encodable {
        let name: String
        let size: Int64
        let mode: UInt32
        let modified: Int64
    }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        guard let status = try await device.stat(remote) else {
            throw DroidError("adb.sync", "cannot list \(remote)", why: "there is no such file or folder on the device")
        }
        // A device of the first protocol tells of a link itself; behind a slash it shows where the link leads.
        let path = status.isLink ? remote + "/" : remote
        let isFile = !status.isFolder && !status.isLink
        let entries = isFile ? [SyncEntry(name: remote, stat: status)] : try await device.list(path)
        await device.close()
        let width = entries.map { String($0.stat.size).count }.max() ?? 0
        for entry in entries.sorted(by: { $0.name < $1.name }) {
            let stat = entry.stat
            try global.emit(Row(name: entry.name, size: stat.size, mode: stat.mode, modified: stat.modified))
            guard !global.json else { continue }
            let size = String(repeating: " ", count: width - String(stat.size).count) + String(stat.size)
            Terminal.out("\(Self.letters(stat.mode)) \(size) \(Self.time(stat.modified)) \(Self.shown(entry.name))")
        }
    }

    /// `drwxr-xr-x`.
    private static func letters(_ mode: UInt32) -> String {
        let kinds: [UInt32: String] = [
            0o040000: "d", 0o100000: "-", 0o120000: "l", 0o020000: "c", 0o060000: "b", 0o010000: "p", 0o140000: "s",
        ]
        let bits = (0..<9).map { mode & (0o400 >> $0) != 0 ? ["r", "w", "x"][Int($0) % 3] : "-" }
        return (kinds[mode & 0o170000] ?? "?") + bits.joined()
    }

    /// The time of change, in this machine's time zone.
    private static func time(_ seconds: Int64) -> String {
        var parts = tm()
        var time = time_t(seconds)
        localtime_r(&time, &parts)
        let date = String(format: "%04d-%02d-%02d", Int(parts.tm_year) + 1900, parts.tm_mon + 1, parts.tm_mday)
        return date + String(format: " %02d:%02d", parts.tm_hour, parts.tm_min)
    }

    /// A name without what a terminal would act on.
    private static func shown(_ name: String) -> String {
        String(
            name.map { character in
                character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f } ? "?" : character
            }
        )
    }
}
