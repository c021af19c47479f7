// SPDX-License-Identifier: Apache-2.0

public import Base

/// Which end of the connection this is.
public enum Role: Sendable {
    /// The end that drives a device.
    case host
    /// The end that is driven.
    case device
}

/// What both ends have agreed on.
public struct Agreement: Hashable, Sendable {
    /// The smaller of both versions.
    public var version: ProtocolVersion
    /// The smaller of both payload limits, in bytes.
    public var maxPayload: Int
    /// What the peer says about itself.
    public var peer: ConnectionBanner
    /// What both ends can do.
    public var features: FeatureSet
}

/// What the owner of a `Handshake` has to do.
public enum HandshakeAction: Sendable {
    case send(Packet)
    /// The peers have met; streams of a session before this one are gone.
    case online(Agreement)
    /// The packet belongs to the streams.
    case pass
    /// The packet does not matter in this state.
    case ignore
    /// The connection cannot come about.
    case fail(DroidError)
}

/// How two ends meet: `CNXN` from the host, `CNXN` back from the device.
///
/// A `CNXN` on a connection that is online already starts a new session: that is how a host that crashed gets its device
/// back. Before the ends have met everything else is ignored, since it may be left over from such a crash.
/// `AUTH` and `STLS` are recognised, so that a device that asks for them is told apart from one that is silent.
public struct Handshake: Sendable {
    public let role: Role
    /// What this end says about itself.
    public let banner: ConnectionBanner
    /// The newest version that this end speaks.
    public let version: ProtocolVersion
    /// The largest payload that this end takes.
    public let maxPayload: Int
    /// What was agreed on, once online.
    public private(set) var agreement: Agreement?

    public init(
        role: Role,
        banner: ConnectionBanner,
        version: ProtocolVersion = .v1_1,
        maxPayload: Int = WireLimit.maxPayload
    ) {
        self.role = role
        self.banner = banner
        self.version = version
        self.maxPayload = maxPayload
    }

    /// The version that packets are written in now.
    public var currentVersion: ProtocolVersion { agreement?.version ?? .v1_0 }

    /// What this end does when the bytes start to flow: the host speaks first.
    public func start() -> [HandshakeAction] { role == .host ? [.send(connectPacket)] : [] }

    /// Takes a packet of any kind.
    public mutating func receive(_ packet: Packet) -> [HandshakeAction] {
        switch packet.command {
        case .connect:
            return meet(packet)
        case .auth where role == .host && agreement == nil:
            return [.fail(Handshake.wantsAuthentication("the device wants an RSA key that it knows"))]
        case .startTLS where role == .host && agreement == nil:
            return [.fail(Handshake.wantsAuthentication("the device speaks only TLS on this port"))]
        case .auth, .startTLS:
            return [.ignore]
        default:
            return agreement == nil ? [.ignore] : [.pass]
        }
    }

    private var connectPacket: Packet {
        Packet(
            .connect,
            version.rawValue,
            UInt32(clamping: maxPayload),
            payload: Array(banner.text.utf8.prefix(WireLimit.handshakePayload))[...],
            version: .v1_0
        )
    }

    private mutating func meet(_ packet: Packet) -> [HandshakeAction] {
        guard packet.arg1 > 0 else {
            return [.fail(.violation("the connection is refused", "the peer says that it takes no payload at all"))]
        }
        let peer = ConnectionBanner(parsing: packet.payload)
        let agreed = Agreement(
            version: min(version, ProtocolVersion(rawValue: packet.arg0)),
            maxPayload: min(maxPayload, Int(packet.arg1)),
            peer: peer,
            features: banner.features.intersection(peer.features)
        )
        agreement = agreed
        return role == .device ? [.send(connectPacket), .online(agreed)] : [.online(agreed)]
    }

    private static func wantsAuthentication(_ why: String) -> DroidError {
        DroidError(
            "adb.unauthorized",
            "the device does not let this program in",
            why: why,
            next: "run `adb connect` or plug the device in, accept the key on its screen, and go through the adb server"
        )
    }
}
