// SPDX-License-Identifier: Apache-2.0

/// Text made safe for a page. What a phone shows is data: it never becomes mark-up.
public enum HTML {
    /// Text for element content and for quoted attribute values.
    ///
    /// Characters that XML 1.0 forbids become U+FFFD, so a page stays well formed whatever it is given.
    public static func escape(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\t", "\n", "\r": out.unicodeScalars.append(scalar)
            default: out.unicodeScalars.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return out
    }

    /// An element with escaped attributes around content that is mark-up already.
    public static func element(_ name: String, _ attributes: [(String, String)] = [], _ content: String) -> String {
        "<\(name)\(attributeText(attributes))>\(content)</\(name)>"
    }

    /// An element without content, closed as XML wants it.
    public static func empty(_ name: String, _ attributes: [(String, String)]) -> String {
        "<\(name)\(attributeText(attributes))/>"
    }

    /// A table with a head and rows; the cells are plain text and get escaped. Columns in `numeric` are right-aligned.
    public static func table(head: [String], rows: [[String]], numeric: Set<Int> = []) -> String {
        func cells(_ tag: String, _ row: [String]) -> String {
            row.enumerated().map { index, cell in
                element(tag, numeric.contains(index) ? [("class", "number")] : [], escape(cell))
            }.joined()
        }
        let body = rows.map { "<tr>\(cells("td", $0))</tr>" }.joined(separator: "\n")
        return "<table><thead><tr>\(cells("th", head))</tr></thead><tbody>\n\(body)\n</tbody></table>"
    }

    /// A `data:` address that holds the bytes themselves.
    public static func dataURI(_ bytes: [UInt8], type: String) -> String {
        "data:\(type);base64,\(base64(bytes))"
    }

    private static func attributeText(_ attributes: [(String, String)]) -> String {
        attributes.map { " \($0.0)=\"\(escape($0.1))\"" }.joined()
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// RFC 4648 base64 with padding.
    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let first = UInt32(bytes[index])
            let second = left > 1 ? UInt32(bytes[index + 1]) : 0
            let third = left > 2 ? UInt32(bytes[index + 2]) : 0
            let word = first << 16 | second << 8 | third
            out.append(digits[Int(word >> 18)])
            out.append(digits[Int(word >> 12 & 63)])
            out.append(left > 1 ? digits[Int(word >> 6 & 63)] : UInt8(ascii: "="))
            out.append(left > 2 ? digits[Int(word & 63)] : UInt8(ascii: "="))
            index += 3
        }
        return String(decoding: out, as: UTF8.self)
    }
}
