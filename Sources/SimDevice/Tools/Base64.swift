// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Base64 as the command line has it.
enum Base64 {
    /// Lines of `width` characters (0: one line), with a line break at the end.
    static func encode(_ bytes: [UInt8], width: Int) -> String {
        let text = Data(bytes).base64EncodedString()
        guard width > 0 else { return text + "\n" }
        var out = ""
        var rest = text[...]
        while !rest.isEmpty {
            out += rest.prefix(width) + "\n"
            rest = rest.dropFirst(width)
        }
        return out
    }

    /// Nil for what is no base64; line breaks are skipped.
    static func decode(_ bytes: [UInt8]) -> [UInt8]? {
        let plain = bytes.filter { $0 != 10 && $0 != 13 && $0 != 32 }
        return Data(base64Encoded: Data(plain)).map { [UInt8]($0) }
    }
}
