// SPDX-License-Identifier: Apache-2.0

extension Feature {
    /// `abb_exec:`: the package manager without a shell.
    public static let abbExec: Feature = "abb_exec"
    /// Acknowledgements count bytes, so that many writes may be under way at once.
    public static let delayedAck: Feature = "delayed_ack"
}

/// What a device of some generation speaks: version, sizes and features. The built-in device and tests take it from here.
public enum DeviceProfile: String, Hashable, Sendable, CaseIterable {
    /// Before Android 7: protocol 1.0 with checksums, payloads of 4 KiB, no features.
    case legacy
    /// Android 7: the second shell protocol, payloads of 256 KiB.
    case n
    /// Today: everything that this package can do.
    case modern

    /// The newest version that the device speaks.
    public var version: ProtocolVersion { self == .legacy ? .v1_0 : .v1_1 }

    /// The largest payload that the device takes, in bytes.
    public var maxPayload: Int {
        switch self {
        case .legacy: WireLimit.handshakePayload
        case .n: 256 << 10
        case .modern: WireLimit.maxPayload
        }
    }

    /// What the device offers.
    public var features: FeatureSet {
        switch self {
        case .legacy: []
        case .n: [.shellV2, .cmd]
        case .modern:
            FeatureSet(
                [.shellV2, .cmd, .statV2, .listV2, .fixedPushMkdir, .fixedPushSymlinkTimestamp, .delayedAck]
                    + FeatureSet.syncV2
            )
        }
    }
}

extension FeatureSet {
    /// What our client can do.
    public static let client = FeatureSet(
        [.shellV2, .cmd, .statV2, .listV2, .fixedPushMkdir, .fixedPushSymlinkTimestamp, .delayedAck] + syncV2
    )

    /// The second version of file transfer, whole.
    static let syncV2: [Feature] = [
        .sendReceiveV2, .sendReceiveV2Brotli, .sendReceiveV2LZ4, .sendReceiveV2Zstd, .sendReceiveV2DryRun,
    ]
}
