// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// What a device says about itself when it is connected.
public struct ADBBanner: Hashable, Sendable {
    /// `device`, `recovery`, `sideload` or `rescue`.
    public var systemType: String
    /// `ro.product.name`.
    public var product: String
    /// `ro.product.model`.
    public var model: String
    /// `ro.product.device`.
    public var device: String
    /// What both the device and this program can do, by the names of the protocol (`shell_v2`, `stat_v2` ...).
    public var features: Set<String>

    init(systemType: String, product: String, model: String, device: String, features: FeatureSet) {
        self.systemType = systemType
        self.product = product
        self.model = model
        self.device = device
        self.features = Set(features.all.map(\.rawValue))
    }

    init(_ agreement: Agreement?) {
        let peer = agreement?.peer
        self.init(
            systemType: peer?.systemType ?? "",
            product: peer?.property("ro.product.name") ?? "",
            model: peer?.property("ro.product.model") ?? "",
            device: peer?.property("ro.product.device") ?? "",
            features: agreement?.features ?? []
        )
    }

    func has(_ feature: Feature) -> Bool { features.contains(feature.rawValue) }
}
