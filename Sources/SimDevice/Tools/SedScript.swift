// SPDX-License-Identifier: Apache-2.0

/// The commands of `sed` that scripts on devices use: `s`, `d`, `p`, `q`, `y`, with line and pattern addresses.
struct SedScript {
    private enum Address {
        case line(Int)
        case last
        case pattern(PosixRegex)
    }

    private enum Action {
        case substitute(PosixRegex, [Piece], all: Bool, number: Int, print: Bool)
        case delete, print, quit
        case translate([UInt8: UInt8])
    }

    private enum Piece {
        case text([UInt8])
        case group(Int)
    }

    private struct Command {
        var from: Address?
        var to: Address?
        var negated = false
        var action: Action
    }

    private var commands: [Command] = []

    /// - Throws: `ToolFailure` for a command that it does not know.
    init(_ text: String, extended: Bool, _ call: ToolCall) throws {
        var rest = Array(text.unicodeScalars)[...]
        func compile(_ pattern: String, ignoringCase: Bool = false) throws -> PosixRegex {
            do {
                return try PosixRegex(pattern, extended: extended, ignoringCase: ignoringCase)
            } catch let failure as ShellFailure {
                throw call.failure(failure.message)
            }
        }
        func delimited(_ end: Unicode.Scalar) throws -> String {
            var out = String.UnicodeScalarView()
            while let c = rest.popFirst() {
                if c == end { return String(out) }
                if c == "\\", let next = rest.popFirst() {
                    if next == end { out.append(next) } else { out.append(contentsOf: [c, next]) }
                } else {
                    out.append(c)
                }
            }
            throw call.failure("bad pattern '\(text)'@\(text.count)")
        }
        func address() throws -> Address? {
            guard let c = rest.first else { return nil }
            if ("0"..."9").contains(c) {
                let digits = rest.prefix { ("0"..."9").contains($0) }
                rest = rest.dropFirst(digits.count)
                return .line(Int(String(String.UnicodeScalarView(digits))) ?? Int.max)
            }
            if c == "$" {
                rest.removeFirst()
                return .last
            }
            if c == "/" {
                rest.removeFirst()
                return .pattern(try compile(try delimited("/")))
            }
            return nil
        }
        while !rest.isEmpty {
            rest = rest.drop { " ;\n\t".unicodeScalars.contains($0) }
            guard !rest.isEmpty else { break }
            let from = try address()
            var to: Address?
            if from != nil, rest.first == "," {
                rest.removeFirst()
                to = try address()
            }
            rest = rest.drop { $0 == " " }
            var negated = false
            if rest.first == "!" {
                rest.removeFirst()
                negated = true
            }
            guard let letter = rest.popFirst() else { throw call.failure("bad pattern '\(text)'") }
            let action: Action
            switch letter {
            case "d": action = .delete
            case "p": action = .print
            case "q": action = .quit
            case "s":
                guard let mark = rest.popFirst() else { throw call.failure("bad pattern '\(text)'") }
                let pattern = try delimited(mark)
                let replacement = Self.pieces(try delimited(mark))
                let flags = rest.prefix { !" ;\n}".unicodeScalars.contains($0) }
                rest = rest.dropFirst(flags.count)
                let digits = String(String.UnicodeScalarView(flags.filter { ("0"..."9").contains($0) }))
                let regex = try compile(pattern, ignoringCase: flags.contains("i") || flags.contains("I"))
                action = .substitute(
                    regex,
                    replacement,
                    all: flags.contains("g"),
                    number: Int(digits) ?? 1,
                    print: flags.contains("p")
                )
            case "y":
                guard let mark = rest.popFirst() else { throw call.failure("bad pattern '\(text)'") }
                let (a, b) = (Array(try delimited(mark).utf8), Array(try delimited(mark).utf8))
                guard a.count == b.count else { throw call.failure("bad y/// in '\(text)'") }
                action = .translate(Dictionary(zip(a, b), uniquingKeysWith: { first, _ in first }))
            default: throw call.failure("unknown command '\(letter)' in '\(text)'")
            }
            commands.append(Command(from: from, to: to, negated: negated, action: action))
        }
    }

    private static func pieces(_ text: String) -> [Piece] {
        var out: [Piece] = []
        var literal: [UInt8] = []
        var rest = text.unicodeScalars[...]
        while let c = rest.popFirst() {
            if c == "&" {
                out += [.text(literal), .group(0)]
                literal = []
            } else if c == "\\", let next = rest.popFirst() {
                if ("0"..."9").contains(next) {
                    out += [.text(literal), .group(Int(next.value) - 48)]
                    literal = []
                } else {
                    literal += Array(String(next == "n" ? "\n" : next == "t" ? "\t" : next).utf8)
                }
            } else {
                literal += Array(String(c).utf8)
            }
        }
        return out + [.text(literal)]
    }

    /// The text after all commands.
    func run(_ bytes: [UInt8], quiet: Bool) -> [UInt8] {
        var out: [UInt8] = []
        let lines = ToolTable.lines(bytes)
        var open = [Bool](repeating: false, count: commands.count)
        for (index, slice) in lines.enumerated() {
            var line = Array(slice)
            var deleted = false
            var quits = false
            for (number, command) in commands.enumerated() {
                guard selects(command, index + 1, lines.count, line, &open[number]) != command.negated else { continue }
                switch command.action {
                case .delete: deleted = true
                case .print: out += line + [10]
                case .quit: quits = true
                case .translate(let table): line = line.map { table[$0] ?? $0 }
                case .substitute(let regex, let pieces, let all, let count, let print):
                    if let changed = substitute(line, regex, pieces, all, count) {
                        line = changed
                        if print { out += line + [10] }
                    }
                }
                if deleted || quits { break }
            }
            if !deleted && !quiet {
                out += line
                if index < lines.count - 1 || bytes.last == 10 { out.append(10) }
            }
            if quits || out.count > ShellLimit.buffer { break }
        }
        return out
    }

    private func selects(_ command: Command, _ number: Int, _ count: Int, _ line: [UInt8], _ open: inout Bool) -> Bool {
        func fits(_ address: Address) -> Bool {
            switch address {
            case .line(let wanted): number == wanted
            case .last: number == count
            case .pattern(let regex): regex.match(line) != nil
            }
        }
        guard let from = command.from else { return true }
        guard let to = command.to else { return fits(from) }
        if open {
            if case .line(let end) = to { open = number < end } else { open = !fits(to) }
            return true
        }
        guard fits(from) else { return false }
        if case .line(let end) = to { open = number < end } else { open = true }
        return true
    }

    private func substitute(
        _ line: [UInt8],
        _ regex: PosixRegex,
        _ pieces: [Piece],
        _ all: Bool,
        _ count: Int
    ) -> [UInt8]? {
        var out: [UInt8] = []
        var position = 0
        var seen = 0
        var changed = false
        while position <= line.count, let match = regex.match(line, from: position, atLineStart: position == 0),
            let whole = match[0]
        {
            seen += 1
            out += line[position..<whole.lowerBound]
            if seen >= count {
                changed = true
                for piece in pieces {
                    switch piece {
                    case .text(let text): out += text
                    case .group(let index): if index < match.count, let range = match[index] { out += line[range] }
                    }
                }
            } else {
                out += line[whole]
            }
            position = whole.upperBound
            if whole.isEmpty {
                if position < line.count { out.append(line[position]) }
                position += 1
            }
            if seen >= count && !all { break }
            if out.count > ShellLimit.buffer { break }
        }
        guard changed else { return nil }
        if position < line.count { out += line[position...] }
        return out
    }
}
