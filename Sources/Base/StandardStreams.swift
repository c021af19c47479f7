// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Standard output, unbuffered: whoever reads a pipe sees a line as soon as it is true.
public enum StandardOutput {
    /// Writes bytes as they are. When the reader is gone the program ends, as programs in a pipe do.
    public static func write(_ bytes: some Sequence<UInt8>) {
        if !writeAll(Array(bytes), to: STDOUT_FILENO) { exit(EXIT_FAILURE) }
    }
}

/// Standard error, written without C's shared `stderr`.
public enum StandardError {
    /// Writes text as it is. What cannot be written is lost: there is nobody left to tell.
    public static func write(_ text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }

    /// Writes bytes as they are.
    public static func write(_ bytes: some Sequence<UInt8>) { _ = writeAll(Array(bytes), to: STDERR_FILENO) }
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { raw in
        var done = 0
        while done < raw.count {
            let count = Glibc.write(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}
