// SPDX-License-Identifier: Apache-2.0

/// Reads goals into slots, rows, constraints and questions.
///
/// A text is cut into tokens in one pass; quotes, lines, typed values and sentences are found over them; then rules go over the
/// tokens from left to right, each of which takes what it reads and looks at most a few dozen tokens around. What stands in quotes, or in
/// a text that goes on to the end, is one slot and makes no others. Where a rule sees two ways to go it notes a fork; the
/// likeliest forks are read again the other way, which makes the further readings.
///
/// Items of lists are slots, and the rows of a table of one column; cells of rows stand in tables alone, unless there is but one
/// row. English only.
public enum GoalParser {
    /// At most so many readings.
    public static let limit = 4

    /// The ways to read a goal, at least one and at most four, the likeliest first.
    public static func readings(of goal: String, now: DeviceMoment) -> [GoalReading] {
        let source = GoalSource(goal, now: now)
        var first = GoalReader(source)
        let best = first.read()
        var out: [(reading: GoalReading, weight: Double)] = [(best, 1)]
        var seen: Set<GoalReader.Fork> = []
        let forks = first.forks.filter { seen.insert($0.fork).inserted }
            .sorted { ($0.chance, -$0.fork.token) > ($1.chance, -$1.fork.token) }
        for (fork, chance) in forks.prefix(limit - 1) {
            var other = GoalReader(source, turns: [fork])
            let reading = other.read()
            if out.contains(where: { $0.reading == reading }) { continue }
            out.append((reading, min(chance, 0.49) / (1 - min(chance, 0.49))))
        }
        let sum = out.reduce(0) { $0 + $1.weight }
        return out.map { reading, weight in
            var reading = reading
            reading.score = weight / sum
            return reading
        }
    }

    /// The rows that a text lists, such as a note with lines of comma-separated values, a list with bullets, or blocks of `key: value`
    /// lines; nil where it lists none.
    public static func table(in text: String) -> TextTable? { TextTables.table(text) }
}
