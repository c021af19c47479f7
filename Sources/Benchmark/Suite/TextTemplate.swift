// SPDX-License-Identifier: Apache-2.0

import Base

/// A text with parameters in braces, such as `Delete {file} from {folder}`; `{{` and `}}` are braces themselves.
public struct TextTemplate: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case text(String)
        case parameter(String)
    }

    let parts: [Part]
    /// Where the text stands, for errors.
    let place: String

    /// Takes the text of a scalar; anything else, and an unclosed brace, is found by `validated`.
    init(_ field: YAMLField) {
        self.init(field.text ?? "", place: field.place)
    }

    /// Takes a text that came from `place`.
    public init(_ text: String, place: String = "") {
        self.place = place
        var parts: [Part] = []
        var current = ""
        var inside = false
        var rest = text[...]
        while let letter = rest.popFirst() {
            if letter == "{", rest.first == "{", !inside {
                current.append(rest.removeFirst())
            } else if letter == "}", rest.first == "}", !inside {
                current.append(rest.removeFirst())
            } else if letter == "{", !inside {
                if !current.isEmpty { parts.append(.text(current)) }
                current = ""
                inside = true
            } else if letter == "}", inside {
                parts.append(.parameter(current))
                current = ""
                inside = false
            } else {
                current.append(letter)
            }
        }
        if inside { current = "{" + current }
        if !current.isEmpty { parts.append(.text(current)) }
        self.parts = parts
    }

    /// The names of the parameters in it.
    public var names: [String] {
        parts.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// The text with each parameter's value in its place.
    ///
    /// - Throws: `DroidError` with code `tasks.parameter` when one is not known.
    public func filled(_ values: [String: String]) throws -> String {
        try parts.map { part in
            switch part {
            case .text(let text): return text
            case .parameter(let name):
                guard let value = values[name] else { throw unknown(name, among: Array(values.keys)) }
                return value
            }
        }.joined()
    }

    /// Checks that each parameter is one of `known`.
    func validated(_ known: Set<String>) throws {
        for name in names where !known.contains(name) { throw unknown(name, among: Array(known)) }
    }

    private func unknown(_ name: String, among known: [String]) -> DroidError {
        DroidError(
            "tasks.parameter",
            "\(place): there is no parameter {\(name)}",
            next: "known are: \(known.sorted().joined(separator: ", ")); write {{ for a brace itself"
        )
    }
}
