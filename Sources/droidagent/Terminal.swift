// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc

/// What people see: everything for them goes to standard error when `--json` owns standard output.
enum Terminal {
    static let isColoured =
        isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    static func bold(_ text: String) -> String { style(text, "1") }
    static func dim(_ text: String) -> String { style(text, "2") }
    static func red(_ text: String) -> String { style(text, "31") }
    static func green(_ text: String) -> String { style(text, "32") }
    static func yellow(_ text: String) -> String { style(text, "33") }
    static func cyan(_ text: String) -> String { style(text, "36") }

    /// Prints a line to standard output, at once: whoever reads a pipe sees it as soon as it is true.
    static func out(_ text: String) {
        StandardOutput.write((text + "\n").utf8)
    }

    /// Prints an error to standard error, its first line marked.
    static func error(_ text: String) {
        let mark = isatty(STDERR_FILENO) == 1 ? "\u{1B}[31merror:\u{1B}[0m" : "error:"
        StandardError.write("\(mark) \(text)\n")
    }

    /// Prints a line to standard error.
    static func plain(_ text: String) { StandardError.write(text + "\n") }

    /// Pads or cuts text to a width in characters.
    static func fit(_ text: String, _ width: Int) -> String {
        if text.count > width { return text.prefix(max(0, width - 1)) + "…" }
        return text + String(repeating: " ", count: width - text.count)
    }

    /// A size in the unit a person would use.
    static func size(_ bytes: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : String(format: "%.1f %@", value, units[unit])
    }

    private static func style(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
