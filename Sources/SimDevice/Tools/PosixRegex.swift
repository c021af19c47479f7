// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A POSIX regular expression, compiled by the C library.
final class PosixRegex {
    private var compiled = regex_t()
    /// Groups of the pattern, the whole match not counted.
    let groups: Int

    /// - Throws: `ShellFailure` with the C library's words.
    init(_ pattern: String, extended: Bool, ignoringCase: Bool = false) throws {
        guard pattern.utf8.count <= 2000, Self.isSmall(pattern) else {
            throw ShellFailure(message: "regular expression too big", status: 2)
        }
        let flags = (extended ? REG_EXTENDED : 0) | (ignoringCase ? REG_ICASE : 0)
        let code = regcomp(&compiled, pattern, flags)
        guard code == 0 else {
            var buffer = [CChar](repeating: 0, count: 128)
            regerror(code, &compiled, &buffer, buffer.count)
            groups = 0
            let words = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw ShellFailure(message: "bad regex '\(pattern)': \(String(decoding: words, as: UTF8.self))", status: 2)
        }
        groups = Int(compiled.re_nsub)
    }

    deinit { regfree(&compiled) }

    /// Counted repetitions are unrolled by the C library: a product that is too large would fill the memory.
    private static func isSmall(_ pattern: String) -> Bool {
        var product = 1
        var number: Int?
        var largest = 0
        for byte in pattern.utf8 {
            switch byte {
            case UInt8(ascii: "{"): (number, largest) = (0, 0)
            case 48...57: if let value = number { number = min(value * 10 + Int(byte - 48), 100_000) }
            case UInt8(ascii: ","):
                largest = max(largest, number ?? 0)
                if number != nil { number = 0 }
            case UInt8(ascii: "}"):
                if let value = number { product *= max(1, value, largest) }
                if product > 1000 { return false }
                number = nil
            default: if byte != UInt8(ascii: "\\") { number = nil }
            }
        }
        return true
    }

    /// The ranges of the whole match and of each group in the bytes from `start` on; nil where nothing fits.
    ///
    /// A zero byte ends the text, as it does for the C library.
    func match(_ bytes: [UInt8], from start: Int = 0, atLineStart: Bool = true) -> [Range<Int>?]? {
        var matches = [regmatch_t](repeating: regmatch_t(), count: min(groups, 9) + 1)
        let text = bytes[start...] + [0]
        let found = text.withUnsafeBytes { raw -> Bool in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self) else { return false }
            return regexec(&compiled, base, matches.count, &matches, atLineStart ? 0 : REG_NOTBOL) == 0
        }
        guard found else { return nil }
        return matches.map { $0.rm_so < 0 ? nil : (start + Int($0.rm_so))..<(start + Int($0.rm_eo)) }
    }
}
