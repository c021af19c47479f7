// SPDX-License-Identifier: Apache-2.0

import GRDB

extension ToolTable {
    static let contentTools: [String: Tool] = ["content": .quick(content)]

    private static let usage = """
        usage: adb shell content [subcommand] [options]

        usage: adb shell content insert --uri <URI> [--user <USER_ID>] --bind <BINDING> [--bind <BINDING>...]
        usage: adb shell content update --uri <URI> [--user <USER_ID>] [--where <WHERE>] [--bind <BINDING>...]
        usage: adb shell content delete --uri <URI> [--user <USER_ID>] --bind <BINDING> [--bind <BINDING>...] [--where <WHERE>]
        usage: adb shell content query --uri <URI> [--user <USER_ID>] [--projection <PROJECTION>] [--where <WHERE>] [--sort <SORT_ORDER>]
        """

    private struct Request {
        var uri = ""
        var projection: [String]?
        var filter: String?
        var sort: String?
        var bindings: [(String, DatabaseValue)] = []
    }

    private static func content(_ call: ToolCall) throws -> Int32 {
        guard let verb = call.arguments.first,
            ["query", "insert", "update", "delete", "call", "gettype"].contains(verb)
        else {
            throw ToolFailure(message: "[ERROR] Unsupported command: \(call.arguments.first ?? "")\n" + usage)
        }
        let request = try parse(call.arguments.dropFirst())
        guard !request.uri.isEmpty else {
            throw ToolFailure(
                message: "[ERROR] Content provider URI not specified. Did you specify --uri argument?\n" + usage
            )
        }
        if verb == "call" {
            call.out.line("Result: null")
            return 0
        }
        guard let provider = ContentProvider(request.uri, call.system) else {
            let authority = ContentProvider.authority(request.uri)
            throw ToolFailure(
                message: """
                    Error while accessing provider:\(authority)
                    java.lang.IllegalStateException: Could not find provider: \(authority)
                    """
            )
        }
        do {
            switch verb {
            case "query":
                let rows = try provider.query(request.projection, request.filter, request.sort)
                if rows.isEmpty { call.out.line("No result found.") }
                for (index, row) in rows.enumerated() {
                    call.out.line("Row: \(index) " + row.map { "\($0.0)=\(text($0.1))" }.joined(separator: ", "))
                }
            case "insert": try provider.insert(request.bindings)
            case "update": try provider.update(request.bindings, request.filter)
            case "delete": try provider.delete(request.filter)
            default: call.out.line("Result: vnd.android.cursor.dir/" + ContentProvider.authority(request.uri))
            }
        } catch let error as DatabaseError {
            throw ToolFailure(
                message: """
                    Error while accessing provider:\(ContentProvider.authority(request.uri))
                    android.database.sqlite.SQLiteException: \(error.message ?? "")
                    """
            )
        }
        call.windows.timePassed()
        return 0
    }

    private static func parse(_ words: ArraySlice<String>) throws -> Request {
        var request = Request()
        var rest = words
        func unsupported(_ word: String) -> ToolFailure {
            ToolFailure(message: "[ERROR] Unsupported argument: \(word)\n" + usage)
        }
        while let word = rest.popFirst() {
            guard let value = rest.popFirst() else {
                throw ToolFailure(message: "[ERROR] Argument \(word) has no value\n" + usage)
            }
            switch word {
            case "--uri": request.uri = value
            case "--user", "--method", "--arg", "--extra": break
            case "--projection": request.projection = value.split(separator: ":").map(String.init)
            case "--where": request.filter = value
            case "--sort": request.sort = value
            case "--bind": request.bindings.append(try binding(value))
            default: throw unsupported(word)
            }
        }
        return request
    }

    /// `name:type:value` with the types b, s, i, l, f, d and n.
    private static func binding(_ text: String) throws -> (String, DatabaseValue) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else { throw ToolFailure(message: "[ERROR] Binding not well formed: \(text)\n" + usage) }
        let value = parts.count > 2 ? parts[2] : ""
        func checked(_ value: (any DatabaseValueConvertible)?) throws -> (String, DatabaseValue) {
            guard let value else {
                throw ToolFailure(message: "java.lang.NumberFormatException: For input string: \"\(parts.last ?? "")\"")
            }
            return (parts[0], value.databaseValue)
        }
        switch parts[1] {
        case "s": return try checked(value)
        case "b": return try checked(value == "true" ? 1 : 0)
        case "i", "l": return try checked(Int64(value))
        case "f", "d": return try checked(Double(value))
        case "n": return (parts[0], .null)
        default: throw ToolFailure(message: "[ERROR] Unsupported type: \(parts[1])\n" + usage)
        }
    }

    private static func text(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .null: "NULL"
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text
        case .blob: "BLOB"
        }
    }
}
