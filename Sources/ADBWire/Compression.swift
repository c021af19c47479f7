// SPDX-License-Identifier: Apache-2.0

public import Base

/// How the content of a file is packed on its way, by the flags of `SND2` and `RCV2`.
public enum Compression: String, CaseIterable, Hashable, Sendable {
    case brotli
    case lz4
    case zstd

    /// The bit that asks for it.
    public var flag: UInt32 {
        switch self {
        case .brotli: 1
        case .lz4: 2
        case .zstd: 4
        }
    }

    /// What a device that can unpack it offers.
    public var feature: Feature {
        switch self {
        case .brotli: .sendReceiveV2Brotli
        case .lz4: .sendReceiveV2LZ4
        case .zstd: .sendReceiveV2Zstd
        }
    }

    /// The ways that both ends know, the best first: zstd packs better than LZ4 and unpacks faster than brotli.
    public static func offered(by features: FeatureSet) -> [Compression] {
        guard features.contains(.sendReceiveV2) else { return [] }
        return [.zstd, .lz4, .brotli].filter { features.contains($0.feature) }
    }
}

/// The flags of `SND2` and `RCV2`, taken apart.
public struct SyncFlags: Hashable, Sendable {
    /// The bit of a transfer that stores nothing; for sending only.
    public static let dryRun: UInt32 = 0x8000_0000

    public var compression: Compression?
    public var isDryRun: Bool

    public init(compression: Compression? = nil, isDryRun: Bool = false) {
        self.compression = compression
        self.isDryRun = isDryRun
    }

    /// Reads the flags of a request.
    ///
    /// - Throws: `DroidError` with code `adb.sync`, whose `what` is the text for `FAIL`.
    public init(parsing flags: UInt32, sending: Bool) throws(DroidError) {
        let known = Compression.allCases.filter { flags & $0.flag != 0 }
        guard known.count <= 1 else {
            throw DroidError("adb.sync", "multiple compression flags received: \(flags)")
        }
        let rest = Compression.allCases.reduce(flags) { $0 & ~$1.flag }
        guard rest == 0 || sending && rest == SyncFlags.dryRun else {
            throw DroidError("adb.sync", "unknown flags: \(flags)")
        }
        self.init(compression: known.first, isDryRun: rest != 0)
    }

    public var rawValue: UInt32 { (compression?.flag ?? 0) | (isDryRun ? SyncFlags.dryRun : 0) }
}

extension Feature {
    /// A pushed link keeps its time.
    public static let fixedPushSymlinkTimestamp: Feature = "fixed_push_symlink_timestamp"
    /// `SND2` and `RCV2` with brotli.
    public static let sendReceiveV2Brotli: Feature = "sendrecv_v2_brotli"
    /// `SND2` and `RCV2` with LZ4 frames.
    public static let sendReceiveV2LZ4: Feature = "sendrecv_v2_lz4"
    /// `SND2` and `RCV2` with zstd.
    public static let sendReceiveV2Zstd: Feature = "sendrecv_v2_zstd"
    /// `SND2` that stores nothing.
    public static let sendReceiveV2DryRun: Feature = "sendrecv_v2_dry_run_send"
}

/// Pieces that packing and unpacking hand on are of this size at most, in bytes: one `DATA` message.
let compressionStep = WireLimit.syncData

extension DroidError {
    static func codec(_ what: String, _ kind: Compression, _ why: String) -> DroidError {
        DroidError("adb.compression", "\(what) (\(kind.rawValue))", why: why)
    }
}
