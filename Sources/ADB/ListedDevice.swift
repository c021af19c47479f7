// SPDX-License-Identifier: Apache-2.0

/// A device as an adb server lists it.
public struct ListedDevice: Hashable, Sendable {
    public var serial: String
    /// `device` when it can be used; `offline`, `unauthorized`, `recovery`, `no permissions (...)` and so on otherwise.
    public var state: String
    /// `ro.product.name`, where the server says it.
    public var product: String?
    /// `ro.product.model`, with every character that is no letter or digit turned into `_` by the server.
    public var model: String?
    /// `ro.product.device`.
    public var device: String?
    /// Where on USB it is, such as `1-2`; `nil` for other devices.
    public var usb: String?
    /// The server's number for it.
    public var transportID: Int?

    public init(serial: String, state: String) {
        self.serial = serial
        self.state = state
    }

    /// Whether it can be used.
    public var isReady: Bool { state == "device" }

    /// Reads the answer to `host:devices-l`: `SERIAL state [usb:P] product:p model:m device:d transport_id:N` a line.
    static func parse(_ text: String) -> [ListedDevice] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count >= 2 else { return nil }
            var entry = ListedDevice(serial: String(words[0]), state: "")
            var state: [Substring] = []
            for word in words.dropFirst() {
                let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count == 2 ? String(parts[1]) : ""
                switch parts[0] {
                case "product" where parts.count == 2: entry.product = value
                case "model" where parts.count == 2: entry.model = value
                case "device" where parts.count == 2: entry.device = value
                case "usb" where parts.count == 2: entry.usb = value
                case "transport_id" where parts.count == 2: entry.transportID = Int(value)
                default: state.append(word)
                }
            }
            entry.state = state.joined(separator: " ")
            return entry
        }
    }
}
