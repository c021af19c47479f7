// SPDX-License-Identifier: Apache-2.0

/// How telephone numbers are compared and read.
enum PhoneNumber {
    /// The digits of a number.
    static func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }

    /// Whether a text can be dialled: digits and what people put between them.
    static func isNumber(_ text: String) -> Bool {
        !digits(text).isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber || "+-(). #*".contains($0) }
    }

    /// Whether two numbers are one: as Android compares them, by the last seven digits. Senders with a name are
    /// compared as they stand.
    static func same(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        guard isNumber(a), isNumber(b) else { return false }
        let (a, b) = (digits(a), digits(b))
        return a == b || a.count >= 7 && b.count >= 7 && a.suffix(7) == b.suffix(7)
    }
}
