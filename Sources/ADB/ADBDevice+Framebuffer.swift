// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// A picture of the device's display: red, green, blue and alpha in a byte each, rows from the top, no padding.
public struct FramebufferImage: Hashable, Sendable {
    /// Pixels.
    public let width: Int
    /// Pixels.
    public let height: Int
    public let rgba: [UInt8]
}

extension ADBDevice {
    /// Takes a picture of the display by the service `framebuffer:`, whatever the pixels' order on the device.
    ///
    /// - Throws: `DroidError`: `adb.refused` (a device whose display may not be read), `adb.protocol` (what comes is no
    ///   picture), `adb.timeout`, `adb.lost`.
    public func framebuffer(timeout: Duration = .seconds(30)) async throws -> FramebufferImage {
        let what = "a picture of the display"
        let stream = try await transport.open("framebuffer:", limit: .total(timeout), for: what)
        defer { stream.drop() }
        // Devices of old wait for a byte before each picture; newer ones ignore it.
        try stream.enqueue([0])
        var decoder = FramebufferDecoder()
        while var bytes = try await stream.read() {
            if let picture = try decoder.next(&bytes) {
                return FramebufferImage(width: picture.width, height: picture.height, rgba: picture.rgba)
            }
        }
        try await transport.confirmAlive()
        throw DroidError(
            "adb.protocol",
            "the device sent no whole picture",
            why: "it closed the stream in the middle",
            next: "its display may be off or protected; wake it and try again"
        )
    }
}
