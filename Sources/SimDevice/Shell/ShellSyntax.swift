// SPDX-License-Identifier: Apache-2.0

/// A command line after parsing.
indirect enum ShellNode {
    case simple(ShellCommand)
    case pipeline([ShellNode], negated: Bool)
    case and(ShellNode, ShellNode)
    case or(ShellNode, ShellNode)
    case sequence([ShellNode])
    /// Conditions with their bodies in order, and what happens where none holds.
    case choice([(condition: ShellNode, body: ShellNode)], otherwise: ShellNode?)
    /// `for NAME in WORDS`; without words, over the positional parameters.
    case forEach(String, [ShellWord]?, ShellNode)
    /// `while`, or `until` where `wanted` is false.
    case loop(ShellNode, wanted: Bool, ShellNode)
    case match(ShellWord, [(patterns: [ShellWord], body: ShellNode)])
    /// `( ... )` where `isolated`, else `{ ...; }`.
    case group(ShellNode, isolated: Bool, [ShellRedirect])
}

/// Assignments, words and redirections of one simple command.
struct ShellCommand {
    var assignments: [(name: String, value: ShellWord)] = []
    var words: [ShellWord] = []
    var redirects: [ShellRedirect] = []
}

/// A redirection of one file descriptor.
struct ShellRedirect {
    enum Kind { case read, write, append, duplicate }
    var descriptor: Int
    var kind: Kind
    /// The file; for `duplicate` the other descriptor's number.
    var target: ShellWord
    /// `&>`: standard error goes there as well.
    var both = false
}

/// A word before expansion.
struct ShellWord {
    indirect enum Part {
        /// Text as it is; only where it is not quoted can it be a pattern.
        case text(String, quoted: Bool)
        case parameter(ShellParameter, quoted: Bool)
        case command(ShellNode, quoted: Bool)
        case arithmetic(ShellWord)
    }
    var parts: [Part] = []

    /// The word's text where it has no expansion and no quotes, as reserved words have.
    var bare: String? {
        var text = ""
        for part in parts {
            guard case .text(let piece, quoted: false) = part else { return nil }
            text += piece
        }
        return parts.isEmpty ? nil : text
    }
}

/// `$NAME` or `${NAME...}`.
struct ShellParameter {
    enum Operation {
        case plain, length
        /// `:-`, `:=`, `:+`, `:?`, or the same without the colon.
        case fallback(Character, emptyCounts: Bool, ShellWord)
        /// `#`, `##`, `%`, `%%` with a pattern.
        case strip(fromEnd: Bool, longest: Bool, ShellWord)
    }
    var name: String
    var operation = Operation.plain
}

/// Bounds that keep a command line from taking the device with it.
enum ShellLimit {
    /// Nested groups, conditions and substitutions.
    static let depth = 48
    /// Bytes of one command line.
    static let source = 1 << 20
    /// Commands that one command line may run.
    static let commands = 200_000
    /// Bytes that one pipe, substitution or redirection may hold.
    static let buffer = 64 << 20
    /// Words after expansion of one command.
    static let words = 100_000
}

/// A command line that cannot be parsed; the words are mksh's.
struct ShellSyntaxError: Error {
    var message: String
    /// Whether more input could complete it, as an interactive shell asks for.
    var incomplete = false
}
