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
        /// A part of a text that is split at bars, counted from 0.
        case part(TextTemplate, at: Int)
        /// Some of a text's lines, in a drawn order.
        case shuffled(TextTemplate, take: TextTemplate?)
        /// A text's lines with something else between them.
        case joined(TextTemplate, with: String)
        /// A whole number that is worked out.
        case math(TextTemplate)
        /// A day or time as words.
        case date(TextTemplate, addingDays: TextTemplate?, format: String)
        /// Seconds since 1970, in UTC.
        case timestamp(TextTemplate)
        /// One of the ways to name a day, seen from the day that the suite's clock stands at.
        case dateWords(TextTemplate)
    }

    let name: String
    let source: Source
    /// Parameters whose value it must not take.
    let except: [String]
    let place: String

    /// Reads one entry under `params:`. `lists` are the suite's word lists.
    init(_ name: String, _ field: YAMLField, known: Set<String>, lists: WordLists) throws {
        self.name = name
        place = field.place
        if field.isText {
            let text = TextTemplate(field)
            try text.validated(known)
            (source, except) = (.text(text), [])
            return
        }
        let kinds = [
            "choice", "draw", "integer", "digits", "map", "digits_of", "padded", "field", "shuffled", "joined", "math",
            "date",
            "timestamp", "date_words",
        ]
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
        lists: WordLists
    ) throws -> Source {
        func template(_ field: YAMLField) throws -> TextTemplate {
            let text = TextTemplate(try field.string(), place: field.place)
            try text.validated(known)
            return text
        }
        switch kind {
        case "choice":
            let choices = try field.strings()
            guard !choices.isEmpty else { throw field.failure("needs at least one choice") }
            return .choice(choices)
        case "draw":
            return .choice(try lists.list(field.string(), at: field))
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
            let to = try fields.need("to")
            if to.isText { return .map(of: other, try lists.map(to.string(), at: to)) }
            let pairs = try to.entries().map { ($0.key, try $0.value.string()) }
            return .map(of: other, Dictionary(pairs) { first, _ in first })
        case "padded":
            let fields = try field.fields(["text", "width"])
            return .padded(
                try template(fields.need("text")),
                width: try fields.need("width").integer(1...12)
            )
        case "field":
            let fields = try field.fields(["of", "at"])
            return .part(try Self.value(fields.need("of"), known), at: try fields.need("at").integer(0...99))
        case "shuffled":
            let fields = try field.fields(["of", "take"])
            return .shuffled(
                try Self.value(fields.need("of"), known),
                take: try fields["take"].map { try template($0) }
            )
        case "joined":
            let fields = try field.fields(["of", "with"])
            return .joined(try Self.value(fields.need("of"), known), with: try fields.need("with").string())
        case "math": return .math(try template(field))
        case "date":
            let fields = try field.fields(["of", "add", "format"])
            return .date(
                try template(fields.need("of")),
                addingDays: try fields["add"].map { try template($0) },
                format: try fields.need("format").string()
            )
        case "timestamp": return .timestamp(try template(field))
        case "date_words": return .dateWords(try template(field))
        default: return .digitsOf(try template(field))
        }
    }

    /// The name of a parameter that stands before, or a text over such.
    private static func value(_ field: YAMLField, _ known: Set<String>) throws -> TextTemplate {
        let text = try field.string()
        let template = TextTemplate(known.contains(text) ? "{\(text)}" : text, place: field.place)
        try template.validated(known)
        guard !template.names.isEmpty else { throw field.failure("{\(text)} does not stand before it") }
        return template
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
                throw failure("nothing stands beside \"\(key)\"", next: "add it to the map")
            }
            return value
        case .digitsOf(let text):
            return String(try text.filled(values).filter { $0.isASCII && $0.isNumber })
        case .padded(let text, let width):
            return Self.padded(try text.filled(values), width)
        case .part(let text, let index):
            let whole = try text.filled(values)
            let parts = whole.split(separator: "|", omittingEmptySubsequences: false)
            guard parts.indices.contains(index) else {
                throw failure("there is no part \(index) in \"\(whole)\"", next: "parts are split at |, the first is 0")
            }
            return parts[index].trimmingSpaces
        case .shuffled(let text, let take):
            let lines = try text.filled(values).split(separator: "\n").shuffled(using: &random)
            let count = try take.map { try $0.filled(values) }
            guard let count = count.map({ Int($0) }) ?? lines.count, (1...1000).contains(count) else {
                throw failure("take must be a number of lines, not \"\(count ?? "")\"", next: "give a whole number")
            }
            return lines.prefix(count).joined(separator: "\n")
        case .joined(let text, let between):
            return try text.filled(values).split(separator: "\n").joined(separator: between)
        case .math(let text):
            let formula = try text.filled(values)
            guard let value = Arithmetic.value(of: formula) else {
                throw failure("\"\(formula)\" is no sum of whole numbers", next: "use + - * / % and parentheses")
            }
            return String(value)
        case .date(let text, let days, let format):
            let added = try days.map { try $0.filled(values) } ?? "0"
            guard let added = Int(added) else {
                throw failure("add must be days, not \"\(added)\"", next: "give a number")
            }
            return TaskDates.text(try moment(text, values).addingTimeInterval(Double(added) * 86400), format)
        case .timestamp(let text):
            return String(Int(try moment(text, values).timeIntervalSince1970))
        case .dateWords(let text):
            return TaskDates.words(for: try moment(text, values)).randomElement(using: &random) ?? ""
        }
    }

    private func moment(_ text: TextTemplate, _ values: [String: String]) throws -> Date {
        let words = try text.filled(values)
        guard let moment = TaskDates.moment(words) else {
            throw failure("\"\(words)\" is no day", next: "write 2023-10-15 or 2023-10-15 15:34")
        }
        return moment
    }

    private func failure(_ what: String, next: String) -> DroidError {
        DroidError("tasks.parameter", "\(place): \(what)", next: next)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
