// SPDX-License-Identifier: Apache-2.0

/// Values in the unit that a goal asks for.
extension ValueFormat {
    /// A value as a number of a unit: 5.21 km in `meters` is 5210, 1:05:30 in `minutes` is 65.5.
    ///
    /// - Returns: nil where the value is none of that unit. A bare number is taken to be in it already, and a unit that is no measure is
    ///   taken to be the word for what is counted.
    public static func number(of value: TypedValue, in unit: String?) -> Double? {
        let asked = unit.flatMap { measure($0) }
        switch value {
        case .number(let number, let own):
            guard let asked else { return number }
            switch (own, asked) {
            case (.none, _), (.other, _): return number
            case (.metres, .length(let factor)), (.grams, .mass(let factor)), (.litres, .volume(let factor)),
                (.bytes, .bytes(let factor)):
                return number / factor
            case (.money, .money), (.percent, .percent): return number
            default: return nil
            }
        case .duration(let seconds):
            guard let asked else { return Double(seconds) }
            guard case .clock(let factor) = asked else { return nil }
            return Double(seconds) / Double(factor)
        case .time(let time):
            guard case .clock(let factor)? = asked else { return nil }
            return Double(time.seconds) / Double(factor)
        case .times(let first, let last):
            // How long from the one to the other.
            guard case .clock(let factor)? = asked else { return nil }
            return Double(last.seconds - first.seconds) / Double(factor)
        default: return nil
        }
    }

    /// What a unit's word measures.
    static func measure(_ word: String) -> ValueWord? {
        switch word {
        case "%": return .percent
        case "$", "€", "£", "¥": return .money(0)
        default: break
        }
        switch ValueWord.table[ValueTokens.code(word.utf8)] {
        case .metreOrMinute?: return .length(1)
        case .day?: return .clock(86_400)
        case .week?: return .clock(604_800)
        case let meaning?:
            switch meaning {
            case .length, .mass, .volume, .bytes, .percent, .money, .clock: return meaning
            default: return nil
            }
        case nil: return nil
        }
    }
}
