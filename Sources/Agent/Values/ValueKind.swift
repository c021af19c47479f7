// SPDX-License-Identifier: Apache-2.0

/// A kind of value that a column can be made of.
public enum ValueKind: String, Sendable, Hashable, Codable, CaseIterable {
    case length, mass, volume, bytes, percent, money, duration, day, time
    /// A number that counts, with or without a word for what.
    case quantity

    /// What it is called in a program.
    var name: String {
        switch self {
        case .length: "distance"
        case .mass: "weight"
        case .bytes: "size"
        case .money: "amount"
        case .quantity: "number"
        default: rawValue
        }
    }

    /// Whether a value is of this kind. A range of times is a time and a duration; a moment is a day and a time.
    func takes(_ value: TypedValue) -> Bool {
        switch value {
        case .number(_, let unit):
            switch unit {
            case .none, .other: self == .quantity
            case .metres: self == .length
            case .grams: self == .mass
            case .litres: self == .volume
            case .bytes: self == .bytes
            case .percent: self == .percent
            case .money: self == .money
            }
        case .day, .days: self == .day
        case .time: self == .time
        case .times: self == .time || self == .duration
        case .moment: self == .day || self == .time
        case .duration: self == .duration
        case .text, .flag: false
        }
    }
}
