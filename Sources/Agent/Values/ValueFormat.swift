// SPDX-License-Identifier: Apache-2.0

/// How values are written.
public enum ValueFormat {
    /// The spellings of a value that fields and answers commonly want, the plainest first, none twice. Numbers come without and
    /// with their unit; days as `2023-10-15`, `October 15 2023`, `10/15/2023` and the like; times with 24 and with 12 hours.
    public static func spellings(of value: TypedValue) -> [String] { [] }
}
