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
    /// A session that was online is over, and the peers meet anew.
    case offline
    /// Device: call `challenge` with a new token and the keys that are trusted now, after waiting so long: a host that
    /// tries key after key is slowed down.
    case needsToken(after: Duration)
    /// Device: ask the user whether the key may in, and call `accept` if so. The name is what the host calls itself.
    case askUser(AuthPublicKey, name: String)
    /// Host: the device asks its user about this key; the answer may take minutes.
    case waitingForUser(AuthPublicKey)
    /// All that comes from now on is TLS, and so is all that is sent behind the packets so far.
    case startTLS
    /// The packet belongs to the streams.
    case pass
    /// The packet does not matter in this state.
    case ignore
    /// The connection cannot come about.
    case fail(DroidError)
}

/// How two ends meet: `CNXN` from the host, then `CNXN` from the device, with a proof of the host's key or a change to TLS
/// in between where the device wants it.
///
/// A `CNXN` on a connection that is online already starts a new session: that is how a host that crashed gets its device
/// back. Before the ends have met everything else is ignored, since it may be left over from such a crash.
public struct Handshake: Sendable {
    /// Where a handshake is.
    private enum Phase: Sendable {
        /// Nothing but `CNXN` matters; a host has sent its own.
        case apart
        /// Device: a token is needed or with the host.
        case challenging(token: [UInt8])
        /// Device: the user is asked about a key.
        case asking(AuthPublicKey)
        /// Host: the device has its public key.
        case waitingForUser
        /// Device: it has offered TLS. Host: it has agreed.
        case securing
        case online
    }

    /// Wrong signatures after which a device takes its time.
    public static let patience = 256
    /// How long a device waits then before each new token.
    public static let penalty = Duration.seconds(1)

    public let role: Role
    /// What this end says about itself.
    public let banner: ConnectionBanner
    /// The newest version that this end speaks.
    public let version: ProtocolVersion
    /// The largest payload that this end takes.
    public let maxPayload: Int
    /// Device: how it decides who may in.
    public let policy: AuthPolicy
    /// Host: gives the keys that are tried in turn; the first is the one that is shown to the user. It is called once, and
    /// only where a device wants a key.
    public let credentials: @Sendable () -> [AuthKey]
    /// Host: what the computer calls itself, in the question on the device's screen.
    public let name: String
    /// What was agreed on, once online.
    public private(set) var agreement: Agreement?

    private var phase = Phase.apart
    private var hello: Packet?
    private var trusted: [AuthPublicKey] = []
    private var failures = 0
    private var nextKey = 0
    /// Host: what `credentials` gave.
    public private(set) var keys: [AuthKey] = []
    private var hasKeys = false

    public init(
        role: Role,
        banner: ConnectionBanner,
        version: ProtocolVersion = .v1_1,
        maxPayload: Int = WireLimit.maxPayload,
        policy: AuthPolicy = .none,
        credentials: @escaping @Sendable () -> [AuthKey] = { [] },
        name: String = "droidagent"
    ) {
        self.role = role
        self.banner = banner
        self.version = version
        self.maxPayload = maxPayload
        self.policy = policy
        self.credentials = credentials
        self.name = name
    }

    /// The version that packets are written in now.
    public var currentVersion: ProtocolVersion { agreement?.version ?? .v1_0 }

    /// The version that the peer's packets are read in. It has named its own before it is let in.
    public var incomingVersion: ProtocolVersion {
        agreement?.version ?? hello.map { min(version, ProtocolVersion(rawValue: $0.arg0)) } ?? .v1_0
    }

    /// What this end does when the bytes start to flow: the host speaks first. A host that gets no answer may call it once
    /// more; the keys are tried from the first one again.
    public mutating func start() -> [HandshakeAction] {
        guard role == .host, agreement == nil else { return [] }
        nextKey = 0
        phase = .apart
        return [.send(connectPacket)]
    }

    /// Takes a packet of any kind.
    public mutating func receive(_ packet: Packet) -> [HandshakeAction] {
        switch packet.command {
        case .connect: return receiveConnect(packet)
        case .auth: return role == .host ? receiveToken(packet) : receiveProof(packet)
        case .startTLS: return receiveStartTLS(packet)
        default: return agreement == nil ? [.ignore] : [.pass]
        }
    }

    // MARK: Device

    /// Sends a token, and remembers which keys are good for it: the answer to `needsToken`. An answer that comes too late
    /// does nothing.
    public mutating func challenge(_ token: [UInt8], trusting keys: [AuthPublicKey]) -> [HandshakeAction] {
        guard role == .device, agreement == nil, case .challenging = phase, token.count == AuthToken.size else {
            return []
        }
        trusted = keys
        phase = .challenging(token: token)
        return [.send(auth(AuthToken.token, token))]
    }

    /// The user lets a key in. Nothing happens where the host has gone on to something else.
    public mutating func accept(_ key: AuthPublicKey) -> [HandshakeAction] {
        guard case .asking(key) = phase, let hello else { return [] }
        return meet(hello)
    }

    /// The TLS handshake of a device is done and the host's key was good: the device speaks first.
    public mutating func secured() -> [HandshakeAction] {
        guard role == .device, case .securing = phase, let hello else { return [] }
        return meet(hello)
    }

    private mutating func receiveProof(_ packet: Packet) -> [HandshakeAction] {
        guard agreement == nil, policy == .rsa else { return [.ignore] }
        switch (packet.arg0, phase) {
        case (AuthToken.signature, .challenging(let token)) where !token.isEmpty:
            let isGood = trusted.contains { $0.verifies(packet.payload, of: token[...]) }
            if isGood, let hello {
                failures = 0
                return meet(hello)
            }
            failures += 1
            // Each token is good for one try.
            phase = .challenging(token: [])
            return [.needsToken(after: failures > Handshake.patience ? Handshake.penalty : .zero)]
        case (AuthToken.publicKey, .challenging), (AuthToken.publicKey, .asking):
            guard let key = try? AuthPublicKey(parsing: packet.payload) else { return [.ignore] }
            phase = .asking(key)
            let words = packet.payload.split(whereSeparator: { $0 == 0x20 || $0 == 0 })
            let name = words.count > 1 ? String(decoding: words[1].prefix(128), as: UTF8.self) : ""
            return [.askUser(key, name: name)]
        default: return [.ignore]
        }
    }

    // MARK: Host

    private mutating func receiveToken(_ packet: Packet) -> [HandshakeAction] {
        guard agreement == nil, packet.arg0 == AuthToken.token, packet.payload.count == AuthToken.size else {
            return [.ignore]
        }
        if case .waitingForUser = phase { return [.ignore] }
        loadKeys()
        guard let first = keys.first else {
            return [.fail(Handshake.unauthorized("the device wants a key, and this computer has none"))]
        }
        while nextKey < keys.count {
            let key = keys[nextKey]
            nextKey += 1
            if let signature = try? key.sign(packet.payload) { return [.send(auth(AuthToken.signature, signature))] }
        }
        phase = .waitingForUser
        let line = Array(first.publicKey.line(name: name).utf8) + [0]
        return [.send(auth(AuthToken.publicKey, line)), .waitingForUser(first.publicKey)]
    }

    private mutating func loadKeys() {
        guard !hasKeys else { return }
        keys = credentials()
        hasKeys = true
    }

    // MARK: Both

    /// Whether the other end has been offered TLS and has not answered.
    var hasOfferedTLS: Bool {
        if case .securing = phase { role == .device && agreement == nil } else { false }
    }

    private mutating func receiveStartTLS(_ packet: Packet) -> [HandshakeAction] {
        guard agreement == nil else { return [.ignore] }
        switch role {
        case .device:
            guard policy == .tls, case .securing = phase else { return [.ignore] }
            return [.startTLS]
        case .host:
            if case .securing = phase { return [.ignore] }
            loadKeys()
            guard !keys.isEmpty else {
                return [.fail(Handshake.unauthorized("the device speaks only TLS, and this computer has no key"))]
            }
            phase = .securing
            return [.send(Handshake.startTLSPacket), .startTLS]
        }
    }

    private mutating func receiveConnect(_ packet: Packet) -> [HandshakeAction] {
        guard packet.arg1 > 0 else {
            return [.fail(.violation("the connection is refused", "the peer says that it takes no payload at all"))]
        }
        guard role == .device, policy != .none else { return meet(packet) }
        // Under TLS the key was proven by the handshake, which lasts as long as the connection.
        if policy == .tls, case .online = phase { return meet(packet) }
        let isReset = agreement != nil
        agreement = nil
        hello = packet
        guard policy == .rsa else {
            phase = .securing
            return [.send(Handshake.startTLSPacket)]
        }
        phase = .challenging(token: [])
        return (isReset ? [.offline] : []) + [
            .needsToken(after: failures > Handshake.patience ? Handshake.penalty : .zero)
        ]
    }

    private mutating func meet(_ packet: Packet) -> [HandshakeAction] {
        let peer = ConnectionBanner(parsing: packet.payload)
        let agreed = Agreement(
            version: min(version, ProtocolVersion(rawValue: packet.arg0)),
            maxPayload: min(maxPayload, Int(packet.arg1)),
            peer: peer,
            features: banner.features.intersection(peer.features)
        )
        agreement = agreed
        phase = .online
        return role == .device ? [.send(connectPacket), .online(agreed)] : [.online(agreed)]
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

    /// What both ends send before they change to TLS.
    static var startTLSPacket: Packet { Packet(.startTLS, tlsVersion, 0, version: .v1_0) }

    private func auth(_ kind: UInt32, _ payload: [UInt8]) -> Packet {
        Packet(.auth, kind, 0, payload: payload[...], version: .v1_0)
    }

    /// The version of `STLS`.
    private static let tlsVersion: UInt32 = 0x0100_0000

    private static func unauthorized(_ why: String) -> DroidError {
        DroidError(
            "adb.unauthorized",
            "the device does not let this program in",
            why: why,
            next: "let HOME name a folder that can be written: the key is kept in ~/.android/adbkey"
        )
    }
}
