// SPDX-License-Identifier: Apache-2.0

import Screen

extension OraclePage {
    /// The names among `names` that are ticked, in the order of ticking, as the working memory has it: most of a long list is
    /// out of sight. Taps on what is called as in `beside` leave the selection as it is.
    func tickedInOrder(among names: Set<String>, beside: Set<String>) -> [String] {
        var ticked: [String] = []
        for line in history {
            let words = line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            let name = words.count > 1 ? words[1] : ""
            switch words.first {
            case "long press " where names.contains(name), "tap " where names.contains(name) && !ticked.isEmpty:
                if let index = ticked.firstIndex(of: name) { ticked.remove(at: index) } else { ticked.append(name) }
            case "tap " where beside.contains(name): break
            case let word? where word.hasPrefix("scroll") || word.hasPrefix("wait"): break
            default: ticked = []
            }
        }
        return ticked
    }

    /// How many things are ticked, as a bar with `3 selected` says.
    var tickedCount: Int? {
        screen.elements.first { $0.text.hasSuffix(" selected") }.flatMap { Int($0.text.prefix { $0.isNumber }) }
    }
}
