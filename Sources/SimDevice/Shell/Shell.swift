// SPDX-License-Identifier: Apache-2.0

/// Why a command line stopped, with the status it leaves; the message goes to standard error.
struct ShellFailure: Error {
    var message: String
    var status: Int32
}

/// `exit`, `break`, `continue` and `return` on their way out.
enum ShellJump: Error {
    case exit(Int32)
    case leave(Int)
    case next(Int)
}

/// Runs command lines as the device's `/system/bin/sh`.
///
/// It runs on its device's actor. Commands that wait do so without holding the actor, so other streams go on.
/// A pipe's stages run beside each other, each a task on that actor; one starts when the one before it has written something
/// or has ended, so what ends at once runs in the order of the line.
final class Shell {
    let device: DeviceContext
    var variables: [String: String]
    var exported: Set<String>
    var positional: [String] = []
    var folder = "/"
    var status: Int32 = 0
    var input: ShellInput
    /// By descriptor: 1 standard output, 2 standard error.
    var streams: [Int: ShellOutput]
    /// The terminal that the shell runs in, where it does.
    let terminal: Terminal?
    /// How many shells, scripts and `eval`s lie around this one.
    var depth = 0
    /// The code of the `exit` that ended this shell; nil while it goes on.
    private(set) var exited: Int32?
    private let budget: Budget

    /// Counts the commands of a whole command line, substitutions included.
    private final class Budget {
        var left = ShellLimit.commands
    }

    static let environment = [
        "HOME": "/data", "HOSTNAME": "emu64x", "LOGNAME": "root", "SHELL": "/system/bin/sh",
        "TMPDIR": "/data/local/tmp", "USER": "root", "ANDROID_DATA": "/data", "ANDROID_ROOT": "/system",
        "PATH": "/product/bin:/apex/com.android.runtime/bin:/system/bin:/system/xbin:/vendor/bin",
        "EXTERNAL_STORAGE": "/sdcard",
    ]

    init(
        device: DeviceContext,
        input: ShellInput,
        output: ShellOutput,
        error: ShellOutput,
        term: String = "dumb",
        terminal: Terminal? = nil
    ) {
        self.device = device
        self.terminal = terminal
        self.input = input
        streams = [1: output, 2: error]
        variables = Self.environment.merging(["TERM": term, "PWD": "/"]) { $1 }
        exported = Set(variables.keys)
        budget = Budget()
    }

    private init(copy other: Shell) {
        device = other.device
        variables = other.variables
        exported = other.exported
        positional = other.positional
        folder = other.folder
        status = other.status
        input = other.input
        streams = other.streams
        terminal = other.terminal
        depth = other.depth
        budget = other.budget
    }

    /// A subshell: the same streams, and variables of its own.
    func clone() -> Shell { Shell(copy: self) }

    var output: ShellOutput { streams[1] ?? .nothing }
    var error: ShellOutput { streams[2] ?? .nothing }

    /// A path of a command's argument, from the shell's folder.
    func path(_ text: String) -> String {
        if text.isEmpty { return "" }
        return text.hasPrefix("/") ? text : DevicePath.join(folder, text)
    }

    /// Parses and runs a command line, and gives its exit code.
    nonisolated(nonsending) func run(_ text: String) async -> Int32 {
        let node: ShellNode
        do {
            node = try ShellParser.parse(text)
        } catch {
            self.error.line("/system/bin/sh: \(error.message)")
            status = 1
            return 1
        }
        status = await contain { try await self.execute(node) }
        return status
    }

    /// Runs `body` as the outermost level: failures are printed, `exit` ends here.
    nonisolated(nonsending) func contain(_ body: nonisolated(nonsending) () async throws -> Int32) async -> Int32 {
        do {
            return try await body()
        } catch let jump as ShellJump {
            guard case .exit(let code) = jump else { return status }
            exited = code
            return code
        } catch let failure as ShellFailure {
            error.line("/system/bin/sh: \(failure.message)")
            return failure.status
        } catch let failure as FileFailure {
            error.line("/system/bin/sh: \(failure.path): \(failure.reason)")
            return 1
        } catch is CancellationError {
            return 130
        } catch let failure as ShellSyntaxError {
            error.line("/system/bin/sh: \(failure.message)")
            return 1
        } catch {
            self.error.line("/system/bin/sh: \(error)")
            return 1
        }
    }

    // MARK: Nodes

    nonisolated(nonsending) func execute(_ node: ShellNode) async throws -> Int32 {
        try await tick()
        depth += 1
        defer { depth -= 1 }
        if depth > ShellLimit.depth * 4 { throw ShellFailure(message: "nested too deeply", status: 1) }
        switch node {
        case .simple(let command): status = try await simple(command)
        case .pipeline(let stages, let negated):
            let code = try await pipeline(stages)
            status = negated ? (code == 0 ? 1 : 0) : code
        case .and(let left, let right):
            if try await execute(left) == 0 { status = try await execute(right) }
        case .or(let left, let right):
            if try await execute(left) != 0 { status = try await execute(right) }
        case .sequence(let nodes):
            if nodes.isEmpty { status = 0 }
            for node in nodes { status = try await execute(node) }
        case .choice(let branches, let otherwise):
            for branch in branches where try await execute(branch.condition) == 0 {
                status = try await execute(branch.body)
                return status
            }
            status = 0
            if let otherwise { status = try await execute(otherwise) }
        case .forEach(let name, let words, let body):
            let values = if let words { try await expand(words) } else { positional }
            status = 0
            for value in values {
                variables[name] = value
                if try await iterate(body) { break }
            }
        case .loop(let condition, let wanted, let body):
            var last: Int32 = 0
            while (try await execute(condition) == 0) == wanted {
                let leave = try await iterate(body)
                last = status
                if leave { break }
            }
            status = last
        case .match(let subject, let branches):
            let text = try await single(subject)
            status = 0
            for branch in branches {
                for pattern in branch.patterns where try await self.pattern(pattern).matches(text) {
                    status = try await execute(branch.body)
                    return status
                }
            }
        case .group(let body, let isolated, let redirects): status = try await group(body, isolated, redirects)
        }
        return status
    }

    /// One round of a loop; true where the loop is to be left.
    private nonisolated(nonsending) func iterate(_ body: ShellNode) async throws -> Bool {
        do {
            status = try await execute(body)
        } catch ShellJump.leave(let levels) {
            if levels > 1 { throw ShellJump.leave(levels - 1) }
            return true
        } catch ShellJump.next(let levels) {
            if levels > 1 { throw ShellJump.next(levels - 1) }
        }
        return false
    }

    /// Ends a command line that was given up or runs without end, and lets others on the actor have their turn.
    private nonisolated(nonsending) func tick() async throws {
        if Task.isCancelled { throw CancellationError() }
        budget.left -= 1
        if budget.left <= 0 { throw ShellFailure(message: "too many commands in one line", status: 1) }
        if budget.left % 256 == 0 { await Task.yield() }
        if let drain = streams[1]?.drain { await drain() }
    }

    private nonisolated(nonsending) func group(
        _ body: ShellNode,
        _ isolated: Bool,
        _ redirects: [ShellRedirect]
    ) async throws -> Int32 {
        let saved = (input, streams)
        let opened: [ShellOutput]
        do {
            opened = try await redirect(redirects)
        } catch let failure as FileFailure {
            report(failure, redirects)
            (input, streams) = saved
            return 1
        }
        defer { (input, streams) = saved }
        let code: Int32
        if isolated {
            let child = clone()
            code = await child.contain { try await child.execute(body) }
        } else {
            do {
                code = try await execute(body)
            } catch {
                for file in opened { try? file.close() }
                throw error
            }
        }
        for file in opened { try file.close() }
        return code
    }

    // MARK: Simple commands

    private nonisolated(nonsending) func simple(_ command: ShellCommand) async throws -> Int32 {
        var words = try await expand(command.words)
        let saved = (input, streams)
        let opened: [ShellOutput]
        do {
            opened = try await redirect(command.redirects)
        } catch let failure as FileFailure {
            (input, streams) = saved
            report(failure, command.redirects)
            return 1
        }
        defer { (input, streams) = saved }
        var own: [(String, String?)] = []
        for (name, word) in command.assignments {
            own.append((name, variables[name]))
            variables[name] = try await single(word)
        }
        guard !words.isEmpty else {
            for file in opened { try file.close() }
            return command.words.isEmpty ? 0 : status
        }
        let name = words.removeFirst()
        let outside = exported
        exported.formUnion(own.map(\.0))
        defer { if !own.isEmpty { exported = outside } }
        let code: Int32
        do {
            code = try await call(name, words)
        } catch {
            for file in opened { try? file.close() }
            throw error
        }
        for (name, old) in own { variables[name] = old }
        for file in opened { try file.close() }
        return code
    }

    private func report(_ failure: FileFailure, _ redirects: [ShellRedirect]) {
        let creating = redirects.last.map { $0.kind != .read } ?? false
        error.line("/system/bin/sh: can't \(creating ? "create" : "open") \(failure.path): \(failure.reason)")
    }

    /// Points descriptors elsewhere; gives the files to close afterwards.
    private nonisolated(nonsending) func redirect(_ redirects: [ShellRedirect]) async throws -> [ShellOutput] {
        var opened: [ShellOutput] = []
        for redirect in redirects {
            let name = try await single(redirect.target)
            let files = device.system.files
            switch redirect.kind {
            case .read:
                input =
                    name == "/dev/null" ? ShellInput() : ShellInput(try located(name) { try files.read(path(name)) })
            case .duplicate:
                if name == "-" {
                    streams[redirect.descriptor] = .nothing
                } else if redirect.descriptor > 0, let other = Int(name), let stream = streams[other] {
                    streams[redirect.descriptor] = stream
                } else if redirect.descriptor > 0 {
                    throw ShellFailure(message: "\(name): bad file descriptor", status: 1)
                }
            case .write, .append:
                let target: ShellOutput
                switch name {
                case "/dev/null": target = .nothing
                case "/dev/tty", "/dev/stdout", "/proc/self/fd/1", "/dev/fd/1": target = output
                case "/dev/stderr", "/proc/self/fd/2", "/dev/fd/2": target = error
                default:
                    target = try located(name) {
                        try ShellOutput.file(files, path(name), append: redirect.kind == .append)
                    }
                    opened.append(target)
                }
                streams[redirect.descriptor] = target
                if redirect.both { streams[2] = target }
            }
        }
        return opened
    }

    /// Names a failing file as the user wrote it.
    private func located<Value>(_ name: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let failure as FileFailure { throw FileFailure(code: failure.code, path: name) }
    }

    /// Runs a builtin, a tool, or a script of the device.
    nonisolated(nonsending) func call(_ name: String, _ arguments: [String]) async throws -> Int32 {
        if let code = try await builtin(name, arguments) { return code }
        if let tool = ToolTable.find(name) { return try await invoke(tool, name, arguments) }
        if name.contains("/") {
            let files = device.system.files
            guard files.exists(path(name)) else {
                error.line("/system/bin/sh: \(name): inaccessible or not found")
                return 127
            }
            guard let status = try? files.stat(path(name)), status.isFile, status.mode & 0o111 != 0 else {
                error.line("/system/bin/sh: \(name): can't execute: Permission denied")
                return 126
            }
            return try await script(path(name), arguments)
        }
        error.line("/system/bin/sh: \(name): inaccessible or not found")
        return 127
    }

    /// Runs a tool and turns its failures into words on standard error.
    nonisolated(nonsending) func invoke(_ tool: Tool, _ name: String, _ arguments: [String]) async throws -> Int32 {
        let call = ToolCall(name: DevicePath.name(name), arguments: arguments, shell: self)
        device.catchUp()
        // Whatever the tool has done, the display may show it.
        defer { device.system.activity.send() }
        do {
            switch tool {
            case .quick(let body): return try body(call)
            case .slow(let body): return try await body(call)
            }
        } catch let failure as FileFailure {
            error.line("\(call.name): \(failure.path): \(failure.reason)")
            return 1
        } catch let failure as ToolFailure {
            if !failure.message.isEmpty { error.line(failure.message) }
            return failure.status
        }
    }

    /// Runs a file of the device as a script, in a subshell.
    nonisolated(nonsending) func script(_ path: String, _ arguments: [String]) async throws -> Int32 {
        let text = try device.system.files.readText(path)
        let child = clone()
        child.depth += 1
        child.positional = arguments
        return await child.run(text)
    }

    /// Environment of a command, as `env` prints it.
    var exportedVariables: [(String, String)] {
        exported.sorted().compactMap { name in variables[name].map { (name, $0) } }
    }
}
