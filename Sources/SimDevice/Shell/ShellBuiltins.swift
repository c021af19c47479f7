// SPDX-License-Identifier: Apache-2.0

extension Shell {
    /// Runs what only the shell itself can do; nil where the name is none of that.
    nonisolated(nonsending) func builtin(_ name: String, _ arguments: [String]) async throws -> Int32? {
        switch name {
        case ":": return 0
        case "exit", "return":
            throw ShellJump.exit(arguments.first.flatMap { Int32($0) }.map { $0 & 255 } ?? status)
        case "break": throw ShellJump.leave(max(1, arguments.first.flatMap { Int($0) } ?? 1))
        case "continue": throw ShellJump.next(max(1, arguments.first.flatMap { Int($0) } ?? 1))
        case "cd": return changeFolder(arguments)
        case "export":
            for argument in arguments {
                if let equals = argument.firstIndex(of: "=") {
                    variables[String(argument[..<equals])] = String(argument[argument.index(after: equals)...])
                    exported.insert(String(argument[..<equals]))
                } else {
                    exported.insert(argument)
                }
            }
            return 0
        case "unset":
            for argument in arguments {
                variables[argument] = nil
                exported.remove(argument)
            }
            return 0
        case "set":
            // Options of the shell itself change nothing here; `--` and plain words set the parameters.
            if let first = arguments.first, first == "--" || !(first.hasPrefix("-") || first.hasPrefix("+")) {
                positional = first == "--" ? Array(arguments.dropFirst()) : arguments
            }
            return 0
        case "shift":
            let count = arguments.first.flatMap { Int($0) } ?? 1
            guard count >= 0, count <= positional.count else { return 1 }
            positional.removeFirst(count)
            return 0
        case "read": return await read(arguments)
        case "eval": return try await execute(try ShellParser.parse(arguments.joined(separator: " ")))
        case "exec":
            guard let command = arguments.first else { return 0 }
            throw ShellJump.exit(try await call(command, Array(arguments.dropFirst())))
        case ".", "source":
            guard let file = arguments.first else { return 1 }
            return try await execute(try ShellParser.parse(try device.system.files.readText(path(file))))
        case "command", "type": return try await command(name, arguments)
        case "sh", "/system/bin/sh": return try await sh(arguments)
        case "su": return try await su(arguments)
        case "alias", "umask", "ulimit", "trap", "wait", "local", "typeset": return 0
        default: return nil
        }
    }

    private func changeFolder(_ arguments: [String]) -> Int32 {
        let target = arguments.first ?? variables["HOME"] ?? "/"
        let wanted = target == "-" ? variables["OLDPWD"] ?? "/" : target
        do {
            let files = device.system.files
            guard try files.stat(path(wanted)).isFolder else { throw FileFailure(code: 20, path: wanted) }
            variables["OLDPWD"] = folder
            folder = Self.logical(path(wanted))
            variables["PWD"] = folder
            return 0
        } catch {
            let reason = (error as? FileFailure)?.reason ?? "\(error)"
            self.error.line("/system/bin/sh: cd: \(wanted): \(reason)")
            return 2
        }
    }

    /// The folder by its text: links stay in it, as `pwd` of a POSIX shell shows it.
    private static func logical(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private nonisolated(nonsending) func read(_ arguments: [String]) async -> Int32 {
        let names = arguments.filter { !$0.hasPrefix("-") }
        guard let line = await input.line() else { return 1 }
        let text = String(decoding: line, as: UTF8.self)
        var rest = text[...].drop { $0 == " " || $0 == "\t" }
        for (index, name) in (names.isEmpty ? ["REPLY"] : names).enumerated() {
            if index == max(0, names.count - 1) {
                while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
                variables[name] = String(rest)
            } else {
                let word = rest.prefix { $0 != " " && $0 != "\t" }
                variables[name] = String(word)
                rest = rest.dropFirst(word.count).drop { $0 == " " || $0 == "\t" }
            }
        }
        return 0
    }

    private nonisolated(nonsending) func command(_ name: String, _ arguments: [String]) async throws -> Int32 {
        let asks = name == "type" || arguments.first == "-v" || arguments.first == "-V"
        guard asks else {
            guard let first = arguments.first else { return 0 }
            return try await call(first, Array(arguments.dropFirst()))
        }
        var code: Int32 = 0
        for word in arguments where !word.hasPrefix("-") {
            if ToolTable.find(word) != nil {
                let place = "/system/bin/" + DevicePath.name(word)
                output.line(name == "type" ? "\(word) is \(place)" : place)
            } else if ["cd", "exit", "export", "read", "set", "eval", "exec", "command", "type", "unset"].contains(word)
            {
                output.line(name == "type" ? "\(word) is a shell builtin" : word)
            } else {
                if name == "type" { output.line("\(word) not found") }
                code = name == "type" ? 1 : 127
            }
        }
        return code
    }

    private nonisolated(nonsending) func sh(_ arguments: [String]) async throws -> Int32 {
        let rest = arguments.filter { $0 != "-e" && $0 != "-x" && $0 != "-l" }
        let child = clone()
        guard child.depth < ShellLimit.depth * 4 else { throw ShellFailure(message: "nested too deeply", status: 1) }
        child.depth += 1
        if rest.first == "-c" {
            guard rest.count > 1 else { throw ShellFailure(message: "-c: requires argument", status: 2) }
            child.positional = Array(rest.dropFirst(3))
            return await child.run(rest[1])
        }
        guard let file = rest.first else {
            return await child.run(String(decoding: await input.all(), as: UTF8.self))
        }
        let text: String
        do {
            text = try device.system.files.readText(path(file))
        } catch let failure as FileFailure {
            throw ShellFailure(message: "can't open '\(file)': \(failure.reason)", status: 127)
        }
        child.positional = Array(rest.dropFirst())
        return await child.run(text)
    }

    /// `su 0 CMD`, `su root CMD`, `su -c CMD`: everybody is root already.
    private nonisolated(nonsending) func su(_ arguments: [String]) async throws -> Int32 {
        var rest = arguments[...]
        if let first = rest.first, Int(first) != nil || first == "root" || first == "shell" { rest = rest.dropFirst() }
        if rest.first == "-c" { return try await sh(["-c", rest.dropFirst().joined(separator: " ")]) }
        guard let command = rest.first else { return try await sh([]) }
        return try await call(command, Array(rest.dropFirst()))
    }
}
