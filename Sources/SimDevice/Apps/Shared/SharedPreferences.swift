// SPDX-License-Identifier: Apache-2.0

/// An app's small settings, in the XML file that Android's `SharedPreferences` keeps under `shared_prefs`.
///
/// The file is read when the value is made and written by `save`. What cannot be read counts as not there: a tool may
/// have pushed anything.
struct SharedPreferences {
    enum Value: Hashable {
        case string(String)
        case int(Int)
        case long(Int64)
        case boolean(Bool)
        case strings([String])
    }

    private let files: DeviceFiles
    /// The file's path on the device.
    let path: String
    private(set) var values: [String: Value]

    /// Reads the preferences of a package; `name` is the file's name without its ending.
    init(_ files: DeviceFiles, package: String, name: String? = nil) {
        self.files = files
        path = "/data/data/\(package)/shared_prefs/\(name ?? package + "_preferences").xml"
        values = (try? files.readText(path)).map(Self.parse) ?? [:]
    }

    /// The value of a key; setting `nil` removes it.
    subscript(_ key: String) -> Value? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// A whole number, stored as either kind.
    func int(_ key: String) -> Int64? {
        switch values[key] {
        case .int(let number): Int64(number)
        case .long(let number): number
        default: nil
        }
    }

    func string(_ key: String) -> String? {
        guard case .string(let text) = values[key] else { return nil }
        return text
    }

    func boolean(_ key: String) -> Bool? {
        guard case .boolean(let on) = values[key] else { return nil }
        return on
    }

    /// A set of strings; empty where there is none.
    func strings(_ key: String) -> [String] {
        guard case .strings(let texts) = values[key] else { return [] }
        return texts
    }

    /// Removes every key that fulfils the condition.
    mutating func remove(where condition: (String) -> Bool) {
        for key in values.keys where condition(key) { values[key] = nil }
    }

    /// Writes the file; keys are in order, so that the same values give the same bytes.
    func save() throws { try files.write(xml, to: path) }

    // MARK: XML

    private var xml: String {
        var lines = ["<?xml version='1.0' encoding='utf-8' standalone='yes' ?>", "<map>"]
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            let name = Self.escaped(key)
            switch value {
            case .string(let text): lines.append("    <string name=\"\(name)\">\(Self.escaped(text))</string>")
            case .int(let number): lines.append("    <int name=\"\(name)\" value=\"\(number)\" />")
            case .long(let number): lines.append("    <long name=\"\(name)\" value=\"\(number)\" />")
            case .boolean(let on): lines.append("    <boolean name=\"\(name)\" value=\"\(on)\" />")
            case .strings(let texts):
                lines.append("    <set name=\"\(name)\">")
                lines += texts.map { "        <string>\(Self.escaped($0))</string>" }
                lines.append("    </set>")
            }
        }
        return lines.joined(separator: "\n") + "\n</map>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            default: result.append(character)
            }
        }
        return result
    }

    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var result = ""
        var rest = text
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            let after = rest[rest.index(after: start)...]
            guard let end = after.firstIndex(of: ";") else { return result + rest[start...] }
            result += entity(after[..<end]) ?? String(rest[start...end])
            rest = after[after.index(after: end)...]
        }
        return result + rest
    }

    private static func entity(_ name: Substring) -> String? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
        }
    }

    /// Reads the map; unknown elements and broken tails are passed over.
    private static func parse(_ xml: String) -> [String: Value] {
        var values: [String: Value] = [:]
        var set: (name: String, texts: [String])?
        var open: String?
        var rest = xml[...]
        while let start = rest.firstIndex(of: "<") {
            let text = rest[..<start]
            guard let end = rest[start...].firstIndex(of: ">") else { break }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            let name = attribute("name", of: tag)
            if tag.hasPrefix("/string") {
                if set != nil {
                    set?.texts.append(unescaped(text))
                } else if let open {
                    values[open] = .string(unescaped(text))
                }
                open = nil
            } else if tag.hasPrefix("/set") {
                if let set { values[set.name] = .strings(set.texts) }
                set = nil
            } else if tag.hasPrefix("string") {
                open = name
            } else if tag.hasPrefix("set"), let name {
                if tag.hasSuffix("/") { values[name] = .strings([]) } else { set = (name, []) }
            } else if let name, let value = attribute("value", of: tag) {
                if tag.hasPrefix("int") { values[name] = Int(value).map(Value.int) }
                if tag.hasPrefix("long") { values[name] = Int64(value).map(Value.long) }
                if tag.hasPrefix("boolean") { values[name] = .boolean(value == "true") }
            }
        }
        return values
    }

    private static func attribute(_ name: String, of tag: Substring) -> String? {
        guard let range = tag.firstRange(of: " \(name)=\"") else { return nil }
        let rest = tag[range.upperBound...]
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        return unescaped(rest[..<end])
    }
}
