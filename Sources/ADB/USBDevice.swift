// SPDX-License-Identifier: Apache-2.0

/// A device on USB that speaks ADB.
public struct USBDevice: Hashable, Sendable {
    /// Whether this program can use it.
    public enum State: Hashable, Sendable {
        /// It can be opened.
        case ready
        /// Another program, mostly an adb server, has claimed its interface.
        case busy
        /// This user may not open its node; `USBAccess` says how to change that.
        case noPermissions
        /// It cannot be opened for another reason.
        case failed(String)
    }

    /// What it calls itself; `usb:1-2` where it has no serial number.
    public var serial: String
    /// Where it is plugged in: the bus, and the port at each hub from there on, such as `1-2.3`.
    public var path: String
    /// Its node, such as `/dev/bus/usb/001/004`; another one each time it is plugged in.
    public var node: String
    public var vendor: UInt16
    public var product: UInt16
    public var state: State

    /// The state as lists show it: `device`, `busy`, `no permissions` or `error`.
    public var stateText: String {
        switch state {
        case .ready: "device"
        case .busy: "busy"
        case .noPermissions: "no permissions"
        case .failed: "error"
        }
    }
}

/// A device was plugged in or pulled out.
public enum USBChange: Hashable, Sendable {
    case arrived(USBDevice)
    case departed(USBDevice)

    /// The device that it is about; a departed one is as it was last.
    public var device: USBDevice {
        switch self {
        case .arrived(let device), .departed(let device): device
        }
    }
}

/// Who may open a phone's USB node, and how to allow it.
public enum USBAccess {
    /// Where the rule belongs: after the rules that read the interfaces (50), before those that hand out access (73).
    public static let rulePath = "/etc/udev/rules.d/51-droidagent.rules"

    /// The rule: whoever sits at this machine, and the group `plugdev`, may open what has an ADB interface.
    public static let rule =
        #"SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ENV{ID_USB_INTERFACES}=="*:ff4201:*", "#
        + #"MODE="0660", GROUP="plugdev", TAG+="uaccess""#

    /// The commands that write the rule and have it take effect.
    public static let commands = [
        "echo '\(rule)' | sudo tee \(rulePath)",
        "sudo udevadm control --reload-rules",
        "sudo udevadm trigger --subsystem-match=usb --action=add",
    ]
}
