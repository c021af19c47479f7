// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What of `/dev` is no file: everybody may write it and nothing is kept. No file of the host stands for it, since one
/// that is written by mistake would fill up.
enum DeviceNode: String, CaseIterable {
    /// Takes everything, gives nothing.
    case null = "/dev/null"
    /// Takes everything, gives zeros without end.
    case zero = "/dev/zero"
    /// Takes nothing (`ENOSPC`), gives zeros without end.
    case full = "/dev/full"
    /// Takes everything, gives random bytes without end.
    case urandom = "/dev/urandom"

    /// The node at a place, if one is there.
    init?(_ place: DeviceFiles.Place) { self.init(rawValue: place.device) }

    /// What `stat` tells: a character device of nobody in particular.
    var stat: DeviceFiles.Stat {
        DeviceFiles.Stat(
            mode: UInt32(S_IFCHR) | 0o666,
            size: 0,
            modified: DeviceClock.start / 1000,
            modifiedNanoseconds: 0,
            accessed: DeviceClock.start / 1000,
            changed: DeviceClock.start / 1000,
            inode: UInt64(3 + (DeviceNode.allCases.firstIndex(of: self) ?? 0)),
            device: 5,
            links: 1,
            blocks: 0
        )
    }

    /// Opens the host's node of the same name, for reading; not for `null`, which needs none.
    func open() -> Int32 { Glibc.open(rawValue, O_RDONLY | O_CLOEXEC) }
}
