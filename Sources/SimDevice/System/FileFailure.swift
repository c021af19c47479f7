// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A failed operation on the device's files, with the kernel's number for the reason.
///
/// It stays inside the module: tools print `reason`, the daemon sends it, and nothing of it reaches a caller of
/// `SimDevice`.
struct FileFailure: Error {
    /// The `errno` of the failure, such as `ENOENT`.
    let code: Int32
    /// The path on the device.
    let path: String

    /// The words of the C library, such as `No such file or directory`.
    var reason: String { String(cString: strerror(code)) }
}
