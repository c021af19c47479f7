// SPDX-License-Identifier: Apache-2.0

/// What stands between two quotation marks, as indices of tokens: the marks themselves, with the text between them.
struct GoalQuote: Sendable {
    var open: Int
    var close: Int
}

/// Pairs quotation marks.
enum GoalQuotes {
    private enum Side { case open, close }

    /// The outermost quotes of a text, in order, none within another.
    ///
    /// A straight single mark opens only at the beginning of a word and closes only at the end of one, so that apostrophes are
    /// none; one after an `s` that could close is passed over where the next one can only close (`'the neighbors' cat'`).
    static func pairs(_ tokens: [GoalToken], _ bytes: [UInt8]) -> [GoalQuote] {
        var marks: [(token: Int, family: Int, open: Bool, close: Bool)] = []
        for (index, token) in tokens.enumerated() where token.kind == .mark {
            guard let family = family(token.mark) else { continue }
            let before = token.start > 0 ? bytes[token.start - 1] : 0x20
            let after = token.end < bytes.count ? bytes[token.end] : 0x20
            switch token.mark {
            case GoalMark.openDouble, GoalMark.openSingle, GoalMark.openAngle, GoalMark.lowDouble:
                // In German the mark that opens in English closes.
                marks.append((index, family, true, token.mark == GoalMark.openDouble && after <= 0x20))
            case GoalMark.closeDouble, GoalMark.closeAngle: marks.append((index, family, false, true))
            case GoalMark.closeSingle:
                marks.append((index, family, false, !GoalTokenizer.isAlphanumeric(after)))
            default:
                let opens = !GoalTokenizer.isAlphanumeric(before) && after > 0x20 && before != 0x2E
                let closes = before > 0x20 && !GoalTokenizer.isAlphanumeric(after)
                marks.append((index, family, opens, closes))
            }
        }
        var last: [Int] = Array(repeating: -1, count: 4)
        for (place, mark) in marks.enumerated() where mark.close { last[mark.family] = place }
        var out: [GoalQuote] = []
        var place = 0
        while place < marks.count {
            let opening = marks[place]
            guard opening.open, last[opening.family] > place else {
                place += 1
                continue
            }
            var end = place + 1
            while end < marks.count, !(marks[end].family == opening.family && marks[end].close) { end += 1 }
            // An apostrophe after s: `'Feed the neighbors' cat.'`
            while end < marks.count, opening.family == 1, precededByS(marks[end].token, tokens, bytes),
                let next = marks[(end + 1)...].firstIndex(where: { $0.family == 1 }), marks[next].close,
                !marks[next].open
            {
                end = next
            }
            guard end < marks.count, marks[end].token > opening.token + 1 else {
                place += 1
                continue
            }
            out.append(GoalQuote(open: opening.token, close: marks[end].token))
            place = end + 1
        }
        return out
    }

    private static func precededByS(_ token: Int, _ tokens: [GoalToken], _ bytes: [UInt8]) -> Bool {
        let start = tokens[token].start
        return start > 0 && bytes[start - 1] == 0x73 && tokens[token].end < bytes.count
            && bytes[tokens[token].end] == 0x20
    }

    private static func family(_ mark: UInt8) -> Int? {
        switch mark {
        case 0x22: 0
        case 0x27: 1
        case GoalMark.openDouble, GoalMark.closeDouble, GoalMark.lowDouble: 2
        case GoalMark.openSingle, GoalMark.closeSingle: 1
        case GoalMark.openAngle, GoalMark.closeAngle: 3
        default: nil
        }
    }
}
