// SPDX-License-Identifier: Apache-2.0

import Base

/// `echo` and `printf`.
extension ToolTable {
    static func echo(_ call: ToolCall) throws -> Int32 {
        var words = call.arguments[...]
        var newline = true
        var escapes = false
        while let word = words.first, word.count > 1, word.hasPrefix("-"),
            word.dropFirst().allSatisfy({ "neE".contains($0) })
        {
            newline = newline && !word.contains("n")
            escapes = word.contains("e") || (escapes && !word.contains("E"))
            words.removeFirst()
        }
        var text = words.joined(separator: " ")
        if escapes {
            let (shown, stop) = unescape(text)
            text = shown
            newline = newline && !stop
        }
        call.out.write(text + (newline ? "\n" : ""))
        return 0
    }

    /// Backslash escapes of `echo -e` and `printf`; true where `\c` ends the output.
    static func unescape(_ text: String) -> (String, Bool) {
        var out = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let c = rest.popFirst() {
            guard c == "\\", let next = rest.popFirst() else {
                out.append(c)
                continue
            }
            switch next {
            case "n": out.append("\n")
            case "t": out.append("\t")
            case "r": out.append("\r")
            case "a": out.append("\u{7}")
            case "b": out.append("\u{8}")
            case "f": out.append("\u{c}")
            case "v": out.append("\u{b}")
            case "e": out.append("\u{1b}")
            case "\\": out.append("\\")
            case "c": return (String(out), true)
            case "x":
                let digits = rest.prefix(2).prefix { $0.properties.isASCIIHexDigit }
                rest = rest.dropFirst(digits.count)
                if let value = UInt8(String(digits), radix: 16) { out.append(Unicode.Scalar(value)) }
            case "0"..."7":
                let more = rest.prefix(next == "0" ? 3 : 2).prefix { ("0"..."7").contains($0) }
                rest = rest.dropFirst(more.count)
                if let value = UInt32(String(next) + String(more), radix: 8), let scalar = Unicode.Scalar(value & 255) {
                    out.append(scalar)
                }
            default:
                out.append("\\")
                out.append(next)
            }
        }
        return (String(out), false)
    }

    static func printf(_ call: ToolCall) throws -> Int32 {
        guard let format = call.arguments.first else { throw call.failure("Needs 1 argument (see \"printf --help\")") }
        var words = call.arguments.dropFirst()
        let plain = Array(unescape(format).0)
        repeat {
            let before = words.count
            var index = 0
            var out = ""
            while index < plain.count {
                let c = plain[index]
                index += 1
                guard c == "%" else {
                    out.append(c)
                    continue
                }
                if index < plain.count, plain[index] == "%" {
                    out.append("%")
                    index += 1
                    continue
                }
                var flags = ""
                while index < plain.count, "-0+ #".contains(plain[index]) {
                    flags.append(plain[index])
                    index += 1
                }
                var width = 0
                while index < plain.count, let digit = plain[index].wholeNumberValue {
                    width = min(width * 10 + digit, 4096)
                    index += 1
                }
                var precision: Int?
                if index < plain.count, plain[index] == "." {
                    index += 1
                    precision = 0
                    while index < plain.count, let digit = plain[index].wholeNumberValue {
                        precision = min((precision ?? 0) * 10 + digit, 4096)
                        index += 1
                    }
                }
                guard index < plain.count else { break }
                let kind = plain[index]
                index += 1
                let word = words.popFirst() ?? ""
                out += pad(try field(kind, word, precision, flags, call), width, flags)
            }
            call.out.write(out)
            if before == words.count { break }
        } while !words.isEmpty
        return 0
    }

    private static func field(
        _ kind: Character,
        _ word: String,
        _ precision: Int?,
        _ flags: String,
        _ call: ToolCall
    ) throws -> String {
        switch kind {
        case "s": return precision.map { String(word.prefix($0)) } ?? word
        case "b": return unescape(word).0
        case "c": return String(word.prefix(1))
        case "d", "i", "u", "x", "X", "o":
            let digits = word.hasPrefix("0x") ? Int64(word.dropFirst(2), radix: 16) : word.isEmpty ? 0 : Int64(word)
            guard
                let value = digits
                    ?? word.first.flatMap({
                        $0 == "'" || $0 == "\"" ? word.unicodeScalars.dropFirst().first.map { Int64($0.value) } : nil
                    })
            else { throw call.failure("bad %\(kind) '\(word)'") }
            if kind == "d" || kind == "i" || kind == "u" {
                return (value >= 0 && flags.contains("+") ? "+" : "") + "\(value)"
            }
            let text = String(UInt64(bitPattern: value), radix: kind == "o" ? 8 : 16)
            return kind == "X" ? text.uppercased() : text
        case "f", "g", "e":
            guard let value = word.isEmpty ? 0 : Double(word), value.magnitude < 1e15 else {
                throw call.failure("bad %\(kind) '\(word)'")
            }
            var scale = 1.0
            for _ in 0..<min(precision ?? 6, 9) { scale *= 10 }
            let scaled = (value.magnitude * scale).rounded()
            let whole = (scaled / scale).rounded(.down)
            let sign = value < 0 ? "-" : ""
            guard precision != 0 else { return sign + "\(Int64(whole))" }
            let part = String(Int64(scaled - whole * scale + scale)).dropFirst()
            return sign + "\(Int64(whole))." + part
        default: throw call.failure("bad %\(kind)@")
        }
    }

    private static func pad(_ text: String, _ width: Int, _ flags: String) -> String {
        let missing = width - text.count
        guard missing > 0 else { return text }
        if flags.contains("-") { return text + String(repeating: " ", count: missing) }
        guard flags.contains("0") else { return String(repeating: " ", count: missing) + text }
        let sign = text.hasPrefix("-") ? "-" : ""
        return sign + String(repeating: "0", count: missing) + text.dropFirst(sign.count)
    }
}
