// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// What a device says about a file.
public struct SyncStat: Hashable, Sendable {
    /// Kind and permissions, as in `st_mode`.
    public var mode: UInt32
    /// Bytes. A device without `stat_v2` tells them modulo 4 GiB.
    public var size: Int64
    /// Time of the last change, in seconds since 1970.
    public var modified: Int64
    /// The owner; `nil` on a device without `stat_v2`.
    public var user: UInt32?
    /// The owning group; `nil` on a device without `stat_v2`.
    public var group: UInt32?

    public init(mode: UInt32, size: Int64, modified: Int64, user: UInt32? = nil, group: UInt32? = nil) {
        self.mode = mode
        self.size = size
        self.modified = modified
        self.user = user
        self.group = group
    }

    init(_ status: SyncStatus, isVersion2: Bool) {
        self.init(
            mode: status.mode,
            size: Int64(clamping: status.size),
            modified: status.modified,
            user: isVersion2 ? status.user : nil,
            group: isVersion2 ? status.group : nil
        )
    }

    /// Whether it is a folder.
    public var isFolder: Bool { mode & 0o170000 == 0o040000 }
    /// Whether it is a plain file.
    public var isFile: Bool { mode & 0o170000 == 0o100000 }
    /// Whether it is a symbolic link.
    public var isLink: Bool { mode & 0o170000 == 0o120000 }
    /// The permission bits.
    public var permissions: UInt32 { mode & 0o7777 }
}

/// One file of a folder on a device.
public struct SyncEntry: Hashable, Sendable {
    /// The name without its folder.
    public var name: String
    /// What the folder says about it; a link is not followed.
    public var stat: SyncStat

    public init(name: String, stat: SyncStat) {
        self.name = name
        self.stat = stat
    }
}
