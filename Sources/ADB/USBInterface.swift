// SPDX-License-Identifier: Apache-2.0

import CLibUSB

/// The interface of a device that speaks ADB.
struct USBInterface: Hashable {
    var number: CInt
    /// The alternate setting; 0 needs no change.
    var alternate: CInt
    var input: UInt8
    var output: UInt8
    /// wMaxPacketSize of the pipes: 64, 512 or 1024.
    var packet: Int

    private static let adb: (UInt8, UInt8, UInt8) = (0xff, 0x42, 0x01)

    /// Finds it in a device's configuration, by class and a bulk pipe each way, in any order and at any setting.
    ///
    /// Only devices that leave their class to their interfaces are looked at, as adb does. What cannot be read is no
    /// phone: some hubs describe themselves with nothing at all.
    static func find(in device: OpaquePointer) -> (interface: USBInterface, descriptor: libusb_device_descriptor)? {
        var descriptor = libusb_device_descriptor()
        guard libusb_get_device_descriptor(device, &descriptor) == 0,
            descriptor.bDeviceClass == 0x00 || descriptor.bDeviceClass == 0xef
        else { return nil }
        var config: UnsafeMutablePointer<libusb_config_descriptor>?
        if libusb_get_active_config_descriptor(device, &config) != 0 {
            guard libusb_get_config_descriptor(device, 0, &config) == 0 else { return nil }
        }
        guard let config else { return nil }
        defer { libusb_free_config_descriptor(config) }
        return find(in: config.pointee).map { ($0, descriptor) }
    }

    private static func find(in config: libusb_config_descriptor) -> USBInterface? {
        let interfaces = UnsafeBufferPointer(start: config.interface, count: Int(config.bNumInterfaces))
        for interface in interfaces {
            for setting in UnsafeBufferPointer(start: interface.altsetting, count: Int(interface.num_altsetting)) {
                let kind = (setting.bInterfaceClass, setting.bInterfaceSubClass, setting.bInterfaceProtocol)
                guard kind == adb else { continue }
                if let found = pipes(of: setting) { return found }
            }
        }
        return nil
    }

    private static func pipes(of setting: libusb_interface_descriptor) -> USBInterface? {
        var input: UInt8?
        var output: UInt8?
        var packet = 0
        for endpoint in UnsafeBufferPointer(start: setting.endpoint, count: Int(setting.bNumEndpoints)) {
            guard endpoint.bmAttributes & 0x03 == UInt8(LIBUSB_TRANSFER_TYPE_BULK.rawValue) else { continue }
            if endpoint.bEndpointAddress & 0x80 != 0 {
                input = input ?? endpoint.bEndpointAddress
            } else {
                output = output ?? endpoint.bEndpointAddress
            }
            packet = max(packet, Int(endpoint.wMaxPacketSize & 0x07ff))
        }
        guard let input, let output, packet >= 8 else { return nil }
        return USBInterface(
            number: CInt(setting.bInterfaceNumber),
            alternate: CInt(setting.bAlternateSetting),
            input: input,
            output: output,
            packet: packet
        )
    }
}
