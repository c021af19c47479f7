// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen

/// How a value that was found is held against the one that is wanted.
struct Comparison: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// Equal, spaces at the ends aside.
        case `is`
        /// Different.
        case isNot = "is_not"
        /// Equal to one of several.
        case oneOf = "one_of"
        /// Alike to nine letters in ten, case aside.
        case like
        /// Holds the text, case aside.
        case contains
        /// The same digits.
        case digits
        /// The same number; `3.0` is `3`.
        case number
        /// A number that is not further off than allowed: `1234 +- 10`.
        case within
        /// The same day and minute: `October 16 2023 13:00`.
        case moment
        /// As many parts between commas, each alike to one that is wanted, in any order (AndroidWorld's rule for answers).
        case list
    }

    static let keys = Kind.allCases.map(\.rawValue)
    let kind: Kind
    let texts: [TextTemplate]

    /// Reads `{is: x}`, `{like: x}` and so on; a text alone means `is`.
    init(_ field: YAMLField) throws {
        if field.isText {
            self.init(.is, [TextTemplate(field)])
        } else {
            try self.init(field.fields(Self.keys))
        }
    }

    private init(_ kind: Kind, _ texts: [TextTemplate]) {
        self.kind = kind
        self.texts = texts
    }

    init(_ fields: YAMLFields) throws {
        guard let found = try Comparison(optional: fields) else {
            throw fields.owner.failure("needs one of \(Self.keys.joined(separator: ", "))")
        }
        self = found
    }

    init?(optional fields: YAMLFields) throws {
        let present = Kind.allCases.filter { fields[$0.rawValue] != nil }
        guard let kind = present.first else { return nil }
        guard present.count == 1, let value = fields[kind.rawValue] else {
            throw fields.owner.failure("has both \(present.map(\.rawValue).joined(separator: " and "))")
        }
        let fields = kind == .oneOf ? try value.list() : [value]
        self.init(
            kind,
            try fields.map { field in
                _ = try field.string()
                return TextTemplate(field)
            }
        )
    }

    /// Whether `found` is what is wanted.
    func holds(_ found: String, _ values: [String: String]) throws -> Bool {
        let wanted = try texts.map { try $0.filled(values).trimmingSpaces }
        let found = found.trimmingSpaces
        guard let first = wanted.first else { return false }
        switch kind {
        case .is: return found == first
        case .isNot: return found != first
        case .oneOf: return wanted.contains(found)
        case .like: return Spelling.likeness(found, first) >= 0.9
        case .contains: return found.lowercased().contains(first.lowercased())
        case .digits: return Self.digits(found) == Self.digits(first) && !Self.digits(found).isEmpty
        case .number:
            guard let a = Double(found), let b = Double(first) else { return false }
            return abs(a - b) <= 1e-9 * max(1, abs(b))
        case .within:
            let parts = first.components(separatedBy: "+-").map { Double($0.trimmingSpaces) }
            guard parts.count == 2, let middle = parts[0], let span = parts[1], let value = Double(found) else {
                return false
            }
            return abs(value - middle) <= span
        case .moment:
            guard let a = TaskDates.spoken(found), let b = TaskDates.spoken(first) else { return false }
            return a == b
        case .list:
            var left = first.split(separator: ",").map(\.trimmingSpaces)
            let parts = found.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            return parts.count == left.count
                && parts.allSatisfy { part in
                    // One that is equal is taken before one that is alike, so that near twins do not block each other.
                    let hit = left.firstIndex { $0 == part } ?? left.firstIndex { Spelling.likeness($0, part) >= 0.9 }
                    return hit.map { _ = left.remove(at: $0) } != nil
                }
        }
    }

    /// What is wanted, in words.
    func words(_ values: [String: String]) -> String {
        let wanted = texts.compactMap { try? $0.filled(values) }
        return "\(kind.rawValue) \(wanted.joined(separator: " or "))"
    }

    private static func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }
}
