// SPDX-License-Identifier: Apache-2.0

import ADBWire
public import Base

/// Whether files are packed on their way.
public enum SyncCompression: String, CaseIterable, Sendable {
    /// What pays: nothing where the device is on this machine, since its loopback moves bytes faster than they can be
    /// packed; elsewhere the best way that both ends know, except for files whose beginning does not get smaller by a
    /// tenth (pushing) or whose name says that they are packed already (pulling).
    case automatic
    /// The best way that both ends know, as adb does: zstd, then LZ4, then brotli.
    case any
    /// Never.
    case none
    case zstd
    case lz4
    case brotli
}

/// How files are moved.
public struct SyncOptions: Sendable {
    /// Whether files are packed on their way.
    public var compression: SyncCompression
    /// Whether pulled files keep their permissions and time of change. Pushed files always do.
    public var preserves: Bool
    /// Whether a link on the device stands for what it points to. Otherwise links are pulled as links.
    public var followsLinks: Bool
    /// Whether the device drops what is pushed; it needs a device with `sendrecv_v2_dry_run_send`.
    public var isDryRun: Bool

    public init(
        compression: SyncCompression = .automatic,
        preserves: Bool = false,
        followsLinks: Bool = false,
        isDryRun: Bool = false
    ) {
        self.compression = compression
        self.preserves = preserves
        self.followsLinks = followsLinks
        self.isDryRun = isDryRun
    }
}

/// How far a transfer is.
public struct SyncProgress: Hashable, Sendable {
    /// Files that are done.
    public var files = 0
    /// Files in all.
    public var totalFiles = 0
    /// Bytes of their content that have moved.
    public var bytes: Int64 = 0
    /// Bytes in all, as far as the other side said.
    public var totalBytes: Int64 = 0
}

/// A file that was not moved, and why.
public struct SyncFailure: Sendable {
    /// The path that was to be read.
    public var path: String
    public var error: DroidError

    public init(path: String, error: DroidError) {
        self.path = path
        self.error = error
    }
}

/// What a transfer of several files came to.
public struct SyncSummary: Sendable {
    /// Plain files that were moved.
    public var files = 0
    /// Links that were made.
    public var links = 0
    /// Empty folders that were made.
    public var folders = 0
    /// Bytes of the files' content.
    public var bytes: Int64 = 0
    /// Paths that are neither file, folder nor link, and were passed over.
    public var skipped: [String] = []
    /// What could not be moved; everything else was.
    public var failures: [SyncFailure] = []

    public init() {}
}

/// What is done about packing for one transfer, once the device is known.
enum Packing: Hashable, Sendable {
    case none
    case always(Compression)
    case ifItPays(Compression)

    /// - Throws: `DroidError` with code `adb.usage` where the device does not know the way that was asked for.
    init(_ wanted: SyncCompression, _ device: ADBDevice) throws {
        let offered = Compression.offered(by: FeatureSet(device.banner.features.sorted().map { Feature(rawValue: $0) }))
        let kind: Compression
        switch wanted {
        case .none:
            self = .none
            return
        case .any:
            self = offered.first.map { .always($0) } ?? .none
            return
        case .automatic:
            self = device.isOnThisMachine ? .none : offered.first.map { .ifItPays($0) } ?? .none
            return
        case .zstd: kind = .zstd
        case .lz4: kind = .lz4
        case .brotli: kind = .brotli
        }
        guard offered.contains(kind) else {
            let others = offered.map(\.rawValue).joined(separator: ", ")
            throw DroidError(
                "adb.usage",
                "the device \(device.serial) cannot unpack \(kind.rawValue)",
                why: others.isEmpty ? "it knows no compression" : "it knows \(others)",
                next: "leave the compression to the program, or ask for none"
            )
        }
        self = .always(kind)
    }

    /// How a file of the device is asked for.
    func receiving(_ path: String) -> Compression? {
        switch self {
        case .none: nil
        case .always(let kind): kind
        case .ifItPays(let kind): Packing.isPacked(path) ? nil : kind
        }
    }

    /// Endings of files that are packed already.
    private static let packedEndings: Set<String> = [
        "7z", "aab", "aac", "apex", "apk", "avif", "br", "bz2", "flac", "gif", "gz", "heic", "jar", "jpeg", "jpg",
        "lz4",
        "m4a", "mkv", "mov", "mp3", "mp4", "odex", "ogg", "opus", "png", "webm", "webp", "xapk", "xz", "zip", "zst",
    ]

    private static func isPacked(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: ".") else { return false }
        return packedEndings.contains(path[path.index(after: dot)...].lowercased())
    }
}

extension ADBDevice {
    /// Whether the device is reached over this machine's own loopback, which every built-in device and emulator is.
    var isOnThisMachine: Bool {
        ["127.", "localhost:", "[::1]:", "emulator-"].contains { serial.hasPrefix($0) }
    }
}
