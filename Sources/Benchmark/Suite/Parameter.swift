// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// How one value of a task is made from the seed, or from other values.
struct Parameter: Sendable {
    enum Source: Sendable {
        /// One of these.
        case choice([String])
        /// A whole number, written with at least `width` digits.
        case integer(from: Int, to: Int, step: Int, width: Int)
        /// This many decimal digits, the first not 0.
        case digits(Int)
        /// A text over parameters that stand before.
        case text(TextTemplate)
        /// What stands beside the value of another parameter.
        case map(of: String, [String: String])
        /// The digits of a text.
        case digitsOf(TextTemplate)
        /// A text with zeros before it, up to a width.
        case padded(TextTemplate, width: Int)
    }

    let name: String
    let source: Source
    /// Parameters whose value it must not take.
    let except: [String]
    let place: String

    /// Reads one entry under `params:`. `lists` are the suite's word lists.
    init(_ name: String, _ field: YAMLField, known: Set<String>, lists: [String: [String]]) throws {
        self.name = name
        place = field.place
        if field.isText {
            let text = TextTemplate(field)
            try text.validated(known)
            (source, except) = (.text(text), [])
            return
        }
        let kinds = ["choice", "draw", "integer", "digits", "map", "digits_of", "padded"]
        let fields = try field.fields(kinds + ["except"])
        except = try fields["except"]?.strings() ?? []
        for other in except where !known.contains(other) {
            throw field.failure("except names {\(other)}, which does not stand before it")
        }
        let present = kinds.filter { fields[$0] != nil }
        guard let kind = present.first, present.count == 1 else {
            throw field.failure("needs exactly one of \(kinds.joined(separator: ", "))")
        }
        source = try Self.source(kind, fields.need(kind), known: known, lists: lists)
    }

    private static func source(
        _ kind: String,
        _ field: YAMLField,
        known: Set<String>,
        lists: [String: [String]]
    ) throws -> Source {
        switch kind {
        case "choice":
            let choices = try field.strings()
            guard !choices.isEmpty else { throw field.failure("needs at least one choice") }
            return .choice(choices)
        case "draw":
            let name = try field.string()
            guard let list = lists[name], !list.isEmpty else {
                throw field.failure(
                    "there is no list \"\(name)\"",
                    next: "known are: \(lists.keys.sorted().joined(separator: ", ")) (lists.yaml of the suite)"
                )
            }
            return .choice(list)
        case "integer":
            let fields = try field.fields(["from", "to", "step", "width"])
            let from = try fields.need("from").integer()
            let to = try fields.need("to").integer(from...1_000_000_000)
            let step = try fields["step"]?.integer(1...1_000_000) ?? 1
            return .integer(from: from, to: to, step: step, width: try fields["width"]?.integer(1...12) ?? 1)
        case "digits":
            return .digits(try field.integer(1...18))
        case "map":
            let fields = try field.fields(["of", "to"])
            let of = try fields.need("of")
            let other = try of.string()
            guard known.contains(other) else { throw of.failure("{\(other)} does not stand before it") }
            let pairs = try fields.need("to").entries().map { ($0.key, try $0.value.string()) }
            return .map(of: other, Dictionary(pairs) { first, _ in first })
        case "padded":
            let fields = try field.fields(["text", "width"])
            let text = try fields.text("text")
            try text.validated(known)
            return .padded(text, width: try fields.need("width").integer(1...12))
        default:
            let text = TextTemplate(try field.string(), place: field.place)
            try text.validated(known)
            return .digitsOf(text)
        }
    }

    /// The value under a seed, given those that stand before. Its own generator makes it independent of theirs.
    func value(seed: UInt64, task: String, before values: [String: String]) throws -> String {
        var random = SeededRandom(seed: seed, name: "\(task)/\(name)")
        let taken = Set(except.compactMap { values[$0] })
        for _ in 0..<1000 {
            let value = try draw(&random, values)
            if !taken.contains(value) { return value }
        }
        throw DroidError(
            "tasks.parameter",
            "\(place): no value is left beside \(except.map { "{\($0)}" }.joined(separator: ", "))",
            next: "give it more choices"
        )
    }

    private func draw(_ random: inout SeededRandom, _ values: [String: String]) throws -> String {
        switch source {
        case .choice(let choices):
            return choices.randomElement(using: &random) ?? ""
        case .integer(let from, let to, let step, let width):
            let value = from + step * Int.random(in: 0...((to - from) / step), using: &random)
            return Self.padded(String(value), width)
        case .digits(let count):
            let first = Int.random(in: 1...9, using: &random)
            return (1..<count).reduce(String(first)) { text, _ in text + String(Int.random(in: 0...9, using: &random)) }
        case .text(let text):
            return try text.filled(values)
        case .map(let other, let pairs):
            let key = values[other] ?? ""
            guard let value = pairs[key] else {
                throw DroidError(
                    "tasks.parameter",
                    "\(place): nothing stands beside \"\(key)\"",
                    next: "add it to the map"
                )
            }
            return value
        case .digitsOf(let text):
            return String(try text.filled(values).filter { $0.isASCII && $0.isNumber })
        case .padded(let text, let width):
            return Self.padded(try text.filled(values), width)
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
