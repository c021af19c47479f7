// SPDX-License-Identifier: Apache-2.0

import Base
import CLibUSB

/// Looks at USB and opens what it finds. Everything here runs on the host's thread.
struct USBFinder: Sendable {
    let host: USBHost

    /// How far is gone to find out whether a device can be used.
    enum Probe {
        /// Nothing is asked of it, except where its serial number cannot be had otherwise.
        case none
        /// Its node is opened, which shows whether this user may.
        case open
        /// Its interface is claimed for an instant as well: the only way to see whether somebody has it.
        case claim
    }

    /// The devices that speak ADB, by their place.
    func devices(_ probe: Probe = .claim) -> [USBDevice] {
        each { device in examine(device, probe) }.compactMap { $0 }
            .sorted { ($0.path.count, $0.path) < ($1.path.count, $1.path) }
    }

    /// What one device is; nil where it is none of ours.
    func examine(_ device: OpaquePointer, _ probe: Probe) -> USBDevice? {
        guard let (interface, descriptor) = USBInterface.find(in: device) else { return nil }
        let path = USBFinder.path(of: device)
        var found = USBDevice(
            serial: "",
            path: path,
            node: USBFinder.node(of: device),
            vendor: descriptor.idVendor,
            product: descriptor.idProduct,
            state: .ready
        )
        var serial = descriptor.iSerialNumber == 0 ? nil : USBFinder.attribute("serial", path)
        if probe != .none || serial == nil && descriptor.iSerialNumber != 0 {
            switch open(device) {
            case .failure(let failure): found.state = USBFinder.state(failure.code)
            case .success(let handle):
                serial = serial ?? USBFinder.text(descriptor.iSerialNumber, handle)
                if probe == .claim, host.link(at: path) == nil {
                    let code = claim(handle, interface)
                    if code == 0 { libusb_release_interface(handle.raw, interface.number) }
                    found.state = USBFinder.state(code)
                }
                libusb_close(handle.raw)
            }
        }
        found.serial = serial ?? "usb:\(path)"
        return found
    }

    /// Opens and claims a device.
    ///
    /// - Throws: `DroidError`: `adb.permission`, `adb.busy`, `adb.lost`, `adb.usb`.
    func port(for wanted: USBDevice) throws -> USBPort {
        let ports = try each { device throws -> USBPort? in
            guard USBFinder.node(of: device) == wanted.node, let (interface, _) = USBInterface.find(in: device) else {
                return nil
            }
            let handle: USBPointer
            switch open(device) {
            case .failure(let failure): throw USBError.open(failure.code, wanted)
            case .success(let opened): handle = opened
            }
            var code = claim(handle, interface)
            if code == 0, interface.alternate != 0 {
                code = libusb_set_interface_alt_setting(handle.raw, interface.number, interface.alternate)
            }
            guard code == 0 else {
                libusb_close(handle.raw)
                throw USBError.open(code, wanted)
            }
            return makePort(handle, interface)
        }
        guard let port = ports.compactMap({ $0 }).first else { throw USBError.gone(wanted.serial) }
        return port
    }

    private func makePort(_ handle: USBPointer, _ interface: USBInterface) -> USBPort {
        let host = host
        return USBPort(
            input: interface.input,
            output: interface.output,
            packet: interface.packet,
            handle: handle,
            submit: { libusb_submit_transfer($0) },
            cancel: { libusb_cancel_transfer($0) },
            clearHalt: { libusb_clear_halt(handle.raw, $0) },
            release: {
                libusb_release_interface(handle.raw, interface.number)
                libusb_close(handle.raw)
            },
            perform: { host.perform($0) },
            performAfter: { host.perform(after: $0, $1) }
        )
    }

    private struct Failure: Error { var code: CInt }

    private func open(_ device: OpaquePointer) -> Result<USBPointer, Failure> {
        var handle: OpaquePointer?
        let code = libusb_open(device, &handle)
        guard code == 0, let handle else { return .failure(Failure(code: code)) }
        return .success(USBPointer(raw: handle))
    }

    private func claim(_ handle: USBPointer, _ interface: USBInterface) -> CInt {
        // A kernel driver that sits there is sent away, and comes back when the interface is given back.
        libusb_set_auto_detach_kernel_driver(handle.raw, 1)
        return libusb_claim_interface(handle.raw, interface.number)
    }

    private func each<T>(_ body: (OpaquePointer) throws -> T) rethrows -> [T] {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        let count = libusb_get_device_list(host.context.raw, &list)
        guard count >= 0, let list else { return [] }
        defer { libusb_free_device_list(list, 1) }
        return try UnsafeBufferPointer(start: list, count: count).compactMap { $0 }.map(body)
    }

    // MARK: Names

    private static func state(_ code: CInt) -> USBDevice.State {
        switch code {
        case 0: .ready
        case LIBUSB_ERROR_ACCESS.rawValue: .noPermissions
        case LIBUSB_ERROR_BUSY.rawValue: .busy
        default: .failed(USBError.text(code))
        }
    }

    /// The bus, and the port at each hub.
    static func path(of device: OpaquePointer) -> String {
        var ports = [UInt8](repeating: 0, count: 8)
        let count = libusb_get_port_numbers(device, &ports, CInt(ports.count))
        let names = ports.prefix(Int(max(count, 0))).map { String($0) }
        return "\(libusb_get_bus_number(device))-\(names.isEmpty ? "0" : names.joined(separator: "."))"
    }

    static func node(of device: OpaquePointer) -> String {
        let number = { (value: UInt8) in String(repeating: "0", count: 3 - min(3, "\(value)".count)) + "\(value)" }
        return "/dev/bus/usb/\(number(libusb_get_bus_number(device)))/\(number(libusb_get_device_address(device)))"
    }

    /// What the kernel has read already, for which nobody needs to open the device.
    private static func attribute(_ name: String, _ path: String) -> String? {
        guard let bytes = try? FileBytes.read("/sys/bus/usb/devices/\(path)/\(name)") else { return nil }
        return cleaned(bytes[...])
    }

    private static func text(_ index: UInt8, _ handle: USBPointer) -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = libusb_get_string_descriptor_ascii(handle.raw, index, &bytes, CInt(bytes.count))
        return count > 0 ? cleaned(bytes.prefix(Int(count))) : nil
    }

    /// A serial number as a name: what is no printable character is left out, since it ends up in lists and messages.
    private static func cleaned(_ bytes: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: bytes.filter { $0 > 0x20 && $0 < 0x7f }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }
}
