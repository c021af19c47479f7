// SPDX-License-Identifier: Apache-2.0

/// Something that an end of a connection can do beyond the first protocol, by its name on the wire.
public struct Feature: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }
    public var description: String { rawValue }

    /// Shell streams with exit code, separate stderr and an end of stdin.
    public static let shellV2: Feature = "shell_v2"
    /// `cmd` is there, so that `install` needs no `pm`.
    public static let cmd: Feature = "cmd"
    /// `STA2` and `LST2`.
    public static let statV2: Feature = "stat_v2"
    /// `LIS2`.
    public static let listV2: Feature = "ls_v2"
    /// A push makes the folders above its target.
    public static let fixedPushMkdir: Feature = "fixed_push_mkdir"
    /// `SND2` and `RCV2`.
    public static let sendReceiveV2: Feature = "sendrecv_v2"
}

/// Features in the order in which they were named, each once.
public struct FeatureSet: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// The features, in order.
    public let all: [Feature]

    public init(_ features: some Sequence<Feature>) {
        var seen = Set<Feature>()
        all = features.filter { !$0.rawValue.isEmpty && seen.insert($0).inserted }
    }

    public init(arrayLiteral elements: Feature...) { self.init(elements) }

    /// Reads `shell_v2,cmd,...`.
    public init(parsing text: some StringProtocol) {
        self.init(text.split(separator: ",").map { Feature(rawValue: String($0)) })
    }

    public func contains(_ feature: Feature) -> Bool { all.contains(feature) }

    /// What both ends can do: the only features that may be used on a connection.
    public func intersection(_ other: FeatureSet) -> FeatureSet { FeatureSet(all.filter(other.contains)) }

    /// `shell_v2,cmd,...`.
    public var text: String { all.map(\.rawValue).joined(separator: ",") }
}

/// What an end says about itself in `CNXN`: `device::ro.product.name=p;ro.product.model=m;features=a,b`.
public struct ConnectionBanner: Hashable, Sendable {
    /// One `key=value` of the third field.
    public struct Property: Hashable, Sendable {
        public var key: String
        public var value: String
        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// `host`, `device`, `recovery`, `sideload`, `bootloader` or `rescue`.
    public var systemType: String
    /// The second field, which today's devices leave empty.
    public var serial: String
    /// The properties other than the features, in order.
    public var properties: [Property]
    /// What the end can do; empty where it does not say.
    public var features: FeatureSet

    public init(systemType: String, serial: String = "", properties: [Property] = [], features: FeatureSet = []) {
        self.systemType = systemType
        self.serial = serial
        self.properties = properties
        self.features = features
    }

    /// What a host of ours says.
    public static func host(features: FeatureSet) -> ConnectionBanner {
        ConnectionBanner(systemType: "host", features: features)
    }

    /// What a device says: the three properties that `adb devices -l` shows, and its features.
    public static func device(product: String, model: String, device: String, features: FeatureSet) -> ConnectionBanner
    {
        ConnectionBanner(
            systemType: "device",
            properties: [
                Property("ro.product.name", product),
                Property("ro.product.model", model),
                Property("ro.product.device", device),
            ],
            features: features
        )
    }

    /// Reads a banner. Nothing is refused: old devices end it with `;` or NUL, and some hosts name themselves in the
    /// third field without a key, which says nothing about features.
    public init(parsing payload: ArraySlice<UInt8>) {
        let end = payload.lastIndex { $0 != 0 }.map { $0 + 1 } ?? payload.startIndex
        let text = String(decoding: payload[payload.startIndex..<end], as: UTF8.self)
        let fields = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        var properties: [Property] = []
        var features = FeatureSet([])
        if fields.count > 2 {
            for part in fields[2].split(separator: ";") {
                guard let equals = part.firstIndex(of: "=") else { continue }
                let key = String(part[..<equals])
                let value = part[part.index(after: equals)...]
                if key == "features" {
                    features = FeatureSet(parsing: value)
                } else {
                    properties.append(Property(key, String(value)))
                }
            }
        }
        systemType = fields.first.map(String.init) ?? ""
        serial = fields.count > 1 ? String(fields[1]) : ""
        self.properties = properties
        self.features = features
    }

    /// The value of a property, such as `ro.product.model`.
    public func property(_ key: String) -> String? { properties.first { $0.key == key }?.value }

    /// The text of the banner.
    public var text: String {
        var parts = properties.map { "\($0.key)=\($0.value)" }
        if !features.all.isEmpty { parts.append("features=\(features.text)") }
        return "\(systemType):\(serial):\(parts.joined(separator: ";"))"
    }
}
