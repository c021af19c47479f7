// SPDX-License-Identifier: Apache-2.0

/// A program of the device: its arguments in, an exit code out. Those that wait are `slow`.
enum Tool: Sendable {
    typealias Quick = @Sendable (ToolCall) throws -> Int32
    typealias Slow = nonisolated(nonsending) @Sendable (ToolCall) async throws -> Int32
    case quick(Quick)
    case slow(Slow)
}

/// A tool that gives up: the whole line for standard error (none where empty), and the exit code.
struct ToolFailure: Error {
    var message: String
    var status: Int32 = 1
}

/// All programs of the device by name. Each group of tools is a file that adds a dictionary here.
enum ToolTable {
    private static let all: [String: Tool] = [
        propertyTools, settingsTools, inputTools, activityTools, packageTools, commandTools, displayTools, dumpTools,
        contentTools, databaseTools, fileTools, listTools, findTools, textTools, patternTools, dateTools,
        systemTools, networkTools, logTools,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    private static let folders = ["/system/bin/", "/bin/", "/system/xbin/", "/vendor/bin/"]

    /// The tool of a name, which may carry one of the folders that programs lie in.
    static func find(_ name: String) -> Tool? {
        if let tool = all[name] { return tool }
        for folder in folders where name.hasPrefix(folder) { return all[String(name.dropFirst(folder.count))] }
        return nil
    }

    /// All names, sorted.
    static var names: [String] { all.keys.sorted() }
}

/// One call of a tool.
final class ToolCall {
    let name: String
    let arguments: [String]
    let shell: Shell

    init(name: String, arguments: [String], shell: Shell) {
        self.name = name
        self.arguments = arguments
        self.shell = shell
    }

    var device: DeviceContext { shell.device }
    var system: DeviceSystem { shell.device.system }
    var windows: WindowManager { shell.device.windows }
    var files: DeviceFiles { shell.device.system.files }
    var input: ShellInput { shell.input }
    var out: ShellOutput { shell.output }
    var err: ShellOutput { shell.error }

    /// An argument as a path of the device.
    func path(_ text: String) -> String { shell.path(text) }

    /// The same call with other arguments, as for `cmd package` and `pm`.
    func with(_ name: String, _ arguments: some Sequence<String>) -> ToolCall {
        ToolCall(name: name, arguments: Array(arguments), shell: shell)
    }

    /// A failure in toybox's form: `name: message`.
    func failure(_ message: String, status: Int32 = 1) -> ToolFailure {
        ToolFailure(message: "\(name): \(message)", status: status)
    }

    /// Runs `body` for each operand, prints failures and goes on; 1 where any failed.
    func forEach(_ operands: [String], _ body: (String) throws -> Void) -> Int32 {
        var code: Int32 = 0
        for operand in operands {
            do {
                try body(operand)
            } catch let failure as FileFailure {
                err.line("\(name): \(operand): \(failure.reason)")
                code = 1
            } catch let failure as ToolFailure {
                if !failure.message.isEmpty { err.line(failure.message) }
                code = failure.status
            } catch {
                err.line("\(name): \(operand): \(error)")
                code = 1
            }
        }
        return code
    }

    /// The content of the operands one after the other, or standard input where there are none or for `-`.
    nonisolated(nonsending) func content(_ operands: [String]) async -> (bytes: [UInt8], status: Int32) {
        if operands.isEmpty { return (await input.all(), 0) }
        var bytes: [UInt8] = []
        var code: Int32 = 0
        for operand in operands {
            if operand == "-" {
                bytes += await input.all()
                continue
            }
            code = max(code, forEach([operand]) { bytes += try files.read(path($0)) })
        }
        return (bytes, code)
    }
}

/// Arguments in toybox's manner: letters that may stand together, some of them with a value; then operands.
struct ToolOptions {
    private(set) var flags: Set<Character> = []
    private(set) var values: [Character: String] = [:]
    private(set) var operands: [String] = []

    /// - Parameters:
    ///   - allowed: letters without a value.
    ///   - valued: letters with one, in the same argument or the next.
    ///   - long: long names and the letter that each stands for.
    ///   - interleaved: whether options may follow operands.
    /// - Throws: `ToolFailure` for an unknown option.
    init(
        _ call: ToolCall,
        _ allowed: String,
        valued: String = "",
        long: [String: Character] = [:],
        interleaved: Bool = true
    ) throws {
        var rest = call.arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                operands += rest
                break
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                if interleaved { continue }
                operands += rest
                break
            }
            if argument.hasPrefix("--") {
                let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1)
                guard let name = parts.first, let letter = long[String(name)] else {
                    throw call.failure("Unknown option '\(argument.dropFirst(2))' (see \"\(call.name) --help\")")
                }
                if valued.contains(letter) {
                    values[letter] = parts.count > 1 ? String(parts[1]) : rest.popFirst() ?? ""
                } else {
                    flags.insert(letter)
                }
                continue
            }
            var letters = argument.dropFirst()
            while let letter = letters.popFirst() {
                if valued.contains(letter) {
                    guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
                        throw call.failure("Missing argument to -\(letter) (see \"\(call.name) --help\")")
                    }
                    values[letter] = value
                    break
                }
                guard allowed.contains(letter) else {
                    throw call.failure("Unknown option '\(letter)' (see \"\(call.name) --help\")")
                }
                flags.insert(letter)
            }
        }
    }

    func has(_ letter: Character) -> Bool { flags.contains(letter) }

    /// Fails as toybox does where fewer operands are there.
    func need(_ count: Int, _ call: ToolCall) throws {
        if operands.count < count {
            throw call.failure("Needs \(count) argument\(count == 1 ? "" : "s") (see \"\(call.name) --help\")")
        }
    }
}
