// SPDX-License-Identifier: Apache-2.0

/// An error told the way a person needs it: what went wrong, why, and what to do next.
///
/// Each module throws this one type. `code` lets a caller tell cases apart without reading the text; the words are
/// made where the facts are known, in one place per module.
public struct DroidError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure this is, as a stable dotted name such as `adb.timeout`.
    public struct Code: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public init(stringLiteral value: String) { rawValue = value }
    }

    /// The stable name of the kind of failure.
    public let code: Code
    /// What went wrong, in one sentence without a full stop.
    public let what: String
    /// Why it went wrong, or the empty string where the cause is not known.
    public let why: String
    /// What the user can do about it, or the empty string where nothing is known to help.
    public let next: String

    public init(_ code: Code, _ what: String, why: String = "", next: String = "") {
        self.code = code
        self.what = what
        self.why = why
        self.next = next
    }

    /// The three parts, each on a line of its own where it is known.
    public var description: String {
        var lines = [what]
        if !why.isEmpty { lines.append("  why:  \(why)") }
        if !next.isEmpty { lines.append("  next: \(next)") }
        return lines.joined(separator: "\n")
    }
}

extension DroidError {
    /// A `DroidError` as it is; any other error with its own words as the reason.
    public static func wrapping(_ error: any Error, _ code: Code, _ what: String, next: String = "") -> DroidError {
        if let error = error as? DroidError { return error }
        return DroidError(code, what, why: "\(error)", next: next)
    }
}
