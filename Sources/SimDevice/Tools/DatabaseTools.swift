// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

extension ToolTable {
    static let databaseTools: [String: Tool] = ["sqlite3": .slow(sqlite3)]

    /// How results are written.
    private struct Format {
        enum Mode { case list, csv, line, column, json }
        var mode = Mode.list
        var header = false
        var separator = "|"
        var null = ""
    }

    nonisolated(nonsending) private static func sqlite3(_ call: ToolCall) async throws -> Int32 {
        var format = Format()
        var operands: [String] = []
        var readOnly = false
        var rest = call.arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "-header", "--header": format.header = true
            case "-noheader": format.header = false
            case "-csv", "--csv": (format.mode, format.separator) = (.csv, ",")
            case "-list": format.mode = .list
            case "-line": format.mode = .line
            case "-column": format.mode = .column
            case "-json": format.mode = .json
            case "-separator": format.separator = rest.popFirst() ?? "|"
            case "-nullvalue": format.null = rest.popFirst() ?? ""
            case "-readonly": readOnly = true
            case "-batch", "-bail", "-interactive": break
            case "-cmd": if let command = rest.popFirst() { operands.append(command) }
            case "-version":
                call.out.line("3.32.2 2021-07-12 15:00:17")
                return 0
            default:
                if word.hasPrefix("-") {
                    throw ToolFailure(
                        message: "sqlite3: Error: unknown option: \(word)\nUse -help for a list of options."
                    )
                }
                operands.append(word)
            }
        }
        guard let file = operands.first else { throw ToolFailure(message: "sqlite3: no database given") }
        var script = operands.dropFirst().joined(separator: "\n")
        if operands.count == 1 { script = String(decoding: await call.input.all(), as: UTF8.self) }
        let memory = file == ":memory:" || file.isEmpty
        let before = try? call.files.stat(call.path(file))
        let path = memory ? ":memory:" : try open(call, file, readOnly)
        var configuration = DeviceDatabase.configuration
        configuration.readonly = readOnly && !memory
        // As the device's own SQLite: "x" is a text where no column has that name.
        configuration.acceptsDoubleQuotedStringLiterals = true
        // A script may end, or fail, within a transaction; what it has not committed goes as the database is closed.
        configuration.allowsUnsafeTransactions = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            var code: Int32 = 0
            queue.inDatabase { db in
                for piece in pieces(script) { if !run(piece, db, &format, call) { code = 1; break } }
            }
            if !memory, (try? call.files.stat(call.path(file))) != before { call.files.stampWithParent(path) }
            return code
        } catch let error as DatabaseError {
            throw ToolFailure(
                message:
                    "Error: unable to open database \"\(file)\": \(error.message ?? "unable to open database file")"
            )
        }
    }

    private static func open(_ call: ToolCall, _ file: String, _ readOnly: Bool) throws -> String {
        let path = call.path(file)
        guard call.files.isFolder(DevicePath.parent(path)), !call.files.isFolder(path),
            !readOnly || call.files.exists(path), let host = try? call.files.hostPath(path)
        else { throw ToolFailure(message: "Error: unable to open database \"\(file)\": unable to open database file") }
        return host
    }

    /// Cuts dot commands, which end with the line, from SQL.
    private static func pieces(_ script: String) -> [String] {
        var pieces: [String] = []
        var sql = ""
        for line in script.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("."), sql.allSatisfy(\.isWhitespace) {
                pieces.append(String(line))
                sql = ""
            } else {
                sql += line + "\n"
            }
        }
        if !sql.allSatisfy(\.isWhitespace) { pieces.append(sql) }
        return pieces
    }

    private static func run(_ piece: String, _ db: Database, _ format: inout Format, _ call: ToolCall) -> Bool {
        if piece.hasPrefix(".") { return dot(piece, db, &format, call) }
        do {
            let statements = try db.allStatements(sql: piece)
            while let statement = try statements.next() {
                if leaves(statement.sql) {
                    call.err.line("Error: not authorized")
                    return false
                }
                try select(statement, format, call)
                if Task.isCancelled { return false }
            }
            return true
        } catch let error as DatabaseError {
            call.err.line(words(error))
            return false
        } catch {
            call.err.line("Error: \(error)")
            return false
        }
    }

    /// Whether a statement names another file: SQLite would open it on the host, outside the device.
    private static func leaves(_ sql: String) -> Bool {
        var rest = sql.unicodeScalars[...]
        while let c = rest.first {
            if c.properties.isWhitespace || c == ";" {
                rest.removeFirst()
            } else if rest.starts(with: "--".unicodeScalars) {
                rest = rest.drop { $0 != "\n" }
            } else if rest.starts(with: "/*".unicodeScalars) {
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.starts(with: "*/".unicodeScalars) { rest.removeFirst() }
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        let text = String(rest).lowercased()
        if text.hasPrefix("attach") { return true }
        if text.hasPrefix("vacuum") { return text.contains("into") }
        return text.hasPrefix("pragma") && text.contains("store_directory")
    }

    private static func words(_ error: DatabaseError) -> String { "Error: \(error.message ?? "unknown error")" }

    private static func select(_ statement: Statement, _ format: Format, _ call: ToolCall) throws {
        let names = Array(statement.columnNames)
        let rows = try Row.fetchCursor(statement)
        var any = false
        while let row = try rows.next() {
            if Task.isCancelled || call.out.overflowed { return }
            let cells = Array(row.databaseValues.map { cell($0, format) })
            switch format.mode {
            case .list, .column, .csv:
                if !any && format.header { call.out.line(join(names, format)) }
                call.out.line(join(cells, format))
            case .line:
                if any { call.out.line("") }
                let width = max(5, names.map(\.count).max() ?? 0)
                for (name, cell) in zip(names, cells) {
                    call.out.line(String(repeating: " ", count: width - name.count) + "\(name) = \(cell)")
                }
            case .json:
                let fields = zip(names, row.databaseValues).map { "\(quoted($0)):\(json($1))" }
                call.out.write((any ? ",\n" : "[") + "{" + fields.joined(separator: ",") + "}")
            }
            any = true
        }
        if any && format.mode == .json { call.out.line("]") }
    }

    private static func join(_ cells: [String], _ format: Format) -> String {
        if format.mode == .column {
            return cells.map { $0.padding(toLength: max(10, $0.count), withPad: " ", startingAt: 0) }.joined(
                separator: "  "
            )
        }
        guard format.mode == .csv else { return cells.joined(separator: format.separator) }
        return cells.map { cell in
            cell.contains(where: { ",\"\n\r '".contains($0) }) ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
        }
        .joined(separator: format.separator)
    }

    private static func cell(_ value: DatabaseValue, _ format: Format) -> String {
        switch value.storage {
        case .null: format.null
        case .int64(let number): "\(number)"
        case .double(let number): real(number)
        case .string(let text): text
        case .blob(let data): String(decoding: data, as: UTF8.self)
        }
    }

    private static func json(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .null: "null"
        case .int64(let number): "\(number)"
        case .double(let number): real(number)
        case .string(let text): quoted(text)
        case .blob(let data): quoted(String(decoding: data, as: UTF8.self))
        }
    }

    private static func quoted(_ text: String) -> String {
        (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// A real number as SQLite prints it: 15 digits, and always a point.
    private static func real(_ value: Double) -> String {
        let text = String(format: "%.15g", value)
        return text.contains(where: { ".en".contains($0) }) ? text : text + ".0"
    }

    private static func dot(_ line: String, _ db: Database, _ format: inout Format, _ call: ToolCall) -> Bool {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case ".tables":
            let names =
                (try? String.fetchAll(
                    db,
                    sql:
                        "SELECT name FROM sqlite_master WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
                )) ?? []
            if !names.isEmpty { call.out.line(names.joined(separator: "  ")) }
        case ".schema":
            let like = words.count > 1 ? words[1] : "%"
            let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name LIKE ?"
            for text in (try? String.fetchAll(db, sql: sql, arguments: [like])) ?? [] { call.out.line(text + ";") }
        case ".headers", ".header": format.header = words.count > 1 && words[1] == "on"
        case ".mode":
            switch words.count > 1 ? words[1] : "" {
            case "csv": (format.mode, format.separator) = (.csv, ",")
            case "line": format.mode = .line
            case "column": format.mode = .column
            case "json": format.mode = .json
            default: format.mode = .list
            }
        case ".separator": if words.count > 1 { format.separator = words[1] }
        case ".nullvalue": if words.count > 1 { format.null = words[1] }
        case ".quit", ".exit": return false
        default:
            call.err.line(
                "Error: unknown command or invalid arguments:  \"\(words.first?.dropFirst() ?? "")\". Enter \".help\" for help"
            )
            return false
        }
        return true
    }
}
