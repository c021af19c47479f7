// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

/// One condition that must hold when an episode is over.
enum CheckStep: Sendable {
    case setting(namespace: TextTemplate, key: TextTemplate, Comparison)
    case file(path: TextTemplate, exists: Bool, content: Comparison?)
    case folder(path: TextTemplate, exists: Bool)
    case sqlite(database: TextTemplate, query: TextTemplate, rows: [TextTemplate]?, count: Int?)
    case content(uri: TextTemplate, where: TextTemplate?, columns: [(String, Comparison)], count: Int?)
    case ui([(Property, Comparison)], present: Bool)
    case foreground(TextTemplate)
    case answer(Comparison)
    case anyOf([CheckStep])
    case program(ProgramCall)

    /// What of an element a `ui` check may name.
    enum Property: String, CaseIterable, Sendable {
        case text, description, id, hint, label, detail, package
    }

    private static let kinds = [
        "setting", "file", "folder", "sqlite", "content", "ui", "foreground", "answer", "any_of", "program",
    ]

    init(_ field: YAMLField) throws {
        if field.has("program") {
            self = .program(try ProgramCall(field))
            return
        }
        let (kind, value) = try field.only(Self.kinds)
        switch kind {
        case "setting":
            let fields = try value.fields(["namespace", "key"] + Comparison.keys)
            self = .setting(
                namespace: try fields.text("namespace"),
                key: try fields.text("key"),
                try Comparison(fields)
            )
        case "file":
            let fields = try value.fields(["path", "exists"] + Comparison.keys)
            self = .file(
                path: try fields.text("path"),
                exists: try fields["exists"]?.boolean() ?? true,
                content: try Comparison(optional: fields)
            )
        case "folder":
            let fields = try value.fields(["path", "exists"])
            self = .folder(path: try fields.text("path"), exists: try fields["exists"]?.boolean() ?? true)
        case "sqlite":
            let fields = try value.fields(["database", "query", "rows", "count"])
            let rows = try fields["rows"]?.list().map { row in
                TextTemplate(try row.strings().joined(separator: "|"), place: row.place)
            }
            let count = try fields["count"]?.integer()
            guard rows != nil || count != nil else { throw value.failure("needs rows or count") }
            self = .sqlite(
                database: try fields.text("database"),
                query: try fields.text("query"),
                rows: rows,
                count: count
            )
        case "content":
            let fields = try value.fields(["uri", "where", "row", "count"])
            let columns = try fields.need("row").entries().map { ($0.key, try Comparison($0.value)) }
            guard !columns.isEmpty else { throw value.failure("row names no column") }
            self = .content(
                uri: try fields.text("uri"),
                where: fields.optionalText("where"),
                columns: columns,
                count: try fields["count"]?.integer()
            )
        case "ui":
            let names = Property.allCases.map(\.rawValue)
            let fields = try value.fields(names + ["present"])
            let wanted = try Property.allCases.compactMap { property in
                try fields[property.rawValue].map { (property, try Comparison($0)) }
            }
            guard !wanted.isEmpty else { throw value.failure("needs one of \(names.joined(separator: ", "))") }
            self = .ui(wanted, present: try fields["present"]?.boolean() ?? true)
        case "answer":
            self = .answer(try Comparison(value))
        case "any_of":
            self = .anyOf(try value.list().map { try CheckStep($0) })
        default:
            _ = try value.string()
            self = .foreground(TextTemplate(value))
        }
    }

    /// Every text in it, to check its parameters.
    var texts: [TextTemplate] {
        switch self {
        case .setting(let namespace, let key, let comparison): [namespace, key] + comparison.texts
        case .file(let path, _, let comparison): [path] + (comparison?.texts ?? [])
        case .folder(let path, _): [path]
        case .sqlite(let database, let query, let rows, _): [database, query] + (rows ?? [])
        case .content(let uri, let condition, let columns, _):
            [uri] + (condition.map { [$0] } ?? []) + columns.flatMap { $0.1.texts }
        case .ui(let wanted, _): wanted.flatMap { $0.1.texts }
        case .foreground(let package): [package]
        case .answer(let comparison): comparison.texts
        case .anyOf(let steps): steps.flatMap(\.texts)
        case .program(let call): Array(call.arguments.values)
        }
    }

    /// The program in it and in the steps below it, in order.
    var programs: [ProgramCall] {
        switch self {
        case .program(let call): [call]
        case .anyOf(let steps): steps.flatMap(\.programs)
        default: []
        }
    }
}

/// How a value that was found is held against the one that is wanted.
struct Comparison: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// Equal, spaces at the ends aside.
        case `is`
        /// Different.
        case isNot = "is_not"
        /// Equal to one of several.
        case oneOf = "one_of"
        /// Alike to nine letters in ten, case aside.
        case like
        /// Holds the text, case aside.
        case contains
        /// The same digits.
        case digits
        /// The same number; `3.0` is `3`.
        case number
    }

    static let keys = Kind.allCases.map(\.rawValue)
    let kind: Kind
    let texts: [TextTemplate]

    /// Reads `{is: x}`, `{like: x}` and so on; a text alone means `is`.
    init(_ field: YAMLField) throws {
        if field.isText {
            self.init(.is, [TextTemplate(field)])
        } else {
            try self.init(field.fields(Self.keys))
        }
    }

    private init(_ kind: Kind, _ texts: [TextTemplate]) {
        self.kind = kind
        self.texts = texts
    }

    init(_ fields: YAMLFields) throws {
        guard let found = try Comparison(optional: fields) else {
            throw fields.owner.failure("needs one of \(Self.keys.joined(separator: ", "))")
        }
        self = found
    }

    init?(optional fields: YAMLFields) throws {
        let present = Kind.allCases.filter { fields[$0.rawValue] != nil }
        guard let kind = present.first else { return nil }
        guard present.count == 1, let value = fields[kind.rawValue] else {
            throw fields.owner.failure("has both \(present.map(\.rawValue).joined(separator: " and "))")
        }
        let fields = kind == .oneOf ? try value.list() : [value]
        self.init(
            kind,
            try fields.map { field in
                _ = try field.string()
                return TextTemplate(field)
            }
        )
    }

    /// Whether `found` is what is wanted.
    func holds(_ found: String, _ values: [String: String]) throws -> Bool {
        let wanted = try texts.map { try $0.filled(values).trimmingSpaces }
        let found = found.trimmingSpaces
        guard let first = wanted.first else { return false }
        switch kind {
        case .is: return found == first
        case .isNot: return found != first
        case .oneOf: return wanted.contains(found)
        case .like: return Spelling.likeness(found, first) >= 0.9
        case .contains: return found.lowercased().contains(first.lowercased())
        case .digits: return Self.digits(found) == Self.digits(first) && !Self.digits(found).isEmpty
        case .number:
            guard let a = Double(found), let b = Double(first) else { return false }
            return abs(a - b) <= 1e-9 * max(1, abs(b))
        }
    }

    /// What is wanted, in words.
    func words(_ values: [String: String]) -> String {
        let wanted = texts.compactMap { try? $0.filled(values) }
        return "\(kind.rawValue) \(wanted.joined(separator: " or "))"
    }

    private static func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }
}
