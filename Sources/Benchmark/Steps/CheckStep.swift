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
