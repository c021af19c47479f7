// SPDX-License-Identifier: Apache-2.0

import Base
import CLibUSB

/// What goes wrong on USB, in words.
enum USBError {
    /// The name and meaning of a libusb code.
    static func text(_ code: CInt) -> String {
        guard let words = libusb_strerror(code) else { return "error \(code)" }
        return String(cString: words)
    }

    static func code(_ error: libusb_error) -> CInt { error.rawValue }

    /// What opening or claiming a device failed with.
    static func open(_ code: CInt, _ device: USBDevice) -> DroidError {
        switch code {
        case LIBUSB_ERROR_ACCESS.rawValue:
            DroidError(
                "adb.permission",
                "this user may not open the USB device \(device.serial)",
                why: "\(device.node) is not writable for you, and no udev rule gives it to you",
                next: "run these, then plug the device in again:\n  " + USBAccess.commands.joined(separator: "\n  ")
            )
        case LIBUSB_ERROR_BUSY.rawValue:
            DroidError(
                "adb.busy",
                "the USB device \(device.serial) is in use",
                why: "another program owns its ADB interface, most likely an adb server",
                next: "run `adb kill-server`, or name the device while that server runs and it is asked instead"
            )
        case LIBUSB_ERROR_NO_DEVICE.rawValue, LIBUSB_ERROR_NOT_FOUND.rawValue:
            gone(device.serial)
        default:
            DroidError(
                "adb.usb",
                "the USB device \(device.serial) cannot be opened",
                why: text(code),
                next: "plug it in again, at another port if it comes back"
            )
        }
    }

    static func gone(_ serial: String) -> DroidError {
        ADBError.lost(serial, why: "it was unplugged, or turned USB debugging off")
    }

    static func unknown(_ serial: String, _ others: [USBDevice]) -> DroidError {
        DroidError(
            "adb.nodevice",
            "there is no USB device \(serial)",
            why: others.isEmpty
                ? "no device with USB debugging is plugged in"
                : "there are: " + others.map(\.serial).joined(separator: ", "),
            next: "plug it in and turn on USB debugging in the developer options"
        )
    }

    static func several(_ serial: String, _ devices: [USBDevice]) -> DroidError {
        DroidError(
            "adb.usage",
            "\(devices.count) USB devices call themselves \(serial)",
            why: "they are at " + devices.map { "usb:\($0.path)" }.joined(separator: ", "),
            next: "name one by its place, such as usb:\(devices.first?.path ?? "1-1")"
        )
    }

    static func unavailable(_ code: CInt) -> DroidError {
        DroidError(
            "adb.usb",
            "USB cannot be used on this machine",
            why: text(code),
            next: "name a device as HOST:PORT, or use an adb server"
        )
    }

    static func inUseHere(_ serial: String) -> DroidError {
        DroidError("adb.busy", "the USB device \(serial) is in use", why: "this program has opened it already")
    }

    /// A transfer that failed, and with it the session: nobody knows how much of it the device has seen.
    static func transfer(_ status: libusb_transfer_status, _ direction: String, _ serial: String) -> DroidError {
        let why =
            switch status {
            case LIBUSB_TRANSFER_STALL: "its \(direction) pipe halted"
            case LIBUSB_TRANSFER_OVERFLOW: "it sent more than was asked for"
            case LIBUSB_TRANSFER_TIMED_OUT: "a transfer took too long"
            case LIBUSB_TRANSFER_CANCELLED: "a transfer was cut off"
            default: "a transfer failed on the cable"
            }
        if status == LIBUSB_TRANSFER_NO_DEVICE { return gone(serial) }
        return ADBError.lost(serial, why: why)
    }

    static func partial(_ done: Int, _ wanted: Int, _ serial: String) -> DroidError {
        ADBError.lost(serial, why: "only \(done) of \(wanted) bytes of a transfer arrived")
    }

    static func submit(_ code: CInt, _ serial: String) -> DroidError {
        if code == LIBUSB_ERROR_NO_DEVICE.rawValue { return gone(serial) }
        let why =
            code == LIBUSB_ERROR_NO_MEM.rawValue
            ? "the kernel has no memory left for USB transfers (/sys/module/usbcore/parameters/usbfs_memory_mb)"
            : text(code)
        return ADBError.lost(serial, why: why)
    }

    static func violation(_ serial: String, _ why: String) -> DroidError {
        DroidError(
            "adb.protocol",
            "the device \(serial) broke the protocol",
            why: why,
            next: "connect again; if it comes back, the device is no adb device"
        )
    }
}
