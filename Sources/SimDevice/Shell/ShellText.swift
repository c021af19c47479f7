// SPDX-License-Identifier: Apache-2.0

/// Words as this device's shell reads them back.
enum ShellText {
    /// A command line of exactly these words.
    static func quoted(_ words: [String]) -> String {
        words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    }
}
